"""Authorities' orders: what is due and what it costs, and each from its paper to its pack."""

from datetime import date
from hashlib import sha256
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response, UploadFile
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from licet.app import App
from licet.awaiting import waiting_acts
from licet.deeds import Named, begin
from licet.effects import signing
from licet.effects.ordering.reading import read_order
from licet.effects.ordering.writing import registering
from licet.effects.signing import About
from licet.ledger.order_entries import cause_of
from licet.rights import ordering
from licet.rights.blocking import list_blocks
from licet.rights.proving import pack_of, require_pack
from licet.rights.reckoning import reckon
from licet.rights.viewing import count_again, show_order
from licet.terms.errors import BadInput, NotFound
from licet.terms.ids import OrderId
from licet.terms.money import read_money
from licet.terms.order import OrderState
from licet.terms.permit import Action, Register
from licet.web.api.signatures import Signed, act_signed, allowed_signed, signed
from licet.web.comers import Comer, Known, TheApp
from licet.web.member_page import around_comer
from licet.web.pages.exposure import charts
from licet.web.pages.orders import OneOrder, OrderList, WaitsFor, counts
from licet.web.pages.render import render, render_part
from licet.web.problems import allowed
from licet.web.routes.forms import Poster, went_to
from licet.web.routes.readers import may, only_readers

START = "/console/orders"
LONGEST = 60
"""Seconds between two looks at an order that takes long."""

MOST_TEXT = 100_000
"""Letters of an order's text; the largest that can be has a tenth of them."""

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]

router = APIRouter(
    prefix=START, include_in_schema=False, dependencies=[only_readers(Register.ORDERS)]
)


@router.get("")
def orders(
    request: Request,
    app: TheApp,
    comer: Known,
    by: Annotated[str, Query(max_length=10)] = "",
    turnover: Annotated[str, Query(max_length=40)] = "",
) -> HTMLResponse:
    """Show every order with its clock and its cost: today, or by a day if nothing more is met."""
    turnovers = (read_money(turnover),) if turnover.strip() else ()
    clock = allowed(reckon(app, comer.who, day_of(by), turnovers))
    page = OrderList(clock, may(comer, Action.REGISTER_ORDER), turnover)
    return HTMLResponse(render(page, around_comer(request)))


class Registering(BaseModel):
    """An order's text as it was previewed, and its paper: its hash, or the file itself."""

    csrf: str = ""
    text: str = Field(max_length=MOST_TEXT)
    digest: list[Digest] = Field(default=[], max_length=1)
    paper: UploadFile | None = None

    def document(self) -> str:
        """Return the SHA-256 (hex) of the paper, "" where it is named in the text alone."""
        if self.digest:
            return self.digest[0]
        data = self.paper.file.read() if self.paper else b""
        return sha256(data).hexdigest() if data else ""


@router.post("")
def register(
    request: Request,
    app: TheApp,
    comer: Poster,
    asked: Annotated[Registering, Form(media_type="multipart/form-data")],
    signature: Signed = "",
) -> Response:
    """Write an order down, with the passkey of one member: what it stops, holds at once."""
    # A browser sends the ends of lines as CR LF (HTML, 4.10.21.8); the text has none.
    text = asked.text.replace("\r\n", "\n")
    wish = read_order(text.encode(), asked.document())
    about = About(Action.REGISTER_ORDER, digest=registering(wish, text))
    done = act_signed(
        app, comer, about, signature, lambda who: ordering.register(app, who, wish, text)
    )
    return went_to(request, f"{START}/{done.order}?done=registered")


@router.get("/{order}")
def order(request: Request, app: TheApp, comer: Known, order: str, done: str = "") -> HTMLResponse:
    """Show one order."""
    page = _page(app, comer, OrderId(order), done)
    return HTMLResponse(render(page, around_comer(request)))


@router.get("/{order}/live")
def live(
    request: Request,
    app: TheApp,
    comer: Known,
    order: str,
    after: Annotated[int, Query(ge=1)] = 2,
) -> HTMLResponse:
    """Return how an order stands while it is carried out; each time later than the last."""
    found = OrderId(order)
    shown = allowed(show_order(app, comer.who, found))
    clock = allowed(reckon(app, comer.who, order=found))
    every = min(2 * after, LONGEST)
    page = OneOrder(shown, clock.orders[0], may_act=_may(comer), every=every)
    return HTMLResponse(render_part(page, around_comer(request), "order"))


@router.post("/{order}/confirmation")
def confirm(
    request: Request, app: TheApp, comer: Poster, order: str, signature: Signed = ""
) -> Response:
    """Sign that an order is carried out; another member signs it too."""
    found = OrderId(order)
    about = signing.confirming_order(app, found)
    who = signed(app, comer, about, signature)
    answer = begin(app, who, "confirm_order", Named(found))
    allowed_signed(app, comer, about, answer)
    return went_to(request, f"{START}/{found}?done=begun")


@router.post("/{order}/pack")
def pack(app: TheApp, comer: Poster, order: str) -> Response:
    """Write the pack of an order and hand it out. It is a look, and leaves an entry."""
    found = OrderId(order)
    made = allowed(pack_of(app, comer.who, found))
    name = f'attachment; filename="licet-pack-{found[:8]}.zip"'
    return Response(made.data, media_type="application/zip", headers={"content-disposition": name})


@router.post("/{order}/sent")
def sent(
    request: Request,
    app: TheApp,
    comer: Poster,
    order: str,
    pack: UploadFile,
    signature: Signed = "",
) -> Response:
    """Record that the pack went to the authority: the very file, which must hold."""
    found = OrderId(order)
    digest = require_pack(app, found, pack.file.read())
    about = About(Action.SEND_ORDER, object=found, digest=digest)
    act_signed(app, comer, about, signature, lambda who: ordering.sent(app, who, found, digest))
    return went_to(request, f"{START}/{found}?done=sent")


@router.post("/{order}/closing")
def close(
    request: Request, app: TheApp, comer: Poster, order: str, signature: Signed = ""
) -> Response:
    """Close an order whose pack was sent."""
    found = OrderId(order)
    about = About(Action.CLOSE_ORDER, object=found)
    act_signed(app, comer, about, signature, lambda who: ordering.close(app, who, found))
    return went_to(request, f"{START}/{found}?done=closed")


def day_of(text: str) -> date | None:
    """Return the day that a field names, None for none. Raises ``BadInput``."""
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError as error:
        raise BadInput("that is no day", "Write it as 2026-12-31.") from error


def _page(app: App, comer: Comer, order: OrderId, done: str) -> OneOrder:
    shown = allowed(show_order(app, comer.who, order))
    clock = allowed(reckon(app, comer.who, order=order))
    counted = allowed(count_again(app, comer.who, order))
    blocks = allowed(list_blocks(app, comer.who))
    final = shown.line.state in {OrderState.FINAL, OrderState.APPEALED}
    return OneOrder(
        shown,
        clock.orders[0],
        now=counts(counted.reached, exact=counted.exact),
        charts=charts(clock),
        blocks=tuple(one for one in blocks if one.cause == cause_of(order)),
        act=_waits(app, comer, order) if final else None,
        may_act=_may(comer),
        done=done,
    )


def _may(comer: Comer) -> bool:
    return may(comer, Action.CONFIRM_ORDER)


def _waits(app: App, comer: Comer, order: OrderId) -> WaitsFor | None:
    """Return the signature that waits for another to let this order be carried out."""
    try:
        digest = signing.confirming_order(app, order).digest
    except NotFound:
        return None
    for one in allowed(waiting_acts(app, comer.who)):
        if one.kind == "confirm_order" and one.digest == digest:
            with app.store.read() as reader:
                member = reader.governance.member(one.member)
            mine = one.member == comer.myself.member
            return WaitsFor(member.name if member else "", one.expires, mine)
    return None

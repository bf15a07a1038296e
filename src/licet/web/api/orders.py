"""Authorities' orders: what one would hit, writing it down, its clock, and its pack."""

from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response, UploadFile
from fastapi import Form as FormData
from pydantic import BaseModel, ConfigDict

from licet.deeds import Named
from licet.effects.ordering.reading import read_order
from licet.effects.ordering.writing import registering
from licet.effects.signing import About
from licet.rights.ordering import Registered, close, register, sent
from licet.rights.proving import pack_of, require_pack
from licet.rights.reckoning import reckon
from licet.rights.viewing import (
    OrderLine,
    OrderPage,
    Previewed,
    list_orders,
    preview,
    show_order,
)
from licet.terms.clock import Clock
from licet.terms.ids import OrderId
from licet.terms.permit import Action
from licet.web.api.acting import Acting
from licet.web.api.bodies import body, told
from licet.web.api.names import Name
from licet.web.api.paging import Cursor, Limit, Part, part
from licet.web.api.shapes import Begun
from licet.web.comers import Known, TheApp
from licet.web.problems import allowed

router = APIRouter()

ZIP = "application/zip"


@dataclass(frozen=True, slots=True)
class Written:
    """An order as TOML (docs/formats/order.md); ``paper`` is its paper's SHA-256 (hex)."""

    order: str
    paper: str = ""


@dataclass(frozen=True, slots=True)
class Entered:
    """What was done to an order, and the entry that says so."""

    order: OrderId
    leaf: int


class Sent(BaseModel):
    """The very file that went to the authority."""

    model_config = ConfigDict(extra="forbid")

    pack: UploadFile


@router.get("/orders", operation_id="list_orders")
def orders(app: TheApp, comer: Known, limit: Limit = 50, cursor: Cursor = "") -> Part[OrderLine]:
    """List every order, the last registered first, with the next day that must be kept."""
    rows = allowed(list_orders(app, comer.who))
    return part(rows, lambda one: one.id, limit, cursor)


@router.get("/orders/clock", operation_id="reckon_orders")
def clock(
    app: TheApp,
    comer: Known,
    day: Annotated[date | None, Query(description="On this day, if nothing more is met.")] = None,
) -> Clock:
    """Say what is overdue and what it costs, in minor units of money, today or on a later day."""
    return allowed(reckon(app, comer.who, day))


@router.post("/orders/preview", operation_id="preview_order", openapi_extra=told(Written))
def look(
    app: TheApp, comer: Known, written: Annotated[Written, Depends(body(Written))]
) -> Previewed:
    """Show whom and what an order would reach, before anything happens. The look is recorded."""
    wish = read_order(written.order.encode(), written.paper, needs_paper=False)
    return allowed(preview(app, comer.who, wish, written.order))


@router.get("/orders/{order}", operation_id="show_order")
def show(app: TheApp, comer: Known, order: Name) -> OrderPage:
    """Show one order: its clauses, what it reached, whom it waits for, what was sent."""
    return allowed(show_order(app, comer.who, OrderId(order)))


@router.post(
    "/orders",
    operation_id="register_order",
    status_code=201,
    response_model=Registered,
    openapi_extra=told(Written),
)
def write_down(doing: Acting, written: Annotated[Written, Depends(body(Written))]) -> Response:
    """Write an order down. What it stops holds at once; nobody is erased by it alone."""
    text = written.order
    wish = read_order(text.encode(), written.paper)
    about = About(Action.REGISTER_ORDER, digest=registering(wish, text))
    return doing.do(about, lambda who: register(doing.app, who, wish, text), Registered)


@router.post(
    "/orders/{order}/confirmation",
    operation_id="confirm_order",
    status_code=201,
    response_model=Begun,
)
def confirm(doing: Acting, order: Name) -> Response:
    """Sign, as the first of two, that an order is carried out. It waits for the other."""
    return doing.controllers().begin("confirm_order", Named(order))


@router.get(
    "/orders/{order}/pack",
    operation_id="pack_order",
    response_class=Response,
    responses={200: {"content": {ZIP: {"schema": {"type": "string", "format": "binary"}}}}},
)
def pack(app: TheApp, comer: Known, order: Name) -> Response:
    """Download the pack that proves what was done. Anybody checks it with ``licet verify``."""
    made = allowed(pack_of(app, comer.who, OrderId(order)))
    headers = {
        "etag": f'"{made.sha256}"',
        "content-disposition": f'attachment; filename="licet-pack-{order[:8]}.zip"',
    }
    return Response(made.data, 200, headers, media_type=ZIP)


@router.post(
    "/orders/{order}/sent",
    operation_id="record_order_sent",
    status_code=201,
    response_model=Entered,
)
def record_sent(
    doing: Acting, order: Name, form: Annotated[Sent, FormData(media_type="multipart/form-data")]
) -> Response:
    """Record that the pack went to the authority. Its hash is kept; any other file is refused."""
    name, data = OrderId(order), form.pack.file.read()
    doing.request.state.asked = sha256(data).digest()
    doing.controllers()
    digest = require_pack(doing.app, name, data)
    about = About(Action.SEND_ORDER, object=name, digest=digest)
    return doing.controllers().do(
        about,
        lambda who: sent(doing.app, who, name, digest),
        Entered,
        lambda leaf: Entered(name, leaf),
    )


@router.post(
    "/orders/{order}/end", operation_id="close_order", status_code=201, response_model=Entered
)
def end(doing: Acting, order: Name) -> Response:
    """Close an order whose pack was sent. Its blocks hold until they are lifted."""
    name = OrderId(order)
    about = About(Action.CLOSE_ORDER, object=name)
    return doing.controllers().do(
        about, lambda who: close(doing.app, who, name), Entered, lambda leaf: Entered(name, leaf)
    )

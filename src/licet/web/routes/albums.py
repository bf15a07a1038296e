"""Links to albums in the console: opened, printed, closed, and who stands at the desk."""

from io import BytesIO
from typing import Annotated

import segno
from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from licet.albums import close_link, list_links, open_link, see_person
from licet.consent.ceilings import LINK_PEOPLE, LINK_TERM
from licet.consent.purposes import table
from licet.consent.rules.governed import ROLES
from licet.effects import signing
from licet.listing import list_sources
from licet.terms.album import LinkLine, LinkWish
from licet.terms.errors import NotFound
from licet.terms.ids import PurposeId, SourceId
from licet.terms.permit import Action
from licet.terms.source import SourceState
from licet.web.api.signatures import Signed, act_signed
from licet.web.comers import Comer, Known, TheApp
from licet.web.guests import Guests
from licet.web.member_page import around_comer
from licet.web.pages.albums import LANGUAGES, Albums, AlbumSheet
from licet.web.pages.render import render
from licet.web.problems import allowed
from licet.web.routes.forms import Poster, went_to
from licet.web.serving import Serving

START = "/console/albums"
PURPOSE = PurposeId("find_my_photos@1")

router = APIRouter(prefix=START, include_in_schema=False)


@router.get("")
def albums(request: Request, app: TheApp, comer: Known, done: str = "") -> HTMLResponse:
    """Show the links, the newest first, and the form that opens one."""
    lines = allowed(list_links(app, comer.who))
    may = bool(ROLES[Action.WELCOME] & comer.myself.roles)
    sources = allowed(list_sources(app, comer.who)) if may else ()
    own = comer.myself.organisation_name
    there = [one for one in sources if one.organisation == own]
    open_ = tuple((one.id, one.name) for one in there if one.state is SourceState.AUTHORISED)
    page = Albums(lines, _origin(request), open_, may, done)
    return HTMLResponse(render(page, around_comer(request)))


class Opening(BaseModel):
    """The form of a link."""

    source: str = Field(max_length=64)
    closes: int = Field(default=7, ge=1, le=LINK_TERM.days)
    days: int = Field(default=LINK_TERM.days, ge=1, le=LINK_TERM.days)
    most: int = Field(default=100, ge=1, le=LINK_PEOPLE)
    unseen: str = Field(default="", max_length=3)


@router.post("")
def open_(
    request: Request,
    app: TheApp,
    comer: Poster,
    asked: Annotated[Opening, Form()],
    signature: Signed = "",
) -> Response:
    """Open a link, with the passkey of the steward."""
    wish = LinkWish(
        SourceId(asked.source), PURPOSE, asked.closes, asked.days, asked.most, not asked.unseen
    )
    about = signing.opening_link(wish)
    act_signed(app, comer, about, signature, lambda who: open_link(app, who, wish))
    return went_to(request, f"{START}?done=opened")


@router.post("/seen")
def seen(
    request: Request,
    app: TheApp,
    comer: Poster,
    code: Annotated[str, Form(max_length=40)],
    signature: Signed = "",
) -> Response:
    """Say that who shows this code stands at the desk."""
    guests: Guests = request.app.state.guests
    guest = guests.at_desk(code)
    mine = {one.link.id: one for one in allowed(list_links(app, comer.who))}
    if guest is None or guest.link not in mine:
        return went_to(request, f"{START}?done=unknown")
    link = mine[guest.link].link
    about = signing.seeing_person(link)
    act_signed(app, comer, about, signature, lambda who: see_person(app, who, link.id))
    guest.seen = True
    return went_to(request, f"{START}?done=seen")


@router.post("/{link}/closing")
def close(
    request: Request, app: TheApp, comer: Poster, link: str, signature: Signed = ""
) -> Response:
    """Close a link, with the passkey of the steward."""
    found = _mine(app, comer, link).link
    about = signing.closing_link(found)
    act_signed(app, comer, about, signature, lambda who: close_link(app, who, found.id))
    return went_to(request, f"{START}?done=closed")


@router.get("/{link}/sheet")
def sheet(request: Request, app: TheApp, comer: Known, link: str) -> HTMLResponse:
    """Show a link as it is printed: the code, and the notice in every language of ours."""
    line = _mine(app, comer, link)
    purpose = table().get(line.link.purpose)
    notices = tuple(purpose.told(one) for one in LANGUAGES) if purpose else ()
    page = AlbumSheet(line, f"{_origin(request)}/album/{line.token}", notices)
    return HTMLResponse(render(page, around_comer(request)))


@router.get("/{link}/code.svg")
def code(request: Request, app: TheApp, comer: Known, link: str) -> Response:
    """Return the QR code of a link."""
    line = _mine(app, comer, link)
    made, out = segno.make(f"{_origin(request)}/album/{line.token}", micro=False), BytesIO()
    made.save(out, kind="svg", scale=8, border=3, light="#fff", xmldecl=False, svgclass=None)
    return Response(out.getvalue(), media_type="image/svg+xml")


def _mine(app: TheApp, comer: Comer, link: str) -> LinkLine:
    """Return a link of the comer's organisation. Raises ``NotFound`` for anybody else's."""
    lines = allowed(list_links(app, comer.who))
    found = next((one for one in lines if one.link.id == link), None)
    if found is None:
        raise NotFound("there is no such link")
    return found


def _origin(request: Request) -> str:
    serving: Serving = request.app.state.serving
    return serving.origin

"""Members, agreements and papers; and the forms that begin what takes two members."""

from datetime import UTC, date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from licet.app import App
from licet.consent.purposes import table
from licet.consent.registers import READERS
from licet.consent.rules.governed import ROLES
from licet.deeds import Named, about_of, begin
from licet.effects import signing
from licet.equipping import open_leave, recall
from licet.listing import list_members, list_organisations
from licet.papers import file_paper, list_papers
from licet.terms.admission import ApiKeyWish
from licet.terms.basis import Searchers
from licet.terms.duties import FilingKind
from licet.terms.errors import BadInput, NotFound
from licet.terms.governing import AgreementWish, PaperWish, RolesWish
from licet.terms.ids import InvitationId, MemberId, OrganisationId, PurposeId
from licet.terms.organisation import OrganisationKind, Role
from licet.terms.permit import Action, Register
from licet.web.api.signatures import Signed, act_signed
from licet.web.comers import Comer, Known, TheApp
from licet.web.member_page import around_comer
from licet.web.pages.render import render
from licet.web.pages.settings import May, Members
from licet.web.problems import allowed
from licet.web.routes.forms import Poster, went_to

START = "/console/members"
ACTS = "/console/acts"

router = APIRouter(prefix=START, include_in_schema=False)

Hex = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Agreed(BaseModel):
    """What the form of an agreement says: its hash, and its term."""

    csrf: str = ""
    begins: date
    until: date
    digest: Hex


class Paper(BaseModel):
    """What the form of a paper says: its hash, and until when it counts."""

    csrf: str = ""
    kind: FilingKind
    until: date
    digest: Hex


@router.get("")
def members(request: Request, app: TheApp, comer: Known, done: str = "") -> HTMLResponse:
    """Show the members within reach, who may still come in, agreements and papers."""
    organisations = allowed(list_organisations(app, comer.who))
    own = next((one for one in organisations if one.id == comer.myself.organisation), None)
    controls = own is not None and own.kind is OrganisationKind.CONTROLLER
    may = May(
        govern=controls and _may(comer, Action.GOVERN),
        file=_may(comer, Action.FILE),
        read_papers=bool(comer.myself.roles & READERS[Register.PAPERS]),
    )
    page = Members(
        rows=allowed(list_members(app, comer.who)),
        leave=allowed(open_leave(app, comer.who)) if may.govern else (),
        organisations=organisations,
        papers=allowed(list_papers(app, comer.who)) if may.read_papers else None,
        may=may,
        now=app.clock(),
        purposes=_purposes(),
        done=done,
    )
    return HTMLResponse(render(page, around_comer(request)))


@router.post("/{member}/invitation")
def invite(
    request: Request, app: TheApp, comer: Poster, member: str, signature: Signed = ""
) -> Response:
    """Begin to let a member come in: another member signs it too."""
    theirs = _within_reach(app, comer, member)
    return _begun(request, comer, "invite_member", Named(theirs), signature)


@router.post("/{member}/end")
def end(
    request: Request, app: TheApp, comer: Poster, member: str, signature: Signed = ""
) -> Response:
    """Begin to end a membership."""
    theirs = _within_reach(app, comer, member)
    return _begun(request, comer, "end_member", Named(theirs), signature)


@router.post("/{member}/roles")
def change(
    request: Request,
    app: TheApp,
    comer: Poster,
    member: str,
    roles: Annotated[list[Role], Form(default_factory=list, max_length=10)],
    signature: Signed = "",
) -> Response:
    """Begin to give a member other roles, all of them anew."""
    if not roles:
        raise BadInput("a member needs a role", "Choose one, or end the membership.")
    wish = RolesWish(_within_reach(app, comer, member), frozenset(roles))
    return _begun(request, comer, "change_roles", wish, signature)


@router.post("/{member}/keys")
def make_key(
    request: Request,
    app: TheApp,
    comer: Poster,
    member: str,
    purpose: Annotated[str, Form(max_length=100)],
    until: Annotated[date, Form()],
    signature: Signed = "",
) -> Response:
    """Begin to make an API key of a member; whoever signs second is told it, once."""
    wish = ApiKeyWish(_within_reach(app, comer, member), PurposeId(purpose), _moment(until))
    return _begun(request, comer, "make_api_key", wish, signature)


@router.post("/invitations/{invitation}/end")
def take_back(
    request: Request, app: TheApp, comer: Poster, invitation: str, signature: Signed = ""
) -> Response:
    """Take back leave that nobody used yet."""
    about = signing.recalling(InvitationId(invitation))
    act_signed(app, comer, about, signature, lambda who: recall(app, who, InvitationId(invitation)))
    return went_to(request, f"{START}?done=recalled")


@router.post("/organisations/{organisation}/agreement")
def renew(
    request: Request,
    app: TheApp,
    comer: Poster,
    organisation: str,
    said: Annotated[Agreed, Form(media_type="multipart/form-data")],
    signature: Signed = "",
) -> Response:
    """Begin to file an organisation's next agreement, named by the hash of its document."""
    seen = {one.id for one in allowed(list_organisations(app, comer.who))}
    if organisation not in seen:
        raise NotFound("there is no such organisation")
    term = _moment(said.begins), _moment(said.until)
    wish = AgreementWish(OrganisationId(organisation), said.digest, *term)
    return _begun(request, comer, "renew_agreement", wish, signature)


@router.post("/papers")
def file(
    request: Request,
    app: TheApp,
    comer: Poster,
    said: Annotated[Paper, Form(media_type="multipart/form-data")],
    signature: Signed = "",
) -> Response:
    """File a paper of one's own organisation, named by its hash: one steward signs it."""
    wish = PaperWish(said.kind, said.digest, _moment(said.until))
    about = signing.filing(wish)
    act_signed(app, comer, about, signature, lambda who: file_paper(app, who, wish))
    return went_to(request, f"{START}?done=filed")


def _begun(request: Request, comer: Comer, kind: str, parts: Any, signature: str) -> Response:
    """Sign an act as the first of two members; it waits among the acts for the second."""
    app: App = request.app.state.licet
    about = about_of(app, kind, parts)
    act_signed(app, comer, about, signature, lambda who: begin(app, who, kind, parts))
    return went_to(request, f"{ACTS}?done=begun")


def _within_reach(app: App, comer: Comer, member: str) -> MemberId:
    """Return a member whom the comer may see. Raises ``NotFound``, for anybody else's too."""
    seen = {one.id for one in allowed(list_members(app, comer.who))}
    if member not in seen:
        raise NotFound("there is no such member")
    return MemberId(member)


def _may(comer: Comer, action: Action) -> bool:
    return bool(comer.myself.roles & ROLES[action])


def _purposes() -> tuple[PurposeId, ...]:
    """Return the purposes that a program may ask for: those that organisations search under."""
    return tuple(
        one.id for one in table().by_id.values() if one.searchers is Searchers.ORGANISATION
    )


def _moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)

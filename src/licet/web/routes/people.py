"""People: who is enrolled, as counts; their pictures within a case; what is wrong, put right."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from licet.app import App
from licet.appearances import confirm_appearance, unconfirm_appearance
from licet.consent.purposes import table
from licet.consent.reasons import Reason
from licet.consent.rules.governed import ROLES
from licet.effects import signing
from licet.glance import reads
from licet.people import A_PAGE, list_people, see_person, see_photos
from licet.rectifying import unlink
from licet.show import Form as Drawn
from licet.show import show
from licet.splitting import split
from licet.terms.clip import moment_of
from licet.terms.errors import NotFound
from licet.terms.grant import Grant
from licet.terms.ids import CaseId, GrantId, ItemId, PurposeId, SubjectId, TemplateId
from licet.terms.listing import UnlinkedLine
from licet.terms.people import CaseOf, PeopleWish, PersonDetails, PersonFace
from licet.terms.permit import Action, Refusal, Register
from licet.unlinking import grant_of_note, list_unlinked, relink
from licet.web.api.signatures import Signed, act_signed
from licet.web.comers import Comer, Known, TheApp
from licet.web.member_page import around_comer
from licet.web.pages.people import FaceCard, May, PeopleList, PersonPage, PersonPhoto
from licet.web.pages.render import render
from licet.web.problems import allowed
from licet.web.routes.forms import Poster, refused, went_to

START = "/console/people"
THUMB = 640
"""Pixels on the long side of a picture on the grid."""

MOST = 24
"""So many pictures stand on a page: each is made when it is looked at."""

router = APIRouter(prefix=START, include_in_schema=False)


class Where(BaseModel):
    """Within which case one looks, at what of it, and how."""

    case: str = ""
    grant: str = ""
    face: str = ""
    at: int | None = None
    boxes: bool = True
    small: bool = False
    done: str = ""
    page: int = Field(default=1, ge=1, le=10**6)


Asked = Annotated[Where, Query()]


@router.get("")
def people(
    request: Request,
    app: TheApp,
    comer: Known,
    purpose: str = "",
    waiting: bool = False,
    page: Annotated[int, Query(ge=1, le=10**6)] = 1,
) -> HTMLResponse:
    """Show the people within reach: pseudonyms, grants and counts."""
    register = _register(app, comer)
    chosen = PurposeId(purpose) if purpose in table().by_id else None
    found = allowed(list_people(app, comer.who, register, PeopleWish(chosen, waiting, page)))
    shown = PeopleList(
        found,
        tuple(one.id for one in table().by_id.values() if not one.without_organisation),
        chosen,
        waiting,
        register is Register.APPEARANCES,
        page,
        max(-(-found.total // A_PAGE), 1),
    )
    return HTMLResponse(render(shown, around_comer(request)))


@router.get("/{subject}")
def person(request: Request, app: TheApp, comer: Known, subject: str, asked: Asked) -> HTMLResponse:
    """Show one person; within a case that found them, their pictures too."""
    details = allowed(see_person(app, comer.who, _register(app, comer), SubjectId(subject)))
    wanted = (one for one in details.cases if one.case == asked.case)
    here = next((one for one in wanted if asked.grant in {"", one.grant}), None)
    photos = see_photos(app, comer.who, here.grant, here.case) if here else None
    refusal = photos if isinstance(photos, Refusal) else None
    faces = () if photos is None or isinstance(photos, Refusal) else photos.faces
    place, rest = _place(details.line.subject, here), faces[(asked.page - 1) * MOST :]
    cards = [_card(details.line.subject, here, one) for one in rest[:MOST]] if here else []
    shown = PersonPage(
        details,
        _may(comer),
        here,
        tuple(cards) if here and not refusal else None,
        f"{place}&page={asked.page + 1}" if len(rest) > MOST else "",
        _off(app, comer, details),
        refusal,
        refusal is not None and refusal.reason == Reason.SIGN_IN_AGAIN,
        place,
        asked.done,
    )
    return HTMLResponse(render(shown, around_comer(request)))


@router.get("/{subject}/photos/{item}")
def photo(
    request: Request, app: TheApp, comer: Known, subject: str, item: str, asked: Asked
) -> HTMLResponse:
    """Show one photo or video of a person, with everybody else covered."""
    found = see_photos(app, comer.who, GrantId(asked.grant), CaseId(asked.case))
    if isinstance(found, Refusal):
        return refused(request, found, f"{request.url.path}?{request.url.query}")
    here = CaseOf(found.case, found.reference, found.grant)
    cards = [_card(found.subject, here, one) for one in found.faces if found.subject == subject]
    at = next((n for n, one in enumerate(cards) if _is_of(one, item, asked.face)), None)
    if at is None:
        raise NotFound("there is no such photo", "It may be too young, or gone.")
    face = cards[at].face
    shown = PersonPhoto(
        found.subject,
        here,
        cards[at],
        tuple(one for one in cards if one.face.item == item),
        (_picture(found.subject, here, face), _picture(found.subject, here, face, boxes=0)),
        _may(comer),
        _place(found.subject, here),
        cards[at - 1].address if at else "",
        cards[at + 1].address if at + 1 < len(cards) else "",
    )
    return HTMLResponse(render(shown, around_comer(request)))


@router.get("/{subject}/pictures/{item}")
def picture(app: TheApp, comer: Known, subject: str, item: str, asked: Asked) -> Response:
    """Return a picture in which nobody but the person can be seen. It is nobody's to keep."""
    with app.store.read() as reader:
        kept = reader.grants.get(GrantId(asked.grant))
    if kept is None or kept.subject != subject:
        raise NotFound("there is no such photo")
    drawn = Drawn(THUMB if asked.small else None, asked.boxes)
    shown = show(app, comer.who, ItemId(item), kept.id, CaseId(asked.case), asked.at, drawn)
    return Response(allowed(shown).picture, media_type="image/jpeg")


@router.post("/{subject}/faces/{face}/confirm")
def confirm(
    request: Request, app: TheApp, comer: Poster, subject: str, face: str, signature: Signed = ""
) -> Response:
    """Keep a face that this verifier looked at."""
    grant, template = _face(app, comer, subject, face)
    about = signing.on_appearance(Action.CONFIRM_APPEARANCE, grant, template)
    act_signed(app, comer, about, signature, lambda who: confirm_appearance(app, who, template))
    return _back(request, subject, "confirmed")


@router.post("/{subject}/faces/{face}/unconfirm")
def unconfirm(
    request: Request, app: TheApp, comer: Poster, subject: str, face: str, signature: Signed = ""
) -> Response:
    """Take a member's confirmation back."""
    grant, template = _face(app, comer, subject, face)
    about = signing.taking_back(Action.CONFIRM_APPEARANCE, grant, "unconfirm", template)
    act_signed(app, comer, about, signature, lambda who: unconfirm_appearance(app, who, template))
    return _back(request, subject, "unconfirmed")


@router.post("/{subject}/faces/{face}/unlink")
def take_off(
    request: Request, app: TheApp, comer: Poster, subject: str, face: str, signature: Signed = ""
) -> Response:
    """Take a face off the person: never these two again."""
    grant, template = _face(app, comer, subject, face)
    about = signing.on_appearance(Action.RECTIFY, grant, template)
    act_signed(app, comer, about, signature, lambda who: unlink(app, who, template))
    return _back(request, subject, "unlinked")


@router.post("/{subject}/faces/{face}/split")
def take_apart(
    request: Request,
    app: TheApp,
    comer: Poster,
    subject: str,
    face: str,
    moment: Annotated[str, Form(max_length=20)],
    signature: Signed = "",
) -> Response:
    """Take an appearance in a video apart at a moment."""
    grant, template = _face(app, comer, subject, face)
    at = moment_of(moment)
    about = signing.splitting(grant, template, at)
    act_signed(app, comer, about, signature, lambda who: split(app, who, template, at))
    return _back(request, subject, "split")


@router.post("/{subject}/unlinked/{tag}/undo")
def undo(
    request: Request, app: TheApp, comer: Poster, subject: str, tag: str, signature: Signed = ""
) -> Response:
    """Take back that a face is not this person's."""
    with app.store.read() as reader:
        grant = _own(app, comer, subject, grant_of_note(reader, tag))
    about = signing.taking_back(Action.CONFIRM_APPEARANCE, grant, "relink", tag)
    act_signed(app, comer, about, signature, lambda who: relink(app, who, tag))
    return _back(request, subject, "relinked")


def _register(app: App, comer: Comer) -> Register:
    """Return by which register this member reads people: of grants, or of what waits."""
    theirs = reads(app, comer.myself.member).registers
    return Register.GRANTS if Register.GRANTS in theirs else Register.APPEARANCES


def _may(comer: Comer) -> May:
    roles = comer.myself.roles
    return May(
        confirm=bool(ROLES[Action.CONFIRM_APPEARANCE] & roles),
        unlink=bool(ROLES[Action.RECTIFY] & roles),
        split=bool(ROLES[Action.ACCEPT] & roles),
    )


def _off(app: App, comer: Comer, details: PersonDetails) -> tuple[UnlinkedLine, ...]:
    """Return the faces that members took off this person, where this member reads that."""
    if Register.APPEARANCES not in reads(app, comer.myself.member).registers:
        return ()
    grants = {one.id for one in details.line.grants}
    notes = list_unlinked(app, comer.who)
    return () if isinstance(notes, Refusal) else tuple(n for n in notes if n.grant in grants)


def _face(app: App, comer: Comer, subject: str, face: str) -> tuple[Grant, TemplateId]:
    """Return an appearance of this very person. Raises ``NotFound``."""
    with app.store.read() as reader:
        template = reader.templates.get(TemplateId(face))
        grant = reader.grants.get(template.grant) if template else None
    return _own(app, comer, subject, grant), TemplateId(face)


def _own(app: App, comer: Comer, subject: str, grant: Grant | None) -> Grant:
    """Return a grant of this person within reach. Raises ``NotFound``, alike for the others."""
    ours = grant is not None and (
        grant.organisation == comer.myself.organisation or reads(app, comer.myself.member).oversees
    )
    if grant is None or grant.subject != subject or not ours:
        raise NotFound("there is no such face", "It may be gone.")
    return grant


def _is_of(card: FaceCard, item: str, face: str) -> bool:
    return card.face.item == item and face in {"", card.face.id}


def _card(subject: SubjectId, here: CaseOf, face: PersonFace) -> FaceCard:
    within = _within(here)
    return FaceCard(
        face,
        _picture(subject, here, face, small=1),
        f"{START}/{subject}/photos/{face.item}?{urlencode({**within, 'face': face.id})}",
        f"{START}/{subject}/faces/{face.id}",
        urlencode(within),
    )


def _within(here: CaseOf) -> dict[str, str]:
    """Return within which case, and under which grant, one looks."""
    return {"case": here.case, "grant": here.grant}


def _picture(subject: SubjectId, here: CaseOf, face: PersonFace, **more: int) -> str:
    """Return the address of a picture, at the moment of a video at which the face is seen."""
    moment = {"at": face.span[0]} if face.span else {}
    asked = urlencode({**_within(here), **moment, **more})
    return f"{START}/{subject}/pictures/{face.item}?{asked}"


def _place(subject: SubjectId, here: CaseOf | None) -> str:
    asked = urlencode(_within(here)) if here else ""
    return f"{START}/{subject}?{asked}"


def _back(request: Request, subject: str, done: str) -> Response:
    """Lead back to the person, within the case that one came from."""
    asked = {key: request.query_params.get(key, "") for key in ("case", "grant")}
    return went_to(request, f"{START}/{subject}?{urlencode({**asked, 'done': done})}")

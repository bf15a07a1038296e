"""Grants, appearances and suggestions: who may be found, and what was found of them.

A member sees ids. Who a grant is of stays sealed; where somebody was seen is told of one
candidate to the verifier whose work it is, and to the person.
"""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from licet.appearances import confirm_appearance, list_appearances, unconfirm_appearance
from licet.effects.receipts import Receipted
from licet.effects.signing import (
    accepting,
    asking_grant,
    on_appearance,
    on_grant,
    on_standing,
    taking_back,
)
from licet.granting import ask_grant, resend, withdraw
from licet.listing import list_suggestions
from licet.rectifying import unlink
from licet.standing import restrict
from licet.suggesting import accept
from licet.terms.collecting import Accepted
from licet.terms.errors import NotFound
from licet.terms.grant import Grant
from licet.terms.granting import Asked, GrantWish
from licet.terms.ids import GrantId, SuggestionId, TemplateId
from licet.terms.listing import AppearanceLine, SuggestionLine
from licet.terms.permit import Action
from licet.terms.rectifying import Confirmed, Never, Unconfirmed
from licet.unlinking import never
from licet.web.api.acting import Acting, Doing, own_grant, within
from licet.web.api.bodies import body, told
from licet.web.api.names import Name
from licet.web.api.paging import Cursor, Limit, Part, part
from licet.web.comers import Known, TheApp
from licet.web.problems import allowed

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Stood:
    """What was done to a grant: the entry that says so. The receipt goes to the person."""

    grant: GrantId
    leaf: int

    @classmethod
    def of(cls, done: Receipted) -> "Stood":
        """Leave the receipt out: it opens what the entry commits to, and is the person's."""
        return cls(done.grant, done.leaf)


@router.post(
    "/grants",
    operation_id="ask_grant",
    status_code=201,
    response_model=Asked,
    openapi_extra=told(GrantWish),
)
def ask(doing: Acting, wish: Annotated[GrantWish, Depends(body(GrantWish))]) -> Response:
    """Ask a person for a grant. It is pending until they say yes themselves."""
    return doing.do(asking_grant(wish), lambda who: ask_grant(doing.app, who, wish), Asked)


@router.post(
    "/grants/{grant}/notice", operation_id="send_notice", status_code=201, response_model=Asked
)
def notice(doing: Acting, grant: Name) -> Response:
    """Send a pending grant's notice again, with a new code; at most once a day."""
    found = own_grant(doing.app, doing.comer, grant)
    about = on_grant(Action.GRANT, found)
    return doing.do(about, lambda who: resend(doing.app, who, found.id), Asked)


@router.post("/grants/{grant}/end", operation_id="end_grant", status_code=201, response_model=Stood)
def end(doing: Acting, grant: Name) -> Response:
    """End a grant on the person's behalf, at once and for good."""
    found = own_grant(doing.app, doing.comer, grant)
    about = on_grant(Action.WITHDRAW, found)
    return doing.do(about, lambda who: withdraw(doing.app, who, found.id), Stood, Stood.of)


@router.post(
    "/grants/{grant}/restriction",
    operation_id="restrict_grant",
    status_code=201,
    response_model=Stood,
)
def restriction(doing: Acting, grant: Name) -> Response:
    """Stop every use of a grant at once. Two members let it be used again, together."""
    found = own_grant(doing.app, doing.comer, grant)
    about = on_standing(Action.RESTRICT, found)
    return doing.do(about, lambda who: restrict(doing.app, who, found.id), Stood, Stood.of)


@router.get("/appearances", operation_id="list_appearances")
def appearances(
    app: TheApp, comer: Known, limit: Limit = 50, cursor: Cursor = ""
) -> Part[AppearanceLine]:
    """List the appearances that wait for a verifier's look, and when each lapses."""
    rows = allowed(list_appearances(app, comer.who))
    return part(rows, lambda one: one.id, limit, cursor)


@router.post(
    "/appearances/{appearance}/confirmation",
    operation_id="confirm_appearance",
    status_code=201,
    response_model=Confirmed,
)
def confirm(doing: Acting, appearance: Name) -> Response:
    """Keep an appearance that you looked at."""
    name = TemplateId(appearance)
    about = on_appearance(Action.CONFIRM_APPEARANCE, _grant_of(doing, appearance), name)
    return doing.do(about, lambda who: confirm_appearance(doing.app, who, name), Confirmed)


@router.post(
    "/appearances/{appearance}/doubt",
    operation_id="unconfirm_appearance",
    status_code=201,
    response_model=Unconfirmed,
)
def unconfirm(doing: Acting, appearance: Name) -> Response:
    """Take back that a member confirmed an appearance: it waits for another look."""
    name = TemplateId(appearance)
    grant = _grant_of(doing, appearance)
    about = taking_back(Action.CONFIRM_APPEARANCE, grant, "unconfirm", appearance)
    return doing.do(about, lambda who: unconfirm_appearance(doing.app, who, name), Unconfirmed)


@router.post(
    "/appearances/{appearance}/removal",
    operation_id="unlink_appearance",
    status_code=201,
    response_model=Stood,
)
def remove(doing: Acting, appearance: Name) -> Response:
    """Take a wrong appearance off a person."""
    name = TemplateId(appearance)
    about = on_appearance(Action.RECTIFY, _grant_of(doing, appearance), name)
    return doing.do(about, lambda who: unlink(doing.app, who, name), Stood, Stood.of)


@router.get("/suggestions", operation_id="list_suggestions")
def suggestions(
    app: TheApp, comer: Known, limit: Limit = 50, cursor: Cursor = ""
) -> Part[SuggestionLine]:
    """List the faces that wait for a person's look, and when each is forgotten."""
    rows = allowed(list_suggestions(app, comer.who))
    return part(rows, lambda one: one.id, limit, cursor)


@router.post(
    "/suggestions/{suggestion}/acceptance",
    operation_id="accept_suggestion",
    status_code=201,
    response_model=Accepted,
)
def acceptance(doing: Acting, suggestion: Name) -> Response:
    """Keep a suggested face as a confirmed appearance; its source is read again."""
    name = SuggestionId(suggestion)
    about = accepting(_suggested_to(doing, suggestion), name)
    return doing.do(about, lambda who: accept(doing.app, who, name), Accepted)


@router.post(
    "/suggestions/{suggestion}/never",
    operation_id="never_suggest",
    status_code=201,
    response_model=Never,
)
def never_again(doing: Acting, suggestion: Name) -> Response:
    """Say of a suggested face that it is not this person, now and whenever it is met again."""
    name = SuggestionId(suggestion)
    about = taking_back(Action.RECTIFY, _suggested_to(doing, suggestion), "never", suggestion)
    return doing.do(about, lambda who: never(doing.app, who, name), Never)


def _grant_of(doing: Doing, appearance: str) -> Grant:
    """Return the grant that an appearance is kept under. Raises ``NotFound``."""
    with doing.app.store.read() as reader:
        template = reader.templates.get(TemplateId(appearance))
        grant = reader.grants.get(template.grant) if template else None
    return _reached(doing, grant)


def _suggested_to(doing: Doing, suggestion: str) -> Grant:
    """Return the grant that a face is suggested under. Raises ``NotFound``."""
    with doing.app.store.read() as reader:
        found = reader.suggestions.get(SuggestionId(suggestion))
        grant = reader.grants.get(found.grant) if found else None
    return _reached(doing, grant)


def _reached(doing: Doing, grant: Grant | None) -> Grant:
    if grant is None or not within(doing.app, doing.comer, grant.organisation):
        raise NotFound("there is no such face")
    return grant

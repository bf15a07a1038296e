"""What a person is asked on their own page, and says: to be shown, to look, to be found."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse
from pydantic import BaseModel

from licet.clearance import say_shown
from licet.family import answer, seek, stop_seeking
from licet.terms.asked import Said, SeekWish, ShownWish
from licet.terms.errors import BadInput, NotFound
from licet.terms.ids import GrantId, QuestionId
from licet.web.comers import TheApp
from licet.web.problems import allowed
from licet.web.visitors import KnownOwn

HOME = "/me/grants"
Word = Annotated[str, Form()]

router = APIRouter(prefix=HOME, include_in_schema=False)


class ShownForm(BaseModel):
    """Whether one may be shown: days and places as they are typed, empty for no bound."""

    csrf: str = ""
    yes: bool = False
    not_before: str = ""
    until: str = ""
    places: str = ""


class SeekForm(BaseModel):
    """What may be told of who looks; ``stop`` lets nobody look any more."""

    csrf: str = ""
    told_as: str = ""
    relation: str = ""
    channel: str = ""
    stop: bool = False


class AnswerForm(BaseModel):
    """What somebody says to being looked for, and after a yes how they are reached."""

    csrf: str = ""
    question: str = ""
    said: Said = Said.OPEN
    channel: str = ""


@router.post("/{grant}/shown")
def shown(
    app: TheApp, own: KnownOwn, grant: str, form: Annotated[ShownForm, Form()]
) -> RedirectResponse:
    """Say whether an archive may show one."""
    own.require_word(form.csrf)
    mine = own.grant(app, grant)
    places = tuple(form.places.upper().replace(",", " ").split())
    wish = ShownWish(form.yes, _day(form.not_before), _day(form.until), places)
    allowed(say_shown(app, own.who, mine.id, wish))
    return _back(mine.id)


@router.post("/{grant}/seek")
def look_for(
    app: TheApp, own: KnownOwn, grant: str, form: Annotated[SeekForm, Form()]
) -> RedirectResponse:
    """Let an organisation look for one's family, or nobody any more."""
    own.require_word(form.csrf)
    mine = own.grant(app, grant)
    if form.stop:
        allowed(stop_seeking(app, own.who, mine.id))
    else:
        wish = SeekWish(form.told_as, form.relation, form.channel)
        allowed(seek(app, own.who, mine.id, wish))
    return _back(mine.id)


@router.post("/{grant}/answer")
def answered(
    app: TheApp, own: KnownOwn, grant: str, form: Annotated[AnswerForm, Form()]
) -> RedirectResponse:
    """Say whether one wants to be found by somebody who looks."""
    own.require_word(form.csrf)
    mine = own.grant(app, grant)
    with app.store.read() as reader:
        asked = reader.questions.get(QuestionId(form.question))
    if asked is None or asked.grant != mine.id:
        raise NotFound("this is not asked any more", "There is nothing to answer.")
    refused = answer(app, own.who, asked.id, form.said, form.channel)
    if refused is not None:
        allowed(refused)
    return _back(mine.id)


def _day(word: str) -> date | None:
    """Return a day as a browser sends it, None for none. Raises ``BadInput``."""
    try:
        return date.fromisoformat(word) if word.strip() else None
    except ValueError as error:
        raise BadInput("that is not a day", "Write it as 2026-12-31.") from error


def _back(grant: GrantId) -> RedirectResponse:
    return RedirectResponse(f"{HOME}/{grant}?done=answered", 303)

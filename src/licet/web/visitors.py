"""Who comes to their own page: the session of a data subject, never a member's."""

import hmac
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Annotated

from fastapi import Depends, HTTPException, Request

from licet.app import App
from licet.coming import Visitor, visitor
from licet.terms.acting import Who
from licet.terms.errors import NotFound
from licet.terms.grant import Grant, Subject
from licet.terms.ids import GrantId, SubjectId
from licet.web.comers import app_of
from licet.web.page import around
from licet.web.pages.around import Around, Toast
from licet.web.pages.own import DONE
from licet.web.pages.words import sentences
from licet.web.problems import Unknown
from licet.web.serving import Serving

DOOR = "/me/sign-in"


@dataclass(frozen=True, slots=True)
class Own:
    """A data subject who came by a code. ``word`` proves that a form is of this session."""

    visitor: Visitor
    token: str

    @property
    def who(self) -> Who:
        """As whom they act."""
        return self.visitor.who

    @property
    def people(self) -> tuple[Subject, ...]:
        """Those whose contact it is."""
        return self.visitor.people

    @property
    def word(self) -> str:
        """The session's own word (CSRF token): whoever has not the cookie cannot make it."""
        return sha256(b"licet own csrf v1\n" + self.token.encode()).hexdigest()

    def require_word(self, word: str) -> None:
        """Raise ``Unknown`` unless ``word`` is the session's: a page of ours knows it."""
        if not hmac.compare_digest(word.encode(), self.word.encode()):
            raise Unknown("the page's word is missing or old", "Load the page again.")

    def person(self, subject: str) -> Subject:
        """Return one of the people whose contact it is. Raises ``NotFound`` for anybody else."""
        found = next((one for one in self.people if one.id == SubjectId(subject)), None)
        if found is None:
            raise NotFound("there is no such person", "Go back to your page.")
        return found

    def grant(self, app: App, grant_id: str) -> Grant:
        """Return a grant of one of these people. Raises ``NotFound`` for anybody else's."""
        with app.store.read() as reader:
            found = reader.grants.get(GrantId(grant_id))
        mine = {one.id for one in self.people}
        if found is None or found.subject not in mine or found.organisation is None:
            raise NotFound("there is no such grant", "Go back to your page.")
        return found


def own_of(request: Request) -> Own | None:
    """Return the data subject who comes, or None."""
    serving: Serving = request.app.state.serving
    token = request.cookies.get(serving.own_cookie, "")
    found = visitor(app_of(request), token) if token else None
    return Own(found, token) if found is not None else None


def known_own(request: Request) -> Own:
    """Return the data subject who comes; sends anybody else to the door."""
    found = own_of(request)
    if found is None:
        raise HTTPException(303, headers={"location": DOOR})
    return found


def around_own(request: Request, own: Own | None, done: str = "", undo: str = "") -> Around:
    """Return what stands around a page of a data subject, with what was just done."""
    bare = around(request)
    says = DONE.get(done, "")
    toast = Toast(sentences(bare.language).gettext(says), undo) if says else None
    return replace(bare, csrf=own.word if own else "", own=own is not None, toast=toast)


KnownOwn = Annotated[Own, Depends(known_own)]

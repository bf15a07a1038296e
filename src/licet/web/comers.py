"""Who calls: the one dependency by which a route learns it, from a session or an API key.

What they may do is not decided here: the flow decides, with what they come with as a fact.
"""

import hmac
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import APIKeyCookie, HTTPBearer

from licet.app import App
from licet.signing_in import come
from licet.terms.acting import Who
from licet.terms.admission import Myself
from licet.terms.errors import NotFound
from licet.terms.ids import CaseId
from licet.terms.organisation import Case
from licet.terms.permit import Proof
from licet.web.guards.origins import SAFE
from licet.web.problems import Unknown

WORD_HEADER = "x-csrf-token"
WORD_FIELD = "csrf"


@dataclass(frozen=True, slots=True)
class Comer:
    """Somebody who is known. ``word`` proves that a change comes from a page of this session."""

    who: Who
    myself: Myself
    bearer: str

    @property
    def word(self) -> str:
        """The session's own word (CSRF token): whoever has not the cookie cannot make it."""
        return sha256(b"licet csrf v1\n" + self.bearer.encode()).hexdigest()

    @property
    def by_key(self) -> bool:
        """Whether a program came with an API key."""
        return self.myself.attended_by == Proof.API_KEY.value

    @property
    def vouched(self) -> bool:
        """Whether a provider vouched for them: their session only reads."""
        return self.myself.attended_by == Proof.VOUCHED.value


def app_of(request: Request) -> App:
    """Return the deployment that is served."""
    found: App = request.app.state.licet
    return found


def comer_of(request: Request) -> Comer | None:
    """Return who calls, or None where nobody known does."""
    said, _, key = request.headers.get("authorization", "").partition(" ")
    cookie = request.cookies.get(request.app.state.serving.cookie, "")
    bearer = key.strip() if said.lower() == "bearer" else cookie
    found = come(app_of(request), bearer) if bearer else None
    if found is None:
        return None
    comer = Comer(found[0], found[1], bearer)
    # A key in a cookie, or a session in the header, is not how either is given.
    return comer if comer.by_key == (said.lower() == "bearer") else None


def known(request: Request) -> Comer:
    """Return who calls. Raises ``Unknown``, and for a change without the session's word too."""
    comer = comer_of(request)
    if comer is None:
        raise Unknown("nobody is signed in", "Sign in, or give an API key.")
    if not comer.by_key and request.method not in SAFE:
        require_word(comer, request.headers.get(WORD_HEADER, ""))
    return comer


def require_word(comer: Comer, word: str) -> None:
    """Raise ``Unknown`` unless ``word`` is the session's: a page of ours knows it."""
    if not hmac.compare_digest(word.encode(), comer.word.encode()):
        raise Unknown("the page's word is missing or old", "Load the page again.")


def own_case(app: App, comer: Comer, case_id: str) -> Case:
    """Return a case of the comer's own organisation.

    Raises ``NotFound``, for what is not there and for what is somebody else's alike.
    """
    with app.store.read() as reader:
        case = reader.governance.case(CaseId(case_id))
    if case is None or case.organisation != comer.myself.organisation:
        raise NotFound("there is no such case")
    return case


_BEARER = HTTPBearer(auto_error=False, description="An API key: `licet member api-key`.")
_COOKIE = APIKeyCookie(name="__Host-licet", auto_error=False, description="A member's session.")

Known = Annotated[Comer, Depends(known)]
TheApp = Annotated[App, Depends(app_of)]
SCHEMES = [Depends(_BEARER), Depends(_COOKIE)]
"""What the OpenAPI document says of how one comes in; :func:`known` reads it."""

"""Signing in by the organisation's identity provider: there, back, and out again."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from pydantic import BaseModel, Field

from licet.provider import Provider
from licet.terms.admission import SignedIn
from licet.terms.errors import NotFound
from licet.terms.vouching import Answered, Fault, Leaving, Unvouched
from licet.vouching import AWAY, arrive, leave
from licet.web.comers import TheApp
from licet.web.page import around
from licet.web.pages.outside import NotVouched
from licet.web.pages.render import render
from licet.web.routes.door import START, remember
from licet.web.serving import Serving

BACK = "/sign-in/provider/back"
LONGEST = 4000
"""Characters of a part of what a browser brings back; codes of providers are long."""

_STATUSES = {Fault.DOWN: 503, Fault.LATE: 400, Fault.REPLAYED: 400}

router = APIRouter(include_in_schema=False)

Part = Annotated[str, Query(max_length=LONGEST)]


class Binding(BaseModel):
    """The code of an invitation."""

    code: str = Field(max_length=100)


@router.get("/sign-in/provider")
def begin(request: Request, app: TheApp) -> Response:
    """Send a browser to the provider."""
    provider = _provider(request)
    return _gone(request, provider, leave(app, provider, _back(request)))


@router.get(BACK)
def back(
    request: Request,
    app: TheApp,
    state: Part = "",
    code: Part = "",
    error: Part = "",
    iss: Part = "",
) -> Response:
    """Let in whom the provider vouches for, or bind them to the member who was invited."""
    provider, serving = _provider(request), _serving(request)
    sealed = request.cookies.get(serving.leaving_cookie, "")
    done = arrive(app, provider, sealed, Answered(state, code, error, iss))
    if isinstance(done, Unvouched):
        answer: Response = _not_vouched(request, provider, done)
    elif isinstance(done, SignedIn):
        answer = RedirectResponse(START, 303)
        remember(request, answer, done)
    else:
        answer = RedirectResponse("/sign-in?bound=true", 303)
    # Good for one way there and back.
    answer.delete_cookie(
        serving.leaving_cookie, secure=serving.secure, httponly=True, samesite="lax"
    )
    return answer


@router.post("/invitation/provider")
def bind(request: Request, app: TheApp, body: Binding) -> Response:
    """Send a browser to the provider, to bind who comes back to who was invited."""
    provider = _provider(request)
    left = leave(app, provider, _back(request), body.code)
    if isinstance(left, Unvouched):
        return _not_vouched(request, provider, left)
    return _packed(request, JSONResponse({"to": left.address}), left)


@router.get("/sign-out/provider")
def out(request: Request) -> RedirectResponse:
    """Send a browser to where the provider ends its own session, if it offers that."""
    place = _provider(request).end(f"{_serving(request).origin}/sign-in")
    return RedirectResponse(place or "/sign-in", 303)


def _gone(request: Request, provider: Provider, left: Leaving | Unvouched) -> Response:
    if isinstance(left, Unvouched):
        return _not_vouched(request, provider, left)
    return _packed(request, RedirectResponse(left.address, 303), left)


def _packed(request: Request, answer: Response, left: Leaving) -> Response:
    """Give the browser what it brings back: no script reads it, and it is over soon."""
    serving = _serving(request)
    answer.set_cookie(
        serving.leaving_cookie,
        left.sealed,
        max_age=int(AWAY.total_seconds()),
        secure=serving.secure,
        httponly=True,
        samesite="lax",  # It has to come along when the provider sends the browser back.
        path="/",
    )
    return answer


def _not_vouched(request: Request, provider: Provider, said: Unvouched) -> HTMLResponse:
    page = NotVouched(said.fault, provider.name)
    return HTMLResponse(render(page, around(request)), _STATUSES.get(said.fault, 403))


def _provider(request: Request) -> Provider:
    found: Provider | None = request.app.state.provider
    if found is None:
        raise NotFound("no identity provider is set", "Sign in with a passkey.")
    return found


def _serving(request: Request) -> Serving:
    found: Serving = request.app.state.serving
    return found


def _back(request: Request) -> str:
    return f"{_serving(request).origin}{BACK}"

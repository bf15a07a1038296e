"""Signing in and out, and coming by an invitation."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from pydantic import BaseModel, Field

from licet import admitting, signing_in
from licet.provider import Provider
from licet.terms.admission import SignedIn
from licet.terms.ids import MemberId
from licet.vault.passkeys import LONGEST
from licet.web.comers import TheApp, comer_of, require_word
from licet.web.page import around
from licet.web.pages.outside import SignIn
from licet.web.pages.render import render
from licet.web.problems import Unknown
from licet.web.serving import Serving

START = "/console"

router = APIRouter(include_in_schema=False)


class Answered(BaseModel):
    """What a browser's authenticator answered, as JSON text."""

    answer: str = Field(max_length=LONGEST)


class Coming(BaseModel):
    """The code of an invitation, and what the authenticator made."""

    code: str = Field(max_length=100)
    challenge: str = Field(default="", max_length=200)
    answer: str = Field(default="", max_length=LONGEST)


@router.get("/sign-in")
def page(
    request: Request, failed: bool = False, bound: bool = False, left: bool = False
) -> HTMLResponse:
    """Show the door of members."""
    provider: Provider | None = request.app.state.provider
    ways = () if provider is None else (("/sign-in/provider", provider.name),)
    shown = SignIn(True, ways, failed=failed, bound=bound, left=left)
    return HTMLResponse(render(shown, around(request)))


@router.post("/sign-in/begin")
def begin(request: Request, app: TheApp) -> Response:
    """Return what a browser is given to sign in."""
    serving: Serving = request.app.state.serving
    options = signing_in.begin(app, serving.relying_party)
    return Response(options, media_type="application/json")


@router.post("/sign-in")
def sign_in(request: Request, app: TheApp, body: Answered) -> JSONResponse:
    """Open a session for the member whose passkey answered."""
    done = signing_in.sign_in(app, body.answer.encode())
    if isinstance(done, signing_in.NotSignedIn):
        raise Unknown("that did not work", "Try again; after several failures, later.")
    answer = JSONResponse({"to": START})
    remember(request, answer, done)
    return answer


@router.post("/sign-in/name")
def by_name(request: Request, app: TheApp, member: Annotated[str, Form()]) -> RedirectResponse:
    """Open a session for a member of a sandbox, where names are believed."""
    done = signing_in.sign_in_by_name(app, MemberId(member))
    answer = RedirectResponse(START, 303)
    remember(request, answer, done)
    return answer


@router.post("/sign-out")
def sign_out(
    request: Request,
    app: TheApp,
    csrf: Annotated[str, Form()] = "",
    everywhere: Annotated[bool, Form()] = False,
) -> RedirectResponse:
    """End the session, or every session of the member."""
    comer = comer_of(request)
    vouched = comer is not None and comer.vouched
    answer = RedirectResponse("/sign-in?left=true" if vouched else "/sign-in", 303)
    if comer is not None and not comer.by_key:
        require_word(comer, csrf)
        signing_in.sign_out(app, comer.bearer, everywhere=everywhere)
        serving: Serving = request.app.state.serving
        answer.delete_cookie(serving.cookie, secure=serving.secure, httponly=True, samesite="lax")
    return answer


@router.post("/invitation/begin")
def begin_passkey(request: Request, app: TheApp, body: Coming) -> JSONResponse:
    """Return what a browser is given to make the passkey of an invitation."""
    challenge, options = admitting.begin_passkey(app, body.code, _place(request))
    return JSONResponse({"challenge": challenge.hex(), "options": options})


@router.post("/invitation")
def add_passkey(request: Request, app: TheApp, body: Coming) -> JSONResponse:
    """Bind the passkey that a browser made to the member who was invited."""
    challenge, answer = _octets(body.challenge), body.answer.encode()
    admitting.add_passkey(app, body.code, challenge, answer, _place(request))
    return JSONResponse({"to": "/sign-in"}, 201)


def _place(request: Request) -> admitting.Place:
    serving: Serving = request.app.state.serving
    return admitting.Place(serving.relying_party, serving.origin)


def _octets(word: str) -> bytes:
    try:
        return bytes.fromhex(word)
    except ValueError:
        return b""


def remember(request: Request, answer: Response, done: SignedIn) -> None:
    """Give the browser its session: no script reads it, and no other site sends it along."""
    serving: Serving = request.app.state.serving
    answer.set_cookie(
        serving.cookie,
        done.token,
        secure=serving.secure,
        httponly=True,
        samesite="lax",
        path="/",
    )

"""What a member comes in with, and what they do about it themselves."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse

from licet.effects import signing
from licet.equipping import (
    end_own_key,
    end_own_passkey,
    end_session,
    invite_oneself,
    mine,
    name_passkey,
    unbind,
)
from licet.provider import Provider
from licet.terms.ids import ApiKeyId, IdentityId, PasskeyId, SessionId
from licet.web.api.signatures import Signed, act_signed
from licet.web.comers import Known, TheApp
from licet.web.member_page import around_comer
from licet.web.pages.render import render
from licet.web.pages.settings import Settings
from licet.web.problems import allowed
from licet.web.routes.forms import Poster, went_to

START = "/console/settings"

router = APIRouter(prefix=START, include_in_schema=False)


@router.get("")
def settings(request: Request, app: TheApp, comer: Known, done: str = "") -> HTMLResponse:
    """Show what the member comes in with."""
    provider: Provider | None = request.app.state.provider
    name = "" if provider is None else provider.name
    page = Settings(allowed(mine(app, comer.who)), name, done)
    return HTMLResponse(render(page, around_comer(request)))


@router.post("/passkeys")
def add(request: Request, app: TheApp, comer: Poster, signature: Signed = "") -> Response:
    """Let the member add one passkey more, or bind their identity; their passkey signs that."""
    about = signing.inviting_oneself()
    done = act_signed(app, comer, about, signature, lambda who: invite_oneself(app, who))
    return went_to(request, f"/invitation#{done.code}")


@router.post("/passkeys/{passkey}/name")
def name(
    request: Request,
    app: TheApp,
    comer: Poster,
    passkey: str,
    name: Annotated[str, Form(max_length=200)] = "",
    signature: Signed = "",
) -> Response:
    """Call a passkey something."""
    about = signing.naming_passkey(PasskeyId(passkey), name)
    act_signed(
        app, comer, about, signature, lambda who: name_passkey(app, who, PasskeyId(passkey), name)
    )
    return went_to(request, f"{START}?done=named")


@router.post("/passkeys/{passkey}/end")
def end(
    request: Request, app: TheApp, comer: Poster, passkey: str, signature: Signed = ""
) -> Response:
    """End a passkey; never the last way in."""
    about = signing.ending_own_passkey(PasskeyId(passkey))
    act_signed(
        app, comer, about, signature, lambda who: end_own_passkey(app, who, PasskeyId(passkey))
    )
    return went_to(request, f"{START}?done=ended")


@router.post("/identities/{identity}/end")
def leave(
    request: Request, app: TheApp, comer: Poster, identity: str, signature: Signed = ""
) -> Response:
    """Unbind the identity; never the last way in."""
    about = signing.unbinding(IdentityId(identity))
    act_signed(app, comer, about, signature, lambda who: unbind(app, who, IdentityId(identity)))
    return went_to(request, f"{START}?done=unbound")


@router.post("/sessions/end")
def end_others(request: Request, app: TheApp, comer: Poster) -> Response:
    """End every session but this one."""
    end_session(app, comer.bearer, None)
    return went_to(request, f"{START}?done=sessions")


@router.post("/sessions/{session}/end")
def end_one(request: Request, app: TheApp, comer: Poster, session: str) -> Response:
    """End one session."""
    end_session(app, comer.bearer, SessionId(session))
    return went_to(request, f"{START}?done=sessions")


@router.post("/keys/{key}/end")
def end_key(request: Request, app: TheApp, comer: Poster, key: str) -> Response:
    """End an API key."""
    end_own_key(app, comer.bearer, ApiKeyId(key))
    return went_to(request, f"{START}?done=key")

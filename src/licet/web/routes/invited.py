"""The page of an invitation. Its code stands after the ``#``, which no server is ever sent."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from licet.provider import Provider
from licet.web.page import around
from licet.web.pages.outside import Invitation
from licet.web.pages.render import render

router = APIRouter(include_in_schema=False)


@router.get("/invitation")
def invitation(request: Request) -> HTMLResponse:
    """Show where a member who was invited makes their passkey."""
    provider: Provider | None = request.app.state.provider
    name = "" if provider is None else provider.name
    return HTMLResponse(render(Invitation(name), around(request)))

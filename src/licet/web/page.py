"""What stands around a page of one request, from the request and who is signed in."""

from fastapi import Request

from licet.web.pages.around import Around
from licet.web.pages.words import chosen

LANGUAGE_COOKIE = "licet-language"


def around(request: Request) -> Around:
    """Return what stands around a page that nobody need be signed in for."""
    app = request.app.state.licet
    return Around(
        nonce=getattr(request.state, "nonce", ""),
        language=language(request),
        here=request.url.path,
        deployment=app.deployment.controller,
        sandbox=app.deployment.sandbox,
        now=app.clock(),
    )


def language(request: Request) -> str:
    """Return the language that this browser wants, of those there are."""
    kept = request.cookies.get(LANGUAGE_COOKIE, "")
    return chosen(kept, request.headers.get("accept-language", ""))

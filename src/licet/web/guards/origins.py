"""What changes something comes from our own pages: the first half against forged requests.

The other half is the session's own word in the form or header (``comers.require_word``), and
the cookie's SameSite. A program with an API key has no cookie that a browser could be made to
send, and is let through.
"""

from licet.web.figures import Figures
from licet.web.guards.asgi import ASGIApp, Receive, Scope, Send, answer, header, is_http

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Origins:
    """Answers 403 to a request that changes something and comes from elsewhere."""

    def __init__(self, app: ASGIApp, origin: str, figures: Figures) -> None:
        self._app = app
        self._origin = origin
        self._figures = figures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if is_http(scope) and scope["method"] not in SAFE and not self._is_ours(scope):
            self._figures.refused("origins")
            says = "This request does not come from a page of ours."
            await answer(
                send, 403, {"type": "urn:licet:error:origin", "title": says, "status": 403}
            )
            return
        await self._app(scope, receive, send)

    def _is_ours(self, scope: Scope) -> bool:
        origin = header(scope, "origin").lower()
        if origin:
            return origin == self._origin
        # Every browser of today says one of the two with a form; a program says neither.
        return header(scope, "sec-fetch-site") in {"", "same-origin"} and not header(
            scope, "cookie"
        )

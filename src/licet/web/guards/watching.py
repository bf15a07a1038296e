"""Outermost: each request gets an id, one line in the log, and is counted.

Neither the line nor the count holds a person's data: no address, no path (ids stand in it), no
query, no header. The route's pattern says what was asked for.
"""

import secrets
import time

import structlog

from licet.web.figures import Figures
from licet.web.guards.asgi import ASGIApp, Message, Receive, Scope, Send, is_http, shared

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

API = "/api/v1"

LOG = structlog.get_logger("licet.web")


class Watching:
    """Names, times and counts requests."""

    def __init__(self, app: ASGIApp, figures: Figures) -> None:
        self._app = app
        self._figures = figures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if not is_http(scope):
            await self._app(scope, receive, send)
            return
        name = shared(scope)["request_id"] = secrets.token_hex(8)
        begun, status = time.perf_counter(), 500

        async def told(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", name.encode())]
            await send(message)

        try:
            await self._app(scope, receive, told)
        finally:
            seconds = time.perf_counter() - begun
            # A made-up method or path is a caller's word: it never becomes a label.
            method = scope["method"] if scope["method"] in _METHODS else "other"
            pattern = _pattern(scope)
            self._figures.answered(method, pattern, status, seconds)
            LOG.info(
                "answered",
                id=name,
                method=method,
                route=pattern,
                status=status,
                ms=round(seconds * 1000, 1),
            )


def _pattern(scope: Scope) -> str:
    """Return the whole pattern of the route that answered; a route tells its own part alone."""
    pattern = str(getattr(scope.get("route"), "path", ""))
    if not pattern:
        return "none"
    below = scope["path"].startswith(f"{API}/") and not pattern.startswith(API)
    return f"{API}{pattern}" if below else pattern

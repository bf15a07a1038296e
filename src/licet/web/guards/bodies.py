"""How much somebody may send, and how slowly: counted while it comes, not believed."""

import asyncio

from starlette.formparsers import MultiPartParser

from licet.web.figures import Figures
from licet.web.guards.asgi import (
    ASGIApp,
    Message,
    Receive,
    Scope,
    Send,
    answer,
    header,
    is_http,
)

MOST = 32 * 1024 * 1024
"""Bytes of one request: a large photo, and room for its form."""

MultiPartParser.spool_max_size = 2 * MOST
"""Of a file in a form, in memory: what somebody sends never lies on a disk in clear."""

SECONDS = 60.0
"""For how long a request may take to arrive."""


class _Stopped(Exception):
    """The request is over before it was read; ``status`` says why."""

    def __init__(self, status: int, says: str) -> None:
        super().__init__(says)
        self.status = status
        self.says = says


class Bodies:
    """Answers 413 to what is too much, 408 to what is too slow."""

    def __init__(
        self, app: ASGIApp, figures: Figures, most: int = MOST, seconds: float = SECONDS
    ) -> None:
        self._app = app
        self._figures = figures
        self._most = most
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if not is_http(scope):
            await self._app(scope, receive, send)
            return
        deadline = asyncio.get_running_loop().time() + self._seconds
        read, whole = 0, False

        async def counted() -> Message:
            nonlocal read, whole
            if whole:  # nothing more comes but that somebody went away
                return await receive()
            left = deadline - asyncio.get_running_loop().time()
            try:
                message = await asyncio.wait_for(receive(), max(left, 0.0))
            except TimeoutError:
                raise _Stopped(408, "The request took too long to arrive.") from None
            read += len(message.get("body", b""))
            whole = message["type"] != "http.request" or not message.get("more_body", False)
            if read > self._most:
                raise _too_much(self._most)
            return message

        try:
            said = header(scope, "content-length")
            if said.isdigit() and int(said) > self._most:
                raise _too_much(self._most)
            await self._app(scope, counted, send)
        except _Stopped as stopped:
            self._figures.refused("bodies")
            problem = {"type": "urn:licet:error:body", "title": stopped.says}
            await answer(send, stopped.status, {**problem, "status": stopped.status})


def _too_much(most: int) -> _Stopped:
    return _Stopped(413, f"A request has at most {most // 2**20} MB.")

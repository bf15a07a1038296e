"""Only requests for our own hosts: a name that points here is not yet ours (DNS rebinding)."""

from licet.web.figures import Figures
from licet.web.guards.asgi import ASGIApp, Receive, Scope, Send, answer, header, is_http


class Hosts:
    """Answers 421 to a request that names another host."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str], figures: Figures) -> None:
        self._app = app
        self._hosts = hosts
        self._figures = figures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if is_http(scope) and header(scope, "host").lower() not in self._hosts:
            self._figures.refused("hosts")
            says = "This server does not answer for that host."
            problem = {"type": "urn:licet:error:host", "title": says, "status": 421}
            await answer(send, 421, problem)
            return
        await self._app(scope, receive, send)

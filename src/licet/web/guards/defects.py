"""A defect of ours is answered and told by its kind: nobody is shown a traceback.

Not even the log: a traceback may quote what somebody sent.
"""

from licet.web.guards.asgi import ASGIApp, Message, Receive, Scope, Send, answer, is_http, shared
from licet.web.guards.watching import LOG


class Defects:
    """The last door for whatever was raised and nobody answered."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if not is_http(scope):
            await self._app(scope, receive, send)
            return
        begun = False

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except Exception as error:  # noqa: BLE001 - the last door: nobody is shown a traceback
            name = shared(scope).get("request_id", "")
            LOG.error("defect", id=name, kind=type(error).__name__)
            if not begun:
                says = "A defect of licet. Nothing half done is kept."
                problem = {"type": "urn:licet:error:defect", "title": says, "status": 500}
                await answer(send, 500, {**problem, "instance": f"urn:licet:request:{name}"})

"""What every answer tells the browser: what it may do with it, and that it is nobody's to keep.

The content policy is the pages' own (``pages.policy``), with a nonce for each answer. Only
what is the same for everybody (style sheets, scripts, fonts) may be kept.
"""

import secrets

from licet.web.guards.asgi import ASGIApp, Message, Receive, Scope, Send, is_http, shared
from licet.web.pages.policy import content_policy

YEAR = 31_536_000

FEATURES = (
    "accelerometer=(), autoplay=(), {camera}display-capture=(), geolocation=(), "
    "gyroscope=(), hid=(), magnetometer=(), microphone=(), midi=(), payment=(), "
    "publickey-credentials-create=(self), publickey-credentials-get=(self), serial=(), usb=()"
)
"""What a page may ask the machine for: passkeys, and a camera where the route says so."""

FIXED = (
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),  # what does not know frame-ancestors
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("x-robots-tag", "noindex"),
)


def allow_camera(scope: Scope) -> None:
    """Let the page that answers this request ask for the camera."""
    shared(scope)["camera"] = True


class Headers:
    """Adds the headers."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self._app = app
        self._secure = secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if not is_http(scope):
            await self._app(scope, receive, send)
            return
        state = shared(scope)
        nonce = state["nonce"] = secrets.token_urlsafe(18)

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                there = {name.lower() for name, _ in message["headers"]}
                ours = self._ours(nonce, camera=bool(state.get("camera")))
                added = [(name, value) for name, value in ours if name not in there]
                message["headers"] = [*message["headers"], *added]
            await send(message)

        await self._app(scope, receive, told)

    def _ours(self, nonce: str, *, camera: bool) -> list[tuple[bytes, bytes]]:
        features = FEATURES.format(camera="camera=(self), " if camera else "camera=(), ")
        found = [
            *FIXED,
            ("content-security-policy", content_policy(nonce)),
            ("permissions-policy", features),
            ("cache-control", "no-store"),
        ]
        if self._secure:
            found.append(("strict-transport-security", f"max-age={YEAR}; includeSubDomains"))
        return [(name.encode(), value.encode()) for name, value in found]

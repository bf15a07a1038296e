"""How often somebody may ask: by session or key, else by the network they come from.

The counts are in this process's memory, under a mark that nobody can turn back into an
address; they are gone when it ends. Several processes each count their own, so the limits are
for each process. Limits of people's data (searches a day, one probe's uses) are not here: the
flows hold those, whoever asks (``consent.ceilings``).
"""

import math
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from ipaddress import IPv4Address, ip_address

from licet.web.figures import Figures
from licet.web.guards.asgi import ASGIApp, Receive, Scope, Send, answer, header, is_http

REMEMBERED = 20_000
"""Comers counted at a time; the one longest unseen is forgotten first."""


@dataclass(frozen=True, slots=True)
class Pace:
    """At most ``burst`` requests at once, and ``per_minute`` in the long run."""

    burst: int
    per_minute: float


KNOWN = Pace(120, 600)
UNKNOWN = Pace(60, 120)
COMING_IN = Pace(10, 10)
"""For signing in, invitations and codes: nobody needs more, and who guesses needs many."""

GUESTS = Pace(300, 1800)
"""For a network from which people with a session of their own come: a whole party, on one line."""

GUESTS_COMING = Pace(30, 30)
"""For codes of an album's link: a party comes at once, and five tries end a code."""

_ALBUM = "/album/"
_DOORS = (
    "/sign-in",
    "/invitation",
    "/api/v1/sign-in",
    "/api/v1/invitation",
    "/me/sign-in",
    "/me/code",
    "/me/contact",
    "/ask",
)
_OPEN = frozenset({"/healthz", "/readyz"})


class Paces:
    """Answers 429 to whoever asks faster than the pace."""

    def __init__(
        self,
        app: ASGIApp,
        figures: Figures,
        cookie: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app = app
        self._figures = figures
        self._cookie = f"{cookie}="
        self._own = f"{cookie}-own="
        self._clock = clock
        self._secret = secrets.token_bytes(32)
        self._left: OrderedDict[bytes, tuple[float, float]] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if not is_http(scope) or scope["path"] in _OPEN:
            await self._app(scope, receive, send)
            return
        again_in = max(self._wait(who, pace) for who, pace in self._comers(scope))
        if again_in:
            self._figures.refused("paces")
            says = "Too many requests in a short time."
            problem = {"type": "urn:licet:error:pace", "title": says, "status": 429}
            await answer(send, 429, problem, again_in)
            return
        await self._app(scope, receive, send)

    def _comers(self, scope: Scope) -> list[tuple[str, Pace]]:
        """Return as whom a request is counted: a made-up session never escapes its network."""
        network = _network(scope["client"][0] if scope.get("client") else "")
        if scope["path"].startswith(_DOORS) and scope["method"] != "GET":
            return [(f"in {network}", COMING_IN)]
        cookies = header(scope, "cookie").split("; ")
        own = next((part for part in cookies if part.startswith(self._own)), "")
        if scope["path"].startswith(_ALBUM) and scope["method"] != "GET" and not own:
            return [(f"guest in {network}", GUESTS_COMING)]
        known = header(scope, "authorization") or next(
            (part for part in cookies if part.startswith(self._cookie)), ""
        )
        if own and not known:
            return [(f"own {own}", KNOWN), (f"guests {network}", GUESTS)]
        return [(f"known {known}", KNOWN), (network, KNOWN)] if known else [(network, UNKNOWN)]

    def _wait(self, who: str, pace: Pace) -> int:
        """Take one request from who asks; returns the seconds to wait, 0 when there was one."""
        mark = blake2b(who.encode(), key=self._secret, digest_size=16).digest()
        now = self._clock()
        left, since = self._left.pop(mark, (float(pace.burst), now))
        left = min(float(pace.burst), left + (now - since) * pace.per_minute / 60)
        wait = 0 if left >= 1 else math.ceil((1 - left) * 60 / pace.per_minute)
        self._left[mark] = (left if wait else left - 1, now)
        if len(self._left) > REMEMBERED:
            self._left.popitem(last=False)
        return wait


def _network(address: str) -> str:
    """Return the network of an address: /24 of IPv4, /48 of IPv6, as providers hand them out."""
    try:
        found = ip_address(address)
    except ValueError:
        return "nowhere"
    kept = 3 if isinstance(found, IPv4Address) else 6
    return found.packed[:kept].hex()

"""The one door to a library: one request at a time, to one server, and to no other.

1. Before each request the caller's permission is asked again; the pause is kept.
2. The line leads to the address that was named, or to one of the internet that was looked
   at. A redirect is not followed: the key would go along.
3. 401, 403 and 429 end the run: whoever is turned away does not knock at the next door. So
   do several troubles in a row; one alone is of its file.
4. What is read is bounded. What is no answer of Immich's is said to be none, and not quoted.

Nothing is written there: it is asked by GET, and by the POST that Immich's search takes.
"""

import json
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import httpcore2

from licet.sources.immich.keys import Key
from licet.sources.immich.place import API, Place
from licet.sources.site.line import CONNECT_SECONDS, SECONDS, Cut, Line, resolve
from licet.sources.site.networks import why_refused
from licet.sources.site.pace import Pace, retry_after
from licet.sources.sniff import FIRST_BYTES
from licet.terms.errors import Busy, Conflict

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_JSON = 32 * 1024 * 1024
"""Bytes of one page of a listing: a thousand photos, each with a kilobyte or two."""

PAUSE = 0.05
"""Seconds between an answer and the next request: the server is the organisation's own."""

_TURNED_AWAY = frozenset({401, 403})
_GONE = frozenset({400, 404, 410})
_OVERLOADED = frozenset({500, 502, 503, 504})
_REMEDY = "See that the key is still there, and may read assets and download them."


Wanted = Callable[[bytes], bool]
"""Says of a file's first bytes whether the rest of it is read."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some bytes of a file, how many it has in all, and what the server says of its state."""

    data: bytes
    total: int
    tag: str


class NotThere(Exception):
    """What was asked for is not there, or not this key's to read. Never leaves this package."""


class NotWhole(Exception):
    """What came is not what was asked for, and why. As above."""


class NotAllowed(Exception):
    """The caller may not ask any more. As above."""


class Door:
    """Reads one library. ``may`` is asked before each request whether it may be sent."""

    def __init__(self, place: Place, key: Key, pace: Pace, may: Callable[[], bool]) -> None:
        self.place = place
        self.pace = pace
        self._key = key
        self._may = may
        self._line = _line(place)
        self._pool = httpcore2.ConnectionPool(
            ssl_context=self._line.tls,
            max_connections=1,
            keepalive_expiry=30.0,
            retries=0,
            network_backend=self._line,
        )

    def close(self) -> None:
        """Close the connection."""
        self._pool.close()

    def ask(self, path: str, body: dict[str, object] | None = None) -> dict[str, Any]:
        """Return the JSON object that the API answers.

        Raises ``NotAllowed``, ``NotThere``; ``Busy``, ``Conflict`` for what ends a run.
        """
        content = None if body is None else json.dumps(body).encode()
        try:
            with self._sent(path, content) as response:
                data = self._read(response, MOST_JSON)
        except NotWhole as why:
            raise Busy(f"{self.place.origin}: {why}", "Collect again later.") from None
        try:
            found = json.loads(data or b"")
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise self.strange()
        return found

    def whole(self, path: str, most: int, wanted: Wanted) -> bytes | None:
        """Return a file; None for one whose first bytes are not ``wanted``.

        Raises as :meth:`ask` does, and ``NotWhole`` for a file that is larger than ``most``.
        """
        with self._sent(path) as response:
            return self._read(response, most, wanted)

    def part(self, path: str, start: int, end: int) -> Part:
        """Return the bytes of a file from one place up to another. Raises as :meth:`ask` does."""
        ranged = (b"Range", b"bytes=%d-%d" % (start, end - 1))
        with self._sent(path, None, ranged) as response:
            said = _field(response, b"content-range").removeprefix("bytes ")
            place, _, total = said.partition("/")
            if response.status != 206 or place.partition("-")[0] != str(start):
                raise NotWhole("it does not give files in parts")
            data = self._read(response, end - start)
        if not total.isdigit() or not data:
            raise NotWhole("it does not give files in parts")
        return Part(data, int(total[:18]), _field(response, b"etag"))

    def strange(self) -> Conflict:
        """Return what to raise for what is no answer of Immich's."""
        return Conflict(
            f"{self.place.origin} does not answer as Immich 2 does",
            "See that the address leads to Immich, and that it is of version 2 or newer.",
        )

    @contextmanager
    def _sent(
        self, path: str, content: bytes | None = None, *more: tuple[bytes, bytes]
    ) -> "Iterator[httpcore2.Response]":
        """Send one request and look at its status. Raises what :meth:`ask` says."""
        if not self._may():
            raise NotAllowed
        spent = self.pace.spent()
        if spent:
            raise Busy(f"{self.place.origin}: {spent}", "Collect again; it goes on from there.")
        self.pace.wait()
        fields = [
            (b"User-Agent", f"licet/{version('licet')}".encode()),
            (b"Accept", b"application/json" if content else b"*/*"),
            (b"Accept-Encoding", b"identity"),
            self._key.field(),
            *more,
        ]
        if content is not None:
            fields.append((b"Content-Type", b"application/json"))
        method = "GET" if content is None else "POST"
        address = f"{self.place.origin}{API}{path}"
        timeouts = {"connect": CONNECT_SECONDS, "read": SECONDS, "write": SECONDS, "pool": SECONDS}
        self._line.until = time.monotonic() + SECONDS
        try:
            with self._pool.stream(
                method, address, headers=fields, content=content, extensions={"timeout": timeouts}
            ) as response:
                self._look(response)
                yield response
                self.pace.well()
        except (Cut, httpcore2.TimeoutException, httpcore2.NetworkError) as error:
            self.pace.trouble()
            raise NotWhole(_why(error)) from None
        except httpcore2.ProtocolError:
            self.pace.trouble()
            raise NotWhole("it gave no whole answer") from None
        finally:
            self.pace.answered()

    def _look(self, response: httpcore2.Response) -> None:
        """Raise what a status means, if it is not a good one."""
        status, origin = response.status, self.place.origin
        if status in {200, 201, 206}:
            return
        if 300 <= status < 400:
            raise Conflict(
                f"{origin} leads elsewhere, and its key does not go along",
                "Open the place that it leads to, with a key of its own.",
            )
        if status in _TURNED_AWAY:
            raise Conflict(f"{origin} does not let this key in: it answers {status}", _REMEDY)
        if status == 429:
            asked = retry_after(_field(response, b"retry-after"))
            wanted = f" for {asked:.0f} seconds" if asked else ""
            raise Busy(f"{origin} asks to be left alone{wanted}", "Collect again later.")
        if status in _OVERLOADED:
            self.pace.trouble()
            raise NotWhole(f"it answers {status}")
        if status in _GONE:
            raise NotThere
        raise self.strange()

    def _read(
        self, response: httpcore2.Response, most: int, wanted: Wanted = lambda _head: True
    ) -> bytes | None:
        """Read a body up to its bound; None where its first bytes are not wanted."""
        too_large = f"it is larger than {most / 1024**2:.3g} MB"
        announced = _field(response, b"content-length")
        head = b""
        data = bytearray()
        for piece in response.iter_stream():
            data += piece
            self.pace.data += len(piece)
            if not head and len(data) >= FIRST_BYTES:
                head = bytes(data[:FIRST_BYTES])
                if not wanted(head):
                    return None
                if announced.isdigit() and int(announced[:18]) > most:
                    raise NotWhole(too_large)
            if len(data) > most:
                raise NotWhole(too_large)
        return bytes(data) if head or wanted(bytes(data)) else None


def _line(place: Place) -> Line:
    """Return the line to a library's server: to the address that is named, or as to a website."""
    if not place.at:
        return Line(resolve, why_refused)
    return Line(
        lambda _host, _port: [place.at],
        lambda address: None if address == place.at else why_refused(address),
    )


def _field(response: httpcore2.Response, name: bytes) -> str:
    return next(
        (value.decode("latin-1") for key, value in response.headers if key.lower() == name), ""
    )


def _why(error: Exception) -> str:
    if isinstance(error, Cut):
        return error.stop.because
    if "certificate" in str(error).lower():
        return "it shows a certificate that nobody vouches for"
    return "it cannot be reached" if isinstance(error, httpcore2.ConnectError) else "it broke off"

"""The one door to the network for sites: one GET at a time, each hop judged anew.

1. Before each request the caller's permission is asked again, then the judge of the
   address; a redirect is a new address and passes both from the start.
2. The pause is kept, and the budget.
3. What is read is bounded: an announced length, the bytes that come, the time, the
   number of redirects. Nothing is unpacked here: packed answers are not asked for.
4. What went wrong is a value; only what concerns the whole site ends a walk (``Busy``).

Nothing is sent but the request: no cookies, no referrer, no credentials, no proxy.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import httpcore2

from licet.sources.site.films import LIVE, MOST_VIDEO_BYTES, SLOWEST, nameless
from licet.sources.site.line import CONNECT_SECONDS, SECONDS, Cut, Line
from licet.sources.site.memory import NOTHING, Validators
from licet.sources.site.pace import Pace, retry_after
from licet.sources.site.place import spell
from licet.sources.site.trace import Judge, Rule, Stop
from licet.sources.sniff import FIRST_BYTES, video_format
from licet.terms.errors import Setup

MOST_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_OVERLOADED = frozenset({429, 502, 503, 504})
_ASK_AGAIN_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the address that gave it, status, fields in lower case, bytes.

    The bytes of anything but a 200 are not read. Those of a video are in ``film``, which
    whoever asked closes.
    """

    address: str
    status: int
    fields: tuple[tuple[str, str], ...]
    data: bytes = b""
    film: BinaryIO | None = None

    def field(self, name: str) -> str:
        """Return a field's value, several joined by commas, "" for none."""
        return ", ".join(value for key, value in self.fields if key == name)

    @property
    def media_type(self) -> str:
        """The media type without parameters, in lower case."""
        return self.field("content-type").partition(";")[0].strip().lower()

    @property
    def validators(self) -> Validators:
        """What a later request may ask with, whether anything changed."""
        return Validators(self.field("etag"), self.field("last-modified"))


Look = Callable[[Answer], Stop | None]
"""Looks at the fields and the first bytes of an answer; a stop leaves the rest unread."""


def _welcome(_answer: Answer) -> Stop | None:
    return None


@dataclass(frozen=True, slots=True)
class Wish:
    """One address to read: at most ``most`` bytes, judged by ``judge``, looked at by ``look``.

    A video is read into a file without a name in the folder ``room``, if there is one.
    """

    address: str
    most: int
    judge: Judge
    look: Look = _welcome
    since: Validators = NOTHING
    redirects: int = MOST_REDIRECTS
    room: Path | None = None


class Door:
    """Reads one host. ``may`` is asked before each request whether it may be sent.

    Raises ``Setup`` for a contact that is none: a site must be able to say stop.
    """

    def __init__(self, line: Line, pace: Pace, contact: str, may: Callable[[], bool]) -> None:
        self.pace = pace
        self._line = line
        self._may = may
        self._name = _name(contact)
        self._pool = httpcore2.ConnectionPool(
            ssl_context=line.tls,
            max_connections=1,
            keepalive_expiry=30.0,
            retries=0,
            network_backend=line,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._pool.close()

    def get(self, wish: Wish) -> Answer | Stop:
        """Return the answer of an address, after its redirects, or why there is none.

        Raises ``Busy`` when the site asks to be left alone, or does not answer any more.
        """
        address = wish.address
        for hop in range(wish.redirects + 1):
            if not self._may():
                return Stop(Rule.PERMISSION, "it may not be collected any more")
            stop = _judged(wish, address)
            if stop is not None:
                return stop if hop == 0 else Stop(stop.rule, f"redirected: {stop.because}")
            answer = self._ask(address, wish)
            if isinstance(answer, Stop) or answer.status not in _REDIRECTS:
                return answer
            onward = spell(answer.field("location"), address)
            if isinstance(onward, Stop):
                return Stop(onward.rule, f"redirected: {onward.because}")
            address = onward
        return Stop(Rule.ANSWER, f"it is redirected more than {wish.redirects} times")

    def _ask(self, address: str, wish: Wish) -> Answer | Stop:
        spent = self.pace.spent()
        if spent:
            return Stop(Rule.BUDGET, spent)
        self.pace.wait()
        if not self._may():
            return Stop(Rule.PERMISSION, "it may not be collected any more")
        self._line.until = time.monotonic() + SECONDS
        try:
            answer = self._exchange(address, wish)
        except Cut as cut:
            answer = cut.stop
        except httpcore2.TimeoutException:
            answer = Stop(Rule.UNREACHABLE, "the site did not answer in time")
        except httpcore2.ConnectError as error:
            answer = Stop(Rule.UNREACHABLE, _why(error))
        except (httpcore2.NetworkError, httpcore2.ProtocolError):
            answer = Stop(Rule.UNREACHABLE, "the site gave no whole answer")
        self.pace.answered()
        self._note(answer)
        return answer

    def _note(self, answer: Answer | Stop) -> None:
        if isinstance(answer, Stop):
            if answer.rule in {Rule.UNREACHABLE, Rule.NETWORK}:
                self.pace.trouble()
        elif answer.status in _OVERLOADED:
            self.pace.trouble(retry_after(answer.field("retry-after")))
        else:
            self.pace.well()

    def _exchange(self, address: str, wish: Wish) -> Answer | Stop:
        fields: list[tuple[bytes, bytes]] = [
            (b"User-Agent", self._name),
            (b"Accept", b"*/*"),
            # Packed, a short answer could be a very long one.
            (b"Accept-Encoding", b"identity"),
            *wish.since.fields(),
        ]
        timeouts = {"connect": CONNECT_SECONDS, "read": SECONDS, "write": SECONDS, "pool": SECONDS}
        with self._pool.stream(
            "GET", address, headers=fields, extensions={"timeout": timeouts}
        ) as response:
            said = tuple(
                (key.decode("latin-1").lower(), value.decode("latin-1").strip())
                for key, value in response.headers
            )
            answer = Answer(address, response.status, said)
            return self._read(answer, response, wish) if answer.status == 200 else answer

    def _read(self, heads: Answer, response: httpcore2.Response, wish: Wish) -> Answer | Stop:
        """Read the body up to its bound, and no further than it is wanted."""
        announced = _announced(heads) or 0
        if announced > (wish.most if wish.room is None else MOST_VIDEO_BYTES):
            return _too_large(wish.most)
        data = bytearray()
        looked = False
        parts = response.iter_stream()
        for part in parts:
            data += part
            self.pace.data += len(part)
            if not looked and len(data) >= FIRST_BYTES:
                looked = True
                stop = wish.look(Answer(heads.address, 200, heads.fields, bytes(data)))
                if stop is not None:
                    return stop
                if wish.room is not None and video_format(bytes(data)) is not None:
                    return self._film(heads, chain((bytes(data),), parts), wish.room)
            if max(len(data), announced) > wish.most:
                return _too_large(wish.most)
        answer = Answer(heads.address, 200, heads.fields, bytes(data))
        stop = None if looked else wish.look(answer)
        return answer if stop is None else stop

    def _film(self, heads: Answer, parts: Iterator[bytes], room: Path) -> Answer | Stop:
        """Read a video that says how long it is, for as long as it may be read."""
        size = _announced(heads)
        if size is None:
            return LIVE
        with ExitStack() as unless_whole:
            film = unless_whole.enter_context(nameless(room))
            began = asked = time.monotonic()
            written = 0
            for part in parts:
                # The first part was counted before it was known for a video's.
                self.pace.data += len(part) if written else 0
                written += len(part)
                try:
                    film.write(part)
                except OSError:
                    return Stop(Rule.SIZE, "there is no room for it where licet runs")
                now = time.monotonic()
                self._line.until = now + SECONDS
                if written < (now - began - SECONDS) * SLOWEST:
                    return Stop(Rule.UNREACHABLE, "the site sends it too slowly")
                if now - asked >= _ASK_AGAIN_SECONDS:
                    asked = now
                    if not self._may():
                        return Stop(Rule.PERMISSION, "it may not be collected any more")
            if written != size:
                return Stop(Rule.UNREACHABLE, "the site gave no whole answer")
            film.seek(0)
            unless_whole.pop_all()
            return Answer(heads.address, 200, heads.fields, film=film)


def _announced(heads: Answer) -> int | None:
    said = heads.field("content-length")
    return int(said[:18]) if said.isdigit() else None


def _judged(wish: Wish, address: str) -> Stop | None:
    """Ask the judge, who may have to read what the host says first."""
    try:
        return wish.judge(address)
    except Cut as cut:
        return cut.stop


def _too_large(most: int) -> Stop:
    return Stop(Rule.SIZE, f"it is larger than {most / 1024**2:.3g} MB")


def _why(error: httpcore2.ConnectError) -> str:
    if "certificate" in str(error).lower():
        return "the site shows a certificate that nobody vouches for"
    return "the site cannot be reached"


def _name(contact: str) -> bytes:
    """Return how licet names itself: product token, version, whom to write to."""
    text = contact.strip()
    if not text or not text.isascii() or not text.isprintable() or set(text) & set("()<>\\\"'"):
        raise Setup(
            "a site must be able to reach who reads it",
            "Set answer_to in licet.toml to a mail or web address.",
        )
    return f"licet/{version('licet')} (+{text})".encode("ascii")

"""How often a site is asked, and how much in one go.

1. One request at a time, and a pause after each answer: a second, or what robots.txt
   asks for, or what the site asks for when it is asked too much (RFC 9110, 10.2.3). Who
   else reads the host, in whichever process, takes turns with it.
2. A pause of more than a minute is not waited for: the run is let go and goes on later.
3. One go has a budget of documents, bytes and time.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from licet.terms.errors import Busy, Conflict

PAUSE = 1.0
"""Seconds between an answer and the next request, at the least."""

LONGEST_PAUSE = 60.0
"""A run is held by a lease of two minutes: a longer pause would lose it."""

MOST_TROUBLES = 4
"""After so many answers in a row that were none, a site is left alone for now."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What one go over a site may take.

    ``documents`` counts pages and sitemaps, not photos. ``of_page`` and ``of_photo`` are how
    many different questions (``?...``) one path is asked: a calendar has an endless number.
    """

    documents: int = 10_000
    data: int = 50 * 1024**3
    seconds: float = 12 * 3600.0
    of_page: int = 50
    of_photo: int = 2_000


Turn = Callable[[float], float]
"""From a pause to the seconds until one's turn; both in seconds."""


@dataclass
class Pace:
    """Waits before each request, and keeps count. ``clock`` and ``sleep`` are in seconds.

    ``turn`` takes the host's next turn, a pause after the one before it whoever took that,
    and says in how many seconds it is.
    """

    host: str
    budget: Budget
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    turn: Turn = lambda _pause: 0.0
    pause: float = PAUSE
    documents: int = 0
    data: int = 0

    def __post_init__(self) -> None:
        self._began = self.clock()
        self._next = self._began
        self._troubles = 0

    def slow_down(self, pause: float) -> None:
        """Keep at least this pause. Raises ``Conflict`` for one that nobody can keep."""
        if pause > LONGEST_PAUSE:
            raise Conflict(
                f"{self.host} wants {pause:.0f} seconds between two requests",
                "Ask who runs it for a shorter Crawl-delay for licet.",
            )
        if pause > self.pause:
            self.pause = pause
            self._next = max(self._next, self.clock() + pause)

    def wait(self) -> None:
        """Wait until the site may be asked again. Raises ``Busy`` if that takes too long."""
        left = self._next - self.clock()
        if left > LONGEST_PAUSE:
            raise Busy(
                f"{self.host} asks to be left alone for {left:.0f} seconds",
                "Collect again later; it goes on from there.",
            )
        left = max(left, self.turn(self.pause))
        if left > 0:
            self.sleep(left)

    def answered(self) -> None:
        """Note that an answer, or none, came: the pause runs from here."""
        self._next = max(self._next, self.clock() + self.pause)

    def well(self) -> None:
        """Note that the site answers as it should."""
        self._troubles = 0

    def trouble(self, asked: float | None = None) -> None:
        """Note that the site could not answer, and how long it asks to be left alone.

        Raises ``Busy`` when that happened several times in a row.
        """
        self._troubles += 1
        wanted = self.pause * 2**self._troubles if asked is None else asked
        self._next = max(self._next, self.clock() + max(wanted, self.pause))
        if self._troubles >= MOST_TROUBLES:
            raise Busy(
                f"{self.host} does not answer as it should",
                "Collect again later; it goes on from there.",
            )

    def spent(self) -> str:
        """Return what of the budget is used up, "" while nothing is."""
        if self.data >= self.budget.data:
            return f"{self.budget.data // 1024**2} MB were read in one go"
        if self.clock() - self._began >= self.budget.seconds:
            return f"one go takes {self.budget.seconds / 3600:.0f} hours at the most"
        return ""


def retry_after(field: str, now: datetime | None = None) -> float | None:
    """Return the seconds that a ``Retry-After`` field asks for, None for no such wish."""
    text = field.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return max(0.0, (when - (now or datetime.now(UTC))).total_seconds())

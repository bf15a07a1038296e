"""Guests: who came by a link and is not through yet. In this process's memory, for an hour.

Their address, their yes and the frames of their camera are written nowhere before all of it is
done: a server that ends forgets them, and they begin again.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from licet.effects.capturing import Capture
from licet.effects.codes import new_code
from licet.terms.album import Begun
from licet.terms.ids import LinkId

SECONDS = 3600.0
"""Long enough to stand in line at a desk."""

MOST = 1000
"""Guests at a time; the one who came first makes way."""

TRIES = 6
"""Captures of one guest: who needs more is helped at the desk."""

DESK_LETTERS = 6


@dataclass
class Guest:
    """One who came by a link. ``contact`` is where their code went, as they wrote it.

    ``desk`` is what their screen shows to a member, who then says that they were ``seen``.
    """

    link: LinkId
    contact: str
    begun: Begun | None = None
    desk: str = ""
    seen: bool = False
    tries: int = 0
    capture: Capture | None = None
    since: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def says_yes(self, begun: Begun) -> None:
        """Hold what they said yes to, with a code for the desk."""
        self.begun, self.capture = begun, None
        self.desk = self.desk or new_code()[:DESK_LETTERS]

    def begin_capture(self) -> Capture | None:
        """Begin a capture, or None where there were too many."""
        if self.tries >= TRIES:
            return None
        self.tries += 1
        self.capture = Capture()
        return self.capture


class Guests:
    """The guests by the word that their browser holds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._held: OrderedDict[str, Guest] = OrderedDict()

    def come(self, word: str, guest: Guest) -> None:
        """Let a guest in who asked for a code."""
        guest.since = self._clock()
        with self._lock:
            self._forget()
            self._held[word] = guest
            while len(self._held) > MOST:
                self._held.popitem(last=False)

    def moves(self, word: str, to: str) -> Guest | None:
        """Know a guest by their session from now on, or None where they are not here."""
        with self._lock:
            self._forget()
            guest = self._held.pop(word, None)
            if guest is not None:
                self._held[to] = guest
        return guest

    def of(self, word: str) -> Guest | None:
        """Return a guest, or None."""
        with self._lock:
            self._forget()
            return self._held.get(word)

    def at_desk(self, code: str) -> Guest | None:
        """Return the guest whose screen shows a code, or None."""
        wanted = "".join(code.split()).upper()
        with self._lock:
            self._forget()
            found = (one for one in self._held.values() if one.desk and one.desk == wanted)
            return next(found, None)

    def go(self, word: str) -> None:
        """Forget a guest now."""
        with self._lock:
            self._held.pop(word, None)

    def _forget(self) -> None:
        now = self._clock()
        for word, guest in tuple(self._held.items()):
            if now - guest.since > SECONDS:
                del self._held[word]

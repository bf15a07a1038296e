"""Captures on their way: in this process's memory, for minutes. Nothing of them is written."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from licet.effects.capturing import Capture

SECONDS = 180.0
"""A capture takes half a minute; who is away longer begins again."""

MOST = 64
"""Captures at a time, each some kilobytes; the oldest makes way."""


class Captures:
    """The captures of people who stand before a camera now, each by its own word."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._held: OrderedDict[str, tuple[Capture, float]] = OrderedDict()

    def begin(self, word: str) -> Capture:
        """Begin a capture in place of an earlier one."""
        made = Capture()
        with self._lock:
            self._forget()
            self._held.pop(word, None)
            self._held[word] = (made, self._clock())
            while len(self._held) > MOST:
                self._held.popitem(last=False)
        return made

    def of(self, word: str) -> Capture | None:
        """Return the capture that goes on under a word, or None."""
        with self._lock:
            self._forget()
            found = self._held.get(word)
        return found[0] if found else None

    def drop(self, word: str) -> None:
        """Let a capture go now."""
        with self._lock:
            self._held.pop(word, None)

    def _forget(self) -> None:
        now = self._clock()
        for word, (_, since) in tuple(self._held.items()):
            if now - since > SECONDS:
                del self._held[word]

"""How fast sources are read, as this process saw it: no run writes its speed down."""

import threading
from collections import deque
from datetime import datetime, timedelta

from licet.terms.ids import SourceId

OVER = timedelta(seconds=90)
"""The speed is that of the last while: a source with small photos at its end goes faster then."""


class Readings:
    """The counts that were looked at lately, by source."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: dict[SourceId, deque[tuple[datetime, int]]] = {}

    def speed(self, source: SourceId, items: int, now: datetime) -> float | None:
        """Note how many items a source has, and return how many a second came lately.

        None until two looks lie a second apart and something came between them.
        """
        with self._lock:
            seen = self._seen.setdefault(source, deque())
            while seen and (now - seen[0][0] > OVER or items < seen[0][1]):
                seen.popleft()
            seen.append((now, items))
            since, before = seen[0]
        seconds = (now - since).total_seconds()
        return (items - before) / seconds if seconds >= 1 and items > before else None

    def forget(self, source: SourceId) -> None:
        """Forget a source that is not read any more."""
        with self._lock:
            self._seen.pop(source, None)

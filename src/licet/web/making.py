"""Reports that are being made: some take longer than somebody waits for a page.

A report of a long ledger counts every entry of its period. It is made in a thread of its own;
the page waits a moment for it, and else says that it is under way. What is under way ends with
this process: it is committed to nothing before its entry, and is asked for again.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from licet.terms.errors import Busy
from licet.terms.ids import MemberId
from licet.terms.reporting import ReportWish

WAIT = 3.0
"""Seconds that a page waits: most reports are done by then."""

MOST = 4
"""So many are made at a time; each reads the ledger."""


@dataclass(frozen=True, slots=True)
class Making:
    """A report that is under way, and who asked for it."""

    member: MemberId
    wish: ReportWish


class Makings:
    """The reports that are under way in this process."""

    def __init__(self, wait: float = WAIT) -> None:
        self._wait = wait
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(MOST, thread_name_prefix="report")
        self._open: dict[Making, Future[object]] = {}

    def make(self, making: Making, work: Callable[[], object]) -> object:
        """Return what ``work`` answered, or None where it goes on behind the page.

        Raises ``Busy`` while the same is under way or too much is, and what ``work`` raises.
        """
        with self._lock:
            self._sweep()
            if making in self._open or len(self._open) >= MOST:
                raise Busy("a report is being made already", "Wait until it is there.")
            future = self._open[making] = self._pool.submit(work)
        try:
            answer = future.result(self._wait)
        except TimeoutError:
            if future.done():  # It was the work's own.
                raise
            return None
        finally:
            with self._lock:
                self._sweep()
        return answer

    def of(self, member: MemberId) -> tuple[Making, ...]:
        """Return what is under way for a member."""
        with self._lock:
            self._sweep()
            return tuple(one for one in self._open if one.member == member)

    def _sweep(self) -> None:
        for making, future in list(self._open.items()):
            if future.done():
                del self._open[making]

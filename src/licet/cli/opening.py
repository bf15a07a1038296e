"""Progress while the gallery is opened: a million sealed templates take seconds.

The gallery is opened from the store when something is first searched, compared or
enrolled; at a terminal a bar says how far that is.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from licet.cli.progress import bar

WORTH_A_BAR = 20_000
"""Fewer templates are opened before a bar could be read."""


@contextmanager
def drawn(total: int) -> Iterator[Callable[[int], object]]:
    """Draw a bar on stderr while a gallery of ``total`` templates is opened."""
    if total < WORTH_A_BAR:
        yield lambda _rows: None
        return
    with bar("opening the gallery") as tell:
        tell(0, total)
        done = 0

        def heard(rows: int) -> None:
            nonlocal done
            done += rows
            tell(done, total)

        yield heard

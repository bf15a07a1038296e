"""Progress while the gallery is opened: a million sealed templates take seconds.

The gallery is opened from the store when something is first searched, compared or
enrolled; at a terminal a bar says how far that is.
"""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from licet.cli.progress import bar

if TYPE_CHECKING:
    from licet.app import App
    from licet.gallery.contract import Gallery
    from licet.terms.gallery import Row
    from licet.terms.ids import ModelId

WORTH_A_BAR = 20_000
"""Fewer templates are opened before a bar could be read."""


class Watched:
    """A gallery that tells how many rows were put into it; all else is the gallery's own."""

    def __init__(self, gallery: "Gallery", tell: Callable[[int], None]) -> None:
        self._gallery = gallery
        self._tell = tell

    def put(self, rows: "Sequence[Row]") -> None:
        """Put the rows, then say how many there were."""
        self._gallery.put(rows)
        self._tell(len(rows))

    def __getattr__(self, name: str) -> Any:
        """Return the gallery's own."""
        return getattr(self._gallery, name)


def watched(app: "App") -> "App":
    """Return the app with a gallery that draws a bar on stderr while it is filled."""

    def opened(model: "ModelId") -> "Gallery":
        gallery = app.open_gallery(model)
        with app.store.read() as reader:
            total = reader.templates.count()
        if total < WORTH_A_BAR:
            return gallery
        return cast("Gallery", Watched(gallery, _drawing(total)))

    return replace(app, open_gallery=opened)


def _drawing(total: int) -> Callable[[int], None]:
    """Return a callback that draws a bar until all rows are there, and nothing after."""
    stack = ExitStack()
    tell = stack.enter_context(bar("opening the gallery"))
    done = 0

    def put(rows: int) -> None:
        nonlocal done
        done += rows
        tell(min(done, total), total)
        if done >= total:
            stack.close()

    return put

"""Telling that two files may show one photo: a coarse mark of the whole picture.

The mark says of 16 x 16 places whether the picture gets brighter to the right (a
difference hash, 256 bits). It survives other sizes and compression, not cropping, turning
or mirroring. It only proposes: two shots of one scene have near marks too, so whether it
is one photo is for the faces in it to say (``licet.effects.copies``).
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

PLACES = 16
BYTES = PLACES * PLACES // 8
ENOUGH = 512
"""Pixels along the short side of which the mark is made."""
NEAR = 40
"""Bits of 256 in which the marks of one photo may differ (docs/decisions/likeness.md)."""

Words = NDArray[np.uint64]


def mark_of(picture: Image.Image) -> bytes:
    """Return the mark of an upright RGB picture, 32 bytes."""
    small = _fewer(picture).convert("L").resize((PLACES + 1, PLACES), Image.Resampling.BOX)
    values = np.asarray(small, np.int16)
    return np.packbits(values[:, 1:] > values[:, :-1]).tobytes()


def _fewer(picture: Image.Image) -> Image.Image:
    """Return every second pixel of every second row, or fewer, where there are more than enough.

    A few hundred pixels stand for each place: of more the mean is the same, and costs more.
    """
    step = max(1, min(picture.size) // ENOUGH)
    if step == 1:
        return picture
    size = -(-picture.width // step), -(-picture.height // step)
    first = 0.5 - step / 2  # a pixel is asked for by its middle
    grid = (step, 0.0, first, 0.0, step, first)
    return picture.transform(size, Image.Transform.AFFINE, grid, Image.Resampling.NEAREST)


class Marks:
    """The marks of many photos, in memory: 32 bytes and a name each."""

    def __init__(self, known: Iterable[tuple[str, bytes]] = ()) -> None:
        self._names: list[str] = []
        self._rows: Words = np.zeros((64, BYTES // 8), np.uint64)
        for name, mark in known:
            self.add(name, mark)

    def add(self, name: str, mark: bytes) -> None:
        """Add a photo's mark under its name."""
        if len(self._names) == len(self._rows):
            self._rows = np.concatenate([self._rows, np.zeros_like(self._rows)])
        self._rows[len(self._names)] = np.frombuffer(mark, np.uint64)
        self._names.append(name)

    def near(self, mark: bytes, most: int = 3) -> tuple[str, ...]:
        """Return the names of the nearest marks, nearest first, none further than ``NEAR``."""
        rows = self._rows[: len(self._names)] ^ np.frombuffer(mark, np.uint64)
        apart = np.bitwise_count(rows).sum(axis=1)
        close = np.flatnonzero(apart <= NEAR)
        close = close[np.argsort(apart[close], kind="stable")][:most]
        return tuple(self._names[at] for at in close)

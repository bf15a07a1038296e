"""Where the templates themselves lie: segments of two int8 planes.

The gallery grows by whole segments, so no template is ever copied to make room, and
no copy of a dropped one is left behind by growing. A segment is also the piece of
work that one thread scans. A template of 128 features takes 256 bytes: together the
planes hold exactly its int16 values.
"""

import numpy as np
from numpy.typing import NDArray

from licet.gallery.bound import norm_above, planes
from licet.gallery.kernel import TILE, Int8s

ROWS = 65_536
"""Rows in a segment: 8 MiB a plane at 128 features."""

_LINE = 64


def _aligned(rows: int, dimension: int) -> Int8s:
    """Return zeros that start on a cache line: rows then lie on as few lines as can be."""
    raw = np.zeros(rows * dimension + _LINE, dtype=np.int8)
    start = -raw.ctypes.data % _LINE
    return raw[start : start + rows * dimension].reshape(rows, dimension)


class Segment:
    """A fixed number of rows. ``high_norm`` and ``low_norm`` bound every row's planes."""

    __slots__ = ("high", "high_norm", "low", "low_norm")

    def __init__(self, rows: int, dimension: int) -> None:
        self.high = _aligned(rows, dimension)
        self.low = _aligned(rows, dimension)
        self.high_norm = 0
        self.low_norm = 0

    def write(self, places: NDArray[np.int64], values: NDArray[np.int16]) -> None:
        """Write templates. The norms only rise: a bound that is too high is still a bound."""
        high, low = planes(values)
        self.high_norm = max(self.high_norm, norm_above(high))
        self.low_norm = max(self.low_norm, norm_above(low))
        self.high[places] = high
        self.low[places] = low

    def wipe(self, places: NDArray[np.int64]) -> None:
        """Overwrite rows with zeros."""
        self.high[places] = 0
        self.low[places] = 0


class Segments:
    """All segments, addressed by row number: segment by segment, in order."""

    def __init__(self, dimension: int, rows: int = ROWS) -> None:
        if rows % TILE:
            raise ValueError(f"a segment holds a multiple of {TILE} rows")
        self.dimension = dimension
        self.rows = rows
        self.all: list[Segment] = []

    @property
    def nbytes(self) -> int:
        """How many bytes are reserved."""
        return len(self.all) * 2 * (self.rows * self.dimension + _LINE)

    def write(self, numbers: NDArray[np.int64], values: NDArray[np.int16]) -> None:
        """Write templates at row numbers, growing as needed."""
        while len(self.all) * self.rows <= int(numbers.max(initial=0)):
            self.all.append(Segment(self.rows, self.dimension))
        home = numbers // self.rows
        for number in np.unique(home):
            here = home == number
            self.all[number].write(numbers[here] % self.rows, values[here])

    def wipe(self, numbers: NDArray[np.int64]) -> None:
        """Overwrite rows with zeros."""
        home = numbers // self.rows
        for number in np.unique(home):
            self.all[number].wipe(numbers[home == number] % self.rows)

"""One pass over the rows for a batch of probes: nothing in scope is missed.

For each piece of a segment:

1. one dot product of int8 rows and the probe's coarse column;
2. rows below the floor cannot reach the threshold and are left out (``bound``);
3. rows outside the scope are left out: first of all when few are in scope, so that
   only those are read, last when most are, so that the scope is read for few rows;
4. the exact score of what is left, in whole numbers, against the threshold.

Pieces are independent; several threads share them. The result is the same whatever
the pieces, the threads and the order of steps 1 to 3.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from licet.gallery.bound import Probe, scores
from licet.gallery.ids import Slots
from licet.gallery.kernel import TILE, Int8s, Packed, dots, pack
from licet.gallery.rows import Filter, Rows
from licet.gallery.segments import Segment

EARLY = 0.25
"""Below this share of rows in scope their rows are gathered before the pass."""

_PIECE = 65_536
"""Dot products in a piece: 256 KiB of int32, which stay in a core's own cache."""


@dataclass(frozen=True, slots=True)
class Reached:
    """Rows at or above the threshold for one probe of the batch, with their exact scores."""

    probe: int
    numbers: Slots
    scores: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Batch:
    """Up to 16 probes that share one pass. ``first`` is the place of the first of them."""

    first: int
    probes: tuple[Probe, ...]
    coarse: Packed
    exact: tuple[Packed, ...]
    threshold: int


def batches(probes: Sequence[Probe], threshold: int) -> Iterator[Batch]:
    """Cut probes into batches of 16, packed for the kernel."""
    for first in range(0, len(probes), TILE):
        some = tuple(probes[first : first + TILE])
        coarse = pack(np.stack([probe.coarse for probe in some]))
        exact = tuple(pack(probe.exact) for probe in some)
        yield Batch(first, some, coarse, exact, threshold)


@dataclass(frozen=True, slots=True)
class Scan:
    """A batch over the rows that pass a filter."""

    rows: Rows
    chosen: Filter
    batch: Batch

    def pieces(self) -> list[tuple[int, int]]:
        """Return the pieces of work as (first, end) row numbers, each within a segment."""
        wide = self.rows.segments.rows
        step = min(wide, _PIECE // self.batch.coarse.width // TILE * TILE)
        used = self.rows.ids.used
        return [
            (start, min(start + step, home + wide, used))
            for home in range(0, used, wide)
            for start in range(home, min(home + wide, used), step)
        ]

    def piece(self, first: int, end: int) -> list[Reached]:
        """Scan one piece."""
        segment = self.rows.segments.all[first // self.rows.segments.rows]
        home = first - first % self.rows.segments.rows
        numbers = self._likely(segment, home, first, end)
        if not len(numbers):
            return []
        places = _whole_tiles(numbers - home)
        high, low = segment.high[places], segment.low[places]
        return [reached for reached in self._exact(high, low, numbers) if len(reached.numbers)]

    def _likely(self, segment: Segment, home: int, first: int, end: int) -> Slots:
        """Return the numbers of the rows in scope that may reach the threshold."""
        if self.chosen.share > EARLY:
            whole = segment.high[first - home : first - home + _up(end - first)]
            numbers = self._above(segment, whole) + first
            numbers = numbers[numbers < end]
            return numbers[self.rows.passing(self.chosen, numbers)]
        passing = self.rows.passing(self.chosen, slice(first, end))
        numbers = np.flatnonzero(passing) + first
        if not len(numbers):
            return numbers
        some = self._above(segment, segment.high[_whole_tiles(numbers - home)])
        return numbers[some[some < len(numbers)]]

    def _above(self, segment: Segment, rows: Int8s) -> Slots:
        """Return which rows reach the floor for some probe."""
        floors = [
            probe.floor(self.batch.threshold, segment.high_norm, segment.low_norm)
            for probe in self.batch.probes
        ]
        products = dots(rows, self.batch.coarse)
        if len(floors) == 1:
            return np.flatnonzero(products.ravel() >= floors[0])
        above = np.flatnonzero(products >= np.array(floors, dtype=np.int32))
        return np.unique(above // len(floors))

    def _exact(self, high: Int8s, low: Int8s, numbers: Slots) -> Iterator[Reached]:
        for place, probe in enumerate(self.batch.probes):
            columns = self.batch.exact[place]
            exact = scores(dots(high, columns), dots(low, columns), probe.offset)
            exact = exact[: len(numbers)]
            here = exact >= self.batch.threshold
            yield Reached(self.batch.first + place, numbers[here], exact[here])


def _up(count: int) -> int:
    return -(-count // TILE) * TILE


def _whole_tiles(places: Slots) -> Slots:
    """Return the places with the last one repeated up to a multiple of 16."""
    return np.pad(places, (0, _up(len(places)) - len(places)), mode="edge")

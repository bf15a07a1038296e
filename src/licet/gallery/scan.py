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

Pairs = tuple[Slots, Slots]
"""Row numbers (or places among the rows read) and, for each, which probe of the batch."""

EARLY = 0.2
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
        home = first - first % self.rows.segments.rows
        segment = self.rows.segments.all[home // self.rows.segments.rows]
        if self.chosen.share < EARLY:
            numbers, probes = self._few(segment, home, first, end)
        else:
            numbers, probes = self._many(segment, home, first, end)
        found = []
        for place in np.unique(probes):
            likely = numbers[probes == place]
            reached = self._exact(segment, home, int(place), likely)
            found += [reached] if len(reached.numbers) else []
        return found

    def _few(self, segment: Segment, home: int, first: int, end: int) -> Pairs:
        """Read only the rows in scope; return those that may reach the threshold."""
        inside = self.rows.passing(self.chosen, slice(first, end))
        numbers = np.flatnonzero(inside) + first
        if not len(numbers):
            return numbers, numbers
        rows = segment.high.take(_whole_tiles(numbers - home), axis=0)
        places, probes = self._above(segment, rows)
        some = places < len(numbers)
        return numbers[places[some]], probes[some]

    def _many(self, segment: Segment, home: int, first: int, end: int) -> Pairs:
        """Read all rows; return those in scope that may reach the threshold."""
        rows = segment.high[first - home : first - home + _up(end - first)]
        places, probes = self._above(segment, rows)
        some = places < end - first
        numbers, probes = places[some] + first, probes[some]
        inside = self.rows.passing(self.chosen, numbers)
        return numbers[inside], probes[inside]

    def _above(self, segment: Segment, rows: Int8s) -> Pairs:
        """Return which of these rows reach the floor, and for which probe."""
        floors = [
            probe.floor(self.batch.threshold, segment.high_norm, segment.low_norm)
            for probe in self.batch.probes
        ]
        products = dots(rows, self.batch.coarse)
        if len(floors) == 1:
            places = np.flatnonzero(products.ravel() >= floors[0])
            return places, np.zeros_like(places)
        above = np.flatnonzero(products >= np.array(floors, dtype=np.int32))
        return above // len(floors), above % len(floors)

    def _exact(self, segment: Segment, home: int, place: int, numbers: Slots) -> Reached:
        """Score rows exactly for one probe and keep those that reach the threshold."""
        places = _whole_tiles(numbers - home)
        columns = self.batch.exact[place]
        high = dots(segment.high.take(places, axis=0), columns)
        low = dots(segment.low.take(places, axis=0), columns)
        exact = scores(high, low, self.batch.probes[place].offset)[: len(numbers)]
        here = exact >= self.batch.threshold
        return Reached(self.batch.first + place, numbers[here], exact[here])


def _up(count: int) -> int:
    return -(-count // TILE) * TILE


def _whole_tiles(places: Slots) -> Slots:
    """Return the places with the last one repeated up to a multiple of 16."""
    return np.concatenate((places, np.full(_up(len(places)) - len(places), places[-1])))

"""Which rows the first pass may leave out, in whole numbers only.

A template v (int16) is kept in two int8 planes, ``v = 256 h + 128 + e`` with h and e
in -128..127: nothing is lost. A probe q (int16) is written ``q = s c + r`` with a whole
scale s, c in int8 and the rest r. Then

    v.q = 256 s (h.c) + 256 (h.r) + 128 sum(q) + e.q
       <= 256 s (h.c) + 256 |h||r| + 128 sum(q) + |e||q|        (Cauchy-Schwarz)

so a row with ``h.c < floor`` cannot reach the threshold t, where

    floor = ceil((t - 128 sum(q) - 256 |h||r| - |e||q|) / (256 s))

with |h| and |e| the largest in the segment. Norms are whole numbers rounded up; no
float is involved, so the bound is safe by construction and the same everywhere.

The exact score needs both planes and all of q: ``q = 256 a + 2 b + c`` with a, b, c in
int8, so it is again dot products of int8 rows, now weighted in int64.
"""

from dataclasses import dataclass
from math import isqrt

import numpy as np
from numpy.typing import NDArray

from licet.gallery.kernel import Int8s
from licet.terms.face import Template

Int16s = NDArray[np.int16]
Int64s = NDArray[np.int64]

WEIGHTS = (256, 2, 1)
"""What the three columns of an exact probe count."""

_LEAST, _MOST = -(2**31), 2**31 - 1


def planes(values: Int16s) -> tuple[Int8s, Int8s]:
    """Split int16 values into the high and the low int8 plane, ``v = 256 h + 128 + e``."""
    high = (values >> 8).astype(np.int8)
    low = ((values & 255) - 128).astype(np.int8)
    return high, low


def norm_above(rows: Int8s) -> int:
    """Return the largest norm among (n, d) int8 rows, rounded up to a whole number."""
    wide = rows.astype(np.int32)
    largest = int(np.einsum("ij,ij->i", wide, wide).max(initial=0))
    return _root_above(largest)


def _root_above(square: int) -> int:
    return isqrt(square) + 1


@dataclass(frozen=True, slots=True)
class Probe:
    """A probe made ready: the coarse int8 column and the three exact ones.

    ``scale`` is s, ``rest`` is |r| and ``norm`` is |q|, both rounded up; ``offset`` is
    128 sum(q), the part of every score that is the same for all rows.
    """

    coarse: Int8s
    exact: Int8s
    scale: int
    rest: int
    norm: int
    offset: int

    def floor(self, threshold: int, high: int, low: int) -> int:
        """Return the least ``h.c`` that can reach the threshold; norms are the segment's.

        Cut to int32, in which the dot products come.
        """
        slack = 256 * high * self.rest + low * self.norm
        least = -((self.offset + slack - threshold) // (256 * self.scale))
        return min(max(least, _LEAST), _MOST)


def ready(template: Template) -> Probe:
    """Make a probe ready."""
    whole = np.array(template.integers(), dtype=np.int64)
    scale = max(1, -(-int(np.abs(whole).max(initial=0)) // 127))
    coarse = (2 * whole + scale) // (2 * scale)
    rest = whole - scale * coarse
    top = np.clip((whole + 128) >> 8, -128, 127)
    left = whole - 256 * top
    return Probe(
        coarse=coarse.astype(np.int8),
        exact=np.stack((top, left >> 1, left & 1)).astype(np.int8),
        scale=scale,
        rest=_root_above(int(rest @ rest)),
        norm=_root_above(int(whole @ whole)),
        offset=128 * int(whole.sum()),
    )


def scores(high: NDArray[np.int32], low: NDArray[np.int32], offset: int) -> Int64s:
    """Return the exact scores from the (n, 3) dot products of both planes."""
    weights = np.array(WEIGHTS, dtype=np.int64)
    both = high.astype(np.int64) * 256 + low
    return both @ weights + offset

"""Dot products of int8 rows, as fast as the rows can be read.

numkong multiplies int8 and adds in int32, so a result is exact and the same on
every machine whatever instructions it picks; :func:`check` proves that on this one
before a gallery opens.

On a CPU with tiles (Intel AMX) the fast path wants 16 columns, and one probe is one
column. So the rows are *folded*: sixteen rows of 128 are read as one row of 2048, and
the probe becomes sixteen columns of 2048, each zero but for its own sixteenth. The
result has the same numbers in the same order. With two probes eight rows fold, and so
on. Without tiles folding would only multiply the work, and nothing folds.
"""

from dataclasses import dataclass
from functools import cache

import numkong
import numpy as np
from numpy.typing import NDArray

from licet.terms.errors import Setup

Int8s = NDArray[np.int8]
Int32s = NDArray[np.int32]

TILE = 16
"""Rows are handed over in multiples of this, so that they can be folded."""

_TILED = ("sapphireamx", "graniteamx")


@dataclass(frozen=True, slots=True)
class Packed:
    """Up to 16 int8 columns, packed for this CPU. ``fold`` rows are read as one."""

    columns: int
    width: int
    fold: int
    matrix: numkong.PackedMatrix


@cache
def has_tiles() -> bool:
    """Say whether this CPU multiplies in tiles."""
    able = numkong.get_capabilities()
    return any(able.get(name, False) for name in _TILED)


def pack(columns: Int8s, *, tiles: bool | None = None) -> Packed:
    """Pack (k, d) int8 columns, 1 <= k <= 16; ``tiles`` overrides the CPU's own way."""
    count, dimension = columns.shape
    folds = has_tiles() if tiles is None else tiles
    width = 1 << (count - 1).bit_length() if folds else count
    fold = TILE // width if folds else 1
    wide = np.zeros((fold, width, fold, dimension), dtype=np.int8)
    for place in range(fold):
        wide[place, :count, place] = columns
    matrix = numkong.dots_pack(wide.reshape(fold * width, fold * dimension))
    return Packed(count, width, fold, matrix)


def dots(rows: Int8s, packed: Packed) -> Int32s:
    """Return the (n, k) int32 dot products of (n, d) contiguous rows, n a multiple of 16."""
    count, dimension = rows.shape
    folded = rows.reshape(count // packed.fold, packed.fold * dimension)
    wide = np.asarray(numkong.dots_packed(folded, packed.matrix))
    return wide.reshape(count, packed.width)[:, : packed.columns]


def check() -> None:
    """Compare the kernel with plain integers on extreme rows. Raises ``Setup``."""
    pattern = np.array([-128, 127, 0, -127, 1, -1, 64], dtype=np.int8)
    rows = np.resize(pattern, (2 * TILE, 128))
    rows[0] = -128
    columns = np.resize(pattern[::-1], (3, 128))
    columns[0] = -128
    truth = rows.astype(np.int32) @ columns.astype(np.int32).T
    if not np.array_equal(dots(np.ascontiguousarray(rows), pack(columns)), truth):
        raise Setup(
            "the integer kernel computes wrong dot products on this CPU",
            "install another version of numkong and report the CPU's model",
        )

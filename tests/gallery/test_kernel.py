"""The kernel's dot products are exact, folded or not, on extreme rows."""

import numpy as np
import pytest

from licet.gallery import kernel
from licet.terms.errors import Setup

EXTREMES = np.array([-128, -127, -1, 0, 1, 64, 127], dtype=np.int8)


@pytest.mark.parametrize("tiles", [True, False])
@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 8, 9, 15, 16])
@pytest.mark.parametrize("dimension", [1, 7, 8, 64, 128, 200, 512])
def test_products_are_exact(tiles: bool, count: int, dimension: int) -> None:
    random = np.random.default_rng(dimension * 100 + count)
    rows = random.choice(EXTREMES, size=(48, dimension))
    columns = random.choice(EXTREMES, size=(count, dimension))
    found = kernel.dots(rows, kernel.pack(columns, tiles=tiles))
    assert found.dtype == np.int32
    assert np.array_equal(found, rows.astype(np.int32) @ columns.astype(np.int32).T)


def test_the_largest_products_fit() -> None:
    rows = np.full((16, 4096), -128, dtype=np.int8)
    assert (kernel.dots(rows, kernel.pack(rows[:1])) == 4096 * 128 * 128).all()


@pytest.mark.parametrize("tiles", [True, False])
def test_a_part_of_a_segment_is_read_in_place(tiles: bool) -> None:
    rows = np.random.default_rng(1).choice(EXTREMES, size=(160, 128))
    columns = rows[3:4].copy()
    found = kernel.dots(rows[32:96], kernel.pack(columns, tiles=tiles))
    assert np.array_equal(found, rows[32:96].astype(np.int32) @ columns.astype(np.int32).T)


def test_the_check_passes_here() -> None:
    kernel.check()


def test_a_cpu_that_computes_wrong_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def saturating(rows: kernel.Int8s, packed: kernel.Packed) -> kernel.Int32s:
        return np.clip(right(rows, packed), -32768, 32767)

    right = kernel.dots
    monkeypatch.setattr(kernel, "dots", saturating)
    with pytest.raises(Setup, match="kernel"):
        kernel.check()


def test_tiles_are_asked_of_the_cpu_once() -> None:
    assert kernel.has_tiles() is kernel.has_tiles()

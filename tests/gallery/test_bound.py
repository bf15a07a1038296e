"""The first pass leaves out nothing that reaches the threshold, by whole numbers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from licet.gallery import bound
from licet.gallery.bound import norm_above, planes, ready, scores
from licet.gallery.segments import Segments
from licet.terms.face import Template
from tests.exploring import examples
from tests.gallery.making import MODEL

Shape = tuple[int, int]
EDGES = [-32768, -32767, -257, -256, -129, -128, -1, 0, 1, 127, 128, 255, 256, 32512, 32767]

features = st.integers(1, 40).flatmap(
    lambda size: st.tuples(
        arrays.arrays(
            np.int16, (6, size), elements=st.sampled_from(EDGES) | st.integers(-300, 300)
        ),
        arrays.arrays(np.int16, size, elements=st.sampled_from(EDGES) | st.integers(-9000, 9000)),
    )
)


def probe_of(values: np.ndarray) -> bound.Probe:
    return ready(Template(MODEL, values.astype("<i2").tobytes()))


def test_planes_lose_nothing() -> None:
    every = np.arange(-32768, 32768, dtype=np.int16).reshape(-1, 64)
    high, low = planes(every)
    assert high.dtype == low.dtype == np.int8
    assert np.array_equal(256 * high.astype(int) + 128 + low, every)


@given(st.integers(-32768, 32767))
def test_the_exact_columns_lose_nothing(value: int) -> None:
    made = probe_of(np.array([value, 5]))
    weighed = np.array(bound.WEIGHTS) @ made.exact.astype(int)
    assert weighed.tolist() == [value, 5]


@settings(deadline=None)
@given(features)
def test_scores_are_the_dot_products(drawn: tuple[np.ndarray, np.ndarray]) -> None:
    rows, values = drawn
    high, low = planes(rows)
    made = probe_of(values)
    columns = made.exact.astype(np.int32).T
    found = scores(high.astype(np.int32) @ columns, low.astype(np.int32) @ columns, made.offset)
    truth = rows.astype(np.int64) @ values.astype(np.int64)
    assert found.tolist() == truth.tolist()


@settings(max_examples=examples(100), deadline=None)
@given(features, st.integers(-2, 2))
def test_no_row_that_reaches_the_threshold_is_below_the_floor(
    drawn: tuple[np.ndarray, np.ndarray], step: int
) -> None:
    rows, values = drawn
    high, low = planes(rows)
    made = probe_of(values)
    coarse = high.astype(np.int64) @ made.coarse.astype(np.int64)
    truth = rows.astype(np.int64) @ values.astype(np.int64)
    for score in truth.tolist():
        threshold = score + step
        floor = made.floor(threshold, norm_above(high), norm_above(low))
        assert (coarse[truth >= threshold] >= floor).all()


def test_the_floor_leaves_out_nearly_all_rows_of_unit_length() -> None:
    random = np.random.default_rng(5)
    unit = random.standard_normal((4000, 128))
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    rows = np.rint(unit * 32767).astype(np.int16)
    high, low = planes(rows)
    made = probe_of(rows[0])
    floor = made.floor(int(0.45 * 32767**2), norm_above(high), norm_above(low))
    coarse = high.astype(np.int64) @ made.coarse.astype(np.int64)
    assert np.flatnonzero(coarse >= floor).tolist() == [0]


def test_the_floor_is_cut_to_what_a_dot_product_can_be() -> None:
    made = probe_of(np.zeros(8))
    assert made.floor(1 << 60, 1, 1) == 2**31 - 1
    assert made.floor(-(1 << 60), 1, 1) == -(2**31)


def test_a_segment_bounds_all_its_rows_whatever_was_written_last() -> None:
    segments = Segments(4, rows=16)
    loud = np.array([[32767, -32768, 30000, 1], [127, 128, -129, 255]], dtype=np.int16)
    quiet = np.array([[128, 128, 128, 128], [-1, 1, 0, 2]], dtype=np.int16)
    segments.write(np.array([1, 2]), loud)
    segments.write(np.array([3, 20]), quiet)
    for segment in segments.all:
        assert segment.high_norm >= norm_above(segment.high)
        assert segment.low_norm >= norm_above(segment.low)
    assert len(segments.all) == 2
    assert segments.all[1].high_norm < segments.all[0].high_norm  # each has its own


@pytest.mark.parametrize("square", [0, 1, 2, 3, 4, 15, 16, 17, 2**40])
def test_norms_are_rounded_up(square: int) -> None:
    assert bound._root_above(square) ** 2 > square

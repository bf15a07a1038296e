import dataclasses
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.terms.errors import BadInput, Setup
from licet.terms.face import ONE, Score, cosine_of, score_of
from licet.vision.calibration import Calibration, comparison_rate
from licet.vision.card import Anchor, shipped_card

CARD = shipped_card("sface-2021dec")
CALIBRATION = Calibration(CARD)

rates = st.floats(1e-6, 0.5)
sizes = st.integers(1, 10**7)
photo_counts = st.integers(1, 5)


@pytest.mark.parametrize("anchor", CARD.anchors, ids=str)
def test_every_anchor_of_the_card_is_met(anchor: Anchor) -> None:
    score = CALIBRATION.threshold(anchor.rate, anchor.subjects, anchor.photos)
    assert cosine_of(score) == pytest.approx(anchor.cosine, abs=1e-6)


def test_the_measured_thresholds_are_those_of_the_design() -> None:
    found = [cosine_of(CALIBRATION.threshold(1e-2, n, 3)) for n in (20, 100, 500)]
    assert found == pytest.approx([0.381, 0.420, 0.453], abs=1e-6)
    assert cosine_of(CALIBRATION.same_person()) == pytest.approx(0.370, abs=1e-6)


@given(rates, sizes, sizes, photo_counts)
def test_more_people_never_lower_the_threshold(fpir: float, n: int, m: int, photos: int) -> None:
    fewer, more = sorted((n, m))
    low = CALIBRATION.threshold(fpir, fewer, photos)
    assert low <= CALIBRATION.threshold(fpir, more, photos)


@given(rates, rates, sizes, photo_counts)
def test_rarer_errors_never_lower_the_threshold(a: float, b: float, n: int, photos: int) -> None:
    rarer, commoner = sorted((a, b))
    high = CALIBRATION.threshold(rarer, n, photos)
    assert high >= CALIBRATION.threshold(commoner, n, photos)


@given(st.floats(1e-6, 0.1), sizes, photo_counts)
def test_at_the_threshold_as_many_are_expected_as_the_fpir_says(
    fpir: float, n: int, photos: int
) -> None:
    score = CALIBRATION.threshold(fpir, n, photos)
    if score >= ONE:
        return
    expected = CALIBRATION.expected_innocent(score, n, photos)
    assert expected == pytest.approx(n * comparison_rate(fpir, n), rel=1e-3)


@given(st.floats(-1, 1), st.floats(-1, 1), sizes)
def test_a_higher_score_never_expects_more(a: float, b: float, n: int) -> None:
    low, high = sorted((score_of(a), score_of(b)))
    more, fewer = (CALIBRATION.expected_innocent(s, n, 3) for s in (low, high))
    assert n >= more >= fewer >= 0


@pytest.mark.parametrize("n", [1, 10**7])
def test_the_ends_are_sensible(n: int) -> None:
    cosine = cosine_of(CALIBRATION.threshold(1e-2, n, 3))
    assert 0.3 < cosine < 0.8


def test_outside_the_anchors_the_threshold_errs_upwards() -> None:
    steepest = (0.420 - 0.381) / math.log10(comparison_rate(1e-2, 20) / comparison_rate(1e-2, 100))
    tenfold = cosine_of(CALIBRATION.threshold(1e-2, 5000, 3))
    assert tenfold == pytest.approx(0.453 + steepest, abs=1e-3)
    assert cosine_of(CALIBRATION.threshold(1e-2, 1, 3)) > 0.302


def test_one_photo_needs_more_than_three() -> None:
    assert CALIBRATION.threshold(1e-2, 500, 1) > CALIBRATION.threshold(1e-2, 500, 3)
    assert CALIBRATION.threshold(1e-2, 500, 2) == CALIBRATION.threshold(1e-2, 500, 1)
    assert CALIBRATION.threshold(1e-2, 500, 9) == CALIBRATION.threshold(1e-2, 500, 3)


@pytest.mark.parametrize(("fpir", "n", "photos"), [(0, 5, 3), (1, 5, 3), (0.1, 0, 3), (0.1, 5, 0)])
def test_nonsense_is_refused(fpir: float, n: int, photos: int) -> None:
    with pytest.raises(BadInput):
        CALIBRATION.threshold(fpir, n, photos)


def test_expectation_among_nobody_is_refused() -> None:
    with pytest.raises(BadInput):
        CALIBRATION.expected_innocent(Score(0), 0, 3)


@pytest.mark.parametrize(
    "anchors",
    [
        (),
        (Anchor(1, 1e-2, 0.3, 1),),
        (Anchor(1, 1e-2, 0.3, 1), Anchor(1, 1e-3, 0.2, 1)),
        (Anchor(1, 1e-2, 0.3, 1), Anchor(1, 1e-2, 0.4, 1)),
        (Anchor(20, 1e-2, 0.3, 3), Anchor(100, 1e-2, 0.4, 3)),
    ],
)
def test_a_card_that_cannot_be_calibrated_is_refused(anchors: tuple[Anchor, ...]) -> None:
    with pytest.raises(Setup):
        Calibration(dataclasses.replace(CARD, anchors=anchors))

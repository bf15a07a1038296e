import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.evaluate.statistics import (
    fnir_interval,
    mean_interval,
    rate_interval,
    threshold_at,
)

scores = st.lists(st.integers(-1000, 1000), min_size=1, max_size=200)


@given(scores, st.floats(1e-4, 0.9))
def test_the_threshold_is_the_smallest_that_keeps_the_rate(values: list[int], rate: float) -> None:
    found = np.array(values, float)
    cut = threshold_at(found, rate)
    assert np.mean(found >= cut) <= rate + 1e-9
    below = np.nextafter(cut, -np.inf)
    assert np.mean(found >= below) > rate or not math.isfinite(cut)


def test_a_rate_of_one_lets_everybody_through() -> None:
    assert threshold_at(np.array([1.0, 2.0]), 1.0) == -np.inf


def test_the_bootstrap_draws_people_not_photos() -> None:
    chance = np.random.default_rng(1)
    people = np.repeat(np.arange(20), 50)
    missed = np.repeat(chance.random(20) < 0.3, 50)
    together = mean_interval(missed, people, seed=0)
    apart = mean_interval(missed, np.arange(1000), seed=0)
    assert together.value == apart.value
    assert together.high - together.low > 4 * (apart.high - apart.low)
    assert together.low <= together.value <= together.high


def test_no_event_seen_is_not_no_event_possible() -> None:
    none = rate_interval(np.zeros(400, bool), np.repeat(np.arange(40), 10))
    assert (none.value, none.low) == (0, 0)
    assert none.high == pytest.approx(0.0876, abs=1e-3)
    assert mean_interval(np.zeros(400, bool), np.repeat(np.arange(40), 10), 0) == none
    every = rate_interval(np.ones(40, bool), np.arange(40))
    assert every.high == pytest.approx(1)
    assert every.low < 0.95


def test_the_intervals_hold_what_they_promise() -> None:
    chance = np.random.default_rng(7)
    held = 0
    for _ in range(200):
        events = chance.random(300) < 0.05
        interval = rate_interval(events, np.arange(300))
        held += interval.low <= 0.05 <= interval.high
    assert held >= 180


def test_fnir_counts_what_is_below_the_threshold_of_the_others() -> None:
    mated = np.array([5.0, 15.0, 25.0, -np.inf])
    others = np.arange(20.0)
    people, strangers = np.arange(4), np.arange(20)
    found = fnir_interval(mated, people, others, strangers, 0.1, seed=0)
    assert found.value == 0.75
    assert 0 <= found.low < found.value <= found.high <= 1
    assert found == fnir_interval(mated, people, others, strangers, 0.1, seed=0)

"""Which frames are worth a look: the rules, one by one, and what they promise together."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.vision.scenes import (
    CHANGED,
    KEY_STEP,
    MOST_A_MINUTE,
    SOONEST,
    STEP,
    Chooser,
    colours,
    difference,
)

RED, GREEN, BLUE = (
    colours(np.full((9, 16, 3), one, np.uint8))
    for one in ((220, 20, 20), (20, 200, 30), (20, 30, 210))
)


def test_a_histogram_is_a_share_and_a_little_light_changes_little() -> None:
    assert RED.sum() == pytest.approx(1)
    assert difference(RED, RED) == 0
    assert difference(RED, GREEN) > 0.6
    brighter = colours(np.full((9, 16, 3), (224, 24, 24), np.uint8))
    assert 0 < difference(RED, brighter) < CHANGED
    white = colours(np.full((2, 2, 3), 255, np.uint8))
    assert difference(white, colours(np.zeros((2, 2, 3), np.uint8))) == pytest.approx(1)


def test_the_first_frame_is_looked_at_and_no_other_of_its_moment() -> None:
    chooser = Chooser()
    assert chooser.takes(0, RED, key=False)
    assert not chooser.takes(0, GREEN, key=True)
    assert not chooser.takes(SOONEST - 1, GREEN, key=True)
    assert chooser.takes(SOONEST, GREEN, key=False)


def test_a_key_frame_is_looked_at_sooner_than_another() -> None:
    chooser = Chooser()
    chooser.takes(0, RED, key=True)
    assert not chooser.takes(KEY_STEP - 1, RED, key=True)
    assert not chooser.takes(STEP - 1, RED, key=False)
    assert chooser.takes(KEY_STEP, RED, key=True)
    assert not chooser.takes(KEY_STEP + STEP - 1, RED, key=False)
    assert chooser.takes(KEY_STEP + STEP, RED, key=False)


def test_change_is_counted_from_the_last_look() -> None:
    chooser = Chooser()
    chooser.takes(0, RED, key=True)
    steps = [RED + (GREEN - RED) * share for share in (0.1, 0.2, 0.3, 0.4)]
    taken = [chooser.takes(200 * n, one, key=False) for n, one in enumerate(steps, 1)]
    assert taken == [False, False, True, False]


def test_what_flickers_costs_no_more_than_four_looks_a_second() -> None:
    chooser = Chooser()
    at = range(0, 120_000, 50)
    taken = [one for one in at if chooser.takes(one, (RED, GREEN)[one // 50 % 2], key=True)]
    for minute in (0, 1):
        looks = [one for one in taken if one // 60_000 == minute]
        assert MOST_A_MINUTE < len(looks) <= MOST_A_MINUTE + 60
    assert max(b - a for a, b in pairwise(taken)) <= STEP


@given(
    st.lists(st.tuples(st.integers(1, 400), st.sampled_from("RGB"), st.booleans()), max_size=300)
)
@settings(max_examples=30)
def test_nothing_is_shown_for_a_second_unseen(steps: list[tuple[int, str, bool]]) -> None:
    chooser, at, last = Chooser(), 0, 0
    shown = {"R": RED, "G": GREEN, "B": BLUE}
    for step, name, key in steps:
        at += step
        if chooser.takes(at, shown[name], key=key):
            last = at
        assert at - last < STEP or at == steps[0][0]

"""How often a site is asked, and how much in one go."""

from datetime import UTC, datetime

import pytest

from licet.sources.site.pace import LONGEST_PAUSE, Budget, retry_after
from licet.terms.errors import Busy, Conflict
from tests.sources.site.servers import Clock, pace

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


def test_there_is_a_second_between_an_answer_and_the_next_request() -> None:
    clock = Clock()
    one = pace(clock=clock)
    for seconds in (0.0, 0.25, 5.0):
        one.wait()
        one.answered()
        clock.now += seconds
    one.wait()
    assert clock.slept == [1.0, 0.75]


def test_a_site_may_ask_for_longer_pauses_and_not_for_shorter_ones() -> None:
    clock = Clock()
    one = pace(clock=clock)
    one.slow_down(5)
    one.slow_down(0.1)
    one.answered()
    one.wait()
    assert clock.slept == [5]
    with pytest.raises(Conflict, match="61 seconds"):
        one.slow_down(LONGEST_PAUSE + 1)


def test_a_site_that_asks_to_be_left_alone_is() -> None:
    clock = Clock()
    one = pace(clock=clock)
    one.trouble(30)
    one.wait()
    assert clock.slept == [30]
    one.trouble(3600)
    with pytest.raises(Busy, match="3600 seconds"):
        one.wait()
    clock.now += 3590
    one.wait()
    assert clock.slept == [30, 10]


def test_troubles_in_a_row_end_a_go_and_a_good_answer_forgives() -> None:
    clock = Clock()
    one = pace(clock=clock)
    for _ in range(3):
        one.trouble()
    one.well()
    for expected in (2, 4, 8):
        one.trouble()
        clock.slept.clear()
        clock.now += 100
        one.answered()
        assert one.spent() == ""
        assert expected
    with pytest.raises(Busy, match="as it should"):
        one.trouble()


def test_pauses_grow_while_a_site_is_in_trouble() -> None:
    clock = Clock()
    one = pace(clock=clock)
    for _ in range(3):
        one.trouble()
        one.wait()
    assert clock.slept == [2, 4, 8]


def test_a_budget_is_kept() -> None:
    clock = Clock()
    one = pace(Budget(data=1024**2, seconds=60), clock)
    assert one.spent() == ""
    one.data = 1024**2
    assert "1 MB" in one.spent()
    one.data = 0
    clock.now += 60
    assert "hours" in one.spent()


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("9" * 40, 999_999_999.0),
        ("Mon, 04 May 2026 12:01:00 GMT", 60.0),
        ("Mon, 04 May 2026 12:01:00 -0000", 60.0),
        ("Mon, 04 May 2026 11:00:00 GMT", 0.0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("١٢", None),
    ],
)
def test_what_a_site_asks_for_is_read(text: str, seconds: float | None) -> None:
    assert retry_after(text, NOW) == seconds


def test_who_else_reads_the_host_takes_turns() -> None:
    """The longer of one's own pause and the turn that is left is waited for."""
    clock, turns = Clock(), [0.0, 0.5, 4.0]
    one = pace(clock=clock, turn=lambda _pause: turns.pop(0))
    for _ in range(3):
        one.wait()
        one.answered()
    assert clock.slept == [1.0, 4.0]

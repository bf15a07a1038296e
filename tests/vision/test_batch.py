"""Reading, working and writing overlap; the order and the results do not depend on how."""

import threading
import time
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.vision.batch import AHEAD, GROUP, in_groups

TIMES = st.lists(st.floats(0, 0.002), max_size=40)


@settings(max_examples=30, deadline=None)
@given(reading=TIMES, working=st.lists(st.floats(0, 0.002), min_size=1), threads=st.integers(1, 5))
def test_the_order_stays_whoever_is_slow(
    reading: list[float], working: list[float], threads: int
) -> None:
    def source() -> Iterator[int]:
        for at, seconds in enumerate(reading):
            time.sleep(seconds)
            yield at

    def work(group: list[int]) -> list[int]:
        time.sleep(working[group[0] % len(working)])
        return [one * one for one in group]

    assert list(in_groups(source(), work, threads)) == [at * at for at in range(len(reading))]


def test_a_slow_source_holds_up_nothing_that_is_ready() -> None:
    """The third photo is not read before the first, which is done, was handed on."""
    read: list[int] = []
    done = threading.Event()

    def source() -> Iterator[int]:
        for at in range(4):
            if at == 2:
                assert done.wait(5)
            read.append(at)
            yield at

    def work(group: list[int]) -> list[int]:
        done.set()
        return group

    results = in_groups(source(), work, 2)
    assert next(results) == 0
    assert len(read) <= 3
    assert list(results) == [1, 2, 3]


def test_an_idle_thread_gets_the_next_photo_at_once() -> None:
    groups: list[list[int]] = []

    def source() -> Iterator[int]:
        for at in range(6):
            time.sleep(0.01)
            yield at

    def work(group: list[int]) -> list[int]:
        groups.append(group)
        return group

    assert list(in_groups(source(), work, 2)) == list(range(6))
    assert max(map(len, groups)) == 1


@pytest.mark.parametrize("threads", [1, 3])
def test_a_slow_writer_holds_back_the_reading(threads: int) -> None:
    read: list[int] = []

    def source() -> Iterator[int]:
        for at in range(500):
            read.append(at)
            yield at

    most = 0
    for handed_on, _ in enumerate(in_groups(source(), list, threads)):
        if handed_on % 50 == 0:
            time.sleep(0.005)
        most = max(most, len(read) - handed_on)
    assert most <= GROUP * (threads * AHEAD + 1)


def test_leaving_early_stops_what_runs() -> None:
    stopped = threading.Event()

    def work(group: list[int]) -> list[int]:
        if group[0]:
            stopped.wait(5)
        time.sleep(0.05)  # until the next ones were handed out
        return group

    results = in_groups(iter(range(100)), work, 2, stopped.set)
    assert next(results) == 0
    began = time.monotonic()
    results.close()
    assert time.monotonic() - began < 4
    assert stopped.is_set()


def test_nothing_is_stopped_at_the_end() -> None:
    def stop() -> None:
        raise AssertionError

    assert list(in_groups(iter(range(9)), list, 2, stop)) == list(range(9))

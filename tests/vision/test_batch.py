"""Reading, working and writing overlap; the order and the results do not depend on how."""

import threading
import time
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.vision.batch import AHEAD, in_order

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

    def work(one: int) -> int:
        time.sleep(working[one % len(working)])
        return one * one

    assert list(in_order(source(), work, threads)) == [at * at for at in range(len(reading))]


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

    def work(one: int) -> int:
        done.set()
        return one

    results = in_order(source(), work, 2)
    assert next(results) == 0
    assert len(read) <= 3
    assert list(results) == [1, 2, 3]


def test_few_photos_are_shared_out_among_all_threads() -> None:
    """The fourth does not wait behind the others: each of four threads has one at once."""
    together = threading.Barrier(4)

    def work(one: int) -> int:
        together.wait(5)
        return one

    assert list(in_order(iter(range(4)), work, 4)) == list(range(4))


@pytest.mark.parametrize("threads", [1, 3])
def test_a_slow_writer_holds_back_the_reading(threads: int) -> None:
    read: list[int] = []

    def source() -> Iterator[int]:
        for at in range(500):
            read.append(at)
            yield at

    most = 0
    for handed_on, _ in enumerate(in_order(source(), str, threads)):
        if handed_on % 50 == 0:
            time.sleep(0.005)
        most = max(most, len(read) - handed_on)
    assert most <= threads * AHEAD + 1


def test_leaving_early_stops_what_runs() -> None:
    stopped = threading.Event()

    def work(one: int) -> int:
        if one:
            stopped.wait(5)
        time.sleep(0.05)  # until the next ones were handed out
        return one

    results = in_order(iter(range(100)), work, 2, stopped.set)
    assert next(results) == 0
    began = time.monotonic()
    results.close()
    assert time.monotonic() - began < 4
    assert stopped.is_set()


def test_nothing_is_stopped_at_the_end() -> None:
    def stop() -> None:
        raise AssertionError

    assert list(in_order(iter(range(9)), int, 2, stop)) == list(range(9))

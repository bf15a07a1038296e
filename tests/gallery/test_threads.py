"""Many threads: the same answer, never a half-written row, writers first."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from licet.gallery import exact
from licet.gallery.contract import Columns
from licet.gallery.exact import ExactGallery
from licet.gallery.turns import Turns
from licet.terms.face import Score, Template
from licet.terms.ids import GrantId, TemplateId
from tests.gallery.making import MODEL, NOW, key, searching, slot

ROWS = 40_000
WIDE = 32
PATIENCE = 20
LOW = 3 * 10**8  # about one row in fifty reaches it


def filled(threads: int | None, rows: int = ROWS) -> tuple[ExactGallery, np.ndarray]:
    """40,000 rows under 400 grants, more than one segment, enough to share out."""
    values = np.random.default_rng(11).integers(-9000, 9000, size=(rows, WIDE)).astype(np.int16)
    gallery = ExactGallery(MODEL, WIDE, lambda: NOW, threads=threads, segment_rows=4096)
    gallery.put_grants([slot(n) for n in range(1, 401)])
    gallery.put_arrays(
        Columns(
            ids=[TemplateId(key(10_000 + n)) for n in range(rows)],
            grants=[GrantId(key(1 + n % 400)) for n in range(rows)],
            appearance=np.zeros(rows, dtype=np.bool_),
            values=values,
            first_seen=np.zeros(rows, dtype=np.int64),
        )
    )
    return gallery, values


@pytest.fixture(scope="module", params=[1, 2, 3, None])
def opened(request: pytest.FixtureRequest) -> Iterator[tuple[ExactGallery, np.ndarray]]:
    gallery, values = filled(request.param)
    yield gallery, values
    gallery.close()


def probe_of(values: np.ndarray) -> Template:
    return Template(MODEL, values.astype("<i2").tobytes())


def test_threads_share_the_rows_and_lose_none(opened: tuple[ExactGallery, np.ndarray]) -> None:
    gallery, values = opened
    probes = [probe_of(values[at]) for at in (0, 17, ROWS - 1)]
    answers = gallery.candidates(searching(), probes, Score(LOW), ROWS)
    for at, answer in zip((0, 17, ROWS - 1), answers, strict=True):
        truth = values.astype(np.int64) @ values[at].astype(np.int64)
        order = np.lexsort((np.arange(ROWS), -truth))
        wanted = [key(10_000 + int(n)) for n in order if truth[n] >= LOW]
        assert [one.template for one in answer] == wanted
        assert len(wanted) > 1


def test_few_in_scope_are_gathered_to_the_same_answer(
    opened: tuple[ExactGallery, np.ndarray],
) -> None:
    gallery, values = opened
    named = frozenset({GrantId(key(5)), GrantId(key(400))})
    (answer,) = gallery.candidates(
        searching(grants=named), [probe_of(values[4])], Score(-(2**40)), ROWS
    )
    truth = values.astype(np.int64) @ values[4].astype(np.int64)
    inside = [n for n in range(ROWS) if n % 400 in {4, 399}]
    inside.sort(key=lambda n: (-truth[n], n))
    assert [one.template for one in answer] == [key(10_000 + n) for n in inside]


def test_a_search_sees_a_change_whole_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exact, "_WORTH_THREADS", 0)
    rows = 8_000
    gallery, values = filled(2, rows)
    probe = probe_of(values[0])
    grants = [GrantId(key(n)) for n in range(1, 201)]
    stop = threading.Event()

    def look() -> set[int]:
        seen = set()
        while not stop.is_set():
            (answer,) = gallery.candidates(searching(), [probe], Score(-(2**40)), rows)
            assert all(one.grant for one in answer)
            seen.add(len(answer))
        return seen

    with ThreadPoolExecutor(2) as pool:
        looking = [pool.submit(look) for _ in range(2)]
        assert gallery.drop_grants(grants[:100]) == rows // 4
        assert gallery.drop_grants(grants[100:]) == rows // 4
        stop.set()
        seen = set().union(*(one.result(PATIENCE) for one in looking))
    assert seen <= {rows, rows * 3 // 4, rows // 2}
    gallery.close()


def test_a_failing_thread_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    gallery, values = filled(2)

    def broken(*_: object) -> list[object]:
        raise MemoryError

    monkeypatch.setattr(exact.Scan, "piece", broken)
    with pytest.raises(MemoryError):
        gallery.candidates(searching(), [probe_of(values[0])], Score(0), 1)
    monkeypatch.undo()
    assert gallery.candidates(searching(), [probe_of(values[0])], Score(0), 1)[0]
    assert gallery.drop_grants([GrantId(key(1))]) == ROWS // 400  # no turn was left taken
    gallery.close()


def test_the_turn_is_held_until_no_thread_reads_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    gallery, values = filled(2)
    reading, release = threading.Event(), threading.Event()

    def piece(*_: object) -> list[object]:
        if threading.current_thread().name.startswith("gallery"):
            reading.set()
            release.wait(PATIENCE)
            return []
        reading.wait(PATIENCE)
        raise MemoryError

    monkeypatch.setattr(exact.Scan, "piece", piece)
    with ThreadPoolExecutor(1, thread_name_prefix="asker") as pool:
        asked = pool.submit(gallery.candidates, searching(), [probe_of(values[0])], Score(0), 1)
        with pytest.raises(TimeoutError):
            asked.result(0.2)
        assert gallery._turns._readers == 1
        release.set()
        with pytest.raises(MemoryError):
            asked.result(PATIENCE)
    assert gallery._turns._readers == 0
    gallery.close()


def test_readers_read_together() -> None:
    turns = Turns()
    both = threading.Barrier(2)

    def read() -> None:
        with turns.reading():
            both.wait(PATIENCE)

    with ThreadPoolExecutor(2) as pool:
        for one in [pool.submit(read), pool.submit(read)]:
            one.result(PATIENCE)


def test_a_waiting_writer_goes_before_new_readers() -> None:
    turns = Turns()
    order: list[str] = []
    inside, release, waiting = threading.Event(), threading.Event(), threading.Event()

    def first_reader() -> None:
        with turns.reading():
            inside.set()
            release.wait(PATIENCE)
            order.append("first reader")

    def writer() -> None:
        waiting.set()
        with turns.writing():
            order.append("writer")

    def late_reader() -> None:
        with turns.reading():
            order.append("late reader")

    with ThreadPoolExecutor(3) as pool:
        work = [pool.submit(first_reader)]
        inside.wait(PATIENCE)
        work.append(pool.submit(writer))
        waiting.wait(PATIENCE)
        while not turns._waiting:
            pass
        work.append(pool.submit(late_reader))
        release.set()
        for one in work:
            one.result(PATIENCE)
    assert order == ["first reader", "writer", "late reader"]


def test_an_error_gives_the_turn_back() -> None:
    turns = Turns()
    with pytest.raises(KeyError), turns.writing():
        raise KeyError
    with pytest.raises(KeyError), turns.reading():
        raise KeyError
    with turns.writing():
        pass


@pytest.mark.parametrize("dimension", [0, 65_537])
def test_dimensions_that_no_template_has(dimension: int) -> None:
    with pytest.raises(ValueError, match="features"):
        ExactGallery(MODEL, dimension, lambda: NOW)


def test_segments_hold_whole_tiles() -> None:
    with pytest.raises(ValueError, match="multiple of 16"):
        ExactGallery(MODEL, 8, lambda: NOW, segment_rows=24)


def test_cpus_are_counted_where_none_are_set_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(exact.os, "sched_getaffinity")
    monkeypatch.setattr(exact.os, "cpu_count", lambda: None)
    assert exact._cpus() == 1

"""Videos decoded in a process apart: the same frames, and what breaks it breaks nothing of ours."""

import gc
import io
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from licet.terms.clip import Clip, Watched
from licet.terms.errors import Setup
from licet.terms.face import Unreadable
from licet.vision import clip
from licet.vision.decode import UnreadableError
from licet.vision.opening import opened
from licet.vision.reel import Opening, Shown
from licet.vision.reel_apart import KEPT, Cinema, blamed_once_more
from licet.vision.tracks import Tracker
from licet.vision.wire import Limits
from tests.fakes.vision import FakeVision
from tests.films import KINDS, RATE, film, scenes, sound_alone

FAKE = ("-I", "-B", str(Path(__file__).parents[1] / "fakes" / "filming.py"))
VISION = FakeVision()


@pytest.fixture(scope="module")
def cinema() -> Cinema:
    """Give the real process."""
    return Cinema()


@pytest.fixture(scope="module")
def hostile() -> Cinema:
    """Give a process that does what the bytes say, and may not do it for long."""
    return Cinema(Limits(wall=5), FAKE)


def _all(opening: Opening, content: bytes, how: str) -> list[object]:
    with opening(io.BytesIO(content)) as reel:
        shown = list(_shown(reel, how))
        return [*shown, reel.ends, reel.total, reel.begins, reel.upright, reel.lacking]


def _shown(reel: Shown, how: str) -> Iterator[tuple[object, ...]]:
    for frame in getattr(reel, how)():
        small, whole = frame.pixels(64), frame.pixels()
        yield frame.at, frame.changed, frame.width, small.mean().round(), whole.tobytes()


@pytest.mark.parametrize("kind", KINDS)
def test_frames_are_the_same_as_here(cinema: Cinema, kind: str) -> None:
    """What is imported late would not be found there: each codec is read once."""
    content = film(scenes(0.5, 0.5), KINDS[kind], sound=KINDS[kind].container == "matroska")
    for how in ("frames", "every"):
        assert _all(cinema.opened, content, how) == _all(opened, content, how)


def test_what_is_damaged_or_turned_is_told_in_the_same_words(cinema: Cinema) -> None:
    content = film(scenes(1, 1), KINDS["h264 mkv"], gop=RATE)
    cut, bent = content[: 2 * len(content) // 3], bytearray(content)
    bent[len(bent) // 2 : len(bent) // 2 + 60] = bytes(60)
    for one in (cut, bytes(bent)):
        assert _all(cinema.opened, one, "every") == _all(opened, one, "every")
    for one in (b"no video", b"", sound_alone()):
        with pytest.raises(UnreadableError) as here, opened(io.BytesIO(one)):
            pass
        with pytest.raises(UnreadableError) as there, cinema.opened(io.BytesIO(one)):
            pass
        assert there.value.value == here.value.value


def test_a_still_is_the_same(cinema: Cinema) -> None:
    content = film(scenes(1, 1), gop=RATE)
    for at in (0, 1400, 99_000):
        here, there = (clip.still(io.BytesIO(content), at, how) for how in (opened, cinema.opened))
        assert isinstance(there, bytes)
        assert here == there


def _watched(cinema: Cinema, content: bytes) -> Clip | Unreadable:
    def once() -> Clip | Unreadable:
        tracker = Tracker(VISION.same_person_threshold(), VISION.combine)
        shown = io.BytesIO(content)
        return clip.watch(shown, lambda _frame: (), tracker, 2, _told, cinema.opened)

    return blamed_once_more(once)


def _told(_watched: Watched) -> None:
    pass


@pytest.mark.parametrize(
    ("does", "because"),
    [
        ("!crash", f"signal {int(signal.SIGSEGV)}"),
        pytest.param("!exit", "exit code 3", marks=pytest.mark.soak),
        ("!eat", "more memory"),
        pytest.param("!far", "wrong answer", marks=pytest.mark.soak),
        ("!word", "wrong answer"),
        pytest.param("!frame", "wrong answer", marks=pytest.mark.soak),
    ],
)
def test_a_video_that_harms_is_told_so_and_the_next_is_read(
    hostile: Cinema, does: str, because: str
) -> None:
    told = _watched(hostile, does.encode() + bytes(50))
    assert isinstance(told, Unreadable)
    assert told.harmful
    assert because in told.reason
    assert isinstance(_watched(hostile, film(scenes(0.5))), Clip)


def test_a_video_that_met_a_tired_process_is_tried_once_more(hostile: Cinema) -> None:
    _watched(hostile, film(scenes(0.2)))
    told = _watched(hostile, b"!tired")
    assert isinstance(told, Unreadable)
    assert not told.harmful


@pytest.mark.parametrize("does", ["!sleep", pytest.param("!spin", marks=pytest.mark.soak)])
def test_a_step_that_takes_its_time_is_told_so(does: str) -> None:
    told = _watched(Cinema(Limits(wall=0.1), FAKE), does.encode())
    assert isinstance(told, Unreadable)
    assert told.harmful
    assert "took longer" in told.reason


def test_nothing_can_be_opened_there(hostile: Cinema) -> None:
    told = _watched(hostile, b"!open")
    assert isinstance(told, Unreadable)
    assert told.reason == "opened: "


def test_who_waits_is_asked_again_while_nothing_is_said() -> None:
    class StopError(Exception):
        pass

    def stop() -> None:
        if time.monotonic() - began > 0.25:
            raise StopError

    def look() -> None:
        with Cinema(command=FAKE).opened(io.BytesIO(film(scenes(1)))) as reel:
            reel.beat = stop
            for _ in reel.every():
                time.sleep(0.05)

    began = time.monotonic()
    with pytest.raises(StopError):
        look()


def test_a_file_that_cannot_be_read_on_is_damaged_there_as_here(cinema: Cinema) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell() > 100:
                raise OSError
            return super().read(min(size or 0, 101))

    content = film(scenes(1))
    with pytest.raises(UnreadableError) as told, cinema.opened(Broken(content)):
        pass
    assert not told.value.value.harmful


def test_frames_wait_where_they_are_until_they_are_asked_for(cinema: Cinema) -> None:
    """The process cannot run ahead further than a socket holds, however long the film."""
    served = []

    class Counted(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            served.append(1)
            return super().read(size)

    noise = np.random.default_rng(3).integers(0, 255, (40, 240, 320, 3), dtype=np.uint8)
    content = film(noise, KINDS["mjpeg mov"])
    with cinema.opened(Counted(content)) as reel:
        frames = reel.every()
        next(frames)
        time.sleep(0.05)
        early = len(served)
        list(frames)
    assert early < len(served)


def test_processes_are_kept_for_the_next_video_and_end_with_their_owner() -> None:
    cinema = Cinema(command=FAKE)
    content = film(scenes(0.2))
    for _ in range(2):
        assert isinstance(_watched(cinema, content), Clip)
    with cinema.opened(io.BytesIO(content)):
        pass
    assert 1 == len(cinema._idle) <= KEPT
    process = cinema._idle[0]._process
    with cinema.opened(io.BytesIO(content)) as reel:
        next(reel.every())  # left in the middle: it is not asked again
    assert process.returncode is not None
    assert not cinema._idle
    assert isinstance(_watched(cinema, content), Clip)
    last = cinema._idle[0]._process
    del cinema
    gc.collect()
    assert last.wait(5) == 0


def test_a_process_that_does_not_start_says_how_to_look_why() -> None:
    with pytest.raises(Setup, match="videos does not start"):
        _watched(Cinema(command=("-c", "pass")), film(scenes(0.2)))

"""Videos of every kind, kind or hostile: the right frames at the right times, or a reason."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from av.video.frame import VideoFrame
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.vision import frames as frames_room
from licet.vision import guard
from licet.vision.decode import UnreadableError
from licet.vision.frames import Reel
from licet.vision.guard import READ_MORE, Reader, TooMuchError
from licet.vision.opening import opened
from licet.vision.picture import Frame
from tests.films import (
    COLOURS,
    KINDS,
    RATE,
    SIZE,
    film,
    scene,
    scenes,
    sound_alone,
    without_frames,
)


def looks(content: bytes) -> tuple[list[Frame], Reel]:
    with opened(io.BytesIO(content)) as reel:
        return list(reel.frames()), reel


def times(content: bytes) -> list[int]:
    return [frame.at for frame in looks(content)[0]]


def why(content: bytes) -> str:
    with pytest.raises(UnreadableError) as refused, opened(io.BytesIO(content)) as reel:
        list(reel.frames())
    assert refused.value.value.remedy
    return refused.value.value.reason


def colour(pixels: np.ndarray) -> np.ndarray:
    return np.median(pixels.reshape(-1, 3), axis=0)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("gop", [4, 600])
def test_every_kind_gives_each_scene_when_it_begins(kind: str, gop: int) -> None:
    frames, reel = looks(film(scenes(1.2, 0.7, 1.4), KINDS[kind], gop=gop))
    assert reel.lacking == []
    assert (reel.total, reel.ends) == (3300, 3300)
    begins = [frame.at for frame in frames if frame.changed]
    assert {1200, 1300} & set(begins)
    assert {1900, 2000} & set(begins)
    for at, told in ((0, COLOURS[0]), (1300, COLOURS[1]), (2100, COLOURS[2])):
        shown = max((one for one in frames if one.at <= at), key=lambda one: one.at)
        assert np.abs(colour(shown.pixels()) - told).max() < 40
        assert shown.pixels().shape == (SIZE[1], SIZE[0], 3)


def test_key_frames_alone_are_decoded_while_the_scene_lasts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    decoded = []
    whole = Reel._decode

    def counted(reel: Reel, packet: object, **how: bool) -> list:
        decoded.append(packet)
        return whole(reel, packet, **how)

    monkeypatch.setattr(Reel, "_decode", counted)
    assert times(film(scenes(6), gop=RATE)) == [0, 1000, 2000, 3000, 4000, 5000]
    behind_the_last = RATE + 1
    assert len(decoded) == 6 + behind_the_last


def test_between_far_key_frames_one_frame_a_second_is_looked_at() -> None:
    assert times(film(scenes(5))) == [0, 1000, 2000, 3000, 4000]


def test_the_times_of_a_variable_rate_are_the_presentation_times() -> None:
    told = [0, 40, 80, 1000, 1500, 1533, 4000, 9123]
    frames = [scene(COLOURS[n % 5]) for n in range(len(told))]
    for kind in ("h264 mkv", "h264 mp4"):
        found = times(film(frames, KINDS[kind], times=told))
        assert found == [0, 1000, 1500, 4000, 9123]


@pytest.mark.parametrize("kind", ["h264 mp4", "h264 mkv"])
def test_time_begins_with_the_earliest_stream(kind: str) -> None:
    late = [2000, 2500, 3000]
    assert times(film(scenes(0.3), KINDS[kind], times=late, sound=True))[0] == 2000


def test_a_picture_that_begins_late_alone_begins_at_zero() -> None:
    told = range(50_000, 53_000, 1000)
    assert times(film(scenes(0.3), KINDS["h264 mkv"], times=told)) == [0, 1000, 2000]


@pytest.mark.parametrize(
    ("degrees", "mirrored", "turned"),
    [
        (0, False, lambda p: p),
        (90, False, np.rot90),
        (180, False, lambda p: np.rot90(p, 2)),
        (-90, False, lambda p: np.rot90(p, -1)),
        (0, True, lambda p: p[:, ::-1]),
        (45, False, None),
    ],
)
def test_the_picture_is_turned_as_the_camera_was_held(
    degrees: int, mirrored: bool, turned: Callable[[np.ndarray], np.ndarray] | None
) -> None:
    stored = scene((0, 0, 0))
    content = film(
        [stored] * 3, dress=lambda stream: stream.set_display_rotation(degrees, hflip=mirrored)
    )
    [first, *_], _ = looks(content)
    found = first.pixels()
    assert (first.height, first.width) == found.shape[:2]
    if turned is not None:
        off = np.abs(found.astype(int) - turned(stored).astype(int))
        assert off.mean() < 8


def test_pixels_that_are_not_square_are_stretched() -> None:
    def wide(stream: object) -> None:
        stream.codec_context.sample_aspect_ratio = 2

    [first, *_], _ = looks(film(scenes(0.3), dress=wide))
    assert (first.width, first.height) == (2 * SIZE[0], SIZE[1])
    assert first.pixels().shape == (SIZE[1], 2 * SIZE[0], 3)
    assert first.pixels(SIZE[0]).shape == (SIZE[1] // 2, SIZE[0], 3)


def test_of_interlaced_pictures_one_moment_is_looked_at() -> None:
    woven = np.zeros((SIZE[1], SIZE[0], 3), np.uint8)
    woven[::2] = 240
    options = {"preset": "ultrafast", "x264-params": "log-level=none:tff=1:qp=5"}
    kind = type(KINDS["h264 mp4"])(options=options)
    [first, *_], _ = looks(film([woven] * 3, kind))
    assert first.picture.interlaced_frame
    assert first.pixels().shape == woven.shape
    assert first.pixels().min() > 200


def test_a_still_is_the_frame_shown_at_that_moment() -> None:
    content = film(scenes(1, 1, 1), gop=7)
    for at, shown, told in ((0, 0, 0), (950, 900, 0), (1000, 1000, 1), (99_000, 2900, 2)):
        with opened(io.BytesIO(content)) as reel:
            frame = reel.still(at)
        assert frame is not None
        assert frame.at == shown
        assert np.abs(colour(frame.pixels()) - COLOURS[told]).max() < 40


def test_half_a_video_is_read_and_the_rest_is_told(tmp_path: Path) -> None:
    content = film(scenes(4, 4), KINDS["h264 mkv"], gop=RATE)
    frames, reel = looks(content[: len(content) // 2])
    assert 1 < len(frames) < 8
    assert reel.ends == reel.at < 8000
    front = film(scenes(4, 4), mux={"movflags": "faststart"}, gop=RATE, path=tmp_path / "front.mp4")
    frames, reel = looks(front[: len(front) * 2 // 3])
    assert frames
    assert any("should have 0:08" in one for one in reel.lacking)


def test_what_is_damaged_in_between_is_left_out() -> None:
    parts = {"cluster_time_limit": "500"}
    content = bytearray(film(scenes(2, 2, 2), KINDS["h264 mkv"], gop=RATE, mux=parts))
    middle = len(content) // 2
    content[middle : middle + 800] = bytes(800)
    frames, reel = looks(bytes(content))
    assert frames[0].at == 0
    assert frames[-1].at >= 4000
    assert any("damaged" in one for one in reel.lacking)


def test_a_frame_without_pixels_is_left_out_and_each_is_seen_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole, seen = frames_room.small_copy, []

    def bent(picture: VideoFrame) -> np.ndarray:
        seen.append(picture.pts)
        if len(seen) == 2:
            raise ValueError("bent")
        return whole(picture)

    monkeypatch.setattr(frames_room, "small_copy", bent)
    content = film(scenes(5), gop=RATE)
    with opened(io.BytesIO(content)) as reel:
        keys = iter(reel.frames())
        assert [next(keys).at for _ in range(3)] == [0, 2000, 3000]
        assert len(seen) == len(set(seen)) == 4
        assert [one.at for one in keys] == [4000]
    assert "1 pieces of the video are damaged" in reel.lacking


def test_parts_that_each_count_from_zero_go_on() -> None:
    with opened(io.BytesIO(film(scenes(2), gop=RATE))) as reel:
        packets = list(reel._packets())
        joined = [*packets, *packets]
        reel._packets = lambda: iter(joined)  # type: ignore[method-assign]
        found = [frame.at for frame in reel.frames()]
    assert found == sorted(found)
    assert len(found) >= 3


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not a video"),
        (b"hello, this is a text and no video at all", "not a video"),
        (b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n/etc/passwd\n", "not a video"),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", "not a video"),
        (b"\x00\x00\x00\x18ftypmp42" + bytes(40), "damaged or cut short"),
        (b"\x1a\x45\xdf\xa3" + bytes(40), "damaged or cut short"),
        (sound_alone(), "no moving picture"),
        (film(scenes(1))[:-400], "damaged or cut short"),
        (film(scenes(0.3), type(KINDS["h264 mp4"])("prores", "mov", {}, "yuv422p10le")), "prores"),
    ],
)
def test_what_cannot_be_read_says_why(content: bytes, reason: str) -> None:
    assert reason in why(content)


def test_a_video_without_frames_is_not_read() -> None:
    assert "more than 36 megapixels or none" in why(without_frames())


def test_limits_come_before_decoding(monkeypatch: pytest.MonkeyPatch) -> None:
    content = film(scenes(0.3))
    monkeypatch.setattr(guard, "MOST_PIXELS", SIZE[0] * SIZE[1] - 1)
    assert "160 by 120 pixels" in why(content)
    monkeypatch.undo()
    monkeypatch.setattr("licet.vision.frames.MOST_HOURS", 1)
    found, reel = looks(film(scenes(0.4), KINDS["h264 mkv"], times=[0, 1000, 3_600_001, 3_700_000]))
    assert [frame.at for frame in found] == [0, 1000]
    assert any("after 1 hours" in one for one in reel.lacking)


def test_a_file_is_not_read_over_and_over() -> None:
    reader = Reader(io.BytesIO(bytes(1000)))
    reader._left -= READ_MORE
    for _ in range(4):
        reader.seek(0)
        assert len(reader.read(2000)) == 1000
    reader.seek(0)
    with pytest.raises(TooMuchError):
        reader.read(1)


class _Broken(io.BytesIO):
    def read(self, size: int | None = -1) -> bytes:
        if self.tell() > 4000:
            raise OSError("the disk is gone")
        return super().read(size)


def test_a_disk_that_fails_is_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("licet.vision.opening.BUFFER", 4096)
    content = film(scenes(4, 4), KINDS["h264 mkv"], gop=RATE)
    with opened(_Broken(content)) as reel:
        list(reel.frames())
        assert any("given up" in one or "damaged" in one for one in reel.lacking)


SOUND = {kind: film(scenes(0.5, 0.6), KINDS[kind], gop=3) for kind in ("h264 mp4", "vp9 webm")}


@given(
    kind=st.sampled_from(sorted(SOUND)),
    bends=st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=6)), max_size=12),
    keep=st.floats(0.2, 1),
)
@settings(max_examples=40, deadline=None)
def test_bent_bytes_give_frames_or_a_reason(
    kind: str, bends: list[tuple[float, bytes]], keep: float
) -> None:
    content = bytearray(SOUND[kind])
    for where, bend in bends:
        at = int(where * (len(content) - 10))
        content[at : at + len(bend)] = bend
    try:
        with opened(io.BytesIO(bytes(content[: int(len(content) * keep)]))) as reel:
            found = [frame.pixels(64).shape for frame in reel.frames()]
    except UnreadableError:
        return
    assert all(len(shape) == 3 for shape in found)

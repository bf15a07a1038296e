"""Whole videos: fake looks for the way through, real models on people for the rest."""

import io
import resource
import sys
import time

import numpy as np
import pytest
from PIL import Image

from licet.sources.fixtures import FixturePhoto
from licet.terms.clip import Clip, Watched
from licet.terms.face import Box, Face, Inspection, SeenFace, Unreadable, overlap
from licet.vision import clip, tracks
from licet.vision.batch import AHEAD
from licet.vision.engine import Engine
from licet.vision.picture import Frame, frame_of
from licet.vision.tracks import Tracker
from tests.fakes.vision import FIT, FakeVision, features, template
from tests.films import COLOURS, KINDS, RATE, film, people, portrait, scene, scenes, sound_alone

VISION = FakeVision()


def by_colour(frame: Frame) -> tuple[SeenFace, ...]:
    """A face for each frame: everybody wears a wall of their own."""
    wall = np.median(frame.pixels(64).reshape(-1, 3), axis=0)
    who = min(COLOURS, key=lambda one: float(np.abs(wall - one).sum()))
    made = template(features(str(who), 0.2, f"{frame.at}"))
    return (SeenFace(Face(Box(40, 30, 50, 60), ((0.0, 0.0),) * 5, 0.9), FIT, made),)


def watched(content: bytes, look: clip.Inspect = by_colour, **how: object) -> Clip | Unreadable:
    tracker = Tracker(VISION.same_person_threshold(), VISION.combine)
    tell = how.get("tell", lambda _one: None)
    return clip.watch(io.BytesIO(content), look, tracker, 2, tell)


def test_each_person_has_a_track_with_their_time() -> None:
    found = watched(film(scenes(2, 1.5, 2.5), gop=RATE))
    assert isinstance(found, Clip)
    assert (found.width, found.height, found.duration, found.lacking) == (160, 120, 6000, ())
    assert [one.span for one in found.tracks] == [(0, 2000), (2000, 3500), (3500, 6000)]


def test_progress_is_told_in_frames_and_time() -> None:
    told: list[Watched] = []
    found = watched(film(scenes(3), KINDS["vp9 webm"]), tell=told.append)
    assert isinstance(found, Clip)
    assert list(dict.fromkeys(one.frames for one in told)) == [0, 1, 2, 3]
    assert list(dict.fromkeys(one.done for one in told)) == [0, 1000, 2000]
    assert {one.total for one in told} == {3000}
    assert found.frames == 3


def test_whoever_waits_may_end_the_look_between_two_frames(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A file in which nothing is worth a look must not keep anybody from saying stop."""
    monkeypatch.setattr("licet.vision.frames.BEAT_SECONDS", 0.0)

    class Stop(Exception):
        pass

    beats = []

    def tell(one: Watched) -> None:
        beats.append(one.frames)
        if len(beats) == 20:
            raise Stop

    content = film([scene(COLOURS[0])] * 40, times=range(0, 400, 10))
    with pytest.raises(Stop):
        watched(content, tell=tell)
    assert set(beats) <= {0, 1}, "one frame is looked at: the first"


def test_decoding_waits_for_looking(monkeypatch: pytest.MonkeyPatch) -> None:
    looked, ahead = [0], []

    def decoded(*said: object, **how: bool) -> Frame:
        ahead.append(len(ahead) + 1 - looked[0])
        return frame_of(*said, **how)

    def tell(one: Watched) -> None:
        looked[0] = one.frames

    monkeypatch.setattr("licet.vision.frames.frame_of", decoded)
    found = watched(film(scenes(*[0.2] * 60), KINDS["mjpeg mov"]), tell=tell)
    assert isinstance(found, Clip)
    assert found.frames == len(ahead) == 60
    assert max(ahead) <= 2 * AHEAD + 1


@pytest.mark.parametrize(
    ("content", "reason"), [(b"no video", "not a video"), (sound_alone(), "no moving picture")]
)
def test_what_is_no_video_is_a_value(content: bytes, reason: str) -> None:
    found = watched(content)
    assert isinstance(found, Unreadable)
    assert reason in found.reason
    assert isinstance(clip.still(io.BytesIO(content), 0), Unreadable)


def test_frames_that_cannot_be_looked_at_are_told() -> None:
    def fails(frame: Frame) -> tuple[SeenFace, ...]:
        if frame.at:
            raise ValueError("bent")
        return by_colour(frame)

    content = film(scenes(*[0.5] * 12))
    found = watched(content, fails)
    assert isinstance(found, Clip)
    assert found.frames == 1
    assert any("could not be looked at" in one for one in found.lacking)

    def always(frame: Frame) -> tuple[SeenFace, ...]:
        raise ValueError(frame)

    assert isinstance(watched(content, always), Unreadable)


def test_a_crowd_without_end_is_cut_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for room in (tracks, clip):
        monkeypatch.setattr(room, "MOST_TRACKS", 2)
    found = watched(film(scenes(1, 1, 1, 1)))
    assert isinstance(found, Clip)
    assert len(found.tracks) == 2
    assert any("after 2 faces" in one for one in found.lacking)


def test_without_the_extra_a_video_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [one for one in sys.modules if one.split(".")[0] == "av"]:
        monkeypatch.setitem(sys.modules, name, None)
    for name in ("clip", "frames", "guard", "opening", "picture"):
        monkeypatch.delitem(sys.modules, f"licet.vision.{name}", raising=False)
        monkeypatch.delattr(f"licet.vision.{name}", raising=False)
    bare = Engine.__new__(Engine)
    for found in (bare.watch(io.BytesIO()), bare.still(io.BytesIO(), 0)):
        assert isinstance(found, Unreadable)
        assert "licet[video]" in found.remedy


def test_a_still_is_a_jpeg_without_metadata() -> None:
    content = clip.still(io.BytesIO(film(scenes(1, 1))), 1500)
    assert isinstance(content, bytes)
    with Image.open(io.BytesIO(content)) as image:
        assert image.size == (160, 120)
        assert not image.getexif()
        assert np.abs(np.median(np.asarray(image), axis=(0, 1)) - COLOURS[1]).max() < 40


def test_a_still_without_pixels_is_a_value(monkeypatch: pytest.MonkeyPatch) -> None:
    def bent(_frame: Frame, _long_side: int | None = None) -> np.ndarray:
        raise ValueError("bent")

    monkeypatch.setattr(Frame, "pixels", bent)
    found = clip.still(io.BytesIO(film(scenes(1))), 0)
    assert isinstance(found, Unreadable)
    assert "cannot be turned into pixels" in found.reason


# --- the real models -----------------------------------------------------------


@pytest.mark.vision
def test_two_people_in_a_clip_are_two_tracks_with_their_times(
    engine: Engine, photos: dict[str, FixturePhoto]
) -> None:
    ada, ben = (portrait(photos[name], 200) for name in ("obama", "ardern-2018"))
    content = film(people([(1.5, [ada]), (1.5, [ada, ben]), (1, [ben])]), gop=RATE * 5)
    found = engine.watch(io.BytesIO(content))
    assert isinstance(found, Clip)
    assert [one.span for one in found.tracks] == [(0, 3000), (1500, 4000)]
    same = engine.same_person_threshold()
    for track, name in zip(found.tracks, ("obama", "ardern-2018"), strict=True):
        photo = engine.inspect(photos[name].content())
        assert isinstance(photo, Inspection)
        assert track.seen.template.compare(photo.faces[0].template) > same
    assert found.tracks[0].seen.template.compare(found.tracks[1].seen.template) < same
    picture = engine.still(io.BytesIO(content), found.tracks[1].at)
    assert isinstance(picture, bytes)
    again = engine.inspect(picture)
    assert isinstance(again, Inspection)
    boxes = [one.face.box for one in again.faces]
    assert max(overlap(found.tracks[1].seen.face.box, box) for box in boxes) > 0.8


@pytest.mark.vision
def test_a_turned_video_of_a_person_is_looked_at_upright(
    engine: Engine, photos: dict[str, FixturePhoto]
) -> None:
    [upright] = people([(0.1, [portrait(photos["obama"], 200)])])
    stored = np.rot90(upright)
    content = film([stored] * 3, dress=lambda stream: stream.set_display_rotation(-90))
    found = engine.watch(io.BytesIO(content))
    assert isinstance(found, Clip)
    assert (found.width, found.height) == (480, 360)
    assert len(found.tracks) == 1


@pytest.mark.soak
def test_an_hour_takes_the_memory_of_a_minute() -> None:
    def hour(minutes: int) -> bytes:
        lengths = [20.0, 25.0, 15.0] * minutes
        return film(scenes(*lengths, rate=5), times=range(0, minutes * 60_000, 200), gop=50)

    short, long = hour(1), hour(60)
    watched(short)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.monotonic()
    found = watched(long)
    assert isinstance(found, Clip)
    assert abs(found.duration - 3_600_000) < 500
    assert len(found.tracks) == 180
    more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"{time.monotonic() - began:.1f} s, {found.frames} frames, {more:.0f} MB more")
    assert more < 60

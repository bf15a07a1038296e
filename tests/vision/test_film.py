"""Covering everybody in videos with the real detector: in each frame, and in what is written."""

import io
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from licet.sources.fixtures import FixturePhoto
from licet.terms.covering import BareVideo, CoveredVideo, Mark, Why
from licet.terms.face import Box, Inspection, Unreadable
from licet.vision.align import sample_of
from licet.vision.embed import embed, to_template
from licet.vision.engine import Engine
from licet.vision.everybody import Everybody
from licet.vision.redact import to_jpeg
from tests.films import KINDS, TICK, film, people, portrait, scenes, sound_alone, without_frames
from tests.vision.conftest import ROOT

pytestmark = pytest.mark.vision
Photos = dict[str, FixturePhoto]


@pytest.fixture(scope="module")
def vision() -> Everybody:
    return Everybody.open(None, ROOT / ".cache" / "models")


@pytest.fixture(scope="module")
def party(photos: Photos) -> list[np.ndarray]:
    """Two people side by side for a second."""
    pair = [portrait(photos[name], 180) for name in ("obama", "sunak")]
    return people([(0.4, pair), (0.3, pair[:1])])


def made(
    vision: Everybody, content: bytes, *also: Mark, sound: bool = False, thorough: bool = False
) -> tuple[CoveredVideo, bytes]:
    out = io.BytesIO()
    bare = BareVideo(io.BytesIO(content), also, io.BytesIO(content) if sound else None)
    done = vision.cover_film(bare, out, thorough=thorough)
    assert isinstance(done, CoveredVideo), done
    return done, out.getvalue()


def frames_of(video: bytes) -> list[tuple[int, np.ndarray]]:
    with av.open(io.BytesIO(video)) as container:
        return [
            (round(1000 * (frame.time or 0)), frame.to_ndarray(format="rgb24"))
            for frame in container.decode(video=0)
        ]


def grey(pixels: np.ndarray, box: Box) -> bool:
    """Say whether a region is a cover: greys near 120, whatever was there."""
    part = pixels[box.y : box.y + box.h, box.x : box.x + box.w].astype(int)
    return bool(abs(part.mean() - 120) < 12 and np.ptp(part, axis=2).mean() < 12)


@pytest.mark.parametrize("thorough", [False, pytest.param(True, marks=pytest.mark.soak)])
def test_nobody_is_recognised_in_any_frame(
    vision: Everybody, engine: Engine, party: list[np.ndarray], thorough: bool
) -> None:
    """Neither by looking again nor by sampling where the landmarks were (FMR 1e-3)."""
    same = engine.same_person_threshold()
    done, video = made(vision, film(party), thorough=thorough)
    written = frames_of(video)
    assert len(written) == done.frames == len(party)
    for (_, pixels), before in list(zip(written, party, strict=True))[:: 1 if thorough else 3]:
        seen = engine.inspect(to_jpeg(Image.fromarray(before)))
        assert isinstance(seen, Inspection)
        assert seen.faces
        for face in seen.faces:
            [vector] = embed(engine._recogniser, [sample_of(pixels, face.face, 1.0)])
            assert to_template(engine.model, vector).compare(face.template) < same
        again = engine.inspect(to_jpeg(Image.fromarray(pixels)))
        assert isinstance(again, Inspection)
        for other in again.faces:
            assert all(other.template.compare(face.template) < same for face in seen.faces)


@pytest.mark.parametrize("name", ["h264 b-frames", "vp9 webm", "mpeg4 mp4"])
def test_every_frame_is_written_at_its_time(vision: Everybody, name: str) -> None:
    times = [0, 40, 80, 500, 530, 1200]
    frames = scenes(0.6)
    done, video = made(vision, film(frames, KINDS[name], times=times))
    assert [at for at, _ in frames_of(video)] == times
    assert (done.width, done.height, done.frames) == (160, 120, 6)
    assert not done.lacking


def test_colours_stay_and_say_what_they_mean(vision: Everybody) -> None:
    frames = [np.full((120, 160, 3), (200, 60, 30), np.uint8)] * 3
    _, video = made(vision, film(frames))
    [(_, first), *_] = frames_of(video)
    assert np.allclose(first[60, 80], (200, 60, 30), atol=6)
    with av.open(io.BytesIO(video)) as container:
        shown = next(container.decode(video=0))
    assert (shown.colorspace, shown.color_range) == (1, 1)


def test_a_picture_that_was_held_upright_is_upright(vision: Everybody) -> None:
    frames = scenes(0.3)
    for one in frames:
        one[:20, :20] = (250, 250, 10)
    done, video = made(vision, _turned(film(frames), 90))
    [(_, first), *_] = frames_of(video)
    assert (done.width, done.height) == (120, 160)
    corners = [first[5, 5], first[5, -5], first[-5, 5], first[-5, -5]]
    assert sum(bool(one[2] < 90 and one[0] > 200 and one[1] > 200) for one in corners) == 1
    assert not np.allclose(first[5, 5], (250, 250, 10), atol=30)


def _turned(content: bytes, degrees: int) -> bytes:
    """Write a matrix into the track header, as phones do."""
    at = content.index(b"tkhd") + 4 + 40
    a, b, c, d = {90: (0, 1, -1, 0)}[degrees]
    one = 1 << 16
    matrix = (a * one, b * one, 0, c * one, d * one, 0, 0, 0, 1 << 30)
    packed = b"".join(number.to_bytes(4, "big", signed=True) for number in matrix)
    return content[:at] + packed + content[at + 36 :]


def test_nothing_but_picture_goes_in(vision: Everybody, tmp_path: Path) -> None:
    place = tmp_path / "told.mkv"
    with av.open(str(place), "w", format="matroska") as container:
        container.metadata.update({"title": "Anna at 52.1 13.2", "location": "+52.1+013.2/"})
        stream = container.add_stream("libx264", rate=10, options=KINDS["h264 mkv"].options)
        stream.height, stream.width = 120, 160
        stream.metadata["title"] = "Anna's telephone"
        container.add_attachment("anna.txt", "text/plain", b"Anna says")
        container.set_chapters(
            [{"id": 1, "start": 0, "end": 300, "time_base": TICK, "metadata": {"title": "Anna"}}]
        )
        for pixels in scenes(0.3):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, "rgb24")))
        container.mux(stream.encode())
    content = place.read_bytes()
    assert b"Anna says" in content
    _, video = made(vision, content, sound=True)
    with av.open(io.BytesIO(video)) as again:
        assert [one.type for one in again.streams] == ["video"]
        assert set(again.metadata) <= {"encoder"}
    assert b"Anna" not in video
    assert b"52.1" not in video


def _lasting(seconds: float) -> bytes:
    """A video with a tone that goes on for as long as the picture."""
    out = io.BytesIO()
    with av.open(out, "w", format="matroska") as container:
        stream = container.add_stream("libx264", rate=10, options=KINDS["h264 mkv"].options)
        stream.height, stream.width = 120, 160
        voice = container.add_stream("aac", rate=44_100, layout="mono")
        for pixels in scenes(seconds):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, "rgb24")))
        tone = np.sin(np.arange(round(44_100 * seconds)) / 20)[None].astype(np.float32) / 2
        for at in range(0, tone.shape[1] - 1023, 1024):
            frame = av.AudioFrame.from_ndarray(tone[:, at : at + 1024], "fltp", "mono")
            frame.sample_rate, frame.pts = 44_100, at
            container.mux(voice.encode(frame))
        container.mux(voice.encode())
        container.mux(stream.encode())
    return out.getvalue()


def test_sound_goes_unless_it_is_asked_for_and_then_it_stays_with_the_picture(
    vision: Everybody,
) -> None:
    content = _lasting(1.0)
    _, silent = made(vision, content)
    done, video = made(vision, content, sound=True)
    assert not done.lacking
    with av.open(io.BytesIO(silent)) as container:
        assert not container.streams.audio
    with av.open(io.BytesIO(video)) as container:
        [voice] = container.streams.audio
        assert voice.codec_context.name in {"opus", "libopus"}
        heard = [frame.to_ndarray() for frame in container.decode(voice)]
    samples = sum(one.shape[-1] for one in heard)
    assert 0.85 * 48_000 < samples < 1.15 * 48_000
    assert max(float(np.abs(one).max()) for one in heard) > 0.2


def test_a_mark_covers_its_place_for_its_time(vision: Everybody) -> None:
    frames = scenes(1.0)
    span = Mark(Box(500, 500, 500, 500), (300, 600))
    done, video = made(vision, film(frames), span, Mark(Box(0, 0, 100, 100)))
    region = Box(90, 70, 60, 40)
    for at, pixels in frames_of(video):
        assert grey(pixels, region) == (300 <= at <= 600), at
        assert grey(pixels, Box(2, 2, 10, 8)), at
    assert done.faces == 0


def test_what_is_damaged_is_never_shown(vision: Everybody) -> None:
    """After damage nothing comes before the next key frame: faces would lie elsewhere."""
    content = bytearray(film(scenes(2.0), gop=10))
    middle = content.index(b"mdat") + (len(content) - content.index(b"mdat")) // 3
    content[middle : middle + 40] = bytes(40)
    done, video = made(vision, bytes(content))
    shown = [at for at, _ in frames_of(video)]
    assert 5 <= len(shown) < 20
    assert any("damaged" in said for said in done.lacking)
    gap = max(range(len(shown) - 1), key=lambda n: shown[n + 1] - shown[n])
    assert shown[gap + 1] % 1000 == 0  # a key frame


@pytest.mark.parametrize("content", [b"", b"nothing", sound_alone()])
def test_what_is_no_video_is_a_value(vision: Everybody, content: bytes) -> None:
    out = io.BytesIO()
    assert isinstance(vision.cover_film(BareVideo(io.BytesIO(content)), out), Unreadable)


def test_somebody_who_is_missed_in_some_frames_is_covered_there(
    vision: Everybody, photos: Photos
) -> None:
    """A face that hides for half a second is covered before, meanwhile and after."""
    shot = people([(1.6, [portrait(photos["obama"], 180)])])
    shot[5:9] = [np.full_like(shot[0], 90)] * 4
    done, video = made(vision, film(shot), thorough=False)
    assert done.faces == 1
    written = frames_of(video)
    assert all(grey(pixels, Box(225, 165, 30, 30)) for _, pixels in written)
    whys = {still.why for still in done.stills}
    assert Why.SAMPLE in whys
    assert done.stills[0].regions


def test_progress_goes_up_and_stopping_ends_it(vision: Everybody) -> None:
    content = film(scenes(1.0))
    told: list[float] = []
    vision.cover_film(BareVideo(io.BytesIO(content)), io.BytesIO(), tell=told.append)
    assert told == sorted(told)
    assert told[-1] > 0.8

    def stop(_share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        vision.cover_film(BareVideo(io.BytesIO(content)), io.BytesIO(), tell=stop)


def test_a_video_without_a_single_frame_is_a_value(vision: Everybody) -> None:
    content = bytearray(film(scenes(0.5)))
    start = content.index(b"mdat") + 4
    content[start:] = bytes(len(content) - start)
    for broken in (without_frames(), bytes(content)):
        found = vision.cover_film(BareVideo(io.BytesIO(broken)), io.BytesIO())
        assert isinstance(found, Unreadable)


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 255), st.integers(0, 6))
def test_a_bent_video_is_covered_or_unreadable(place: int, value: int, more: int) -> None:
    """Whatever is in the file, sound included: a video with what lacks in it, or why not."""
    content = bytearray(BENT)
    for step in range(1 + more):
        content[(place * (step + 1)) % len(content)] ^= value
    bare = BareVideo(io.BytesIO(content), sound=io.BytesIO(content))
    found = OPENED[0].cover_film(bare, io.BytesIO(), thorough=False)
    assert isinstance(found, CoveredVideo | Unreadable)


BENT = _lasting(0.4)
OPENED: list[Everybody] = []


@pytest.fixture(autouse=True, scope="module")
def _opened_once(vision: Everybody) -> None:
    OPENED.append(vision)

"""What is kept of a photo or video is its pictures, and nothing that was written about them."""

import io
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from licet.sources.fixtures import FixturePhoto
from licet.terms.face import Inspection, Unreadable
from licet.vault.blobs import Blobs
from licet.vision.decode import UnreadableError, open_photo
from licet.vision.engine import Engine
from licet.vision.frame_notes import bare_jpeg
from licet.vision.opening import opened
from licet.vision.stripped import stripped
from licet.vision.stripped_video import stripped_video
from tests.films import KINDS, film, scenes

WORDS = (b"Jacinda", b"48.8583", b"licet-secret")


def told(format_: str) -> bytes:
    """A photo that says much: where, when, who, and something after its end."""
    image = Image.effect_noise((120, 80), 60).convert("RGB")
    exif = Image.Exif()
    exif[0x010E] = "Jacinda"
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[29] = "48.8583"
    out = io.BytesIO()
    more = {"exif": exif}
    if format_ == "PNG":
        texts = PngInfo()
        texts.add_text("Author", "Jacinda")
        more["pnginfo"] = texts
    elif format_ == "JPEG":
        more["comment"] = b"Jacinda"
    image.save(out, format_, **more)
    return out.getvalue() + b"licet-secret"


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP"])
def test_a_photo_keeps_nothing_but_its_pixels(format_: str) -> None:
    photo = told(format_)
    assert b"Jacinda" in photo
    kept = stripped(photo)
    assert not any(word in kept for word in WORDS)
    with Image.open(io.BytesIO(kept)) as image:
        assert dict(image.getexif()) == {}
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert image.size == (80, 120)  # upright
    before, after = open_photo(photo).pixels(), open_photo(kept).pixels()
    assert np.abs(before.astype(int) - after.astype(int)).mean() < 3


def test_the_same_photo_gives_the_same_copy() -> None:
    photo = told("JPEG")
    assert stripped(photo) == stripped(photo)


def test_a_face_is_as_well_known_in_the_copy(
    engine: Engine, photos: dict[str, FixturePhoto]
) -> None:
    for name in ("ardern-2018", "obama"):
        photo = photos[name].content()
        kept = engine.stripped(photo)
        assert isinstance(kept, bytes)
        before, after = engine.inspect(photo), engine.inspect(kept)
        assert isinstance(before, Inspection)
        assert isinstance(after, Inspection)
        own = before.faces[0].template
        assert own.compare(after.faces[0].template) > 0.95 * own.compare(own)
    assert isinstance(engine.stripped(b"\xff\xd8\xff nothing"), Unreadable)


def pictures(content: bytes) -> list[tuple[int, bytes]]:
    with opened(io.BytesIO(content)) as reel:
        return [(frame.at, frame.pixels().tobytes()) for frame in reel.frames()]


@pytest.mark.parametrize("kind", KINDS)
def test_a_video_keeps_its_pictures_as_they_are(kind: str, tmp_path: Path) -> None:
    """Written through the sealed file itself: it is gone over again only at its beginning."""
    sound = kind == "h264 mp4"

    def dress(stream: object) -> None:
        stream.metadata["title"] = "Jacinda"

    made = film(scenes(1.2, 0.7), KINDS[kind], sound=sound, dress=dress)
    blobs = Blobs(tmp_path)
    with blobs.write("source", "one", bytes(32)) as file:
        assert stripped_video(io.BytesIO(made), file, lambda: None) is None
        file.finish()
    kept = blobs.open("source", "one", bytes(32))
    assert kept is not None
    with kept:
        content = kept.read()
    assert pictures(content) == pictures(made)
    assert not any(word in content for word in (b"Jacinda", b"x264", b"Opus"))


EXIF = b"\xff\xe1\x00\x0fExif\0\0Jacinda"
TEXT = b"\xff\xfe\x00\x09Jacinda"
ADOBE = b"\xff\xee\x00\x15Adobe\0\x64\0\0\0\0\x01Jacinda"
OWN = b"\xff\xea\x00\x09Jacinda"
BETWEEN = b"licet-secret\xff"


def noted(film_: bytes, head: bytes, tail: bytes) -> bytes:
    """A video of which each frame says something after its beginning and after its end."""
    out = io.BytesIO()
    with av.open(io.BytesIO(film_)) as had, av.open(out, "w", format="mov") as made:
        stream = made.add_stream_from_template(had.streams.video[0], opaque=True)
        for packet in had.demux(had.streams.video[0]):
            if packet.size:
                frame = bytes(packet)
                more: av.Packet[av.VideoStream] = av.Packet(frame[:2] + head + frame[2:] + tail)
                more.pts, more.dts, more.time_base = packet.pts, packet.dts, packet.time_base
                more.duration, more.is_keyframe, more.stream = packet.duration, True, stream
                made.mux(more)
    return out.getvalue()


@pytest.mark.parametrize("note", [EXIF, TEXT, ADOBE, OWN, EXIF + BETWEEN + TEXT])
def test_a_frame_of_motion_jpeg_says_nothing_of_itself(note: bytes) -> None:
    plain = film(scenes(0.3), KINDS["mjpeg mov"])
    made = noted(plain, note, b"licet-secret")
    assert made.count(b"Jacinda") >= 3
    out = io.BytesIO()
    assert stripped_video(io.BytesIO(made), out, lambda: None) is None
    assert not any(word in out.getvalue() for word in (*WORDS, b"Exif", b"Lavc"))
    assert pictures(out.getvalue()) == pictures(made)
    assert pictures(made) == pictures(plain)


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda frame: b"AB" + frame[2:], "no JPEG"),
        (lambda frame: frame[:-2], "cut short"),
        (lambda frame: frame[:40], "cut short"),
        (lambda frame: frame[:2], "cut short"),
        (lambda frame: frame[:2] + b"\xff\xe1\x00\x01" + frame[2:], "cut short"),
        (lambda frame: frame[:2] + b"\xff\xe1\xff\xff" + frame[2:], "cut short"),
    ],
)
def test_a_frame_that_cannot_be_told_apart_from_its_notes_is_not_kept(
    spoil: Callable[[bytes], bytes], why: str
) -> None:
    frame = io.BytesIO()
    Image.new("RGB", (64, 48), (200, 40, 40)).save(frame, "JPEG")
    assert bare_jpeg(frame.getvalue(), 48)
    with pytest.raises(UnreadableError, match=why):
        bare_jpeg(spoil(frame.getvalue()), 48)
    with pytest.raises(UnreadableError, match="half pictures"):
        bare_jpeg(frame.getvalue(), 96)


def test_a_turned_video_stays_turned() -> None:
    made = film(scenes(0.4), dress=lambda stream: stream.set_display_rotation(90))
    out = io.BytesIO()
    assert stripped_video(io.BytesIO(made), out, lambda: None) is None
    assert pictures(out.getvalue()) == pictures(made)
    with opened(io.BytesIO(made)) as reel:
        next(iter(reel.frames()))
        assert reel.upright is not None
        assert reel.upright.width < reel.upright.height


def test_a_video_that_is_none_is_said_to_be(engine: Engine) -> None:
    made = film(scenes(0.4))
    for bent in (made[:40], b"\x00\x00\x00\x14ftypisom" + bytes(400)):
        found = engine.stripped_video(io.BytesIO(bent), io.BytesIO())
        assert isinstance(found, Unreadable)


def test_the_writing_can_be_stopped() -> None:
    class StopError(Exception):
        pass

    def stop() -> None:
        raise StopError

    with pytest.raises(StopError):
        stripped_video(io.BytesIO(film(scenes(0.4))), io.BytesIO(), stop)

"""Videos for tests, made on the spot: a few seconds of coloured scenes or of people."""

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import count
from pathlib import Path

import av
import numpy as np
from PIL import Image

from licet.sources.fixtures import FixturePhoto

SIZE = (160, 120)
RATE = 10
TICK = Fraction(1, 1000)
QUIET = {"x264-params": "log-level=none"}
COLOURS = ((200, 30, 30), (30, 180, 40), (40, 60, 220), (210, 200, 40), (150, 40, 180))


@dataclass(frozen=True)
class Kind:
    """A codec in a container, with what makes its encoder fast and silent."""

    codec: str = "libx264"
    container: str = "mp4"
    options: dict[str, str] = field(default_factory=lambda: {"preset": "ultrafast", **QUIET})
    pixels: str = "yuv420p"


KINDS = {
    "h264 mp4": Kind(),
    "h264 mov": Kind(container="mov"),
    "h264 mkv": Kind(container="matroska"),
    "h264 b-frames": Kind(options={"preset": "veryfast", **QUIET}),
    "hevc mp4": Kind("libx265", options={"preset": "ultrafast", "x265-params": "log-level=none"}),
    "vp9 webm": Kind("libvpx-vp9", "webm", {"deadline": "realtime", "cpu-used": "8"}),
    "vp8 webm": Kind("libvpx", "webm", {"deadline": "realtime", "cpu-used": "8"}),
    "av1 mkv": Kind("libsvtav1", "matroska", {"preset": "12", "svtav1-params": "lp=1"}),
    "mpeg4 mp4": Kind("mpeg4", options={}),
    "mjpeg mov": Kind("mjpeg", "mov", {}, "yuvj420p"),
}


def scene(colour: Sequence[int], size: tuple[int, int] = SIZE, step: int = 0) -> np.ndarray:
    """A wall of one colour, with something small that moves."""
    pixels = np.full((size[1], size[0], 3), colour, np.uint8)
    at = 10 + 3 * step % (size[0] // 2)
    pixels[10:30, at : at + 20] = 255
    return pixels


def scenes(*lengths: float, rate: int = RATE, size: tuple[int, int] = SIZE) -> list[np.ndarray]:
    """The frames of scenes of so many seconds, each of another colour."""
    steps = count()
    return [
        scene(COLOURS[number % len(COLOURS)], size, next(steps))
        for number, length in enumerate(lengths)
        for _ in range(round(length * rate))
    ]


def film(
    frames: Iterable[np.ndarray],
    kind: Kind = KINDS["h264 mp4"],
    *,
    gop: int = RATE * 60,
    times: Iterable[int] | None = None,
    dress: Callable[[av.VideoStream], None] = lambda _stream: None,
    sound: bool = False,
    mux: dict[str, str] | None = None,
    path: Path | None = None,
) -> bytes:
    """Encode RGB frames, shown at ``times`` (ms; ten a second if not given).

    ``gop`` is how many frames lie between key frames at most; ``dress`` may turn or stretch
    the stream; ``sound`` adds a sound track from the very beginning. Some of what ``mux``
    asks for needs a ``path``.
    """
    out: io.BytesIO | str = io.BytesIO() if path is None else str(path)
    with av.open(out, "w", format=kind.container, options=mux or {}) as container:
        stream = container.add_stream(kind.codec, rate=RATE, options=kind.options)
        assert isinstance(stream, av.VideoStream)
        stream.codec_context.time_base = TICK
        stream.pix_fmt, stream.gop_size = kind.pixels, gop
        voice = container.add_stream("libopus", rate=48_000) if sound else None
        shown = zip(times or count(0, 1000 // RATE), frames, strict=False)
        for number, (at, pixels) in enumerate(shown):
            if not number:
                stream.height, stream.width = pixels.shape[:2]
                dress(stream)
                if voice is not None:
                    container.mux(voice.encode(_silence()))
            frame = av.VideoFrame.from_ndarray(pixels, "rgb24")
            frame.pts, frame.time_base = at, TICK
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
        if voice is not None:
            container.mux(voice.encode())
    return out.getvalue() if isinstance(out, io.BytesIO) else Path(out).read_bytes()


def sound_alone() -> bytes:
    """A file with a sound track and no picture."""
    out = io.BytesIO()
    with av.open(out, "w", format="matroska") as container:
        voice = container.add_stream("libopus", rate=48_000)
        container.mux(voice.encode(_silence()))
        container.mux(voice.encode())
    return out.getvalue()


def without_frames() -> bytes:
    """An MP4 file that says what it holds and holds nothing."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp4", options={"movflags": "empty_moov"}) as container:
        stream = container.add_stream("mpeg4", rate=RATE)
        stream.width, stream.height = SIZE
        container.start_encoding()
    return out.getvalue()


def portrait(photo: FixturePhoto, height: int) -> Image.Image:
    """The head and shoulders of a fixture photo, so many pixels high."""
    face = photo.face
    room = face.h // 2
    with Image.open(io.BytesIO(photo.content())) as image:
        box = (
            max(0, face.x - room),
            max(0, face.y - room),
            min(image.width, face.x + face.w + room),
            min(image.height, face.y + face.h + room),
        )
        cut = image.convert("RGB").crop(box)
        return cut.resize((round(cut.width * height / cut.height), height))


def people(
    shots: Iterable[tuple[float, Sequence[Image.Image]]], size: tuple[int, int] = (480, 360)
) -> list[np.ndarray]:
    """Frames of portraits side by side, each shot for so many seconds, that sway a little."""
    frames = []
    for number, (length, shown) in enumerate(shots):
        for step in range(round(length * RATE)):
            canvas = Image.new("RGB", size, COLOURS[number % len(COLOURS)])
            for place, one in enumerate(shown):
                left = round((place + 0.5) * size[0] / len(shown) - one.width / 2)
                canvas.paste(one, (left + step % 5, (size[1] - one.height) // 2 + step % 3))
            frames.append(np.asarray(canvas))
    return frames


def _silence() -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(np.zeros((1, 960), np.int16), "s16", "mono")
    frame.sample_rate, frame.pts, frame.time_base = 48_000, 0, Fraction(1, 48_000)
    return frame

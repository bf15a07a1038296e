"""Opening a video file without trusting it.

Rules, in the order of the code:

1. Only MP4, MOV, Matroska and WebM are tried, by their first bytes; a file names no other
   file that would be opened.
2. Limits come before decoding: 32 streams, 36 megapixels, 24 hours.
3. Of the codecs only those listed here are run, and of the streams only one picture.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Discard, Disposition
from av.video.stream import VideoStream

from licet.terms.clip import VideoFile
from licet.vision.decode import UnreadableError
from licet.vision.frames import Reel
from licet.vision.guard import HOSTILE, MOST_HOURS, MOST_PIXELS, Reader, TooMuchError, in_bounds

MATROSKA = b"\x1a\x45\xdf\xa3"
BOXES = frozenset({b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"})
"""What an MP4 or MOV file begins with, after four bytes of length."""

CODECS = frozenset({"h264", "hevc", "vp8", "vp9", "av1", "libdav1d", "mpeg4", "mjpeg"})
"""What phones, cameras and the web have written for twenty years."""

SOUNDS = frozenset(
    {
        "aac",
        "mp3",
        "mp3float",
        "opus",
        "libopus",
        "vorbis",
        "libvorbis",
        "ac3",
        "eac3",
        "flac",
        "alac",
    }
    | {"pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be", "pcm_f32le", "pcm_mulaw", "pcm_alaw"}
)
"""The same of sound, which is read for covered videos alone."""

BUFFER = 256 * 1024
OPTIONS = {
    "protocol_whitelist": "",
    "format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm",
    "enable_drefs": "0",
    "max_streams": "32",
    "max_pixels": str(MOST_PIXELS),
    "probesize": "5000000",
    "analyzeduration": "5000000",
}

_AGAIN = "fetch the original again"


@contextmanager
def opened(file: VideoFile) -> Iterator[Reel]:
    """Open a video and check it against the limits. Raises :class:`UnreadableError`."""
    container = _open(file, CODECS)
    try:
        yield _reel(container)
    finally:
        container.close()


def open_sound(file: VideoFile) -> tuple[InputContainer, AudioStream] | None:
    """Open the first sound of a video, None if it is silent; who asked closes it.

    Raises :class:`UnreadableError`.
    """
    container = _open(file, SOUNDS)
    if not container.streams.audio:
        container.close()
        return None
    readable = [one for one in container.streams.audio if _codec(one) in SOUNDS]
    if not readable:
        container.close()
        raise UnreadableError("its sound is coded in a way that licet does not read", _AGAIN)
    for other in container.streams:
        other.discard = Discard.default if other is readable[0] else Discard.all
    return container, readable[0]


def _open(file: VideoFile, codecs: frozenset[str]) -> InputContainer:
    """Open a file of which only these codecs are run. Raises :class:`UnreadableError`."""
    try:
        reader = Reader(file)
        return av.open(
            reader,
            "r",
            format=_format(reader),
            options=OPTIONS | {"codec_whitelist": ",".join(sorted(codecs))},
            metadata_errors="replace",
            buffer_size=BUFFER,
            io_open=_no_other_file,
        )
    except (*HOSTILE, TooMuchError) as error:
        raise UnreadableError(
            f"the video is damaged or cut short ({type(error).__name__})", _AGAIN
        ) from error


def _no_other_file(*_: object) -> None:
    raise OSError("a video names no other file")


def _format(reader: Reader) -> str:
    """Return the container's name by its first bytes."""
    head = reader.read(12)
    reader.seek(0)
    if head[4:8] in BOXES:
        return "mov"
    if head.startswith(MATROSKA):
        return "matroska"
    raise UnreadableError(
        "this is not a video in a format that licet reads",
        "use MP4, MOV, Matroska or WebM",
    )


def _reel(container: InputContainer) -> Reel:
    """Choose the stream and read what is said of it. Raises :class:`UnreadableError`."""
    streams = [one for one in container.streams.video if not _is_cover(one)]
    if not streams:
        raise UnreadableError("the file holds no moving picture", "it may be sound only")
    readable = [one for one in streams if _codec(one) in CODECS]
    if not readable:
        raise UnreadableError(
            f"the video is coded in a way that licet does not read ({_codec(streams[0])})",
            "convert it to H.264, HEVC, VP9 or AV1",
        )
    stream = max(readable, key=lambda one: (one.width * one.height, -one.index))
    if not in_bounds(stream.width, stream.height):
        raise UnreadableError(
            f"the video is {stream.width} by {stream.height} pixels, "
            f"more than {MOST_PIXELS // 1_000_000} megapixels or none",
            "save the video in a smaller size",
        )
    for other in container.streams:
        other.discard = Discard.default if other is stream else Discard.all
    stream.codec_context.options = {"max_pixels": str(MOST_PIXELS)}
    stream.codec_context.thread_count = 1  # others look at frames meanwhile
    lacking = []
    if len(streams) > 1:
        lacking.append(f"of {len(streams)} pictures side by side only the largest was looked at")
    begins = _begins(container.start_time, stream.start_time, stream.time_base)
    from_zero = container.format.name.startswith("matroska")
    return Reel(container, stream, begins, _total(container.duration), lacking, from_zero)


def _is_cover(stream: VideoStream) -> bool:
    """Tell whether a stream is one still picture, as sound files have."""
    return bool(stream.disposition & Disposition.attached_pic)


def _codec(stream: VideoStream | AudioStream) -> str:
    """Return the decoder's name, or "unknown"."""
    return str(getattr(stream.codec_context, "name", "unknown"))


def _begins(first: int | None, own: int | None, base: Fraction | None) -> Fraction | None:
    """Return what a player shows as zero, in seconds: the beginning of the earliest stream.

    A stream that claims to begin an hour or more before the picture is not believed.
    """
    if own is None or base is None:
        return None
    if first is None:
        return own * base
    earliest = Fraction(first, av.time_base)
    return earliest if own * base - 3600 < earliest <= own * base else own * base


def _total(total: int | None) -> int | None:
    """Return how long the file says it is in milliseconds, if that may be."""
    if total is None or not 0 < total <= MOST_HOURS * 3600 * av.time_base:
        return None
    return total * 1000 // av.time_base

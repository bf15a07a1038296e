"""A video without anything that was written about it, for a copy that is kept.

The coded pictures are taken as they are, and no other stream: no sound, no places, no
titles, no chapters. Notes that stand among the pictures are left out too, where the codec
has a place for them, and of Motion JPEG all that each frame says of itself
(docs/decisions/kept-copies.md).
"""

from collections.abc import Callable, Iterator
from typing import cast

import av
from av.bitstream import BitStreamFilterContext
from av.container import OutputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from licet.terms.clip import VideoFile, VideoOut
from licet.terms.face import Unreadable
from licet.vision.decode import UnreadableError
from licet.vision.frame_notes import bare_jpeg
from licet.vision.frames import Reel
from licet.vision.guard import HOSTILE, TooMuchError
from licet.vision.opening import opened

_NOTES = {
    "h264": "filter_units=remove_types=6",
    "hevc": "filter_units=remove_types=39-40",
    "av1": "filter_units=remove_types=5",
    "libdav1d": "filter_units=remove_types=5",
}
"""What leaves out, by codec, the units of a stream that hold notes and no picture."""

_NOT_IN_MP4 = frozenset({"vp8"})

Tell = Callable[[], None]
"""Called again and again while a video is written: what it raises ends that."""


def stripped_video(video: VideoFile, out: VideoOut, tell: Tell) -> Unreadable | None:
    """Write the pictures of a video to ``out`` as they are coded, or say why they cannot be."""
    try:
        with opened(video) as reel:
            name = str(reel.stream.codec_context.name)
            format_ = "matroska" if name in _NOT_IN_MP4 else "mp4"
            plain = {"fflags": "+bitexact"}
            with av.open(out, "w", format=format_, container_options=plain) as made:
                _written(reel, made, name, tell)
    except UnreadableError as error:
        return error.value
    except (*HOSTILE, TooMuchError) as error:
        return Unreadable(
            f"the video is damaged ({type(error).__name__})", "fetch the original again"
        )
    return None


def _written(reel: Reel, made: OutputContainer, codec: str, tell: Tell) -> None:
    """Copy the packets of the one stream. Raises what the decoder raises."""
    # As the decoder describes it: the pictures are not encoded again.
    stream = made.add_stream_from_template(reel.stream, opaque=True)
    stream.metadata.clear()
    made.metadata.clear()
    written = 0
    for packet in _without_notes(reel, stream, codec):
        tell()
        if packet.dts is None:
            continue
        packet.stream = stream
        made.mux(packet)
        written += 1
    if not written:
        raise UnreadableError("no frame of the video can be read", "fetch the original again")


def _without_notes(reel: Reel, stream: VideoStream, codec: str) -> Iterator["Packet[VideoStream]"]:
    packets = (one for one in reel.container.demux(reel.stream) if one.size)
    if codec == "mjpeg":
        yield from (_bare(one, stream.height) for one in packets)
        return
    if codec not in _NOTES:
        yield from packets
        return
    left_out = BitStreamFilterContext(_NOTES[codec], reel.stream, stream)
    for packet in packets:
        yield from left_out.filter(packet)
    yield from left_out.filter(None)


def _bare(packet: "Packet[VideoStream]", height: int) -> "Packet[VideoStream]":
    """Return a frame of Motion JPEG that says nothing of itself. Raises ``UnreadableError``."""
    bare = cast("Packet[VideoStream]", Packet(bare_jpeg(bytes(packet), height)))
    bare.pts, bare.dts, bare.duration = packet.pts, packet.dts, packet.duration
    bare.time_base, bare.is_keyframe = packet.time_base, packet.is_keyframe
    return bare

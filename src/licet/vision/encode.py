"""Writing a covered video: WebM with VP9, and Opus if its sound is kept.

Both encoders are free of the GPL and of royalties, and every browser plays them. Nothing
but pixels, times and, if asked for, sound goes in: no title, place, chapter, subtitle, cover
picture, attachment or second camera of the original has a way into the new file.
"""

from fractions import Fraction
from types import TracebackType
from typing import BinaryIO, Final, Self

import av
import numpy as np
from av.container import OutputContainer
from av.video.reformatter import ColorRange, Colorspace
from av.video.stream import VideoStream
from numpy.typing import NDArray

from licet.vision.sound import Sound

TICK = Fraction(1, 1000)
"""WebM counts milliseconds."""
CODEC: Final = "libvpx-vp9"
OPTIONS = {"deadline": "realtime", "cpu-used": "7", "crf": "32", "row-mt": "1"}
SILENT = {"fflags": "+bitexact"}
"""Not even which encoder wrote it is said."""
KEY_FRAMES = 120
BT_709 = 1
"""What colours mean (ITU-T H.273, tables 2, 3 and 4)."""


class Writer:
    """A video that is being written."""

    def __init__(self, out: BinaryIO, sound: Sound | None = None) -> None:
        self.frames = self.width = self.height = 0
        self._container: OutputContainer = av.open(out, "w", format="webm", options=SILENT)
        self._stream: VideoStream | None = None
        self._sound = sound

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if self._sound is not None:
            self._sound.close()
        self._container.close()

    def add(self, at: int, pixels: NDArray[np.uint8]) -> None:
        """Write height x width x 3 RGB pixels that are shown from ``at`` on, in milliseconds."""
        even = pixels[: pixels.shape[0] & ~1 or None, : pixels.shape[1] & ~1 or None]
        stream = self._stream or self._begin(even)
        plain = av.VideoFrame.from_ndarray(np.ascontiguousarray(even), "rgb24")
        frame = plain.reformat(
            format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG
        )
        frame.pts, frame.time_base = at, TICK
        self._container.mux(stream.encode(frame))
        if self._sound is not None:
            self._sound.up_to(at)
        self.frames += 1

    def end(self, at: int) -> None:
        """Write what is still on its way; the picture ends at a moment."""
        if self._stream is not None:
            self._container.mux(self._stream.encode())
        if self._sound is not None:
            self._sound.rest(at)

    def _begin(self, pixels: NDArray[np.uint8]) -> VideoStream:
        stream = self._container.add_stream(CODEC, rate=30, options=OPTIONS)
        self.height, self.width = stream.height, stream.width = pixels.shape[:2]
        stream.pix_fmt, stream.bit_rate, stream.gop_size = "yuv420p", 0, KEY_FRAMES
        context = stream.codec_context
        context.time_base = TICK
        # Said, since players that are told nothing guess by the picture's height.
        context.colorspace = context.color_primaries = context.color_trc = BT_709
        context.color_range = int(ColorRange.MPEG)
        self._stream = stream
        if self._sound is not None:
            self._sound.begin(self._container)
        return stream

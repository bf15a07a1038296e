"""The sound of a covered video, for whoever asks to keep it: decoded and encoded anew as Opus.

Gaps are filled with silence and what overlaps is cut, so that it stays with the picture.
Sound that cannot be read is left out, and said; the picture is written all the same.
"""

from collections.abc import Iterator
from fractions import Fraction
from itertools import chain

from av import AudioFrame, AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer

from licet.terms.clip import VideoFile, clock_time
from licet.vision.decode import UnreadableError
from licet.vision.guard import HOSTILE, TooMuchError
from licet.vision.opening import open_sound

RATE = 48_000
FRAME = 960
"""Samples of one Opus frame: 20 ms."""
BITS = 96_000
FILLED = {"async": "1", "first_pts": "0"}
"""Silence for gaps from the very beginning on, and never faster or slower than it was."""
MOST_FAILURES = 100
"""Damaged pieces of sound after which the rest is left out."""


class Sound:
    """The sound on its way into a new video, up to where its picture is.

    ``begins`` is what a player shows as zero, in seconds of the original's clock.
    """

    def __init__(self, file: VideoFile, begins: Fraction, lacking: list[str]) -> None:
        self._lacking = lacking
        self._begins = begins
        self._opened: InputContainer | None = None
        self._frames: Iterator[AudioFrame | None] = iter(())
        self._next: AudioFrame | None = None
        try:
            found = open_sound(file)
        except UnreadableError as error:
            lacking.append(error.value.reason)
            return
        if found is not None:
            self._opened, stream = found
            self._frames = chain(self._decoded(self._opened, stream), (None,))

    def begin(self, out: OutputContainer) -> None:
        """Add the sound's own track to a new video, if there is any sound."""
        if self._opened is None:
            return
        self._out = out
        self._voice = out.add_stream("libopus", rate=RATE, layout="stereo")
        self._voice.bit_rate = BITS
        self._even = AudioResampler("s16", "stereo", RATE, FRAME, FILLED)
        self._next = next(self._frames)

    def up_to(self, at: int) -> None:
        """Write what is heard before a moment, in milliseconds."""
        while self._next is not None and float(self._next.time or 0) * 1000 <= at:
            self._write(self._next)
            self._next = next(self._frames, None)

    def rest(self, ends: int) -> None:
        """Write what is heard up to the end of the picture, and what is on its way."""
        if self._opened is None:
            return
        self.up_to(ends)
        for even in self._even.resample(None):
            self._out.mux(self._voice.encode(even))
        self._out.mux(self._voice.encode(None))

    def close(self) -> None:
        """Close the original."""
        if self._opened is not None:
            self._opened.close()

    def _write(self, frame: AudioFrame) -> None:
        for even in self._even.resample(frame):
            self._out.mux(self._voice.encode(even))

    def _decoded(self, container: InputContainer, stream: AudioStream) -> Iterator[AudioFrame]:
        """Yield the sound's frames with times from the player's zero on."""
        failures, last = 0, -1
        try:
            for packet in container.demux(stream):
                try:
                    frames = packet.decode()
                except HOSTILE:
                    failures += 1
                    if failures == MOST_FAILURES:
                        break
                    continue
                for frame in frames:
                    if frame.pts is None or frame.time_base is None:
                        continue
                    ticks = round((frame.pts * frame.time_base - self._begins) * frame.sample_rate)
                    if ticks >= 0 and ticks > last:
                        frame.pts, frame.time_base = ticks, Fraction(1, frame.sample_rate)
                        last = ticks
                        yield frame
        except (*HOSTILE, TooMuchError):
            failures += 1
        if failures:
            heard = clock_time(1000 * max(0, last) // max(1, stream.rate or RATE))
            self._lacking.append(f"{failures} pieces of its sound are damaged; it ends at {heard}")

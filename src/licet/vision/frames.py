"""A video, frame by frame: which are decoded at all, and which are worth a look.

Rules, in the order of the code:

1. Key frames are decoded alone. What lies between two is decoded only where they are more
   than two seconds apart or show different scenes.
2. What is damaged is left out, and said; half a video is still read.
3. Times are those a player shows: variable rates, edit lists and late beginnings included.
"""

import time
from collections.abc import Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import chain
from typing import TypeAlias

from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from licet.terms.clip import clock_time
from licet.vision.guard import HOSTILE, MOST_HOURS, Beat, TooMuchError, in_bounds
from licet.vision.picture import Frame, Upright, frame_of, small_copy, upright_of
from licet.vision.scenes import Chooser, Colours, colours

LONG_GAP = 2000
"""Milliseconds between key frames above which the frames in between are decoded."""
MOST_HELD_BYTES = 64 * 1024 * 1024
MOST_HELD = 1024
"""Packets of a gap that wait, undecoded, for the next key frame."""

BEAT_SECONDS = 0.2

MOST_FAILURES = 8
"""Places at which a file may break while it is read before the rest is given up."""

Piece: TypeAlias = "Packet[VideoStream]"
"""One coded frame. In quotes, since only its stub is generic."""

Shown = tuple[VideoFrame, Colours]
"""A decoded frame and its colours."""


@dataclass
class Reel:
    """An open video. ``total`` is how long it says it is, in milliseconds, None if it does not.

    ``begins`` is what a player shows as zero, in seconds of the stream's clock; ``from_zero``
    says that the total counts from zero of that clock, not from there.
    ``beat`` is called a few times a second while it is read, whatever is found in it: what
    it raises ends the reading. ``at`` is how far it was read; ``upright`` is known with the
    first frame, and what is ``lacking`` when all frames were given.
    """

    container: InputContainer
    stream: VideoStream
    begins: Fraction | None
    total: int | None
    lacking: list[str]
    from_zero: bool = False
    beat: Beat = lambda: None
    at: int = 0
    upright: Upright | None = None
    _beaten: float = 0.0
    _damaged: int = 0
    _chooser: Chooser = field(default_factory=Chooser)
    _held: list[Piece] = field(default_factory=list)
    _held_bytes: int = 0
    _key_at: int = 0
    _wide_open: bool = False

    def frames(self) -> Generator[Frame, None, None]:
        """Yield the frames worth a look, in the order of their times."""
        # Frames that no other is made from are two of three in many films: none is missed.
        self.stream.codec_context.skip_frame = "NONREF"
        for packet in self._packets():
            self._beat()
            self._begin(packet)
            at = self._time(packet.pts if packet.pts is not None else packet.dts)
            if at > MOST_HOURS * 3_600_000:
                self.lacking.append(f"what comes after {MOST_HOURS} hours was not read")
                break
            self.at = max(self.at, at)
            if packet.is_keyframe or not self._held:
                yield from self._next_key(packet)
            elif self._wide_open:
                yield from self._looks(self._decode(packet))
            else:
                yield from self._hold(packet)
        if not self._wide_open:
            yield from self._open_gap()
        yield from self._end_gap()
        self._say_what_is_lacking()

    def every(self) -> Generator[Frame, None, None]:
        """Yield every sound frame, in the order of their times.

        After damage nothing is shown before the next key frame: what is made from a damaged
        frame decodes, and shows things where they are not.
        """
        blind: int | None = None
        for packet in chain(self._packets(), (None,)):
            if packet is not None and not self._goes_on(packet):
                break
            before = self._damaged
            found = self._pictures(packet, last=packet is None)
            if self._damaged > before:
                blind = max(blind or 0, self.at)
            for picture in found:
                at = self._time(picture.pts)
                if blind is not None and picture.key_frame and at >= blind:
                    blind = None
                if blind is not None:
                    self._damaged += 1
                    continue
                if self.upright is None:
                    self.upright = upright_of(picture, self.stream.sample_aspect_ratio)
                yield frame_of(at, picture, self.upright, changed=False)
        self._say_what_is_lacking()

    def _goes_on(self, packet: Piece) -> bool:
        """Take note of a packet's time; say whether it is still among the hours that are read."""
        self._beat()
        self._begin(packet)
        at = self._time(packet.pts if packet.pts is not None else packet.dts)
        if packet.is_keyframe:
            if at < self._key_at and self.begins is not None:  # parts that were joined
                self.begins -= Fraction(self.at + 40 - at, 1000)
                at = self.at + 40
            self._key_at = at
        if at > MOST_HOURS * 3_600_000:
            self.lacking.append(f"what comes after {MOST_HOURS} hours was not read")
            return False
        self.at = max(self.at, at)
        return True

    @property
    def ends(self) -> int:
        """Until when it was read: where it says that it ends, if it was read up to there."""
        whole = self.total is not None and self.at <= self.total <= self.at + LONG_GAP
        return self.total if whole and self.total is not None else self.at

    def still(self, at: int) -> Frame | None:
        """Return the last frame shown at or before a moment, from the key frame before it."""
        base = self.stream.time_base or Fraction(1, 1000)
        first = next(self._packets(), None)
        if first is None:
            return None
        self._begin(first)
        with suppress(*HOSTILE):  # without an index it is read from the beginning
            place = (Fraction(at, 1000) + (self.begins or 0)) / base
            self.container.seek(int(place), stream=self.stream)
        best: VideoFrame | None = None
        for packet in chain(self._packets(), (None,)):
            for picture, _ in self._decode(packet, last=packet is None):
                if best is None or self._time(picture.pts) <= at:
                    best = picture
                else:
                    return self._shown(best)
        return None if best is None else self._shown(best)

    def _shown(self, picture: VideoFrame) -> Frame:
        upright = upright_of(picture, self.stream.sample_aspect_ratio)
        return frame_of(self._time(picture.pts), picture, upright, changed=False)

    def _beat(self) -> None:
        if time.monotonic() - self._beaten >= BEAT_SECONDS:
            self._beaten = time.monotonic()
            self.beat()

    def _begin(self, packet: Piece) -> None:
        """Let time begin with the first packet, if the file does not say when it does."""
        base = self.stream.time_base
        if self.begins is None and packet.pts is not None and base is not None:
            self.begins = packet.pts * base
        if self.from_zero and self.begins is not None:
            self.from_zero = False
            if self.total is not None and self.total > self.begins * 1000 > 0:
                self.total -= int(self.begins * 1000)

    def _packets(self) -> Iterator[Piece]:
        """Yield the stream's packets; a file that breaks is read on behind the break."""
        for _ in range(MOST_FAILURES):
            try:
                for packet in self.container.demux(self.stream):
                    if packet.size:
                        yield packet
            except TooMuchError:
                break
            except HOSTILE:
                self._damaged += 1
            else:
                return
        self.lacking.append(f"reading was given up {clock_time(self.at)} into the video")

    def _next_key(self, packet: Piece) -> Iterator[Frame]:
        """Decode a key frame alone, and the gap before it if another scene is shown now."""
        if self._wide_open:
            yield from self._end_gap()
        back = self._key_at - self._time(packet.pts)
        if (
            self._held and self.begins is not None and back > 0
        ):  # parts that were joined each count from zero
            self.begins -= Fraction(back, 1000)
        found = self._decode(packet, last=True)
        if any(self._chooser.changed(seen) for _, seen in found):
            yield from self._open_gap()
            yield from self._end_gap()
        yield from self._looks(found, key=True)
        self._held, self._held_bytes = [packet], packet.size
        self._key_at = self._time(packet.pts)

    def _hold(self, packet: Piece) -> Iterator[Frame]:
        """Keep a packet for later, or decode the gap when it grows too long."""
        self._held.append(packet)
        self._held_bytes += packet.size
        long = self.at - self._key_at > LONG_GAP
        if long or len(self._held) > MOST_HELD or self._held_bytes > MOST_HELD_BYTES:
            yield from self._open_gap()

    def _open_gap(self) -> Iterator[Frame]:
        """Decode what was held, from its key frame on, which was looked at already."""
        if len(self._held) > 1:
            self._wide_open = True
            for packet in self._held:
                self._beat()
                yield from self._looks(self._decode(packet))
            del self._held[1:]

    def _end_gap(self) -> Iterator[Frame]:
        """Take what the decoder still has of a gap, so that it can begin anew."""
        if self._wide_open:
            yield from self._looks(self._decode(None, last=True))
            self._wide_open = False

    def _decode(self, packet: "Piece | None", *, last: bool = False) -> list[Shown]:
        """Return the frames that a packet completes; after the ``last`` one, all there are.

        A frame that decodes and cannot be turned into pixels is damaged, too.
        """
        found = self._pictures(packet, last=last)
        whole: list[Shown] = []
        for one in found:
            with suppress(*HOSTILE):
                whole.append((one, colours(small_copy(one))))
        self._damaged += len(found) - len(whole)
        return whole

    def _pictures(self, packet: "Piece | None", *, last: bool = False) -> list[VideoFrame]:
        """Return the sound frames that a packet completes, and count those that are not."""
        context = self.stream.codec_context
        found: list[VideoFrame] = []
        try:
            if packet is not None:
                found += context.decode(packet)
            if last:
                found += context.decode(None)
        except HOSTILE:
            self._damaged += 1
        if last:
            context.flush_buffers()
        whole = [one for one in found if not one.is_corrupt and in_bounds(one.width, one.height)]
        self._damaged += len(found) - len(whole)
        return whole

    def _looks(self, found: list[Shown], *, key: bool = False) -> Iterator[Frame]:
        """Yield those of the decoded frames that are worth a look."""
        for picture, seen in found:
            at = self._time(picture.pts)
            changed = self._chooser.changed(seen)
            if not self._chooser.takes(at, seen, key=key):
                continue
            if self.upright is None:
                self.upright = upright_of(picture, self.stream.sample_aspect_ratio)
            yield frame_of(at, picture, self.upright, changed=changed)

    def _time(self, ticks: int | None) -> int:
        """Return a time of the stream as a player shows it; without one, a frame later."""
        if ticks is None or self.stream.time_base is None or self.begins is None:
            return self.at + 40
        return max(0, int((ticks * self.stream.time_base - self.begins) * 1000))

    def _say_what_is_lacking(self) -> None:
        if self._damaged:
            self.lacking.append(f"{self._damaged} pieces of the video are damaged")
        if self.total is not None and self.ends + LONG_GAP < self.total:
            read, told = clock_time(self.at), clock_time(self.total)
            self.lacking.append(f"the video ends after {read}; it should have {told}")

"""What is seen in a video: faces followed through time, in memory only.

Times are whole milliseconds of presentation time since the beginning, as a player shows
them. Boxes are pixels of the upright picture, with square pixels.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from licet.terms.errors import BadInput
from licet.terms.face import Inspection, SeenFace

MOST_OF_A_PART = 100_000

Span = tuple[int, int]
"""From the first frame that shows it to the first that does not any more, in milliseconds."""


def clock_time(milliseconds: int) -> str:
    """Return a moment for people to read: 1:02:03 or 2:03."""
    minutes, rest = divmod(milliseconds // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def moment_of(text: str) -> int:
    """Return the milliseconds that 2:03, 1:02:03 or 12.5 stands for. Raises ``BadInput``."""
    parts = text.strip().split(":")
    try:
        numbers = [float(part) for part in parts]
    except ValueError:
        numbers = []
    whole = 1 <= len(numbers) <= 3 and all(0 <= number < MOST_OF_A_PART for number in numbers)
    if not whole:
        raise BadInput("this is no moment of a video", "Write it as 2:03 or 1:02:03.")
    seconds = 0.0
    for number in numbers:
        seconds = 60 * seconds + number
    return round(1000 * seconds)


class VideoFile(Protocol):
    """An open video: hours do not fit into memory, so it is read where it lies."""

    def read(self, size: int, /) -> bytes:
        """Return at most ``size`` bytes, none at the end."""
        ...

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go to a place as files do, and return it."""
        ...

    def tell(self) -> int:
        """Return the place."""
        ...


class VideoOut(Protocol):
    """Where a video is written to: forwards, and again at its beginning."""

    def write(self, data: bytes, /) -> int:
        """Write at the place, and return how much was written."""
        ...

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go to a place as files do, and return it."""
        ...

    def tell(self) -> int:
        """Return the place."""
        ...


@dataclass(frozen=True, slots=True)
class Track:
    """One face, followed from frame to frame.

    ``seen`` is its best frame's face with the mean of its best frames' templates. Where a
    look was asked to take tracks apart at a moment, ``parts`` is what was seen of this one
    before and from then on, each by itself; empty for a track that was not seen on both sides.
    """

    seen: SeenFace
    span: Span
    parts: tuple["Track", ...] = ()

    @property
    def at(self) -> int:
        """When its best frame is shown."""
        return self.span[0] if self.seen.at is None else self.seen.at


@dataclass(frozen=True, slots=True)
class Clip:
    """A video as it was looked at: upright size, duration, and the tracks by their beginning.

    ``frames`` counts the frames looked at; ``lacking`` says what could not be read, in
    plain words: nothing when the video is sound.
    """

    width: int
    height: int
    duration: int
    frames: int
    tracks: tuple[Track, ...]
    lacking: tuple[str, ...] = ()

    def inspection(self) -> Inspection:
        """Return the video as an item's inspection: a face for each track, with its span."""
        faces = tuple(track.seen for track in self.tracks)
        return Inspection(self.width, self.height, faces, tuple(t.span for t in self.tracks))


@dataclass(frozen=True, slots=True)
class Watched:
    """How far a video has been looked at: frames and milliseconds, of how many if known."""

    frames: int
    done: int
    total: int | None


TellWatched = Callable[[Watched], None]
"""Told after each frame, so that a door can show how long it takes."""

"""What passes the doors of covering everybody in a folder of photos and videos."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from licet.terms.clip import Span, VideoFile
from licet.terms.face import Box, Face

MARGIN = 0.25
"""How much wider than its box a covered region is, on each side."""

SURE = 0.6
"""Strength below which a face that is covered is doubtful: a person should look."""

LOOK_SIDE = 720
"""Long side in pixels of the small picture that a person checks."""

TellCovered = Callable[[float, int], None]
"""Called with files done, a video in parts, and files in all."""

TellShare = Callable[[float], None]
"""Called with the share of a video that is done, in [0, 1]."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A region that a person marked as missed, in thousandths of the sides.

    ``span`` says from when to when in a video, in milliseconds; None: all the time.
    """

    box: Box
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Region:
    """What is covered from one moment of a video to another, both included, in milliseconds."""

    box: Box
    begins: int
    ends: int
    strength: float


@dataclass(frozen=True, slots=True)
class Bare:
    """A photo to cover: its bytes, and what a person marked as missed."""

    content: bytes
    also: tuple[Mark, ...] = ()
    look_side: int = LOOK_SIDE


@dataclass(frozen=True, slots=True)
class Covered:
    """A photo with everybody covered: the picture and a small copy as JPEG, and the faces.

    ``width`` and ``height`` are upright, in pixels; ``faces`` are what was found, with the
    detector's own strength, strongest first. No features of a face are in it.
    """

    picture: bytes
    small: bytes
    width: int
    height: int
    faces: tuple[Face, ...]


@dataclass(frozen=True, slots=True)
class BareVideo:
    """A video to cover, open where it lies, with what a person marked as missed.

    ``sound`` is the same file, open once more, when its sound is to be kept: a voice is
    personal data, too, so it is left out if that is not asked for.
    """

    file: VideoFile
    also: tuple[Mark, ...] = ()
    sound: VideoFile | None = None
    look_side: int = LOOK_SIDE


class Why(StrEnum):
    """Why a moment of a video is worth a person's look, the most doubtful first."""

    BEFORE = "before"
    AFTER = "after"
    WEAK = "weak"
    SAMPLE = "sample"


@dataclass(frozen=True, slots=True)
class CoveredStill:
    """A covered frame for a person to check, as small JPEG, and what is covered in it."""

    at: int
    why: Why
    small: bytes
    regions: tuple[tuple[Box, float], ...]


@dataclass(frozen=True, slots=True)
class CoveredVideo:
    """What became of a video: upright size, milliseconds, frames written, faces followed.

    ``weakest`` is the least strength among the faces, 1 without any; ``unseen`` counts the
    moments that would be worth a look and have no still; ``lacking`` says in plain words
    what is not in the new video.
    """

    width: int
    height: int
    duration: int
    frames: int
    faces: int
    weakest: float
    stills: tuple[CoveredStill, ...]
    unseen: int = 0
    lacking: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Redacted:
    """What became of a folder.

    ``photos`` and ``videos`` are covered now, ``kept`` of them from an earlier run; ``faces``
    were found in photos, ``followed`` in videos, and ``marked`` regions were added by a
    person. In ``without_face`` files nothing is covered and in ``unsure`` ones a face is
    doubtful: look at these first. Of ``in_part`` videos something is lacking. ``left_out``
    are (address, reason) of every file that has no covered one.
    """

    photos: int
    videos: int
    kept: int
    faces: int
    followed: int
    marked: int
    without_face: int
    unsure: int
    in_part: int
    left_out: tuple[tuple[str, str], ...]
    pictures: Path
    page: Path

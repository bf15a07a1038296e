"""What passes the doors of covering everybody in a folder of photos."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from licet.terms.face import Box, Face

MARGIN = 0.25
"""How much wider than its box a covered region is, on each side."""

SURE = 0.6
"""Strength below which a face that is covered is doubtful: a person should look."""

LOOK_SIDE = 720
"""Long side in pixels of the small picture that a person checks."""

TellCovered = Callable[[int, int], None]
"""Called with photos done and photos in all."""


@dataclass(frozen=True, slots=True)
class Bare:
    """A photo to cover: its bytes, and regions that a person marked as missed.

    The regions of ``also`` are in thousandths of the photo's width and height.
    """

    content: bytes
    also: tuple[Box, ...] = ()
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
class Redacted:
    """What became of a folder.

    ``photos`` have a picture now, ``kept`` of them from an earlier run; ``faces`` were
    found and ``marked`` regions were added by a person. In ``without_face`` photos nothing
    is covered and in ``unsure`` ones a face is doubtful: look at these first.
    ``left_out`` are (address, reason) of every file that has no picture.
    """

    photos: int
    kept: int
    faces: int
    marked: int
    without_face: int
    unsure: int
    left_out: tuple[tuple[str, str], ...]
    pictures: Path
    page: Path

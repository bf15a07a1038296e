"""What is seen in a photo (ISO/IEC 2382-37: biometric sample and features)."""

import array
import sys
from dataclasses import dataclass
from typing import NewType

from licet.terms.ids import ModelId

Score = NewType("Score", int)
"""A comparison score: the integer dot product of two int16 templates, in int64.

``score / ONE`` is the cosine. Integers are compared, never floats, so that the
same templates give the same answer in the same order on every machine.
"""

STEP = 32767
"""Fixed-point scale of a template's values."""

ONE = STEP * STEP
"""The score of a template with itself (up to rounding)."""


def score_of(cosine: float) -> Score:
    """Return the smallest score that is at or above ``cosine``."""
    return Score(-int(-cosine * ONE // 1))


def cosine_of(score: Score) -> float:
    """Return the cosine in [-1, 1] that a score stands for, for people to read."""
    return score / ONE


@dataclass(frozen=True, slots=True)
class Box:
    """A face's region in pixels of the upright photo (EXIF orientation applied)."""

    x: int
    y: int
    w: int
    h: int


def shared(a: Box, b: Box) -> int:
    """Return the area that two boxes have in common, in pixels."""
    wide = min(a.x + a.w, b.x + b.w) - max(a.x, b.x)
    high = min(a.y + a.h, b.y + b.h) - max(a.y, b.y)
    return max(0, wide) * max(0, high)


def overlap(a: Box, b: Box) -> float:
    """Return intersection over union of two boxes, in [0, 1]."""
    both = shared(a, b)
    return both / (a.w * a.h + b.w * b.h - both) if both else 0.0


@dataclass(frozen=True, slots=True)
class Face:
    """A region in which a face was found.

    ``landmarks`` are right eye, left eye, nose tip, right and left mouth corner,
    as (x, y) pixels of the upright photo. ``strength`` is the detector's own
    score in [0, 1].
    """

    box: Box
    landmarks: tuple[tuple[float, float], ...]
    strength: float


@dataclass(frozen=True, slots=True)
class Quality:
    """What the quality gate looks at (after ISO/IEC 29794-5).

    ``eye_distance`` in pixels; ``sharpness`` variance of the Laplacian on the
    aligned sample; ``exposure`` mean luminance 0..255; ``contrast`` its standard
    deviation; ``yaw`` and ``roll`` in degrees, estimated from the landmarks.
    """

    eye_distance: float
    sharpness: float
    exposure: float
    contrast: float
    yaw: float
    roll: float


@dataclass(frozen=True, slots=True)
class Template:
    """The features of one face, with the model that made them.

    ``values`` are little-endian int16, a unit vector times :data:`STEP`.
    Templates of different models never compare.
    """

    model: ModelId
    values: bytes

    @property
    def dimension(self) -> int:
        """How many features the template has."""
        return len(self.values) // 2

    def integers(self) -> "array.array[int]":
        """Return the features as signed 16-bit integers in this machine's order."""
        numbers = array.array("h", self.values)
        if sys.byteorder == "big":  # pragma: no cover - no such machine in the suite
            numbers.byteswap()
        return numbers

    def compare(self, other: "Template") -> Score:
        """Return the comparison score. Raises ``TypeError`` across models."""
        if self.model != other.model or len(self.values) != len(other.values):
            raise TypeError(f"templates of {self.model} and {other.model} do not compare")
        pairs = zip(self.integers(), other.integers(), strict=True)
        return Score(sum(a * b for a, b in pairs))


@dataclass(frozen=True, slots=True)
class SeenFace:
    """A face found in a photo, with the template computed for it, in memory only.

    ``at`` is when the frame of a video is shown in which it is there, in milliseconds.
    """

    face: Face
    quality: Quality
    template: Template
    at: int | None = None


@dataclass(frozen=True, slots=True)
class Inspection:
    """A photo as it was read: upright size in pixels and the faces found, strongest first.

    Of a video: each face that was followed through it, and in ``spans`` when it is seen,
    from and to in milliseconds; empty for a photo. ``likeness`` is a coarse mark of the
    whole photo, the same or near for other sizes of it; empty for a video.
    """

    width: int
    height: int
    faces: tuple[SeenFace, ...]
    spans: tuple[tuple[int, int], ...] = ()
    likeness: bytes = b""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A photo that could not be read: why, and what to do about it.

    ``harmful``: decoding it killed the process that does that, or took more time or memory
    than any photo needs. Such a photo is quarantined: it is not tried again.
    """

    reason: str
    remedy: str
    harmful: bool = False

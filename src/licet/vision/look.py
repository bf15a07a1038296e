"""One photo, from bytes to faces with aligned samples: everything before the recogniser."""

from dataclasses import dataclass, replace
from typing import Protocol

from PIL import Image

from licet.terms.face import Face, Quality
from licet.vision.align import REFERENCE_EYES, eye_distance, sample_of
from licet.vision.decode import Decode, Pixels
from licet.vision.detect import SIDE, THOROUGH_SIDE, find_faces
from licet.vision.likeness import mark_of
from licet.vision.quality import measure
from licet.vision.runtime import Runner

FIRST_SIDE = 1280
"""Long side decoded first: most faces can be sampled from it without decoding again, and
they are looked for in it, thoroughly as well."""

FINE_ENOUGH = 0.7
"""A face whose eyes are at least this share of the sample's eye distance apart needs no
finer pixels: measured, the score hardly changes (docs/reference/models.md)."""


class Opened(Protocol):
    """A photo or a frame of a video, of which pixels can be asked for at several sizes."""

    @property
    def width(self) -> int:
        """The upright width in pixels."""
        ...

    @property
    def height(self) -> int:
        """The upright height in pixels."""
        ...

    @property
    def long_side(self) -> int:
        """The longer of width and height."""
        ...

    def pixels(self, long_side: int | None = None) -> Pixels:
        """Return upright pixels whose long side is at least ``long_side``."""
        ...


@dataclass(frozen=True, slots=True)
class Sampled:
    """A face with its quality and its aligned sample."""

    face: Face
    quality: Quality
    sample: Pixels


@dataclass(frozen=True, slots=True)
class Looked:
    """A photo's upright size and its sampled faces, strongest first.

    ``likeness`` is the coarse mark of a whole photo; empty for a frame.
    """

    width: int
    height: int
    faces: tuple[Sampled, ...]
    likeness: bytes = b""


def look(detector: Runner, decode: Decode, content: bytes, *, thorough: bool = False) -> Looked:
    """Return the faces of a photo. Raises :class:`licet.vision.decode.UnreadableError`."""
    photo = _Photo(decode, content)
    picture: Image.Image = Image.fromarray(photo.pixels(FIRST_SIDE))
    looked = _looked(detector, photo, thorough, picture)
    return replace(looked, likeness=mark_of(picture))


class _Photo:
    """A photo that was decoded once, for its size and the first look."""

    def __init__(self, decode: Decode, content: bytes) -> None:
        self._decode, self._content = decode, content
        first = decode(content, FIRST_SIDE)
        self.width, self.height, self._first = first.width, first.height, first.pixels
        self.long_side = max(first.width, first.height)

    def pixels(self, long_side: int | None = None) -> Pixels:
        """Return upright pixels, decoded anew where the first ones are not those."""
        if long_side == FIRST_SIDE:
            return self._first
        return self._decode(self._content, long_side).pixels


def look_at(detector: Runner, photo: Opened, *, thorough: bool = False) -> Looked:
    """Return the faces of an opened photo or frame. Raises what reading its pixels raises."""
    return _looked(detector, photo, thorough, None)


def _looked(detector: Runner, photo: Opened, thorough: bool, picture: Image.Image | None) -> Looked:
    """Return the faces; ``picture`` is made of the pixels in which they are looked for first."""
    side = THOROUGH_SIDE if thorough else SIDE
    pixels = photo.pixels(FIRST_SIDE)
    scale = _scale(photo, pixels)
    faces = find_faces(detector, pixels, scale, side, picture=picture)
    fine = _finer(photo, pixels, faces)
    sampled = tuple(_sampled(photo, fine, face) for face in faces)
    return Looked(photo.width, photo.height, sampled)


def _scale(photo: Opened, pixels: Pixels) -> float:
    """Return how many of the full photo's pixels one of these stands for."""
    height, width = pixels.shape[:2]
    return float(photo.long_side / max(height, width))


def _finer(photo: Opened, pixels: Pixels, faces: tuple[Face, ...]) -> Pixels:
    """Return pixels fine enough for the smallest face, decoding again only if that helps."""
    if not faces or max(pixels.shape[:2]) >= photo.long_side:
        return pixels
    smallest = min(eye_distance(face) for face in faces)
    if smallest / _scale(photo, pixels) >= REFERENCE_EYES * FINE_ENOUGH:
        return pixels
    return photo.pixels(round(photo.long_side * REFERENCE_EYES / max(smallest, 1.0)))


def _sampled(photo: Opened, pixels: Pixels, face: Face) -> Sampled:
    """Return a face with its sample and quality."""
    sample = sample_of(pixels, face, _scale(photo, pixels))
    return Sampled(face, measure(face, sample), sample)

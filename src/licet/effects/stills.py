"""One frame of a video in place of a photo, for whoever may see somebody in it.

It is the very frame that their appearance is of: the same bytes give the same picture, so
the person is where the box says, and everybody else in it is looked for by the detector
alone. Nobody is compared for showing it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from licet.app import App
from licet.effects.comparing import SAME_FACE
from licet.effects.covering import faces_to_cover
from licet.terms.face import Box, Unreadable, overlap
from licet.terms.source import ItemFace


@dataclass(frozen=True, slots=True)
class Still:
    """A frame as JPEG: where the person is in it, and where everybody else."""

    photo: bytes
    visible: Box
    others: tuple[Box, ...]

    @property
    def faces(self) -> tuple[Box, ...]:
        """Every face of the frame."""
        return (self.visible, *self.others)


def is_video(stored: Sequence[ItemFace]) -> bool:
    """Say whether an item's faces are seen at times: then it is a video."""
    return any(face.span is not None for face in stored)


def moments_of(stored: Sequence[ItemFace]) -> tuple[int, ...]:
    """Return moments (milliseconds) at which a video is looked at by who knows nothing of it.

    Its beginning, a minute into it and ten, or its end before that, and where people are
    seen first and last.
    """
    seen = sorted(face.span for face in stored if face.span is not None)
    faces = (seen[0][0], seen[-1][0]) if seen else ()
    return tuple(dict.fromkeys((0, *faces, 60_000, 600_000)))


def at_moment(stored: Sequence[ItemFace], at: int) -> tuple[ItemFace, ...]:
    """Return the faces that were seen in a video at a moment."""
    return tuple(face for face in stored if _at(face, at))


def still_of(
    app: App, film: BinaryIO, at: int, own: Box, stored: Sequence[ItemFace]
) -> Still | Unreadable:
    """Return the frame at a moment at which a person is where ``own`` says.

    ``stored`` are the faces of the video: who was seen about then and is not found in the
    frame is covered where they were seen, unless that is where the person is.
    """
    photo = app.vision.still(film, at)
    if isinstance(photo, Unreadable):
        return photo
    found = app.vision.faces(photo)
    if isinstance(found, Unreadable) or all(overlap(f.box, own) < SAME_FACE for f in found):
        return Unreadable("the face is not found where it was seen", "Collect the source again.")
    about = [face for face in stored if _at(face, at) and overlap(face.box, own) == 0]
    faces = faces_to_cover(found, about, [own])
    others = tuple(box for box in dict.fromkeys(faces) if box != own)
    return Still(photo, own, others)


def _at(face: ItemFace, at: int) -> bool:
    return face.span is not None and face.span[0] <= at < face.span[1]

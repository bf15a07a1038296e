"""Which regions of a photo are covered before somebody sees it.

1. Every face found when it was collected.
2. Every face that a thorough look by the detector alone finds now: one missed then is
   covered now. No template of anybody is made for that.
3. Not what is found now about the face that may be seen, off by a little: the same face.
4. Not a doubtful find whose cover would reach the face that may be seen: nearly all of
   these are no face, and the person would be hidden from themselves.
"""

from collections.abc import Sequence

from licet.effects.comparing import same_face
from licet.terms.covering import MARGIN, SURE
from licet.terms.face import Box, Face, shared
from licet.terms.source import ItemFace

SAME_WITHIN = 0.8
SAME_SIZE = 0.5
"""A box that lies so far within another of about its size is of one face: two heads never do."""


def faces_to_cover(
    found: Sequence[Face], stored: Sequence[ItemFace], visible: Sequence[Box]
) -> tuple[Box, ...]:
    """Return every face of a photo, those that may be seen among them.

    ``found`` is what a thorough look finds now, ``stored`` what was kept at collecting.
    """
    known = tuple(stored)
    again = (face for face in found if same_face(known, face.box) is None)  # 1, 2
    missed = (
        face.box
        for face in again
        if not any(_one_face(face.box, own) for own in visible)  # 3
        and not (face.strength < SURE and any(_reaches(face.box, own) for own in visible))  # 4
    )
    return (*(face.box for face in known), *missed)


def _reaches(box: Box, own: Box) -> bool:
    """Say whether the cover of a box would lie over another."""
    wide, high = round(box.w * MARGIN), round(box.h * MARGIN)
    across = box.x - wide < own.x + own.w and own.x < box.x + box.w + wide
    return across and box.y - high < own.y + own.h and own.y < box.y + box.h + high


def _one_face(a: Box, b: Box) -> bool:
    """Say whether two boxes are of one face: alike in size, the smaller well within the other."""
    small, large = sorted((a.w * a.h, b.w * b.h))
    return small >= SAME_SIZE * large and shared(a, b) >= SAME_WITHIN * small

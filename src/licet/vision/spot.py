"""Finding every face that must be covered: a miss shows somebody, a false one hides a thing.

The plain look is that of collecting. The thorough one adds looks and lays what they found
together:

1. at three sizes, the largest with pixels for faces of about ten pixels;
2. at each size mirrored as well: the detector is not symmetric;
3. turned by a quarter three times, at two sizes: files lie on their side without saying so;
4. and a weaker answer counts, less so on a turned photo, where there is more to mistake:
   such a face is always doubtful.
"""

from collections.abc import Iterable, Iterator

import numpy as np

from licet.terms.face import Box, Face, overlap, shared
from licet.vision.decode import Pixels
from licet.vision.detect import SIDE, THOROUGH_SIDE, find_faces, shrink_to
from licet.vision.runtime import Runner

SIDES = (SIDE, THOROUGH_SIDE, 2 * THOROUGH_SIDE)
WEAK = 0.35
"""Strength that counts in a thorough look (docs/reference/models.md, measured)."""
WEAK_TURNED = 0.5
DOUBT = 0.55
"""What the strength of a face on a turned photo is multiplied by: below ``SURE``, always."""
ONE_FACE = 0.4
"""Two boxes that share more than this (intersection over union) are one face."""
WITHIN = 0.95
"""Share of a box that lies in another for the other's cover to hide it."""


def spot(run: Runner, pixels: Pixels, *, thorough: bool) -> tuple[Face, ...]:
    """Return the faces to cover in the upright pixels of a whole photo, strongest first.

    Boxes and landmarks are in these pixels. No features of a face are made.
    """
    if not thorough:
        return find_faces(run, pixels, 1.0, SIDE)
    return together(_looks(run, pixels))


def outermost(faces: Iterable[Face]) -> tuple[Face, ...]:
    """Return faces without those that lie in a stronger one's box: its cover hides them too."""
    kept: list[Face] = []
    for face in faces:
        if all(_inside(face.box, other.box) < WITHIN for other in kept):
            kept.append(face)
    return tuple(kept)


def together(found: Iterable[Face]) -> tuple[Face, ...]:
    """Return faces without those that a stronger one's box stands for, strongest first."""
    kept: list[Face] = []
    for face in sorted(found, key=lambda face: (-face.strength, face.box.x, face.box.y)):
        if all(overlap(face.box, other.box) <= ONE_FACE for other in kept):
            kept.append(face)
    return tuple(kept)


def _looks(run: Runner, pixels: Pixels) -> Iterator[Face]:
    height, width = pixels.shape[:2]
    longest = max(height, width)
    small, scale = pixels, 1.0
    for at, side in reversed(tuple(enumerate(SIDES))):  # 1
        if at and longest <= SIDES[at - 1]:
            continue
        # Each size is made of the one before, which is cheap; boxes are the photo's.
        small, shrunk = shrink_to(small, side)
        scale *= shrunk
        yield from find_faces(run, small, scale, side, WEAK)
        mirrored = np.ascontiguousarray(small[:, ::-1])
        for face in find_faces(run, mirrored, scale, side, WEAK):  # 2
            yield _mirrored(face, width)
        for quarters in (1, 2, 3) if at < 2 else ():  # 3
            turned = np.ascontiguousarray(np.rot90(small, quarters))
            for face in find_faces(run, turned, scale, side, WEAK_TURNED):
                yield _turned_back(face, quarters, width, height)


def _mirrored(face: Face, width: int) -> Face:
    """Return a face of the mirrored photo in the photo itself: right is right again."""
    box = face.box
    points = [(width - x, y) for x, y in face.landmarks]
    right, left, nose, mouth_right, mouth_left = points
    return Face(
        Box(width - box.x - box.w, box.y, box.w, box.h),
        (left, right, nose, mouth_left, mouth_right),
        face.strength,
    )


def _turned_back(face: Face, quarters: int, width: int, height: int) -> Face:
    """Return a face of a photo turned anticlockwise in the photo itself.

    ``width`` and ``height`` are those of the photo itself.
    """

    def back(x: float, y: float) -> tuple[float, float]:
        if quarters == 1:
            return width - y, x
        if quarters == 2:
            return width - x, height - y
        return y, height - x

    box = face.box
    corners = (back(box.x, box.y), back(box.x + box.w, box.y + box.h))
    left, right = sorted(int(x) for x, _ in corners)
    top, bottom = sorted(int(y) for _, y in corners)
    points = tuple(back(x, y) for x, y in face.landmarks)
    return Face(Box(left, top, right - left, bottom - top), points, face.strength * DOUBT)


def _inside(a: Box, b: Box) -> float:
    """Return the share of a box that lies in another, in [0, 1]."""
    return shared(a, b) / (a.w * a.h)

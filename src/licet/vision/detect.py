"""Finding faces with YuNet.

The model answers for every cell of three grids (strides 8, 16, 32): how face-like it is
(``cls`` and ``obj``, whose geometric mean is the strength), a box relative to the cell,
and five landmarks. Overlapping answers are thinned by non-maximum suppression.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from licet.terms.face import Box, Face
from licet.vision.decode import Pixels
from licet.vision.runtime import Runner

Floats = NDArray[np.float32]

DETECTOR = "yunet-2023mar"
"""The card of the model that is read here."""

STRIDES = (8, 16, 32)
STRENGTH = 0.6
"""Below this a region is not taken for a face (see docs/reference/models.md)."""
OVERLAP = 0.3
"""Two boxes that share more than this (intersection over union) are one face."""
MOST_BOXES = 5000

SIDE = 640
THOROUGH_SIDE = 1280
SMALLER, LARGER = 0.85, 1.15
"""How far from the side asked for a photo may be looked at, when that saves shrinking it twice."""
CLOSE_UP_SIDE = 360
"""A photo no larger than this may be all face; the detector needs some ground around one."""


def find_faces(
    run: Runner,
    pixels: Pixels,
    scale: float,
    side: int = SIDE,
    least: float = STRENGTH,
    picture: Image.Image | None = None,
) -> tuple[Face, ...]:
    """Return the faces in upright RGB pixels, strongest first.

    ``scale`` is how many pixels of the full photo one of these stands for: boxes and
    landmarks come back in the full photo's. ``side`` is the long side looked at, ``least``
    the strength below which a region is not taken for a face. ``picture`` is the same pixels,
    where somebody has made one of them already.
    """
    small, shrink = shrink_to(pixels, side, picture)
    found = _detect(run, small, least)
    if not len(found) and max(pixels.shape[:2]) <= CLOSE_UP_SIDE:
        margin = max(small.shape[:2]) // 4
        framed = np.pad(small, ((margin, margin), (margin, margin), (0, 0)), mode="edge")
        found = _detect(run, framed, least)
        found[:, 0:2] -= margin
        found[:, 4:14] -= margin
    found[:, :14] *= shrink * scale
    height, width = (round(size * scale) for size in pixels.shape[:2])
    faces = (_face(row, width, height) for row in found)
    return tuple(face for face in faces if face is not None)


def shrink_to(
    pixels: Pixels, side: int, picture: Image.Image | None = None
) -> tuple[Pixels, float]:
    """Return pixels with a long side near ``side`` and the factor back, cheaply.

    Whole-number averaging first, since it is fast; an even size needs nothing more.
    """
    height, width = pixels.shape[:2]
    longest = max(height, width)
    if longest <= side * LARGER:
        return pixels, 1.0
    image: Image.Image = Image.fromarray(pixels) if picture is None else picture
    step = int(longest / (side * SMALLER))
    if step > 1:
        image = image.reduce(step)
    if max(image.size) > side * LARGER:
        share = side / max(image.size)
        size = (max(1, round(image.width * share)), max(1, round(image.height * share)))
        image = image.resize(size, Image.Resampling.BILINEAR)
    return np.asarray(image), longest / max(image.size)


def _detect(run: Runner, pixels: Pixels, least: float) -> Floats:
    """Return rows of x, y, w, h, five (x, y), strength: strongest first, in these pixels."""
    height, width = pixels.shape[:2]
    rows, columns = -(-height // 32) * 32, -(-width // 32) * 32
    tensor = np.zeros((1, 3, rows, columns), np.float32)
    tensor[0, :, :height, :width] = pixels[:, :, ::-1].transpose(2, 0, 1)
    answers = dict(zip(run.outputs, run(tensor), strict=True))
    parts = [_rows_of(answers, stride, columns // stride, least) for stride in STRIDES]
    return _thin(np.concatenate(parts))


def _rows_of(answers: dict[str, Floats], stride: int, columns: int, least: float) -> Floats:
    """Return the rows that one grid answers at or above the least strength."""
    shape = answers[f"cls_{stride}"][0, :, 0], answers[f"obj_{stride}"][0, :, 0]
    strength = np.sqrt(np.clip(shape[0], 0, 1) * np.clip(shape[1], 0, 1))
    at = np.flatnonzero(strength >= least)
    cell = np.stack([at % columns, at // columns], axis=1).astype(np.float32)
    box = answers[f"bbox_{stride}"][0, at]
    marks = answers[f"kps_{stride}"][0, at]
    middle = (cell + box[:, :2]) * stride
    size = np.exp(box[:, 2:4]) * stride
    points = (marks + np.tile(cell, 5)) * stride
    rows = np.concatenate([middle - size / 2, size, points, strength[at, None]], axis=1)
    return rows.astype(np.float32)


def _thin(rows: Floats) -> Floats:
    """Return rows without those that overlap a stronger one too much, strongest first."""
    rows = rows[np.argsort(-rows[:, 14], kind="stable")][:MOST_BOXES]
    left, top = rows[:, 0], rows[:, 1]
    right, bottom = left + rows[:, 2], top + rows[:, 3]
    area = rows[:, 2] * rows[:, 3]
    kept: list[int] = []
    waiting = np.arange(len(rows))
    while len(waiting):
        best, waiting = int(waiting[0]), waiting[1:]
        kept.append(best)
        wide = np.minimum(right[best], right[waiting]) - np.maximum(left[best], left[waiting])
        high = np.minimum(bottom[best], bottom[waiting]) - np.maximum(top[best], top[waiting])
        shared = np.clip(wide, 0, None) * np.clip(high, 0, None)
        waiting = waiting[shared <= OVERLAP * (area[best] + area[waiting] - shared)]
    return rows[kept]


def _face(row: Floats, width: int, height: int) -> Face | None:
    """Return one row as a face, its box cut to the photo; None when nothing of it is inside."""
    left, top = max(0, int(np.floor(row[0]))), max(0, int(np.floor(row[1])))
    right = min(width, int(np.ceil(row[0] + row[2])))
    bottom = min(height, int(np.ceil(row[1] + row[3])))
    if right - left < 2 or bottom - top < 2:
        return None
    points = tuple((float(row[4 + 2 * i]), float(row[5 + 2 * i])) for i in range(5))
    return Face(Box(left, top, right - left, bottom - top), points, float(row[14]))

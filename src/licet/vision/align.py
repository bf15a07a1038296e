"""Bringing a face upright to 112 x 112 pixels: five-point alignment as ArcFace defines it.

The similarity (turn, scale, shift) that best lays the five landmarks on the reference
points is found by least squares (Umeyama 1991); the photo is averaged down first where
the sample would skip pixels.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from licet.terms.face import Face
from licet.vision.decode import Pixels

SAMPLE_SIDE = 112
REFERENCE_POINTS = np.array(
    [
        [38.2946, 51.6963],
        [73.5318, 51.5014],
        [56.0252, 71.7366],
        [41.5493, 92.3655],
        [70.7299, 92.2041],
    ]
)
"""Right eye, left eye, nose tip, right and left mouth corner in the sample (ArcFace)."""
REFERENCE_EYES = float(np.linalg.norm(REFERENCE_POINTS[1] - REFERENCE_POINTS[0]))
_MARGIN = 4
_CORNERS = np.array([[x, y, 1] for x in (0, SAMPLE_SIDE) for y in (0, SAMPLE_SIDE)])


def eye_distance(face: Face) -> float:
    """Return the distance between the eyes in pixels of the full photo."""
    return float(np.hypot(*np.subtract(face.landmarks[0], face.landmarks[1])))


def similarity(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the 2x3 matrix that takes sample coordinates to photo coordinates.

    ``points`` are five landmarks (x, y) in the photo. With a similarity
    x' = a*x - b*y + c, y' = b*x + a*y + d the least squares solution is closed.
    """
    centre, target = REFERENCE_POINTS.mean(axis=0), points.mean(axis=0)
    source, goal = REFERENCE_POINTS - centre, points - target
    spread = float((source**2).sum())
    a = float((source * goal).sum()) / spread
    b = float((source[:, 0] * goal[:, 1] - source[:, 1] * goal[:, 0]).sum()) / spread
    turn = np.array([[a, -b], [b, a]])
    return np.concatenate([turn, (target - turn @ centre)[:, None]], axis=1)


def sample_of(pixels: Pixels, face: Face, scale: float) -> Pixels:
    """Return the aligned sample, 112 x 112 x 3 RGB; outside the photo it is black.

    ``scale`` is how many pixels of the full photo (in which the landmarks are) one of
    ``pixels`` stands for.
    """
    matrix = similarity(np.array(face.landmarks, np.float64) / scale)
    corners = np.array(
        [[0, 0, 1], [SAMPLE_SIDE, 0, 1], [0, SAMPLE_SIDE, 1], [SAMPLE_SIDE] * 2 + [1]]
    )
    around = corners @ matrix.T
    height, width = pixels.shape[:2]
    left, top = np.floor(around.min(axis=0)).astype(int) - _MARGIN
    right, bottom = np.ceil(around.max(axis=0)).astype(int) + _MARGIN
    left, top = int(np.clip(left, 0, width - 1)), int(np.clip(top, 0, height - 1))
    right, bottom = int(np.clip(right, left + 1, width)), int(np.clip(bottom, top + 1, height))
    region: Image.Image = Image.fromarray(pixels[top:bottom, left:right])
    step = max(1, round(float(np.hypot(matrix[0, 0], matrix[1, 0]))))
    if step > 1:
        region = region.reduce(step)
    local = matrix.copy()
    local[:, 2] -= (left, top)
    local /= step
    # Landmarks count pixel edges as whole numbers, as the transform does; the reference
    # points count centres, and the transform asks for the centre of each sample pixel.
    local[:, 2] -= local[:, :2] @ (0.5, 0.5)
    warped = region.transform(
        (SAMPLE_SIDE, SAMPLE_SIDE),
        Image.Transform.AFFINE,
        tuple(float(value) for value in local.ravel()),
        Image.Resampling.BILINEAR,
    )
    return np.asarray(warped)

"""The quality gate at enrolment (after ISO/IEC 29794-5): measures and plain words.

Yaw and roll come from the landmarks alone: good to some ten degrees, enough to tell a
portrait from a profile.
"""

import math

import numpy as np
from PIL import Image

from licet.terms.face import Face, Quality
from licet.vision.align import eye_distance
from licet.vision.decode import Pixels

LEAST_EYE_DISTANCE = 24.0
LEAST_SHARPNESS = 25.0
LEAST_STRENGTH = 0.7
DARKEST, BRIGHTEST = 40.0, 225.0
LEAST_CONTRAST = 18.0
MOST_YAW, MOST_ROLL = 35.0, 40.0
AHEAD_YAW = 15.0
LEAST_CHEEK_AHEAD, LEAST_CHEEK_TURNED = 0.3, 0.1
LEAST_FOREHEAD, LEAST_CHIN = 0.4, 0.2
"""Least room between landmarks and the edges of the box, in eye distances: measured on whole
faces it is never less, on faces that the photo's edge cuts it is."""


def measure(face: Face, sample: Pixels) -> Quality:
    """Return the quality of a face with its aligned 112 x 112 RGB sample."""
    grey = np.asarray(Image.fromarray(sample).convert("L"), np.float64)
    middle = grey[16:104, 16:96]
    laplacian = (
        grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:] - 4 * grey[1:-1, 1:-1]
    )
    return Quality(
        eye_distance=eye_distance(face),
        sharpness=float(laplacian[15:103, 15:95].var()),
        exposure=float(middle.mean()),
        contrast=float(middle.std()),
        yaw=_yaw(face),
        roll=_roll(face),
    )


def reasons(face: Face, quality: Quality) -> tuple[str, ...]:
    """Return why a face fails to enrol, in plain words; empty when it is fit."""
    small = (
        f"the face is too small: its eyes are {quality.eye_distance:.0f} pixels apart, "
        f"{LEAST_EYE_DISTANCE:.0f} are needed"
    )
    rules = (
        (
            quality.eye_distance < LEAST_EYE_DISTANCE,
            small,
        ),
        (face.strength < LEAST_STRENGTH, "the face is partly hidden or hardly a face"),
        (_cut_off(face, quality), "the face is cut off by the edge of the photo"),
        (quality.sharpness < LEAST_SHARPNESS, "the face is blurred"),
        (abs(quality.yaw) > MOST_YAW, "the face is turned away; look towards the camera"),
        (abs(quality.roll) > MOST_ROLL, "the head is tilted too far"),
        (quality.exposure < DARKEST, "the face is too dark"),
        (quality.exposure > BRIGHTEST, "the face is too bright"),
        (quality.contrast < LEAST_CONTRAST, "the light on the face is too flat to see features"),
    )
    return tuple(words for failed, words in rules if failed)


def _cut_off(face: Face, quality: Quality) -> bool:
    """Tell whether the box ends where a whole face would go on.

    Boxes are cut at the photo's edge, landmarks are not. Only upright heads are judged.
    """
    unit = quality.eye_distance
    if unit == 0 or abs(quality.roll) > MOST_ROLL:
        return False
    box = face.box
    across = [x for x, _ in face.landmarks]
    eyes = min(y for _, y in face.landmarks[:2])
    mouth = max(y for _, y in face.landmarks[3:])
    cheek = LEAST_CHEEK_AHEAD if abs(quality.yaw) < AHEAD_YAW else LEAST_CHEEK_TURNED
    return (
        min(min(across) - box.x, box.x + box.w - max(across)) < cheek * unit
        or eyes - box.y < LEAST_FOREHEAD * unit
        or box.y + box.h - mouth < LEAST_CHIN * unit
    )


def _roll(face: Face) -> float:
    """Return the tilt of the line through the eyes, in degrees."""
    (ax, ay), (bx, by) = face.landmarks[:2]
    return math.degrees(math.atan2(by - ay, bx - ax))


def _yaw(face: Face) -> float:
    """Return the turn of the head in degrees, from where the nose stands between the eyes.

    Along the line through the eyes the nose tip lies at the middle (0 degrees) of a head
    that looks ahead and near one eye of a head turned by about 45 degrees.
    """
    right, left, nose = (np.array(point) for point in face.landmarks[:3])
    line = left - right
    length = float(line @ line)
    if length == 0:
        return 90.0
    share = float((nose - (right + left) / 2) @ line) / length
    return math.degrees(math.atan(2 * share))

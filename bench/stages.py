"""What the stages of a look at one photo take: decoding, shrinking, detecting, recognising.

Photos of four faces with sensor grain, of 1 and 12 MP, through the real models on one
thread, in this process; time is the processor's. *Unpacking* is what no decoder of a JPEG
can leave out, whatever size is asked for: decoding to an eighth. The same detector is also
run on the part around the faces alone, as a second look could that knows the stored boxes.
Said in ``docs/decisions/second-look.md``.

    LICET_FIXTURES=.cache/fixtures python -m bench.run stages
"""

import os
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import simplejpeg
from PIL import Image

from bench.collect import photos_of
from bench.measure import Result, result, taking_turns
from licet.demo.compose import Portrait
from licet.sources import fixtures
from licet.terms.face import Face, overlap
from licet.vision.align import sample_of
from licet.vision.card import shipped_card
from licet.vision.decode import Pixels, decode
from licet.vision.detect import DETECTOR, SIDE, find_faces, shrink_to
from licet.vision.embed import embed
from licet.vision.engine import RECOGNISER
from licet.vision.likeness import mark_of
from licet.vision.look import FIRST_SIDE
from licet.vision.runtime import Runner, prepared

WIDTHS = {"1 MP": 1225, "12 MP": 4243}
FOUR = 2
"""Which of the photos that are made has four faces."""
MARGIN = 128
ROUNDS = 7


def run() -> list[Result]:
    """Time each stage of a look at one photo."""
    shown = Path(os.environ.get("LICET_FIXTURES", ".cache/fixtures"))
    people = [Portrait(photo.content(), photo.face) for photo in fixtures.photos(shown)]
    cache = Path(os.environ.get("LICET_BENCH_CACHE", ".cache/models"))
    detector, recogniser = (
        Runner(prepared(shipped_card(name), None, cache)) for name in (DETECTOR, RECOGNISER)
    )
    lines = []
    for size, width in WIDTHS.items():
        photo = photos_of(width, FOUR + 1, people)[FOUR]
        stages = _stages(detector, recogniser, photo)
        for name, seconds in taking_turns(stages, ROUNDS, time.thread_time).items():
            lines.append(result(f"{name}, photo of {size}", 1e3 * seconds, "ms", n=ROUNDS))
        lines += _differences(detector, recogniser, photo, size)
    return lines


def _stages(detector: Runner, recogniser: Runner, photo: bytes) -> dict[str, Callable[[], object]]:
    """Return each stage with what the one before it left."""
    pixels = decode(photo, FIRST_SIDE).pixels
    picture: Image.Image = Image.fromarray(pixels)
    small, _ = shrink_to(pixels, SIDE)
    faces = find_faces(detector, pixels, 1.0)
    part, _ = _around(pixels, faces)
    return {
        "unpack": lambda: simplejpeg.decode_jpeg(photo, "RGB", True, True, 1, 1),
        "decode": lambda: decode(photo, FIRST_SIDE),
        "mark": lambda: mark_of(picture),
        "shrink": lambda: shrink_to(pixels, SIDE, picture),
        "detect": partial(find_faces, detector, small, 1.0),
        "shrink and detect around the faces alone": partial(
            find_faces,
            detector,
            part,
            1.0,
            _side(part, pixels),
        ),
        f"align and recognise {len(faces)} faces": lambda: embed(
            recogniser, [sample_of(pixels, face, 1.0) for face in faces]
        ),
    }


def _differences(detector: Runner, recogniser: Runner, photo: bytes, size: str) -> list[Result]:
    """Say how far landmarks move, and how alike a face stays, looked for in the part alone."""
    pixels = decode(photo, FIRST_SIDE).pixels
    whole = find_faces(detector, pixels, 1.0)
    part, (left, top) = _around(pixels, whole)
    again = find_faces(detector, part, 1.0, _side(part, pixels))
    moved, alike = 0.0, 1.0
    for face in whole:
        box = replace(face.box, x=face.box.x - left, y=face.box.y - top)
        other = max(again, key=lambda one: overlap(one.box, box))
        marks = np.subtract(face.landmarks, (left, top)) - other.landmarks
        moved = max(moved, float(np.hypot(*marks.T).max()))
        samples = [sample_of(pixels, face, 1.0), sample_of(part, other, 1.0)]
        one, two = embed(recogniser, samples)
        alike = min(alike, float(one @ two))
    return [
        result(f"landmarks move in the part, photo of {size}", moved, "pixels", n=len(whole)),
        result(
            f"a face against itself in the part, photo of {size}", alike, "cosine", n=len(whole)
        ),
    ]


def _side(part: Pixels, pixels: Pixels) -> int:
    """Return the long side at which a part is looked at as closely as the whole."""
    return round(SIDE * max(part.shape[:2]) / max(pixels.shape[:2]))


def _around(pixels: Pixels, faces: tuple[Face, ...]) -> tuple[Pixels, tuple[int, int]]:
    """Return the part of a photo that holds all its faces, with a margin, and where it is."""
    left = max(0, min(face.box.x for face in faces) - MARGIN)
    top = max(0, min(face.box.y for face in faces) - MARGIN)
    right = max(face.box.x + face.box.w for face in faces) + MARGIN
    bottom = max(face.box.y + face.box.h for face in faces) + MARGIN
    return pixels[top:bottom, left:right].copy(), (left, top)

"""How many faces a cover misses, and whether anybody who is covered is recognised.

Scenes of a known number of faces are made from labelled photos: each face at a known
place, at three sizes, as it is and spoilt in seven ways. A face is missed when its middle
lies in no box that was found. *Quick* is the one look at 640 pixels that collecting takes.

    LICET_FIXTURES=.cache/fixtures python -m bench.run redact
    LICET_BENCH_FACES=/a/folder ...   also takes its photos, of one face each
"""

import io
import math
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

from bench.measure import Result, result
from licet.sources import fixtures
from licet.terms.face import Box, Face
from licet.vision.align import sample_of
from licet.vision.card import shipped_card
from licet.vision.decode import Pixels, open_photo
from licet.vision.detect import DETECTOR, find_faces
from licet.vision.embed import embed, to_template
from licet.vision.engine import RECOGNISER, Engine
from licet.vision.redact import cover
from licet.vision.runtime import Runner, prepared
from licet.vision.spot import spot

WIDE, HIGH = 1600, 1200
COLUMNS, ROWS = 5, 2
SIZES = (120, 40, 24)
"""Height of a face in pixels of a scene 1600 wide."""
TILT = 35
MOST = 40
"""Photos taken from a folder: each gives a face at three sizes, spoilt in seven ways."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Labelled:
    """A photo's pixels with the box of its one face."""

    pixels: Pixels
    face: Box


def run() -> list[Result]:
    """Return the share of faces missed by size, and of covered faces that were recognised."""
    cache = Path(os.environ.get("LICET_BENCH_CACHE", ".cache/models"))
    detector = Runner(prepared(shipped_card(DETECTOR), None, cache))
    photos = list(_labelled(detector))
    lines = [_missed(detector, photos, size) for size in SIZES]
    return [*lines, _recognised(photos, detector, cache)]


def _labelled(detector: Runner) -> Iterator[Labelled]:
    folder = Path(os.environ.get("LICET_FIXTURES", ".cache/fixtures"))
    for photo in fixtures.photos(folder):
        yield Labelled(open_photo(photo.content()).pixels(), photo.face)
    more = os.environ.get("LICET_BENCH_FACES")
    for path in sorted(Path(more).glob("**/*.*"))[:MOST] if more else ():
        pixels = open_photo(path.read_bytes()).pixels()
        found = find_faces(detector, pixels, 1.0)
        if found:
            yield Labelled(pixels, found[0].box)


def _missed(detector: Runner, photos: Sequence[Labelled], size: int) -> Result:
    """Return the share missed by a thorough look against that of a quick one."""
    missed = {True: 0, False: 0}
    total = 0
    for scene, middles in _scenes(photos, size):
        total += len(middles)
        for thorough in missed:
            found = spot(detector, scene, thorough=thorough)
            missed[thorough] += sum(not _inside(found, one) for one in middles)
    share = {how: 100 * count / total for how, count in missed.items()}
    return result(
        f"faces of {size} px missed by a cover (thorough)",
        share[True],
        "%",
        n=total,
        against=f"quick: {share[False]:.3g} %",
    )


def _scenes(photos: Sequence[Labelled], size: int) -> Iterator[tuple[Pixels, list[Point]]]:
    """Yield scenes with the middle of each face in them."""
    chance = np.random.default_rng(size)
    each = COLUMNS * ROWS
    for start in range(0, len(photos), each):
        plain, middles = _scene(photos[start : start + each], size, chance)
        for spoil, moved in _SPOILT:
            pixels = np.asarray(spoil(plain, chance))
            high, wide = pixels.shape[:2]
            there = [moved(one) for one in middles]
            yield pixels, [(x, y) for x, y in there if 0 < x < wide and 0 < y < high]


def _scene(
    photos: Sequence[Labelled], size: int, chance: np.random.Generator
) -> tuple[Image.Image, list[Point]]:
    """Hang photos side by side before a wall with grain, each face ``size`` pixels high."""
    wall = np.tile(np.linspace(60, 190, WIDE)[None, :, None], (HIGH, 1, 3))
    wall += chance.normal(0, 12, wall.shape)
    image = Image.fromarray(wall.clip(0, 255).astype(np.uint8))
    room = (WIDE // COLUMNS - 20, HIGH // ROWS - 20)
    middles = []
    for at, photo in enumerate(photos):
        share, box = size / photo.face.h, photo.face
        x, y = box.x + box.w / 2, box.y + box.h / 2
        # What fits, with the face near its middle.
        half = min(room[0] / 2 / share, x), min(room[1] / 2 / share, y)
        left, top = x - half[0], y - half[1]
        right = min(photo.pixels.shape[1], left + room[0] / share)
        bottom = min(photo.pixels.shape[0], top + room[1] / share)
        part = Image.fromarray(photo.pixels).crop((int(left), int(top), int(right), int(bottom)))
        wide, high = max(1, round(part.width * share)), max(1, round(part.height * share))
        corner = (at % COLUMNS * WIDE // COLUMNS + 10, at // COLUMNS * HIGH // ROWS + 10)
        image.paste(part.resize((wide, high), Image.Resampling.LANCZOS), corner)
        middles.append((corner[0] + (x - left) * share, corner[1] + (y - top) * share))
    return image, middles


def _noisy(image: Image.Image, chance: np.random.Generator) -> Image.Image:
    grain = chance.normal(0, 45, (image.height, image.width, 1))
    return Image.fromarray((np.asarray(image) + grain).clip(0, 255).astype(np.uint8))


def _squeezed(image: Image.Image, _chance: np.random.Generator) -> Image.Image:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=12)
    return Image.open(out).convert("RGB")


def _tilted(point: Point) -> Point:
    x, y, turn = point[0] - WIDE / 2, point[1] - HIGH / 2, math.radians(TILT)
    return (
        WIDE / 2 + x * math.cos(turn) + y * math.sin(turn),
        HIGH / 2 - x * math.sin(turn) + y * math.cos(turn),
    )


def _stay(point: Point) -> Point:
    return point


Spoil = Callable[[Image.Image, np.random.Generator], Image.Image]
_SPOILT: tuple[tuple[Spoil, Callable[[Point], Point]], ...] = (
    (lambda image, _: image, _stay),
    (lambda image, _: image.point(lambda value: value // 6), _stay),
    (_noisy, _stay),
    (lambda image, _: image.filter(ImageFilter.GaussianBlur(2)), _stay),
    (_squeezed, _stay),
    (lambda image, _: image.rotate(90, expand=True), lambda p: (p[1], WIDE - p[0])),
    (lambda image, _: image.rotate(180), lambda p: (WIDE - p[0], HIGH - p[1])),
    (lambda image, _: image.rotate(TILT, fillcolor=(120, 120, 120)), _tilted),
)


def _inside(found: Sequence[Face], point: Point) -> bool:
    boxes = (face.box for face in found)
    return any(
        box.x <= point[0] <= box.x + box.w and box.y <= point[1] <= box.y + box.h for box in boxes
    )


def _recognised(photos: Sequence[Labelled], detector: Runner, cache: Path) -> Result:
    """Return the share of covered faces that still compare with their owner's at FMR 1e-3."""
    engine = Engine.open(None, cache)
    recogniser = Runner(prepared(shipped_card(RECOGNISER), None, cache))
    same, again = engine.same_person_threshold(), 0
    faces = 0
    for photo in photos:
        for face in find_faces(detector, photo.pixels, 1.0):
            image = Image.fromarray(photo.pixels)
            cover(image, face.box)
            samples = [sample_of(pixels, face, 1.0) for pixels in (photo.pixels, np.asarray(image))]
            before, after = (to_template(engine.model, row) for row in embed(recogniser, samples))
            faces += 1
            again += before.compare(after) >= same
    return result("covered faces recognised at FMR 1e-3", 100 * again / faces, "%", n=faces)

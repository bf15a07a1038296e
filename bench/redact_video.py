"""In how many frames of a video a face is not covered, with labelled faces that move.

Clips are made from labelled photos: each face at a known place in each frame, at four
sizes, as it is and spoilt in five ways, encoded as phones do. A face is missed in a frame
when less than 85 % of its box is covered there.

    LICET_FIXTURES=.cache/fixtures python -m bench.run redact_video
    LICET_BENCH_FACES=/a/folder ...   also takes its photos, of one face each
"""

import io
import math
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from PIL import Image, ImageFilter

from bench.measure import Result, result
from bench.redact import Labelled, _labelled
from licet.terms.covering import MARGIN, Region
from licet.vision.card import shipped_card
from licet.vision.detect import DETECTOR
from licet.vision.film import follow
from licet.vision.following import Trail
from licet.vision.runtime import Runner, prepared

WIDE, HIGH, RATE, SECONDS = 1280, 720, 25, 4
FACES = 4
SIZES = (120, 40, 24, 16)
ENOUGH = 0.85

Picture = Image.Image
Place = tuple[float, float, float, float]
Spoil = Callable[[Picture, np.random.Generator], Picture]


@dataclass(frozen=True, slots=True)
class Way:
    """How a clip is made: how fast faces move, whether they tilt, what is done to frames."""

    speed: float = 1.0
    tilts: bool = False
    spoil: Spoil = lambda image, _: image


@dataclass(frozen=True, slots=True)
class Part:
    """A face that moves: its picture, its box in it, where it begins, how it goes, when."""

    picture: Picture
    face: Place
    start: tuple[float, float]
    way: tuple[float, float]
    from_to: tuple[float, float]


def run() -> list[Result]:
    """Return the share of faces missed in frames, by size, and without the time around."""
    cache = Path(os.environ.get("LICET_BENCH_CACHE", ".cache/models"))
    detector = Runner(prepared(shipped_card(DETECTOR), None, cache))
    photos = list(_labelled(detector))
    return [line for size in SIZES for line in _missed(detector, photos, size)]


def _missed(detector: Runner, photos: Sequence[Labelled], size: int) -> Iterator[Result]:
    missed = {"usual": 0, "bare": 0, "quick": 0}
    total = 0
    for number, way in enumerate(WAYS):
        frames, truth = _clip(photos, size, way, number)
        film = io.BytesIO(_encoded(frames))
        usual, _ = follow(detector, film, True, 2, lambda _share: None)
        film.seek(0)
        quick, _ = follow(detector, film, False, 2, lambda _share: None)
        total += sum(map(len, truth))
        missed["usual"] += _uncovered(_all(usual), truth)
        missed["bare"] += _uncovered([one for trail in usual for one in trail.places], truth)
        missed["quick"] += _uncovered(_all(quick), truth)
    share = {how: 100 * count / total for how, count in missed.items()}
    name = f"faces of {size} px missed in frames of a video"
    yield result(name, share["usual"], "%", n=total, against=f"quick: {share['quick']:.3g} %")
    yield result(f"{name} (not covered before and after)", share["bare"], "%", n=total)


def _all(trails: Sequence[Trail]) -> list[Region]:
    return [region for trail in trails for region in trail.regions()]


def _uncovered(regions: Sequence[Region], truth: Sequence[Sequence[Place]]) -> int:
    missed = 0
    for number, places in enumerate(truth):
        at = number * 1000 // RATE
        now = [one.box for one in regions if one.begins <= at <= one.ends]
        hidden = np.zeros((HIGH, WIDE), bool)
        for box in now:
            wide, high = round(box.w * MARGIN), round(box.h * MARGIN)
            rows = slice(max(0, box.y - high), max(0, box.y + box.h + high))
            hidden[rows, max(0, box.x - wide) : max(0, box.x + box.w + wide)] = True
        for x, y, w, h in places:
            part = hidden[int(max(0, y)) : int(y + h), int(max(0, x)) : int(x + w)]
            missed += bool(part.mean() < ENOUGH)
    return missed


def _clip(
    photos: Sequence[Labelled], size: int, way: Way, seed: int
) -> tuple[list[Picture], list[list[Place]]]:
    """Return frames and where faces are in each, those that are half outside left out."""
    chance = np.random.default_rng([size, seed])
    wall = np.tile(np.linspace(60, 190, WIDE)[None, :, None], (HIGH, 1, 3))
    wall += chance.normal(0, 10, (HIGH, WIDE, 1))
    ground = Image.fromarray(wall.clip(0, 255).astype(np.uint8))
    chosen = chance.choice(len(photos), FACES, replace=False)
    parts = [_part(photos[one], size, way, chance) for one in chosen]
    frames, truth = [], []
    for number in range(SECONDS * RATE):
        frame, places = ground.copy(), []
        for part in parts:
            place = _pasted(frame, part, number / RATE, way)
            if place is not None:
                places.append(place)
        frames.append(way.spoil(frame, chance))
        truth.append(places)
    return frames, truth


def _part(photo: Labelled, size: int, way: Way, chance: np.random.Generator) -> Part:
    face, share = photo.face, size / photo.face.h
    room = face.h // 2
    left, top = max(0, face.x - room), max(0, face.y - room)
    around = photo.pixels[top : face.y + face.h + room, left : face.x + face.w + room]
    cut = Image.fromarray(np.ascontiguousarray(around))
    small = cut.resize((max(2, round(cut.width * share)), max(2, round(cut.height * share))))
    place = (face.x - left) * share, (face.y - top) * share, face.w * share, face.h * share
    start = chance.uniform(0, WIDE - small.width), chance.uniform(0, HIGH - small.height)
    across, down = chance.uniform(-1, 1, 2) * way.speed
    times = chance.uniform(0, 1), chance.uniform(2.5, SECONDS)
    return Part(small, place, start, (across * WIDE / 4, down * HIGH / 7), times)


def _pasted(frame: Picture, part: Part, now: float, way: Way) -> Place | None:
    since = now - part.from_to[0]
    if since < 0 or now >= part.from_to[1]:
        return None
    x = part.start[0] + part.way[0] * since
    y = part.start[1] + part.way[1] * since
    tilt = 40 * math.sin(3 * now) if way.tilts else 0
    frame.paste(part.picture.rotate(tilt) if tilt else part.picture, (round(x), round(y)))
    left, top, w, h = part.face
    x, y = x + left, y + top
    inside = min(WIDE, x + w) - max(0, x) > w / 2 and min(HIGH, y + h) - max(0, y) > h / 2
    return (x, y, w, h) if inside else None


def _noisy(image: Picture, chance: np.random.Generator) -> Picture:
    grain = chance.normal(0, 35, (image.height, image.width, 1))
    return Image.fromarray((np.asarray(image) + grain).clip(0, 255).astype(np.uint8))


def _encoded(frames: Sequence[Picture]) -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        stream = container.add_stream("libvpx-vp9", rate=RATE, options=OPTIONS)
        stream.width, stream.height, stream.pix_fmt = WIDE, HIGH, "yuv420p"
        for frame in frames:
            container.mux(stream.encode(av.VideoFrame.from_image(frame)))
        container.mux(stream.encode())
    return out.getvalue()


OPTIONS = {"deadline": "realtime", "cpu-used": "8", "crf": "30", "b": "0"}


WAYS = (
    Way(),
    Way(speed=3),
    Way(spoil=lambda image, _: image.point(lambda value: value // 5)),
    Way(spoil=_noisy),
    Way(spoil=lambda image, _: image.filter(ImageFilter.BoxBlur(2))),
    Way(tilts=True),
)

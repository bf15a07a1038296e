"""How fast photos are read: photos/s against the models alone, in one run.

The *raw model bound* runs the same detector and recogniser, on the same number of
photos and faces and as many threads, on tensors that are in memory already: no
decoding, no alignment. The other bound adds the cheapest decoding of each photo. The time
of the processors is counted as well: that of the processes that decode is in it.

The face_recognition style and deepface are measured in the same run, each in an environment
of its own: ``.cache/dlib`` and ``.cache/deepface``, as ``make setup-bench`` makes them.

    LICET_FIXTURES=.cache/fixtures python -m bench.run collect
    LICET_BENCH_DLIB=/other/venv/bin/python ...   another environment of the former
    LICET_BENCH_DEEPFACE=/third/venv/bin/python ...   and of the latter
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
import simplejpeg

from bench.measure import Result, processor_seconds, result
from licet.demo.compose import Portrait, compose
from licet.sources import fixtures
from licet.terms.face import Inspection
from licet.vision.card import shipped_card
from licet.vision.detect import DETECTOR
from licet.vision.embed import BATCH
from licet.vision.engine import RECOGNISER, Engine
from licet.vision.files import read_model
from licet.vision.runtime import Runner, prepared

Answer = TypeVar("Answer")

THREADS = 2
SIZES = {"12 MP": (4243, 24), "1 MP": (1225, 60)}
"""Width in pixels and how many photos, by the name of the size."""
DLIB_PHOTOS, DEEPFACE_PHOTOS = 2, 8
TURNS = 4
RAW, CHEAPEST = "raw model bound", "models and cheapest decoding"
GRAIN = 6
"""Sensor grain (standard deviation in grey levels), so that files are as large as real ones."""


@dataclass
class Spent:
    """Seconds by the clock and of the processors, for so many photos."""

    wall: float = 0.0
    processor: float = 0.0

    def add(self, work: Callable[[], Answer]) -> Answer:
        """Do it, and add what it took."""
        wall, processor = time.perf_counter(), processor_seconds()
        answer = work()
        self.wall += time.perf_counter() - wall
        self.processor += processor_seconds() - processor
        return answer

    def plus(self, other: "Spent") -> "Spent":
        """Return both together."""
        return Spent(self.wall + other.wall, self.processor + other.processor)

    def each(self, count: int) -> "Spent":
        """Return what one of so many photos took."""
        return Spent(self.wall / count, self.processor / count)


def portraits() -> list[Portrait]:
    """Return the people of the demo's photos."""
    folder = Path(os.environ.get("LICET_FIXTURES", ".cache/fixtures"))
    return [Portrait(photo.content(), photo.face) for photo in fixtures.photos(folder)]


def photos_of(width: int, count: int, people: Sequence[Portrait]) -> list[bytes]:
    """Return group photos of two to six people with sensor grain."""
    chance = np.random.default_rng(0)
    found = []
    for at in range(count):
        group = [people[(at + step) % len(people)] for step in range(2 + at % 5)]
        plain = simplejpeg.decode_jpeg(compose(group, width=width, seed=at), "RGB")
        grain = chance.normal(0, GRAIN, (*plain.shape[:2], 1))
        pixels = np.clip(plain + grain, 0, 255).astype(np.uint8)
        found.append(simplejpeg.encode_jpeg(pixels, 90, "RGB", "420"))
    return found


def models_alone(detector: Runner, recogniser: Runner, photos: int, faces: int) -> None:
    """Run the models for so many photos and faces."""
    seen = np.random.default_rng(0).random((1, 3, 448, 640), np.float32) * 255
    batch = np.random.default_rng(0).random((BATCH, 3, 112, 112), np.float32) * 255
    work: list[Callable[[], object]] = [lambda: detector(seen)] * photos
    work += [lambda: recogniser(batch)] * (faces // BATCH)
    if faces % BATCH:
        work.append(lambda: recogniser(batch[: faces % BATCH]))
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda task: task(), work))


def decoding_alone(photos: list[bytes]) -> None:
    """Decode JPEGs in the cheapest way that is sufficient."""

    def decode(photo: bytes) -> object:
        return simplejpeg.decode_jpeg(photo, "RGB", True, True, 426, 640)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(decode, photos))


def dlib_style(photos: list[bytes]) -> Spent | None:
    """Return what the face_recognition style takes a photo, or None without its environment."""
    return _apart("dlib", photos, {})


def deepface_style(photos: list[bytes], cache: Path) -> Spent | None:
    """Return what deepface with the same models takes a photo, or None without its environment.

    Its own copies of the models are ours: the detector as published, the recogniser in the
    form that onnxruntime takes, which is the faster one.
    """
    with tempfile.TemporaryDirectory() as home:
        place = Path(home, ".deepface", "weights")
        place.mkdir(parents=True)
        found = read_model(shipped_card(DETECTOR), None)
        (place / "face_detection_yunet_2023mar.onnx").write_bytes(found)
        made = prepared(shipped_card(RECOGNISER), None, cache)
        (place / "face_recognition_sface_2021dec.onnx").write_bytes(made)
        quiet = {"DEEPFACE_HOME": home, "TF_CPP_MIN_LOG_LEVEL": "3"}
        return _apart("deepface", photos, quiet)


def _apart(name: str, photos: list[bytes], more: dict[str, str]) -> Spent | None:
    """Return what a script takes a photo, in its own environment; None where there is none."""
    usual = f".cache/{name}/bin/python"
    python = os.environ.get(f"LICET_BENCH_{name.upper()}", usual)
    if not Path(python).exists():
        print(f"{name} is not measured: there is no {python} (make setup-bench)", file=sys.stderr)
        return None
    with tempfile.TemporaryDirectory() as folder:
        for at, photo in enumerate(photos):
            Path(folder, f"{at}.jpg").write_bytes(photo)
        done = subprocess.run(  # noqa: S603 - the operator names the interpreter
            [python, "-W", "ignore", str(Path(__file__).with_name(f"{name}_style.py")), folder],
            capture_output=True,
            text=True,
            check=True,
            env=os.environ | more,
        )
    answer = json.loads(done.stdout.splitlines()[-1])
    return Spent(answer["seconds"] / len(photos), answer["processor"] / len(photos))


def run() -> list[Result]:
    """Say photos a second, and milliseconds of the processors for one, against each anchor.

    Ours and the bounds take turns, so that what else the machine does meets all of them. The
    time of the processors hardly depends on it.
    """
    people = portraits()
    cache = Path(os.environ.get("LICET_BENCH_CACHE", ".cache/models"))
    engine = Engine.open(None, cache, THREADS)
    detector, recogniser = (
        Runner(prepared(shipped_card(name), None, cache)) for name in (DETECTOR, RECOGNISER)
    )
    lines: list[Result] = []
    for size, (width, count) in SIZES.items():
        photos = photos_of(width, count, people)
        list(engine.inspect_many(photos[:4]))
        ours, models, decoding = Spent(), Spent(), Spent()
        faces = 0
        for turn in range(TURNS):
            part = photos[turn::TURNS]
            inspected = ours.add(partial(list, engine.inspect_many(part)))
            found = sum(len(one.faces) for one in inspected if isinstance(one, Inspection))
            models.add(partial(models_alone, detector, recogniser, len(part), found))
            decoding.add(partial(decoding_alone, part))
            faces += found
        megabytes = sum(map(len, photos)) / count / 1e6
        lines += [
            result(f"faces in a photo of {size}", faces / count, "faces", n=count),
            result(f"size of a photo of {size}", megabytes, "MB", n=count),
        ]
        anchors = {
            RAW: models.each(count),
            CHEAPEST: models.plus(decoding).each(count),
            "face_recognition style": dlib_style(photos[:DLIB_PHOTOS]),
            "deepface, same models": deepface_style(photos[:DEEPFACE_PHOTOS], cache),
        }
        for name, anchor in anchors.items():
            if anchor is not None:
                lines += _against(size, ours.each(count), name, anchor, count)
    return lines


def _against(size: str, ours: Spent, name: str, anchor: Spent, count: int) -> list[Result]:
    """Return our speed and our processor time against an anchor, all for one photo."""
    what = f"collect photos of {size}"
    rate = f"{name}: {1 / anchor.wall:.2f} photos/s"
    worked = f"{name}: {1e3 * anchor.processor:.0f} ms"
    rates, works = anchor.wall / ours.wall, anchor.processor / ours.processor
    return [
        result(what, 1 / ours.wall, "photos/s", n=count, against=rate, ratio=rates),
        result(
            f"{what}: of the processors, each",
            1e3 * ours.processor,
            "ms",
            n=count,
            against=worked,
            ratio=works,
        ),
    ]


if __name__ == "__main__":
    sys.stdout.write(json.dumps(run(), indent=2) + "\n")

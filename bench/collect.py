"""How fast photos are read: photos/s against the models alone, in one run.

The *raw model bound* runs the same detector and recogniser, on the same number of
photos and faces and as many threads, on tensors that are in memory already: no
decoding, no alignment. ``decoding bound`` adds the cheapest decoding of each photo.

    LICET_FIXTURES=.cache/fixtures python -m bench.collect
    LICET_BENCH_DLIB=/other/venv/bin/python ...   also measures the face_recognition style
    LICET_BENCH_DEEPFACE=/third/venv/bin/python ...   also measures deepface
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import simplejpeg

from licet.demo.compose import Portrait, compose
from licet.sources import fixtures
from licet.terms.face import Inspection
from licet.vision.card import shipped_card
from licet.vision.detect import DETECTOR
from licet.vision.embed import BATCH
from licet.vision.engine import RECOGNISER, Engine
from licet.vision.files import read_model
from licet.vision.runtime import Runner, prepared

THREADS = 2
SIZES = {"12 MP": (4243, 24), "1 MP": (1225, 60)}
"""Width in pixels and how many photos, by the name of the size."""
DLIB_PHOTOS, DEEPFACE_PHOTOS = 2, 8
TURNS = 6
GRAIN = 6
"""Sensor grain (standard deviation in grey levels), so that files are as large as real ones."""


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


def models_alone(detector: Runner, recogniser: Runner, photos: int, faces: int) -> float:
    """Return the seconds that the models need for so many photos and faces."""
    seen = np.random.default_rng(0).random((1, 3, 448, 640), np.float32) * 255
    batch = np.random.default_rng(0).random((BATCH, 3, 112, 112), np.float32) * 255
    work: list[Callable[[], object]] = [lambda: detector(seen)] * photos
    work += [lambda: recogniser(batch)] * (faces // BATCH)
    if faces % BATCH:
        work.append(lambda: recogniser(batch[: faces % BATCH]))
    with ThreadPoolExecutor(THREADS) as pool:
        start = time.perf_counter()
        list(pool.map(lambda task: task(), work))
        return time.perf_counter() - start


def decoding_alone(photos: list[bytes]) -> float:
    """Return the seconds that the cheapest sufficient JPEG decoding needs."""

    def decode(photo: bytes) -> object:
        return simplejpeg.decode_jpeg(photo, "RGB", True, True, 426, 640)

    with ThreadPoolExecutor(THREADS) as pool:
        start = time.perf_counter()
        list(pool.map(decode, photos))
        return time.perf_counter() - start


def dlib_style(photos: list[bytes]) -> float | None:
    """Return photos/s of the face_recognition style, or None without its environment."""
    return _apart("LICET_BENCH_DLIB", "dlib_style.py", photos, {})


def deepface_style(photos: list[bytes], cache: Path) -> float | None:
    """Return photos/s of deepface with the same models, or None without its environment.

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
        return _apart("LICET_BENCH_DEEPFACE", "deepface_style.py", photos, quiet)


def _apart(name: str, script: str, photos: list[bytes], more: dict[str, str]) -> float | None:
    """Return photos/s of a script in another environment; None where no variable names one."""
    python = os.environ.get(name)
    if not python:
        return None
    with tempfile.TemporaryDirectory() as folder:
        for at, photo in enumerate(photos):
            Path(folder, f"{at}.jpg").write_bytes(photo)
        done = subprocess.run(  # noqa: S603 - the operator names the interpreter
            [python, "-W", "ignore", str(Path(__file__).with_name(script)), folder],
            capture_output=True,
            text=True,
            check=True,
            env=os.environ | more,
        )
    answer = json.loads(done.stdout.splitlines()[-1])
    return float(answer["photos"] / answer["seconds"])


def run() -> list[dict[str, Any]]:
    """Return one line per size and comparison: name, value, unit, against, ratio, n.

    Ours and the bounds take turns, so that what else the machine does meets all of them.
    """
    people = portraits()
    cache = Path(os.environ.get("LICET_BENCH_CACHE", ".cache/models"))
    engine = Engine.open(None, cache, THREADS)
    detector, recogniser = (
        Runner(prepared(shipped_card(name), None, cache)) for name in (DETECTOR, RECOGNISER)
    )
    lines: list[dict[str, Any]] = []
    for size, (width, count) in SIZES.items():
        photos = photos_of(width, count, people)
        list(engine.inspect_many(photos[:4]))
        spent = dict.fromkeys(("ours", "models", "decoding"), 0.0)
        faces = 0
        for turn in range(TURNS):
            part = photos[turn::TURNS]
            start = time.perf_counter()
            seen = [one for one in engine.inspect_many(part) if isinstance(one, Inspection)]
            spent["ours"] += time.perf_counter() - start
            found = sum(len(one.faces) for one in seen)
            spent["models"] += models_alone(detector, recogniser, len(part), found)
            spent["decoding"] += decoding_alone(part)
            faces += found
        bounds = {
            "raw model bound": count / spent["models"],
            "models and cheapest decoding": count / (spent["models"] + spent["decoding"]),
            "face_recognition style": dlib_style(photos[:DLIB_PHOTOS]),
            "deepface, same models": deepface_style(photos[:DEEPFACE_PHOTOS], cache),
        }
        megabytes = sum(len(photo) for photo in photos) / count / 1e6
        note = f"{faces / count:.1f} faces and {megabytes:.1f} MB a photo"
        ours = count / spent["ours"]
        lines += [
            _line(size, note, ours, name, value, count) for name, value in bounds.items() if value
        ]
    return lines


def _line(
    size: str, note: str, ours: float, against: str, bound: float, count: int
) -> dict[str, Any]:
    """Return one line of the results."""
    return {
        "name": f"collect {size} ({note})",
        "value": round(ours, 2),
        "unit": "photos/s",
        "against": f"{against}: {bound:.2f} photos/s",
        "ratio": round(ours / bound, 3),
        "n": count,
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(run(), indent=2) + "\n")

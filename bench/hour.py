"""How much memory an hour of video takes to look at and to cover, beside a minute of it.

``LICET_BENCH_HOUR`` seconds (3,600) of labelled faces on a wall, small and few frames a
second, so that it is made and read in minutes: what matters is how long it is. Each is done
in a process of its own; what it and its decoder hold is looked at ten times a second.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np

from bench.collect import THREADS
from bench.many import resident
from bench.measure import Result, result, started
from licet.sources import fixtures
from licet.terms.clip import Clip
from licet.terms.covering import BareVideo, CoveredVideo
from licet.vision.engine import Engine
from licet.vision.everybody import Everybody
from tests.films import Kind, film, portrait

SECONDS = int(os.environ.get("LICET_BENCH_HOUR", "3600"))
SHORT = 60
RATE, SIZE, SHOWN = 1, (320, 240), 160
"""Frames a second, size of the picture, height of a face: pixels."""
ACTS = {"look at": "watch", "cover (quick)": "cover"}


def run() -> list[Result]:
    """Look at and cover a minute and an hour; say the peak of memory of each."""
    found: list[Result] = []
    with tempfile.TemporaryDirectory(prefix="licet-bench-") as folder:
        places = {}
        for seconds in (SHORT, SECONDS):
            places[seconds] = Path(folder, f"{seconds}.mp4")
            places[seconds].write_bytes(_film(seconds))
        for name, act in ACTS.items():
            short, long = (_peak(act, places[seconds]) for seconds in (SHORT, SECONDS))
            against = f"{SHORT} s of it: {short['peak']:.0f} MB"
            said = f"{name}, video of {SECONDS:,} s"
            ratio = short["peak"] / long["peak"]
            found += [
                result(f"memory, {said}", long["peak"], "MB", n=1, against=against, ratio=ratio),
                result(f"time, {said}", long["seconds"], "s", n=1),
            ]
    return found


def _film(seconds: int) -> bytes:
    """Return faces that come and go, one every ten seconds."""
    return film(
        _frames(seconds),
        Kind("mpeg4", options={}),
        gop=RATE * 10,
        times=range(0, seconds * 1000, 1000 // RATE),
    )


def _frames(seconds: int) -> Iterator[np.ndarray]:
    folder = Path(os.environ.get("LICET_FIXTURES", ".cache/fixtures"))
    faces = [np.asarray(portrait(one, SHOWN)) for one in fixtures.photos(folder)]
    for number in range(seconds * RATE):
        wall = np.full((SIZE[1], SIZE[0], 3), 120 + number % 60, np.uint8)
        face = faces[number // (RATE * 10) % len(faces)]
        left = 10 + number % 60
        wide = min(face.shape[1], SIZE[0] - left)
        wall[20 : 20 + face.shape[0], left : left + wide] = face[:, :wide]
        yield wall


def _peak(act: str, place: Path) -> dict[str, float]:
    done = subprocess.run(  # noqa: S603 - this module
        [sys.executable, "-m", "bench.hour", act, str(place)],
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _watched(act: str, place: Path) -> dict[str, float]:
    """Do it, and say the megabytes at most and the seconds that it took."""
    peak, over = [0.0], threading.Event()

    def look() -> None:
        while not over.wait(0.1):
            peak[0] = max(peak[0], resident("self") + sum(map(resident, started())))

    thread = threading.Thread(target=look)
    thread.start()
    start = time.perf_counter()
    try:
        with place.open("rb") as content:
            _do(act, content)
    finally:
        over.set()
        thread.join()
    return {"peak": peak[0], "seconds": time.perf_counter() - start}


def _do(act: str, content: BinaryIO) -> None:
    cache = Path(os.environ.get("LICET_BENCH_CACHE", ".cache/models"))
    if act == "watch":
        if not isinstance(Engine.open(None, cache, THREADS).watch(content), Clip):
            raise SystemExit("the video could not be looked at")
        return
    with tempfile.TemporaryFile() as out:
        covered = Everybody.open(None, cache, THREADS).cover_film(
            BareVideo(content),
            out,  # type: ignore[arg-type]
            thorough=False,
        )
    if not isinstance(covered, CoveredVideo):
        raise SystemExit("the video could not be covered")


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_watched(sys.argv[1], Path(sys.argv[2]))) + "\n")

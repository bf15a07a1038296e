"""How much memory a walk over many photos takes, and that it does not grow with them.

``LICET_BENCH_PHOTOS`` photos (10,000) of 1 megapixel, each another one, in a folder; the whole
flow with the real models in a process of its own, and the processes that decode for it. What
each holds (resident, shared parts counted in each) is looked at after every batch.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import simplejpeg
from PIL import Image

from bench.collect import THREADS, photos_of, portraits
from bench.erase import must, new_bench_world
from bench.measure import Result, result
from licet.collect import collect
from licet.terms.collecting import Collected
from licet.terms.source import Source
from licet.vision.engine import Engine

PHOTOS = int(os.environ.get("LICET_BENCH_PHOTOS", "10000"))
WIDTH, SCENES = 1225, 12
SOON = 10
"""After one photo in so many, memory should be what it is at the end."""


def run() -> list[Result]:
    """Walk in a process of its own and say the peak of its memory."""
    with tempfile.TemporaryDirectory(prefix="licet-bench-") as folder:
        write(Path(folder, "album"), PHOTOS)
        done = subprocess.run(  # noqa: S603 - this module
            [sys.executable, "-m", "bench.many", folder], capture_output=True, text=True, check=True
        )
    found = json.loads(done.stdout.splitlines()[-1])
    name = f"memory over {PHOTOS:,} photos"
    against = f"after {PHOTOS // SOON:,} photos: {found['soon']:.0f} MB"
    ratio = found["soon"] / found["peak"]
    return [
        result(name, found["peak"], "MB", n=PHOTOS, against=against, ratio=ratio),
        result(f"{name}: of the decoders", found["children"], "MB", n=PHOTOS),
    ]


def write(album: Path, count: int) -> None:
    """Write photos of a few scenes, each lit in another way, so that none is a copy."""
    album.mkdir()
    chance = np.random.default_rng(1)
    scenes = [simplejpeg.decode_jpeg(p, "RGB") for p in photos_of(WIDTH, SCENES, portraits())]
    for at in range(count):
        plain = scenes[at % SCENES]
        light = Image.fromarray(chance.integers(0, 60, (12, 16), dtype=np.uint8))
        size = (plain.shape[1], plain.shape[0])
        lit = np.asarray(light.resize(size, Image.Resampling.BILINEAR))
        pixels = np.minimum(plain, 255 - lit[..., None]) + lit[..., None]
        name = f"p{at:05}.jpg"
        (album / name).write_bytes(simplejpeg.encode_jpeg(pixels, 80, "RGB", "420"))


def walk(folder: Path) -> dict[str, float]:
    """Collect the album and return megabytes: the peak, what it was soon, the decoders' share."""
    world = new_bench_world(folder)
    cache = Path(os.environ.get("LICET_BENCH_CACHE", ".cache/models"))
    world.vision = Engine.open(None, cache, THREADS)  # type: ignore[assignment]
    app = world.reopen()
    source = world.source(folder / "album")
    must(isinstance(source, Source))
    found = {"peak": 0.0, "soon": 0.0, "children": 0.0}

    def tell(done: float, total: int) -> None:
        if done % max(1, total // 200):
            return
        own, children = resident("self"), sum(map(resident, decoders()))
        found["peak"] = max(found["peak"], own + children)
        found["children"] = max(found["children"], children)
        if done <= total / SOON:
            found["soon"] = found["peak"]

    done = collect(app, world.who("steward"), source.id, tell)
    must(isinstance(done, Collected) and not done.unreadable_count)
    app.close()
    return found


def resident(process: str) -> float:
    """Return the megabytes that a process holds in memory."""
    pages = int(Path(f"/proc/{process}/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def decoders() -> Iterator[str]:
    """Yield the processes that this one started."""
    for place in Path("/proc/self/task").glob("*/children"):
        yield from place.read_text("ascii").split()


if __name__ == "__main__":
    sys.stdout.write(json.dumps(walk(Path(sys.argv[1]))) + "\n")

"""How much memory a walk over many photos takes, and that it does not grow with them.

``LICET_BENCH_PHOTOS`` photos (10,000) in a folder, each another one and each truly looked at:
small ones of one or two people, and one in fifty of 12 megapixels, which takes the most
memory. The whole flow with the real models in a process of its own, and the processes that
decode for it. What each holds (resident, shared parts counted in each) is looked at two
hundred times; the most in each stretch is said, so that growth would show.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import simplejpeg
from PIL import Image

from bench.collect import THREADS, photos_of, portraits
from bench.erase import must, new_bench_world
from bench.measure import Result, result, started
from licet.collect import collect
from licet.demo.compose import compose
from licet.terms.collecting import Collected
from licet.terms.source import Source
from licet.vision.decode import Pixels
from licet.vision.engine import Engine

PHOTOS = int(os.environ.get("LICET_BENCH_PHOTOS", "10000"))
SMALL, LARGE, EACH = 640, 4243, 50
"""Widths in pixels, and one in how many is large."""
SCENES = 12
STRETCHES = (0.1, 0.25, 0.5, 1.0)
"""Up to which share of the photos the most is said."""


def run() -> list[Result]:
    """Walk in a process of its own and say how much memory it had by and by."""
    with tempfile.TemporaryDirectory(prefix="licet-bench-") as folder:
        write(Path(folder, "album"), PHOTOS)
        done = subprocess.run(  # noqa: S603 - this module
            [sys.executable, "-m", "bench.many", folder],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    found = json.loads(done.stdout.splitlines()[-1])
    seen = [int(share * PHOTOS) for share in STRETCHES]
    most = [found["most"][str(count)] for count in seen]
    name = f"memory over {PHOTOS:,} photos"
    lines = [
        result(f"{name}: after {count:,}", now, "MB", n=count)
        for count, now in zip(seen[:-1], most[:-1], strict=True)
    ]
    against = f"after {seen[0]:,} photos: {most[0]:.0f} MB"
    return [
        *lines,
        result(name, most[-1], "MB", n=PHOTOS, against=against, ratio=most[0] / most[-1]),
        result(f"{name}: of the decoders", found["children"], "MB", n=PHOTOS),
        result(f"{name}: speed", PHOTOS / found["seconds"], "photos/s", n=PHOTOS),
        result(f"{name}: items of their own", found["items"], "items", n=PHOTOS),
    ]


def write(album: Path, count: int) -> None:
    """Write photos of a few scenes, each lit in another way, so that none is a copy."""
    album.mkdir()
    people = portraits()
    groups = [[people[(at + n) % len(people)] for n in range(1 + at % 2)] for at in range(SCENES)]
    small = [_pixels(compose(one, width=SMALL, seed=at)) for at, one in enumerate(groups)]
    large = [_pixels(photo) for photo in photos_of(LARGE, 2, people)]

    def light(at: int) -> None:
        scenes = large if at % EACH == EACH - 1 else small
        lit = _lit(scenes[at // EACH % len(scenes) if scenes is large else at % SCENES], at)
        (album / f"p{at:05}.jpg").write_bytes(simplejpeg.encode_jpeg(lit, 80, "RGB", "420"))

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(light, range(count)))


def _pixels(photo: bytes) -> Pixels:
    pixels: Pixels = simplejpeg.decode_jpeg(photo, "RGB")
    return pixels


def _lit(plain: Pixels, seed: int) -> Pixels:
    """Return a scene in a light of its own."""
    coarse = np.random.default_rng(seed).integers(0, 60, (12, 16), dtype=np.uint8)
    size = (plain.shape[1], plain.shape[0])
    light = Image.fromarray(coarse).resize(size, Image.Resampling.BILINEAR)
    more = np.asarray(light)[..., None]
    return np.minimum(plain, 255 - more) + more


def walk(folder: Path) -> dict[str, object]:
    """Collect the album; return the most megabytes by stretch, the decoders' most, and seconds."""
    world = new_bench_world(folder)
    cache = Path(os.environ.get("LICET_BENCH_CACHE", ".cache/models"))
    world.vision = Engine.open(None, cache, THREADS)  # type: ignore[assignment]
    app = world.reopen()
    source = world.source(folder / "album")
    must(isinstance(source, Source))
    most: dict[str, float] = {}
    children = 0.0
    looked = -1

    def tell(done: float, total: int) -> None:
        nonlocal children, looked
        if int(200 * done / total) == looked:
            return
        looked = int(200 * done / total)
        now = sum(map(resident, started()))
        children = max(children, now)
        now += resident("self")
        for share in STRETCHES:
            if done <= share * total:
                count = str(int(share * total))
                most[count] = max(most.get(count, 0.0), now)
                return

    start = time.perf_counter()
    done = collect(app, world.who("steward"), source.id, tell)
    seconds = time.perf_counter() - start
    app.close()
    if not isinstance(done, Collected) or done.unreadable_count:
        raise SystemExit(f"the album was not collected: {done}")
    return {"most": most, "children": children, "seconds": seconds, "items": done.items}


def resident(process: str) -> float:
    """Return the megabytes that a process holds in memory."""
    pages = int(Path(f"/proc/{process}/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    sys.stdout.write(json.dumps(walk(Path(sys.argv[1]))) + "\n")

"""How fast each kind of source is collected, and how long a walk waits for it.

The whole flow on a real store (an SQLite file, every commit synced), with the real models:
a folder, a bucket (moto's server on this machine), a website (a server on this machine,
without the pause that a real one is given) and a video. The first three hold the same photos
of 12 megapixels and take turns. *Waiting* is the time in which the walk's own thread reads:
photos read before are looked at meanwhile. In the time of the processors is that of the
servers.
"""

import logging
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast
from unittest import mock

import numpy as np
import simplejpeg

from bench.collect import THREADS, photos_of, portraits
from bench.erase import must, new_bench_world
from bench.measure import Result, processor_seconds, result
from licet.app import App
from licet.collect import collect
from licet.effects import sourcing as opening
from licet.effects import visiting
from licet.effects.sourcing import token_for
from licet.effects.walking import Content, Walk
from licet.sources.authority import TOKEN_FILE
from licet.sources.contract import Address
from licet.sources.site.proof import TOKEN_PATH
from licet.sourcing import add_source
from licet.terms.collecting import Collected
from licet.terms.face import Unreadable
from licet.terms.source import Control, Source, SourceKind
from licet.vision.engine import Engine
from tests.fakes.deployment import World
from tests.films import Kind, film
from tests.sources import s3
from tests.sources.site.servers import OPEN, Reply, Web, opener, prover, serve

PHOTOS = int(os.environ.get("LICET_BENCH_EACH", "24"))
TURNS = 3
WIDTH = 4243
FILM_SECONDS, FILM_RATE, FILM_SIZE = 60, 25, (1280, 720)
KINDS = ("folder", "bucket", "website")


@dataclass
class Spent:
    """Seconds that collecting took in all, those in which its thread read, and the processors'."""

    whole: float = 0.0
    reading: float = 0.0
    processor: float = 0.0
    items: int = 0


@dataclass
class Bench:
    """A deployment with the real models and the places that it collects."""

    world: World
    app: App
    places: dict[str, str] = field(default_factory=dict)
    opened: int = 0

    def source(self, kind: str) -> Source:
        """Open a kind's place as one more source, whose items are all new."""
        self.opened += 1
        wish = self.world.source_wish(Path(self.places[kind]), f"{kind} {self.opened}")
        if kind == "bucket":
            wish = replace(wish, kind=SourceKind.BUCKET, place=self.places[kind])
        if kind == "website":
            wish = replace(wish, kind=SourceKind.SITE, place=self.places[kind])
            wish = replace(wish, control=Control.WELL_KNOWN_TOKEN)
        if kind == "video":
            wish = replace(wish, kind=SourceKind.VIDEO)
        opened = add_source(self.app, self.world.who("steward", "officer"), wish)
        must(isinstance(opened, Source))
        return cast("Source", opened)

    def collect(self, kind: str, spent: Spent) -> None:
        """Collect all of a kind's place."""
        source = self.source(kind)
        with _reading(spent):
            start, worked = time.perf_counter(), processor_seconds()
            done = collect(self.app, self.world.who("steward"), source.id)
            spent.whole += time.perf_counter() - start
            spent.processor += processor_seconds() - worked
        must(isinstance(done, Collected) and not done.unreadable_count)
        spent.items += cast("Collected", done).items


@contextmanager
def _reading(spent: Spent) -> Iterator[None]:
    """Add up how long a walk reads."""
    content = Walk._content

    def timed(walk: Walk, address: Address) -> Content | Unreadable:
        start = time.perf_counter()
        found = content(walk, address)
        spent.reading += time.perf_counter() - start
        return found

    with mock.patch.object(Walk, "_content", timed):
        yield


def run() -> list[Result]:
    """Collect every kind of source, in turns, and say items a second and the share of waiting."""
    photos = photos_of(WIDTH, PHOTOS, portraits())
    cache = Path(os.environ.get("LICET_BENCH_CACHE", ".cache/models"))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="licet-bench-")))
        world = new_bench_world(folder)
        world.vision = Engine.open(None, cache, THREADS)  # type: ignore[assignment]
        app = world.reopen()
        stack.callback(app.close)
        settings = app.settings.model_copy(update={"answer_to": "office@archive.example"})
        bench = Bench(world, replace(app, settings=settings))
        _fill(bench, stack, folder, photos)
        list(world.vision.inspect_many(photos[:4]))
        spent = {kind: Spent() for kind in (*KINDS, "video")}
        for _ in range(TURNS):
            for kind in KINDS:
                bench.collect(kind, spent[kind])
        bench.collect("video", spent["video"])
    return [line for kind in KINDS for line in _lines(kind, spent[kind])] + _film_lines(spent)


def _fill(bench: Bench, stack: ExitStack, folder: Path, photos: list[bytes]) -> None:
    """Put the photos into a folder, a bucket and a website, and make a video."""
    names = {f"p{at:03}.jpg": photo for at, photo in enumerate(photos)}
    album = folder / "album"
    album.mkdir()
    for name, photo in names.items():
        (album / name).write_bytes(photo)
    token = token_for(bench.app.deployment.id, bench.world.organisation)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    address = stack.enter_context(s3.serving())
    stack.enter_context(mock.patch.dict(os.environ, s3.environment(address)))
    bucket = s3.bucket(address, "bench", {TOKEN_FILE: token.encode(), **names})
    web = Web()
    web.pages["/robots.txt"] = Reply("User-agent: *\nAllow: /\n", type="text/plain")
    web.page("/album/", "".join(f'<img src="{name}">' for name in names))
    for name, photo in names.items():
        web.pages[f"/album/{name}"] = Reply(photo, 200, "image/jpeg")
    web.pages[TOKEN_PATH] = Reply(token + "\n", type="text/plain")
    stack.enter_context(mock.patch.object(visiting, "open_site", opener()))
    stack.enter_context(mock.patch.object(opening, "prove_site", prover()))
    stack.enter_context(serve(web))
    stack.callback(lambda: [door.close() for door in OPEN])
    clip = folder / "clip.mp4"
    clip.write_bytes(_film(photos))
    bench.places = {
        "folder": str(album),
        "bucket": bucket,
        "website": web.at("/album/"),
        "video": str(clip),
    }


def _film(photos: list[bytes]) -> bytes:
    """Return a video that shows each photo for a while, moving a little."""
    wide, high = FILM_SIZE
    frames = []
    for at in range(FILM_SECONDS):
        pixels = simplejpeg.decode_jpeg(photos[at % len(photos)], "RGB", min_width=wide)
        cut = np.zeros((high, wide, 3), np.uint8)
        part = pixels[at % 8 : at % 8 + high, :wide]
        cut[: part.shape[0], : part.shape[1]] = part
        frames += [cut] * FILM_RATE
    return film(frames, Kind(), gop=10 * FILM_RATE, times=range(0, 1000 * FILM_SECONDS, 40))


def _lines(kind: str, spent: Spent) -> list[Result]:
    name = f"collect a {kind} of 12 MP photos"
    return [
        result(name, spent.items / spent.whole, "photos/s", n=spent.items),
        result(f"{name}: waiting", 100 * spent.reading / spent.whole, "%", n=spent.items),
        result(
            f"{name}: of the processors, each",
            1e3 * spent.processor / spent.items,
            "ms",
            n=spent.items,
        ),
    ]


def _film_lines(spent: dict[str, Spent]) -> list[Result]:
    """Return how many seconds of a video are looked through in one."""
    one = spent["video"]
    name = f"collect a video of {FILM_SIZE[1]} lines"
    return [
        result(name, FILM_SECONDS / one.whole, "s of video a second", n=1),
        result(f"{name}: waiting", 100 * one.reading / one.whole, "%", n=1),
    ]

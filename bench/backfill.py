"""A second look for people who enrolled later, against the first look at the same photos.

Real photos through the real models, the real store (an SQLite file, every commit synced),
keyring and ledger; people with made-up references. One, ten and a hundred people wait at
once and share the pass. Seconds are this process's own on the processor, whatever else the
machine does; decoding, in processes of its own, is the same in every line and not counted.
``LICET_BENCH_PHOTOS`` says how many photos, a quarter of which show nobody.

    LICET_FIXTURES=.cache/fixtures python -m bench.run backfill
"""

import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import simplejpeg

from bench.collect import THREADS, photos_of
from bench.erase import add, must, new_bench_world
from bench.measure import Result, result
from licet.backfill import backfill
from licet.collect import collect
from licet.demo.compose import Portrait
from licet.effects.sealed import grant_key, subject_key
from licet.effects.shelf import fresh_gallery
from licet.sources import fixtures
from licet.terms.collecting import Collected
from licet.terms.face import Inspection, Template, Unreadable
from licet.terms.ids import GrantId, RunId, SourceId, SubjectId, new_id
from licet.terms.plan import Run, RunKind, WorkState
from licet.vision.engine import Engine
from tests.fakes.deployment import World
from tests.fakes.vision import MODEL, FakeVision

PHOTOS = int(os.environ.get("LICET_BENCH_PHOTOS", "40"))
WIDTH = 1225
PEOPLE = (1, 10, 100)


class Measured(FakeVision):
    """Looks at photos with the real models; its templates are named as the fake ones are."""

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self._engine = engine

    def inspect_many(
        self, photos: Iterable[bytes], *, thorough: bool = False
    ) -> Iterator[Inspection | Unreadable]:
        for seen in self._engine.inspect_many(photos, thorough=thorough):
            yield seen if isinstance(seen, Unreadable) else _renamed(seen)


def run() -> list[Result]:
    """Collect, then scan for so many people; a scan stands against the collecting."""
    with tempfile.TemporaryDirectory(prefix="licet-bench-") as folder:
        world = new_bench_world(Path(folder))
        world.app.close()
        cache = Path(os.environ.get("LICET_BENCH_CACHE", ".cache/models"))
        world.vision = Measured(Engine.open(None, cache, THREADS))
        world.app = world.reopen()
        source = world.source(_folder(Path(folder))).id
        first = _timed(world, source, None)
        lines = [result(f"collect {PHOTOS} photos of 1 MP", first, "CPU s", n=1)]
        for people in PEOPLE:
            grants = _waiting(world, source, people)
            again = _timed(world, source, grants[0])
            with world.app.store.read() as reader:
                must(not reader.runs.open(RunKind.BACKFILL))
            name = f"scan them again for {people} who enrolled later"
            against = f"collecting them: {first:.3g} CPU s"
            lines.append(result(name, again, "CPU s", n=1, against=against, ratio=first / again))
            if people > 1:
                name = f"the same, for each of {people}"
                lines.append(result(name, 1e3 * again / people, "CPU ms", n=1))
        world.app.close()
    return lines


def _timed(world: World, source: SourceId, grant: GrantId | None) -> float:
    began = time.process_time()
    if grant is None:
        done = collect(world.app, world.who("steward"), source)
    else:
        done = backfill(world.app, grant, source)
    must(isinstance(done, Collected) and not done.unreadable_count)
    return time.process_time() - began


def _folder(home: Path) -> Path:
    """Write the photos down; the last quarter shows nobody."""
    shown = Path(os.environ.get("LICET_FIXTURES", ".cache/fixtures"))
    portraits = [Portrait(photo.content(), photo.face) for photo in fixtures.photos(shown)]
    place = home / "photos"
    place.mkdir()
    with_people = PHOTOS * 3 // 4
    chance = np.random.default_rng(1)
    for number, photo in enumerate(photos_of(WIDTH, with_people, portraits)):
        (place / f"p{number:04}.jpg").write_bytes(photo)
    for number in range(with_people, PHOTOS):
        grain = chance.integers(90, 110, (818, WIDTH, 3), dtype=np.uint8)
        empty = simplejpeg.encode_jpeg(grain, 90, "RGB", "420")
        (place / f"p{number:04}.jpg").write_bytes(empty)
    return place


def _waiting(world: World, source: SourceId, people: int) -> list[GrantId]:
    """Let so many people wait for a scan."""
    group = [(SubjectId(new_id()), GrantId(new_id())) for _ in range(people)]
    keys = (*(subject_key(s) for s, _ in group), *(grant_key(g) for _, g in group))
    world.app.keyring.create(*keys)
    add(world, group)
    with world.app.store.unit(bookkeeping=True) as unit:
        for _, grant in group:
            run_id = RunId(new_id())
            unit.runs.add(Run(run_id, RunKind.BACKFILL, source, grant, "", WorkState.OPEN, None))
    # Rows of which no entry tells are met by a gallery that is opened anew.
    world.app.close()
    world.app = world.reopen()
    fresh_gallery(world.app)
    return [grant for _, grant in group]


def _renamed(seen: Inspection) -> Inspection:
    faces = (replace(one, template=Template(MODEL, one.template.values)) for one in seen.faces)
    return replace(seen, faces=tuple(faces))

"""The night in which many grants expire at once: how long until all of them have ended.

Synthetic people, the real store (an SQLite file, every commit synced), keyring and ledger;
one worker. ``LICET_BENCH_GRANTS`` says how many.
"""

import os
import tempfile
import time
from pathlib import Path

from bench.erase import GROUP, add, must, new_bench_world
from bench.measure import Result, result
from licet.effects.sealed import grant_key, subject_key
from licet.terms.grant import GrantState
from licet.terms.ids import GrantId, SubjectId, new_id
from licet.worker import run_once
from tests.fakes.deployment import World

GRANTS = int(os.environ.get("LICET_BENCH_GRANTS", "100000"))
A_NIGHT = 8 * 3600.0
"""Seconds from ten in the evening to six in the morning."""


def run() -> list[Result]:
    """Let all of them expire, have one worker end them, and say the seconds."""
    with tempfile.TemporaryDirectory(prefix="licet-bench-") as folder:
        world = new_bench_world(Path(folder))
        grants = _fill(world)
        world.clock.go(days=301)
        began = time.perf_counter()
        done = run_once(world.app)
        seconds = time.perf_counter() - began
        must(done.expired == GRANTS and not done.waiting and not done.problems)
        with world.app.store.read() as reader:
            must(reader.templates.count() == 0)
            must(len(reader.grants.in_state(GrantState.ENDED)) == GRANTS)
        must(len(world.app.keyring.absent(map(grant_key, grants))) == GRANTS)
        world.app.close()
    name = f"{GRANTS:,} grants expire in one night"
    return [
        result(name, seconds, "s", n=1, against="8 h of a night", ratio=A_NIGHT / seconds),
        result(f"{name}, each", 1e6 * seconds / GRANTS, "us", n=1),
    ]


def _fill(world: World) -> list[GrantId]:
    grants: list[GrantId] = []
    while len(grants) < GRANTS:
        many = min(GROUP, GRANTS - len(grants))
        group = [(SubjectId(new_id()), GrantId(new_id())) for _ in range(many)]
        people, theirs = zip(*group, strict=True)
        world.app.keyring.create(*map(subject_key, people), *map(grant_key, theirs))
        add(world, group)
        grants += theirs
    return grants

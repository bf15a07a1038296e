"""An authority's order: from its registration to a pack that anybody verifies.

So many people (``LICET_BENCH_PEOPLE``), a tenth of them in the order's scope: fifty of these
with an open access request, one in a hundred by one grant of two. Synthetic people, the real
store (an SQLite file, every commit synced), keyring, gallery and ledger; one worker.
``python -m bench.order 10000 100000 1000000`` measures each size in a process of its own and
draws ``docs/pictures/order-scale.svg``.
"""

import gc
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path

from bench.erase import GROUP, a_grant, add, must, new_bench_world
from bench.measure import Result, result
from licet.effects.proving.packing import write_pack
from licet.effects.sealed import grant_key, subject_key
from licet.effects.shelf import fresh_gallery
from licet.ledger.verify_pack import verify_pack
from licet.rights.intake import prove, receive
from licet.rights.ordering import confirm, register
from licet.terms.acting import SUBJECT
from licet.terms.ids import GrantId, OrderId, SubjectId, Territory, new_id
from licet.terms.ledger import Entry, EntryKind
from licet.terms.order import OrderState
from licet.terms.rights import Proved, Received, RequestWish, RightKind
from licet.worker import run_once
from tests.fakes.deployment import World
from tests.fakes.ordering import an_order

PEOPLE = int(os.environ.get("LICET_BENCH_PEOPLE", "100000"))
SHARE = 10
"""One in so many people is in the order's scope."""

TORN = 100
"""One in so many of these lives elsewhere: one grant of theirs is tied to the order's territory,
another is not, so they are blocked by name."""

ASKING = 50
FRANCE, ELSEWHERE = Territory("FR"), Territory("DE")
TEN_MINUTES, PACK_SECONDS, BLOCK_SECONDS = 600.0, 5.0, 1.0
PLOT = Path("docs/pictures/order-scale.svg")


def run() -> list[Result]:
    """Carry one order out and say how long each part of it took, and how much memory."""
    with tempfile.TemporaryDirectory(prefix="licet-bench-") as folder:
        world = new_bench_world(Path(folder))
        scope = _fill(world)
        figures = _measure(world, scope)
        world.app.close()
    return [_line(name, value, unit, scope) for name, (value, unit) in figures.items()]


def _fill(world: World) -> int:
    """Fill the deployment; returns how many people are in scope."""
    scope = PEOPLE // SHARE
    torn = scope // TORN
    for n in range(ASKING):
        world.enrolled(f"asker{n}", residence=FRANCE)
        _ask(world, f"asker{n}")
    for residence, many in ((FRANCE, scope - ASKING - torn), (ELSEWHERE, PEOPLE - scope)):
        for start in range(0, many, GROUP):
            _add(world, min(GROUP, many - start), residence)
    _tie(world, _add(world, torn, ELSEWHERE))
    world.outbox.letters.clear()
    return scope


def _add(world: World, many: int, residence: Territory) -> list[SubjectId]:
    group = [(SubjectId(new_id()), GrantId(new_id())) for _ in range(many)]
    people, grants = zip(*group, strict=True)
    world.app.keyring.create(*map(subject_key, people), *map(grant_key, grants))
    add(world, group, residence)
    return list(people)


def _tie(world: World, people: list[SubjectId]) -> None:
    """Give each person one grant more, of a place in the order's territory."""
    more = [(one, GrantId(new_id())) for one in people]
    world.app.keyring.create(*(grant_key(grant) for _, grant in more))
    with world.app.store.unit() as unit:
        leaf = unit.head.size
        grants = (a_grant(world, *one, leaf) for one in more)
        unit.grants.add_many(replace(one, territories=frozenset({FRANCE})) for one in grants)
        unit.record(Entry(EntryKind.COLLECTED, unit.now, facts=(("items", len(more)),)))


def _ask(world: World, name: str) -> None:
    wish = RequestWish(RightKind.ACCESS, f"{name}@example.org", name, "What do you have of me?")
    asked = receive(world.app, SUBJECT, wish)
    if isinstance(asked, Received):
        must(isinstance(prove(world.app, asked.request, world.outbox.code()), Proved))


def _measure(world: World, scope: int) -> dict[str, tuple[float, str]]:
    moments: dict[str, float] = {}

    def at(name: str) -> None:
        moments.setdefault(f"first {name}", time.perf_counter())
        moments[name] = time.perf_counter()

    world.app.close()  # It was filled behind the back of its gallery.
    app = world.app = world.reopen(at)
    must(fresh_gallery(app).size() == PEOPLE)
    began = time.perf_counter()
    registered = register(app, world.who("steward"), an_order())
    order = OrderId(registered.order)  # type: ignore[union-attr]
    blocked = moments["order.committed"] - began
    named = moments["order.stopped"] - began
    counted = time.perf_counter() - began - named
    confirm(app, world.who("steward", "officer"), order)
    world.clock.go(seconds=1)
    began = time.perf_counter()
    done = run_once(app)
    ended = time.perf_counter()
    must(done.problems == () and not done.waiting)
    with app.store.read() as reader:
        stored = reader.orders.get(order)
        parts = reader.orders.parts(order)
        letters = len(world.outbox.letters)
    must(stored is not None and stored.state is OrderState.PROVED)
    must(sum(part.people for part in parts) == scope)
    must(fresh_gallery(app).size() == PEOPLE - scope)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    gc.collect()
    writing = time.perf_counter()
    pack = write_pack(app, order)
    written = time.perf_counter() - writing
    checking = time.perf_counter()
    with zipfile.ZipFile(BytesIO(pack.data)) as files:
        must(verify_pack(files.namelist(), files.open, app.ledger_key.vkey).ok)
    verified = time.perf_counter() - checking
    must(letters >= scope)
    proved = moments["order.proved"]
    return {
        "to block": (blocked, "s"),
        "to block by name too": (named, "s"),
        "to count what it reaches": (counted, "s"),
        "to answer": (moments["effect.close_request.done"] - began, "s"),
        "to plan": (moments["order.planned"] - moments["first order.planned"], "s"),
        "to erase": (moments["first effect.scan_bytes.start"] - moments["first order.keys"], "s"),
        "to look for it": (proved - moments["first effect.scan_bytes.start"], "s"),
        "from confirmed to proved": (proved - began, "s"),
        "worker in all": (ended - began, "s"),
        "to write the pack": (written, "s"),
        "to verify the pack": (verified, "s"),
        "size of the pack": (len(pack.data) / 1e6, "MB"),
        "memory": (peak, "MB"),
    }


_AGAINST = {
    "to block": ("1 s", BLOCK_SECONDS),
    "to block by name too": ("1 s", BLOCK_SECONDS),
    "from confirmed to proved": ("10 min", TEN_MINUTES),
    "to verify the pack": ("5 s", PACK_SECONDS),
}


def _line(name: str, value: float, unit: str, scope: int) -> Result:
    against, limit = _AGAINST.get(name, ("", 0.0))
    return result(
        f"order, {scope:,} of {PEOPLE:,} people: {name}",
        value,
        unit,
        n=1,
        against=against,
        ratio=limit / value if limit else None,
    )


def main(sizes: list[int]) -> None:
    """Measure each size in a process of its own, keep the figures and draw them."""
    from bench.order_plot import draw
    from bench.run import keep

    found: dict[int, list[Result]] = {}
    for size in sizes:
        done = subprocess.run(
            [sys.executable, "-m", "bench.order"],
            env={**os.environ, "LICET_BENCH_PEOPLE": str(size)},
            stdout=subprocess.PIPE,
            check=True,
        )
        found[size] = json.loads(done.stdout)
        for line in found[size]:
            print(f"{line['name']}: {line['value']} {line['unit']}", flush=True)
        keep(found[size])
    PLOT.write_text(draw(found), "utf-8")


if __name__ == "__main__":
    if sys.argv[1:]:
        main([int(size) for size in sys.argv[1:]])
    else:
        print(json.dumps(run()))

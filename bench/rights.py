"""A package for somebody who is in 10,000 photos and was found by 1,000 searches.

Synthetic rows, the real store (an SQLite file), keyring, ledger, ZIP and letters; pictures
are made of chance, as large as real ones, because reading photos is measured by the other
bench and is one photo's cost times their number. The package is built and delivered by a
process of its own, whose memory is measured. ``LICET_BENCH_PHOTOS`` makes it smaller.
"""

import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from bench.erase import add, must, new_bench_world
from bench.measure import Result, result
from licet.app import open_app
from licet.effects.packing import build_package, deliver_package
from licet.effects.sealed import candidate_tag, case_key, grant_key, seal_address, subject_key
from licet.outbox import Outbox
from licet.store.unit import Unit
from licet.terms.face import Box, Score, score_of
from licet.terms.gallery import TemplateKind
from licet.terms.granting import Message
from licet.terms.ids import (
    CandidateId,
    CaseId,
    FaceId,
    GrantId,
    ItemId,
    PlanId,
    SearchId,
    SourceId,
    SubjectId,
    TemplateId,
    new_id,
)
from licet.terms.ledger import Entry, EntryKind
from licet.terms.payload import AppearancePayload, CandidatePayload, to_bytes
from licet.terms.plan import Effect, EffectKind, WorkState
from licet.terms.search import Search, SearchCandidate, SearchState
from licet.terms.source import Item, ItemFace
from licet.terms.stored import StoredTemplate
from licet.vault.seal import seal
from tests.effects.packing import asked
from tests.fakes.deployment import FakeClock, World, settings_of
from tests.fakes.vision import DIMENSION, MODEL, FakeVision, photo

PHOTOS = int(os.environ.get("LICET_BENCH_PHOTOS", "10000"))
SEARCHES = PHOTOS // 10
BATCH = 64
PICTURE_BYTES = 120_000
"""A picture of 1,280 pixels is about as large."""

SCORE = score_of(0.6)


def run() -> list[Result]:
    """Fill a store, let somebody ask, build and deliver; say seconds, bytes and memory."""
    with tempfile.TemporaryDirectory(prefix="licet-bench-") as folder:
        world = new_bench_world(Path(folder))
        plan = _fill(world)
        world.app.close()
        command = [sys.executable, "-m", "bench.rights", str(world.home), world.url, plan]
        done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    found = json.loads(done.stdout)
    name = f"package of {PHOTOS:,} appearances and {SEARCHES:,} searches"
    return [
        result(f"{name}, built", found["built"], "s", n=1),
        result(f"{name}, delivered", found["delivered"], "s", n=1),
        result(f"{name}, in all", found["bytes"] / 1e6, "MB", n=1),
        result(f"{name}, letters", found["letters"], "letters", n=1),
        result(f"{name}, memory it adds", found["memory"] / 1e6, "MB", n=1),
    ]


class _Pictures(FakeVision):
    """Makes pictures as large as real ones."""

    def redact(self, *_given: object, **_more: object) -> bytes:
        return os.urandom(PICTURE_BYTES)


class _Counting(Outbox):
    """Takes letters and keeps none."""

    def __init__(self) -> None:
        self.letters = 0

    def send(self, message: Message) -> None:
        self.letters += bool(message.text)


def _fill(world: World) -> PlanId:
    """Keep somebody who is in every photo and on every list; return the plan of their request."""
    app = world.app
    subject, grant = SubjectId(new_id()), GrantId(new_id())
    app.keyring.create(subject_key(subject), grant_key(grant))
    add(world, [(subject, grant)])
    place = world.home.parent / "photos"
    place.mkdir()
    source = world.source(place).id
    for start in range(0, PHOTOS, BATCH):
        shots = range(start, min(start + BATCH, PHOTOS))
        photos = {f"{shot}.jpg": photo("anna", shot=shot) for shot in shots}
        for name, data in photos.items():
            (place / name).write_bytes(data)
        with app.store.unit() as unit:
            for name, data in photos.items():
                _keep(world, unit, source, grant, name, data)
            unit.record(Entry(EntryKind.COLLECTED, unit.now, facts=(("items", len(photos)),)))
    _list(world, subject, grant)
    plan = asked(app, subject, contact=f"{subject}@example.org")
    app.publish()
    return plan.id


def _keep(
    world: World, unit: Unit, source: SourceId, grant: GrantId, name: str, data: bytes
) -> None:
    app, item = world.app, ItemId(new_id())
    boxes = [Box(100 * n + 10, 10, 80, 80) for n in range(4)]
    faces = [ItemFace(FaceId(new_id()), item, box) for box in boxes]
    sealed = seal_address(app, item, source, name)
    digest, leaf = hashlib.sha256(data).hexdigest(), unit.head.size
    unit.items.add(Item(item, source, digest, sealed, 400, 100, leaf, unit.now), faces)
    payload = AppearancePayload(
        values=os.urandom(2 * DIMENSION),
        face=faces[0].id,
        item=item,
        source=source,
        first_seen=unit.now,
        score=SCORE,
        box=boxes[0],
    )
    template = TemplateId(new_id())
    key = app.keyring.get(grant_key(grant))
    where = f"template:{template}"
    unit.templates.add(
        StoredTemplate(
            id=template,
            grant=grant,
            kind=TemplateKind.APPEARANCE,
            model=MODEL,
            sealed=seal(key, to_bytes(payload), where),
            lapses_at=unit.now + timedelta(days=90),
            leaf=leaf,
        )
    )


def _list(world: World, subject: SubjectId, grant: GrantId) -> None:
    """Let many searches find the person."""
    app = world.app
    case = world.case(photo("anna", shot=-1))
    key = app.keyring.get(case_key(case))
    tags = (candidate_tag(app, subject_key(subject)), candidate_tag(app, grant_key(grant)))
    with app.store.read() as reader:
        template = reader.templates.of_grant(grant)[0].id
    for _ in range(SEARCHES):
        with app.store.unit() as unit:
            search = SearchId(new_id())
            unit.searches.add(_search(world, unit, case, search))
            payload = CandidatePayload(template, grant, subject, TemplateKind.REFERENCE, SCORE, 1)
            one = CandidateId(new_id())
            sealed = seal(key, to_bytes(payload), f"candidate:{one}")
            unit.searches.add_candidate(SearchCandidate(one, search, *tags, sealed))
            unit.record(Entry(EntryKind.SEARCHED, unit.now, objects=(("search", search),)))


def _search(world: World, unit: Unit, case: CaseId, search: SearchId) -> Search:
    return Search(
        id=search,
        case=case,
        member=world.people["investigator"],
        at=unit.now,
        probe_tag=os.urandom(32),
        threshold=Score(SCORE // 2),
        fpir_millionths=10_000,
        in_scope=1,
        state=SearchState.CANDIDATES,
        sealed_probe=None,
        leaf=unit.head.size,
    )


def _answer(home: Path, url: str, plan_id: PlanId) -> dict[str, float]:
    """Build and deliver in this process; return seconds, bytes, letters and memory added."""
    outbox = _Counting()
    app = open_app(settings_of(home, url), clock=FakeClock(), vision=_Pictures(), outbox=outbox)
    with app.store.read() as reader:
        plan = reader.plans.get(plan_id)
    must(plan is not None)
    before = _peak()
    began = time.perf_counter()
    found = dict(build_package(app, plan) or ())
    built = time.perf_counter() - began
    with app.store.unit() as unit:
        facts = tuple(found.items())
        unit.plans.finish_effect(
            Effect(plan_id, 0, EffectKind.BUILD_PACKAGE, WorkState.DONE, facts)
        )
        unit.record(Entry(EntryKind.EFFECT_DONE, unit.now, objects=(("plan", plan_id),)))
    began = time.perf_counter()
    sent = dict(deliver_package(app, plan) or ())
    delivered = time.perf_counter() - began
    must(sent["delivered"] is True and outbox.letters == sent["letters"])
    return {
        "built": built,
        "delivered": delivered,
        "bytes": float(found["bytes"]),
        "letters": float(outbox.letters),
        "memory": float(_peak() - before),
    }


def _peak() -> int:
    """Return the most memory that this process ever had, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    print(json.dumps(_answer(Path(sys.argv[1]), sys.argv[2], PlanId(sys.argv[3]))))

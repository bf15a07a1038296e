"""Erasing one person of a million, and restoring the backup that still holds them.

Everything is synthetic (random unit vectors); the store is an SQLite file, the keyring
and the gallery are the real ones. ``LICET_BENCH_PEOPLE`` makes it smaller for a try.
"""

import os
import random
import tempfile
import time
from array import array
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np

from bench.measure import Result
from licet.consent.purposes import table
from licet.demo.stage import allowed
from licet.effects.certifying import certificate
from licet.effects.sealed import grant_key, subject_key
from licet.effects.shelf import fresh_gallery
from licet.ledger.verify import verify_file
from licet.recovery import back_up, restore
from licet.rights.erase import erase
from licet.store import migrate
from licet.terms.acting import SUBJECT
from licet.terms.basis import Relationship
from licet.terms.errors import Integrity
from licet.terms.face import STEP
from licet.terms.gallery import TemplateKind
from licet.terms.grant import (
    Grant,
    GrantState,
    Identity,
    Subject,
    SubjectState,
    pending_grant,
)
from licet.terms.ids import GrantId, KeyId, PlanId, SubjectId, TemplateId, Territory, new_id
from licet.terms.ledger import Entry, EntryKind
from licet.terms.payload import ReferencePayload, to_bytes
from licet.terms.stored import StoredTemplate
from licet.vault.seal import seal
from licet.worker import run_once
from tests.fakes.deployment import CLEARANCE, World, new_world, settings_of
from tests.fakes.vision import DIMENSION, MODEL

PEOPLE = int(os.environ.get("LICET_BENCH_PEOPLE", "1000000"))
GROUP = 50_000


def run() -> list[Result]:
    """Build the million, erase one, finish by one worker round, restore, and say the seconds."""
    with tempfile.TemporaryDirectory(prefix="licet-bench-") as folder:
        world = new_bench_world(Path(folder))
        began = time.perf_counter()
        people = _fill(world)
        lines = [_line("fill", time.perf_counter() - began, None, None)]
        lines += _erase(world, people[len(people) // 2])
        lines += _restore(world, Path(folder))
        world.app.close()
    return lines


def new_bench_world(folder: Path) -> World:
    """Open a sandbox on an SQLite file."""
    home = folder / "home"
    (home / "store").mkdir(parents=True)
    url = f"sqlite:///{home / 'store' / 'licet.db'}"
    migrate(url)
    return new_world(home, url)


def _fill(world: World) -> list[tuple[SubjectId, GrantId]]:
    people: list[tuple[SubjectId, GrantId]] = []
    while len(people) < PEOPLE:
        group = [
            (SubjectId(new_id()), GrantId(new_id()))
            for _ in range(min(GROUP, PEOPLE - len(people)))
        ]
        world.app.keyring.create(
            *(subject_key(s) for s, _ in group), *(grant_key(g) for _, g in group)
        )
        add(world, group)
        people += group
    return people


def add(
    world: World, group: list[tuple[SubjectId, GrantId]], residence: Territory | None = None
) -> None:
    """Keep people with a grant and a reference each; their keys are there already."""
    app, now = world.app, world.clock()
    keys = app.keyring.get_many(
        [*(subject_key(s) for s, _ in group), *(grant_key(g) for _, g in group)]
    )
    with app.store.unit() as unit:
        leaf = unit.head.size
        unit.subjects.add_many(_subject(s, keys[subject_key(s)], residence) for s, _ in group)
        unit.grants.add_many(a_grant(world, s, g, leaf) for s, g in group)
        unit.templates.add_many(_templates(group, keys, leaf))
        unit.record(Entry(EntryKind.COLLECTED, now, facts=(("items", len(group)),)))


def _subject(subject: SubjectId, key: bytes, residence: Territory | None) -> Subject:
    identity = Identity(f"Person {subject}", f"{subject}@example.org", "1980-01-01")
    sealed = seal(key, to_bytes(identity), f"subject:{subject}")
    return Subject(subject, residence, os.urandom(32), False, sealed, SubjectState.KNOWN)


def a_grant(world: World, subject: SubjectId, grant: GrantId, leaf: int) -> Grant:
    """Return a grant that may be used now, tied to no place."""
    now, purpose = world.clock(), table().by_id[CLEARANCE]
    asked = pending_grant(grant, subject, world.organisation, purpose, now)
    return replace(
        asked,
        relationship=Relationship.PICTURED,
        notice_delivered_at=now,
        confirmed_at=now,
        confirmed_by="code",
        captured=True,
        expires=now + timedelta(days=300),
        state=GrantState.ACTIVE,
        leaf=leaf,
    )


def _templates(
    group: list[tuple[SubjectId, GrantId]], keys: dict[KeyId, bytes], leaf: int
) -> Iterator[StoredTemplate]:
    source = np.random.default_rng(random.randrange(2**32))  # noqa: S311 - no secret
    rows = source.standard_normal((len(group), DIMENSION)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    for (_, grant), row in zip(group, rows, strict=True):
        template = TemplateId(new_id())
        values = array("h", np.rint(row * STEP).astype(np.int16).tobytes()).tobytes()
        payload = to_bytes(ReferencePayload(values, 3))
        sealed = seal(keys[grant_key(grant)], payload, f"template:{template}")
        yield StoredTemplate(template, grant, TemplateKind.REFERENCE, MODEL, sealed, None, leaf)


def _erase(world: World, person: tuple[SubjectId, GrantId]) -> list[Result]:
    app = world.app
    opened = _timed(lambda: fresh_gallery(app))
    held = fresh_gallery(app).size()
    must(held == PEOPLE)
    backed = _timed(lambda: back_up(app, world.home.parent / "monday.licet"))
    plans: list[PlanId] = []
    inline = _timed(lambda: plans.append(allowed(erase(app, SUBJECT, person[0], whole=False))))
    must(fresh_gallery(app).size() == PEOPLE - 1)
    finished = _timed(lambda: run_once(app))
    verdict = verify_file(certificate(app, plans[0]), app.ledger_key.vkey)
    must(verdict.ok)
    return [
        _line("gallery open", opened, "15 s a million", 15 * PEOPLE / 1e6),
        _line("backup", backed, None, None),
        _line("erase one, inline checks", inline, "2 s", 2.0),
        _line("turn, scan and certificate by one worker round", finished, None, None),
    ]


def _restore(world: World, folder: Path) -> list[Result]:
    world.app.close()
    settings = settings_of(world.home, world.url)
    restored = _timed(lambda: restore(settings, folder / "monday.licet", world.clock))
    world.app = world.reopen()
    with world.app.store.read() as reader:
        must(reader.templates.count() == PEOPLE - 1)
    return [_line("restore drill", restored, None, None)]


def must(holds: bool) -> None:
    """A bench that measures the wrong thing measures nothing."""
    if not holds:
        raise Integrity("the bench did not do what it measures")


def _timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _line(name: str, seconds: float, against: str | None, limit: float | None) -> Result:
    return {
        "name": f"{name}, {PEOPLE:,} people",
        "value": round(seconds, 2),
        "unit": "s",
        "against": against or "",
        "ratio": round(limit / seconds, 3) if limit else None,
        "n": 1,
        "machine": "",
    }

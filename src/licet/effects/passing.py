"""One pass over a source, for everybody who asks about themselves and waits.

A pass compares with the references of waiting requests alone, at the strict threshold of
collecting for as many people as wait, so that lookalikes are not handed out. Each person
is looked for as if they were alone: two who ask with one face do not hide each other, and
nobody's answer tells of another one's.

What it finds is kept under the grant of the one who asked, sealed, and its entry counts
items and faces: nobody who reads the ledger learns whether anybody was found.
"""

import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from licet.app import App
from licet.consent.decide import decide
from licet.effects.facts import read_facts
from licet.effects.identify import identify
from licet.effects.keeping import KeptFaces, Recognised, keep
from licet.effects.newcomers import own_photo
from licet.effects.record import Facts, Objects, record, record_machine, refuse
from licet.effects.rereading import Again
from licet.effects.running import (
    Hold,
    cursor_of,
    let_go,
    move_cursor,
    open_run,
    place_of,
    release_run,
)
from licet.effects.shelf import fresh_gallery
from licet.effects.sourcing import open_source
from licet.effects.walking import Photo, Walk
from licet.store.unit import Reader, Unit
from licet.terms.acting import WORKER
from licet.terms.collecting import Identified, ReportProgress
from licet.terms.errors import BadInput, Conflict, KeyAbsent, Setup
from licet.terms.face import Inspection, Score
from licet.terms.gallery import Candidate
from licet.terms.grant import Grant, GrantState
from licet.terms.ids import GrantId, ItemId, RunId, SourceId, new_id
from licet.terms.ledger import EntryKind
from licet.terms.looking import SourceRead
from licet.terms.permit import Action, Ask, Refusal
from licet.terms.plan import Run, RunKind, WorkState
from licet.terms.source import Source, SourceState
from licet.terms.when import from_ms, to_ms

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Pass:
    """Where a pass over a source is, or what came of it; sealed in its run's cursor.

    ``since`` is how many entries the ledger had when it began and ``at_ms`` when that was;
    ``after`` is the last item that was read. ``read`` is how the place was, once it is over.
    """

    since: int
    at_ms: int
    after: str = ""
    items: int = 0
    faces: int = 0
    unreadable: int = 0
    innocent_millionths: int = 0
    read: str = SourceRead.WAITS

    @property
    def at(self) -> datetime:
        """When the pass began."""
        return from_ms(self.at_ms)

    @property
    def whole(self) -> bool:
        """Whether every item that is there was read."""
        return self.read == SourceRead.WHOLE

    def covers(self, grant: Grant) -> bool:
        """Whether a grant took part from the beginning."""
        return grant.leaf < self.since


@dataclass(frozen=True, slots=True)
class _Waiting:
    """Whose photos a pass looks for; of how many photos each was made, and how many wait."""

    grants: frozenset[GrantId]
    photos: frozenset[int]
    everybody: int


def pass_of(app: App, run: Run) -> Pass | None:
    """Return where a run of a pass is; None when its source's key is gone."""
    try:
        return Pass(**json.loads(place_of(app, run)))
    except KeyAbsent:
        return None


def begin_pass(app: App, unit: Unit, source: SourceId) -> None:
    """Begin a pass over a source, within a unit: a run that a worker goes on with."""
    run = Run(RunId(new_id()), RunKind.SCAN, source, None, "", WorkState.OPEN, None)
    begun = Pass(unit.head.size, to_ms(unit.now))
    unit.runs.add(replace(run, cursor=cursor_of(app, run, json.dumps(asdict(begun)))))


def go_on_with(
    app: App,
    source_id: SourceId,
    tell: ReportProgress = lambda _done, _total: None,
    until: datetime | None = None,
) -> bool:
    """Go on with the pass over a source, until about ``until``; returns whether it is over.

    1. Take over its run by its lease.
    2. A place that may not or cannot be read now ends the pass, and is named in the answer.
    3. Read the items again; compare with everybody who waits, each as if alone.
    4. In one unit of work: decide again, keep what is live still, record, move the cursor.
    5. Finish the run, or let go of it, and mirror the ledger.

    Raises ``Busy`` while another process is at it, ``Stopped`` on Ctrl-C.
    """
    with app.store.read() as reader:
        source = reader.sources.get(source_id)
        total = reader.items.count(source_id)
    if source is None or source.state is SourceState.PURGED:
        return _of_purged(app, source_id)
    hold = open_run(app, RunKind.SCAN, source)  # 1
    with let_go(app, hold, "the scan"):
        walk = _walk(app, source, hold, (tell, total, until))
        if isinstance(walk, SourceRead):  # 2
            return _over(app, hold, walk)
        where = _at(app, hold)
        with app.store.read() as reader:
            waiting = _waiting(app, reader, where.since)
        again = Again(walk, ItemId(where.after) or None)
        asked = _Asked(walk, again, waiting, KeptFaces(waiting.grants))
        for stretch in walk.stretches(asked.again.photos()):
            for batch in walk.batches(stretch):
                asked.take(batch)  # 3, 4
            asked.note_passed()
        if walk.refusal is not None:  # 5
            refuse(app, walk.ask, walk.refusal)
            return _over(app, hold, SourceRead.NOT_ALLOWED)
        if walk.over:
            return _over(app, hold, SourceRead.WHOLE)
        release_run(app, hold)
    app.publish()
    return False


def _of_purged(app: App, source: SourceId) -> bool:
    """End the pass over a source of which nothing is left, not even the key of the cursor."""
    with app.store.unit(bookkeeping=True) as unit:
        for run in unit.runs.open(RunKind.SCAN):
            if run.source == source:
                unit.runs.finish(run.id)
    return True


def _walk(
    app: App, source: Source, hold: Hold, how: tuple[ReportProgress, int, datetime | None]
) -> Walk | SourceRead:
    """Return the walk over a source, or why there is none."""
    ask = Ask(
        Action.SCAN,
        WORKER.by,
        app.vision.model,
        organisation=source.organisation,
        source=source.id,
        fpir=app.deployment.fpir_collect,
    )
    with app.store.read() as reader:
        decided = decide(ask, read_facts(app, reader, ask, WORKER, reader.now), reader.now)
    if isinstance(decided, Refusal):
        refuse(app, ask, decided)
        return SourceRead.NOT_ALLOWED
    try:
        place = open_source(app, source)
    except (BadInput, Conflict, Setup):
        # The place is gone, was changed for another, or is of a kind not built in.
        return SourceRead.UNREADABLE
    tell, total, until = how
    return Walk(app, WORKER, ask, source, place, hold, tell, total, until)


def _at(app: App, hold: Hold) -> Pass:
    with app.store.read() as reader:
        run = reader.runs.get(hold.run.id)
    text = place_of(app, run) if run else ""
    return Pass(**json.loads(text)) if text else Pass(0, 0)


def _write(app: App, unit: Unit, hold: Hold, where: Pass) -> None:
    move_cursor(app, unit, hold, json.dumps(asdict(where)))


def _over(app: App, hold: Hold, read: SourceRead) -> bool:
    """End a pass: note how the place was, and record how much was looked at."""
    before = _at(app, hold)
    with app.store.unit() as unit:
        left = max(0, unit.items.count(hold.run.source) - before.items)
        where = replace(before, read=read.value, unreadable=left)
        _write(app, unit, hold, where)
        unit.runs.finish(hold.run.id)
        facts: Facts = (
            ("read", where.read),
            ("items", where.items),
            ("faces", where.faces),
            ("unreadable", where.unreadable),
        )
        record_machine(unit, EntryKind.REQUEST_SCANNED, _objects(hold.run), facts)
    app.at("pass.over")
    app.publish()
    return True


def _objects(run: Run) -> Objects:
    return (("run", run.id), ("source", run.source))


def _waiting(app: App, reader: Reader, since: int) -> _Waiting:
    """Return whose photos are looked for: live from the beginning, and not put aside."""
    photos = [own_photo(app, reader, request) for request in reader.requests.open()]
    live = [p for p in photos if p is not None and p.grant.state is GrantState.ACTIVE]
    joined = [p for p in live if p.grant.leaf < since and not p.payload.aside]
    return _Waiting(
        grants=frozenset(photo.grant.id for photo in joined),
        photos=frozenset(photo.payload.photos for photo in live),
        everybody=len(live),
    )


@dataclass(frozen=True)
class _Asked:
    """Items on their way through a look for everybody who waits."""

    walk: Walk
    again: Again
    waiting: _Waiting
    kept: KeptFaces

    def take(self, batch: list[tuple[Photo, Inspection]]) -> None:
        """Compare and keep one batch; nothing once the walk was refused."""
        seen = [self.again.recognise(*pair) for pair in batch]
        strict, recognised = self._compare(seen)
        if self.walk.refusal is None:
            self._commit(recognised, strict)

    def _compare(self, batch: list[Recognised]) -> tuple[Score | None, list[Recognised]]:
        """Return the strict threshold, and the batch with what was identified in it.

        The threshold is that of the least averaged photo for as many people as wait.
        """
        app = self.walk.app
        gallery = fresh_gallery(app)
        permit = self.walk.permit()
        if permit is None or permit.fpir is None:
            return None, batch
        people = gallery.subjects(permit)
        probes = [face.template for found in batch for face in found.seen]
        if not people or not probes or not self.waiting.photos:
            return None, batch
        strict = self._threshold(permit.fpir, people)
        loose = self._threshold(max(app.deployment.fpir_search, permit.fpir), people)
        lists = iter(gallery.candidates(permit, probes, loose, self.waiting.everybody))
        found = [
            replace(one, identified=self._identified([next(lists) for _ in one.seen], strict))
            for one in batch
        ]
        return strict, found

    def _threshold(self, fpir: float, people: int) -> Score:
        vision = self.walk.app.vision
        return max(vision.threshold(fpir, people, photos) for photos in self.waiting.photos)

    def _identified(
        self, lists: list[tuple[Candidate, ...]], strict: Score
    ) -> tuple[Identified, ...]:
        """Look for each person as if nobody else waited."""
        ours = [tuple(c for c in found if c.grant in self.waiting.grants) for found in lists]
        people = sorted({c.subject for found in ours for c in found})
        return tuple(
            one
            for person in people
            for one in identify(
                [tuple(c for c in found if c.subject == person) for found in ours], strict
            )
        )

    def _commit(self, recognised: list[Recognised], strict: Score | None) -> None:
        walk, app, ask = self.walk, self.walk.app, self.walk.ask
        with app.store.unit() as unit:
            permit = decide(ask, read_facts(app, unit, ask, walk.who, unit.now), unit.now)
            if isinstance(permit, Refusal):
                walk.refusal = permit
                return
            self.kept.follow(app, unit)
            kept = keep(app, unit, recognised, unit.head.size, self.kept)
            where = self._further(unit, recognised, strict)
            _write(app, unit, walk.hold, where)
            facts: Facts = (
                ("items", len(recognised)),
                ("faces", sum(len(found.stored) for found in recognised)),
                ("root", kept.root.hex()),
            )
            record(app, unit, EntryKind.REQUEST_SCANNED, permit, _objects(walk.hold.run), facts)
        app.at("pass.committed")

    def _further(self, unit: Unit, recognised: list[Recognised], strict: Score | None) -> Pass:
        """Return where the pass is after these items."""
        run = unit.runs.get(self.walk.hold.run.id)
        where = Pass(**json.loads(place_of(self.walk.app, run))) if run else Pass(0, 0)
        faces = sum(len(found.stored) for found in recognised)
        vision, photos = self.walk.app.vision, min(self.waiting.photos, default=1)
        share = 0.0 if strict is None else vision.expected_innocent(strict, 1, photos)
        return replace(
            where,
            after=recognised[-1].item.id if recognised else self.walk.at or where.after,
            items=where.items + len(recognised),
            faces=where.faces + faces,
            innocent_millionths=where.innocent_millionths + round(faces * share * MILLION),
        )

    def note_passed(self) -> None:
        """Move the cursor over items that could not be looked at again, and keep the lease."""
        walk = self.walk
        if walk.refusal is not None or not walk.passed:
            return
        with walk.app.store.unit(bookkeeping=True) as unit:
            _write(walk.app, unit, walk.hold, self._further(unit, [], None))
        walk.passed = 0

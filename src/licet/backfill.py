"""Backfill: items met earlier are scanned again for people who enrolled later.

The price of forgetting strangers: when one of them enrols, the photos are read from their
source again. Everybody whose scan of a source waits at the same place shares one pass: each
item is read once, its faces are compared with all of them together, and each keeps a run
and a cursor of their own, so that one who withdraws takes nobody along. Of an item in which
no face was found nothing is read.
"""

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from licet.app import App
from licet.consent.decide import decide
from licet.effects.facts import read_facts
from licet.effects.keeping import Kept, KeptFaces, Recognised, keep
from licet.effects.record import Objects, record, refuse
from licet.effects.rereading import Again
from licet.effects.running import Hold, finish_run, let_go, open_run, place_of, release_run
from licet.effects.sharing import (
    Shared,
    compare_shared,
    digest_of_permits,
    gathered,
    move_cursors,
    only_of,
)
from licet.effects.sourcing import open_source
from licet.effects.walking import Photo
from licet.store.unit import Reader
from licet.terms.acting import WORKER
from licet.terms.collecting import Collected, ReportProgress
from licet.terms.errors import Busy, NotFound
from licet.terms.face import Inspection
from licet.terms.grant import Grant
from licet.terms.ids import GrantId, ItemId, SourceId
from licet.terms.ledger import EntryKind
from licet.terms.permit import Action, Ask, Permit, Refusal
from licet.terms.plan import RunKind
from licet.terms.source import Source

TOGETHER = 100
"""How many people share a pass at most: one entry names all of them, and holds 64 KB."""


def backfill(
    app: App,
    grant_id: GrantId,
    source_id: SourceId,
    tell: ReportProgress = lambda _done, _total: None,
    until: datetime | None = None,
    *,
    polled: bool = False,
) -> Collected | Refusal:
    """Scan the items of one source again for one grant and for whose scan waits beside it.

    With ``until`` it stops at about that moment and the runs stay open. ``polled`` is for
    who asks again and again whether it may go on by now: a no is returned, not recorded.

    1. Read source and grant and ask whether this may be done now.
    2. Open the run, or take over the one that was left, and those that wait at its place.
    3. Walk the items in the order they were met; read each from its source again.
    4. Compare with the references of these grants alone.
    5. In one unit of work for every twenty of them: decide again for each, keep what is not
       kept yet, record, move the cursors. Who may not be looked for any more is left out.
    6. Finish the runs, or let go of them, and mirror the ledger.

    Raises ``NotFound``, ``Busy``, ``Stopped`` as collecting does.
    """
    with app.store.read() as reader:  # 1
        source, grant = reader.sources.get(source_id), reader.grants.get(grant_id)
        if source is None or grant is None:
            raise NotFound("no such source or grant", "See `licet source list`.")
        ask = _ask(app, source, grant)
        decided = decide(ask, read_facts(app, reader, ask, WORKER, reader.now), reader.now)
        total = reader.items.count(source_id)
    if isinstance(decided, Refusal):
        return decided if polled else refuse(app, ask, decided)
    place = open_source(app, source)
    lead = open_run(app, RunKind.BACKFILL, source, grant_id)  # 2
    with ExitStack() as stack:
        stack.enter_context(let_go(app, lead, "the scan"))
        holds = {grant_id: lead, **_beside(app, source, lead)}
        for other in holds.values():
            if other is not lead:
                stack.enter_context(let_go(app, other, "the scan"))
        with app.store.read() as reader:
            found = reader.grants.many(holds)
            asks = {one: _ask(app, source, found[one]) for one in holds}
            kept = KeptFaces(frozenset(holds))
            kept.follow(app, reader)
        walk = Shared(app, WORKER, ask, source, place, lead, tell, total, until)
        walk.share(asks, holds)
        after = ItemId(place_of(app, lead.run)) or None
        again = _Again(walk, kept, Again(walk, after, skip_empty=True))
        for stretch in walk.stretches(again.again.photos()):  # 3
            for batch in gathered(walk.batches(stretch), len(walk.asks)):
                again.take(batch)  # 4, 5
            again.note_passed()
        _end(app, walk)  # 6
    refusal = walk.refusal or walk.left.get(grant_id)
    if refusal is not None:
        return refuse(app, ask, refusal)
    app.publish()
    return walk.tally.result(lead.run.id)


def _end(app: App, walk: Shared) -> None:
    """Finish the runs of those who were looked for to the end; let go of the others."""
    for one, hold in walk.holds.items():
        over = walk.refusal is None and walk.over and one in walk.asks
        (finish_run if over else release_run)(app, hold)


def _beside(app: App, source: Source, lead: Hold) -> dict[GrantId, Hold]:
    """Take over the scans of this source that wait at the same place, if they may go on."""
    with app.store.read() as reader:
        at = place_of(app, lead.run)
        may = (
            run.grant
            for run in reader.runs.open(RunKind.BACKFILL)
            if run.source == source.id
            and run.grant is not None
            and run.id != lead.run.id
            and place_of(app, run) == at
            and _may(app, reader, source, run.grant)
        )
        # Nobody is decided on for whom there is no room.
        waiting = tuple(islice(may, TOGETHER - 1))
    holds: dict[GrantId, Hold] = {}
    for grant in waiting:
        try:
            holds[grant] = open_run(app, RunKind.BACKFILL, source, grant)
        except Busy:
            continue  # Somebody else is at it; they come without us.
    return holds


def _may(app: App, reader: Reader, source: Source, grant_id: GrantId) -> bool:
    grant = reader.grants.get(grant_id)
    if grant is None:
        return False
    ask = _ask(app, source, grant)
    decided = decide(ask, read_facts(app, reader, ask, WORKER, reader.now), reader.now)
    return isinstance(decided, Permit)


def _ask(app: App, source: Source, grant: Grant) -> Ask:
    return Ask(
        Action.BACKFILL,
        WORKER.by,
        app.vision.model,
        organisation=source.organisation,
        purpose=grant.purpose,
        grant=grant.id,
        source=source.id,
        fpir=app.deployment.fpir_collect,
    )


@dataclass(frozen=True)
class _Again:
    """Items on their way through a second look for everybody who shares it."""

    walk: Shared
    kept: KeptFaces
    again: Again

    def take(self, batch: list[tuple[Photo, Inspection]]) -> None:
        """Compare and keep one batch; nothing once the walk was refused."""
        recognised = compare_shared(self.walk, [self.again.recognise(*pair) for pair in batch])
        if self.walk.refusal is None:
            self._commit(recognised)

    def _commit(self, recognised: list[Recognised]) -> None:
        """Keep a batch in units of a part of the people each, so that nobody waits for all."""
        counted = False
        for part in self.walk.parts():
            done = self._commit_for(part, recognised)
            if done is not None:
                kept, found = done
                # The items are counted once, whatever was kept of whom.
                self.walk.tally.add([] if counted else found, kept)
                counted = True
                self.walk.app.at("backfill.committed")

    def _commit_for(
        self, part: tuple[GrantId, ...], batch: list[Recognised]
    ) -> tuple[Kept, list[Recognised]] | None:
        """Decide again for each of a part and keep what is theirs; None where nobody is left."""
        walk, app = self.walk, self.walk.app
        run = walk.hold.run
        with app.store.unit() as unit:
            permits = walk.permits(unit, part)
            if not permits:
                return None
            move_cursors(walk, unit, permits, batch[-1].item.id)
            # Collecting may have kept some of these faces since the last batch.
            self.kept.follow(app, unit)
            there = unit.items.there([found.item.id for found in batch])
            found = [only_of(one, permits) for one in batch if one.item.id in there]
            kept = keep(app, unit, found, unit.head.size, self.kept)
            objects: Objects = (
                *(("grant", grant) for grant in permits),
                *(("run", walk.holds[grant].run.id) for grant in permits),
                ("source", run.source),
            )
            facts = (*kept.facts(found), *digest_of_permits(permits))
            permit = next(iter(permits.values()))
            record(app, unit, EntryKind.BACKFILLED, permit, objects, facts)
        return kept, found

    def note_passed(self) -> None:
        """Move the cursors over items that could not be looked at again, and keep the leases."""
        walk = self.walk
        if walk.refusal is not None or not walk.passed:
            return
        for part in walk.parts():
            with walk.app.store.unit(bookkeeping=True) as unit:
                move_cursors(walk, unit, part, walk.at)
        walk.passed = 0

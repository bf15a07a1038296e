"""Backfill: items met earlier are scanned again for somebody who enrolled later.

The price of forgetting strangers: when one of them enrols, the photos are read
from their source again and compared with that one person's references.
"""

from dataclasses import dataclass
from datetime import datetime

from licet.app import App
from licet.consent.decide import decide
from licet.effects.comparing import compare
from licet.effects.facts import read_facts
from licet.effects.keeping import KeptFaces, Recognised, keep
from licet.effects.record import Objects, record, refuse
from licet.effects.rereading import Again
from licet.effects.running import (
    finish_run,
    let_go,
    move_cursor,
    open_run,
    place_of,
    release_run,
)
from licet.effects.sourcing import open_source
from licet.effects.walking import Photo, Walk
from licet.terms.acting import WORKER
from licet.terms.collecting import Collected, ReportProgress
from licet.terms.errors import NotFound
from licet.terms.face import Inspection
from licet.terms.grant import Grant
from licet.terms.ids import GrantId, ItemId, SourceId
from licet.terms.ledger import EntryKind
from licet.terms.permit import Action, Ask, Refusal
from licet.terms.plan import RunKind
from licet.terms.source import Source


def backfill(
    app: App,
    grant_id: GrantId,
    source_id: SourceId,
    tell: ReportProgress = lambda _done, _total: None,
    until: datetime | None = None,
    *,
    polled: bool = False,
) -> Collected | Refusal:
    """Scan the items of one source again for one grant, or go on with a stopped run.

    With ``until`` it stops at about that moment and the run stays open. ``polled`` is for
    who asks again and again whether it may go on by now: a no is returned, not recorded.

    1. Read source and grant and ask whether this may be done now.
    2. Open the run, or take over the one that was left.
    3. Walk the items in the order they were met; read each from its source again.
    4. Compare with the references of this grant alone.
    5. In one unit of work: decide again, keep what is not kept yet, record, move the cursor.
    6. Finish the run, or let go of it, and mirror the ledger.

    Raises ``NotFound``, ``Busy``, ``Stopped`` as collecting does.
    """
    with app.store.read() as reader:  # 1
        source, grant = reader.sources.get(source_id), reader.grants.get(grant_id)
        if source is None or grant is None:
            raise NotFound("no such source or grant", "See `licet source list`.")
        ask = _ask(app, source, grant)
        decided = decide(ask, read_facts(app, reader, ask, WORKER, reader.now), reader.now)
        total = reader.items.count(source_id)
        kept = KeptFaces(frozenset({grant_id}))
        kept.follow(app, reader)
    if isinstance(decided, Refusal):
        return decided if polled else refuse(app, ask, decided)
    place = open_source(app, source)
    hold = open_run(app, RunKind.BACKFILL, source, grant_id)  # 2
    walk = Walk(app, WORKER, ask, source, place, hold, tell, total, until)
    after = ItemId(place_of(app, hold.run)) or None
    again = _Again(walk, kept, Again(walk, after))
    with let_go(app, hold, "the scan"):
        for stretch in walk.stretches(again.again.photos()):  # 3
            for batch in walk.batches(stretch):
                again.take(batch)  # 4, 5
            again.note_passed()
        if walk.refusal is None and walk.over:  # 6
            finish_run(app, hold)
        else:
            release_run(app, hold)
    if walk.refusal is not None:
        return refuse(app, ask, walk.refusal)
    app.publish()
    return walk.tally.result(hold.run.id)


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
    """Items on their way through a second look for one grant."""

    walk: Walk
    kept: KeptFaces
    again: Again

    def take(self, batch: list[tuple[Photo, Inspection]]) -> None:
        """Compare and keep one batch; nothing once the walk was refused."""
        recognised = compare(self.walk, [self.again.recognise(*pair) for pair in batch])
        if self.walk.refusal is None:
            self._commit(recognised)

    def _commit(self, recognised: list[Recognised]) -> None:
        walk, app, ask = self.walk, self.walk.app, self.walk.ask
        run = walk.hold.run
        with app.store.unit() as unit:
            permit = decide(ask, read_facts(app, unit, ask, walk.who, unit.now), unit.now)
            if isinstance(permit, Refusal):
                walk.refusal = permit
                return
            move_cursor(app, unit, walk.hold, recognised[-1].item.id)
            # Collecting may have kept some of these faces since the last batch.
            self.kept.follow(app, unit)
            there = unit.items.there([found.item.id for found in recognised])
            recognised = [found for found in recognised if found.item.id in there]
            kept = keep(app, unit, recognised, unit.head.size, self.kept)
            objects: Objects = (("grant", ask.grant or ""), ("run", run.id), ("source", run.source))
            record(app, unit, EntryKind.BACKFILLED, permit, objects, kept.facts(recognised))
        walk.tally.add(recognised, kept)
        app.at("backfill.committed")

    def note_passed(self) -> None:
        """Move the cursor over items that could not be looked at again, and keep the lease."""
        walk = self.walk
        if walk.refusal is not None or not walk.passed:
            return
        with walk.app.store.unit(bookkeeping=True) as unit:
            move_cursor(walk.app, unit, walk.hold, walk.at)
        walk.passed = 0

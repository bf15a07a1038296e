"""Backfill: items met earlier are scanned again for somebody who enrolled later.

The price of forgetting strangers: when one of them enrols, the photos are read
from their source again and compared with that one person's references.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from licet.app import App
from licet.consent.decide import decide
from licet.effects.comparing import compare, same_face
from licet.effects.facts import read_facts
from licet.effects.keeping import Recognised, keep
from licet.effects.record import Objects, record, refuse
from licet.effects.running import finish_run, move_cursor, open_run, place_of, release_run
from licet.effects.sealed import open_address
from licet.effects.sourcing import open_source
from licet.effects.walking import Photo, Walk
from licet.sources.contract import Address
from licet.terms.acting import WORKER
from licet.terms.collecting import Collected, ReportProgress
from licet.terms.errors import NotFound, Stopped
from licet.terms.face import Inspection
from licet.terms.ids import GrantId, ItemId, SourceId
from licet.terms.ledger import EntryKind
from licet.terms.permit import Action, Ask, Refusal
from licet.terms.plan import Run, RunKind
from licet.terms.source import Item

PAGE = 256


def backfill(
    app: App,
    grant_id: GrantId,
    source_id: SourceId,
    tell: ReportProgress = lambda _done, _total: None,
) -> Collected | Refusal:
    """Scan the items of one source again for one grant, or go on with a stopped run.

    1. Read source and grant and ask whether this may be done now.
    2. Open the run, or take over the one that was left.
    3. Walk the items in the order they were met; read each from its source again.
    4. Compare with the references of this grant alone.
    5. In one unit of work: decide again, keep, record, move the cursor.
    6. Finish the run and mirror the ledger.

    Raises ``NotFound``, ``Busy``, ``Stopped`` as collecting does.
    """
    with app.store.read() as reader:  # 1
        source, grant = reader.sources.get(source_id), reader.grants.get(grant_id)
        if source is None or grant is None:
            raise NotFound("no such source or grant", "See `licet source list`.")
        ask = Ask(
            Action.BACKFILL,
            WORKER.by,
            app.vision.model,
            organisation=source.organisation,
            purpose=grant.purpose,
            grant=grant_id,
            source=source_id,
            fpir=app.deployment.fpir_collect,
        )
        facts = read_facts(app, reader, ask, WORKER, app.clock())
        decided = decide(ask, facts, app.clock())
        total = reader.items.count(source_id)
    if isinstance(decided, Refusal):
        return refuse(app, ask, decided)
    run = open_run(app, RunKind.BACKFILL, source, grant_id)  # 2
    walk = Walk(app, WORKER, ask, source, open_source(source), tell, total)
    again = _Again(walk, run)
    try:
        for batch in walk.batches(again.photos()):  # 3
            recognised = compare(walk, [again.recognise(*pair) for pair in batch])  # 4
            if walk.refusal is None:
                _commit(walk, run, recognised)  # 5
            if walk.refusal is not None:
                break
    except KeyboardInterrupt as stop:
        release_run(app, run)
        raise Stopped(
            "the scan was stopped; everything found so far is kept", "Run it again to go on."
        ) from stop
    if walk.refusal is not None:
        release_run(app, run)
        return refuse(app, ask, walk.refusal)
    finish_run(app, run)  # 6
    app.publish()
    return walk.tally.result(run.id)


@dataclass(frozen=True)
class _Again:
    """Items on their way through a second look."""

    walk: Walk
    run: Run

    def photos(self) -> Iterator[tuple[Photo, bytes]]:
        """Read the items again; one that changed or is gone at its source is passed over."""
        app, source = self.walk.app, self.walk.source
        for item in self._items():
            if not self.walk.may_go_on():
                return
            address = Address(open_address(app, item.id, source.id, item.sealed_address))
            read = self.walk.read(address)
            if read is None:
                continue
            data, sha256 = read
            if sha256 != item.sha256:
                self.walk.tally.could_not_read(address, "it changed since it was collected")
                continue
            yield Photo(Address(item.id), sha256), data

    def _items(self) -> Iterator[Item]:
        after = ItemId(place_of(self.walk.app, self.run)) or None
        while True:
            with self.walk.app.store.read() as reader:
                page = reader.items.of_source(self.walk.source.id, after, PAGE)
            if not page:
                return
            yield from page
            after = page[-1].id

    def recognise(self, photo: Photo, seen: Inspection) -> Recognised:
        """Pair the faces found again with the boxes kept; a face without a box is left out."""
        item_id = ItemId(photo.address)
        with self.walk.app.store.read() as reader:
            item, stored = reader.items.get(item_id), reader.items.faces(item_id)
        if item is None:
            raise NotFound("an item vanished while it was scanned", "Run the scan again.")
        pairs = [
            (kept, face)
            for face in seen.faces
            if (kept := same_face(stored, face.face.box)) is not None
        ]
        return Recognised(item, tuple(k for k, _ in pairs), tuple(f for _, f in pairs), ())


def _commit(walk: Walk, run: Run, recognised: list[Recognised]) -> None:
    app, ask = walk.app, walk.ask
    with app.store.unit() as unit:
        permit = decide(ask, read_facts(app, unit, ask, walk.who, unit.now), unit.now)
        if isinstance(permit, Refusal):
            walk.refusal = permit
            return
        kept = keep(app, unit, recognised, unit.head.size)
        move_cursor(app, unit, run, recognised[-1].item.id)
        objects: Objects = (("grant", ask.grant or ""), ("run", run.id), ("source", run.source))
        record(app, unit, EntryKind.BACKFILLED, permit, objects, kept.facts(recognised))
    walk.tally.add(recognised, kept)
    app.at("backfill.committed")

"""Collecting: source -> items -> faces -> appearances.

Only references are compared with, never appearances, so that one wrong
appearance cannot pull others after it. Every face that is not a data subject's
is compared in memory under the source's bystander condition and forgotten; its
box alone is kept, so that it can be blurred (GDPR 5(1)(c), 9, 25).
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import zip_longest

from licet.app import App
from licet.consent.decide import decide
from licet.effects.arriving import permit_to_keep
from licet.effects.comparing import compare
from licet.effects.copies import Met, new_among
from licet.effects.facts import read_facts
from licet.effects.keeping import Recognised, keep
from licet.effects.marking import hold_if_marked, look_over
from licet.effects.quarantining import harm_of, quarantined
from licet.effects.record import Objects, record, record_refusal, refuse
from licet.effects.renewing import prove_now, renew_proof
from licet.effects.reserving import forget_reserved
from licet.effects.running import (
    finish_run,
    let_go,
    move_cursor,
    open_run,
    place_of,
    release_run,
)
from licet.effects.sealed import address_tag, seal_address
from licet.effects.sourcing import open_to_walk
from licet.effects.tracing import FIRST_MET, KNOWN, Traced, note_traces
from licet.effects.walking import Photo, Step, Walk, drop
from licet.sources.contract import Address
from licet.store.unit import Reader, Unit
from licet.terms.acting import WORKER, Who
from licet.terms.collecting import Collected, ReportProgress
from licet.terms.errors import KeyAbsent, NotFound
from licet.terms.face import Inspection
from licet.terms.ids import FaceId, ItemId, SourceId, new_id
from licet.terms.ledger import EntryKind
from licet.terms.permit import Action, Ask, Refusal
from licet.terms.plan import Run, RunKind
from licet.terms.source import Fate, Item, ItemFace, Source, Trace


def collect(
    app: App,
    who: Who,
    source_id: SourceId,
    tell: ReportProgress = lambda _done, _total: None,
    *,
    again: bool = False,
) -> Collected | Refusal:
    """Collect a source, or go on with a run that was stopped.

    1. Read the source, prove control of it anew if that is due, and ask whether it may be
       collected now.
    2. Open the run, or take over the one that was left, by its lease: from the first contact
       on, no other process asks the place. Look over the names of what it holds now.
    3. Walk the source from the cursor; content met before is not inspected again.
    4. Compare the faces of a batch with the references in scope.
    5. In one unit of work: decide again, keep what may be kept, record, move the cursor.
       Where items arrive as a feed does, put the source on hold and keep nothing.
    6. Forget what is reserved by now; finish the run and mirror the ledger.

    A walk may take hours and a member's signature holds five minutes: what the member
    started lawfully the machine carries on, asking anew before every photo. ``again``
    decodes once more what is quarantined.

    Raises ``NotFound``, ``Busy`` while another process runs it, ``Stopped`` on
    Ctrl-C: what was committed stays, and the next call goes on from there.
    """
    source = _source(app, source_id)  # 1
    proved = renew_proof(app, source_id)
    ask = _ask(app, who, source)
    with app.store.unit() as unit:
        permit = decide(ask, read_facts(app, unit, ask, who, unit.now), unit.now)
        if isinstance(permit, Refusal):
            return record_refusal(app, unit, ask, permit)
        said = (("again", True),) if again else ()
        record(app, unit, EntryKind.COLLECTING, permit, (("source", source_id),), said)
    on = replace(ask, by=WORKER.by, member=None)
    hold = open_run(app, RunKind.COLLECT, source)  # 2
    with let_go(app, hold, "collecting"):
        if proved is None:
            prove_now(app, source)
        place = open_to_walk(app, source, on, hold, tell)
        walk = Walk(app, WORKER, on, source, place, hold, tell)
        walk.aside |= set() if again else quarantined(app, source_id)
        look_over(app, walk)
        for stretch in walk.stretches(_new_photos(walk)):  # 3
            for batch in walk.batches(stretch):
                _take(walk, batch)  # 4, 5
            _note_passed(walk)
        forget_reserved(app, walk, permit.decided_at)  # 6
        hold_if_marked(app, walk)
        if walk.refusal is None:
            finish_run(app, hold)
    if walk.refusal is not None:
        release_run(app, hold)
        return refuse(app, ask, walk.refusal)
    app.publish()
    return walk.tally.result(hold.run.id)


def _source(app: App, source_id: SourceId) -> Source:
    with app.store.read() as reader:
        source = reader.sources.get(source_id)
    if source is None:
        raise NotFound("no such source", "See `licet source list`.")
    return source


def _ask(app: App, who: Who, source: Source) -> Ask:
    return Ask(
        Action.COLLECT,
        who.by,
        app.vision.model,
        organisation=source.organisation,
        member=who.member,
        source=source.id,
        fpir=app.deployment.fpir_collect,
    )


def _new_photos(walk: Walk) -> Iterator[Step]:
    """Yield photos whose content was never met, for as long as reading is allowed."""
    for address in walk.place.walk(place_of(walk.app, walk.hold.run)):
        if not walk.may_go_on():
            return
        read, walk.at = walk.read(address), address
        if read is None:
            yield None
            continue
        data, sha256 = read
        if walk.first_time(sha256, lambda known: _known(walk.app, walk.source, known)):
            yield Photo(address, sha256), data
        else:
            drop(data)
            walk.elsewhere.append(Photo(address, sha256))
            yield None


def _known(app: App, source: Source, sha256: str) -> bool:
    with app.store.read() as reader:
        return _find(reader, source, sha256) is not None


def _find(reader: Reader | Unit, source: Source, sha256: str) -> Item | None:
    """Return the item with this content, or the one that it is a copy of."""
    items = reader.items
    return items.find(source.id, sha256) or items.find_copy(source.id, sha256)


def _item_of(app: App, source: Source, photo: Photo, seen: Inspection) -> Recognised:
    """Turn an inspected photo into an item and its boxes; who is in it is not known yet."""
    item = Item(
        id=(item_id := ItemId(new_id())),
        source=source.id,
        sha256=photo.sha256,
        sealed_address=seal_address(app, item_id, source.id, photo.address),
        width=seen.width,
        height=seen.height,
        first_leaf=-1,
        first_seen=app.clock(),
    )
    faces = tuple(
        ItemFace(FaceId(new_id()), item_id, face.face.box, span)
        for face, span in zip_longest(seen.faces, seen.spans)
    )
    return Recognised(item, faces, seen.faces, ())


def _take(walk: Walk, batch: list[tuple[Photo, Inspection]]) -> None:
    """Compare and keep one batch; nothing once the walk was refused."""
    if walk.refusal is not None:
        return
    app, source = walk.app, walk.source
    try:
        met = [Met(photo, seen, _item_of(app, source, photo, seen)) for photo, seen in batch]
    except KeyAbsent:
        # The source may have ceased while they were looked at, and its key went with it.
        if walk.permit() is not None:
            raise
        return
    new = new_among(walk, met)
    recognised = compare(walk, [one.found for one in new])
    app.at("collect.compared")
    if walk.refusal is None:
        _commit(walk, batch[-1][0].address, new, recognised)


def _commit(walk: Walk, at: Address, new: list[Met], recognised: list[Recognised]) -> None:
    """Keep one batch, which ends ``at``, in one unit of work, or keep the refusal instead."""
    app = walk.app
    with app.store.unit() as unit:
        permit = permit_to_keep(unit, walk)
        if permit is None:
            return
        move_cursor(app, unit, walk.hold, at)
        leaf = unit.head.size
        dated = [_dated(found, leaf, unit.now) for found in recognised]
        for met, found in zip(new, dated, strict=True):
            unit.items.add(found.item, found.stored, met.seen.likeness)
            _add_address(app, unit, found.item, met.photo)
            walk.traces.append(Trace(met.photo.address, Fate.COLLECTED, "first_met", FIRST_MET))
        unit.sources.note_collected(walk.source.id, len(dated))
        _add_elsewhere(walk, unit)
        note_traces(app, unit, walk)
        kept = keep(app, unit, dated, leaf)
        facts = (*kept.facts(dated), *harm_of(walk))
        record(app, unit, EntryKind.COLLECTED, permit, _objects(walk.hold.run), facts)
    walk.written()
    walk.tally.add(dated, kept)
    app.at("collect.committed")


def _note_passed(walk: Walk) -> None:
    """Write down what went by without inspection: further addresses, and how far we are.

    The whole stretch before was committed. An entry says so only if an address is new.
    """
    # A site says of every address why it was not taken, also where all of it was left out.
    silent = not walk.passed and not (walk.over and isinstance(walk.place, Traced))
    if walk.refusal is not None or silent:
        return
    app = walk.app
    with app.store.unit(bookkeeping=True) as unit:
        permit = permit_to_keep(unit, walk)
        if permit is None:
            return
        move_cursor(app, unit, walk.hold, walk.at or place_of(app, walk.hold.run))
        if _add_elsewhere(walk, unit) or walk.harmed:
            none = keep(app, unit, (), unit.head.size)
            objects = _objects(walk.hold.run)
            facts = (*none.facts(()), *harm_of(walk))
            record(app, unit, EntryKind.COLLECTED, permit, objects, facts)
        note_traces(app, unit, walk)
    walk.written()
    # What stands nowhere now is a copy of a photo that could not be inspected.
    walk.elsewhere.clear()
    walk.passed = 0
    app.at("collect.passed")


def _dated(found: Recognised, leaf: int, now: datetime) -> Recognised:
    """Give an item its first leaf and moment: the 24 h floor counts from there."""
    return replace(found, item=replace(found.item, first_leaf=leaf, first_seen=now))


def _add_address(app: App, unit: Unit, item: Item, photo: Photo) -> bool:
    """Note where an item was met; False if that is known."""
    tag = address_tag(app, item.source, photo.address)
    if unit.items.known_address(item.source, tag) is not None:
        return False
    sealed = seal_address(app, item.id, item.source, photo.address)
    copy = photo.sha256 if photo.sha256 != item.sha256 else None
    unit.items.add_address(item.id, tag, sealed, copy)
    return True


def _add_elsewhere(walk: Walk, unit: Unit) -> int:
    """Note that content met before stands at further addresses: one item, many addresses.

    Returns how many were new. A copy of a photo that is still on its way waits.
    """
    waiting: list[Photo] = []
    added = 0
    for photo in walk.elsewhere:
        item = _find(unit, walk.source, photo.sha256)
        if item is None and photo.sha256 in walk.copies:
            item = unit.items.get(walk.copies[photo.sha256])
        if item is None:
            waiting.append(photo)
        else:
            added += _add_address(walk.app, unit, item, photo)
            walk.traces.append(Trace(photo.address, Fate.COLLECTED, "known", KNOWN))
    walk.elsewhere = waiting
    return added


def _objects(run: Run) -> Objects:
    return (("run", run.id), ("source", run.source))

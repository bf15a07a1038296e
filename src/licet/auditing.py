"""Looking at a random sample of a source, before more is collected from it.

Nobody knows from a form what ten thousand photos show. Fifty of them are drawn by the root
of the ledger at the moment of asking, the entry of asking in it: that entry holds a random
number, so nobody can choose the moment at which a sample that suits them is drawn, and
anybody with the ledger can draw it again. Everybody in the pictures is covered.
"""

import hashlib
import heapq
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from licet.app import App
from licet.consent import ceilings
from licet.consent.decide import decide
from licet.effects.acting import digest_of_wish
from licet.effects.covering import faces_to_cover
from licet.effects.facts import read_facts
from licet.effects.record import record, record_refusal, refuse
from licet.effects.sealed import open_address, source_key
from licet.effects.sourcing import open_source
from licet.ledger import tree
from licet.sources.contract import Address, ItemSource
from licet.store.unit import Reader, Unit
from licet.terms.acting import Who
from licet.terms.errors import Conflict, NotFound
from licet.terms.face import Unreadable
from licet.terms.governing import AuditSaid
from licet.terms.ids import AuditId, ItemId, SourceId, new_id
from licet.terms.ledger import EntryKind
from licet.terms.permit import Action, Ask, Refusal
from licet.terms.source import AuditFinding, Item, Source, SourceAudit, SourceState
from licet.vault.seal import seal

PAGE = 2_000


@dataclass(frozen=True, slots=True)
class Looked:
    """A photo of the sample: its picture as JPEG with everybody covered, or why there is none."""

    item: ItemId
    picture: bytes
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample that was drawn, and its pictures."""

    audit: SourceAudit
    photos: tuple[Looked, ...]


def draw_sample(
    app: App, who: Who, source_id: SourceId, tell: Callable[[int, int], None] = lambda *_: None
) -> Sample | Refusal:
    """Draw a random sample of a source and show it, with everybody covered.

    1. In one unit of work: decide and record; draw by the root that this entry leads to.
       A sample that nobody has answered for is not drawn anew: it is looked at again.
    2. Read each photo from its source and cover every face in it, asking anew before each:
       a block, or a source that ceased, stops it in the middle.
    3. Mirror the ledger.

    Raises ``NotFound``, ``Conflict`` while the items are too young to be seen.
    """
    with app.store.unit() as unit:  # 1
        source = _source(unit, source_id)
        ask = _ask(app, who, source)
        permit = decide(ask, read_facts(app, unit, ask, who, unit.now), unit.now)
        if isinstance(permit, Refusal):
            return record_refusal(app, unit, ask, permit)
        waiting = open_audit(unit, source_id)
        audit = AuditId(new_id()) if waiting is None else waiting.id
        if waiting is None:
            _enough_to_see(app, unit, source)
        objects = (("audit", audit), ("source", source_id))
        facts = (("collected", source.collected),)
        record(app, unit, EntryKind.SOURCE_SAMPLED, permit, objects, facts)
        if waiting is None:
            size = unit.head.size
            root = tree.root(unit.head.frontier, size).hex()
            collected = source.collected
            drawn = SourceAudit(audit, source_id, who.member, root, size, collected, unit.now)
            unit.sources.add_audit(drawn)
        else:
            drawn = replace(waiting, member=who.member)
            unit.sources.set_audit(drawn)
    app.at("audit.drawn")
    with app.store.read() as reader:
        items = sample_of(reader, drawn, _seen_before(app, drawn.drawn_at))
    place = open_source(app, source)
    photos = []
    for number, item in enumerate(items, 1):  # 2
        refusal = _refused_now(app, ask, who)
        if refusal is not None:
            return refusal
        photos.append(_look(app, source, place, item))
        tell(number, len(items))
    app.publish()  # 3
    return Sample(drawn, tuple(photos))


def answer_audit(app: App, who: Who, source_id: SourceId, said: AuditSaid) -> Source | Refusal:
    """Sign what was seen in a sample: more may be collected, or the source waits.

    1. In one unit of work: decide; only who looked at the sample answers for it.
    2. Keep the finding, the note sealed under the source's key, and record.
    3. What is wrong puts the source on hold; the officer's good word lets it go on.
    4. Mirror the ledger.

    Raises ``NotFound`` for a sample that waits for nobody's word, or for another's.
    """
    with app.store.unit() as unit:  # 1
        source = _source(unit, source_id)
        ask = _ask(app, who, source)
        signed = digest_of_wish(said)
        permit = decide(ask, read_facts(app, unit, ask, who, unit.now, signed), unit.now)
        if isinstance(permit, Refusal):
            return record_refusal(app, unit, ask, permit)
        audit = open_audit(unit, source_id)
        if audit is None or audit.id != said.audit or audit.member != who.member:
            raise NotFound(
                "there is no sample here that you looked at", "Look first: `licet source audit`."
            )
        note = seal(app.keyring.get(source_key(source_id)), said.note.encode(), f"audit:{audit.id}")
        found = replace(audit, finding=said.finding, found_at=unit.now, note=note)
        unit.sources.set_audit(found)  # 2
        objects = (("audit", audit.id), ("source", source_id))
        facts = (
            ("finding", said.finding.value),
            ("root", audit.root),
            ("size", audit.size),
            ("collected", audit.collected),
        )
        record(app, unit, EntryKind.SOURCE_AUDITED, permit, objects, facts)
        wrong = said.finding is AuditFinding.WRONG  # 3
        state = SourceState.ON_HOLD if wrong else SourceState.AUTHORISED
        if state is not source.state:
            unit.sources.set_state(source_id, state)
        if source.state is SourceState.ON_HOLD and state is SourceState.AUTHORISED:
            record(app, unit, EntryKind.SOURCE_RELEASED, permit, (("source", source_id),))
        if state is SourceState.ON_HOLD:
            cause = (("cause", "audit"),)
            record(app, unit, EntryKind.SOURCE_HELD, permit, (("source", source_id),), cause)
    app.publish()  # 4
    return replace(source, state=state)


def open_audit(reader: Reader | Unit, source: SourceId) -> SourceAudit | None:
    """Return the sample of a source that waits for somebody's word, if one does."""
    audits = reader.sources.audits(source)
    return next((one for one in audits if one.finding is None), None)


def sample_of(reader: Reader, audit: SourceAudit, before: datetime) -> tuple[Item, ...]:
    """Draw the sample: the items whose SHA-256 with the root before it is smallest.

    Of items met before ``before`` whose entry the root covers; the same whoever draws it, as
    long as none of them was forgotten.
    """

    def drawn(item: Item) -> bytes:
        return hashlib.sha256(bytes.fromhex(audit.root) + item.id.encode()).digest()

    best: list[Item] = []
    after: ItemId | None = None
    while page := reader.items.of_source(audit.source, after, PAGE):
        after = page[-1].id
        old = [one for one in page if one.first_leaf < audit.size and one.first_seen <= before]
        best = heapq.nsmallest(ceilings.AUDIT_SAMPLE, (*best, *old), key=drawn)
    return tuple(best)


def _refused_now(app: App, ask: Ask, who: Who) -> Refusal | None:
    """Say why a sample may not be looked at any further, and write that down; or None."""
    with app.store.read() as reader:
        decided = decide(ask, read_facts(app, reader, ask, who, reader.now), reader.now)
    return refuse(app, ask, decided) if isinstance(decided, Refusal) else None


def _source(unit: Unit, source_id: SourceId) -> Source:
    source = unit.sources.get(source_id)
    if source is None:
        raise NotFound("no such source", "See `licet source list`.")
    return source


def _ask(app: App, who: Who, source: Source) -> Ask:
    return Ask(
        Action.AUDIT_SOURCE,
        who.by,
        app.model,
        organisation=source.organisation,
        member=who.member,
        source=source.id,
    )


def _seen_before(app: App, drawn: datetime) -> datetime:
    """Return the moment up to which items may be seen: nobody is followed by a sample."""
    return drawn if app.deployment.sandbox else drawn - ceilings.ORGANISATION_FLOOR


def _enough_to_see(app: App, unit: Unit, source: Source) -> None:
    """Raise ``Conflict`` where too few items are old enough to be drawn from."""
    before = _seen_before(app, unit.now)
    first = unit.items.of_source(source.id, None, ceilings.AUDIT_SAMPLE)
    old = sum(one.first_seen <= before for one in first)
    if old == 0 or old < min(ceilings.AUDIT_SAMPLE, unit.items.count(source.id)):
        raise Conflict(
            "too few photos of this source may be seen yet",
            "Collect it, and come again a day after.",
        )


def _look(app: App, source: Source, place: ItemSource, item: Item) -> Looked:
    """Read one photo and cover everybody in it."""
    photo = place.read(Address(open_address(app, item.id, source.id, item.sealed_address)))
    if isinstance(photo, Unreadable):
        return Looked(item.id, b"", photo.reason)
    if hashlib.sha256(photo).hexdigest() != item.sha256:
        return Looked(item.id, b"", "it changed since it was collected")
    with app.store.read() as reader:
        stored = reader.items.faces(item.id)
    found = app.vision.faces(photo)
    if isinstance(found, Unreadable):
        return Looked(item.id, b"", found.reason)
    return Looked(item.id, app.vision.redact(photo, faces_to_cover(found, stored, ()), (), []))

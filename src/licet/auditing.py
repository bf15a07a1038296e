"""Looking at a random sample of a source, before more is collected from it.

Nobody knows from a form what ten thousand photos show. Fifty of them are drawn by the root
of the ledger at the moment of asking, the entry of asking in it: that entry holds a random
number and the digest of the list that is drawn from, so nobody can choose the moment at
which a sample that suits them is drawn, and anybody with the ledger and the list can draw it
again (see ``effects.drawing``). Everybody in the pictures is covered. Of a video a few frames are
shown.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from licet.app import App
from licet.consent import ceilings
from licet.consent.decide import decide
from licet.effects.acting import digest_of_wish
from licet.effects.covering import faces_to_cover
from licet.effects.drawing import Among, among, as_list, list_digest, may_be_drawn, sample_of
from licet.effects.facts import read_facts
from licet.effects.films import AskingAgain, KeepOn, RefusedError, open_film
from licet.effects.record import Objects, record, record_refusal, refuse
from licet.effects.sealed import open_address, source_key
from licet.effects.sourcing import open_source
from licet.effects.stills import at_moment, moments_of
from licet.ledger import tree
from licet.ledger.leaf import decode
from licet.sources.contract import NO_PHOTO, Address, HoldsVideos, ItemSource
from licet.store.unit import Reader, Unit
from licet.terms.acting import Who
from licet.terms.errors import Conflict, NotFound
from licet.terms.face import Unreadable
from licet.terms.governing import AuditSaid
from licet.terms.ids import AuditId, ItemId, MemberId, SourceId, new_id
from licet.terms.ledger import EntryKind
from licet.terms.organisation import Role
from licet.terms.permit import Action, Ask, Permit, Refusal
from licet.terms.source import AuditFinding, Item, ItemFace, Source, SourceAudit, SourceState
from licet.vault.seal import seal

SEEN_SHARE = 2
"""One of so many items of a sample must be shown before somebody may find it in order."""

FARTHEST = 4
"""So many times the sample is looked at, in the order drawn, where less than that can be shown.

What is gone at a source stays gone: its sample would wait for ever. Only the data protection
officer finds in order what was made up so, and how many were looked at is in the entry.
"""


@dataclass(frozen=True, slots=True)
class Looked:
    """A photo of the sample: its picture as JPEG with everybody covered, or why there is none.

    A video is several of them, one for each frame that is shown; ``at`` is its moment in
    milliseconds.
    """

    item: ItemId
    picture: bytes
    why_not: str = ""
    at: int | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample that was drawn, and its pictures.

    ``seen`` says that as many as half of its items or more could be shown: only then may who
    looked find it in order. ``more`` are items after it that were looked at to come so far.
    """

    audit: SourceAudit
    photos: tuple[Looked, ...]
    items: tuple[ItemId, ...]
    seen: bool
    more: tuple[ItemId, ...] = ()

    @property
    def shown(self) -> int:
        """How many items could be shown."""
        return len({one.item for one in self.photos if one.picture})


def draw_sample(
    app: App, who: Who, source_id: SourceId, tell: Callable[[int, int], None] = lambda *_: None
) -> Sample | Refusal:
    """Draw a random sample of a source and show it, with everybody covered.

    1. List what may be drawn. In one unit of work: decide and record, the digest of the list
       too; draw by the root that this entry leads to. A sample that nobody has answered for
       is not drawn anew but looked at again, unless most of it was forgotten since.
    2. Read each photo, and a few frames of each video, from its source and cover every face
       in it, asking anew before each: a block, or a source that ceased, stops it in the middle.
    3. What could not be shown nobody has seen: where it is too much, in one unit of work,
       nobody may find the sample in order.
    4. Mirror the ledger.

    Raises ``NotFound``, ``Conflict`` while the items are too young to be seen.
    """
    before, over = _among(app, source_id), _forgotten(app, source_id)  # 1
    with app.store.unit() as unit:
        source = _source(unit, source_id)
        ask = _ask(app, who, source)
        permit = decide(ask, read_facts(app, unit, ask, who, unit.now), unit.now)
        if isinstance(permit, Refusal):
            return record_refusal(app, unit, ask, permit)
        waiting = open_audit(unit, source_id)
        if waiting is None or waiting.id == over:
            drawn = _draw(app, unit, source, permit, before)
        else:
            drawn = replace(waiting, member=who.member)
            unit.sources.set_audit(drawn)
            facts = (("collected", source.collected),)
            record(app, unit, EntryKind.SOURCE_SAMPLED, permit, _objects(drawn), facts)
    app.at("audit.drawn")
    looked = _look_through(app, who, source, drawn, tell)  # 2
    if isinstance(looked, Refusal):
        return looked
    if not looked.seen or looked.more:
        member = who.member if looked.seen else None
        looked = replace(looked, audit=_note_shown(app, ask, who, looked, member))  # 3
    app.publish()  # 4
    return looked


def _look_through(
    app: App, who: Who, source: Source, drawn: SourceAudit, tell: Callable[[int, int], None]
) -> Sample | Refusal:
    """Look at the sample, and on in the order drawn while too little of it can be shown."""
    ask = _ask(app, who, source)
    with app.store.read() as reader:
        every = sample_of(reader, drawn, _seen_before(app, drawn.drawn_at), FARTHEST)
        member = reader.governance.member(who.member) if who.member else None
    officer = member is not None and Role.DATA_PROTECTION_OFFICER in member.roles
    items, rest = every[: ceilings.AUDIT_SAMPLE], every[ceilings.AUDIT_SAMPLE :]
    place = open_source(app, source)
    asking = AskingAgain(app, ask, who, "")
    found = Sample(drawn, (), tuple(one.id for one in items), seen=False)
    for number, item in enumerate((*items, *rest), 1):
        enough = found.shown * SEEN_SHARE >= len(items)
        if number > len(items) and (enough or not officer):
            break
        refusal = _refused_now(app, ask, who)
        if refusal is not None:
            return refusal
        try:
            photos = _look(app, source, place, item, asking.keep_on)
        except RefusedError as stopped:
            return refuse(app, ask, stopped.refusal)
        more = (*found.more, item.id) if number > len(items) else ()
        found = replace(found, photos=(*found.photos, *photos), more=more)
        tell(number, max(number, len(items)))
    enough = bool(items) and found.shown * SEEN_SHARE >= len(items)
    # Where there is no more to look at, the officer has seen all that anybody can see.
    all_there_is = officer and found.shown > 0 and len(every) < ceilings.AUDIT_SAMPLE * FARTHEST
    return replace(found, seen=enough or all_there_is)


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
        if audit is not None and audit.member is None and said.finding is AuditFinding.WRONG:
            audit = replace(audit, member=who.member)  # What nobody could see is not in order.
        if audit is None or audit.id != said.audit or audit.member != who.member:
            raise NotFound(
                "there is no sample here that you looked at", "Look first: `licet source audit`."
            )
        note = seal(app.keyring.get(source_key(source_id)), said.note.encode(), f"audit:{audit.id}")
        found = replace(audit, finding=said.finding, found_at=unit.now, note=note)
        unit.sources.set_audit(found)  # 2
        drawn = sample_of(unit, audit, _seen_before(app, audit.drawn_at))
        facts = (
            ("finding", said.finding.value),
            ("sample", list_digest(one.id for one in drawn)),
            ("root", audit.root),
            ("size", audit.size),
            ("collected", audit.collected),
        )
        record(app, unit, EntryKind.SOURCE_AUDITED, permit, _objects(audit), facts)
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


def listed(app: App, audit: SourceAudit) -> bytes:
    """Return the list of what a sample was drawn from: its SHA-256 is in the entry of asking."""
    with app.store.read() as reader:
        before = _seen_before(app, audit.drawn_at)
        return as_list(o.id for o in may_be_drawn(reader, audit.source, audit.size, before))


def _forgotten(app: App, source: SourceId) -> AuditId | None:
    """Return the sample that waits and of which most was forgotten since, by term or erasure.

    What is drawn in its place would be of few items, and at last of none.
    """
    with app.store.read() as reader:
        waiting = open_audit(reader, source)
        if waiting is None:
            return None
        left = sample_of(reader, waiting, _seen_before(app, waiting.drawn_at))
        asked = decode(reader.leaves.get(waiting.size - 1, waiting.size)[0].data)
    among_ = int(dict(asked.facts).get("among", 0))
    drawn = min(ceilings.AUDIT_SAMPLE, among_)
    return waiting.id if len(left) * SEEN_SHARE < drawn or not left else None


def _among(app: App, source: SourceId) -> Among:
    """List what may be drawn, before the unit: no withdrawal waits for a long list."""
    with app.store.read() as reader:
        return among(reader, source, _seen_before(app, reader.now))


def _draw(app: App, unit: Unit, source: Source, permit: Permit, before: Among) -> SourceAudit:
    """Record what is drawn from, then draw by the root. Raises ``Conflict`` for too few."""
    if before.size != unit.head.size:
        # Something was recorded since: what may be drawn is what stands in the ledger now.
        before = among(unit, source.id, _seen_before(app, unit.now))
    if before.items < min(ceilings.AUDIT_SAMPLE, unit.items.count(source.id)) or not before.items:
        raise Conflict(
            "too few photos of this source may be seen yet",
            "Collect it, and come again a day after.",
        )
    collected = source.collected
    former = open_audit(unit, source.id)
    audit = AuditId(new_id()) if former is None else former.id
    drawn = SourceAudit(audit, source.id, permit.member, "", 0, collected, before.at)
    facts = (("collected", collected), ("items", before.digest), ("among", before.items))
    record(app, unit, EntryKind.SOURCE_SAMPLED, permit, _objects(drawn), facts)
    size = unit.head.size
    drawn = replace(drawn, root=tree.root(unit.head.frontier, size).hex(), size=size)
    (unit.sources.add_audit if former is None else unit.sources.set_audit)(drawn)
    return drawn


def _objects(audit: SourceAudit) -> Objects:
    return (("audit", audit.id), ("source", audit.source))


def _note_shown(
    app: App, ask: Ask, who: Who, looked: Sample, member: MemberId | None
) -> SourceAudit:
    """Keep how much of a sample was shown, and who may find it in order: None is nobody."""
    with app.store.unit() as unit:
        permit = decide(ask, read_facts(app, unit, ask, who, unit.now), unit.now)
        kept = replace(looked.audit, member=member)
        waiting = open_audit(unit, kept.source)
        if isinstance(permit, Refusal) or waiting is None or waiting.id != kept.id:
            raise Conflict("the sample was answered meanwhile", "Look again.")
        unit.sources.set_audit(kept)
        number = len(looked.items) + len(looked.more)
        facts = (("collected", kept.collected), ("shown", looked.shown), ("looked", number))
        record(app, unit, EntryKind.SOURCE_SAMPLED, permit, _objects(kept), facts)
    return kept


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


def _look(
    app: App, source: Source, place: ItemSource, item: Item, keep_on: KeepOn
) -> tuple[Looked, ...]:
    """Read one photo, or frames of a video, and cover everybody. Raises what ``keep_on`` does."""
    address = Address(open_address(app, item.id, source.id, item.sealed_address))
    with app.store.read() as reader:
        stored = reader.items.faces(item.id)
    photo = place.read(address)
    if photo == NO_PHOTO and isinstance(place, HoldsVideos):
        film = open_film(place, address, item.sha256, keep_on)
        if film is None:
            return (Looked(item.id, b"", "it changed since it was collected"),)
        with film:
            frames = [
                _covered(app, item, app.vision.still(film, at), at_moment(stored, at), at)
                for at in moments_of(stored)
            ]
        # Moments after a film's end are its last frame: it is shown once.
        return tuple({one.picture: one for one in reversed(frames)}.values())[::-1]
    if isinstance(photo, bytes) and hashlib.sha256(photo).hexdigest() != item.sha256:
        return (Looked(item.id, b"", "it changed since it was collected"),)
    return (_covered(app, item, photo, stored),)


def _covered(
    app: App,
    item: Item,
    photo: bytes | Unreadable,
    stored: Sequence[ItemFace],
    at: int | None = None,
) -> Looked:
    """Return a photo or frame with everybody in it covered, or why it cannot be shown."""
    if isinstance(photo, Unreadable):
        return Looked(item.id, b"", photo.reason, at)
    found = app.vision.faces(photo)
    if isinstance(found, Unreadable):
        return Looked(item.id, b"", found.reason, at)
    boxes = faces_to_cover(found, stored, ())
    return Looked(item.id, app.vision.redact(photo, boxes, (), []), at=at)

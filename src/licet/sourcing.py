"""Opening a source: control, origin, bystander condition, licence, or no source.

Being accessible is not an authority. A source states who took its items, how the
people in them were told and for which purposes; on what basis its bystanders may
be compared; and under which licence, until when (GDPR 5(1)(b), 6, 9(2), 14).
"""

from dataclasses import replace

from licet.app import App
from licet.consent.decide import decide
from licet.consent.evidence import is_digest
from licet.effects.acting import digest_of_wish
from licet.effects.blocking import block_new_source
from licet.effects.facts import read_facts
from licet.effects.persisting import persisting
from licet.effects.purging import begin_purge, notice_facts, purge
from licet.effects.record import record, record_refusal, refuse
from licet.effects.sealed import source_key
from licet.effects.sourcing import control_of, markers_of, place_of_kind, require_way
from licet.sources.xmp import tags_of_wish
from licet.store.unit import Reader, Unit
from licet.terms.acting import Who
from licet.terms.errors import BadInput, Conflict, NotFound
from licet.terms.governing import CeaseNotice, SourceWish
from licet.terms.ids import AuthorityId, SourceId, new_id
from licet.terms.ledger import EntryKind
from licet.terms.permit import Action, Ask, Facts, Refusal
from licet.terms.source import Authority, Marker, Source, SourceKind, SourceState

_TAGGED = frozenset({SourceKind.FOLDER, SourceKind.VIDEO})
"""The kinds of which what is written beside a photo is read as well."""

_Proposed = tuple[Source, Authority, tuple[Marker, ...]]
"""A source that is to be opened, by what right, and what speaks against it."""


def add_source(app: App, who: Who, wish: SourceWish) -> Source | Refusal:
    """Open a source.

    1. Ask whether it may be opened if control of it is proved: no place is contacted for
       somebody who may not open it. A refusal is recorded and returned.
    2. Prove control of the place and look for what speaks against its origin; ask again.
    3. Make its key durable: its addresses are sealed under it.
    4. In one unit of work: decide again, add source and authority, record. Where a territory
       is blocked that it lies in, it is blocked itself.
    5. Mirror the ledger.

    Raises ``BadInput`` for a place that cannot be read, ``Conflict`` for a name taken.
    """
    source = _draft(wish)  # 1
    ask = Ask(
        Action.AUTHORISE,
        who.by,
        app.model,
        organisation=wish.organisation,
        member=who.member,
        source=source.id,
    )
    digest = digest_of_wish(wish)
    require_way(source.kind, wish.control)
    supposed = _authority(app, source, wish)
    refusal = _refused(app, ask, who, digest, (source, supposed, ()))
    if refusal is not None:
        return refusal
    proof = control_of(app, source, wish.control, wish.agreement)  # 2
    authority = replace(supposed, control=proof.control, proof=proof.text)
    proposed = (source, authority, markers_of(app, source))
    refusal = _refused(app, ask, who, digest, proposed)
    if refusal is not None:
        return refusal
    app.keyring.create(source_key(source.id))  # 3
    app.at("source.keys")
    with app.store.unit() as unit:  # 4
        facts = _facts(app, unit, ask, who, digest, proposed)
        permit = decide(ask, facts, unit.now)
        if isinstance(permit, Refusal):
            return record_refusal(app, unit, ask, permit)
        if unit.sources.named(wish.organisation, wish.name):
            raise Conflict(f"there is a source named {wish.name}", "Choose another name.")
        opened = replace(source, state=SourceState.AUTHORISED)
        unit.sources.add(opened)
        signed = frozenset(member.id for member in facts.signers)
        unit.sources.add_authority(replace(authority, opened_by=signed))
        condition = wish.bystander_condition.value if wish.bystander_condition else "none"
        objects = (("source", source.id), ("authority", authority.id))
        facts_written = (("bystander_condition", condition), ("licence", wish.licence))
        record(app, unit, EntryKind.SOURCE_AUTHORISED, permit, objects, facts_written)
        block_new_source(unit, opened)
    app.publish()  # 5
    return opened


def cease_source(
    app: App, who: Who, source_id: SourceId, notice: CeaseNotice | None = None
) -> Source | Refusal:
    """Stop a source for good: nothing is read from it from this commit on.

    1. In one unit of work: decide, mark it ceased, record; begin to purge it.
    2. Forget what came from it: items, and what was kept of people because of them.
    3. Mirror the ledger.

    Where somebody's notice asked for it, its digest goes into the entry, and into the
    certificate that they are given.

    Returns the source, *purged* when all of it is gone already: a worker brings a purge
    that was stopped to its end. Raises ``NotFound``, ``Busy`` while somebody purges it,
    ``BadInput`` for a notice whose digest is none.
    """
    if notice is not None and not is_digest(notice.digest):
        raise BadInput("the notice has no digest", "Hand in its SHA-256, in hex.")
    with app.store.unit() as unit:  # 1
        source = unit.sources.get(source_id)
        if source is None:
            raise NotFound("no such source", "See `licet source list`.")
        ask = Ask(
            Action.CEASE,
            who.by,
            app.model,
            organisation=source.organisation,
            member=who.member,
            source=source_id,
        )
        signed = digest_of_wish(notice) if notice else ""
        permit = decide(ask, read_facts(app, unit, ask, who, unit.now, signed), unit.now)
        if isinstance(permit, Refusal):
            return record_refusal(app, unit, ask, permit)
        if source.state not in {SourceState.CEASED, SourceState.PURGED}:
            unit.sources.set_state(source_id, SourceState.CEASED)
            begin_purge(unit, source_id)
        said = notice_facts(notice)
        record(app, unit, EntryKind.SOURCE_CEASED, permit, (("source", source_id),), said)
    app.at("cease.committed")
    try:
        purge(app, source_id)  # 2
    finally:
        app.publish()  # 3
    with app.store.read() as reader:
        return reader.sources.get(source_id) or source


def release_source(app: App, who: Who, source_id: SourceId, reason: str) -> Source | Refusal:
    """Let a source on hold be read again, on a written reason (its SHA-256, hex).

    1. Ask whether they may at all: nothing is contacted for somebody who may not.
    2. Look whether what held it is still to be found at the place.
    3. In one unit of work: decide again with what was found, let it go on, record.
    4. Mirror the ledger.

    What comes up again holds it again: the next walk looks as every walk does. Raises
    ``NotFound``, ``BadInput`` or ``Conflict`` for a place that cannot be looked at.
    """
    with app.store.read() as reader:  # 1
        source = reader.sources.get(source_id)
        if source is None:
            raise NotFound("no such source", "See `licet source list`.")
        ask = _releasing(app, who, source, reason)
        decided = decide(ask, read_facts(app, reader, ask, who, reader.now, reason), reader.now)
    if isinstance(decided, Refusal):
        return refuse(app, ask, decided)
    marks = persisting(app, source)  # 2
    app.at("release.looked")
    with app.store.unit() as unit:  # 3
        facts = replace(read_facts(app, unit, ask, who, unit.now, reason), markers=marks)
        permit = decide(ask, facts, unit.now)
        if isinstance(permit, Refusal):
            return record_refusal(app, unit, ask, permit)
        unit.sources.set_state(source_id, SourceState.AUTHORISED)
        said = (("reason", reason),)
        record(app, unit, EntryKind.SOURCE_RELEASED, permit, (("source", source_id),), said)
    app.publish()  # 4
    return replace(source, state=SourceState.AUTHORISED)


def _releasing(app: App, who: Who, source: Source, reason: str) -> Ask:
    return Ask(
        Action.RELEASE_SOURCE,
        who.by,
        app.model,
        organisation=source.organisation,
        member=who.member,
        source=source.id,
        evidence=reason,
    )


def _draft(wish: SourceWish) -> Source:
    return Source(
        id=SourceId(new_id()),
        organisation=wish.organisation,
        name=wish.name,
        kind=wish.kind,
        place=place_of_kind(wish.kind, wish.place),
        origin=wish.origin,
        bystander_condition=wish.bystander_condition,
        bystander_evidence=wish.bystander_evidence,
        territory=wish.territory,
        item_policy=wish.item_policy,
        state=SourceState.DECLARED,
        retention_days=wish.retention_days,
        leave_out=_tags(wish),
    )


def _tags(wish: SourceWish) -> frozenset[str]:
    """Return the tags that a source leaves out. Raises ``BadInput`` where they are not read."""
    if wish.leave_out and wish.kind not in _TAGGED:
        raise BadInput(
            f"the tags of a {wish.kind.value}'s photos are not all read",
            "Leave photos out where they lie: archive them in a library, reserve them on a site.",
        )
    return tags_of_wish(wish.leave_out)


def _authority(app: App, source: Source, wish: SourceWish) -> Authority:
    """Return the authority that a source would have, if control of it were proved now."""
    now = app.clock()
    return Authority(
        AuthorityId(new_id()),
        source.id,
        wish.control,
        "supposed",
        wish.licence,
        now,
        wish.valid_to,
        proved_at=now,
        tried_at=now,
    )


def _refused(app: App, ask: Ask, who: Who, digest: str, proposed: _Proposed) -> Refusal | None:
    """Say why a source may not be opened, and write that down; None when it may."""
    with app.store.read() as reader:
        facts = _facts(app, reader, ask, who, digest, proposed)
    decided = decide(ask, facts, app.clock())
    return refuse(app, ask, decided) if isinstance(decided, Refusal) else None


def _facts(
    app: App, reader: Reader | Unit, ask: Ask, who: Who, digest: str, proposed: _Proposed
) -> Facts:
    """Return the facts with the proposed source in the place of what is not stored yet."""
    source, authority, markers = proposed
    now = reader.now
    signed = replace(ask, source=None)
    facts = read_facts(app, reader, signed, who, now, digest)
    return replace(facts, source=source, authority=authority, markers=markers)

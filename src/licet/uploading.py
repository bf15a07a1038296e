"""Uploading: photos and videos are handed in, and the operator keeps a copy of its own.

Nothing is kept that may not be collected: the same authority, the same markers, the same
reservations. What is kept are the pictures alone, sealed, for as long as the source says
(GDPR 5(1)(c), 5(1)(e), 25).
"""

from datetime import datetime

from licet.app import App
from licet.consent.decide import decide
from licet.consent.reasons import Reason
from licet.effects.facts import read_facts
from licet.effects.films import AskingAgain, RefusedError
from licet.effects.record import record, refuse
from licet.effects.renewing import renew_proof
from licet.effects.sealed import copy_key, handed_tag
from licet.effects.shelving import destroy_copies
from licet.effects.taking import (
    Incoming,
    add_copy,
    drop_unfinished,
    looked_at,
    note_refused,
    opened,
    permit_to_take,
    write_stripped,
)
from licet.terms.acting import Who
from licet.terms.errors import NotFound
from licet.terms.ids import CopyId, SourceId, new_id
from licet.terms.ledger import EntryKind
from licet.terms.permit import Action, Ask, Permit, Refusal
from licet.terms.source import KeptCopy
from licet.terms.uploading import Handed, NotKept, Uploaded


def upload(app: App, who: Who, source_id: SourceId, handed: Handed) -> Uploaded | NotKept | Refusal:
    """Hand a photo or video in to a source that keeps copies.

    1. Prove control of the source anew if that is due, and ask whether anything may be handed
       in. A refusal is recorded and returned.
    2. Look at what is handed in: what is no photo, is too large, bears a platform's marks or
       reserves itself is not kept, and the ledger says by which rule.
    3. What was handed in before is known, and is not kept twice. What is ending ends first.
    4. Make a key durable, and seal the pictures, without what was written about them.
    5. In one unit of work: decide again, add the copy, record. What arrives as a feed does
       puts the source on hold.
    6. Mirror the ledger. What was not kept is destroyed, whatever stopped it.

    It is asked again while a video is read and sealed. Raises ``NotFound``, ``BadInput`` for
    a stream that cannot be gone over again, ``Setup`` when there is no room for it, ``Busy``
    while a copy of the same is destroyed.
    """
    ask = _ask(app, who, source_id)
    renew_proof(app, source_id)  # 1
    with app.store.read() as reader:
        decided = decide(ask, read_facts(app, reader, ask, who, reader.now), reader.now)
    if isinstance(decided, Refusal):
        if decided.reason == Reason.SOURCE_ON_HOLD:
            note_refused(app, source_id, handed.made)
        return refuse(app, ask, decided)
    copy = CopyId(new_id())
    asking = AskingAgain(app, ask, who, "")
    try:
        with opened(handed) as file:
            incoming = looked_at(app, handed, file, asking.keep_on)  # 2
            if isinstance(incoming, NotKept):
                return _not_kept(app, decided, incoming)
            known = _known(app, source_id, incoming)  # 3
            if known is not None and not known.ending:
                return Uploaded(known.id, known.size, known=True)
            return _keep(app, asking, (source_id, copy), incoming, handed.made)  # 4, 5
    except RefusedError as stopped:
        return refuse(app, ask, stopped.refusal)
    finally:
        drop_unfinished(app, source_id, copy)  # 6
        app.publish()


def _ask(app: App, who: Who, source_id: SourceId) -> Ask:
    with app.store.read() as reader:
        source = reader.sources.get(source_id)
    if source is None:
        raise NotFound("no such source", "See `licet source list`.")
    return Ask(
        Action.UPLOAD,
        who.by,
        app.model,
        organisation=source.organisation,
        member=who.member,
        source=source_id,
    )


def _not_kept(app: App, permit: Permit, wrong: NotKept) -> NotKept:
    """Write down by which rule something was not kept: the officer reads what was tried."""
    objects = (("source", permit.source or ""),)
    with app.store.unit() as unit:
        record(app, unit, EntryKind.COPY_NOT_KEPT, permit, objects, (("rule", wrong.rule.value),))
    return wrong


def _known(app: App, source: SourceId, incoming: Incoming) -> KeptCopy | None:
    """Return the copy of what was handed in before; none is ending any more."""
    destroy_copies(app)
    tag = handed_tag(app, source, incoming.sha256)
    with app.store.read() as reader:
        return reader.copies.handed_in(source, tag)


def _keep(
    app: App,
    asking: AskingAgain,
    place: tuple[SourceId, CopyId],
    incoming: Incoming,
    made: datetime | None,
) -> Uploaded | NotKept | Refusal:
    source, copy = place
    app.keyring.create(copy_key(copy))  # 4
    app.at("upload.key")
    kept = write_stripped(app, incoming, place, asking.keep_on)
    app.at("upload.sealed")
    with app.store.unit() as unit:  # 5
        permit = permit_to_take(app, unit, asking.ask, asking.who, made)
        if isinstance(permit, Refusal):
            return permit
        if isinstance(kept, NotKept):
            rule = (("rule", kept.rule.value),)
            record(app, unit, EntryKind.COPY_NOT_KEPT, permit, (("source", source),), rule)
            return kept
        there = add_copy(app, unit, place, incoming, kept)
        known = there.id != copy
        objects = (("copy", there.id), ("source", source))
        facts = (("size", there.size), ("known", known))
        record(app, unit, EntryKind.COPY_KEPT, permit, objects, facts)
    app.at("upload.committed")
    return Uploaded(there.id, there.size, known)

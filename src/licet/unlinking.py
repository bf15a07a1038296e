"""Never these two: faces that are not a person's, and taking that back (GDPR 5(1)(d), 16).

A face that somebody looked at and found to be another person's stays off this one: whoever
collects, scans again, accepts a suggestion or corrects meets the note and leaves it. The
note holds no features; which face it is lies sealed under the grant's key, and it ends with
the grant, the person or the item. What the person said themselves only they take back.
"""

from collections.abc import Collection
from dataclasses import replace

from licet.app import App
from licet.consent import ceilings
from licet.consent.decide import decide
from licet.effects.acting import digest_of, organisation_of
from licet.effects.deciding import ask_on
from licet.effects.facts import read_facts
from licet.effects.first_day import on_first_day
from licet.effects.keeping import SUGGESTION_DAYS, KeptFaces
from licet.effects.listing import About, Reach, listed
from licet.effects.record import record, record_refusal
from licet.effects.sealed import (
    face_tag,
    grant_key,
    open_suggestion,
    unlinked_of,
)
from licet.effects.unlinking import beside, unlink_beside, unlink_within
from licet.store.unit import Reader, Unit
from licet.terms.acting import Who
from licet.terms.errors import Conflict, NotFound
from licet.terms.grant import Grant
from licet.terms.ids import GrantId, SubjectId, SuggestionId, new_id
from licet.terms.ledger import EntryKind
from licet.terms.listing import UnlinkedLine
from licet.terms.payload import SuggestionPayload, UnlinkedPayload, to_bytes
from licet.terms.permit import Action, By, Refusal, Register
from licet.terms.rectifying import Never, Relinked
from licet.terms.stored import StoredSuggestion
from licet.vault.seal import seal


def never(app: App, who: Who, suggestion_id: SuggestionId) -> Never | Refusal:
    """Say of a suggested face that it is not this person, now and whenever it is met again.

    1. In one unit of work: read the facts and decide.
    2. Note the face, under this grant and the person's others at the organisation; forget
       what is kept of it there; record: a restore notes it again.
    3. Mirror the ledger.

    Raises ``NotFound``, also for a member on the item's first day.
    """
    with app.store.unit() as unit:  # 1
        waiting = unit.suggestions.get(suggestion_id)
        grant = unit.grants.get(waiting.grant) if waiting else None
        if waiting is None or grant is None:
            raise NotFound("no such suggestion", "See `licet suggestion list`.")
        # The controller says it for whomever it or another organisation enrolled.
        ask = ask_on(app, Action.RECTIFY, who, grant)
        ask = replace(ask, organisation=organisation_of(unit, who))
        signed = digest_of("never", suggestion_id)
        permit = decide(ask, read_facts(app, unit, ask, who, unit.now, signed), unit.now)
        if isinstance(permit, Refusal):
            return record_refusal(app, unit, ask, permit)
        pointer = open_suggestion(app, waiting)
        item = unit.items.get(pointer.item)
        if item is not None and on_first_day(app, who.by, item.first_seen, unit.now):
            raise NotFound("no such suggestion", "See `licet suggestion list`.")
        off = UnlinkedPayload(
            pointer.face, pointer.item, pointer.source, pointer.score, permit.by.value
        )
        leaf = unlink_within(app, unit, grant.id, (), permit, (), (off,))  # 2
        unlink_beside(app, unit, grant, (off,), permit)
    app.publish()  # 3
    return Never(suggestion_id, grant.id, face_tag(app, grant.id, pointer.face).hex(), leaf)


def relink(app: App, who: Who, tag: str) -> Relinked | Refusal:
    """Take back that a face is not this person; it is suggested again, for another look.

    What was deleted of the face is not there any more: whoever accepts the suggestion has
    the photo read once more. Where the item is gone nothing is suggested, and where a
    restore knows the note alone the next scan may find the face.

    1. In one unit of work: read the facts and decide.
    2. Forget the note, under the person's other grants at the organisation as well.
    3. Suggest the face, if it is there and nothing is kept of it; record.
    4. Mirror the ledger.

    Raises ``NotFound``, also for a member on the item's first day; ``Conflict`` for a member
    where the person spoke, under any of these grants, or nobody knows who did.
    """
    with app.store.unit() as unit:  # 1
        grant, found = _noted(app, unit, tag)
        ask = ask_on(app, Action.CONFIRM_APPEARANCE, who, grant)
        facts = read_facts(app, unit, ask, who, unit.now, digest_of("relink", tag))
        permit = decide(ask, facts, unit.now)
        if isinstance(permit, Refusal):
            return record_refusal(app, unit, ask, permit)
        notes = _of_this_face(app, unit, grant, tag, found)
        _refuse_what_is_not_theirs(app, unit, who, notes.values())
        unit.unlinked.delete_tags(notes)  # 2
        suggestion = None if found is None else _suggest(app, unit, grant.id, found)  # 3
        objects = (
            ("grant", grant.id),
            *(("face_tag", one.hex()) for one in sorted(notes)),
            *((("suggestion", suggestion),) if suggestion else ()),
        )
        cause = (("cause", "undone"),)
        leaf = record(app, unit, EntryKind.UNLINKED_ENDED, permit, objects, cause)
    app.publish()  # 4
    return Relinked(grant.id, suggestion, leaf)


def about_unlinked(subject: SubjectId | None = None) -> About:
    """Return what is read: the notes that members may take back, or all of one person's own."""
    asked = (("unlinked", True),)
    return About(Register.APPEARANCES, subject=subject, asked=asked)


def list_unlinked(
    app: App, who: Who, subject: SubjectId | None = None
) -> tuple[UnlinkedLine, ...] | Refusal:
    """List faces that are not somebody's: all of a person's own to them, else what waits.

    A member sees what members said, and none of an item that is younger than a day.
    """

    def read(reader: Reader, reach: Reach) -> tuple[UnlinkedLine, ...]:
        own = who.by is By.SUBJECT
        if own:
            grants = reader.grants.of_subject(subject) if subject else ()
            notes = [one for g in grants if g.kept for one in reader.unlinked.rows_of(g.id)]
        else:
            within = {g.id for g in reader.grants.kept() if reach.finds(g.organisation)}
            notes = [one for one in reader.unlinked.all() if one.grant in within]
        opened = list(unlinked_of(app, notes))
        items = reader.person.items({found.item for _, found in opened if found})
        floor = reader.now - ceilings.ORGANISATION_FLOOR
        lines = []
        for one, found in opened:
            item = items.get(found.item) if found else None
            young = item is not None and item.first_seen > floor and not app.deployment.sandbox
            theirs = found is not None and found.by == By.MEMBER and not young
            if own or theirs:
                said = found.by if found is not None else "unknown"
                lines.append(UnlinkedLine(one.tag.hex(), one.grant, said, item is not None))
        return tuple(sorted(lines, key=lambda line: (line.grant, line.tag)))

    return listed(app, who, about_unlinked(subject), read)


def grant_of_note(reader: Reader | Unit, tag: str) -> Grant:
    """Return the grant under which a face is noted as somebody else's. Raises ``NotFound``."""
    try:
        row = reader.unlinked.find(bytes.fromhex(tag))
    except ValueError:
        row = None
    grant = reader.grants.get(row.grant) if row else None
    if grant is None:
        raise NotFound("nothing is noted under this word", "See `licet appearance unlinked`.")
    return grant


def _noted(app: App, unit: Unit, tag: str) -> tuple[Grant, UnlinkedPayload | None]:
    grant = grant_of_note(unit, tag)
    row = unit.unlinked.find(bytes.fromhex(tag))
    opened = unlinked_of(app, () if row is None else (row,))
    return grant, next((found for _, found in opened), None)


def _of_this_face(
    app: App, unit: Unit, grant: Grant, tag: str, found: UnlinkedPayload | None
) -> dict[bytes, UnlinkedPayload | None]:
    """Return by its tag what is noted of a face under each of a person's grants here."""
    tags = {bytes.fromhex(tag)}
    if found is not None:
        tags |= {face_tag(app, other.id, found.face) for other in beside(unit, grant)}
    rows = [row for row in map(unit.unlinked.find, sorted(tags)) if row is not None]
    return {row.tag: said for row, said in unlinked_of(app, rows)}


def _refuse_what_is_not_theirs(
    app: App, unit: Unit, who: Who, notes: Collection[UnlinkedPayload | None]
) -> None:
    """Leave a person's own word to them, and hide what a member may not see yet."""
    if who.by is By.SUBJECT:
        return
    for found in notes:
        if found is None or found.by != By.MEMBER:
            raise Conflict("the person may have said so themselves", "Only they can take it back.")
        item = unit.items.get(found.item)
        if item is not None and on_first_day(app, who.by, item.first_seen, unit.now):
            raise NotFound("nothing is noted under this word", "See `licet appearance unlinked`.")


def _suggest(app: App, unit: Unit, grant: GrantId, found: UnlinkedPayload) -> SuggestionId | None:
    """Let a face wait for a look again; None where it is gone, or kept already."""
    kept = KeptFaces(frozenset({grant}))
    kept.follow(app, unit)
    if unit.items.face(found.face) is None or kept.has(grant, found.face):
        return None
    suggestion = SuggestionId(new_id())
    payload = SuggestionPayload(found.face, found.item, found.source, found.score)
    sealed = seal(app.keyring.get(grant_key(grant)), to_bytes(payload), f"suggestion:{suggestion}")
    expires = unit.now + SUGGESTION_DAYS
    unit.suggestions.add(StoredSuggestion(suggestion, grant, sealed, expires, unit.head.size))
    return suggestion

"""Unlinking: a face that is not this person's is taken off them, and never put on again.

What was kept of the face is deleted. That it is not theirs is noted as a tag that only
the grant's key makes, so the note tells nobody else who is in the photo, and is worth
nothing once the grant has ended (GDPR 5(1)(d), 16).
"""

from collections.abc import Iterable, Sequence

from licet.app import App
from licet.effects.closing import close_emptied
from licet.effects.record import Facts, record, record_machine
from licet.effects.sealed import (
    appearances_of,
    candidate_tag,
    case_key,
    grant_key,
    open_appearance,
    open_suggestion,
    seal_unlinked,
    unlinked_of,
)
from licet.effects.surfacing import Surfacing, with_case
from licet.effects.telling import tell_recipients
from licet.store.unit import Reader, Unit
from licet.terms.gallery import TemplateKind
from licet.terms.grant import Grant, GrantState
from licet.terms.ids import CandidateId, FaceId, GrantId, TemplateId
from licet.terms.ledger import Entry, EntryKind
from licet.terms.payload import CandidatePayload, UnlinkedPayload, from_bytes
from licet.terms.permit import By, Permit
from licet.terms.plan import EffectKind, Plan
from licet.terms.rights import RightKind
from licet.terms.stored import StoredTemplate
from licet.vault.seal import open_sealed

LONGEST = 200
"""How many faces one entry names: it holds 64 KB."""


def unlink_within(
    app: App,
    unit: Unit,
    grant: GrantId,
    appearances: Sequence[StoredTemplate],
    permit: Permit | None = None,
    facts: Facts = (),
    others: Sequence[UnlinkedPayload] = (),
) -> int:
    """Take appearances off one grant's person, and record it; returns the last leaf's index.

    ``others`` are faces that are not this person either, though nothing is kept of them.

    1. Note each face, so that it is not kept again, and delete what was kept of it.
    2. Take off their lists the candidates that rest on it, and tell who was given them.
    3. Record: the entry holds what a restore needs to do the same again.
    """
    by = By.WORKER if permit is None else permit.by
    found = [*(_pointer(app, one, by) for one in appearances), *others]  # 1
    tags = [note_face(app, unit, grant, one) for one in found]
    unit.templates.delete([one.id for one in appearances])
    _forget_suggestions(app, unit, grant, {one.face for one in found})
    _take_off(app, unit, grant, {one.id for one in appearances})  # 2
    leaf = unit.head.size - 1
    for start in range(0, len(tags), LONGEST):  # 3
        part = slice(start, start + LONGEST)
        objects = (
            ("grant", grant),
            *(("template", one.id) for one in appearances[part]),
            *(("face_tag", tag.hex()) for tag in tags[part]),
        )
        said: Facts = (("cause", "unlinked"), *facts)
        if permit is None:
            leaf = record_machine(unit, EntryKind.TEMPLATE_DROPPED, objects, said)
        else:
            leaf = record(app, unit, EntryKind.TEMPLATE_DROPPED, permit, objects, said)
    return leaf


def note_face(app: App, unit: Unit, grant: GrantId, found: UnlinkedPayload) -> bytes:
    """Note within a unit that a face is not a grant's person; returns its tag."""
    tag, sealed = seal_unlinked(app, grant, found)
    unit.unlinked.add(grant, tag, sealed)
    return tag


def unlink_beside(
    app: App, unit: Unit, grant: Grant, found: Sequence[UnlinkedPayload], permit: Permit
) -> None:
    """Take faces off the same person's other grants at the same organisation, and record it.

    What is not this person under one grant is not this person under another. What another
    organisation keeps of them is not this one's to know of.
    """
    faces = {one.face for one in found}
    for other in beside(unit, grant):
        if other.id == grant.id:
            continue
        kept = unit.templates.of_grant(other.id)
        wrong = [one for one, seen in appearances_of(app, _seen(kept)) if seen.face in faces]
        there = {open_appearance(app, one).face for one in wrong}
        rest = [one for one in found if one.face not in there]
        unlink_within(app, unit, other.id, wrong, permit, (), rest)


def beside(reader: Reader | Unit, grant: Grant) -> tuple[Grant, ...]:
    """Return the kept grants of the same person at the same organisation, this one among them.

    Not one that is ending: its key may be gone already, and what was noted of it goes too.
    """
    return tuple(
        one
        for one in reader.grants.of_subject(grant.subject)
        if one.kept
        and one.state is not GrantState.ENDING
        and one.organisation == grant.organisation
    )


def forget_notes(app: App, plan: Plan, before: int = 0) -> None:
    """Forget what was noted of faces in items that a plan forgot, and record it.

    In which item a face is stands sealed in the note, so every note is opened: outside any
    unit, because withdrawals wait for it. Whoever is killed in between does it again.

    1. Nothing is read where the plan forgot no item; ``before`` are those that went while a
       hold kept the rest.
    2. Read all notes, and find those whose item is gone.
    3. In units of their own: look again which are there still; delete them and record.
    """
    with app.store.read() as reader:
        effects = reader.plans.effects(plan.id)
        forgot = [one for one in effects if one.kind is EffectKind.FORGET_ITEMS]
        if not (before or any(dict(one.found).get("items") for one in forgot)):  # 1
            return
        opened = unlinked_of(app, tuple(reader.unlinked.all()))  # 2
        where = {row.tag: found.item for row, found in opened if found is not None}
        there = reader.items.there(list(where.values()))
    gone = [tag for tag, item in where.items() if item not in there]
    app.at("notes.read")
    for start in range(0, len(gone), LONGEST):  # 3
        with app.store.unit() as unit:
            part = [tag for tag in gone[start : start + LONGEST] if unit.unlinked.find(tag)]
            unit.unlinked.delete_tags(part)
            objects = tuple(("face_tag", tag.hex()) for tag in part)
            if objects:
                record_machine(unit, EntryKind.UNLINKED_ENDED, objects, (("cause", "item"),))


def note_ended_again(unit: Unit, entry: Entry, _leaf: int) -> None:
    """End again, in a restored store, what a later entry says is noted no more."""
    unit.unlinked.delete_tags(bytes.fromhex(v) for name, v in entry.objects if name == "face_tag")


def _seen(templates: Iterable[StoredTemplate]) -> Iterable[StoredTemplate]:
    return (one for one in templates if one.kind is TemplateKind.APPEARANCE)


def _pointer(app: App, appearance: StoredTemplate, by: By) -> UnlinkedPayload:
    seen = open_appearance(app, appearance)
    return UnlinkedPayload(seen.face, seen.item, seen.source, seen.score, by.value)


def unlink_again(unit: Unit, entry: Entry) -> None:
    """Note again what a later entry says is not a person's face; the rows go with their ids."""
    grants = [GrantId(value) for name, value in entry.objects if name == "grant"]
    kept = [grant.id for grant in unit.grants.many(grants).values() if grant.kept]
    for name, value in entry.objects:
        if name == "face_tag" and kept:
            unit.unlinked.add(kept[0], bytes.fromhex(value))


def _forget_suggestions(app: App, unit: Unit, grant: GrantId, faces: set[FaceId]) -> None:
    for waiting in unit.suggestions.of_grant(grant):
        if open_suggestion(app, waiting).face in faces:
            unit.suggestions.delete(waiting.id)


def _take_off(app: App, unit: Unit, grant: GrantId, templates: set[TemplateId]) -> None:
    """Take off their lists the candidates that one of these templates put there."""
    wrong: list[CandidateId] = []
    shown: list[Surfacing] = []
    for candidate in unit.searches.listed_under([candidate_tag(app, grant_key(grant))]):
        surfaced = with_case(unit, candidate.search)
        if surfaced is None:
            continue
        key = app.keyring.get(case_key(surfaced.case.id))
        opened = open_sealed(key, candidate.sealed, f"candidate:{candidate.id}")
        if from_bytes(CandidatePayload, opened).template in templates:
            wrong.append(candidate.id)
            shown.append(surfaced)
    close_emptied(unit, unit.searches.empty_candidates(wrong))
    tell_recipients(app, unit, shown, RightKind.RECTIFICATION)

"""Unlinking: a face that is not this person's is taken off them, and never put on again.

What was kept of the face is deleted. That it is not theirs is noted as a tag that only
the grant's key makes, so the note tells nobody else who is in the photo, and is worth
nothing once the grant has ended (GDPR 5(1)(d), 16).
"""

from collections.abc import Sequence

from licet.app import App
from licet.effects.closing import close_emptied
from licet.effects.record import Facts, record, record_machine
from licet.effects.sealed import (
    candidate_tag,
    case_key,
    face_tag,
    grant_key,
    open_appearance,
    open_suggestion,
)
from licet.effects.surfacing import Surfacing
from licet.effects.telling import tell_recipients
from licet.store.unit import Unit
from licet.terms.ids import CandidateId, FaceId, GrantId, TemplateId
from licet.terms.ledger import Entry, EntryKind
from licet.terms.payload import CandidatePayload, from_bytes
from licet.terms.permit import Permit
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
) -> int:
    """Take appearances off one grant's person, and record it; returns the last leaf's index.

    1. Note each face, so that it is not kept again, and delete what was kept of it.
    2. Take off their lists the candidates that rest on it, and tell who was given them.
    3. Record: the entry holds what a restore needs to do the same again.
    """
    faces = [open_appearance(app, one).face for one in appearances]  # 1
    tags = [face_tag(app, grant, face) for face in faces]
    for tag in tags:
        unit.unlinked.add(grant, tag)
    unit.templates.delete([one.id for one in appearances])
    _forget_suggestions(app, unit, grant, set(faces))
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
        search = unit.searches.get(candidate.search)
        case = unit.governance.case(search.case) if search else None
        organisation = unit.governance.organisation(case.organisation) if case else None
        if search is None or case is None or organisation is None:
            continue
        key = app.keyring.get(case_key(case.id))
        opened = open_sealed(key, candidate.sealed, f"candidate:{candidate.id}")
        if from_bytes(CandidatePayload, opened).template in templates:
            wrong.append(candidate.id)
            shown.append(Surfacing(search, case, organisation))
    close_emptied(unit, unit.searches.empty_candidates(wrong))
    tell_recipients(app, unit, shown, RightKind.RECTIFICATION)

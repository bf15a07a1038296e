"""Forgets photos in which only people of a part are seen, and what was kept of them there.

Where everything of a person goes, ``forgetting`` does this; here their other data stays.
"""

from collections.abc import Collection

from licet.app import App
from licet.effects.plans import Found
from licet.effects.record import record_machine
from licet.effects.sealed import appearances_of, suggestions_of
from licet.store.unit import Unit
from licet.terms.gallery import TemplateKind
from licet.terms.ids import FaceId, GrantId, ItemId
from licet.terms.ledger import EntryKind

LONGEST = 500
"""How many rows one entry names: an entry holds 64 KB."""


def forget_photos(app: App, unit: Unit, grants: Collection[GrantId]) -> Found:
    """Forget items whose every face is theirs, with the appearances and suggestions there."""
    templates = unit.people.templates(grants)
    kept = [one for one in templates if one.kind is TemplateKind.APPEARANCE]
    seen: dict[ItemId, set[FaceId]] = {}
    where = [(one.id, found.item, found.face) for one, found in appearances_of(app, kept)]
    for _, item, face in where:
        seen.setdefault(item, set()).add(face)
    faces = unit.person.faces(seen)
    there = unit.person.items(seen)
    alone = {i for i in there if {face.id for face in faces.get(i, ())} <= seen[i]}
    unit.items.forget(sorted(alone))
    dropped = [template for template, item, _ in where if item in alone]
    unit.templates.delete(dropped)
    waiting = suggestions_of(app, unit.people.suggestions(grants))
    lapsed = [one.id for one, found in waiting if found.item in alone]
    unit.suggestions.delete_many(lapsed)
    _record(unit, EntryKind.ITEMS_FORGOTTEN, "item", sorted(alone))
    _record(unit, EntryKind.TEMPLATE_DROPPED, "template", dropped)
    _record(unit, EntryKind.SUGGESTIONS_LAPSED, "suggestion", lapsed)
    return (
        ("items", len(alone)),
        ("templates", len(dropped)),
        ("suggestions", len(lapsed)),
    )


def _record(unit: Unit, kind: EntryKind, role: str, ids: Collection[str]) -> None:
    named = list(ids)
    for start in range(0, len(named), LONGEST):
        objects = tuple((role, one) for one in named[start : start + LONGEST])
        record_machine(unit, kind, objects, (("cause", "order"),))

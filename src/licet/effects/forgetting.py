"""Deletes everything about one person within a unit, and counts what there was and is.

Photos stay with their source, and so does the box of a face that others' faces are shown
beside: it says that somebody is there, and is needed to cover them. A photo in which nobody
but this person was seen is needed for nobody: its hash, its address and its box go too, and
the copy of it that the operator kept. Of other photos that were handed in the copy goes where
the source's policy says so.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from licet.app import App
from licet.effects.certifying import COUNTED
from licet.effects.ending import rows_of_grants
from licet.effects.held import require_unheld
from licet.effects.letters import sender_of
from licet.effects.plans import Found
from licet.effects.purging import needed_items
from licet.effects.record import record_machine
from licet.effects.sealed import (
    appearances_of,
    candidate_tag,
    open_address,
    open_plan,
    plan_key,
    seal_plan,
    source_key,
    subject_key,
)
from licet.effects.shelving import end_copies
from licet.effects.telling import plan_letter, to_organisation
from licet.store.unit import Unit
from licet.terms.errors import KeyAbsent
from licet.terms.gallery import TemplateKind
from licet.terms.ids import FaceId, GrantId, ItemId, SearchId, SourceId
from licet.terms.ledger import Entry, EntryKind
from licet.terms.letters import ItemsAskedLetter
from licet.terms.plan import Plan
from licet.terms.rights import RequestState
from licet.terms.search import SearchState
from licet.terms.source import Item, ItemPolicy, KeptCopy, Source

LONGEST = 500
"""How many items one entry names: an entry holds 64 KB."""


def forget_items(app: App, unit: Unit, plan: Plan, keeping: Collection[GrantId] = ()) -> Found:
    """Forget the photos in which nobody else was seen; ask the sources that want to be asked.

    ``keeping`` are grants that are held: the photos in which they appear stay.
    """
    free = [grant for grant in plan.grants if grant not in keeping]
    require_unheld(unit, free)
    kept = _faces(app, unit, keeping)
    seen = {item: faces for item, faces in _faces(app, unit, free).items() if item not in kept}
    items = unit.person.items(seen)
    faces = unit.person.faces(seen)
    asked = _ask_sources(app, unit, items.values())
    alone = [i for i in items if {face.id for face in faces.get(i, ())} <= seen[i]]
    copies = end_copies(unit, _copies(app, unit, alone, items.values()))
    unit.items.forget(alone)
    for start in range(0, len(alone), LONGEST):
        objects = tuple(("item", item) for item in alone[start : start + LONGEST])
        record_machine(unit, EntryKind.ITEMS_FORGOTTEN, objects)
    return (("items", len(alone)), ("copies", copies), ("asked", asked))


def _copies(
    app: App, unit: Unit, alone: list[ItemId], items: Collection[Item]
) -> tuple[KeptCopy, ...]:
    """Return the copies that go: of photos of nobody else, and where the source says so, all.

    What a source elsewhere is asked to take down, the operator takes down itself; but not
    what a legal hold on somebody else needs (GDPR 17(3)(e)): that goes with its term.
    """
    kept = unit.copies.of_items([*alone, *(item.id for item in items)])
    going = {copy.id for copy in unit.copies.of_items(alone)} if kept else set()
    for name in {copy.source for copy in kept}:
        source = unit.sources.get(name)
        if source is not None and source.item_policy is ItemPolicy.ASK_SOURCE:
            held = {copy.id for copy in unit.copies.of_items(needed_items(app, unit, source))}
            going |= {copy.id for copy in kept if copy.source == name and copy.id not in held}
    return tuple(copy for copy in kept if copy.id in going)


def _faces(app: App, unit: Unit, grants: Iterable[GrantId]) -> dict[ItemId, set[FaceId]]:
    """Return in which items, and as which faces there, a person appears."""
    found: dict[ItemId, set[FaceId]] = {}
    kept = unit.people.templates(tuple(grants))
    seen = (one for one in kept if one.kind is TemplateKind.APPEARANCE)
    for _, payload in appearances_of(app, seen):
        found.setdefault(payload.item, set()).add(payload.face)
    return found


def _ask_sources(app: App, unit: Unit, items: Iterable[Item]) -> int:
    """Ask the organisations of sources with that policy to remove photos; returns how many."""
    by_source: dict[SourceId, list[Item]] = {}
    for item in items:
        by_source.setdefault(item.source, []).append(item)
    asked = 0
    for source_id, theirs in sorted(by_source.items()):
        source = unit.sources.get(source_id)
        if source is not None and source.item_policy is ItemPolicy.ASK_SOURCE:
            _ask(app, unit, source, theirs)
            asked += len(theirs)
    return asked


def _ask(app: App, unit: Unit, source: Source, items: list[Item]) -> None:
    organisation = unit.governance.organisation(source.organisation)
    sender = sender_of(app)
    if organisation is None:
        return
    # Who answers for the controller's own sources can at least be reached where answers go.
    contact = organisation.contact or sender.answer_to
    if not contact or app.keyring.absent({source_key(source.id)}):
        unit.record(
            Entry(
                kind=EntryKind.RECIPIENT_TOLD,
                at=unit.now,
                organisation=organisation.id,
                objects=(("source", source.id),),
                facts=(("told", False), ("items", len(items))),
            )
        )
        return
    addresses = tuple(sorted(open_address(app, i.id, i.source, i.sealed_address) for i in items))
    letter = ItemsAskedLetter(sender, organisation.name, source.name, addresses, unit.now.date())
    plan_letter(app, unit, letter, to_organisation(replace(organisation, contact=contact)))


_ELSEWHERE = {"items", "copies", "packages"}
"""What steps of its own take away, and count."""


@dataclass
class _Gone:
    """What went, by store, and what a last look found there."""

    went: dict[str, int]
    left: dict[str, int]

    def found(self) -> Found:
        """Return it as an effect's finding, zeros included for what there was."""
        rows = tuple((name, self.went.get(name, 0)) for name in COUNTED if name not in _ELSEWHERE)
        return (*rows, *((f"{name}_left", n) for name, n in sorted(self.left.items())))


def take_free(app: App, unit: Unit, plan: Plan, grants: tuple[GrantId, ...]) -> Found:
    """Delete what no hold names, and add up in the plan what went."""
    keeping = frozenset(plan.grants) - frozenset(grants)
    found = (*forget_items(app, unit, plan, keeping), *rows_of_grants(app, unit, grants))
    payload = open_plan(app, plan)
    gone = dict(payload.gone)
    for name, count in found:
        gone[name] = gone.get(name, 0) + int(count)
    sealed = seal_plan(app, plan.id, replace(payload, gone=tuple(sorted(gone.items()))))
    unit.plans.set_sealed(plan.id, sealed)
    return found


def gone_before(app: App, plan: Plan) -> dict[str, int]:
    """Return what went before the rest, by store."""
    try:
        return dict(open_plan(app, plan).gone)
    except KeyAbsent:
        return {}


def erase_rows(app: App, unit: Unit, plan: Plan) -> Found:
    """Delete every row about the person, and count again what is there.

    A search that listed nobody else is closed and its probe destroyed: the probe may
    well be a photo of this very person. What they wrote in requests is emptied; that they
    asked, and when they were answered, stays on the register.
    """
    require_unheld(unit, plan.grants)
    gone = _Gone(gone_before(app, plan), {})
    for name, count in rows_of_grants(app, unit, plan.grants):
        gone.went[name] = gone.went.get(name, 0) + int(count)
    gone.went["candidates"], emptied = _take_off(app, unit, plan)
    gone.went["probes"] = len(emptied)
    _note(app, unit, plan, emptied)
    gone.went["requests"], gone.went["request_codes"] = _empty_requests(unit, plan)
    gone.went["holds"] = unit.holds.delete_of_subject(plan.subject)
    # Who else is on the contact asks for a new code.
    unit.own.end_of_people((plan.subject,))
    gone.left = _left(app, unit, plan)
    return gone.found()


def _note(app: App, unit: Unit, plan: Plan, searches: list[SearchId]) -> None:
    """Note in the plan whose probes' keys go with the person's."""
    if searches and not app.keyring.absent({plan_key(plan.id)}):
        payload = replace(open_plan(app, plan), searches=tuple(searches))
        unit.plans.set_sealed(plan.id, seal_plan(app, plan.id, payload))


def _take_off(app: App, unit: Unit, plan: Plan) -> tuple[int, list[SearchId]]:
    """Take the person off all lists; returns how many, and the searches that lost their probe."""
    try:
        tag = candidate_tag(app, subject_key(plan.subject))
    except KeyAbsent:
        return 0, []
    listed = {candidate.search for candidate in unit.searches.candidates_tagged(tag)}
    deleted = unit.searches.forget_candidates_tagged(tag)
    emptied = [search for search in sorted(listed) if not unit.searches.candidates(search)]
    for search in emptied:
        unit.searches.set_state(search, SearchState.CLOSED)
        unit.searches.drop_probe(search)
    return deleted, emptied


def _empty_requests(unit: Unit, plan: Plan) -> tuple[int, int]:
    """Empty what the person wrote; an open request of theirs has nothing left to answer."""
    requests = [r for r in unit.requests.of_subject(plan.subject) if r.sealed]
    codes = 0
    for request in requests:
        codes += unit.requests.code(request.id) is not None
        unit.requests.delete_code(request.id)
        if request.is_open and request.plan != plan.id:
            state, leaf = RequestState.DELIVERED, unit.head.size
            unit.requests.put(replace(request, state=state, closed_at=unit.now, leaf=leaf))
            facts = (("kind", request.kind.value), ("erased", True))
            objects = (("request", request.id), ("plan", plan.id))
            record_machine(unit, EntryKind.REQUEST_DELIVERED, objects, facts)
    unit.requests.forget([request.id for request in requests])
    return len(requests), codes


def _left(app: App, unit: Unit, plan: Plan) -> dict[str, int]:
    """Count again, store by store; only what is left is named."""
    found = {
        "templates": sum(len(unit.templates.of_grant(g)) for g in plan.grants),
        "suggestions": sum(len(unit.suggestions.of_grant(g)) for g in plan.grants),
        "unlinked": sum(len(unit.unlinked.of_grant(g)) for g in plan.grants),
        "questions": sum(len(unit.questions.of_grant(g)) for g in plan.grants),
        "confirmations": sum(unit.confirmations.get(g) is not None for g in plan.grants),
        "requests": sum(bool(r.sealed) for r in unit.requests.of_subject(plan.subject)),
        "holds": len(unit.holds.of_subject(plan.subject)),
    }
    try:
        tag = candidate_tag(app, subject_key(plan.subject))
        found["candidates"] = len(unit.searches.candidates_tagged(tag))
    except KeyAbsent:
        pass
    return {name: count for name, count in found.items() if count}

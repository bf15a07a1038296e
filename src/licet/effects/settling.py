"""Settles in a restored store what was carried out since, and what keys alone do not undo."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from licet.app import App
from licet.effects.record import Facts
from licet.effects.redoing import Listed
from licet.effects.sealed import case_key, plan_key, subject_key
from licet.ledger.leaf import decode
from licet.store.unit import Unit
from licet.terms.ids import GrantId, PlanId
from licet.terms.ledger import EntryKind, Leaf
from licet.terms.payload import CandidatePayload, from_bytes
from licet.terms.plan import Plan, PlanKind, WorkState
from licet.terms.search import Search, SearchCandidate, SearchState
from licet.vault.seal import open_sealed

Since = dict[PlanId, dict[str, Facts]]
"""What later entries say that the steps of plans found, by plan and by step.

By its kind and not by its number: a part that is planned again in a restored store may have
other steps than it had, where a hold ended meanwhile. No plan has two steps of one kind.
"""

_STEP = f'"{EntryKind.EFFECT_DONE.value}"'.encode()
_KINDS = frozenset({PlanKind.ERASE, PlanKind.ORDER})


def settle_plans(app: App, unit: Unit, since: Since) -> int:
    """Close erasures that are open in the backup and were finished since; returns how many.

    A plan's own key goes with its last step, so a plan without one was carried out to
    its end: what it found is what later entries say, and nothing of it can be done again.
    """
    plans = [plan for plan in unit.plans.open() if plan.kind in _KINDS]
    return finish_over(app, unit, plans, since)


def finish_over(app: App, unit: Unit, plans: Collection[Plan], since: Since) -> int:
    """Close those of the plans whose own key is gone; returns how many."""
    over = app.keyring.absent({plan_key(plan.id) for plan in plans})
    finished = [plan for plan in plans if plan_key(plan.id) in over]
    for plan in finished:
        found = since.get(plan.id, {})
        for effect in unit.plans.effects(plan.id):
            if effect.state is WorkState.OPEN:
                facts = found.get(effect.kind.value, ())
                unit.plans.finish_effect(replace(effect, state=WorkState.DONE, found=facts))
        unit.plans.finish(plan.id)
    return len(finished)


def found_since(leaves: Iterable[Leaf]) -> Since:
    """Read what steps found; of a step that was taken again, the last time."""
    found: Since = {}
    for leaf in leaves:
        if _STEP not in leaf.data:
            continue
        entry = decode(leaf.data)
        if entry.kind is not EntryKind.EFFECT_DONE:
            continue
        step = str(dict(entry.facts).get("effect"))
        facts = tuple(one for one in entry.facts if one[0] not in {"effect", "n", "by"})
        for role, named in entry.objects:
            if role == "plan":
                found.setdefault(PlanId(named), {})[step] = facts
    return found


def drop_candidates(app: App, unit: Unit) -> Listed:
    """Forget the candidates that name an erased person; returns where they were listed.

    They are sealed under their case's key, so a backup brings them back readable. A
    search that listed nobody else is closed and its probe destroyed, as by an erasure.
    """
    listed: Listed = {}
    for search in tuple(unit.searches.with_candidates()):
        for grant in _drop(app, unit, search):
            listed.setdefault(grant, set()).add(search.id)
    return listed


def _drop(app: App, unit: Unit, search: Search) -> set[GrantId]:
    key = app.keyring.get(case_key(search.case))
    owners = {c.id: _owner(key, c) for c in unit.searches.candidates(search.id)}
    erased = app.keyring.absent({subject_key(owner.subject) for owner in owners.values()})
    gone = {c: owner for c, owner in owners.items() if subject_key(owner.subject) in erased}
    unit.searches.forget_candidates(sorted(gone))
    if gone and len(gone) == len(owners):
        unit.searches.set_state(search.id, SearchState.CLOSED)
        unit.searches.drop_probe(search.id)
    return {owner.grant for owner in gone.values()}


def _owner(key: bytes, candidate: SearchCandidate) -> CandidatePayload:
    opened = open_sealed(key, candidate.sealed, f"candidate:{candidate.id}")
    return from_bytes(CandidatePayload, opened)

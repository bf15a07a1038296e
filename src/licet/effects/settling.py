"""Settles in a restored store what was carried out since, and what keys alone do not undo."""

from collections.abc import Iterable, Sequence
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
from licet.terms.plan import PlanKind, WorkState
from licet.terms.search import Search, SearchCandidate, SearchState
from licet.vault.seal import open_sealed


def settle_plans(app: App, unit: Unit, leaves: Sequence[Leaf]) -> int:
    """Close erasures that are open in the backup and were finished since; returns how many.

    A plan's own key goes with its last step, so a plan without one was carried out to
    its end: what it found is what later entries say, and nothing of it can be done again.
    """
    kinds = {PlanKind.ERASE, PlanKind.ORDER}
    plans = [plan for plan in unit.plans.open() if plan.kind in kinds]
    over = app.keyring.absent({plan_key(plan.id) for plan in plans})
    finished = [plan.id for plan in plans if plan_key(plan.id) in over]
    for plan in finished:
        found = found_since(leaves, plan)
        for effect in unit.plans.effects(plan):
            if effect.state is WorkState.OPEN:
                facts = found.get(effect.n, ())
                unit.plans.finish_effect(replace(effect, state=WorkState.DONE, found=facts))
        unit.plans.finish(plan)
    return len(finished)


def found_since(leaves: Iterable[Leaf], plan: PlanId) -> dict[int, Facts]:
    """Return what later entries say that a plan's steps found, by number."""
    found: dict[int, Facts] = {}
    for leaf in leaves:
        entry = decode(leaf.data)
        if entry.kind is EntryKind.EFFECT_DONE and ("plan", plan) in entry.objects:
            n = dict(entry.facts)["n"]
            if isinstance(n, int):
                found[n] = tuple(f for f in entry.facts if f[0] not in {"effect", "n", "by"})
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

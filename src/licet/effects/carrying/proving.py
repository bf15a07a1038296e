"""The end of an order: its clauses are met, and what was done is committed to (GDPR 5(2)).

Nothing is proved while anybody whom the order reaches is left, but for whom a legal hold
keeps: what cannot be erased yet, and why, is in the proof.
"""

from collections.abc import Iterator
from dataclasses import replace

from licet.app import App
from licet.effects.carrying.demands import (
    Demand,
    demands,
    left_of,
    may_carry_out,
    people_of,
    reaches,
    sources_of,
)
from licet.effects.carrying.owed import holds_needing
from licet.effects.held import held_grants
from licet.effects.ordering.counting import count_reached, held_in
from licet.effects.proving.stating import gather, statement_of
from licet.effects.reaching import waiting_for
from licet.effects.record import record
from licet.ledger.order import proved_facts
from licet.ledger.order_entries import belonging, copies_left
from licet.store.unit import Reader, Unit
from licet.terms.ids import CopyId, GrantId, OrderId
from licet.terms.ledger import EntryKind
from licet.terms.order import Clause, ClauseKind, DataKind, OrderState
from licet.terms.permit import Permit
from licet.terms.plan import EffectKind, Plan, PlanKind, WorkState
from licet.terms.source import SourceState

_MEETS = (ClauseKind.ANSWER_ACCESS, ClauseKind.ERASE)
"""The clauses that carrying out meets; the others are met by a block, or by the pack."""


def prove_orders(app: App) -> int:
    """Meet the clauses of confirmed orders whose time it is, and prove what is done.

    1. An order to answer is met when nobody in its scope waits for their data.
    2. An order to erase is met when nobody is left whom it reaches.
    3. When both are, the ledger commits to what was done, in a unit of its own, so that the
       entries that say so are among those that it counts.

    Returns how many clauses were met and orders proved.
    """
    with app.store.read() as reader:
        ours = [one for one in demands(reader) if one.confirmed]
    return sum(_meet(app, one) + _prove(app, one.order.id) for one in ours)


def _meet(app: App, demand: Demand) -> int:
    with app.store.read() as reader:
        due = [one for one in _unmet(reader, demand) if _is_met(reader, demand, one)]
    met = 0
    for clause in due:
        with app.store.unit() as unit:
            current = _current(unit, demand.order.id)
            permit = may_carry_out(app, unit, demand.order) if current else None
            if current is None or not isinstance(permit, Permit):
                continue
            if clause.n not in {one.n for one in _unmet(unit, current)}:
                continue
            unit.orders.clause_done(demand.order.id, clause.n, unit.now)
            objects = (("order", demand.order.id),)
            facts = (("n", clause.n), ("clause", clause.kind.value))
            in_time = ("in_time", unit.now <= clause.due)
            record(app, unit, EntryKind.CLAUSE_MET, permit, objects, (*facts, in_time))
        app.at("order.met")
        met += 1
    return met


def _unmet(reader: Reader | Unit, demand: Demand) -> list[Clause]:
    clauses = reader.orders.clauses(demand.order.id)
    return [one for one in clauses if one.kind in _MEETS and one.done_at is None]


def _is_met(reader: Reader, demand: Demand, clause: Clause) -> bool:
    if waiting_for(reader, demand.order.scope):
        return False
    return clause.kind is ClauseKind.ANSWER_ACCESS or nobody_left(reader, demand)


def nobody_left(reader: Reader, demand: Demand) -> bool:
    """Say whether all is done that an order demands, but for what a legal hold keeps.

    1. No plan that carries it out has anything left to do but to tell people.
    2. Nobody else in its scope is on their way out.
    3. Nobody is left, and no source whose photos it wants destroyed.
    """
    held = held_grants(reader)
    plans = (reader.plans.get(part.plan) for part in reader.orders.parts(demand.order.id))
    ours = [plan for plan in plans if plan is not None]
    open_ = {plan.id: plan for plan in (*ours, *_erasing(reader, demand))}
    for plan in open_.values():  # 1, 2
        if not _looked(reader, plan) and not _all_held(reader, plan, held):
            return False
    if next(left_of(reader, demand).pages(reader), None) is not None:  # 3
        return False
    return DataKind.PHOTOS not in demand.kinds or not _sources(reader, demand)


def _all_held(reader: Reader, plan: Plan, held: frozenset[GrantId]) -> bool:
    """Say whether a hold keeps something of everybody in a plan.

    One that was placed later keeps one person of a part; the others in it are not done.
    """
    if held.isdisjoint(plan.grants):
        return False
    grants = reader.grants.many(plan.grants).values()
    kept = {grant.subject for grant in grants if grant.id in held}
    return all(grant.subject in kept for grant in grants)


def _erasing(reader: Reader, demand: Demand) -> Iterator[Plan]:
    """Give the open plans that erase somebody in scope for another reason."""
    if DataKind.PEOPLE not in demand.kinds:
        return
    sources = sources_of(reader)
    for plan in reader.plans.open():
        person = reader.subjects.get(plan.subject) if plan.kind is PlanKind.ERASE else None
        if person is not None and reaches(demand, people_of(reader, (person,))[0], sources):
            yield plan


def _looked(reader: Reader, plan: Plan) -> bool:
    """Say whether everything of a plan is destroyed and looked for."""
    if plan.state is WorkState.DONE:
        return True
    effects = reader.plans.effects(plan.id)
    last = {EffectKind.DELIVER_CERTIFICATE, EffectKind.CLOSE_REQUEST, EffectKind.FORGET_PLAN}
    return all(e.state is WorkState.DONE or e.kind in last for e in effects)


def _sources(reader: Reader, demand: Demand) -> list[str]:
    reached_ = reader.reach.sources(demand.order.scope)
    found = (reader.sources.get(one) for one in reached_)
    return [one.id for one in found if one is not None and one.state is not SourceState.PURGED]


def _current(unit: Unit, order: OrderId) -> Demand | None:
    return next((one for one in demands(unit) if one.order.id == order and one.confirmed), None)


def _prove(app: App, order_id: OrderId) -> int:
    """Commit to what was done for one order, once every clause that is ours is met."""
    with app.store.read() as reader:
        order = reader.orders.get(order_id)
        demand = next((one for one in demands(reader) if one.order.id == order_id), None)
        if order is None or demand is None or not _is_done(reader, demand):
            return 0
        left = count_reached(app, reader, order.scope)
        kept = held_in(reader, order.scope)
        earlier = gather(reader, order)
        owed = copies_left(order_id, belonging(order_id, earlier.entries))
        needed = holds_needing(app, reader, {CopyId(one) for one in owed})
        if len(needed) < len(owed):
            return 0  # No hold needs one of them any more: it goes first.
        needing = {one.id for holds in needed.values() for one in holds}
    with app.store.unit() as unit:
        current = _current(unit, order_id)
        permit = may_carry_out(app, unit, order) if current else None
        if current is None or not isinstance(permit, Permit) or _unmet(unit, current):
            return 0
        in_force = unit.holds.in_force(unit.now)
        holds = [one for one in in_force if one.subject in kept or one.id in needing]
        statement = statement_of(unit, current.order, left, holds, earlier)
        objects = (("order", current.order.id),)
        leaf = record(app, unit, EntryKind.ORDER_PROVED, permit, objects, proved_facts(statement))
        unit.orders.put(replace(current.order, state=OrderState.PROVED, proof_leaf=leaf))
    app.at("order.proved")
    return 1


def _is_done(reader: Reader, demand: Demand) -> bool:
    # What it stops holds by name too once it was counted what it reached.
    if not demand.confirmed or not demand.order.found or _unmet(reader, demand):
        return False
    # Somebody may have come into its scope since the clause was met.
    return not demand.kinds or nobody_left(reader, demand)

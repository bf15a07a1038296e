"""Lets a part of an order go on without whom a legal hold keeps that was placed later.

A hold keeps the rows of one person (GDPR 17(3)(e)); up to 249 others are in their part, and
an authority waits for them. So whom it keeps gets a plan of their own, which waits as long as
the hold does and stands on the order's list until then; everybody else's goes on at once.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace

from licet.app import App
from licet.effects.carrying.demands import (
    Demand,
    Person,
    demands,
    kinds_of,
    may_carry_out,
    people_of,
    reaches,
    sources_of,
)
from licet.effects.carrying.parts import (
    CAUSE,
    LETTERS,
    Part,
    entry_kind,
    identities,
    word_of,
    write_letters,
    write_part,
)
from licet.effects.held import held_grants
from licet.effects.record import Facts, record, record_machine
from licet.effects.sealed import (
    open_part,
    open_part_letters,
    plan_key,
    seal_part,
)
from licet.effects.surfacing import Surfacing, listing, of_person
from licet.ledger.order_entries import TAKEN_FROM, people_facts
from licet.store.unit import Reader, Unit
from licet.terms.errors import KeyAbsent
from licet.terms.grant import GrantState
from licet.terms.ids import GrantId, OrderId, PlanId, SubjectId, new_id
from licet.terms.ledger import EntryKind
from licet.terms.order import DataKind, OrderPart
from licet.terms.organisation import OrganisationKind
from licet.terms.permit import Permit
from licet.terms.plan import Effect, EffectKind, Plan, PlanKind, WorkState

GONE = frozenset({GrantState.ENDED})
"""What a person's own plan need not look for: their part is what the rest was going by."""

_TELLING = frozenset(
    {EffectKind.DELIVER_HISTORY, EffectKind.SEAL_ACCOUNT, EffectKind.TELL_RECIPIENTS}
)
"""What is done once for everybody in a part, while it can be read who searched them."""


def split_held(app: App, plan: Plan, people: Collection[SubjectId]) -> int:
    """Give whom a hold keeps a plan of their own; returns how many.

    Where nobody is erased whole, a part waits with the one who is left in it.
    """
    with app.store.read() as reader:
        kept = _kept(reader, people)
        told_by = letters_of(app, reader, plan.id) if kept else ()
    if DataKind.PEOPLE not in kinds_of(plan) and len(kept) == len(people):
        kept = kept[1:]
    return sum(_split(app, plan, one, told_by) for one in kept)


def _kept(reader: Reader | Unit, people: Iterable[SubjectId]) -> tuple[SubjectId, ...]:
    """Return whom a hold keeps something of, by id."""
    held = held_grants(reader)
    there = people_of(reader, reader.subjects.many(sorted(people)).values())
    return tuple(one.id for one in there if not held.isdisjoint(g.id for g in one.grants))


def _split(app: App, plan: Plan, subject: SubjectId, told_by: tuple[PlanId, ...]) -> bool:
    """Move one person to a plan of their own, in one unit; returns whether it was done.

    1. Make the keys durable of the plan and of the one that tells them afterwards.
    2. Decide again: an order that the part hangs on may still be carried out, the hold still
       keeps them, their rows are still there, and nobody else moved them.
    3. Take them out of the part; write their plan; hang it on the same orders; record. What
       the part told for them already is done in their plan too.
    """
    own, letters = PlanId(new_id()), PlanId(new_id())
    app.keyring.create(plan_key(own), plan_key(letters))  # 1
    app.at("order.split.keys")
    with app.store.unit() as unit:
        current = unit.plans.get(plan.id)  # 2
        every = {one.order.id: one for one in demands(unit)}
        person = _movable(unit, current, subject)
        permit = _permit(app, unit, plan.id, every)
        reaching = _reaching(unit, plan.id, person, every) if person is not None else ()
        # Whom no order reaches any more is taken nowhere: no plan may go on for nobody.
        moved = current is not None and permit is not None and bool(reaching)
        if current is not None and person is not None and permit is not None and reaching:
            part = Part((person,), kinds_of(plan))
            take_out(app, unit, current, person, told_by)  # 3
            write_part(app, unit, own, part, GONE)
            write_letters(app, unit, letters, own, part, every.values())
            for one in reaching:
                move_part(unit, one, own, 1)
            hung = tuple(one.order for one in reaching)
            grants = (("grant", one) for one in part.grants)
            objects = (*(("order", one) for one in hung), ("plan", own), *grants)
            said = (("cause", CAUSE), ("data", word_of(part.kinds)), (TAKEN_FROM, plan.id))
            facts = (*said, *people_facts((one, 1) for one in hung))
            record(app, unit, entry_kind(part.kinds), permit, objects, facts)
            _done_before(app, unit, current, own, person)
    if not moved:
        app.keyring.shred(plan_key(own), plan_key(letters))
    app.at("order.split")
    return moved


def _movable(unit: Unit, plan: Plan | None, subject: SubjectId) -> Person | None:
    """Return a person whom a hold keeps, while they are in a part and their rows are there."""
    if plan is None or plan.state is WorkState.DONE or subject not in _kept(unit, (subject,)):
        return None
    effects = unit.plans.effects(plan.id)
    if any(e.kind is EffectKind.DELETE_ROWS and e.state is WorkState.DONE for e in effects):
        return None
    person = people_of(unit, unit.subjects.many([subject]).values())[0]
    return person if {grant.id for grant in person.grants} & set(plan.grants) else None


def _permit(app: App, unit: Unit, plan: PlanId, every: dict[OrderId, Demand]) -> Permit | None:
    """Return the permit of an order that the part hangs on; None when none may go on now."""
    for one in unit.orders.of_plan(plan):
        demand = every.get(one.order)
        if demand is not None and demand.confirmed:
            decided = may_carry_out(app, unit, demand.order)
            if isinstance(decided, Permit):
                return decided
    return None


def _done_before(app: App, unit: Unit, part: Plan, own: PlanId, person: Person) -> None:
    """Note in a person's own plan what the part told for them already: no letter goes twice.

    What a step found is said of this person alone, as their certificate reads it.
    """
    done = {e.kind: e for e in unit.plans.effects(part.id) if e.state is WorkState.DONE}
    if DataKind.PEOPLE in kinds_of(part):
        surfaced = of_person(app, unit, person.id)
    else:
        surfaced = listing(app, unit, (grant.id for grant in person.grants))
    for effect in unit.plans.effects(own):
        if effect.kind not in _TELLING or effect.kind not in done:
            continue
        known = identities(app, (person,)).get(person.id)
        reached = known is not None and bool(known.contact)
        found = _found_of(done[effect.kind], surfaced, reached=reached)
        unit.plans.finish_effect(replace(effect, state=WorkState.DONE, found=found))
        said = (("effect", effect.kind.value), ("n", effect.n), *found)
        record_machine(unit, EntryKind.EFFECT_DONE, (("plan", own),), said)


def _found_of(done: Effect, surfaced: tuple[Surfacing, ...], *, reached: bool) -> Facts:
    """Return what a step of a part found for one of its people, whom these searches surfaced."""
    facts = dict(done.found)
    if done.kind is EffectKind.DELIVER_HISTORY:
        # The part counts letters and names nobody: one that failed may have been theirs.
        delivered = bool(surfaced) and reached and facts.get("untold") == 0
        return (("delivered", delivered), ("searches", len(surfaced)))
    if done.kind is EffectKind.SEAL_ACCOUNT:
        sealed = bool(surfaced) and "until" in facts
        until: Facts = (("until", facts["until"]),) if sealed else ()
        return (("searches", len(surfaced)), ("sealed", sealed), *until)
    every = {other.id: other for one in surfaced for other in one.recipients}
    others = [one for one in every.values() if one.kind is not OrganisationKind.CONTROLLER]
    told = sum(bool(one.contact) for one in others)
    return (("told", told), ("untold", len(others) - told))


def _reaching(
    unit: Unit, plan: PlanId, person: Person, every: dict[OrderId, Demand]
) -> tuple[OrderPart, ...]:
    """Return what of the orders that a part hangs on reaches a person in it."""
    sources = sources_of(unit)
    found = []
    for one in unit.orders.of_plan(plan):
        demand = every.get(one.order)
        if demand is not None and one.people and reaches(demand, person, sources):
            found.append(one)
    return tuple(found)


def move_part(unit: Unit, part: OrderPart, own: PlanId, people: int) -> None:
    """Count people of an order to another plan than they were in."""
    unit.orders.set_part(replace(part, people=max(0, part.people - people)))
    unit.orders.add_part(OrderPart(part.order, own, people))


def letters_of(app: App, reader: Reader | Unit, part: PlanId) -> tuple[PlanId, ...]:
    """Return the open plans that tell the people of a part; found before the unit begins."""
    return tuple(
        plan.id
        for plan in reader.plans.open()
        if plan.kind is PlanKind.ORDER and plan.cause == LETTERS and _tells(app, plan, part)
    )


def _tells(app: App, plan: Plan, part: PlanId) -> bool:
    try:
        return open_part_letters(app, plan).part == part
    except KeyAbsent:
        return False


def take_out(app: App, unit: Unit, plan: Plan, person: Person, letters: Iterable[PlanId]) -> None:
    """Let a part know nothing of a person any more: not their grants, nor that they are in it.

    What its last checks look for may still be theirs: it is nowhere in clear either.
    ``letters`` are the plans that tell its people.
    """
    theirs: set[GrantId] = {grant.id for grant in person.grants}
    grants = tuple(one for one in plan.grants if one not in theirs)
    try:
        payload = open_part(app, plan)
        left = tuple(one for one in payload.people if one != person.id)
        sealed = seal_part(app, plan.id, replace(payload, people=left))
    except KeyAbsent:
        sealed = plan.sealed
    unit.plans.set_part(plan.id, grants, sealed)
    _untell(app, unit, letters, person)


def _untell(app: App, unit: Unit, letters: Iterable[PlanId], person: Person) -> None:
    """Take a person off the letters of a part: nothing of theirs was destroyed by it."""
    known = identities(app, (person,)).get(person.id)
    if known is None or not known.contact:
        return
    to = (known.contact, known.language)
    for one in letters:
        plan = unit.plans.get(one)
        if plan is None or plan.state is WorkState.DONE:
            continue
        try:
            payload = open_part_letters(app, plan)
        except KeyAbsent:
            continue
        if to in payload.people:
            people = list(payload.people)
            people.remove(to)
            sealed = seal_part(app, plan.id, replace(payload, people=tuple(people)))
            unit.plans.set_sealed(plan.id, sealed)
            return

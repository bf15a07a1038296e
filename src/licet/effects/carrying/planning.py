"""Plans what orders demand, many people by one plan, each person once however many order it.

The plan's entry names the orders that it is carried out for and the grants of everybody in
it, as the expiry of grants does, so that a restore finds them again. Whom a legal hold keeps
gets a plan of their own, so that nobody waits for them; who has no grant, so that its entry
names them for a restore.
"""

from collections.abc import Collection, Iterable, Iterator

from licet.app import App
from licet.consent.territory import source_reached
from licet.effects.carrying.demands import (
    Demand,
    Kinds,
    Person,
    covers,
    demands,
    left_of,
    may_carry_out,
    people_of,
    reaches,
    sources_of,
)
from licet.effects.carrying.parts import (
    CAUSE,
    Part,
    entry_kind,
    plan_of,
    whose_facts,
    word_of,
    write_letters,
    write_part,
)
from licet.effects.held import held_grants
from licet.effects.purging import begin_purge
from licet.effects.record import record
from licet.effects.sealed import plan_key
from licet.ledger.order_entries import people_facts
from licet.store.unit import Unit
from licet.terms.grant import SubjectState
from licet.terms.ids import GrantId, OrderId, PlanId, SourceId, SubjectId, new_id
from licet.terms.ledger import EntryKind
from licet.terms.order import DataKind, OrderPart
from licet.terms.permit import Permit
from licet.terms.source import Source, SourceState

PEOPLE = 250
"""How many people one plan erases at most: a unit of work must not keep others waiting."""

GRANTS = 500
"""How many grants one plan names at most: its entry names them all, and an entry holds 64 KB."""

_THERE = frozenset({SubjectState.KNOWN, SubjectState.BLOCKED})


def plan_people(app: App) -> int:
    """Plan what confirmed orders still demand of people, in parts; returns of how many people.

    1. For each order for which people may be erased now: find whom it still reaches, and whom
       no part of an earlier one takes along.
    2. In one unit for each part: decide again, look again at each person, and plan.
    """
    planned: set[SubjectId] = set()
    with app.store.read() as reader:
        # What an order reached is counted before anything of it is destroyed.
        ours = [one for one in demands(reader) if one.confirmed and one.kinds and one.order.found]
        allowed = [one for one in ours if isinstance(may_carry_out(app, reader, one.order), Permit)]
        for demand in allowed:  # 1
            held = held_grants(reader)
            left = left_of(reader, demand)
            for page in left.pages(reader):
                rest = (one for one in page if one.id not in planned)
                for part in _parts(rest, held):
                    planned.update(_plan_part(app, demand, part))  # 2
    return len(planned)


def _parts(people: Iterable[Person], held: frozenset[GrantId]) -> Iterator[tuple[Person, ...]]:
    """Give people in parts; whom a hold keeps alone, and who has no grant."""
    part: list[Person] = []
    grants = 0
    for person in people:
        if not person.grants or not held.isdisjoint(grant.id for grant in person.grants):
            yield (person,)
            continue
        if len(part) == PEOPLE or (part and grants + len(person.grants) > GRANTS):
            yield tuple(part)
            part, grants = [], 0
        part.append(person)
        grants += len(person.grants)
    if part:
        yield tuple(part)


def _plan_part(app: App, demand: Demand, candidates: tuple[Person, ...]) -> tuple[SubjectId, ...]:
    """Plan one part of an order in one unit; returns who is in it.

    1. Make the keys durable of the plan and of the one that tells people afterwards.
    2. Decide again, once for each order that reaches one of them, and look again who is there.
    3. Plan; hang the plan on every order whose demands it fulfils; record.
    """
    plan, letters = plan_of(app, candidates), PlanId(new_id())
    app.keyring.create(plan_key(plan), plan_key(letters))  # 1
    app.at("order.keys")
    with app.store.unit() as unit:
        every = demands(unit)  # 2
        permits = _permits(app, unit, every, candidates)
        taken = unit.plans.get(plan) is not None
        part = None if taken else _part(unit, demand, every, permits, candidates)
        if part is not None:
            write_part(app, unit, plan, part)  # 3
            write_letters(app, unit, letters, plan, part, every)
            hung = _hang(unit, every, plan, part)
            grants = (("grant", one) for one in part.grants)
            objects = (*(("order", one) for one in hung), ("plan", plan), *grants)
            kind = entry_kind(part.kinds)
            said = (("cause", CAUSE), ("data", word_of(part.kinds)), *whose_facts(app, plan, part))
            facts = (*said, *people_facts(hung.items()))
            record(app, unit, kind, permits[demand.order.id], objects, facts)
    if part is None:
        # Somebody else may have planned the same meanwhile, and goes on with that key.
        app.keyring.shred(plan_key(letters), *(() if taken else (plan_key(plan),)))
        return ()
    app.at("order.planned")
    return tuple(one.id for one in part.people)


def _permits(
    app: App, unit: Unit, every: Iterable[Demand], candidates: Collection[Person]
) -> dict[str, Permit]:
    """Return the permits of the orders for which any of these people may be erased now."""
    sources = sources_of(unit)
    found: dict[str, Permit] = {}
    for one in every:
        if not (one.confirmed and one.kinds):
            continue
        if any(reaches(one, person, sources) for person in candidates):
            decided = may_carry_out(app, unit, one.order)
            if isinstance(decided, Permit):
                found[one.order.id] = decided
    return found


def _part(
    unit: Unit,
    demand: Demand,
    every: Iterable[Demand],
    permits: dict[str, Permit],
    candidates: tuple[Person, ...],
) -> Part | None:
    """Return who of the candidates is still to be planned for, and what is destroyed of them.

    All of a part lose the same; who loses something else has a part of their own later.
    """
    current = next((one for one in every if one.order.id == demand.order.id), None)
    if current is None or demand.order.id not in permits:
        return None
    sources = sources_of(unit)
    held = held_grants(unit)
    left = left_of(unit, current)
    subjects = unit.subjects.many([one.id for one in candidates]).values()
    there = [one for one in people_of(unit, subjects) if one.subject.state in _THERE]
    allowed = [one for one in every if one.order.id in permits]
    found: list[Person] = []
    kinds: Kinds = frozenset()
    for person in sorted(there, key=lambda one: one.id):
        if not (reaches(current, person, sources) and left.has(person)):
            continue
        wanted = [one.kinds for one in allowed if reaches(one, person, sources)]
        theirs = frozenset[DataKind]().union(*wanted)
        kept_back = not held.isdisjoint(grant.id for grant in person.grants)
        if (found and theirs != kinds) or (kept_back and len(candidates) > 1):
            continue
        kinds = theirs
        found.append(person)
    return Part(tuple(found), kinds) if found else None


def _hang(unit: Unit, every: Iterable[Demand], plan: PlanId, part: Part) -> dict[OrderId, int]:
    """Hang the plan on every order whose demands it fulfils; return those, with how many people."""
    sources = sources_of(unit)
    hung: dict[OrderId, int] = {}
    for one in every:
        if not one.kinds or not covers(part.kinds, one.kinds):
            continue
        people = sum(reaches(one, person, sources) for person in part.people)
        if people:
            unit.orders.add_part(OrderPart(one.order.id, plan, people))
            hung[one.order.id] = people
    return hung


def cease_reached(app: App) -> int:
    """Let sources cease whose photos a confirmed order wants destroyed; returns how many.

    Nothing is collected there any more, and a purge destroys what came from it.
    """
    with app.store.read() as reader:
        due = [
            (one, source)
            for one in demands(reader)
            if one.confirmed and DataKind.PHOTOS in one.kinds
            for source in sources_left(reader.sources.all(), one)
        ]
    return sum(_cease(app, demand, source) for demand, source in due)


def sources_left(sources: Iterable[Source], demand: Demand) -> tuple[SourceId, ...]:
    """Return the sources that an order reaches and that have not ceased."""
    over = {SourceState.CEASED, SourceState.PURGED}
    scope = demand.order.scope
    return tuple(one.id for one in sources if one.state not in over and source_reached(scope, one))


def _cease(app: App, demand: Demand, source_id: SourceId) -> bool:
    with app.store.unit() as unit:
        source = unit.sources.get(source_id)
        order = unit.orders.get(demand.order.id)
        permit = may_carry_out(app, unit, order) if order is not None else None
        if source is None or not isinstance(permit, Permit):
            return False
        if source.id not in sources_left((source,), demand):
            return False
        unit.sources.set_state(source.id, SourceState.CEASED)
        begin_purge(unit, source.id)
        objects = (("order", demand.order.id), ("source", source.id))
        record(app, unit, EntryKind.SOURCE_CEASED, permit, objects, (("cause", CAUSE),))
    app.at("order.ceased")
    return True

"""Plans what orders demand, many people by one plan, each person once however many order it.

The plan's entry names the orders that it is carried out for and the grants of everybody in
it, as the expiry of grants does, so that a restore finds them again. Whom a legal hold keeps
gets a plan of their own, so that nobody waits for them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

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
from licet.effects.held import held_grants
from licet.effects.planning import plan_erasure
from licet.effects.purging import begin_purge
from licet.effects.record import Objects, record
from licet.effects.sealed import grant_key, plan_key, row_of, seal_part, subject_key
from licet.ledger.order_entries import people_facts
from licet.store.unit import Unit
from licet.terms.grant import GrantState, Identity, SubjectState
from licet.terms.ids import GrantId, OrderId, PlanId, SourceId, SubjectId, new_id
from licet.terms.ledger import EntryKind
from licet.terms.order import DataKind, OrderPart
from licet.terms.payload import PartLettersPayload, PartPayload, from_bytes
from licet.terms.permit import Permit
from licet.terms.plan import NOBODY, Effect, EffectKind, Plan, PlanKind, WorkState
from licet.terms.source import Source, SourceState
from licet.vault.seal import open_sealed

PEOPLE = 250
"""How many people one plan erases at most: a unit of work must not keep others waiting."""

GRANTS = 500
"""How many grants one plan names at most: its entry names them all, and an entry holds 64 KB."""

LETTERS = "letters"
"""The cause of a plan that tells people afterwards."""

CAUSE = "order"

_THERE = frozenset({SubjectState.KNOWN, SubjectState.BLOCKED})
_GOING = frozenset({GrantState.ENDING, GrantState.ENDED})

_ALL = (
    EffectKind.DELIVER_HISTORY,
    EffectKind.SEAL_ACCOUNT,
    EffectKind.TELL_RECIPIENTS,
    EffectKind.FORGET_ITEMS,
    EffectKind.DELETE_ROWS,
    EffectKind.SHRED_KEYS,
    EffectKind.CHECK_UNFINDABLE,
    EffectKind.END_GRANTS,
    EffectKind.TURN_EPOCH,
    EffectKind.CHECK_KEYS,
    EffectKind.CHECK_BYTES,
    EffectKind.SCAN_BYTES,
    EffectKind.FORGET_PLAN,
)
"""What is done for people of whom nothing is left, in order."""

_ONLY: dict[EffectKind, Kinds] = {
    EffectKind.DELIVER_HISTORY: frozenset({DataKind.PEOPLE}),
    EffectKind.SEAL_ACCOUNT: frozenset({DataKind.PEOPLE}),
    EffectKind.TELL_RECIPIENTS: frozenset({DataKind.PEOPLE, DataKind.TEMPLATES}),
    EffectKind.FORGET_ITEMS: frozenset({DataKind.PEOPLE, DataKind.PHOTOS}),
    EffectKind.CHECK_UNFINDABLE: frozenset({DataKind.PEOPLE, DataKind.TEMPLATES}),
    EffectKind.END_GRANTS: frozenset({DataKind.PEOPLE, DataKind.TEMPLATES}),
    EffectKind.SCAN_BYTES: frozenset({DataKind.PEOPLE, DataKind.TEMPLATES}),
}
"""The steps that some kinds of data do not need; every other step is for all."""


def steps_of(kinds: Kinds) -> tuple[EffectKind, ...]:
    """Return the steps that destroy these kinds of data of people."""
    return tuple(step for step in _ALL if step not in _ONLY or _ONLY[step] & kinds)


def word_of(kinds: Kinds) -> str:
    """Return the kinds as a plan's cause says them."""
    return "+".join(sorted(kinds))


@dataclass(frozen=True, slots=True)
class _Part:
    """People whose data is destroyed by one plan, and what of it."""

    people: tuple[Person, ...]
    kinds: Kinds


def plan_people(app: App) -> int:
    """Plan what confirmed orders still demand of people, in parts; returns of how many people.

    1. For each order for which people may be erased now: find whom it still reaches.
    2. In one unit for each part: decide again, look again at each person, and plan.
    """
    planned = 0
    with app.store.read() as reader:
        # What an order reached is counted before anything of it is destroyed.
        ours = [one for one in demands(reader) if one.confirmed and one.kinds and one.order.found]
        allowed = [one for one in ours if isinstance(may_carry_out(app, reader, one.order), Permit)]
        for demand in allowed:  # 1
            held = held_grants(reader)
            left = left_of(reader, demand)
            for page in left.pages(reader):
                for part in _parts(page, held):
                    planned += _plan_part(app, demand, part)  # 2
    return planned


def _parts(people: Iterable[Person], held: frozenset[GrantId]) -> Iterator[tuple[Person, ...]]:
    """Give people in parts; whom a hold keeps alone."""
    part: list[Person] = []
    grants = 0
    for person in people:
        if not held.isdisjoint(grant.id for grant in person.grants):
            yield (person,)
            continue
        if len(part) == PEOPLE or (part and grants + len(person.grants) > GRANTS):
            yield tuple(part)
            part, grants = [], 0
        part.append(person)
        grants += len(person.grants)
    if part:
        yield tuple(part)


def _plan_part(app: App, demand: Demand, candidates: tuple[Person, ...]) -> int:
    """Plan one part of an order in one unit; returns how many people are in it.

    1. Make the keys durable of the plan and of the one that tells people afterwards.
    2. Decide again, for this order and for every other one, and look again at who is there.
    3. Plan; hang the plan on every order whose demands it fulfils; record.
    """
    plan, letters = PlanId(new_id()), PlanId(new_id())
    app.keyring.create(plan_key(plan), plan_key(letters))  # 1
    app.at("order.keys")
    with app.store.unit() as unit:
        every = demands(unit)  # 2
        permits = _permits(app, unit, every)
        part = _part(unit, demand, every, permits, candidates)
        if part is not None:
            _write_part(app, unit, plan, part)  # 3
            _plan_letters(app, unit, letters, plan, part, every)
            hung = _hang(unit, every, plan, part)
            objects = (*(("order", one) for one in hung), ("plan", plan), *_grants(part))
            kind = _entry_kind(part.kinds)
            facts = (("cause", CAUSE), ("data", word_of(part.kinds)), *people_facts(hung.items()))
            record(app, unit, kind, permits[demand.order.id], objects, facts)
    if part is None:
        app.keyring.shred(plan_key(plan), plan_key(letters))
        return 0
    app.at("order.planned")
    return len(part.people)


def _permits(app: App, unit: Unit, every: Iterable[Demand]) -> dict[str, Permit]:
    """Return the permits of the orders for which people may be erased now."""
    found: dict[str, Permit] = {}
    for one in every:
        decided = may_carry_out(app, unit, one.order) if one.confirmed and one.kinds else None
        if isinstance(decided, Permit):
            found[one.order.id] = decided
    return found


def _part(
    unit: Unit,
    demand: Demand,
    every: Iterable[Demand],
    permits: dict[str, Permit],
    candidates: tuple[Person, ...],
) -> _Part | None:
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
    return _Part(tuple(found), kinds) if found else None


def _write_part(app: App, unit: Unit, plan: PlanId, part: _Part) -> None:
    """Write the plan, and make the people unfindable from this commit on."""
    held = held_grants(unit)
    alone = part.people[0] if len(part.people) == 1 else None
    kept_back = alone is not None and not held.isdisjoint(grant.id for grant in alone.grants)
    if alone is not None and kept_back and DataKind.PEOPLE in part.kinds:
        # The erasure of one person knows how to wait for a hold with what it names alone.
        plan_erasure(app, unit, plan, alone.subject, CAUSE)
        return
    grants = [grant for person in part.people for grant in person.grants]
    sealed = seal_part(app, plan, _payload(app, unit, part))
    if DataKind.PEOPLE in part.kinds:
        unit.people.set_state([one.id for one in part.people], SubjectState.ERASING)
    if part.kinds & {DataKind.PEOPLE, DataKind.TEMPLATES}:
        kept = [grant.id for grant in grants if grant.kept]
        unit.grants.set_states(kept, GrantState.ENDING, unit.head.size)
    steps = [Effect(plan, n, kind, WorkState.OPEN) for n, kind in enumerate(steps_of(part.kinds))]
    unit.plans.add(_plan(unit, plan, word_of(part.kinds), [g.id for g in grants], sealed), steps)


def _plan_letters(
    app: App,
    unit: Unit,
    letters: PlanId,
    plan: PlanId,
    part: _Part,
    every: Iterable[Demand],
) -> None:
    """Plan to tell each person afterwards: only this plan knows their contact then."""
    known = _identities(app, part.people)
    sources = sources_of(unit)
    ordered = [
        (one.order.authority, one.order.reference)
        for one in every
        if one.kinds and any(reaches(one, person, sources) for person in part.people)
    ]
    payload = PartLettersPayload(
        part=plan,
        orders=tuple(ordered),
        data=tuple(sorted(part.kinds)),
        people=tuple((one.contact, one.language) for one in known.values() if one.contact),
    )
    sealed = seal_part(app, letters, payload)
    steps = (EffectKind.DELIVER_CERTIFICATE, EffectKind.FORGET_PLAN)
    unit.plans.add(
        _plan(unit, letters, LETTERS, [], sealed),
        [Effect(letters, n, kind, WorkState.OPEN) for n, kind in enumerate(steps)],
    )


def _plan(unit: Unit, plan: PlanId, cause: str, grants: Sequence[GrantId], sealed: bytes) -> Plan:
    return Plan(
        id=plan,
        kind=PlanKind.ORDER,
        cause=cause,
        subject=NOBODY,
        grants=tuple(grants),
        sealed=sealed,
        state=WorkState.OPEN,
        created_at=unit.now,
    )


def _hang(unit: Unit, every: Iterable[Demand], plan: PlanId, part: _Part) -> dict[OrderId, int]:
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


def _grants(part: _Part) -> Objects:
    return tuple(("grant", grant.id) for person in part.people for grant in person.grants)


def _entry_kind(kinds: Kinds) -> EntryKind:
    """Return what the entry says: a restore does again what these kinds of entries say."""
    if DataKind.PEOPLE in kinds:
        return EntryKind.SUBJECT_ERASING
    return EntryKind.GRANT_ENDING if DataKind.TEMPLATES in kinds else EntryKind.ORDER_PLANNED


def _payload(app: App, unit: Unit, part: _Part) -> PartPayload:
    """Gather what the last checks must look for, while it can be read."""
    known = _identities(app, part.people) if DataKind.PEOPLE in part.kinds else {}
    words = (word for one in known.values() for word in (one.name, one.contact) if word)
    # What is on its way out already is another plan's to look for.
    grants = [g.id for one in part.people for g in one.grants if g.state not in _GOING]
    looked = part.kinds & {DataKind.PEOPLE, DataKind.TEMPLATES}
    templates = unit.people.templates(grants) if looked else ()
    keys = app.keyring.get_many({grant_key(one.grant) for one in templates})
    named = ((one, keys.get(grant_key(one.grant))) for one in templates)
    rows = [row_of(one, key) for one, key in named if key is not None]
    return PartPayload(
        people=tuple(one.id for one in part.people),
        templates=tuple((row.template.model, row.template.values) for row in rows),
        words=tuple(word.encode() for word in words),
    )


def _identities(app: App, people: Iterable[Person]) -> dict[SubjectId, Identity]:
    """Open who people are, with one look into the keyring."""
    there = [one.subject for one in people if one.subject.sealed_identity]
    keys = app.keyring.get_many(subject_key(one.id) for one in there)
    found = {}
    for one in there:
        key = keys.get(subject_key(one.id))
        if key is not None:
            opened = open_sealed(key, one.sealed_identity, f"subject:{one.id}")
            found[one.id] = from_bytes(Identity, opened)
    return found


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

"""Takes parts of orders up again in a restored store, as the ledger tells of them.

A part that was planned after the backup comes back under its own number: what is done for it
from now on belongs to the same orders, and their packs prove the same people (GDPR 5(2)).

1. Its plan's own key goes with its last step: without it the part was carried out to its end.
2. Once its people's keys are gone, a restore keeps no row of theirs. What was done stays done,
   and the steps that follow are taken. What nobody can look for any more is not said to have
   been looked for.
3. Before that their rows are back with the backup, and so everything is done again but the
   letters to those whom somebody searched.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from licet.app import App
from licet.effects.carrying.demands import (
    OF_GRANTS,
    Kinds,
    Person,
    demands,
    kinds_in,
    kinds_of,
    people_of,
)
from licet.effects.carrying.owed import OWED
from licet.effects.carrying.parts import (
    CAUSE,
    GOING,
    LETTERS,
    Part,
    plan_of_one,
    whose,
    write_letters,
    write_over,
    write_part,
)
from licet.effects.carrying.people import people_in
from licet.effects.carrying.splitting import GONE, letters_of, move_part, take_out
from licet.effects.record import Facts
from licet.effects.sealed import grant_key, open_part, plan_key, seal_part, subject_key
from licet.effects.settling import Since, finish_over
from licet.ledger.order_entries import TAKEN_FROM, people_of_orders
from licet.store.unit import Unit
from licet.terms.grant import Subject, SubjectState
from licet.terms.ids import GrantId, KeyId, OrderId, PlanId, new_id
from licet.terms.ledger import Entry, EntryKind
from licet.terms.order import DataKind, OrderPart
from licet.terms.plan import Effect, EffectKind, Plan, PlanKind, WorkState

_KINDS = frozenset({EntryKind.SUBJECT_ERASING, EntryKind.GRANT_ENDING, EntryKind.ORDER_PLANNED})


def is_part(entry: Entry) -> bool:
    """Say whether an entry tells that a part of an order was planned."""
    said = dict(entry.facts)
    return entry.kind in _KINDS and said.get("cause") == CAUSE and "data" in said


def plan_again(app: App, unit: Unit, entry: Entry) -> tuple[PlanId, int] | None:
    """Plan a part again that the backup does not know; how many of its grants were kept.

    1. Find its people, and take those out of another part whom it was made for.
    2. Write its plan, and whom to tell of it while it is known who they are.
    3. Hang it on its orders, with as many people as its entry says.

    None for a part that the backup knows.
    """
    plan = PlanId(dict(entry.objects)["plan"])
    if unit.plans.get(plan) is not None:
        return None
    part = _part_of(app, unit, entry, plan)
    before = _before(entry)
    for person in part.people if before else ():  # 1
        _take_out(app, unit, before, person)
    kept = sum(grant.kept for person in part.people for grant in person.grants)
    _write(app, unit, plan, part, entry)  # 2
    for name, people in people_of_orders(entry).items():  # 3
        order = OrderId(name)
        if unit.orders.get(order) is None:
            continue
        moved = [one for one in unit.orders.parts(order) if one.plan == before]
        if moved:
            move_part(unit, moved[0], plan, people)
        else:
            unit.orders.add_part(OrderPart(order, plan, people))
    return plan, kept


def settle_parts(app: App, unit: Unit, since: Since, again: Iterable[PlanId]) -> None:
    """Note in open parts what was done since the backup; ``again`` are those planned again."""
    finish_over(app, unit, _open(unit), since)  # 1
    anew = frozenset(again)
    for plan in _open(unit):
        found = since.get(plan.id, {})
        for effect in _over(app, unit.plans.effects(plan.id), plan, found, plan.id in anew):
            facts = found.get(effect.kind.value, ())
            unit.plans.finish_effect(replace(effect, state=WorkState.DONE, found=facts))
        if all(e.state is WorkState.DONE for e in unit.plans.effects(plan.id)):
            unit.plans.finish(plan.id)


def _open(unit: Unit) -> list[Plan]:
    """Return the parts that are open, and no plan that follows one."""
    plans = unit.plans.open()
    after = {LETTERS, OWED}
    return [one for one in plans if one.kind is PlanKind.ORDER and one.cause not in after]


def _over(
    app: App, effects: Iterable[Effect], plan: Plan, found: dict[str, Facts], lost: bool
) -> Iterator[Effect]:
    """Give the open steps of a part that are not to be taken any more.

    ``lost`` says that what it had to know came after the backup.
    """
    keys = _keys(app, plan)
    gone = bool(keys) and app.keyring.absent(keys) == keys
    shredded = gone or EffectKind.SHRED_KEYS.value in found
    for effect in effects:
        if effect.state is WorkState.DONE:
            continue
        done = effect.kind.value in found
        told = done and effect.kind is EffectKind.DELIVER_HISTORY  # 3
        # 2. With the keys went what it would have to look for in every file.
        unknown = shredded and lost and effect.kind is EffectKind.SCAN_BYTES
        if told or unknown or (shredded and done):  # 2
            yield effect


def _keys(app: App, plan: Plan) -> frozenset[KeyId]:
    """Return keys that go with a part: of its grants, or of who gave none."""
    if plan.grants or DataKind.PEOPLE not in kinds_of(plan):
        return frozenset(map(grant_key, plan.grants if kinds_of(plan) & OF_GRANTS else ()))
    return frozenset(map(subject_key, people_in(app, plan)))


def _part_of(app: App, unit: Unit, entry: Entry, plan: PlanId) -> Part:
    """Return the people of whom an entry names a grant, as far as the backup knows them.

    Where it names none it is of one person who gave none.
    """
    named = _grants(entry)
    grants = unit.grants.many(named).values()
    people = list(unit.subjects.many(sorted({grant.subject for grant in grants})).values())
    if not named:
        people = list(_alone(app, unit, entry, plan))
    kinds: Kinds = kinds_in(str(dict(entry.facts)["data"]))
    return Part(tuple(sorted(people_of(unit, people), key=lambda one: one.id)), kinds)


def _alone(app: App, unit: Unit, entry: Entry, plan: PlanId) -> Iterator[Subject]:
    """Give who gave no grant, as far as the backup knows them: their plan's entry names them.

    One of an earlier version does not, and their key alone tells, which makes the plan's number.
    """
    if not app.keyring.has(plan_key(plan)):
        return
    named = whose(app, plan, entry)
    if named is not None:
        found = unit.subjects.get(named)
        yield from () if found is None else (found,)
        return
    there = unit.subjects.without_grants()
    keys = app.keyring.get_many({subject_key(one.id) for one in there})
    known = ((one, keys.get(subject_key(one.id))) for one in there)
    yield from (one for one, key in known if key is not None and plan_of_one(key) == plan)


def _write(app: App, unit: Unit, plan: PlanId, part: Part, entry: Entry) -> None:
    """Write a part's plan; of one whose key is gone only that it was, for nothing opens it.

    The keys of people whom the backup does not know go with the others', and are looked for.
    """
    if not app.keyring.has(plan_key(plan)):
        write_over(unit, plan, part)
        return
    write_part(app, unit, plan, part, GONE if _before(entry) else GOING)
    alone = None if part.people else whose(app, plan, entry)
    lost = tuple(one for one in _grants(entry) if one not in set(part.grants))
    written = unit.plans.get(plan)
    if lost and written is not None:
        unit.plans.set_part(plan, (*written.grants, *lost), written.sealed)
    if alone is not None and written is not None:
        payload = replace(open_part(app, written), people=(alone,))
        unit.plans.set_sealed(plan, seal_part(app, plan, payload))
    if any(one.subject.state is not SubjectState.ERASED for one in part.people):
        letters = PlanId(new_id())
        app.keyring.create(plan_key(letters))
        write_letters(app, unit, letters, plan, part, demands(unit))


def _take_out(app: App, unit: Unit, plan: PlanId, person: Person) -> None:
    part = unit.plans.get(plan)
    if part is not None:
        take_out(app, unit, part, person, letters_of(app, unit, plan))


def _before(entry: Entry) -> PlanId:
    """Return the part that people were taken out of, empty for people who were in none."""
    return PlanId(str(dict(entry.facts).get(TAKEN_FROM, "")))


def _grants(entry: Entry) -> list[GrantId]:
    return [GrantId(named) for role, named in entry.objects if role == "grant"]

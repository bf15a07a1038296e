"""Copies of photos that an order wants destroyed and a legal hold on somebody needs.

An order to destroy photos means the operator's own copies, whoever else is in them; but what
somebody needs for a claim of theirs stays (GDPR 17(3)(e)), whether the order reaches them or
not. Such a copy is owed: a plan of its own waits for the hold and no longer, the order's entry
names it, and the pack counts it and names the hold.
"""

from collections.abc import Collection, Iterable
from hashlib import sha256
from uuid import UUID

from licet.app import App
from licet.effects.plans import Found
from licet.effects.record import record_machine
from licet.effects.sealed import appearances_of, open_owed, plan_key, seal_part
from licet.effects.shelving import PART, end_copies
from licet.store.unit import Reader, Unit
from licet.terms.errors import Busy, KeyAbsent
from licet.terms.gallery import TemplateKind
from licet.terms.ids import CopyId, GrantId, ItemId, PlanId
from licet.terms.ledger import Entry, EntryKind
from licet.terms.payload import OwedPayload
from licet.terms.plan import NOBODY, Effect, EffectKind, Plan, PlanKind, WorkState
from licet.terms.rights import Hold
from licet.terms.source import KeptCopy

OWED = "copies"
"""The cause of a plan that ends copies once no hold needs them."""

_ORDER = (("cause", "order"),)
_WAITS = Busy("a legal hold needs copies of photos since", "They stay; all else goes on.")


def items_of(app: App, reader: Reader | Unit, grants: Collection[GrantId]) -> set[ItemId]:
    """Return the photos and videos in which somebody appears under these grants."""
    kept = reader.people.templates(tuple(grants)) if grants else ()
    seen = (one for one in kept if one.kind is TemplateKind.APPEARANCE)
    return {found.item for _, found in appearances_of(app, seen)}


def holds_needing(
    app: App, reader: Reader | Unit, copies: Collection[CopyId]
) -> dict[CopyId, set[Hold]]:
    """Return which of the copies legal holds need now, and which holds those are."""
    needed: dict[CopyId, set[Hold]] = {}
    for hold in reader.holds.in_force(reader.now) if copies else ():
        for one in reader.copies.of_items(items_of(app, reader, hold.grants)):
            if one.id in copies:
                needed.setdefault(one.id, set()).add(hold)
    return needed


def copies_in(app: App, reader: Reader | Unit, plan: Plan) -> tuple[KeptCopy, ...]:
    """Return the copies of photos in which people of a part appear, whoever else is there."""
    return reader.copies.of_items(items_of(app, reader, plan.grants))


def make_owed_key(app: App, plan: Plan) -> None:
    """Make the key durable of the plan that will wait for holds, where there is to be one."""
    with app.store.read() as reader:
        copies = {one.id for one in copies_in(app, reader, plan)}
        needed = holds_needing(app, reader, copies)
    if needed:
        app.keyring.create(plan_key(plan_of_owed(plan.id)))


def plan_of_owed(part: PlanId) -> PlanId:
    """Return the id of the plan that waits for what a part must leave."""
    return PlanId(str(UUID(bytes=sha256(f"{part}:{OWED}".encode()).digest()[:16], version=4)))


def end_ordered(app: App, unit: Unit, plan: Plan) -> int:
    """End the copies of photos of a part's people, and return how many; what a hold needs is owed.

    Raises ``Busy`` when a hold was placed since the plan last looked.
    """
    copies = {one.id: one for one in copies_in(app, unit, plan)}
    needed = holds_needing(app, unit, set(copies))
    ended = end_copies(unit, [one for one in copies.values() if one.id not in needed], _ORDER)
    if needed:
        _owe(app, unit, plan.id, sorted(needed))
    return ended


def _owe(app: App, unit: Unit, part: PlanId, copies: list[CopyId]) -> None:
    """Plan to end copies later, and name them in entries of the part's orders."""
    plan = plan_of_owed(part)
    if not app.keyring.has(plan_key(plan)):
        raise _WAITS
    _write(app, unit, plan, copies)
    orders = tuple(("order", one.order) for one in unit.orders.of_plan(part))
    for start in range(0, len(copies), PART):
        named = tuple(("copy", one) for one in copies[start : start + PART])
        objects = (*orders, ("plan", plan), *named)
        record_machine(unit, EntryKind.COPIES_OWED, objects, _ORDER)


def _write(app: App, unit: Unit, plan: PlanId, copies: Iterable[CopyId]) -> None:
    """Write the plan that ends copies once no hold needs them, or add to it what it lacks."""
    known = unit.plans.get(plan)
    if known is not None and known.state is not WorkState.DONE:
        every = dict.fromkeys((*open_owed(app, known).copies, *copies))
        unit.plans.set_sealed(plan, seal_part(app, plan, OwedPayload(tuple(every))))
    if known is not None:
        return
    sealed = seal_part(app, plan, OwedPayload(tuple(copies)))
    steps = (EffectKind.FORGET_ITEMS, EffectKind.FORGET_PLAN)
    unit.plans.add(
        Plan(plan, PlanKind.ORDER, OWED, NOBODY, (), sealed, WorkState.OPEN, unit.now),
        [Effect(plan, n, kind, WorkState.OPEN) for n, kind in enumerate(steps)],
    )


def owe_again(app: App, unit: Unit, entry: Entry) -> None:
    """Owe copies again, in a restored store, that a later entry names.

    Without the plan's own key they ended since, and entries of their own say so.
    """
    plan = PlanId(dict(entry.objects)["plan"])
    if app.keyring.has(plan_key(plan)):
        copies = [CopyId(named) for role, named in entry.objects if role == "copy"]
        _write(app, unit, plan, copies)


def wait_for_holds(app: App, plan: Plan) -> Found | None:
    """Wait while a hold needs one of the copies; the others end at once."""
    with app.store.read() as reader:
        there = _there(app, reader, plan)
        needed = holds_needing(app, reader, set(there))
    if not needed:
        return ()
    if len(needed) < len(there):
        with app.store.unit() as unit:
            there = _there(app, unit, plan)
            needed = holds_needing(app, unit, set(there))
            free = [one for name, one in there.items() if name not in needed]
            end_copies(unit, free, _ORDER)
    return None


def end_owed(app: App, unit: Unit, plan: Plan) -> Found:
    """End what is left of owed copies. Raises ``Busy`` when a hold needs one since."""
    there = _there(app, unit, plan)
    if holds_needing(app, unit, set(there)):
        raise _WAITS
    return (("copies", end_copies(unit, tuple(there.values()), _ORDER)),)


def _there(app: App, reader: Reader | Unit, plan: Plan) -> dict[CopyId, KeptCopy]:
    """Return the copies of a plan that may be read still."""
    try:
        copies = open_owed(app, plan).copies
    except KeyAbsent:
        return {}
    found = (reader.copies.get(one) for one in copies)
    return {one.id: one for one in found if one is not None and not one.ending}

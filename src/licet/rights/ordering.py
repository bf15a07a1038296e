"""Authorities' orders: written down at once, carried out when two said so, proved, closed.

Writing an order down stops what it stops, by one member alone. Nobody is erased by that:
what cannot be undone takes two, one of them the data protection officer. What is left to do
then is read from what is there (``effects/carrying``), and the order ends when its pack
was sent (GDPR 31, 58(2)).
"""

from dataclasses import dataclass, replace

from licet.app import App
from licet.consent.decide import decide
from licet.effects.acting import organisation_of
from licet.effects.facts import read_facts
from licet.effects.ordering.counting import (
    in_tens,
    keep_checkpoint,
    note_found,
    told_exactly,
)
from licet.effects.ordering.meeting import COLLECTING, PROVED, meet
from licet.effects.ordering.naming import name_people
from licet.effects.ordering.reading import require_stated, spell_order
from licet.effects.ordering.writing import (
    clauses_of,
    confirming,
    draft,
    end_versions,
    ended_by_confirming,
    ended_by_registering,
    entry_facts,
    entry_objects,
    place_blocks,
    registering,
    require_newer,
    require_notified,
    stands_for,
    without_text,
)
from licet.effects.record import record, record_refusal
from licet.effects.sealed import order_key
from licet.store.unit import Reader, Unit
from licet.terms.acting import Who
from licet.terms.errors import Conflict, NotFound
from licet.terms.ids import BlockId, OrderId, new_id
from licet.terms.ledger import EntryKind
from licet.terms.order import Order, OrderState, OrderWish, Reached
from licet.terms.permit import Action, Ask, Permit, Refusal


@dataclass(frozen=True, slots=True)
class Registered:
    """An order that was written down, the blocks that hold for it, and what it reaches.

    ``superseded`` are earlier versions that it took the place of. ``found`` is None where
    it was counted before. Not ``exact``: what of it tells of one person is rounded to tens.
    """

    order: OrderId
    state: OrderState
    blocks: tuple[BlockId, ...]
    superseded: tuple[OrderId, ...]
    found: Reached | None
    exact: bool
    leaf: int


@dataclass(frozen=True, slots=True)
class Confirmed:
    """An order that two members confirmed, and the versions that ended by it."""

    order: OrderId
    state: OrderState
    superseded: tuple[OrderId, ...]
    leaf: int


def register(app: App, who: Who, wish: OrderWish, text: str = "") -> Registered | Refusal:
    """Write an authority's order down and stop what it stops.

    ``text`` is the document that it was read from; without one the wish is spelled out.

    1. Make the order's key durable. One that came back by a restore is taken up by its text.
    2. In one unit of work: decide; add the order; place its blocks if it binds; let it take
       the place of versions that do not bind; record.
    3. Block by name whom it reaches by one grant of several.
    4. Mirror the ledger, and keep that checkpoint: what comes later is proved to extend it.
    5. Count what it reaches: its blocks hold already, and do not wait for that.

    Raises ``NotFound`` for a source or person not known, ``Conflict`` for a version that is
    here already, ``BadInput`` for one older than what is here, or notified in days to
    come, or stated otherwise in its text.
    """
    text = text or spell_order(wish)
    require_stated(wish, text)
    with app.store.read() as reader:  # 1
        lost = without_text(reader, text)
    order_id = OrderId(new_id()) if lost is None else lost.id
    app.keyring.create(order_key(order_id))
    app.at("order.key")
    with app.store.unit() as unit:  # 2
        ask = _asking(app, unit, who, Action.REGISTER_ORDER)
        facts = read_facts(app, unit, ask, who, unit.now, registering(wish, text))
        permit = decide(ask, facts, unit.now)
        if isinstance(permit, Refusal):
            return record_refusal(app, unit, ask, permit)
        if lost is None:
            done = _add(app, unit, permit, draft(app, unit, order_id, wish, text), (wish, text))
        else:
            done = _take_up(app, unit, permit, draft(app, unit, order_id, wish, text))
        done = replace(done, exact=told_exactly(unit, who))
    app.at("order.committed")
    named = name_people(app, order_id) if done.blocks else ()  # 3
    app.at("order.stopped")
    keep_checkpoint(app, order_id)  # 4
    found = note_found(app, order_id)  # 5
    app.publish()
    if found is not None and not done.exact:
        found = in_tens(found)
    return replace(done, blocks=(*done.blocks, *named), found=found)


def confirm(app: App, who: Who, order_id: OrderId) -> Confirmed | Refusal:
    """Let an order be carried out, or, by a later version, not be carried out any more.

    1. In one unit of work: decide. A version that was appealed does not bind: two members
       sign then that the one before it, which does, ends by it.
    2. Whoever waits is answered from now on, and then people are erased; the versions
       before end, and what was blocked for them stays blocked.
    3. Record, mirror the ledger.

    Raises ``NotFound``, ``Conflict`` for an order that was confirmed before.
    """
    with app.store.unit() as unit:  # 1
        order = _order(unit, order_id)
        if order.confirmed_at is not None:
            raise Conflict("the order was confirmed already", "See `licet order show`.")
        about = stands_for(unit, order)
        ask = _asking(app, unit, who, Action.CONFIRM_ORDER, about.id)
        signed = confirming(order, unit.orders.clauses(order.id))
        permit = decide(ask, read_facts(app, unit, ask, who, unit.now, signed), unit.now)
        if isinstance(permit, Refusal):
            return record_refusal(app, unit, ask, permit)
        ended = ended_by_confirming(unit, order)  # 2
        _supersede(app, unit, permit, ended, order.id)
        if order.binds:
            order = replace(order, state=OrderState.EXECUTING, confirmed_at=unit.now)
            unit.orders.put(order)
        facts = (("appealed", not order.binds),)
        leaf = record(
            app, unit, EntryKind.ORDER_CONFIRMED, permit, (("order", order.id),), facts
        )  # 3
    app.at("order.confirmed")
    app.publish()
    return Confirmed(order.id, order.state, tuple(one.id for one in ended), leaf)


def sent(app: App, who: Who, order_id: OrderId, pack: str) -> int | Refusal:
    """Record that an order's pack went to the authority; returns the leaf index.

    ``pack`` is the SHA-256 (hex) of the file that was sent.

    1. In one unit of work: decide; note which file it was, and when; record; what was to be
       proved is met by it.
    2. Mirror the ledger.

    Raises ``NotFound``.
    """
    with app.store.unit() as unit:  # 1
        order = _order(unit, order_id)
        ask = replace(_asking(app, unit, who, Action.SEND_ORDER, order_id), evidence=pack)
        permit = decide(ask, read_facts(app, unit, ask, who, unit.now, pack), unit.now)
        if isinstance(permit, Refusal):
            return record_refusal(app, unit, ask, permit)
        unit.orders.put(replace(order, state=OrderState.SENT, pack=pack, sent_at=unit.now))
        objects = (("order", order.id),)
        leaf = record(app, unit, EntryKind.ORDER_SENT, permit, objects, (("pack", pack),))
        meet(app, unit, permit, order_id, PROVED)
    app.publish()  # 2
    return leaf


def close(app: App, who: Who, order_id: OrderId) -> int | Refusal:
    """End an order whose pack was sent; its blocks stay until they are lifted.

    1. In one unit of work: decide, close it, record. Returns the leaf index.
    2. Mirror the ledger.

    Raises ``NotFound``.
    """
    with app.store.unit() as unit:  # 1
        order = _order(unit, order_id)
        ask = _asking(app, unit, who, Action.CLOSE_ORDER, order_id)
        permit = decide(ask, read_facts(app, unit, ask, who, unit.now), unit.now)
        if isinstance(permit, Refusal):
            return record_refusal(app, unit, ask, permit)
        unit.orders.put(replace(order, state=OrderState.CLOSED, closed_at=unit.now))
        leaf = record(app, unit, EntryKind.ORDER_CLOSED, permit, (("order", order.id),))
    app.publish()  # 2
    return leaf


def _add(
    app: App, unit: Unit, permit: Permit, order: Order, written: tuple[OrderWish, str]
) -> Registered:
    """Add an order that is new here, within the unit that decided on it."""
    wish, text = written
    require_notified(wish, unit.now)
    require_newer(unit, wish)
    clauses = clauses_of(order.id, wish)
    unit.orders.add(order, clauses)
    objects, facts = entry_objects(unit, order), entry_facts(order, clauses, text)
    leaf = record(app, unit, EntryKind.ORDER_REGISTERED, permit, objects, facts)
    blocks: tuple[BlockId, ...] = ()
    if order.binds:
        blocks = place_blocks(app, unit, permit, order, clauses)
        meet(app, unit, permit, order.id, COLLECTING)
    ended = ended_by_registering(unit, order)
    _supersede(app, unit, permit, ended, order.id)
    superseded = tuple(one.id for one in ended)
    return Registered(order.id, order.state, blocks, superseded, None, False, leaf)


def _take_up(app: App, unit: Unit, permit: Permit, again: Order) -> Registered:
    """Give an order that came back by a restore its text and its names again."""
    order = _order(unit, again.id)
    unit.orders.put(
        replace(order, authority=again.authority, reference=again.reference, sealed=again.sealed)
    )
    facts = (("state", order.state.value), ("taken_up", True))
    leaf = record(app, unit, EntryKind.ORDER_AMENDED, permit, (("order", order.id),), facts)
    return Registered(order.id, order.state, (), (), None, False, leaf)


def _supersede(app: App, unit: Unit, permit: Permit, ended: tuple[Order, ...], by: OrderId) -> None:
    objects = end_versions(unit, ended, by)
    if objects:
        facts = (("state", OrderState.SUPERSEDED.value),)
        record(app, unit, EntryKind.ORDER_AMENDED, permit, objects, facts)


def _order(reader: Reader | Unit, order: OrderId) -> Order:
    found = reader.orders.get(order)
    if found is None:
        raise NotFound("there is no such order", "See `licet order list`.")
    return found


def _asking(app: App, unit: Unit, who: Who, action: Action, order: OrderId | None = None) -> Ask:
    return Ask(
        action,
        who.by,
        app.model,
        organisation=organisation_of(unit, who),
        member=who.member,
        order=order,
    )

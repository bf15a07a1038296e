"""Blocks by name people whom an order reaches by one grant of several (GDPR 58(2)(f)).

A block on a territory or a source knows one grant at a time, and all of a person is in an
order's scope. Who these people are takes a look at every grant that ties somebody, and each
has an entry of their own: so it is no part of the unit that registers the order, whose other
blocks hold from its commit on. It follows at once, a few hundred people in a unit. Who was
named is read from the blocks: whoever is killed in between leaves a rest behind, which the
worker finishes, and the clause to stop use is met after the last of them.
"""

from collections.abc import Collection
from dataclasses import replace

from licet.app import App
from licet.effects.blocking import place
from licet.effects.ordering.meeting import USE, meet_alone, unmet
from licet.effects.ordering.writing import stops_of
from licet.effects.reaching import reached
from licet.ledger.order_entries import cause_of
from licet.store.unit import Unit
from licet.terms.ids import BlockId, OrderId, SubjectId

MOST = 20_000
"""So many people are looked for together: each look reads every grant that ties somebody."""

GROUP = 200
"""So many are named in one unit: others who write wait no more than a moment for it."""


def name_people(app: App, order: OrderId) -> tuple[BlockId, ...]:
    """Block by name whom an order reaches by one grant of several; then its use is stopped.

    Returns the blocks that it placed. It may be done again, and by several at once.
    """
    placed: list[BlockId] = []
    more = True
    while more:
        people = _unnamed(app, order)
        for start in range(0, len(people), GROUP):
            with app.store.unit() as unit:
                placed += _name(unit, order, people[start : start + GROUP])
            app.at("order.named")
        more = len(people) == MOST
    with app.store.read() as reader:
        stopped = not unmet(reader, order, USE)
    if not stopped:
        with app.store.unit() as unit:
            meet_alone(unit, order, USE)
    return tuple(placed)


def name_person(unit: Unit, subject: SubjectId) -> None:
    """Block somebody by name who gave one more grant while an order reaches them by another.

    Within the unit that makes that grant active: it is usable at no moment.
    """
    causes = unit.blocks.causes()
    person = unit.subjects.get(subject) if causes else None
    if person is None:
        return
    for order in unit.orders.all():
        if cause_of(order.id) in causes and reached(unit, order.scope, person):
            _name(unit, order.id, (subject,))


def _unnamed(app: App, order: OrderId) -> tuple[SubjectId, ...]:
    with app.store.read() as reader:
        known = reader.orders.get(order)
        if known is None or not stops_of(reader.orders.clauses(order)).use:
            return ()
        return reader.reach.half_tied(known.scope, cause_of(order), MOST)


def _name(unit: Unit, order: OrderId, people: Collection[SubjectId]) -> list[BlockId]:
    """Place the blocks of those who have none for this order yet; it may be lifted since."""
    cause, stops = cause_of(order), stops_of(unit.orders.clauses(order))
    if not stops.use:
        return []
    new = unit.subjects.many(people).keys() - unit.blocks.named(cause, people)
    return [place(unit, replace(stops, subject=one), cause) for one in sorted(new)]

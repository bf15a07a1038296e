"""Notes that a clause was met: by a block, or by the pack that went out (GDPR 5(2))."""

from collections.abc import Collection, Iterator

from licet.app import App
from licet.effects.record import Facts, Objects, record, record_machine
from licet.store.unit import Reader, Unit
from licet.terms.ids import OrderId
from licet.terms.ledger import EntryKind
from licet.terms.order import Clause, ClauseKind
from licet.terms.permit import Permit

COLLECTING = frozenset({ClauseKind.STOP_COLLECTING})
"""Met as soon as the order's blocks hold."""

USE = frozenset({ClauseKind.STOP_USE})
"""Met when those hold too that name people whom the order reaches by one grant of several."""

PROVED = frozenset({ClauseKind.PROVE})
"""Met when the pack went to the authority."""


def unmet(reader: Reader | Unit, order: OrderId, kinds: Collection[ClauseKind]) -> list[Clause]:
    """Return an order's clauses of these kinds that are not met yet."""
    return [c for c in reader.orders.clauses(order) if c.kind in kinds and c.done_at is None]


def meet(
    app: App, unit: Unit, permit: Permit, order: OrderId, kinds: Collection[ClauseKind]
) -> None:
    """Note that an order's clauses of these kinds are met now, and by whose act."""
    for objects, facts in _met(unit, order, kinds):
        record(app, unit, EntryKind.CLAUSE_MET, permit, objects, facts)


def meet_alone(unit: Unit, order: OrderId, kinds: Collection[ClauseKind]) -> None:
    """Note that an order's clauses of these kinds are met now, by what the machine did."""
    for objects, facts in _met(unit, order, kinds):
        record_machine(unit, EntryKind.CLAUSE_MET, objects, facts)


def _met(
    unit: Unit, order: OrderId, kinds: Collection[ClauseKind]
) -> Iterator[tuple[Objects, Facts]]:
    for clause in unmet(unit, order, kinds):
        unit.orders.clause_done(order, clause.n, unit.now)
        facts = (
            ("n", clause.n),
            ("clause", clause.kind.value),
            ("in_time", unit.now <= clause.due),
        )
        yield (("order", order),), facts

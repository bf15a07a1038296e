"""Notes that a clause was met: by a block, or by the pack that went out (GDPR 5(2))."""

from collections.abc import Collection

from licet.app import App
from licet.effects.record import record
from licet.store.unit import Unit
from licet.terms.ids import OrderId
from licet.terms.ledger import EntryKind
from licet.terms.order import ClauseKind
from licet.terms.permit import Permit

STOPPED = frozenset({ClauseKind.STOP_COLLECTING, ClauseKind.STOP_USE})
"""Met as soon as the order's blocks hold."""

PROVED = frozenset({ClauseKind.PROVE})
"""Met when the pack went to the authority."""


def meet(
    app: App, unit: Unit, permit: Permit, order: OrderId, kinds: Collection[ClauseKind]
) -> int:
    """Note that an order's clauses of these kinds are met now; returns how many were not before."""
    met = [c for c in unit.orders.clauses(order) if c.kind in kinds and c.done_at is None]
    for clause in met:
        unit.orders.clause_done(order, clause.n, unit.now)
        facts = (
            ("n", clause.n),
            ("clause", clause.kind.value),
            ("in_time", unit.now <= clause.due),
        )
        record(app, unit, EntryKind.CLAUSE_MET, permit, (("order", order),), facts)
    return len(met)

"""Authorities' orders, their clauses, and the plans that carry them out."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, insert, select, update

from licet.store import schema
from licet.store.prepared import Prepared
from licet.store.session import Group, Session, Shape, Values
from licet.terms.ids import OrderId, PlanId
from licet.terms.money import Money
from licet.terms.order import (
    BINDING,
    Clause,
    Order,
    OrderPart,
    OrderScope,
    OrderState,
    PenaltyTerms,
)

_CLAUSE = Shape(schema.clause, Clause)
_PART = Shape(schema.order_part, OrderPart)
_SCOPE = ("territories", "sources", "subjects")
_SUMS = ("fine", "per_day", "cap")
_NAMES = tuple(column.name for column in schema.order.c)


def _select() -> Select[Any]:
    return select(*schema.order.c)


_BY_ID = Prepared(_select().where(schema.order.c.id == bindparam("id")))
_BINDING = Prepared(
    _select()
    .where(schema.order.c.state.in_(tuple(BINDING)))
    .order_by(schema.order.c.registered_at, schema.order.c.leaf, schema.order.c.id)
)
_CLAUSES = _CLAUSE.by("order", order=(schema.clause.c.n,))
_PARTS_OF_PLAN = _PART.by("plan", order=(schema.order_part.c.order,))


def _read(row: Sequence[Any]) -> Order:
    column = dict(zip(_NAMES, row, strict=True))
    currency = column.pop("currency")
    scope = OrderScope(*(column.pop(name) for name in _SCOPE))
    sums = (column.pop(name) for name in _SUMS)
    penalties = PenaltyTerms(*(None if sum_ is None else Money(sum_, currency) for sum_ in sums))
    return Order(scope=scope, penalties=penalties, **column)


def _values(order: Order) -> Values:
    sums = {name: getattr(order.penalties, name) for name in _SUMS}
    currencies = {sum_.currency for sum_ in sums.values() if sum_ is not None}
    plain = [c.name for c in schema.order.c if c.name not in {*_SCOPE, *_SUMS, "currency"}]
    return {
        **{name: getattr(order, name) for name in plain},
        **{name: getattr(order.scope, name) for name in _SCOPE},
        **{name: None if sum_ is None else sum_.minor for name, sum_ in sums.items()},
        "currency": min(currencies, default=""),
    }


def _all(session: Session, statement: Select[Any] | Prepared) -> tuple[Order, ...]:
    return tuple(_read(row) for row in session.rows(statement))


class ReadOrders(Group):
    """Reading orders."""

    def get(self, order: OrderId) -> Order | None:
        """Return the order, or None."""
        row = self._session.first(_BY_ID, {"id": order})
        return None if row is None else _read(row)

    def all(self) -> tuple[Order, ...]:
        """Return every order, the last registered first."""
        column = schema.order.c
        ordered = _select().order_by(column.registered_at.desc(), column.leaf.desc(), column.id)
        return _all(self._session, ordered)

    def binding(self) -> tuple[Order, ...]:
        """Return the orders that still ask something of the operator, the oldest first."""
        return _all(self._session, _BINDING)

    def versions(self, authority: str, reference: str) -> tuple[Order, ...]:
        """Return the versions of one order, the first version first."""
        column = schema.order.c
        statement = _select().where(column.authority == authority, column.reference == reference)
        return _all(self._session, statement.order_by(column.version))

    def clauses(self, order: OrderId) -> tuple[Clause, ...]:
        """Return an order's clauses in their order."""
        return _CLAUSE.all(self._session, _CLAUSES, order=order)

    def parts(self, order: OrderId) -> tuple[OrderPart, ...]:
        """Return the plans that carry an order out, the first made first."""
        column = schema.order_part.c
        joined = _PART.select.join(schema.plan, schema.plan.c.id == column.plan)
        statement = joined.where(column.order == order)
        return _PART.all(
            self._session, statement.order_by(schema.plan.c.created_at, schema.plan.c.id)
        )

    def of_plan(self, plan: PlanId) -> tuple[OrderPart, ...]:
        """Return which orders a plan carries out."""
        return _PART.all(self._session, _PARTS_OF_PLAN, plan=plan)


class WriteOrders(ReadOrders):
    """Writing orders."""

    def add(self, order: Order, clauses: Iterable[Clause]) -> None:
        """Add an order with its clauses. Raises ``Conflict`` if this version is there already."""
        self._session.write(insert(schema.order), _values(order))
        for one in clauses:
            self._session.write(_CLAUSE.insert, _CLAUSE.values(one))

    def put(self, order: Order) -> None:
        """Replace an order's row. Raises ``NotFound``."""
        column = schema.order.c
        statement = update(schema.order).where(column.id == order.id)
        found = select(column.id).where(column.id == order.id)
        self._session.change(statement.values(_values(order)), found, "order")

    def set_state(self, order: OrderId, state: OrderState) -> None:
        """Set an order's state. Raises ``NotFound``."""
        column = schema.order.c
        statement = update(schema.order).where(column.id == order).values(state=state)
        self._session.change(statement, select(column.id).where(column.id == order), "order")

    def keep_checkpoint(self, order: OrderId, note: str) -> None:
        """Keep the signed note that an order was mirrored with (bookkeeping).

        The first one stays: what came later is proved to extend it.
        """
        column = schema.order.c
        where = (column.id == order, column.checkpoint == "")
        statement = update(schema.order).where(*where).values(checkpoint=note)
        self._session.write(statement, bookkeeping=True)

    def clause_done(self, order: OrderId, n: int, at: datetime) -> None:
        """Note when a clause was met. Raises ``NotFound``, ``Conflict`` if it was before."""
        column = schema.clause.c
        where = (column.order == order, column.n == n)
        statement = update(schema.clause).where(*where, column.done_at.is_(None))
        found = select(column.n).where(*where)
        self._session.change(statement.values(done_at=at), found, "clause")

    def add_part(self, part: OrderPart) -> None:
        """Note that a plan carries out a part of an order."""
        self._session.write(_PART.insert, _PART.values(part))

    def set_part(self, part: OrderPart) -> None:
        """Replace how many people of an order a plan reaches. Raises ``NotFound``."""
        column = schema.order_part.c
        where = (column.order == part.order, column.plan == part.plan)
        statement = update(schema.order_part).where(*where).values(people=part.people)
        self._session.change(statement, select(column.plan).where(*where), "order's part")

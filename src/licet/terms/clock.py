"""What an order's clock says on a day: which term is over, for how long, and what it costs."""

from dataclasses import dataclass
from datetime import date

from licet.terms.ids import OrderId
from licet.terms.money import Money
from licet.terms.order import ClauseKind, OrderState


@dataclass(frozen=True, slots=True)
class ClauseClock:
    """A clause on the day asked for.

    ``done`` is the day on which it was met, None while it was not. ``left`` are the days
    until its last one, negative when that is over; ``late`` says that it was not met by
    then. ``days`` are the days that it was overdue, each that began counted in full.
    """

    n: int
    kind: ClauseKind
    due: date
    done: date | None
    left: int
    late: bool
    days: int


@dataclass(frozen=True, slots=True)
class OrderClock:
    """An order on the day asked for.

    ``counts`` says that it binds, so that its sums are owed: what is only proposed, or was
    replaced by another version, owes nothing by itself. ``late`` says that it counts and a
    clause of it is overdue. ``due`` is the last day of the clause that is next, None when
    all are met. ``days`` are those on which any of its
    clauses was overdue: a day counts once. ``accrued`` is the sum for them, ``at_cap``
    that it grows no more; ``owed`` is it with the fine. ``most`` is the highest fine that
    the order's regime knows for not following one.
    """

    order: OrderId
    authority: str
    reference: str
    version: int
    state: OrderState
    regime: str
    counts: bool
    late: bool
    due: date | None
    clauses: tuple[ClauseClock, ...]
    days: int
    fine: Money | None
    per_day: Money | None
    cap: Money | None
    accrued: Money | None
    at_cap: bool
    owed: tuple[Money, ...]
    most: Money | None


@dataclass(frozen=True, slots=True)
class Owed:
    """What is owed to one authority over all its orders, one amount a currency."""

    authority: str
    orders: int
    amounts: tuple[Money, ...]


@dataclass(frozen=True, slots=True)
class Exposure:
    """What is owed on one day to all authorities, one amount a currency."""

    on: date
    amounts: tuple[Money, ...]


@dataclass(frozen=True, slots=True)
class Clock:
    """Every order on one day: ``on`` may lie ahead, then nothing more is met until it.

    ``today`` is the deployment's day. ``total`` is owed to all authorities together;
    ``course`` how it came to that, day by day on which it changes.
    """

    today: date
    on: date
    orders: tuple[OrderClock, ...]
    authorities: tuple[Owed, ...]
    total: tuple[Money, ...]
    course: tuple[Exposure, ...]

"""The clock of authorities' orders: days overdue, and what they cost. Pure, and exact.

1. A clause is overdue on every day after its last one, up to the day on which it was met;
   a day that began counts in full. Last days are the regime's (``consent.regimes``).
2. An order's daily sum is owed for each day on which any of its clauses was overdue. Two
   clauses that are late on the same day cost that day once.
3. The daily sums of one order grow to its cap and no further. The cap is on them alone:
   the fine comes on top.
4. The fine is owed from the day of notification.
5. An order counts from its notification while it binds, after it was closed for what it
   had cost, and while it is appealed: an appeal stops no sum by itself. What is only
   proposed binds nobody; what was replaced owes what the version that replaced it says.
6. Amounts of two currencies are never added: every sum is one amount a currency.
7. Clauses that nobody met before an order was closed run until it was closed.
8. Of two versions of one order that bind at once, because nobody confirmed the newer one
   yet, the one that owes more counts: writing a milder one down makes nothing cheaper.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from operator import attrgetter

from licet.consent.regimes import most, penalties_on
from licet.terms.clock import ClauseClock, Clock, Exposure, OrderClock, Owed
from licet.terms.money import Money
from licet.terms.order import BINDING, Clause, Order, OrderState

DAY = timedelta(days=1)
COUNTING = BINDING | {OrderState.CLOSED, OrderState.APPEALED}
"""5. The states in which an order's sums are owed."""

Span = tuple[date, date]
"""A last day, and the last day that was overdue after it."""


@dataclass(frozen=True, slots=True)
class Ordered:
    """An order with its clauses."""

    order: Order
    clauses: tuple[Clause, ...]


def clock(
    ordered: Iterable[Ordered], today: date, on: date, turnovers: Sequence[Money] = ()
) -> Clock:
    """Return what every order comes to on a day, with all together and how it came to that.

    ``turnovers`` are the operator's of the year before, one a currency: the highest fines
    are reckoned from them.
    """
    every = tuple(ordered)
    owing = tuple(_dearest(every, on))
    return Clock(
        today=today,
        on=on,
        orders=tuple(_order(one, on, turnovers) for one in every),
        authorities=_authorities(owing, on),
        total=_owed_by(owing, on),
        course=tuple(Exposure(day, _owed_by(owing, day)) for day in _turns(owing, on)),
    )


def counts(order: Order, on: date) -> bool:
    """Say whether an order's sums are owed on a day (5)."""
    return order.state in COUNTING and order.notified <= on


def days_overdue(one: Ordered, on: date) -> int:
    """Return the days up to ``on`` on which any clause of an order was overdue (1, 2)."""
    return sum((end - start).days for start, end in _together(_spans(one, on)))


def accrued(one: Ordered, on: date) -> Money | None:
    """Return the sum for the days overdue, at most the cap; None without a daily sum (2, 3)."""
    terms = one.order.penalties
    if terms.per_day is None:
        return None
    days = days_overdue(one, on) if counts(one.order, on) else 0
    sum_ = terms.per_day.times(days)
    return sum_ if terms.cap is None else sum_.at_most(terms.cap)


def owed(one: Ordered, on: date) -> tuple[Money, ...]:
    """Return fine and daily sums of an order together, one amount a currency (4, 6)."""
    if not counts(one.order, on):
        return ()
    return together((one.order.penalties.fine, accrued(one, on)))


def together(amounts: Iterable[Money | None]) -> tuple[Money, ...]:
    """Add up amounts, each currency by itself, in the order of their names (6)."""
    there = sorted((one for one in amounts if one is not None), key=attrgetter("currency"))
    return tuple(
        Money(sum(one.minor for one in same), currency)
        for currency, same in groupby(there, key=attrgetter("currency"))
    )


def _order(one: Ordered, on: date, turnovers: Sequence[Money]) -> OrderClock:
    order, terms = one.order, one.order.penalties
    clauses = tuple(_clause(clause, order, on) for clause in one.clauses)
    sum_ = accrued(one, on)
    threatened = penalties_on(order.regime, order.notified).get("order")
    return OrderClock(
        order=order.id,
        authority=order.authority,
        reference=order.reference,
        version=order.version,
        state=order.state,
        regime=order.regime,
        counts=counts(order, on),
        late=counts(order, on) and any(clause.late for clause in clauses),
        due=min((clause.due for clause in clauses if clause.done is None), default=None),
        clauses=clauses,
        days=days_overdue(one, on) if counts(order, on) else 0,
        fine=terms.fine,
        per_day=terms.per_day,
        cap=terms.cap,
        accrued=sum_,
        at_cap=sum_ is not None and sum_ == terms.cap,
        owed=owed(one, on),
        most=None if threatened is None else most(threatened, turnovers),
    )


def _clause(clause: Clause, order: Order, on: date) -> ClauseClock:
    done = _met(clause, order)
    done = done if done is not None and done <= on else None
    start, end = _span(clause, order, on)
    return ClauseClock(
        n=clause.n,
        kind=clause.kind,
        due=start,
        done=done,
        left=(start - on).days,
        late=done is None and start < on,
        days=(end - start).days,
    )


def _met(clause: Clause, order: Order) -> date | None:
    """Return the day on which a clause was met, or its order was closed (7)."""
    at = clause.done_at or order.closed_at
    return None if at is None else at.date()


def _span(clause: Clause, order: Order, on: date) -> Span:
    due, done = clause.due.date(), _met(clause, order)
    last = on if done is None else min(done, on)
    return due, max(due, last)


def _spans(one: Ordered, on: date) -> list[Span]:
    return [_span(clause, one.order, on) for clause in one.clauses]


def _together(spans: Iterable[Span]) -> Iterator[Span]:
    """Merge spans that touch, so that no day is in two of them."""
    going: Span | None = None
    for start, end in sorted(spans):
        if going is None:
            going = (start, end)
        elif start <= going[1]:
            going = (going[0], max(going[1], end))
        else:
            yield going
            going = (start, end)
    if going is not None:
        yield going


def _dearest(every: Iterable[Ordered], on: date) -> Iterator[Ordered]:
    """Give the orders that count, of each one version a currency: the one that owes most (8)."""

    def same(one: Ordered) -> tuple[str, str]:
        return one.order.authority, one.order.reference

    def dear(one: Ordered) -> tuple[tuple[str, ...], int]:
        amounts = owed(one, on)
        return tuple(amount.currency for amount in amounts), sum(a.minor for a in amounts)

    counting = sorted((one for one in every if counts(one.order, on)), key=same)
    for _, versions in groupby(counting, key=same):
        dearest = {dear(one)[0]: one for one in sorted(versions, key=dear)}
        # A version that owes nothing at all stands beside no other.
        yield from (one for of, one in dearest.items() if of or len(dearest) == 1)


def _owed_by(every: Iterable[Ordered], on: date) -> tuple[Money, ...]:
    return together(amount for one in every for amount in owed(one, on))


def _authorities(every: Sequence[Ordered], on: date) -> tuple[Owed, ...]:
    """Return what each authority is owed over all its orders."""

    def authority(one: Ordered) -> str:
        return one.order.authority

    there = sorted(every, key=authority)
    found = ((name, tuple(theirs)) for name, theirs in groupby(there, key=authority))
    return tuple(Owed(name, len(theirs), _owed_by(theirs, on)) for name, theirs in found)


def _turns(every: Iterable[Ordered], on: date) -> list[date]:
    """Return the days between which what is owed grows evenly, the last one ``on``."""
    days = {on}
    for one in every:
        days |= {one.order.notified - DAY, one.order.notified}
        for start, end in _together(_spans(one, on)):
            days |= {start, end}
        full = _full(one, on)
        days |= set() if full is None else {full - DAY, full}
    return sorted(day for day in days if day <= on)


def _full(one: Ordered, on: date) -> date | None:
    """Return the day on which an order's daily sums came to their cap, None before."""
    terms = one.order.penalties
    if terms.per_day is None or terms.cap is None or terms.per_day.minor == 0:
        return None
    left = -(-terms.cap.minor // terms.per_day.minor)
    for start, end in _together(_spans(one, on)):
        if (end - start).days >= left:
            return start + left * DAY
        left -= (end - start).days
    return None

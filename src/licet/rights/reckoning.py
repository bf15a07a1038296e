"""The clock of authorities' orders: what is overdue, what it costs, today and on a later day.

Whoever reads it reads the register of orders, and leaves an entry like any reader of it.
"""

from collections.abc import Sequence
from datetime import date

from licet.app import App
from licet.consent.penalties import Ordered, clock
from licet.effects.listing import About, Reach, listed
from licet.store.unit import Reader
from licet.terms.acting import Who
from licet.terms.clock import Clock
from licet.terms.ids import OrderId
from licet.terms.money import Money
from licet.terms.permit import Refusal, Register


def on_day(day: date | None, order: OrderId | None = None) -> About:
    """Return what is read: the clock today, or on another day; members sign for that day."""
    one = () if order is None else (("order_id", order),)
    return About(Register.ORDERS, asked=(("clock", day.isoformat() if day else "today"), *one))


def reckon(
    app: App,
    who: Who,
    day: date | None = None,
    turnovers: Sequence[Money] = (),
    order: OrderId | None = None,
) -> Clock | Refusal:
    """Return what every order comes to today, or on another day if nothing more is met.

    ``turnovers`` are the operator's of the year before, one a currency: the highest fines
    are reckoned from them. They are kept nowhere. ``order`` alone is reckoned where it is
    named; of one that is not there nothing is.
    """

    def read(reader: Reader, _reach: Reach) -> tuple[Clock, ...]:
        today = reader.now.date()
        every = [
            Ordered(one, reader.orders.clauses(one.id))
            for one in reader.orders.all()
            if order in (None, one.id)
        ]
        every.sort(key=lambda one: (one.order.authority, one.order.notified, one.order.version))
        return (clock(every, today, day or today, turnovers),)

    found = listed(app, who, on_day(day, order), read)
    return found if isinstance(found, Refusal) else found[0]

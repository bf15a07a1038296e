"""Warns of terms that run out: of people's requests, authorities' letters, orders' clauses.

Once a week before the last day, once two days before, and once when it is over, whoever
runs late and however often one looks (``effects/alerting.py``). What is late stays so in
every list until it is done.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from licet.app import App
from licet.effects.alerting import LATE, alert, step_passed
from licet.effects.trying import Trying
from licet.store.unit import Reader, Unit
from licet.terms.duties import Correspondence
from licet.terms.letters import AlertKind
from licet.terms.order import BINDING, Clause, Order, OrderState
from licet.terms.rights import Request

STEPS = (timedelta(days=7), timedelta(days=2))
"""So long before the last day somebody is warned."""

MAILED = 10
"""So many requests are mailed of in one round. More at once are strangers' letters by the
hundred: they stand on the list, and fill nobody's mailbox (GDPR 12(3) asks for answers)."""

RUNNING = BINDING | {OrderState.APPEALED}
"""The states in which an order's terms run: an appeal stops none by itself."""


@dataclass(frozen=True, slots=True)
class Overdue:
    """How many terms are over: of letters, and of orders with any clause that is."""

    letters: int = 0
    orders: int = 0


def warn_of_terms(app: App, trying: Trying) -> Overdue:
    """Warn of every term that passed a step since the last warning; return what is over."""
    with app.store.read() as reader:
        requests = [one for one in reader.requests.open() if _is_near(one, reader.now)]
        letters = reader.correspondence.unanswered()
        orders = tuple((one, next_due(reader, one)) for one in running(reader))
        now = reader.now
    for n, request in enumerate(requests):
        warn = partial(_warn_of_request, app, request, mail=n < MAILED)
        trying.do(f"warning of request {request.id}", warn, None)
    for letter in letters:
        if _passed(letter.answer_by, letter.alerted_at, now) is not None:
            trying.do(f"letter {letter.id}", partial(_warn_of_letter, app, letter), None)
    for order, due in orders:
        if _passed(due, order.alerted_at, now) is not None:
            trying.do(f"order {order.id}", partial(_warn_of_order, app, order), None)
    return Overdue(
        letters=_over((one.answer_by for one in letters), now),
        orders=_over((due for _, due in orders), now),
    )


def running(reader: Reader | Unit) -> tuple[Order, ...]:
    """Return the orders whose terms run."""
    return tuple(one for one in reader.orders.all() if one.state in RUNNING)


def next_due(reader: Reader | Unit, order: Order) -> datetime | None:
    """Return the last moment of the clause that is next, None when all are met."""
    clauses: Iterable[Clause] = reader.orders.clauses(order.id)
    return min((one.due for one in clauses if one.done_at is None), default=None)


def _is_near(request: Request, now: datetime) -> bool:
    """Say whether a request passed a step. What is being answered a week before is no news."""
    return step_passed(request.due, request.alerted_at, now, _steps(request)) is not None


def _steps(request: Request) -> tuple[timedelta, ...]:
    return STEPS if request.plan is None else STEPS[1:]


def _warn_of_request(app: App, request: Request, *, mail: bool) -> None:
    with app.store.unit() as unit:
        current = unit.requests.get(request.id)
        if current is None or not current.is_open:
            return
        step = step_passed(current.due, current.alerted_at, unit.now, _steps(current))
        if step is None:
            return
        about = AlertKind.REQUEST_LATE if step == LATE else AlertKind.REQUEST_NEAR
        alert(app, unit, about, current.id, current.due, mail)
        unit.requests.put(replace(current, alerted_at=unit.now))


def _warn_of_letter(app: App, letter: Correspondence) -> None:
    with app.store.unit() as unit:
        current = unit.correspondence.get(letter.id)
        if current is None or current.answered_at is not None:
            return
        step = _passed(current.answer_by, current.alerted_at, unit.now)
        if step is None:
            return
        about = AlertKind.LETTER_LATE if step == LATE else AlertKind.LETTER_NEAR
        alert(app, unit, about, current.id, current.answer_by)
        unit.correspondence.put(replace(current, alerted_at=unit.now))


def _warn_of_order(app: App, order: Order) -> None:
    with app.store.unit() as unit:
        current = unit.orders.get(order.id)
        due = None if current is None else next_due(unit, current)
        if current is None or current.state not in RUNNING:
            return
        step = _passed(due, current.alerted_at, unit.now)
        if step is None:
            return
        about = AlertKind.ORDER_LATE if step == LATE else AlertKind.ORDER_NEAR
        alert(app, unit, about, current.id, due)
        unit.orders.put(replace(current, alerted_at=unit.now))


def _passed(due: datetime | None, alerted_at: datetime | None, now: datetime) -> timedelta | None:
    return None if due is None else step_passed(due, alerted_at, now, STEPS)


def _over(dues: Iterable[datetime | None], now: datetime) -> int:
    return sum(due is not None and now > due for due in dues)

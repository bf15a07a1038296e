"""Answers first, but not for ever: open access requests of people in an order's scope.

Once somebody is erased nobody can answer them any more (GDPR 15), so nobody is erased while
an access request in the order's scope is open. And no request may keep an order from being
carried out for ever: neither one that waits for a human, nor one from a mailbox whose owner
never gives back the code.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from licet.app import App
from licet.effects.carrying.demands import Demand, demands
from licet.effects.letters import compose, sender_of
from licet.effects.reaching import answered_for, waiting_for
from licet.effects.record import Facts, record_machine
from licet.effects.requests import PATIENCE, answer_contact, open_request
from licet.effects.telling import UNSENT
from licet.terms.ledger import EntryKind
from licet.terms.letters import RequestRefusedLetter
from licet.terms.rights import Request, RequestState

LAST_DAY = timedelta(days=1)
"""So long before the order's own deadline who never proved their mailbox is waited for."""

LEAST = timedelta(days=3)
"""So long at least after the order was confirmed, for who wrote just before."""

WHY = "An authority ordered the erasure of this data, and nobody proved in time that they ask."
LAW = "GDPR 58(2)(g)"
_LAW_WORD = LAW.replace(" ", "_")


def refuse_unanswerable(app: App) -> int:
    """End access requests that nobody can answer in time; returns how many.

    1. Only of people in the scope of an order that two members confirmed.
    2. What is not being answered, because nobody gave back the code or a doubt stands, from
       the order's last day but one on, and not in the first days after it was confirmed.
    3. An answer that could not be delivered, two weeks after the request's own last day.
    """
    with app.store.read() as reader:
        due = {
            request.id: request
            for demand in demands(reader)
            if demand.confirmed  # 1
            for request in waiting_for(reader, demand.order.scope)
            if _is_over(demand, request, reader.now)
        }
    return sum(_refuse(app, request) for request in due.values())


def _is_over(demand: Demand, request: Request, now: datetime) -> bool:
    confirmed = demand.order.confirmed_at
    if request.plan is not None:  # 3
        return now >= request.due + PATIENCE
    if confirmed is None or demand.due is None:
        return False
    return now >= max(demand.due - LAST_DAY, confirmed + LEAST)  # 2


def _refuse(app: App, request: Request) -> bool:
    told = _tell(app, request)
    with app.store.unit() as unit:
        current = unit.requests.get(request.id)
        if current is None or not current.is_open or current.plan != request.plan:
            return False
        unit.requests.delete_code(request.id)
        state, leaf = RequestState.REFUSED, unit.head.size
        unit.requests.put(replace(current, state=state, closed_at=unit.now, leaf=leaf))
        facts: Facts = (("article", _LAW_WORD), ("cause", "order"), ("told", told))
        objects = (("request", request.id), *answered_for(unit, current))
        record_machine(unit, EntryKind.REQUEST_REFUSED, objects, facts)
    app.at("order.refused")
    return True


def _tell(app: App, request: Request) -> bool:
    """Tell who asked, where they can be told at all: one letter, and nobody waits for it."""
    with app.store.read() as reader:
        payload = open_request(app, request)
        contact = answer_contact(app, reader, request, payload)
    if contact is None:
        return False
    day = request.received_at.date()
    letter = RequestRefusedLetter(sender_of(app), request.id, request.kind, day, WHY, LAW)
    try:
        app.outbox.send(compose(letter, contact, payload.language))
    except UNSENT:
        return False
    return True

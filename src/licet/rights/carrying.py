"""Carrying out authorities' orders: what two members confirmed, the worker brings to its end.

There is no list of what was done: who still waits for an answer, whom an order still
reaches, which plan is still open says it. So whatever is killed, wherever, the next round
goes on (GDPR 58(2)).
"""

from functools import partial

from licet.app import App
from licet.effects.carrying.demands import demands
from licet.effects.carrying.hastening import refuse_unanswerable
from licet.effects.carrying.planning import cease_reached, plan_people
from licet.effects.carrying.proving import prove_orders
from licet.effects.ordering.counting import settle_orders
from licet.effects.trying import Trying


def go_on_with_orders(app: App, trying: Trying) -> int:
    """Do what is due of every order; returns how much was begun, for plans to carry on.

    1. Make up for what who registered an order was stopped at: its checkpoint, its counts.
    2. Answer first: end the requests that nobody can answer in time. All others are answered
       by themselves, hurried by the order's own deadline.
    3. Let sources cease whose photos an order wants destroyed.
    4. Plan whom orders reach, many people at once, while nobody in their scope waits.
    """
    with app.store.read() as reader:
        binding = reader.orders.binding()
    if not binding:
        return 0
    trying.do("orders", partial(settle_orders, app), 0)  # 1
    begun = trying.do("requests in orders", partial(refuse_unanswerable, app), 0)  # 2
    begun += trying.do("sources in orders", partial(cease_reached, app), 0)  # 3
    return begun + trying.do("people in orders", partial(plan_people, app), 0)  # 4


def prove_what_is_done(app: App, trying: Trying) -> int:
    """Meet the clauses of orders and prove what was done; returns how many of both."""
    return trying.do("proof of orders", partial(prove_orders, app), 0)


def may_go_on(app: App) -> bool:
    """Say whether an order is being carried out: whatever is done may be what it waited for."""
    with app.store.read() as reader:
        return any(one.confirmed for one in demands(reader))

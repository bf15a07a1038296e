"""Brings any plan to its end: which steps each kind of plan has."""

from licet.app import App
from licet.effects.answering import ANSWER_INSIDE, ANSWER_OUTSIDE, close_request
from licet.effects.carrying.steps import ORDER_INSIDE, ORDER_OUTSIDE
from licet.effects.ending import END_INSIDE, END_OUTSIDE
from licet.effects.erasing import ERASE_INSIDE, ERASE_OUTSIDE
from licet.effects.holding import wait_to_end
from licet.effects.plans import InUnit, Step, drive
from licet.effects.telling import TELL_OUTSIDE
from licet.terms.ids import PlanId
from licet.terms.plan import EffectKind, PlanKind

OUTSIDE: dict[PlanKind, dict[EffectKind, Step]] = {
    PlanKind.WITHDRAW: {**END_OUTSIDE, EffectKind.DELETE_ROWS: wait_to_end},
    PlanKind.ERASE: ERASE_OUTSIDE,
    PlanKind.ANSWER: ANSWER_OUTSIDE,
    PlanKind.TELL: TELL_OUTSIDE,
    PlanKind.ORDER: ORDER_OUTSIDE,
}
INSIDE: dict[PlanKind, dict[EffectKind, InUnit]] = {
    PlanKind.WITHDRAW: END_INSIDE,
    PlanKind.ERASE: {**ERASE_INSIDE, EffectKind.CLOSE_REQUEST: close_request},
    PlanKind.ANSWER: ANSWER_INSIDE,
    PlanKind.TELL: {},
    PlanKind.ORDER: ORDER_INSIDE,
}


def finish(app: App, plan_id: PlanId, before: EffectKind | None = None) -> bool:
    """Carry a plan as far as it goes now, or up to an effect; returns whether it is done."""
    with app.store.read() as reader:
        plan = reader.plans.get(plan_id)
    if plan is None:
        return True
    return drive(app, plan_id, OUTSIDE[plan.kind], INSIDE[plan.kind], before)

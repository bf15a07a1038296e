"""Plans: work that must reach its end whatever is killed, wherever.

A plan is rows. Each effect is idempotent and recorded when done, so whoever
finds an open plan (the flow that made it, a worker, the next command) goes on
where it stopped. A lease keeps two from doing the same effect at once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from licet.app import App
from licet.effects.record import record_machine
from licet.store.unit import Unit
from licet.terms.ids import PlanId
from licet.terms.ledger import EntryKind
from licet.terms.plan import Effect, EffectKind, Plan, WorkState

LEASE = timedelta(seconds=60)
Found = tuple[tuple[str, str | int | bool], ...]
Step = Callable[[App, Plan], Found | None]
"""Does one effect outside the head lock. None: not yet, try again later."""

InUnit = Callable[[App, Unit, Plan], Found]
"""Does one effect inside the unit of work that records it."""


def drive(
    app: App,
    plan_id: PlanId,
    outside: dict[EffectKind, Step],
    inside: dict[EffectKind, InUnit],
    before: EffectKind | None = None,
) -> bool:
    """Carry a plan to its end, or to right before its first effect of the kind ``before``.

    1. Claim it by a lease; somebody else's claim is left alone.
    2. For each open effect in order: do what must happen outside the head lock.
    3. Then, in one unit of work: do the rest, mark it done, record it, renew the lease. An
       effect that took longer than the lease may be done by somebody else; they go on.
    4. When no effect is open, finish the plan; else let go of it for who comes next.

    Returns whether the plan is done. Raises what an effect raises; the plan is free then.
    """
    hold = _claim(app, plan_id)  # 1
    if hold is None:
        return False
    try:
        done = _carry(app, hold, outside, inside, before)  # 2, 3
    except Exception:
        # Whoever comes next need not wait for the lease: a plan that fails is seen to fail.
        _let_go(app, hold)
        raise
    if not done:
        _let_go(app, hold)
        return False
    with app.store.unit(bookkeeping=True) as unit:  # 4
        unit.plans.finish(plan_id)
    return True


@dataclass
class _Hold:
    """A plan in this process's hands, and until when."""

    plan: Plan
    until: datetime


def _carry(
    app: App,
    hold: _Hold,
    outside: dict[EffectKind, Step],
    inside: dict[EffectKind, InUnit],
    before: EffectKind | None,
) -> bool:
    """Do the open effects in their order; returns whether none is left."""
    with app.store.read() as reader:
        effects = reader.plans.effects(hold.plan.id)
    for effect in effects:
        if effect.state is WorkState.DONE:
            continue
        if effect.kind is before:
            return False
        app.at(f"effect.{effect.kind.value}.start")
        step = outside.get(effect.kind)  # 2
        found = step(app, hold.plan) if step else ()
        if found is None:
            return False
        if not _finish(app, hold, effect, found, inside.get(effect.kind)):  # 3
            return False
        app.at(f"effect.{effect.kind.value}.done")
    return True


def _claim(app: App, plan_id: PlanId) -> _Hold | None:
    with app.store.unit(bookkeeping=True) as unit:
        plan = unit.plans.get(plan_id)
        if plan is None or plan.state is WorkState.DONE:
            return None
        until = unit.now + LEASE
        return _Hold(plan, until) if unit.plans.claim(plan_id, until) else None


def _let_go(app: App, hold: _Hold) -> None:
    """Let go of the plan, unless somebody else took it since."""
    with app.store.unit(bookkeeping=True) as unit:
        unit.plans.release(hold.plan.id, hold.until)


def _finish(app: App, hold: _Hold, effect: Effect, found: Found, within: InUnit | None) -> bool:
    """Do and record the effect's last part; False when somebody else did it meanwhile.

    Who finishes an effect holds the plan from there on: were it only whose lease still
    runs, an effect that takes longer than a lease would never be done by two who try.
    """
    plan = hold.plan
    with app.store.unit() as unit:
        if unit.plans.effects(plan.id)[effect.n].state is WorkState.DONE:
            return False
        if within is not None:
            found = (*found, *within(app, unit, plan))
        done = Effect(effect.plan, effect.n, effect.kind, WorkState.DONE, found)
        unit.plans.finish_effect(done)
        record_machine(
            unit,
            EntryKind.EFFECT_DONE,
            (("plan", plan.id),),
            (("effect", effect.kind.value), ("n", effect.n), *found),
        )
        until = unit.now + LEASE
        unit.plans.renew(plan.id, until)
    hold.until = until
    return True

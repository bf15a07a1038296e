"""The worker: brings plans and runs to their end, and lets time do what it must.

Nothing here decides anything new: plans were made by flows that held a permit,
and what lapses, lapses by a date that was set when it was kept.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from functools import partial

from licet.app import App
from licet.awaiting import end_overdue
from licet.backfill import backfill
from licet.coming import forget_codes
from licet.effects.accounting import destroy_accounts
from licet.effects.asking_first import ask_who_was_found
from licet.effects.beside import keep_all_true
from licet.effects.breaches import watch_breaches
from licet.effects.expiring import PART as EXPIRING
from licet.effects.expiring import end_expired
from licet.effects.finishing import finish
from licet.effects.holds import end_holds
from licet.effects.inventing import settle_canaries
from licet.effects.lapsing import (
    PARTS,
    drop_probes,
    forget_lists,
    in_parts,
    lapse_appearances,
    lapse_suggestions,
)
from licet.effects.looking import begin_passes
from licet.effects.outside import show_when_due
from licet.effects.packing import sweep_packages
from licet.effects.passing import go_on_with
from licet.effects.purging import Gone, purge, sources_over
from licet.effects.renewing import renew_one
from licet.effects.retaining import forget_people, forget_requests
from licet.effects.shelving import destroy_copies, sweep_copies
from licet.effects.sweeping import sweep_keys, turn_epoch_daily
from licet.effects.tracing import forget_noted
from licet.effects.trying import Trying
from licet.effects.unanswered import end_unanswered
from licet.effects.warning import Overdue, warn_of_terms
from licet.effects.winding_up import begins_at, left
from licet.rights.answering import see_to_all
from licet.rights.carrying import go_on_with_orders, may_go_on, prove_what_is_done
from licet.rights.closing import go_on
from licet.signing_in import forget_sessions
from licet.terms.collecting import ReportProgress
from licet.terms.grant import GrantState
from licet.terms.ids import PlanId
from licet.terms.permit import Refusal
from licet.terms.plan import EffectKind, Run, RunKind, WorkState
from licet.terms.source import SourceState

PAUSE_SECONDS = 5.0
"""Between two rounds; an ending grant has ended within a minute of the worker."""

SLICE = timedelta(seconds=5)
"""For how long backfills go on before everything that must end is looked at again."""

MOST = PARTS * EXPIRING
"""As many grants as begin to end in one round; more are looked for at once."""

OVER = frozenset({GrantState.ENDING, GrantState.ENDED})


@dataclass(frozen=True, slots=True)
class Done:
    """What was done, in numbers; ``waiting`` plans could not be finished yet.

    ``requests`` were seen to, ``late`` ones are open after their last day; ``late_letters``
    of authorities are unanswered after theirs, ``late_orders`` have a clause that is over,
    of ``late_breaches`` no authority was told in time.
    ``problems`` say what could not be done and by which kind of error: ids and words,
    nobody's data. Nothing else waits for them, and each is tried again in the next round.
    """

    plans: int = 0
    waiting: int = 0
    expired: int = 0
    lapsed: int = 0
    suggestions: int = 0
    probes: int = 0
    forgotten: int = 0
    requests: int = 0
    late: int = 0
    late_letters: int = 0
    late_orders: int = 0
    late_breaches: int = 0
    backfills: int = 0
    keys_swept: int = 0
    epoch_turned: bool = False
    closed: bool = False
    problems: tuple[str, ...] = ()


def run_once(app: App, tell: ReportProgress = lambda _done, _total: None) -> Done:
    """Do rounds until nothing can go on at once; return what they did together."""
    done, more = _round(app, tell)
    while more:
        then, more = _round(app, tell)
        done = _both(done, then)
    return done


def run(
    app: App,
    stop: Callable[[], bool],
    pause: Callable[[float], None] = time.sleep,
    told: Callable[[Done], None] = lambda _done: None,
) -> None:
    """Do rounds until ``stop()`` says so or the deployment has ended; ``told`` hears of each.

    ``pause`` waits a number of seconds between two, unless something can go on at once.
    """
    while not stop():
        done, more = _round(app, lambda _done, _total: None)
        told(done)
        if done.closed:
            return
        if not more:
            pause(PAUSE_SECONDS)


def _round(app: App, tell: ReportProgress) -> tuple[Done, bool]:
    """Do one round; say too whether there is more to do at once.

    1. End holds and grants whose term is over; answer requests that need nobody; warn of
       what runs out; go on ending the deployment, if that was ordered. Nothing follows its
       last entry.
    2. Carry every open plan as far as it goes.
    3. Let unconfirmed appearances, suggestions, probes, lists and accountability records lapse.
    4. Make what stands beside photos say what is true now; ask whom searches found that ask
       first. Forget what came from sources that ceased, and items whose term is over; destroy
       the copies that ended.
    5. Prove control of one source anew; go on with open backfills for a while.
    6. Once a day turn the epoch, sweep keys that no row ever used, and forget people and
       letters when the law's own terms are over; of sites, pages that nobody read for long.
    7. Mirror the ledger, then show it to its witnesses and have it stamped, when that is due.

    What fails in one of them keeps nothing else from being done (see ``Done.problems``).
    """
    if _has_ended(app):
        return Done(closed=True), False
    trying = Trying()
    trying.do("holds", partial(end_holds, app), 0)  # 1
    expired = trying.do("grants", partial(in_parts, app, end_expired), 0)
    requests, late = see_to_all(app, trying)
    overdue = trying.do("terms", partial(warn_of_terms, app, trying), Overdue())
    late_breaches = trying.do("breaches", partial(watch_breaches, app), 0)
    trying.do("canaries", partial(settle_canaries, app), 0)
    ordered = go_on_with_orders(app, trying)
    closing, begun = go_on(app, trying)
    if closing is not None and closing.closed:
        return Done(requests=requests, closed=True, problems=tuple(trying.problems)), False
    plans, waiting = _finish_plans(app, trying)  # 2
    ordered += prove_what_is_done(app, trying)
    lapsed = trying.do("appearances", partial(in_parts, app, lapse_appearances), 0)  # 3
    suggestions = trying.do("suggestions", partial(in_parts, app, lapse_suggestions), 0)
    probes = trying.do("probes", partial(drop_probes, app, trying), 0)
    trying.do("lists", partial(forget_lists, app), 0)
    trying.do("accounts", partial(destroy_accounts, app), 0)
    trying.do("files beside photos", partial(keep_all_true, app, trying), 0)  # 4
    trying.do("questions", partial(ask_who_was_found, app), 0)
    forgotten = _purge(app, trying)
    trying.do("copies", partial(destroy_copies, app), 0)
    unproved = trying.do("proofs", partial(renew_one, app, trying), False)  # 5
    backfills, more = _go_on(app, tell, trying)
    more = more or unproved
    turned, swept, gone = _daily(app, trying)  # 6
    trying.do("ledger", app.publish, None)  # 7
    trying.do("witnesses", partial(show_when_due, app, trying), None)
    done = Done(
        plans=plans,
        waiting=waiting,
        expired=expired,
        lapsed=lapsed,
        suggestions=suggestions,
        probes=probes,
        forgotten=forgotten,
        requests=requests,
        late=late,
        late_letters=overdue.letters,
        late_orders=overdue.orders,
        late_breaches=late_breaches,
        backfills=backfills,
        keys_swept=swept,
        epoch_turned=turned,
        problems=tuple(trying.problems),
    )
    more = more or expired >= MOST or begun or gone > 0 or ordered > 0
    more = more or (plans + forgotten > 0 and may_go_on(app))
    return done, more or (closing is not None and (plans + forgotten > 0 or _all_gone(app)))


def _all_gone(app: App) -> bool:
    """Say whether nothing keeps a deployment from its last entry any more."""
    with app.store.read() as reader:
        deployment = reader.deployment.get()
        begins = begins_at(deployment) if deployment else None
        return begins is not None and reader.now >= begins and left(reader).nothing


def _daily(app: App, trying: Trying) -> tuple[bool, int, int]:
    """Do what is due once a day; whether the epoch turned, keys swept, people who are to go.

    A turn that fails holds none of the rest up.
    """
    turned = trying.do("epoch", partial(turn_epoch_daily, app), None)
    if turned is False:
        return False, 0, 0
    swept = trying.do("keys", partial(sweep_keys, app), 0)
    trying.do("files", partial(sweep_copies, app), 0)
    trying.do("letters", partial(forget_requests, app), 0)
    trying.do("pages", partial(forget_noted, app), 0)
    trying.do("sessions", partial(forget_sessions, app), 0)
    trying.do("acts", partial(end_overdue, app), 0)
    trying.do("codes", partial(forget_codes, app), 0)
    trying.do("packages", partial(sweep_packages, app), 0)
    gone = trying.do("unanswered", partial(end_unanswered, app, trying), 0)
    gone += trying.do("people", partial(forget_people, app, trying), 0)
    return bool(turned), swept, gone


def _has_ended(app: App) -> bool:
    with app.store.read() as reader:
        deployment = reader.deployment.get()
    return deployment is not None and deployment.closed_at is not None


_AS_IT_IS = {"waiting", "late", "late_letters", "late_orders", "late_breaches"}
_AS_IT_IS |= {"problems", "epoch_turned", "closed"}


def _both(first: Done, then: Done) -> Done:
    """Return what two rounds did; what waits is what waits after the second."""
    added = {
        one.name: getattr(first, one.name) + getattr(then, one.name)
        for one in fields(Done)
        if one.name not in _AS_IT_IS
    }
    return replace(
        then,
        **added,
        epoch_turned=first.epoch_turned or then.epoch_turned,
        closed=first.closed or then.closed,
        problems=tuple(dict.fromkeys(first.problems + then.problems)),
    )


def _finish_plans(app: App, trying: Trying) -> tuple[int, int]:
    """Carry every open plan on; return how many are done, and how many are left.

    First all of them to right before the epoch turns, then to right before what reads
    every file, then the rest: one turn and one reading serve all who wait for it. What
    failed once is left for the next round.
    """
    app.shelf.scan = None
    tried: set[PlanId] = set()
    failed: set[PlanId] = set()
    for before in (EffectKind.TURN_EPOCH, EffectKind.SCAN_BYTES, None):
        for plan in _open_plans(app):
            if plan in failed:
                continue
            tried.add(plan)
            if trying.do(f"plan {plan}", partial(finish, app, plan, before), None) is None:
                failed.add(plan)
    waiting = set(_open_plans(app))
    return len(tried - waiting), len(waiting)


def _purge(app: App, trying: Trying) -> int:
    """Purge every source of which something must go; returns how many items are forgotten."""
    with app.store.read() as reader:
        sources = sources_over(reader)
    nothing = Gone()
    return sum(trying.do(f"source {s}", partial(purge, app, s), nothing).items for s in sources)


def _open_plans(app: App) -> tuple[PlanId, ...]:
    with app.store.read() as reader:
        return reader.people.open_plans()


def _go_on(app: App, tell: ReportProgress, trying: Trying) -> tuple[int, bool]:
    """Go on with backfills and passes for a slice of time; how many backfills are done.

    Says too whether one has to go on, or a pass is over and answers wait for that.
    """
    until = app.clock() + SLICE
    trying.do("passes", partial(begin_passes, app), 0)
    finished, passed = 0, False
    for run_ in _runs_left(app, trying):
        if run_.kind is RunKind.COLLECT or run_.kind is RunKind.PURGE:
            continue
        if app.clock() >= until:
            return finished, True
        if _is_done(app, run_):
            # It shared the pass of one before it.
            finished += run_.kind is RunKind.BACKFILL
            continue
        state = trying.do(f"run {run_.id}", partial(_slice, app, run_, tell, until), None)
        if state is WorkState.OPEN:
            return finished, True
        done = state is WorkState.DONE
        passed = passed or (done and run_.kind is RunKind.SCAN)
        finished += done and run_.kind is RunKind.BACKFILL
    return finished, passed


def _runs_left(app: App, trying: Trying) -> list[Run]:
    """Finish the runs that can never go on; return the others."""
    with app.store.read() as reader:
        runs = reader.runs.open()
    return [r for r in runs if not trying.do(f"run {r.id}", partial(_finish_if_over, app, r), True)]


def _finish_if_over(app: App, run_: Run) -> bool:
    """Finish a run whose grant or source is gone for good: it would be refused for ever.

    A purge is what a source that is gone still needs; a pass says itself that it is gone.
    """
    if run_.kind in {RunKind.PURGE, RunKind.SCAN}:
        return False
    with app.store.read() as reader:
        grant = reader.grants.get(run_.grant) if run_.grant else None
        source = reader.sources.get(run_.source)
        now = reader.now
    ended = grant is not None and (grant.state in OVER or grant.expires <= now)
    ceased = source is None or source.state in {SourceState.CEASED, SourceState.PURGED}
    if not ended and not ceased:
        return False
    with app.store.unit(bookkeeping=True) as unit:
        unit.runs.finish(run_.id)
    return True


def _is_done(app: App, run_: Run) -> bool:
    with app.store.read() as reader:
        current = reader.runs.get(run_.id)
    return current is None or current.state is WorkState.DONE


def _slice(app: App, run_: Run, tell: ReportProgress, until: datetime) -> WorkState | None:
    """Go on with one run; return where it stands, None when it may not go on now."""
    if run_.kind is RunKind.SCAN:
        over = go_on_with(app, run_.source, tell, until)
        return WorkState.DONE if over else WorkState.OPEN
    if run_.grant is None:
        return None
    done = backfill(app, run_.grant, run_.source, tell, until, polled=True)
    if isinstance(done, Refusal):
        return None
    with app.store.read() as reader:
        current = reader.runs.get(run_.id)
    return current.state if current else None

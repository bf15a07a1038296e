"""The worker: brings plans and runs to their end, and lets time do what it must.

Nothing here decides anything new: plans were made by flows that held a permit,
and what lapses, lapses by a date that was set when it was kept.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from licet.app import App
from licet.backfill import backfill
from licet.effects.closing import OPEN_SEARCHES, close_within
from licet.effects.ending import end_grants
from licet.effects.finishing import finish
from licet.effects.record import record_machine
from licet.effects.sweeping import sweep_keys, turn_epoch_daily
from licet.reviewing import PROBE_DAYS
from licet.terms.collecting import ReportProgress
from licet.terms.errors import Busy, LicetError, Stopped
from licet.terms.grant import GrantState
from licet.terms.ids import GrantId, SearchId
from licet.terms.ledger import EntryKind
from licet.terms.permit import Refusal
from licet.terms.plan import EffectKind, Run, RunKind, WorkState
from licet.terms.source import SourceState

PAUSE_SECONDS = 5.0
"""Between two rounds; an ending grant has ended within a minute of the worker."""

SLICE = timedelta(seconds=5)
"""For how long backfills go on before everything that must end is looked at again."""

PART = 256
"""How many lapse in one unit: an entry holds 64 KB, and a withdrawal must not wait."""

PARTS = 64
"""How many units of lapsing a round does before it goes on with the rest of its work."""

LIST_DAYS = timedelta(days=183)
"""How long the list of a search that came to nothing is kept: the people on it may ask who
searched them, and after that nobody needs to know whom a search wrongly named."""

OVER = frozenset({GrantState.ENDING, GrantState.ENDED})

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Done:
    """What was done, in numbers; ``waiting`` plans could not be finished yet.

    ``problems`` say what could not be done and by which kind of error: ids and words,
    nobody's data. Nothing else waits for them, and each is tried again in the next round.
    """

    plans: int = 0
    waiting: int = 0
    expired: int = 0
    lapsed: int = 0
    suggestions: int = 0
    probes: int = 0
    backfills: int = 0
    keys_swept: int = 0
    epoch_turned: bool = False
    problems: tuple[str, ...] = ()


def run_once(app: App, tell: ReportProgress = lambda _done, _total: None) -> Done:
    """Do rounds until no backfill can go on any more; return what they did together."""
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
    """Do rounds until ``stop()`` says so; ``told`` hears what each did.

    ``pause`` waits a number of seconds between two, unless a backfill waits to go on.
    """
    while not stop():
        done, more = _round(app, lambda _done, _total: None)
        told(done)
        if not more:
            pause(PAUSE_SECONDS)


def _round(app: App, tell: ReportProgress) -> tuple[Done, bool]:
    """Do one round; say too whether a backfill has to go on.

    1. End grants whose term is over.
    2. Carry every open plan as far as it goes.
    3. Let unconfirmed appearances, suggestions and probes lapse.
    4. Go on with open backfills for a while.
    5. Turn the epoch once a day, and sweep keys that no row ever used.
    6. Mirror the ledger.

    What fails in one of them keeps nothing else from being done (see ``Done.problems``).
    """
    trying = _Trying()
    expired = _end_expired(app, trying)  # 1
    plans, waiting = _finish_plans(app, trying)  # 2
    lapsed = trying.do("appearances", partial(_in_parts, app, _lapse_appearances), 0)  # 3
    suggestions = trying.do("suggestions", partial(_in_parts, app, _lapse_suggestions), 0)
    probes = _drop_probes(app, trying)
    trying.do("lists", partial(_forget_lists, app), None)
    backfills, more = _go_on(app, tell, trying)  # 4
    turned = trying.do("epoch", partial(turn_epoch_daily, app), False)  # 5
    swept = trying.do("keys", partial(sweep_keys, app), 0) if turned else 0
    app.publish()  # 6
    problems = tuple(trying.problems)
    done = Done(
        plans, waiting, expired, lapsed, suggestions, probes, backfills, swept, turned, problems
    )
    return done, more


def _both(first: Done, then: Done) -> Done:
    """Return what two rounds did; what waits is what waits after the second."""
    return replace(
        then,
        plans=first.plans + then.plans,
        expired=first.expired + then.expired,
        lapsed=first.lapsed + then.lapsed,
        suggestions=first.suggestions + then.suggestions,
        probes=first.probes + then.probes,
        backfills=first.backfills + then.backfills,
        keys_swept=first.keys_swept + then.keys_swept,
        epoch_turned=first.epoch_turned or then.epoch_turned,
        problems=tuple(dict.fromkeys(first.problems + then.problems)),
    )


@dataclass(frozen=True)
class _Trying:
    """Does one thing after another, whatever becomes of each."""

    problems: list[str] = field(default_factory=list)

    def do(self, what: str, act: Callable[[], T], otherwise: T) -> T:
        """Return what ``act`` returns, or ``otherwise``; ``what`` names it without a person.

        Only the kind of an error is written down: its words may name a place or a file.
        Raises ``Stopped``: that is no problem but an operator's wish.
        """
        try:
            return act()
        except Stopped:
            raise
        except Busy:
            return otherwise
        except LicetError as error:
            self.problems.append(f"{what}: {type(error).__name__}")
            return otherwise


def _end_expired(app: App, trying: _Trying) -> int:
    with app.store.read() as reader:
        due = [grant.id for grant in reader.grants.expiring(reader.now)]
    return sum(trying.do(f"grant {one}", partial(_end, app, one), False) for one in due)


def _end(app: App, grant: GrantId) -> bool:
    with app.store.unit() as unit:
        current = unit.grants.get(grant)
        if current is None or current.state in OVER or current.expires > unit.now:
            return False
        plan = end_grants(unit, "expired", current.subject, (current,), unit.head.size)
        objects = (("grant", current.id), ("plan", plan))
        record_machine(unit, EntryKind.GRANT_ENDING, objects, (("cause", "expired"),))
    return True


def _finish_plans(app: App, trying: _Trying) -> tuple[int, int]:
    with app.store.read() as reader:
        plans = [plan.id for plan in reader.plans.open()]
    app.shelf.scan = None
    for plan in plans:
        trying.do(f"plan {plan}", partial(finish, app, plan, EffectKind.SCAN_BYTES), False)
    with app.store.read() as reader:
        left = [plan.id for plan in reader.plans.open()]
    for plan in left:
        trying.do(f"plan {plan}", partial(finish, app, plan), False)
    with app.store.read() as reader:
        waiting = {plan.id for plan in reader.plans.open()}
    return len({*plans, *left} - waiting), len(waiting)


def _in_parts(app: App, lapse: Callable[[App], int]) -> int:
    """Let parts lapse until one is not full; what is left after many waits for the next round."""
    total = 0
    for _ in range(PARTS):
        part = lapse(app)
        total += part
        if part < PART:
            break
    return total


def _lapse_appearances(app: App) -> int:
    with app.store.read() as reader:
        any_due = bool(reader.templates.lapsed(reader.now, 1))
    if not any_due:
        return 0
    with app.store.unit() as unit:
        due = [template.id for template in unit.templates.lapsed(unit.now, PART)]
        unit.templates.delete(due)
        objects = tuple(("template", template) for template in due)
        record_machine(unit, EntryKind.TEMPLATE_DROPPED, objects, (("cause", "lapsed"),))
    return len(due)


def _lapse_suggestions(app: App) -> int:
    with app.store.read() as reader:
        any_due = bool(reader.suggestions.expired(reader.now, 1))
    if not any_due:
        return 0
    with app.store.unit() as unit:
        due = unit.suggestions.expired(unit.now, PART)
        for suggestion in due:
            unit.suggestions.delete(suggestion.id)
        objects = tuple(("suggestion", suggestion.id) for suggestion in due)
        record_machine(unit, EntryKind.SUGGESTIONS_LAPSED, objects)
    return len(due)


def _drop_probes(app: App, trying: _Trying) -> int:
    with app.store.read() as reader:
        older = reader.searches.with_probe_older(reader.now - PROBE_DAYS)
        due = [search.id for search in older if search.state in OPEN_SEARCHES]
    return sum(trying.do(f"search {one}", partial(_drop, app, one), False) for one in due)


def _drop(app: App, search_id: SearchId) -> bool:
    with app.store.unit() as unit:
        search = unit.searches.get(search_id)
        if search is None or search.state not in OPEN_SEARCHES:
            return False
        close_within(unit, search)
    return True


def _forget_lists(app: App) -> None:
    with app.store.read() as reader:
        forget = reader.searches.any_closed_before(reader.now - LIST_DAYS)
    if forget:
        with app.store.unit() as unit:
            gone = unit.searches.delete_candidates_closed_before(unit.now - LIST_DAYS)
            record_machine(unit, EntryKind.LISTS_FORGOTTEN, (), (("candidates", gone),))


def _go_on(app: App, tell: ReportProgress, trying: _Trying) -> tuple[int, bool]:
    """Go on with backfills for a slice of time; how many are done, and whether one is not."""
    until = app.clock() + SLICE
    finished = 0
    for run_ in _runs_left(app, trying):
        if run_.kind is not RunKind.BACKFILL:
            continue
        if app.clock() >= until:
            return finished, True
        state = trying.do(f"run {run_.id}", partial(_slice, app, run_, tell, until), None)
        if state is WorkState.OPEN:
            return finished, True
        finished += state is WorkState.DONE
    return finished, False


def _runs_left(app: App, trying: _Trying) -> list[Run]:
    """Finish the runs that can never go on; return the others."""
    with app.store.read() as reader:
        runs = reader.runs.open()
    return [r for r in runs if not trying.do(f"run {r.id}", partial(_finish_if_over, app, r), True)]


def _finish_if_over(app: App, run_: Run) -> bool:
    """Finish a run whose grant or source is gone for good: it would be refused for ever."""
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


def _slice(app: App, run_: Run, tell: ReportProgress, until: datetime) -> WorkState | None:
    """Go on with one backfill; return where it stands, None when it may not go on now."""
    if run_.grant is None:
        return None
    done = backfill(app, run_.grant, run_.source, tell, until, polled=True)
    if isinstance(done, Refusal):
        return None
    with app.store.read() as reader:
        current = reader.runs.get(run_.id)
    return current.state if current else None

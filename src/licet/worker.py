"""The worker: brings plans and runs to their end, and lets time do what it must.

Nothing here decides anything new: plans were made by flows that held a permit,
and what lapses, lapses by a date that was set when it was kept.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from licet.app import App
from licet.backfill import backfill
from licet.effects.closing import OPEN_SEARCHES, close_within
from licet.effects.ending import end_grants
from licet.effects.finishing import finish
from licet.effects.record import record_machine
from licet.effects.sweeping import sweep_keys, turn_epoch_daily
from licet.reviewing import PROBE_DAYS
from licet.terms.collecting import Collected, ReportProgress
from licet.terms.errors import Busy
from licet.terms.ledger import EntryKind
from licet.terms.plan import EffectKind, RunKind

PAUSE_SECONDS = 5.0
"""Between two rounds; an ending grant has ended within a minute of the worker."""


LIST_DAYS = timedelta(days=183)
"""How long the list of a search that came to nothing is kept: the people on it may ask who
searched them, and after that nobody needs to know whom a search wrongly named."""


@dataclass(frozen=True, slots=True)
class Done:
    """What one round did, in numbers; ``waiting`` plans could not be finished yet."""

    plans: int = 0
    waiting: int = 0
    expired: int = 0
    lapsed: int = 0
    suggestions: int = 0
    probes: int = 0
    backfills: int = 0
    keys_swept: int = 0
    epoch_turned: bool = False


def run_once(app: App, tell: ReportProgress = lambda _done, _total: None) -> Done:
    """Do one round.

    1. End grants whose term is over.
    2. Carry every open plan as far as it goes.
    3. Let unconfirmed appearances, suggestions and probes lapse.
    4. Go on with open backfills.
    5. Sweep keys that no row ever used; turn the epoch once a day.
    6. Mirror the ledger.
    """
    expired = _end_expired(app)  # 1
    plans, waiting = _finish_plans(app)  # 2
    lapsed = _lapse_appearances(app)  # 3
    suggestions = _lapse_suggestions(app)
    probes = _drop_probes(app)
    backfills = _go_on(app, tell)  # 4
    swept = sweep_keys(app)  # 5
    turned = turn_epoch_daily(app)
    app.publish()  # 6
    return Done(plans, waiting, expired, lapsed, suggestions, probes, backfills, swept, turned)


def run(app: App, stop: Callable[[], bool], pause: Callable[[float], None] = time.sleep) -> None:
    """Do rounds until ``stop()`` says so; ``pause`` waits a number of seconds between them."""
    while not stop():
        run_once(app)
        pause(PAUSE_SECONDS)


def _end_expired(app: App) -> int:
    with app.store.read() as reader:
        due = reader.grants.expiring(reader.now)
    for grant in due:
        with app.store.unit() as unit:
            current = unit.grants.get(grant.id)
            if current is None or current not in unit.grants.expiring(unit.now):
                continue
            plan = end_grants(unit, "expired", current.subject, (current,), unit.head.size)
            objects = (("grant", current.id), ("plan", plan))
            record_machine(unit, EntryKind.GRANT_ENDING, objects, (("cause", "expired"),))
    return len(due)


def _finish_plans(app: App) -> tuple[int, int]:
    with app.store.read() as reader:
        plans = reader.plans.open()
    app.shelf.scan = None
    for plan in plans:
        finish(app, plan.id, EffectKind.SCAN_BYTES)
    with app.store.read() as reader:
        left = [plan.id for plan in reader.plans.open()]
    done = len(plans) - len(left) + sum(finish(app, plan) for plan in left)
    return done, len(plans) - done


def _lapse_appearances(app: App) -> int:
    with app.store.read() as reader:
        any_due = bool(reader.templates.lapsed(reader.now))
    if not any_due:
        return 0
    with app.store.unit() as unit:
        due = [template.id for template in unit.templates.lapsed(unit.now)]
        unit.templates.delete(due)
        objects = tuple(("template", template) for template in due)
        record_machine(unit, EntryKind.TEMPLATE_DROPPED, objects, (("cause", "lapsed"),))
    return len(due)


def _lapse_suggestions(app: App) -> int:
    with app.store.read() as reader:
        any_due = bool(reader.suggestions.expired(reader.now))
    if not any_due:
        return 0
    with app.store.unit() as unit:
        due = unit.suggestions.expired(unit.now)
        for suggestion in due:
            unit.suggestions.delete(suggestion.id)
        objects = tuple(("suggestion", suggestion.id) for suggestion in due)
        record_machine(unit, EntryKind.SUGGESTIONS_LAPSED, objects)
    return len(due)


def _drop_probes(app: App) -> int:
    with app.store.read() as reader:
        older = reader.searches.with_probe_older(reader.now - PROBE_DAYS)
        due = [search for search in older if search.state in OPEN_SEARCHES]
        forget = reader.searches.any_closed_before(reader.now - LIST_DAYS)
    for search in due:
        with app.store.unit() as unit:
            close_within(unit, search)
    if forget:
        with app.store.unit() as unit:
            gone = unit.searches.delete_candidates_closed_before(unit.now - LIST_DAYS)
            record_machine(unit, EntryKind.LISTS_FORGOTTEN, (), (("candidates", gone),))
    return len(due)


def _go_on(app: App, tell: ReportProgress) -> int:
    with app.store.read() as reader:
        runs = [run for run in reader.runs.open(RunKind.BACKFILL) if run.grant is not None]
    finished = 0
    for run_ in runs:
        try:
            done = backfill(app, run_.grant, run_.source, tell) if run_.grant else None
        except Busy:
            continue
        finished += isinstance(done, Collected)
    return finished

"""Looking for people who are not enrolled, and forgetting them again (GDPR 15(1)).

Everybody who waits shares one *pass* over every source: each item is read once more and
its faces are compared with all of them together. A pass over a source is a run; it holds
the number of ledger entries there were when it began, and whose photo went live before is
*covered* by it. Who comes later waits for the next one, which begins a day after the last
at the earliest. When a run is over for every source, the answer goes on.
"""

from datetime import timedelta

from licet.app import App
from licet.effects.newcomers import go_live
from licet.effects.passing import Pass, begin_pass, pass_of
from licet.effects.plans import Found
from licet.effects.record import record_machine
from licet.effects.sealed import grant_key, subject_key
from licet.store.unit import Reader, Unit
from licet.terms.errors import Integrity
from licet.terms.grant import Grant, GrantState, SubjectState
from licet.terms.ids import GrantId, KeyId, SourceId
from licet.terms.ledger import EntryKind
from licet.terms.plan import Plan, RunKind
from licet.terms.rights import Request
from licet.terms.source import Source, SourceState

PASS_EVERY = timedelta(days=1)
"""Between the beginnings of two passes over one source: more would be one pass a person."""

UNREAD = frozenset({SourceState.DECLARED, SourceState.PURGED})
"""A source in which nothing was ever met, or of which nothing is left."""


def scan_sources(app: App, plan: Plan) -> Found | None:
    """Look for the plan's person in every source; None while the pass is under way.

    1. Let the photo be used, if it may be; without one there is nothing to look with.
    2. Wait until a pass over every source covers it (see ``begin_passes``).
    3. Say how much was looked at, and nothing of what was found.
    """
    with app.store.read() as reader:
        request = reader.requests.of_plan(plan.id)
    if request is None or request.grant is None:
        return (("photo", False),)
    live = go_live(app, request.id)  # 1
    if live is None:
        return None
    with app.store.read() as reader:  # 2
        grant = reader.grants.get(request.grant)
        if not live or grant is None or grant.state is not GrantState.ACTIVE:
            return (("photo", False),)
        passes = passes_for(app, reader, grant)
    done = [one for one in passes.values() if one is not None]  # 3
    if len(done) < len(passes):
        return None
    return (
        ("photo", True),
        ("sources", len(done)),
        ("not_read", sum(not one.whole for one in done)),
        ("items", sum(one.items for one in done)),
        ("faces", sum(one.faces for one in done)),
    )


def begin_passes(app: App) -> int:
    """Begin a pass over each source that somebody waits for; returns how many.

    For once a round, after everybody whose photo may be used is live: so that all who wait
    take part in it. Passes that nobody's answer needs any more are forgotten.
    """
    with app.store.read() as reader:
        waiting = bool(_waiting(reader)) or bool(reader.runs.done(RunKind.SCAN))
    if not waiting:
        return 0
    with app.store.unit(bookkeeping=True) as unit:
        begun = _begin(app, unit, _waiting(unit))
        _forget_old(app, unit, _waiting(unit))
    return begun


def _waiting(reader: Reader | Unit) -> list[Grant]:
    """Return the live grants of everybody whose request is still to be answered."""
    grants = [request.grant for request in reader.requests.open() if request.grant]
    kept = reader.grants.many(grants).values()
    return [grant for grant in kept if grant.state is GrantState.ACTIVE]


def sources_to_read(reader: Reader | Unit) -> tuple[Source, ...]:
    """Return the sources in which somebody may be found."""
    return tuple(s for s in reader.sources.all() if s.state not in UNREAD)


def passes_for(app: App, reader: Reader | Unit, grant: Grant) -> dict[SourceId, Pass | None]:
    """Return for every source the first pass that is over and covers a grant, or None."""
    found: dict[SourceId, Pass | None] = {s.id: None for s in sources_to_read(reader)}
    for run in reader.runs.done(RunKind.SCAN):
        one = pass_of(app, run)
        if one is None or run.source not in found or not one.covers(grant):
            continue
        earlier = found[run.source]
        if earlier is None or one.since < earlier.since:
            found[run.source] = one
    return found


def _begin(app: App, unit: Unit, waiting: list[Grant]) -> int:
    """Begin what is not under way, at most once a day over each source."""
    under_way = {run.source for run in unit.runs.open(RunKind.SCAN)}
    last = _last(app, unit)
    uncovered: set[SourceId] = set()
    for grant in waiting:
        passes = passes_for(app, unit, grant)
        uncovered.update(source for source, covered in passes.items() if covered is None)
    due = [
        source
        for source in sorted(uncovered - under_way)
        if source not in last or unit.now >= last[source].at + PASS_EVERY
    ]
    for source in due:
        begin_pass(app, unit, source)
    return len(due)


def _last(app: App, reader: Reader | Unit) -> dict[SourceId, Pass]:
    """Return the last pass over each source that is over."""
    last: dict[SourceId, Pass] = {}
    for run in reader.runs.done(RunKind.SCAN):
        one = pass_of(app, run)
        if one is not None and (run.source not in last or last[run.source].since < one.since):
            last[run.source] = one
    return last


def _forget_old(app: App, unit: Unit, waiting: list[Grant]) -> None:
    """Forget the passes that cover nobody who waits, but the last over each source."""
    last = _last(app, unit)
    for run in unit.runs.done(RunKind.SCAN):
        one = pass_of(app, run)
        needed = one is not None and any(one.covers(grant) for grant in waiting)
        newest = one is not None and last[run.source].since == one.since
        if not needed and not newest:
            unit.runs.forget(run.id)


def forget_newcomer(app: App, plan: Plan) -> Found | None:
    """Forget the photo of a plan's request, and who was here for requests alone with the last.

    Like an erasure without its certificate, each part of which may be done again:

    1. In one unit: the grant is ending, and the person is *erasing* with their last open
       request; the template, the appearances and suggestions go. Rows go before keys.
    2. Destroy the keys, and look for them.
    3. In one unit: the grants have ended, the person's row is empty.
    """
    with app.store.unit() as unit:  # 1
        request = unit.requests.of_plan(plan.id)
        if request is None:
            return (("forgotten", False),)
        last = _is_last(unit, request)
        grants = _grants(unit, request, every=last)
        if not grants and not last:
            return (("forgotten", False),)
        rows = _empty(unit, request, grants, last=last)
        record_machine(
            unit,
            EntryKind.GRANT_ENDING,
            (("plan", plan.id), *(("grant", grant.id) for grant in grants)),
            (("cause", "answered"),),
        )
    app.at("newcomer.rows")
    keys = {grant_key(grant.id) for grant in grants}  # 2
    if last:
        keys.add(subject_key(request.subject))
    _shred(app, keys)
    app.at("newcomer.keys")
    with app.store.unit() as unit:  # 3
        _end(unit, plan, request, grants, last=last)
    app.at("newcomer.ended")
    return (("forgotten", last), ("grants", len(grants)), ("rows", rows))


def _is_last(unit: Unit, request: Request) -> bool:
    """Say whether a person was here for requests alone and none of theirs is left."""
    if not request.newcomer:
        return False
    others = unit.requests.of_subject(request.subject)
    waiting = any(other.is_open for other in others if other.id != request.id)
    held = any(g.kept and g.organisation for g in unit.grants.of_subject(request.subject))
    return not waiting and not held


def _grants(unit: Unit, request: Request, *, every: bool) -> tuple[Grant, ...]:
    """Return the kept grants without organisation that end: this request's, or all of them."""
    alone = (g for g in unit.grants.of_subject(request.subject) if g.organisation is None)
    return tuple(g for g in alone if g.kept and (every or g.id == request.grant))


def _empty(unit: Unit, request: Request, grants: tuple[Grant, ...], *, last: bool) -> int:
    """Delete every row that hangs on the grants, and say how many there were."""
    rows = 0
    for grant in grants:
        if grant.state is not GrantState.ENDING:
            unit.grants.set_state(grant.id, GrantState.ENDING, unit.head.size)
        rows += unit.templates.delete_of_grant(grant.id)
        rows += unit.suggestions.delete_of_grant(grant.id)
        rows += unit.unlinked.delete_of_grant(grant.id)
        unit.confirmations.delete(grant.id)
    subject = unit.subjects.get(request.subject)
    if last and subject is not None and subject.state is SubjectState.KNOWN:
        unit.subjects.set_state(subject.id, SubjectState.ERASING)
    return rows


def _shred(app: App, keys: set[KeyId]) -> None:
    app.keyring.shred(*keys)
    left = keys - app.keyring.absent(keys)
    if left:
        raise Integrity(f"{len(left)} keys outlived their shredding", "Run `licet doctor`.")


def _end(
    unit: Unit, plan: Plan, request: Request, grants: tuple[Grant, ...], *, last: bool
) -> None:
    kept = [g for g in unit.grants.many([grant.id for grant in grants]).values() if g.kept]
    objects: list[tuple[str, str]] = [("plan", plan.id)]
    for grant in kept:
        unit.grants.set_state(GrantId(grant.id), GrantState.ENDED, unit.head.size)
        objects.append(("grant", grant.id))
    if last:
        unit.subjects.set_state(request.subject, SubjectState.ERASED)
    record_machine(unit, EntryKind.GRANT_ENDED, tuple(objects))

"""Ends what people were asked and never answered (GDPR 5(1)(c), (e)).

Silence is an answer. A month after the last code ran out the grant that waited for it ends,
and who is here for such grants alone is erased: nobody is kept because they were asked.
"""

from datetime import timedelta
from functools import partial

from licet.app import App
from licet.effects.ending import end_grants
from licet.effects.held import held_grants
from licet.effects.planning import plan_erasure
from licet.effects.record import record_machine
from licet.effects.sealed import plan_key
from licet.effects.trying import Trying
from licet.store.unit import Unit
from licet.terms.grant import Grant, GrantState, Subject, SubjectState
from licet.terms.ids import GrantId, PlanId, new_id
from licet.terms.ledger import EntryKind

CAUSE = "unanswered"

WAITS = timedelta(days=30)
"""So long after the code ran out a new one may still be sent."""

MOST = 1_000
"""How many end in one day: each takes a plan and a look."""

_THERE = frozenset({SubjectState.KNOWN, SubjectState.BLOCKED})


def end_unanswered(app: App, trying: Trying) -> int:
    """Begin to end grants that nobody answered; returns how many. It is for once a day."""
    with app.store.read() as reader:
        due = reader.confirmations.over(reader.now - WAITS, MOST)
    return sum(trying.do(f"grant {one}", partial(_end, app, one), False) for one in due)


def _end(app: App, grant_id: GrantId) -> bool:
    """Look again within the unit: they may have answered, or been sent a new code."""
    plan = PlanId(new_id())
    app.keyring.create(plan_key(plan))
    whole = False
    with app.store.unit() as unit:
        grant = unit.grants.get(grant_id)
        code = unit.confirmations.get(grant_id)
        over = code is not None and code.expires <= unit.now - WAITS
        waits = grant is not None and grant.state is GrantState.PENDING
        if grant is not None and waits and over:
            subject = unit.subjects.get(grant.subject)
            whole = subject is not None and _is_here_for_this(unit, subject)
            if subject is not None and whole:
                _erase(app, unit, plan, subject)
            else:
                _end_one(unit, grant)
    if not whole:
        app.keyring.shred(plan_key(plan))
    return bool(waits and over)


def _is_here_for_this(unit: Unit, subject: Subject) -> bool:
    """Say whether somebody never gave a grant, never wrote, and nothing of theirs is held."""
    grants = unit.grants.of_subject(subject.id)
    never = all(
        one.confirmed_at is None and (not one.kept or _is_over(unit, one)) for one in grants
    )
    held = not held_grants(unit).isdisjoint(one.id for one in grants)
    written = bool(unit.requests.of_subject(subject.id))
    return subject.state in _THERE and never and not held and not written


def _is_over(unit: Unit, grant: Grant) -> bool:
    code = unit.confirmations.get(grant.id)
    return code is not None and code.expires <= unit.now - WAITS


def _erase(app: App, unit: Unit, plan: PlanId, subject: Subject) -> None:
    grants = plan_erasure(app, unit, plan, subject, CAUSE)
    objects = (("plan", plan), *(("grant", one.id) for one in grants))
    record_machine(unit, EntryKind.SUBJECT_ERASING, objects, (("cause", CAUSE),))


def _end_one(unit: Unit, grant: Grant) -> None:
    plan = end_grants(unit, CAUSE, grant.subject, (grant,), unit.head.size)
    objects = (("grant", grant.id), ("plan", plan))
    record_machine(unit, EntryKind.GRANT_ENDING, objects, (("cause", CAUSE),))

"""Forgets people and their letters when the law's own terms are over (GDPR 5(1)(e)).

Grants, items and probes carry their own dates. Here is what is left after them: who a
person is, when nothing has happened with them for long; and what they wrote in a request,
when nobody can ask any more how it was answered. The terms are a regime's, by residence.
"""

from datetime import UTC, datetime, time, timedelta
from functools import partial

from licet.app import App
from licet.consent.regimes import add_months, gone_months, kept_until, soonest_months, terms_on
from licet.effects.expiring import OWN_PHOTOS
from licet.effects.planning import plan_erasure
from licet.effects.record import record_machine
from licet.effects.requests import request_key
from licet.effects.sealed import plan_key
from licet.effects.trying import Trying
from licet.store.unit import Reader, Unit
from licet.terms.grant import GrantState, Subject
from licet.terms.ids import PlanId, SubjectId, new_id
from licet.terms.ledger import EntryKind

CAUSE = "retention"

PART = 256
"""How many requests are forgotten in one unit: an entry holds 64 KB."""

GUEST = timedelta(days=1)
"""So long after their last act and their last grant nothing is left of a guest."""

PEOPLE = 1_000
"""How many people's erasure begins in one day: each takes plans, letters and a look."""


def forget_people(app: App, trying: Trying) -> int:
    """Begin to erase people with whom nothing happened for as long as their regime allows.

    A person is gone at the latest so many months after their own last act (740 ILCS
    14/15(a): three years); a guest who only looked for their photos of one source, a day
    after the last of their grants ended. Returns how many; looks at everybody, so it is for
    once a day.
    """
    with app.store.read() as reader:
        before = _months_before(reader.now, soonest_months(reader.now.date()))
        quiet = reader.subjects.untouched_since(before)
        due = [one.id for one in quiet if _is_over(reader, one)]
        lately = reader.subjects.untouched_since(reader.now - GUEST)
        due += [one.id for one in lately if one.id not in due and _was_guest(reader, one)]
        due = due[:PEOPLE]
    return sum(trying.do(f"person {one}", partial(_erase, app, one), False) for one in due)


def forget_requests(app: App) -> int:
    """Forget what was written in requests that were answered long ago; returns how many.

    The keys go first, then the words: a crash in between leaves nothing that opens.
    """
    with app.store.read() as reader:
        written = reader.requests.written()
        today = reader.now.date()
    due = [
        request.id
        for request in written
        if request.closed_at is not None
        and today
        > kept_until(terms_on(request.regime, request.received_at.date()), request.closed_at.date())
    ]
    for start in range(0, len(due), PART):
        part = due[start : start + PART]
        app.keyring.shred(*map(request_key, part))
        app.at("retaining.keys")
        with app.store.unit() as unit:
            unit.requests.forget(part)
            objects = tuple(("request", request) for request in part)
            record_machine(unit, EntryKind.REQUESTS_FORGOTTEN, objects, (("cause", CAUSE),))
    return len(due)


def _was_guest(reader: Reader | Unit, subject: Subject) -> bool:
    """Say whether somebody gave grants for their own photos of one source alone, all ended."""
    grants = reader.grants.of_subject(subject.id)
    guest = all(
        one.source is not None
        and one.purpose.startswith(OWN_PHOTOS)
        and one.state is GrantState.ENDED
        for one in grants
    )
    asking = any(request.is_open for request in reader.requests.of_subject(subject.id))
    quiet = reader.subjects.is_untouched_since(subject.id, reader.now - GUEST)
    return bool(grants) and guest and not asking and quiet


def _is_over(reader: Reader | Unit, subject: Subject) -> bool:
    if _was_guest(reader, subject):
        return True
    months = gone_months(subject.residence, reader.now.date())
    return reader.subjects.is_untouched_since(subject.id, _months_before(reader.now, months))


def _months_before(now: datetime, months: int) -> datetime:
    return datetime.combine(add_months(now.date(), -months), time(), UTC)


def _erase(app: App, subject_id: SubjectId) -> bool:
    plan = PlanId(new_id())
    app.keyring.create(plan_key(plan))
    with app.store.unit() as unit:
        subject = unit.subjects.get(subject_id)
        over = subject is not None and _is_over(unit, subject)
        if subject is not None and over:
            grants = plan_erasure(app, unit, plan, subject, CAUSE)
            objects = (("plan", plan), *(("grant", grant.id) for grant in grants))
            record_machine(unit, EntryKind.SUBJECT_ERASING, objects, (("cause", CAUSE),))
    if not over:
        app.keyring.shred(plan_key(plan))
    return over

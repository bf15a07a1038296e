"""Warns who watches over a deployment: by a letter that is planned with what it tells of.

A letter of the queue and none that is sent at once: whoever set an alarm off learns
nothing from how long an answer took, and a mailbox that is down holds nothing up.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from licet.app import App
from licet.effects.letters import sender_of
from licet.effects.record import record_machine
from licet.effects.telling import plan_letter, to_person
from licet.store.unit import Unit
from licet.terms.contact import mailbox
from licet.terms.ids import PlanId
from licet.terms.ledger import EntryKind
from licet.terms.letters import AlertKind, AlertLetter

_IN = {
    AlertKind.BREACH_SUSPECTED: "breach",
    AlertKind.BREACH_NEAR: "breach",
    AlertKind.BREACH_LATE: "breach",
    AlertKind.CANARY_RETIRED: "canary",
    AlertKind.CASE_OF_MANY: "case",
    AlertKind.EVIDENCE_AGAIN: "case",
    AlertKind.SEARCHES_MANY: "case",
    AlertKind.LETTER_NEAR: "correspondence",
    AlertKind.LETTER_LATE: "correspondence",
    AlertKind.ORDER_NEAR: "order",
    AlertKind.ORDER_LATE: "order",
    AlertKind.REQUEST_NEAR: "request",
    AlertKind.REQUEST_LATE: "request",
}
"""What the number of each warning names."""

LATE = timedelta(0)
"""The step that is passed with the term itself."""


def alert(
    app: App,
    unit: Unit,
    about: AlertKind,
    number: str,
    due: datetime | None = None,
    mail: bool = True,
) -> PlanId | None:
    """Record a warning and plan its letter, within the unit that notes it.

    ``number`` is the id of the line in the register that it is about. Returns None when
    no address was named, or not by ``mail``: the entry says so, and it stands on the register
    all the same.
    """
    to = alerts_to(app) if mail else ""
    plan = None
    if to:
        letter = AlertLetter(sender_of(app), about, number, unit.now, due)
        plan = plan_letter(app, unit, letter, to_person(to, app.settings.alerts_language))
    facts = (("about", about.value), ("mailed", plan is not None))
    record_machine(unit, EntryKind.ALERTED, ((_IN[about], number),), facts)
    return plan


def alerts_to(app: App) -> str:
    """Return the address that alarms go to; empty when there is none."""
    named = app.settings.alerts_to or sender_of(app).answer_to
    return named if mailbox(named) is not None else ""


def step_passed(
    due: datetime, alerted_at: datetime | None, now: datetime, steps: Sequence[timedelta]
) -> timedelta | None:
    """Return the last of ``steps`` before ``due`` that was passed since the last warning.

    ``LATE`` is passed when the term is over, whether ``steps`` names it or not. None when
    nothing was passed that nobody was warned of. Of several passed at once (nothing ran for
    a while) only the last one counts: one warning says it all.
    """
    passed = [step for step in (*steps, LATE) if due - step < now]
    if not passed:
        return None
    last = min(passed)
    warned = alerted_at is not None and alerted_at > due - last
    return None if warned else last

"""What is inside a breach, who is warned of it, and letters to those it touches.

A breach has a key of its own, ``breach:<id>``, made when somebody first writes about it:
the register itself says when, how many and how it stands, and holds nobody's words.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from licet.app import App
from licet.effects.alerting import LATE, alert, step_passed
from licet.effects.letters import sender_of
from licet.effects.record import record_machine
from licet.effects.sealed import open_identity
from licet.effects.telling import plan_letter, to_person
from licet.terms.breaching import Risk
from licet.terms.duties import Breach, BreachState
from licet.terms.ids import BreachId, KeyId
from licet.terms.ledger import EntryKind
from licet.terms.letters import AlertKind, BreachLetter
from licet.terms.payload import BreachPayload, from_bytes, to_bytes
from licet.vault.seal import open_sealed, seal

BEFORE = (timedelta(hours=24), timedelta(hours=6))
"""How long before the 72 hours are over the officer is warned again."""

PART = 100
"""So many people are written to in one unit of work, so that nobody waits for long."""

UNTOLD = frozenset({BreachState.SUSPECTED, BreachState.CONFIRMED})
"""States in which an authority may still have to be told."""


def breach_key(breach: BreachId) -> KeyId:
    """Return the name of a breach's key."""
    return KeyId(f"breach:{breach}")


def seal_breach(app: App, breach: BreachId, payload: BreachPayload) -> bytes:
    """Seal what is known of a breach. Raises ``KeyAbsent``."""
    return seal(app.keyring.get(breach_key(breach)), to_bytes(payload), f"breach:{breach}")


def open_breach(app: App, breach: Breach) -> BreachPayload:
    """Return what is known of a breach; empty while nobody wrote about it."""
    if not breach.sealed:
        return BreachPayload()
    key = app.keyring.get(breach_key(breach.id))
    return from_bytes(BreachPayload, open_sealed(key, breach.sealed, f"breach:{breach.id}"))


def owes_notice(breach: Breach, payload: BreachPayload) -> bool:
    """Say whether the authority must still be told (GDPR 33(1))."""
    if breach.state not in UNTOLD or breach.authority_told_at is not None:
        return False
    return payload.risk != Risk.UNLIKELY


def watch_breaches(app: App) -> int:
    """Warn of every open breach at each step of its term; returns how many warnings."""
    with app.store.read() as reader:
        due = [one.id for one in reader.breaches.open() if _warning(app, one, reader.now)]
    for breach in due:
        with app.store.unit() as unit:
            current = unit.breaches.get(breach)
            about = _warning(app, current, unit.now) if current else None
            if current is None or about is None:
                continue
            alert(app, unit, about, breach, current.notify_by)
            unit.breaches.put(replace(current, alerted_at=unit.now))
    return len(due)


def _warning(app: App, breach: Breach, now: datetime) -> AlertKind | None:
    """Return what to warn of now: first that it is there, then how its term goes."""
    if breach.alerted_at is None and breach.state in UNTOLD:
        late = now > breach.notify_by
        return AlertKind.BREACH_LATE if late else AlertKind.BREACH_SUSPECTED
    if not owes_notice(breach, open_breach(app, breach)):
        return None
    step = step_passed(breach.notify_by, breach.alerted_at, now, BEFORE)
    if step is None:
        return None
    return AlertKind.BREACH_LATE if step == LATE else AlertKind.BREACH_NEAR


def tell_people(app: App, breach: Breach) -> int:
    """Plan a letter to the next people whom a breach touches; how many, none at the end.

    Whoever is killed meanwhile: who has a letter planned gets no second one.
    """
    payload = open_breach(app, breach)
    sender, cause = sender_of(app), f"breach:{breach.id}"
    since = breach.aware_at.date()
    letter = BreachLetter(sender, since, payload.what, payload.consequences, payload.measures)
    with app.store.read() as reader:
        if not reader.subjects.untold(cause, 1, payload.subjects):
            return 0
    with app.store.unit() as unit:
        people = unit.subjects.untold(cause, PART, payload.subjects)
        for person in people:
            identity = open_identity(app, person)
            contact = identity.contact if identity else ""
            language = identity.language if identity else "en"
            plan_letter(app, unit, letter, to_person(contact, language), person.id, cause)
        facts = (("letters", len(people)), ("whom", "people"))
        record_machine(unit, EntryKind.BREACH_TOLD, (("breach", breach.id),), facts)
    app.at("breach.told")
    return len(people)

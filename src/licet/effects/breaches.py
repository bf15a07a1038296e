"""What is inside a breach, who is warned of it, and letters to those it touches.

A breach has a key of its own, ``breach:<id>``, made when somebody first writes about it:
the register itself says when, how many and how it stands, and holds nobody's words.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from licet.app import App
from licet.effects.alerting import LATE, alert, step_passed
from licet.effects.canaries import suspicion
from licet.effects.letters import sender_of
from licet.effects.record import record_machine
from licet.effects.sealed import open_identity
from licet.effects.telling import plan_letter, to_person
from licet.ledger.commitment import opens
from licet.ledger.leaf import decode
from licet.store.unit import Reader, Unit
from licet.terms.breaching import Risk
from licet.terms.duties import Breach, BreachState
from licet.terms.ids import BreachId, CanaryId, KeyId, MemberId
from licet.terms.ledger import Entry, EntryKind
from licet.terms.letters import AlertKind, BreachLetter
from licet.terms.payload import BreachPayload, from_bytes, to_bytes
from licet.terms.when import from_ms
from licet.vault.seal import open_sealed, seal

BEFORE = (timedelta(hours=24), timedelta(hours=6))
"""How long before the 72 hours are over the officer is warned again."""

PART = 25
"""So many people are written to in one unit of work: each letter makes a key, and a withdrawal
must not wait for more than a quarter of a second of them."""

PAGE = 2_000
"""Entries read at a time."""

_TOUCHED = f'"{EntryKind.CANARY_TOUCHED.value}"'.encode()
"""What an entry of that kind has in its bytes, whatever else it says."""

Act = tuple[int, Entry]
"""What somebody did: the number of its entry, and the entry."""

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


def owes_letters(breach: Breach) -> bool:
    """Say whether the people must still be told (GDPR 34(1))."""
    return breach.risk_high and breach.people_told_at is None


def standing(breach: Breach) -> Breach:
    """Return a breach that was looked into in the state that follows from who was told."""
    told = breach.authority_told_at is not None and not owes_letters(breach)
    return replace(breach, state=BreachState.TOLD if told else BreachState.CONFIRMED)


def acts_behind(reader: Reader | Unit, breach: Breach, most: int = 0) -> tuple[Act, ...]:
    """Return the acts that reached somebody who does not exist, oldest first.

    Each with the number of its entry; none for a breach that somebody reported. ``most``
    ends the reading early.
    """
    about = ("breach", str(breach.id))
    first = reader.leaves.get(breach.leaf, breach.leaf + 1)
    if not first or dict(decode(first[0].data).facts).get("cause") != "canary":
        return ()
    found: list[Act] = []
    for start in range(breach.leaf, reader.head.size, PAGE):
        for leaf in reader.leaves.get(start, min(start + PAGE, reader.head.size)):
            if _TOUCHED not in leaf.data:
                continue
            entry = decode(leaf.data)
            if about not in entry.objects:
                continue
            behind = int(dict(entry.facts)["entry"])
            (act,) = reader.leaves.get(behind, behind + 1)
            found.append((behind, decode(act.data)))
            if len(found) == most:
                return tuple(found)
    return tuple(found)


def set_off_by(
    app: App, reader: Reader | Unit, breach: Breach, members: Iterable[MemberId]
) -> bool:
    """Say whether one of these members did an act that raised this breach."""
    acting = tuple(members)
    for _, act in acts_behind(reader, breach):
        if act.organisation is None or act.actor is None:
            continue
        key = app.keyring.get(KeyId(f"organisation:{act.organisation}"))
        if any(opens(act.actor, key, member) for member in acting):
            return True
    return False


def watch_breaches(app: App) -> int:
    """Warn of every open breach at each step of its term; returns how many are late."""
    with app.store.read() as reader:
        open_, now = reader.breaches.open(), reader.now
    for breach in open_:
        if _warning(app, breach, now) is not None:
            _warn(app, breach.id)
    late = (one for one in open_ if now > one.notify_by)
    return sum(owes_notice(one, open_breach(app, one)) for one in late)


def _warn(app: App, breach: BreachId) -> None:
    with app.store.unit() as unit:
        current = unit.breaches.get(breach)
        about = _warning(app, current, unit.now) if current else None
        if current is not None and about is not None:
            alert(app, unit, about, breach, current.notify_by)
            unit.breaches.put(replace(current, alerted_at=unit.now))


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
        facts = (("letters", len(people)), ("whom", "people"), ("part", True))
        record_machine(unit, EntryKind.BREACH_TOLD, (("breach", breach.id),), facts)
    app.at("breach.told")
    return len(people)


def suspected_again(unit: Unit, entry: Entry, leaf: int) -> None:
    """Put a breach back that the backup does not know; its words are lost, its clock is not."""
    breach = _named(entry)
    if unit.breaches.get(breach) is not None:
        return
    facts = dict(entry.facts)
    aware = from_ms(int(facts["aware"])) if "aware" in facts else entry.at
    unit.breaches.add(suspicion(breach, aware, int(facts.get("people", 0)), leaf))


def confirmed_again(unit: Unit, entry: Entry, _leaf: int) -> None:
    """Note again what was found since, as far as the entry says it."""
    breach, facts = unit.breaches.get(_named(entry)), dict(entry.facts)
    if breach is not None:
        high = facts["risk"] == Risk.HIGH
        after = replace(breach, people=int(facts["people"]), risk_high=high)
        unit.breaches.put(standing(after))


def told_again(unit: Unit, entry: Entry, _leaf: int) -> None:
    """Note again who was told since."""
    breach, facts = unit.breaches.get(_named(entry)), dict(entry.facts)
    if breach is None or "begun" in facts or "part" in facts:
        return
    if facts["whom"] == "authority":
        at = breach.authority_told_at or entry.at
        unit.breaches.put(standing(replace(breach, authority_told_at=at)))
    else:
        unit.breaches.put(standing(replace(breach, people_told_at=entry.at)))


def closed_again(unit: Unit, entry: Entry, _leaf: int) -> None:
    """End a breach again that ended since."""
    breach = unit.breaches.get(_named(entry))
    if breach is not None:
        dismissed = "dismissed" in dict(entry.facts)
        state = BreachState.DISMISSED if dismissed else BreachState.CLOSED
        unit.breaches.put(replace(breach, state=state, closed_at=entry.at))


def retired_again(unit: Unit, entry: Entry, _leaf: int) -> None:
    """Take a canary off the register again; its erasure has an entry of its own."""
    unit.breaches.drop_canary(CanaryId(dict(entry.objects)["canary"]))


def _named(entry: Entry) -> BreachId:
    return BreachId(dict(entry.objects)["breach"])


BREACHES_AGAIN: dict[EntryKind, Callable[[Unit, Entry, int], None]] = {
    EntryKind.BREACH_SUSPECTED: suspected_again,
    EntryKind.BREACH_CONFIRMED: confirmed_again,
    EntryKind.BREACH_TOLD: told_again,
    EntryKind.BREACH_CLOSED: closed_again,
    EntryKind.CANARY_RETIRED: retired_again,
}
"""What a restored store does again about breaches, by the kind of entry."""

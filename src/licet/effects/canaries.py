"""People who do not exist, and the alarm when somebody reaches one of them.

Nobody has a reason to look at a canary, so who does is looking where they should not: with
a stolen template, through a list, by an id that was copied (GDPR 32(1)(d), 33).

1. Every act that a permit allowed says whom it is about, in its entry; a search says whom
   it listed. If one of them is a canary, a breach is suspected.
2. That is written in the same unit as the act, so nobody has the one without the other.
3. The machine's own work on plans, runs and dates is nobody's look and raises nothing.
4. Whatever follows while that suspicion is open is added to it: who sets alarms off in
   numbers hides nothing behind them.

No letter goes out here: the worker sends it, so that an answer takes no longer than any.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from licet.ledger.leaf import decode
from licet.store.unit import Unit
from licet.terms.duties import Breach, BreachState, Canary
from licet.terms.ids import BreachId, GrantId, SubjectId, new_id
from licet.terms.ledger import Entry, EntryKind
from licet.terms.permit import By, Permit

NOTIFY_WITHIN = timedelta(hours=72)
"""From becoming aware to telling the authority (GDPR 33(1)). Hours end when they end: no
holiday moves them (Regulation 1182/71, Article 3(4))."""

MOST_CANARIES = 20
"""So many at one time: enough to notice, and too few to hide real people among them."""

Objects = tuple[tuple[str, str], ...]


def alarm_of_act(unit: Unit, permit: Permit, objects: Objects, leaf: int) -> None:
    """Raise the alarm if the act of entry ``leaf`` is about somebody who does not exist."""
    if permit.by is By.WORKER:
        return
    canaries = unit.breaches.canaries()
    if not canaries:
        return
    grants = [GrantId(value) for role, value in objects if role == "grant"]
    named = {grant.subject for grant in unit.grants.many(grants).values()}
    _alarm(unit, canaries, named | ({permit.subject} if permit.subject else set()), leaf)


def alarm_of_list(unit: Unit, listed: Iterable[SubjectId], leaf: int) -> None:
    """Raise the alarm if the search of entry ``leaf`` listed somebody who does not exist."""
    canaries = unit.breaches.canaries()
    if canaries:
        _alarm(unit, canaries, set(listed), leaf)


def suspicion(breach: BreachId, aware: datetime, people: int, leaf: int) -> Breach:
    """Return a suspected breach of which nobody has written anything; 72 hours from ``aware``."""
    return Breach(
        id=breach,
        aware_at=aware,
        notify_by=aware + NOTIFY_WITHIN,
        state=BreachState.SUSPECTED,
        people=people,
        risk_high=False,
        authority_told_at=None,
        people_told_at=None,
        alerted_at=None,
        closed_at=None,
        sealed=b"",
        leaf=leaf,
    )


def _alarm(unit: Unit, canaries: tuple[Canary, ...], named: set[SubjectId], leaf: int) -> None:
    for canary in canaries:
        if canary.subject not in named:
            continue
        unit.breaches.touch_canary(canary.id, unit.now)
        breach = _open_one(unit, canary) or _raise_anew(unit, canary)
        unit.record(
            Entry(
                kind=EntryKind.CANARY_TOUCHED,
                at=unit.now,
                objects=(("breach", breach), ("canary", canary.id)),
                facts=(("entry", leaf), ("by", By.WORKER.value)),
            )
        )


def _open_one(unit: Unit, canary: Canary) -> BreachId | None:
    """Return the open breach that this canary raised before, if there is one."""
    for breach in unit.breaches.open():
        for leaf in unit.leaves.get(breach.leaf, breach.leaf + 1):
            if ("canary", str(canary.id)) in decode(leaf.data).objects:
                return breach.id
    return None


def _raise_anew(unit: Unit, canary: Canary) -> BreachId:
    """Put a suspected breach on the register; the 72 hours run from here."""
    breach = BreachId(new_id())
    unit.breaches.add(suspicion(breach, unit.now, 0, unit.head.size))
    unit.record(
        Entry(
            kind=EntryKind.BREACH_SUSPECTED,
            at=unit.now,
            objects=(("breach", breach), ("canary", canary.id)),
            facts=(("cause", "canary"), ("by", By.WORKER.value)),
        )
    )
    return breach

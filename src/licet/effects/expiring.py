"""Ends grants whose term is over, many by one plan: a night may end a hundred thousand.

What a plan for many promises is what a plan for one promises, to each of them: invisible
from the commit that makes it *ending*, ended only when its key is gone. A grant that has
to wait for something of its own gets a plan of its own, so that nobody waits for it.
"""

from licet.app import App
from licet.effects.ending import end_grants
from licet.effects.letters import sender_of
from licet.effects.record import record_machine
from licet.effects.sealed import open_identity
from licet.effects.telling import plan_letter, to_known
from licet.store.unit import Unit
from licet.terms.grant import Grant
from licet.terms.ids import GrantId, SubjectId
from licet.terms.ledger import EntryKind
from licet.terms.letters import GrantOverLetter
from licet.terms.plan import NOBODY

OWN_PHOTOS = "find_my_photos@"
"""The purpose under which people look for their own photos, in any version."""

PART = 500
"""How many end by one plan: its entry names them all, and an entry holds 64 KB."""


def end_expired(app: App) -> int:
    """Begin to end grants whose term is over, as many as one plan takes; returns how many."""
    with app.store.read() as reader:
        any_due = bool(reader.grants.expiring(reader.now, 1))
    if not any_due:
        return 0
    with app.store.unit() as unit:
        due = unit.grants.expiring(unit.now, PART)
        alone = _alone(unit, due)
        together = tuple(grant for grant in due if grant.id not in alone)
        _say(app, unit, due)
        if together:
            _end(unit, NOBODY, together)
        for grant in due:
            if grant.id in alone:
                _end(unit, grant.subject, (grant,))
    return len(due)


def _alone(unit: Unit, due: tuple[Grant, ...]) -> frozenset[GrantId]:
    """Return those whose rows may have to wait: for a legal claim, or for the person's answer."""
    held = {grant for hold in unit.holds.in_force(unit.now) for grant in hold.grants}
    asking = {request.subject for request in unit.requests.open()}
    return frozenset(g.id for g in due if g.id in held or g.subject in asking)


def _say(app: App, unit: Unit, due: tuple[Grant, ...]) -> None:
    """Plan a letter to each who looked for their own photos in one source: it is over."""
    for grant in due:
        if grant.source is None or not grant.purpose.startswith(OWN_PHOTOS):
            continue
        source = unit.sources.get(grant.source)
        organisation = unit.governance.organisation(source.organisation) if source else None
        to = to_known(open_identity(app, unit.subjects.get(grant.subject)))
        if to is not None and source is not None and organisation is not None:
            on = unit.now.date()
            letter = GrantOverLetter(sender_of(app), organisation.name, source.name, on)
            plan_letter(app, unit, letter, to, grant.subject, f"over:{grant.id}")


def _end(unit: Unit, subject: SubjectId, grants: tuple[Grant, ...]) -> None:
    plan = end_grants(unit, "expired", subject, grants, unit.head.size)
    objects = (*(("grant", grant.id) for grant in grants), ("plan", plan))
    record_machine(unit, EntryKind.GRANT_ENDING, objects, (("cause", "expired"),))

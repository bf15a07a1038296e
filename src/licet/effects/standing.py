"""Restricting and releasing grants: what is restricted is kept, and is nobody's to use (GDPR 18).

Why a grant is restricted stands in the ledger, in the entry that the grant points to.
Several causes may hold at once; a grant is free again when the last one has gone. One
that the person never confirmed goes back to *pending*, because a restriction adds no yes.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from licet.app import App
from licet.effects.record import Facts, Objects, record, record_machine
from licet.effects.surfacing import listing
from licet.effects.telling import tell_recipients
from licet.ledger.leaf import decode
from licet.store.unit import Reader, Unit
from licet.terms.grant import Grant, GrantState, Restriction
from licet.terms.ids import GrantId
from licet.terms.ledger import Entry, EntryKind
from licet.terms.permit import Permit
from licet.terms.rights import RightKind
from licet.terms.when import to_ms

RESTRICTABLE = frozenset({GrantState.PENDING, GrantState.ACTIVE, GrantState.RESTRICTED})
"""What is ending goes on ending: nothing is kept longer by a restriction."""

_WANTED = {
    Restriction.ASKED: RightKind.RESTRICTION,
    Restriction.OBJECTION: RightKind.OBJECTION,
}


def causes(reader: Reader | Unit, grant: Grant) -> frozenset[Restriction]:
    """Return why a grant is restricted; empty when it is not."""
    if grant.state is not GrantState.RESTRICTED:
        return frozenset()
    for leaf in reader.leaves.get(grant.leaf, grant.leaf + 1):
        entry = decode(leaf.data)
        if entry.kind is EntryKind.GRANT_RESTRICTED and ("grant", grant.id) in entry.objects:
            return _read(entry)
    return frozenset({Restriction.UNKNOWN})


def looked_at(reader: Reader | Unit, grant: Grant) -> bool:
    """Say whether somebody looked at a held enrolment and released it since."""
    for leaf in reader.leaves.get(grant.leaf, grant.leaf + 1):
        entry = decode(leaf.data)
        if entry.kind is EntryKind.GRANT_RELEASED and ("grant", grant.id) in entry.objects:
            return Restriction.ENROLMENT_HELD in _read(entry)
    return False


def _read(entry: Entry) -> frozenset[Restriction]:
    """Return the causes that an entry names; a word of a later version is an unknown cause."""
    known = set(Restriction)
    words = str(dict(entry.facts).get("cause", "")).split("+")
    return frozenset(Restriction(w) if w in known else Restriction.UNKNOWN for w in words)


def restrict_within(
    app: App,
    unit: Unit,
    cause: Restriction,
    grants: Iterable[Grant],
    permit: Permit | None = None,
    facts: Facts = (),
) -> int:
    """Restrict grants for one more cause, and record it; returns the last leaf's index.

    From the commit on nobody finds anybody under them, in any process: pending and active
    ones become *restricted*, restricted ones get the cause on top, ending and ended ones
    are left alone. Where the person wants it, those who were given candidates are told
    (GDPR 19). Without a permit it is the machine's, on a plan. ``facts`` go into every
    entry. Where there is nothing to restrict, an entry says so.
    """
    by_causes: dict[frozenset[Restriction], list[GrantId]] = {}
    anew: list[GrantId] = []
    for grant in grants:
        if grant.state in RESTRICTABLE:
            by_causes.setdefault(causes(unit, grant) | {cause}, []).append(grant.id)
            anew += [grant.id] if grant.state is not GrantState.RESTRICTED else []
    if cause in _WANTED:
        tell_recipients(app, unit, listing(app, unit, anew), _WANTED[cause])
    if not by_causes:
        by_causes[frozenset({cause})] = []
    # Not the head's last: an alarm may stand after the entry of the act that set it off.
    return max(
        _restrict(app, unit, (why, by_causes[why]), permit, facts)
        for why in sorted(by_causes, key=sorted)
    )


def release_within(
    app: App,
    unit: Unit,
    gone: frozenset[Restriction],
    grants: Iterable[Grant],
    permit: Permit | None = None,
    told_at: datetime | None = None,
    facts: Facts = (),
) -> int:
    """Take causes off restricted grants, and record it; returns the last leaf's index.

    What has no other cause may be found again from the commit on: it is *active* if the
    person confirmed it, else *pending*. The others stay restricted for what is left. The
    caller has decided that nothing else stands in the way, and has told the person before
    (GDPR 18(3)): ``told_at`` says when, and is None only where the person releases.
    ``facts`` go into the entry of what is free.
    """
    free: list[Grant] = []
    left: dict[frozenset[Restriction], list[GrantId]] = {}
    for grant in grants:
        if grant.state is GrantState.RESTRICTED:
            others = causes(unit, grant) - gone
            if others:
                left.setdefault(others, []).append(grant.id)
            else:
                free.append(grant)
    written = [
        _restrict(app, unit, (why, left[why]), permit, ()) for why in sorted(left, key=sorted)
    ]
    if free or not left:
        told: Facts = () if told_at is None else (("told_at", to_ms(told_at)),)
        written.append(_release(app, unit, (gone, free), permit, (*facts, *told)))
    return written[-1]


def _restrict(
    app: App,
    unit: Unit,
    named: tuple[frozenset[Restriction], Sequence[GrantId]],
    permit: Permit | None,
    facts: Facts,
) -> int:
    why, grants = named
    leaf = unit.head.size
    for grant in grants:
        unit.grants.set_state(grant, GrantState.RESTRICTED, leaf)
    objects = tuple(("grant", grant) for grant in grants)
    said: Facts = (*facts, ("cause", "+".join(sorted(why))))
    return _record(app, unit, EntryKind.GRANT_RESTRICTED, permit, objects, said)


def _release(
    app: App,
    unit: Unit,
    named: tuple[frozenset[Restriction], Sequence[Grant]],
    permit: Permit | None,
    facts: Facts,
) -> int:
    gone, grants = named
    leaf = unit.head.size
    for grant in grants:
        unit.grants.set_state(grant.id, freed(grant), leaf)
    objects = tuple(("grant", grant.id) for grant in grants)
    said: Facts = (*facts, ("cause", "+".join(sorted(gone))))
    return _record(app, unit, EntryKind.GRANT_RELEASED, permit, objects, said)


def freed(grant: Grant) -> GrantState:
    """Return the state of a grant that is restricted no more: nobody says yes by releasing."""
    return GrantState.PENDING if grant.confirmed_at is None else GrantState.ACTIVE


def _record(
    app: App, unit: Unit, kind: EntryKind, permit: Permit | None, objects: Objects, facts: Facts
) -> int:
    if permit is None:
        return record_machine(unit, kind, objects, facts)
    return record(app, unit, kind, permit, objects, facts)

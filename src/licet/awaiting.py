"""Acts of two members who are not in one place: the first signature waits for the second.

What waits is one row: what both sign, the first signature, and what the act is carried out
with, sealed under the organisation's key. Nothing is decided by waiting: the flow that
everybody calls is called with both signatures, and decides then, as things are then. The
row goes in the very unit that carries the act out, so it happens once or not at all.
"""

from dataclasses import replace
from datetime import datetime

from licet.app import App
from licet.consent.proofs import ACT_WAITS, ACTS_WAITING
from licet.consent.reasons import Reason
from licet.consent.refusals import refuse
from licet.consent.signed import may_sign
from licet.effects.acting import organisation_of, signers
from licet.effects.digesting import digest_of
from licet.effects.listing import About, Reach, listed
from licet.effects.record import actor_commitment
from licet.effects.signing import About as Signed
from licet.store.unit import Reader, Unit
from licet.terms.acting import Who
from licet.terms.errors import Conflict, NotFound
from licet.terms.ids import ActId, KeyId, MemberId, OrganisationId, new_id
from licet.terms.ledger import Entry, EntryKind
from licet.terms.organisation import Act, Signature
from licet.terms.permit import Action, Refusal, Register
from licet.terms.waiting import ActEnd, Parked, WaitingAct
from licet.vault.seal import derive, open_sealed, seal

WAITING = About(Register.MEMBERS, asked=(("waiting", True),))
"""What is signed to list the acts that wait."""


def park(app: App, who: Who, kind: str, about: Signed, parts: bytes) -> Parked | Refusal:
    """Let an act that one member signed wait for another member's signature.

    1. In one unit of work: the signature is fresh and the member's own; seal what the act
       is carried out with, keep the row, record.
    2. Mirror the ledger.

    Raises ``Conflict`` where as many of this member's acts wait as may.
    """
    with app.store.unit() as unit:  # 1
        organisation = about.organisation or organisation_of(unit, who)
        asked = (about.action.value, organisation, about.object, about.digest)
        if organisation is None or not _signed(unit, replace(who, waiting=None), asked):
            return refuse(about.action, Reason.NOT_SIGNED)
        first = _first(who)
        live = [one for one in unit.waiting.of_member(first) if unit.now < one.expires]
        if len(live) >= ACTS_WAITING:
            raise Conflict("too many of your acts wait", "Let some be signed, or take them back.")
        act, made = ActId(new_id()), _act_of(who, about, organisation, unit.now)
        waits = WaitingAct(
            id=act,
            kind=kind,
            organisation=organisation,
            member=first,
            name=made.name,
            object=made.object,
            digest=made.digest,
            at=made.at,
            sealed=seal(_key(app, organisation), parts, f"act:{act}"),
            signature=next((s.value for s in who.signatures if s.member == first), b""),
            expires=unit.now + ACT_WAITS,
        )
        unit.waiting.add(waits)
        _record(app, unit, EntryKind.ACT_SIGNED, first, waits, (("kind", kind),))
    app.publish()  # 2
    return Parked(act, kind, waits.expires)


def waiting_acts(app: App, who: Who) -> tuple[WaitingAct, ...] | Refusal:
    """List the acts of the reader's own organisation that wait, oldest first."""

    def read(reader: Reader, _reach: Reach) -> tuple[WaitingAct, ...]:
        organisation = organisation_of(reader, who)
        found = reader.waiting.of_organisation(organisation) if organisation else ()
        return tuple(one for one in found if reader.now < one.expires)

    return listed(app, who, WAITING, read)


def find_act(app: App, who: Who | None, act: ActId) -> WaitingAct:
    """Return an act that waits, of the organisation of ``who``; None is whoever has the store.

    Raises ``NotFound``: over, done, and another organisation's look alike.
    """
    with app.store.read() as reader:
        found = reader.waiting.get(act)
        over = found is None or reader.now >= found.expires
        theirs = None if who is None else organisation_of(reader, who)
    if found is None or over or (who is not None and found.organisation != theirs):
        raise NotFound("no such act waits", "See `licet act list`.")
    return found


def too(waits: WaitingAct) -> Signed:
    """Return what the second member signs: what the first did, at that very moment."""
    name = Action(waits.name)
    return Signed(name, waits.organisation, waits.object, waits.digest, waits.at)


def parts_of(app: App, waits: WaitingAct) -> bytes:
    """Return what an act is carried out with. Raises ``KeyAbsent``, ``Corrupt``."""
    return open_sealed(_key(app, waits.organisation), waits.sealed, f"act:{waits.id}")


def both(waits: WaitingAct, second: Who) -> Who:
    """Return both members with their signatures over the one act.

    Raises ``Conflict`` where the second is the first: nobody is two.
    """
    other = _first(second)
    if other == waits.member:
        raise Conflict("you signed this act first", "Another member signs it, or you end it.")
    first = (Signature(waits.member, waits.signature),) if waits.signature else ()
    theirs = tuple(one for one in second.signatures if one.member == other)
    members, signatures = (waits.member, other), (*first, *theirs)
    return replace(second, members=members, act=waits.act, signatures=signatures, waiting=waits.id)


def ending(waits: WaitingAct) -> Signed:
    """Return what is signed to decline an act, or to take one's own back."""
    digest = digest_of("no", waits.id)
    return Signed(Action(waits.name), waits.organisation, waits.object, digest)


def end_act(app: App, who: Who, act: ActId) -> ActEnd | Refusal:
    """Decline an act that waits, or take one's own back: nothing happens, and it is recorded.

    1. In one unit of work: the member signed this, and is of its organisation; end, record.
    2. Mirror the ledger.

    Raises ``NotFound``.
    """
    with app.store.unit() as unit:  # 1
        waits = unit.waiting.get(act)
        if waits is None or waits.organisation != organisation_of(unit, who):
            raise NotFound("no such act waits", "See `licet act list`.")
        about = ending(waits)
        asked = (about.action.value, waits.organisation, about.object, about.digest)
        if not _signed(unit, who, asked):
            return refuse(about.action, Reason.NOT_SIGNED)
        own = _first(who) == waits.member
        why = ActEnd.WITHDRAWN if own else ActEnd.DECLINED
        unit.waiting.end(act)
        _record(app, unit, EntryKind.ACT_ENDED, _first(who), waits, (("why", why.value),))
    app.publish()  # 2
    return why


def overtaken(app: App, act: ActId) -> None:
    """End an act that can never be carried out any more: what it was about has changed."""
    _end(app, act, ActEnd.OVERTAKEN)
    app.publish()


def end_overdue(app: App) -> int:
    """End the acts that nobody signed in time; returns how many."""
    with app.store.read() as reader:
        over = reader.waiting.over(reader.now)
    return sum(_end(app, one.id, ActEnd.EXPIRED) for one in over)


def _end(app: App, act: ActId, why: ActEnd) -> bool:
    with app.store.unit(bookkeeping=True) as unit:
        waits = unit.waiting.get(act)
        if waits is None:
            return False
        unit.waiting.end(act)
        _record(app, unit, EntryKind.ACT_ENDED, None, waits, (("why", why.value),))
    return True


def _signed(unit: Unit, who: Who, asked: tuple[str, OrganisationId | None, str, str]) -> bool:
    """Say whether the first member signed this, as one whose signature counts."""
    sandbox = (found := unit.deployment.get()) is not None and found.sandbox
    counted = (m for m in signers(unit, who, asked, unit.now) if may_sign(m, asked[1], sandbox))
    return any(member.id == who.member for member in counted)


def _act_of(who: Who, about: Signed, organisation: OrganisationId, now: datetime) -> Act:
    named = Act(about.action.value, organisation, about.object, about.digest, now)
    return who.act or named  # In a sandbox nobody signs.


def _first(who: Who) -> MemberId:
    if who.member is None:
        raise NotFound("nobody acts", "Say who signs.")
    return who.member


def _key(app: App, organisation: OrganisationId) -> bytes:
    return derive(app.keyring.get(KeyId(f"organisation:{organisation}")), "act")


def _record(
    app: App,
    unit: Unit,
    kind: EntryKind,
    member: MemberId | None,
    waits: WaitingAct,
    facts: tuple[tuple[str, str], ...],
) -> None:
    actor = actor_commitment(app, waits.organisation, member) if member else None
    objects = (("act", waits.id),)
    unit.record(Entry(kind, unit.now, waits.organisation, actor, None, objects, facts))

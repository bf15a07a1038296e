"""Equipping: what a member does themselves about what they come in with.

Two members let somebody in (``admitting``). Whoever is in adds a second passkey, or binds
an identity of the provider, by signing that with the passkey they have: a member with one
passkey alone is a member who is locked out tomorrow. What only takes away, and nobody can be
locked out by, needs no passkey: one's own sessions and API keys.
"""

from hashlib import sha256

from licet.app import App
from licet.consent.proofs import IDLE, INVITED_ONESELF
from licet.effects.acting import digest_of
from licet.effects.authenticators import live_session
from licet.effects.deciding import decided
from licet.effects.letting_in import invite_until, record_own
from licet.effects.listing import About, Reach, listed
from licet.effects.membership import committed_to
from licet.effects.record import record
from licet.store.unit import Reader, Unit
from licet.terms.acting import Who
from licet.terms.admission import Invited, StoredSession
from licet.terms.equipping import (
    LeaveLine,
    Mine,
    OpenSession,
    OwnApiKey,
    OwnIdentity,
    OwnPasskey,
)
from licet.terms.errors import BadInput, Conflict, NotFound
from licet.terms.ids import ApiKeyId, IdentityId, InvitationId, MemberId, PasskeyId, SessionId
from licet.terms.ledger import EntryKind
from licet.terms.organisation import Member
from licet.terms.permit import Action, Permit, Refusal, Register

LONGEST_NAME = 60
"""Characters of what somebody calls a passkey."""

MINE = About(Register.MEMBERS, asked=(("mine", True),))
LEAVE = About(Register.MEMBERS, asked=(("invitations", True),))


def mine(app: App, who: Who) -> Mine | Refusal:
    """Return what whoever asks comes in with, as far as it is not over."""

    def read(reader: Reader, _reach: Reach) -> tuple[Mine, ...]:
        if who.member is None:
            return ()
        return (_mine(reader, who, who.member),)

    found = listed(app, who, MINE, read)
    return found if isinstance(found, Refusal) else found[0]


def open_leave(app: App, who: Who) -> tuple[LeaveLine, ...] | Refusal:
    """List the invitations that nobody used yet, of the members within reach."""

    def read(reader: Reader, reach: Reach) -> tuple[LeaveLine, ...]:
        return tuple(
            LeaveLine(one.id, member.id, member.name, one.expires)
            for organisation in reader.governance.organisations()
            if reach.sees(organisation.id)
            for member in reader.governance.members(organisation.id)
            for one in reader.admission.invitations(member.id)
            if one.used_at is None and reader.now < one.expires
        )

    return listed(app, who, LEAVE, read)


def invite_oneself(app: App, who: Who) -> Invited | Refusal:
    """Let whoever asks add one passkey more, or bind one identity, within ten minutes.

    1. In one unit of work: decide (the member, by what they sign with), keep the code's
       SHA-256, record.
    2. Mirror the ledger.
    """
    with app.store.unit() as unit:  # 1
        permit = decided(app, unit, who, Action.EQUIP, digest_of("invite oneself"))
        if isinstance(permit, Refusal):
            return permit
        member = _acting(unit, permit)
        code, made = invite_until(unit, member.id, INVITED_ONESELF)
        objects = (("invitation", made.id), ("organisation", member.organisation))
        record(app, unit, EntryKind.MEMBER_INVITED, permit, objects, committed_to(app, member))
    app.publish()  # 2
    return Invited(made.id, code, made.expires)


def name_passkey(app: App, who: Who, passkey: PasskeyId, name: str) -> int | Refusal:
    """Call a passkey of one's own something; returns the leaf index.

    1. In one unit of work: decide, name it, record that it was named.
    2. Mirror the ledger.

    Raises ``BadInput`` for a name that is none, ``NotFound`` for a passkey of somebody else.
    """
    said = name.strip()
    if not said or len(said) > LONGEST_NAME or not said.isprintable():
        raise BadInput("this is no name", f"Say it in {LONGEST_NAME} characters at most.")
    with app.store.unit() as unit:  # 1
        signed = digest_of("name passkey", passkey, said)
        permit = decided(app, unit, who, Action.EQUIP, signed)
        if isinstance(permit, Refusal):
            return permit
        _own_passkey(unit, permit, passkey)
        unit.admission.name_passkey(passkey, said)
        leaf = record(app, unit, EntryKind.PASSKEY_NAMED, permit, (("passkey", passkey),))
    app.publish()  # 2
    return leaf


def end_own_passkey(app: App, who: Who, passkey: PasskeyId) -> int | Refusal:
    """End a passkey of one's own, and every session but this one; returns the leaf index.

    1. In one unit of work: decide, see that another door is left, end, record.
    2. Mirror the ledger.

    Raises ``NotFound`` for a passkey of somebody else, ``Conflict`` for the last way in.
    """
    with app.store.unit() as unit:  # 1
        signed = digest_of("end own passkey", passkey)
        permit = decided(app, unit, who, Action.EQUIP, signed)
        if isinstance(permit, Refusal):
            return permit
        member = _own_passkey(unit, permit, passkey)
        _require_another_door(unit, member, passkey)
        unit.admission.end_passkey(passkey, unit.now)
        _end_others(unit, member.id, who.bearer)
        leaf = record(app, unit, EntryKind.PASSKEY_ENDED, permit, (("passkey", passkey),))
    app.publish()  # 2
    return leaf


def unbind(app: App, who: Who, identity: IdentityId) -> int | Refusal:
    """Unbind an identity of one's own, and end the sessions but this one; returns the leaf index.

    1. In one unit of work: decide, see that another door is left, unbind, record.
    2. Mirror the ledger.

    Raises ``NotFound`` for an identity of somebody else, ``Conflict`` for the last way in.
    """
    with app.store.unit() as unit:  # 1
        permit = decided(app, unit, who, Action.EQUIP, digest_of("unbind", identity))
        if isinstance(permit, Refusal):
            return permit
        member, found = _acting(unit, permit), unit.admission.identity(identity)
        if found is None or found.member != member.id:
            raise NotFound("no such identity", "See what you sign in with.")
        _require_another_door(unit, member, identity)
        unit.admission.unbind(identity)
        _end_others(unit, member.id, who.bearer)
        leaf = record(app, unit, EntryKind.IDENTITY_ENDED, permit, (("identity", identity),))
    app.publish()  # 2
    return leaf


def recall(app: App, who: Who, invitation: InvitationId) -> int | Refusal:
    """Take back leave that nobody used yet; returns the leaf index.

    1. In one unit of work: decide (one member of the controller), delete, record.
    2. Mirror the ledger.

    Raises ``NotFound`` for one that is not there, or was used.
    """
    with app.store.unit() as unit:  # 1
        permit = decided(app, unit, who, Action.RECALL, digest_of("recall", invitation))
        if isinstance(permit, Refusal):
            return permit
        if not unit.admission.recall(invitation):
            raise NotFound("no such invitation waits", "It was used, is over, or was taken back.")
        objects = (("invitation", invitation),)
        leaf = record(app, unit, EntryKind.INVITATION_RECALLED, permit, objects)
    app.publish()  # 2
    return leaf


def end_session(app: App, token: str, session: SessionId | None) -> int:
    """End a session of one's own, or with None all others; returns how many.

    1. In one unit of work: whoever asks is signed in; end, record.
    2. Mirror the ledger.

    Raises ``NotFound`` for a session of somebody else, or one that is over.
    """
    with app.store.unit(bookkeeping=True) as unit:  # 1
        here = _signed_in(unit, token)
        if session is None:
            ended = _end_others(unit, here.member, here.digest)
        else:
            open_ones = [one for one in unit.admission.sessions(here.member) if one.id == session]
            if not open_ones or open_ones[0].ended_at is not None:
                raise NotFound("no such session", "It is over.")
            unit.admission.end_session(session, unit.now)
            ended = 1
        if ended:
            member = unit.governance.member(here.member)
            objects = (("session", session or here.id),)
            record_own(app, unit, EntryKind.SIGNED_OUT, member, objects, ended)
    app.publish()  # 2
    return ended


def end_own_key(app: App, token: str, key: ApiKeyId) -> int:
    """End an API key of one's own; returns the leaf index.

    1. In one unit of work: whoever asks is signed in; end, record.
    2. Mirror the ledger.

    Raises ``NotFound`` for a key of somebody else, ``Conflict`` for one that had ended.
    """
    with app.store.unit() as unit:  # 1
        here = _signed_in(unit, token)
        found = unit.admission.api_key(key)
        if found is None or found.member != here.member:
            raise NotFound("no such key", "See your keys.")
        unit.admission.end_api_key(key, unit.now)
        member = unit.governance.member(here.member)
        leaf = record_own(app, unit, EntryKind.API_KEY_ENDED, member, (("api_key", key),))
    app.publish()  # 2
    return leaf


def _mine(reader: Reader, who: Who, member: MemberId) -> Mine:
    read, now = reader.admission, reader.now
    return Mine(
        tuple(
            OwnPasskey(
                one.id,
                one.name,
                one.made_at,
                one.locked_until is not None and now < one.locked_until,
            )
            for one in read.passkeys(member)
            if one.ended_at is None
        ),
        tuple(
            OpenSession(one.id, one.means, one.opened_at, one.seen_at, one.digest == who.bearer)
            for one in reversed(read.sessions(member))
            if one.ended_at is None and now < one.expires and now - one.seen_at <= IDLE
        ),
        tuple(
            OwnApiKey(one.id, one.purpose, one.made_at, one.expires)
            for one in read.api_keys(member)
            if one.ended_at is None and now < one.expires
        ),
        tuple(OwnIdentity(one.id, one.bound_at) for one in read.identities(member)),
    )


def _acting(unit: Unit, permit: Permit) -> Member:
    member = unit.governance.member(permit.member) if permit.member else None
    if member is None:
        raise TypeError("what somebody comes in with is a member's")
    return member


def _own_passkey(unit: Unit, permit: Permit, passkey: PasskeyId) -> Member:
    member, found = _acting(unit, permit), unit.admission.passkey(passkey)
    if found is None or found.member != member.id or found.ended_at is not None:
        raise NotFound("no such passkey", "See what you sign in with.")
    return member


def _require_another_door(unit: Unit, member: Member, taken: str) -> None:
    """Raise ``Conflict`` where nothing is left by which the member comes in."""
    doors = {one.id for one in unit.admission.passkeys(member.id) if one.ended_at is None}
    left: set[str] = {*doors, *(one.id for one in unit.admission.identities(member.id))} - {taken}
    if not left:
        raise Conflict("this is your last way in", "Add another passkey first.")


def _end_others(unit: Unit, member: MemberId, bearer: bytes) -> int:
    """End a member's sessions but the one that asks; returns how many."""
    ended = 0
    for one in unit.admission.sessions(member):
        if one.ended_at is None and one.digest != bearer:
            unit.admission.end_session(one.id, unit.now)
            ended += 1
    return ended


def _signed_in(unit: Unit, token: str) -> StoredSession:
    """Return the session of whoever asks. Raises ``NotFound``: nobody is signed in by it."""
    found = live_session(unit, sha256(token.encode()).digest(), unit.now)
    if found is None:
        raise NotFound("nobody is signed in", "Sign in again.")
    return found

"""Admitting: how members get what they sign and come in with, in a browser or a program.

Passkeys and API keys are bound to a member by two members of the controller, as a key file
is when a member is added: nobody lets themselves in, and nobody is let in by one alone.
"""

import secrets
from dataclasses import dataclass

from licet.app import App
from licet.consent.proofs import INVITED, KEY_LONGEST
from licet.consent.purposes import table
from licet.effects.acting import digest_of, digest_of_wish
from licet.effects.challenging import challenge_key
from licet.effects.deciding import decided
from licet.effects.letting_in import (
    active_member,
    digest_of_secret,
    invite_until,
    open_invitation,
    record_own,
)
from licet.effects.listing import About, Reach, listed
from licet.effects.membership import committed_to
from licet.effects.record import record
from licet.store.unit import Reader
from licet.terms.acting import Who
from licet.terms.admission import (
    ApiKey,
    ApiKeyMade,
    ApiKeyWish,
    AuthenticatorLine,
    Invited,
    Passkey,
)
from licet.terms.errors import BadInput, NotFound
from licet.terms.ids import ApiKeyId, IdentityId, MemberId, PasskeyId, new_id
from licet.terms.ledger import EntryKind
from licet.terms.permit import Action, Refusal, Register
from licet.vault.passkeys import (
    challenge_holds,
    new_challenge,
    registered,
    registration_options,
)

KEY_PREFIX = "licet_"
"""API keys begin so, that a scanner of code finds one that somebody committed."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where passkeys belong: the relying party (a host) and the origin of its pages."""

    relying_party: str
    origin: str


def invite(app: App, who: Who, member_id: MemberId) -> Invited | Refusal:
    """Let a member add one passkey. The code is told once; two members hand it over.

    1. In one unit of work: decide (two members of the controller), keep its SHA-256, record.
    2. Mirror the ledger.

    Raises ``NotFound`` for a member who is not there or not active any more.
    """
    with app.store.unit() as unit:  # 1
        permit = decided(app, unit, who, Action.GOVERN, digest_of("invite", member_id))
        if isinstance(permit, Refusal):
            return permit
        member = active_member(unit, member_id)
        code, made = invite_until(unit, member_id, INVITED)
        objects = (("invitation", made.id), ("organisation", member.organisation))
        record(app, unit, EntryKind.MEMBER_INVITED, permit, objects, committed_to(app, member))
    app.publish()  # 2
    return Invited(made.id, code, made.expires)


def begin_passkey(app: App, code: str, place: Place) -> tuple[bytes, str]:
    """Return a challenge, and what a browser is given to make a passkey (JSON).

    Raises ``NotFound`` for a code that is not one, was used, or is over: they look alike.
    """
    with app.store.read() as reader:
        invitation = open_invitation(reader, code, reader.now)
        member = active_member(reader, invitation.member)
        have = tuple(one.credential for one in reader.admission.passkeys(member.id))
    challenge = new_challenge(challenge_key(app), app.clock())
    options = registration_options(challenge, place.relying_party, member.id, member.name, have)
    return challenge, options


def add_passkey(app: App, code: str, challenge: bytes, answer: bytes, place: Place) -> PasskeyId:
    """Bind the passkey that a browser made to the member who was invited.

    1. Check the answer: this challenge, this place, a person verified.
    2. In one unit of work: use the invitation up, add the passkey, record.
    3. Mirror the ledger.

    Raises ``NotFound`` as :func:`begin_passkey`, ``BadInput`` for an answer that is not right,
    ``Conflict`` for a passkey that is somebody's already.
    """
    if not challenge_holds(challenge_key(app), challenge, app.clock()):
        raise BadInput("this took too long", "Begin again.")
    made = registered(answer, challenge, place.relying_party, place.origin)  # 1
    passkey = PasskeyId(new_id())
    with app.store.unit() as unit:  # 2
        invitation = open_invitation(unit, code, unit.now)
        member = active_member(unit, invitation.member)
        unit.admission.use_invitation(invitation.id, unit.now)
        unit.admission.add_passkey(
            Passkey(
                id=passkey,
                member=member.id,
                credential=made.credential,
                public_key=made.public_key,
                relying_party=place.relying_party,
                origin=place.origin,
                counter=made.counter,
                failures=0,
                locked_until=None,
                made_at=unit.now,
                ended_at=None,
            )
        )
        objects = (("invitation", invitation.id), ("passkey", passkey))
        record_own(app, unit, EntryKind.PASSKEY_ADDED, member, objects)
    app.publish()  # 3
    return passkey


def end_passkey(app: App, who: Who, passkey_id: PasskeyId) -> int | Refusal:
    """End a passkey and every session of its member; returns the leaf index.

    1. In one unit of work: decide (two members of the controller), end, record.
    2. Mirror the ledger.

    Raises ``NotFound``, ``Conflict`` for one that had ended.
    """
    with app.store.unit() as unit:  # 1
        permit = decided(app, unit, who, Action.GOVERN, digest_of("end passkey", passkey_id))
        if isinstance(permit, Refusal):
            return permit
        passkey = unit.admission.passkey(passkey_id)
        if passkey is None:
            raise NotFound("no such passkey", "See `licet member authenticators`.")
        unit.admission.end_passkey(passkey_id, unit.now)
        unit.admission.end_sessions(passkey.member, unit.now)
        leaf = record(app, unit, EntryKind.PASSKEY_ENDED, permit, (("passkey", passkey_id),))
    app.publish()  # 2
    return leaf


def end_identity(app: App, who: Who, identity: IdentityId) -> int | Refusal:
    """Unbind a member's identity of the provider, and end their sessions; returns the leaf.

    1. In one unit of work: decide (two members of the controller), unbind, record.
    2. Mirror the ledger.

    Raises ``NotFound``.
    """
    with app.store.unit() as unit:  # 1
        permit = decided(app, unit, who, Action.GOVERN, digest_of("end identity", identity))
        if isinstance(permit, Refusal):
            return permit
        found = unit.admission.identity(identity)
        if found is None:
            raise NotFound("no such identity", "See `licet member authenticators`.")
        unit.admission.unbind(identity)
        unit.admission.end_sessions(found.member, unit.now)
        leaf = record(app, unit, EntryKind.IDENTITY_ENDED, permit, (("identity", identity),))
    app.publish()  # 2
    return leaf


def make_api_key(app: App, who: Who, wish: ApiKeyWish) -> ApiKeyMade | Refusal:
    """Make a key with which a program asks in a member's name, for one purpose.

    1. In one unit of work: decide (two members of the controller), keep its SHA-256, record.
    2. Mirror the ledger.

    Raises ``NotFound``; ``BadInput`` for an unknown purpose or a term that is over or too long.
    """
    if table().get(wish.purpose) is None:
        raise BadInput(f"there is no purpose {wish.purpose}", "Name one of the list.")
    secret = KEY_PREFIX + secrets.token_urlsafe(32)
    key = ApiKeyId(new_id())
    with app.store.unit() as unit:  # 1
        permit = decided(app, unit, who, Action.GOVERN, digest_of_wish(wish))
        if isinstance(permit, Refusal):
            return permit
        member = active_member(unit, wish.member)
        if not unit.now < wish.expires <= unit.now + KEY_LONGEST:
            raise BadInput("an API key ends within a year", "Give a day within the next year.")
        made = ApiKey(
            key, member.id, digest_of_secret(secret), wish.purpose, unit.now, wish.expires, None
        )
        unit.admission.add_api_key(made)
        facts = (*committed_to(app, member), ("purpose", str(wish.purpose)))
        record(app, unit, EntryKind.API_KEY_MADE, permit, (("api_key", key),), facts)
    app.publish()  # 2
    return ApiKeyMade(key, secret, wish.expires)


def end_api_key(app: App, who: Who, key: ApiKeyId) -> int | Refusal:
    """End an API key; returns the leaf index.

    1. In one unit of work: decide (two members of the controller), end, record.
    2. Mirror the ledger.

    Raises ``NotFound``, ``Conflict`` for one that had ended.
    """
    with app.store.unit() as unit:  # 1
        permit = decided(app, unit, who, Action.GOVERN, digest_of("end api key", key))
        if isinstance(permit, Refusal):
            return permit
        unit.admission.end_api_key(key, unit.now)
        leaf = record(app, unit, EntryKind.API_KEY_ENDED, permit, (("api_key", key),))
    app.publish()  # 2
    return leaf


AUTHENTICATORS = About(Register.MEMBERS, asked=(("authenticators", True),))


def list_authenticators(
    app: App, who: Who, member_id: MemberId
) -> tuple[AuthenticatorLine, ...] | Refusal:
    """List a member's passkeys, keys and identities, the ended ones too. Raises ``NotFound``."""

    def read(reader: Reader, reach: Reach) -> tuple[AuthenticatorLine, ...]:
        member = reader.governance.member(member_id)
        if member is None or not reach.sees(member.organisation):
            raise NotFound("no such member", "See `licet member list`.")
        passkeys = tuple(
            AuthenticatorLine(one.id, "passkey", "", one.made_at, one.ended_at)
            for one in reader.admission.passkeys(member_id)
        )
        keys = tuple(
            AuthenticatorLine(
                one.id, "API key", one.purpose, one.made_at, one.ended_at or one.expires
            )
            for one in reader.admission.api_keys(member_id)
        )
        identities = tuple(
            AuthenticatorLine(one.id, "identity", "", one.bound_at, None)
            for one in reader.admission.identities(member_id)
        )
        return passkeys + keys + identities

    return listed(app, who, AUTHENTICATORS, read)

"""Signing in and out: sessions are rows, and each beginning, failure and end is in the ledger.

Of a session the store keeps the SHA-256 of its token. It ends after half an hour without use,
after twelve hours whatever happens, with its member's membership, with any of their passkeys,
and with every restore.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from licet.app import App
from licet.effects.authenticators import live_key, live_session
from licet.effects.challenging import challenge_key
from licet.effects.letting_in import failed_again, open_session, record_own
from licet.store.unit import Reader, Unit
from licet.terms.acting import Who
from licet.terms.admission import Means, Myself, Passkey, SignedIn, StoredSession
from licet.terms.errors import BadInput, Conflict, NotFound
from licet.terms.ids import MemberId
from licet.terms.ledger import EntryKind
from licet.terms.organisation import Member, MemberState
from licet.terms.permit import By, Proof
from licet.vault.passkeys import (
    Assertion,
    assertion_options,
    challenge_holds,
    challenge_in,
    counted,
    new_challenge,
    read_assertion,
)

SEEN_EVERY = timedelta(minutes=1)
"""So seldom is a session's use noted: each note waits for the head's lock."""

ANSWERS_KEPT = timedelta(days=1)
"""For how long a repeated call gets the same answer."""

KEPT = timedelta(days=30)
"""For how long a session that is over can still be listed."""


@dataclass(frozen=True, slots=True)
class NotSignedIn:
    """Nobody was let in. ``locked`` says that the passkey opens nothing for a while."""

    locked: bool = False


def begin(app: App, relying_party: str) -> str:
    """Return what a browser is given to sign in (JSON). Nothing is kept of it."""
    return assertion_options(new_challenge(challenge_key(app), app.clock()), relying_party)


def sign_in(app: App, answer: bytes) -> SignedIn | NotSignedIn:
    """Open a session for the member whose passkey answered.

    1. Read the answer: a challenge of ours, not over, and a passkey that is known.
    2. In one unit of work: an ended or locked passkey, or an ended member, opens nothing; a
       wrong answer is counted and recorded.
    3. Note the authenticator's count, open the session, record.
    4. Mirror the ledger.

    Raises ``BadInput`` when the answer is none, ``Conflict`` when it was used before.
    """
    assertion = read_assertion(answer)
    challenge = challenge_in(assertion)  # 1
    if not challenge_holds(challenge_key(app), challenge, app.clock()):
        return NotSignedIn()
    with app.store.read() as reader:
        if reader.admission.passkey_of(assertion.credential) is None:
            return NotSignedIn()  # Nothing is written for who is not known.
    with app.store.unit() as unit:  # 2
        let_in = _passkey(app, unit, assertion, challenge)
        if isinstance(let_in, NotSignedIn):
            done: SignedIn | NotSignedIn = let_in
        else:  # 3
            passkey, member, counter = let_in
            unit.admission.count_passkey(passkey.id, counter)
            done = open_session(app, unit, member, sha256(challenge).digest(), Means.PASSKEY)
    app.publish()  # 4
    return done


def sign_in_by_name(app: App, member_id: MemberId) -> SignedIn:
    """Open a session for a member of a sandbox, where names are believed, as ``--as`` is.

    Raises ``Conflict`` in a real deployment, ``NotFound``.
    """
    if not app.deployment.sandbox:
        raise Conflict("nobody signs in by name in a real deployment", "Use your passkey.")
    with app.store.unit() as unit:
        member = unit.governance.member(member_id)
        if member is None or member.state is not MemberState.ACTIVE:
            raise NotFound("no such member", "See `licet member list`.")
        done = open_session(app, unit, member, secrets.token_bytes(32), Means.NAME)
    app.publish()
    return done


def sign_out(app: App, token: str, *, everywhere: bool = False) -> int:
    """End a session, or every session of its member; returns how many. None is no error.

    1. In one unit of work: end, record.
    2. Mirror the ledger.
    """
    with app.store.unit(bookkeeping=True) as unit:  # 1
        session = unit.admission.session(sha256(token.encode()).digest())
        if session is None or session.ended_at is not None:
            return 0
        if everywhere:
            ended = unit.admission.end_sessions(session.member, unit.now)
        else:
            unit.admission.end_session(session.id, unit.now)
            ended = 1
        member = unit.governance.member(session.member)
        record_own(app, unit, EntryKind.SIGNED_OUT, member, (("session", session.id),), ended)
    app.publish()  # 2
    return ended


def come(app: App, bearer: str) -> tuple[Who, Myself] | None:
    """Return who comes with a session's token or an API key, or None: it opens nothing.

    That a session was used is noted once a minute.
    """
    digest = sha256(bearer.encode()).digest()
    with app.store.read() as reader:
        now = reader.now
        session = live_session(reader, digest, now)
        key = None if session else live_key(reader, digest, now)
        known = session or key
        if known is None:
            return None
        proof = _proof(session)
        opened = session.opened_at if session else None
        told = _myself(reader, known.member, proof, opened, known.expires)
    if session is not None and now - session.seen_at >= SEEN_EVERY:
        with app.store.unit(bookkeeping=True) as unit:
            unit.admission.see_session(session.id, unit.now)
    return Who(By.MEMBER, (known.member,), bearer=digest), told


def forget_sessions(app: App) -> int:
    """Forget sessions that were over long ago, answers and invitations of yesterday.

    Returns how many.
    """
    with app.store.unit(bookkeeping=True) as unit:
        return unit.admission.forget(unit.now - ANSWERS_KEPT, unit.now - KEPT)


def _passkey(
    app: App, unit: Unit, assertion: Assertion, challenge: bytes
) -> tuple[Passkey, Member, int] | NotSignedIn:
    """Return whose passkey answered, and its count; count and record a failure."""
    passkey = unit.admission.passkey_of(assertion.credential)
    member = unit.governance.member(passkey.member) if passkey else None
    if passkey is None or member is None:
        raise NotFound("no such passkey", "Ask for an invitation.")
    if passkey.locked_until is not None and unit.now < passkey.locked_until:
        record_own(app, unit, EntryKind.SIGN_IN_FAILED, member, (("passkey", passkey.id),), 0)
        return NotSignedIn(locked=True)
    counter = counted(assertion, challenge, passkey, passkey.counter)
    ended = passkey.ended_at is not None or member.state is not MemberState.ACTIVE
    if counter is None or ended:
        kept, until = failed_again(passkey.failures, unit.now)
        unit.admission.fail_passkey(passkey.id, kept, until)
        objects, failures = (("passkey", passkey.id),), passkey.failures + 1
        record_own(app, unit, EntryKind.SIGN_IN_FAILED, member, objects, failures)
        return NotSignedIn(locked=until is not None)
    if unit.admission.session_from(sha256(challenge).digest()) is not None:
        raise Conflict("this sign-in was used before", "Begin again.")
    return passkey, member, counter


def _proof(session: StoredSession | None) -> Proof:
    """Say what stands behind who comes: a key, a session of their own, or a provider's word."""
    if session is None:
        return Proof.API_KEY
    return Proof.VOUCHED if session.means is Means.PROVIDER else Proof.SIGNED_IN


def _myself(
    reader: Reader, member_id: MemberId, proof: Proof, opened: datetime | None, expires: datetime
) -> Myself:
    member = reader.governance.member(member_id)
    organisation = reader.governance.organisation(member.organisation) if member else None
    if member is None or organisation is None:
        raise BadInput("no such member", "Sign in again.")
    return Myself(
        member=member.id,
        name=member.name,
        organisation=organisation.id,
        organisation_name=organisation.name,
        roles=member.roles,
        attended_by=proof.value,
        signed_in_at=opened,
        expires=expires,
    )

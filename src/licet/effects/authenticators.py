"""What members sign and come in with: key files, passkeys, sessions, API keys."""

from datetime import datetime

from licet.consent.proofs import IDLE, LATELY
from licet.store.unit import Reader, Unit
from licet.terms.acting import Who
from licet.terms.admission import ApiKey, Means, OwnSession, StoredSession
from licet.terms.organisation import Act, Member, MemberState, Signature
from licet.terms.permit import Attended, Proof
from licet.vault.passkeys import assertion_of, passkey_signed
from licet.vault.signing import act_holds


def signature_holds(
    reader: Reader | Unit, act: Act, signature: Signature, member: Member, made: datetime
) -> bool:
    """Say whether a signature over an act is the member's, by key file or passkey.

    ``made`` is when it was given: a passkey that had ended then signs nothing.
    """
    assertion = assertion_of(signature.value)
    if assertion is None:
        return act_holds(act, signature, member.public_key)
    passkey = reader.admission.passkey_of(assertion.credential)
    if passkey is None or (passkey.ended_at is not None and passkey.ended_at <= made):
        return False
    return passkey_signed(member.id, act, signature.value, passkey)


def attended(reader: Reader | Unit, who: Who, now: datetime) -> Attended | None:
    """Return the live session or key of the first member, or None where they come with none."""
    if not who.bearer:
        return None
    session = live_session(reader, who.bearer, now)
    if session is not None:
        return Attended(session.member, _proof(session, now))
    key = live_key(reader, who.bearer, now)
    return None if key is None else Attended(key.member, Proof.API_KEY, key.purpose)


def _proof(session: StoredSession, now: datetime) -> Proof:
    """Say what a session proves: a provider's word never that its member is there now."""
    if session.means is Means.PROVIDER:
        return Proof.VOUCHED
    lately = now - session.opened_at <= LATELY
    return Proof.SIGNED_IN_LATELY if lately else Proof.SIGNED_IN


def live_session(reader: Reader | Unit, digest: bytes, now: datetime) -> StoredSession | None:
    """Return the session whose token has this SHA-256, while it and its member are active."""
    found = reader.admission.session(digest)
    if found is None or found.ended_at is not None or now >= found.expires:
        return None
    if now - found.seen_at > IDLE:
        return None
    member = reader.governance.member(found.member)
    return found if member is not None and member.state is MemberState.ACTIVE else None


def live_own(reader: Reader | Unit, digest: bytes, now: datetime) -> OwnSession | None:
    """Return the data subject's session whose token has this SHA-256, while it is active."""
    found = reader.own.session(digest)
    over = found is None or now >= found.expires or now - found.seen_at > IDLE
    return None if over else found


def live_key(reader: Reader | Unit, digest: bytes, now: datetime) -> ApiKey | None:
    """Return the API key whose secret has this SHA-256, while it and its member are active."""
    found = reader.admission.api_key_of(digest)
    if found is None or found.ended_at is not None or now >= found.expires:
        return None
    member = reader.governance.member(found.member)
    return found if member is not None and member.state is MemberState.ACTIVE else None

"""Opens the session of a member who proved who they are, and counts those who did not."""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from licet.app import CONTACT_KEY, App
from licet.consent.proofs import FAILURES, LOCKED, LONGEST
from licet.effects.record import actor_commitment
from licet.store.unit import Reader, Unit
from licet.terms.admission import Invitation, Means, SignedIn, StoredSession
from licet.terms.errors import NotFound
from licet.terms.ids import InvitationId, MemberId, SessionId, new_id
from licet.terms.ledger import Entry, EntryKind
from licet.terms.organisation import Member, MemberState
from licet.vault.seal import tag

Objects = tuple[tuple[str, str], ...]


def open_session(app: App, unit: Unit, member: Member, challenge: bytes, means: Means) -> SignedIn:
    """Open a session, and record by what means. ``challenge`` (32 bytes) opens no second one."""
    token = secrets.token_urlsafe(32)
    session = SessionId(new_id())
    digest, expires = sha256(token.encode()).digest(), unit.now + LONGEST
    made = StoredSession(
        session, member.id, digest, challenge, unit.now, unit.now, expires, None, means
    )
    unit.admission.open_session(made)
    actor = actor_commitment(app, member.organisation, member.id)
    facts = (("with", means.value),)
    unit.record(
        Entry(
            EntryKind.SIGNED_IN,
            unit.now,
            member.organisation,
            actor,
            None,
            (("session", session),),
            facts,
        )
    )
    return SignedIn(session, token, expires)


def record_own(
    app: App,
    unit: Unit,
    kind: EntryKind,
    member: Member | None,
    objects: Objects,
    count: int | None = None,
) -> int:
    """Write the entry of what a member did by what they hold, without a permit."""
    organisation = member.organisation if member else None
    actor = actor_commitment(app, organisation, member.id if member else None)
    facts = () if count is None else (("count", count),)
    return unit.record(Entry(kind, unit.now, organisation, actor, None, objects, facts))


def failed_again(failures: int, now: datetime) -> tuple[int, datetime | None]:
    """Return how many failures in a row are kept from now on, and until when nothing opens."""
    if failures + 1 < FAILURES:
        return failures + 1, None
    return 0, now + LOCKED


def open_invitation(reader: Reader | Unit, code: str, now: datetime) -> Invitation:
    """Return the invitation of a code. Raises ``NotFound``: unknown, used and over look alike."""
    found = reader.admission.invitation(digest_of_secret(code.strip()))
    if found is None or found.used_at is not None or now >= found.expires:
        raise NotFound("this invitation is not known, was used, or is over", "Ask for another.")
    return found


def active_member(reader: Reader | Unit, member_id: MemberId) -> Member:
    """Return a member who may act. Raises ``NotFound``, for one who may not any more too."""
    member = reader.governance.member(member_id)
    if member is None or member.state is not MemberState.ACTIVE:
        raise NotFound("no such member", "See `licet member list`.")
    return member


def invite_until(unit: Unit, member: MemberId, lasts: timedelta) -> tuple[str, Invitation]:
    """Keep leave for a member to come in; returns its code, which is not kept."""
    code = secrets.token_urlsafe(24)
    made = Invitation(
        InvitationId(new_id()), member, digest_of_secret(code), unit.now + lasts, None
    )
    unit.admission.invite(made)
    return code, made


def digest_of_secret(code: str) -> bytes:
    """Return what is kept of a code, token or key: 32 bytes. Each has 144 bits or more."""
    return sha256(code.encode()).digest()


def identity_tag(app: App, issuer: str, subject: str) -> bytes:
    """Return by what an identity of a provider is known again (32 bytes); no name is kept."""
    named = f"{len(issuer)}\n{issuer}\n{subject}".encode()
    return tag(app.keyring.get(CONTACT_KEY), "identity", named)

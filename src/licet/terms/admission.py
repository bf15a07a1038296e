"""How people come in: invitations, passkeys, sessions, API keys; a data subject by a code.

Of everything secret only a SHA-256 is kept: whoever reads the store cannot come in with it.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from licet.terms.ids import (
    ApiKeyId,
    IdentityId,
    InvitationId,
    MemberId,
    OrganisationId,
    PasskeyId,
    PurposeId,
    SessionId,
)
from licet.terms.organisation import Role


class Means(StrEnum):
    """By what a session began: the member's own passkey, a provider's word, or a name.

    What a provider vouches for only reads (``consent.proofs``); a name is believed in a
    sandbox alone.
    """

    PASSKEY = "passkey"
    PROVIDER = "provider"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Invitation:
    """Leave for one member to add one passkey, or to bind one identity of the provider.

    ``digest`` is of its code (32 bytes).
    """

    id: InvitationId
    member: MemberId
    digest: bytes
    expires: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Passkey:
    """A member's authenticator: its credential id, COSE public key, and where it was made.

    ``counter`` is what the authenticator said last (WebAuthn 6.1.1), ``failures`` how often
    in a row somebody failed to sign in with it, ``locked_until`` when the next try counts.
    ``name`` is what its member calls it, "" where they did not say.
    """

    id: PasskeyId
    member: MemberId
    credential: bytes
    public_key: bytes
    relying_party: str
    origin: str
    counter: int
    failures: int
    locked_until: datetime | None
    made_at: datetime
    ended_at: datetime | None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Identity:
    """A member's identity at the provider. ``tag`` is of its issuer and subject, neither kept.

    ``failures`` and ``locked_until`` as of a passkey. Its row goes when it is unbound.
    """

    id: IdentityId
    member: MemberId
    tag: bytes
    failures: int
    locked_until: datetime | None
    bound_at: datetime


@dataclass(frozen=True, slots=True)
class StoredSession:
    """A session as it is kept; ``challenge`` is of the sign-in it came from: each opens one."""

    id: SessionId
    member: MemberId
    digest: bytes
    challenge: bytes
    opened_at: datetime
    seen_at: datetime
    expires: datetime
    ended_at: datetime | None
    means: Means = Means.PASSKEY


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key with which a program asks in a member's name, for one purpose, until it expires."""

    id: ApiKeyId
    member: MemberId
    digest: bytes
    purpose: PurposeId
    made_at: datetime
    expires: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What was answered to a call that may be repeated.

    ``holder`` is who called, ``key`` the SHA-256 of the word they gave, ``asked`` that of
    what they asked; ``sealed`` opens with the word alone.
    """

    holder: str
    key: bytes
    asked: bytes
    status: int
    sealed: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class AuthenticatorLine:
    """A passkey or API key of a member on the list; ``purpose`` is a key's."""

    id: str
    kind: str
    purpose: str
    made_at: datetime
    ends: datetime | None


@dataclass(frozen=True, slots=True)
class ApiKeyWish:
    """An API key to make: whose, for which purpose, until when."""

    member: MemberId
    purpose: PurposeId
    expires: datetime


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation that was made; ``code`` is told once and not kept."""

    invitation: InvitationId
    code: str
    expires: datetime


@dataclass(frozen=True, slots=True)
class ApiKeyMade:
    """An API key that was made; ``secret`` is told once and not kept."""

    key: ApiKeyId
    secret: str
    expires: datetime


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that began; ``token`` is told once and not kept.

    ``mark`` is what a data subject's browser keeps of having been let in, empty for members.
    """

    session: SessionId
    token: str
    expires: datetime
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Myself:
    """Who is signed in, and how: what a member is told of themselves."""

    member: MemberId
    name: str
    organisation: OrganisationId
    organisation_name: str
    roles: frozenset[Role]
    attended_by: str
    signed_in_at: datetime | None
    expires: datetime


@dataclass(frozen=True, slots=True)
class OwnCode:
    """A code that went to a contact, so that whoever reads it sees what is kept of them.

    ``asked`` is the SHA-256 of the word of the browser that asked: no other one gives the
    code back. ``contact`` is the contact's tag, of an address that is known here or not.
    """

    asked: bytes
    contact: bytes
    salt: bytes
    digest: bytes
    tries: int
    at: datetime
    expires: datetime


@dataclass(frozen=True, slots=True)
class OwnSession:
    """A session of whoever reads a contact's mail; it ends with its row.

    ``contact`` is the contact's tag, ``digest`` the SHA-256 of the session's token.
    """

    id: SessionId
    contact: bytes
    digest: bytes
    opened_at: datetime
    seen_at: datetime
    expires: datetime

"""What a member comes in with, as they are told of it; and the leave that nobody used yet."""

from dataclasses import dataclass
from datetime import datetime

from licet.terms.admission import Means
from licet.terms.ids import (
    ApiKeyId,
    IdentityId,
    InvitationId,
    MemberId,
    PasskeyId,
    PurposeId,
    SessionId,
)


@dataclass(frozen=True, slots=True)
class OwnPasskey:
    """A passkey of one's own that is not ended. ``locked`` says that it opens nothing now."""

    id: PasskeyId
    name: str
    made_at: datetime
    locked: bool


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session of one's own that is not over; ``here`` is the one that asks."""

    id: SessionId
    means: Means
    opened_at: datetime
    seen_at: datetime
    here: bool


@dataclass(frozen=True, slots=True)
class OwnApiKey:
    """An API key of one's own that is not over."""

    id: ApiKeyId
    purpose: PurposeId
    made_at: datetime
    expires: datetime


@dataclass(frozen=True, slots=True)
class OwnIdentity:
    """An identity of the provider that is one's own."""

    id: IdentityId
    bound_at: datetime


@dataclass(frozen=True, slots=True)
class Mine:
    """Everything that one comes in with."""

    passkeys: tuple[OwnPasskey, ...]
    sessions: tuple[OpenSession, ...]
    keys: tuple[OwnApiKey, ...]
    identities: tuple[OwnIdentity, ...]

    @property
    def doors(self) -> int:
        """By how many things one can sign in; the last is not taken away."""
        return len(self.passkeys) + len(self.identities)


@dataclass(frozen=True, slots=True)
class LeaveLine:
    """An invitation that nobody used yet, and until when it is good."""

    id: InvitationId
    member: MemberId
    name: str
    expires: datetime

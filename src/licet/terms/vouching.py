"""What an identity provider says of who signs in (OpenID Connect Core 1.0)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from licet.terms.ids import IdentityId


class Fault(StrEnum):
    """Why nobody comes in by the identity provider."""

    DOWN = "down"
    DENIED = "denied"
    LATE = "late"
    REPLAYED = "replayed"
    MIXED_UP = "mixed_up"
    WRONG_NONCE = "wrong_nonce"
    CLOCK = "clock"
    WEAK = "weak"
    UNSOUND = "unsound"
    NOT_BOUND = "not_bound"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True)
class Asking:
    """What is asked of a provider for one sign-in, and held against what it says.

    ``state`` binds the answer to this browser, ``nonce`` the token to this sign-in, and
    ``verifier`` the code to whoever began it (RFC 7636). ``back`` is where the browser returns.
    """

    state: str
    nonce: str
    verifier: str
    back: str


@dataclass(frozen=True, slots=True)
class Answered:
    """What a browser brought back from a provider: its query, and nothing that is believed yet.

    ``issuer`` is who says that it answers (RFC 9207), "" where nobody does.
    """

    state: str
    code: str
    error: str
    issuer: str


@dataclass(frozen=True, slots=True)
class Vouched:
    """Whom a provider vouches for: its own name for them, and how and when they proved it.

    ``subject`` never changes and is never given to another (OIDC Core 2); a mail address may
    be both, so none is asked for.
    """

    issuer: str
    subject: str
    at: datetime | None
    level: str
    methods: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unvouched:
    """Nobody is vouched for, and why. ``who`` is set where the signature was the provider's."""

    fault: Fault
    who: Vouched | None = None


@dataclass(frozen=True, slots=True)
class Leaving:
    """Where a browser goes to be vouched for, and what it brings back with it, sealed."""

    address: str
    sealed: str


@dataclass(frozen=True, slots=True)
class Bound:
    """An identity that is a member's from now on."""

    identity: IdentityId

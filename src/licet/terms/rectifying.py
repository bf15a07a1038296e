"""What passes the doors of rectifying and of looking at appearances."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from licet.terms.ids import GrantId, RequestId, SubjectId, SuggestionId, TemplateId


@dataclass(frozen=True, slots=True)
class Correction:
    """What to correct about a person: a name, a contact, or both.

    ``name`` empty leaves the name; ``request`` is the open request for rectification that
    came from the new contact and proved it, None leaves the contact.
    """

    subject: SubjectId
    name: str = ""
    request: RequestId | None = None

    @property
    def digest(self) -> str:
        """What members sign: the SHA-256 (hex) of every part."""
        parts = f"{self.subject}\n{self.request or ''}\n{self.name}"
        return hashlib.sha256(parts.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Corrected:
    """A person's identity was corrected."""

    subject: SubjectId
    leaf: int


@dataclass(frozen=True, slots=True)
class Confirmed:
    """An appearance that somebody looked at: it lapses no more."""

    template: TemplateId
    grant: GrantId
    leaf: int


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """An appearance whose confirmation was taken back: when it lapses."""

    template: TemplateId
    grant: GrantId
    lapses_at: datetime
    leaf: int


@dataclass(frozen=True, slots=True)
class SplitPart:
    """What became of one part of an appearance: its span (ms), and the appearance it is now.

    ``template`` is None for a part that is not the person: nothing is kept of it.
    """

    begins: int
    ends: int
    template: TemplateId | None


@dataclass(frozen=True, slots=True)
class Split:
    """An appearance in a video was taken apart; ``receipt`` is the person's file."""

    grant: GrantId
    leaf: int
    receipt: bytes
    parts: tuple[SplitPart, ...]


@dataclass(frozen=True, slots=True)
class Never:
    """A suggested face is not this person's. ``tag`` (hex) is the word to take it back by."""

    suggestion: SuggestionId
    grant: GrantId
    tag: str
    leaf: int


@dataclass(frozen=True, slots=True)
class Relinked:
    """A face may be this person's again; ``suggestion`` None: there is nothing to look at."""

    grant: GrantId
    suggestion: SuggestionId | None
    leaf: int

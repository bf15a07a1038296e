"""Album links: how people ask for a grant themselves, for one source (GDPR 4(11), 7)."""

from dataclasses import dataclass
from datetime import date, datetime

from licet.terms.grant import Grant, Identity, Subject
from licet.terms.ids import GrantId, LinkId, OrganisationId, PurposeId, SourceId


@dataclass(frozen=True, slots=True)
class AlbumLink:
    """A link that a steward opened. It names no person, and nobody is counted by name.

    ``digest`` is the SHA-256 of its token. ``days`` is how long a grant lasts, ``most`` how
    many may be given; ``presence`` says that a member sees each person first. ``joined``
    counts all grants that were given, ``today`` those of the day ``on``.
    """

    id: LinkId
    organisation: OrganisationId
    source: SourceId
    purpose: PurposeId
    digest: bytes
    opened_at: datetime
    expires: datetime
    closed_at: datetime | None
    days: int
    most: int
    presence: bool
    joined: int = 0
    today: int = 0
    on: str = ""

    def joined_on(self, day: date) -> int:
        """Return how many grants were given on a day; 0 for any but the last one."""
        return self.today if self.on == day.isoformat() else 0


@dataclass(frozen=True, slots=True)
class LinkWish:
    """What a steward asks for. ``closes`` is in how many days the link closes by itself."""

    source: SourceId
    purpose: PurposeId
    closes: int
    days: int
    most: int
    presence: bool = True


@dataclass(frozen=True, slots=True)
class LinkLine:
    """A link on the list of its organisation, with the token that makes its address."""

    link: AlbumLink
    source: str
    organisation: str
    token: str
    live: bool


@dataclass(frozen=True, slots=True)
class LinkShown:
    """What whoever opens a link is told: who asks, where photos are from, until when."""

    id: LinkId
    organisation: str
    source: str
    purpose: PurposeId
    title: str
    notice: str
    days: int
    presence: bool
    open: bool


@dataclass(frozen=True, slots=True)
class Begun:
    """A grant that somebody said yes to and that is nowhere yet: it waits for a capture.

    ``noticed_at`` is when the notice reached their contact. It is held in memory alone.
    """

    link: LinkId
    subject: Subject
    identity: Identity
    grant: Grant
    new: bool
    noticed_at: datetime


@dataclass(frozen=True, slots=True)
class Joined:
    """A grant that was given before a camera; ``leaf`` is where its references are noted."""

    grant: GrantId
    leaf: int

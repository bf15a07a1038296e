"""What passes the doors of granting and enrolling."""

from dataclasses import dataclass

from licet.terms.basis import Relationship
from licet.terms.grant import Identity
from licet.terms.ids import GrantId, OrganisationId, PurposeId, SourceId, SubjectId, Territory


@dataclass(frozen=True, slots=True)
class GrantWish:
    """What an organisation asks a person for. ``subject`` None: a person not met before.

    ``days`` None asks for as long as the purpose allows. ``guardian`` says that
    the contact is the guardian's and the person a minor. ``instrument`` is the
    SHA-256 (hex) of the document on which vital interests of one named person rest.
    """

    organisation: OrganisationId
    purpose: PurposeId
    relationship: Relationship
    identity: Identity | None = None
    residence: Territory | None = None
    subject: SubjectId | None = None
    source: SourceId | None = None
    territories: frozenset[Territory] = frozenset()
    days: int | None = None
    guardian: bool = False
    instrument: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A pending grant: nothing happens under it until the person acts."""

    grant: GrantId
    subject: SubjectId
    delivered: bool
    leaf: int


@dataclass(frozen=True, slots=True)
class WrongCode:
    """The code was not the one sent. After the last try the person asks for a new one."""

    tries_left: int


@dataclass(frozen=True, slots=True)
class FailureToEnrol:
    """ISO/IEC 2382-37 failure to enrol: reasons by photo (counted from 1), 0 for all together."""

    reasons: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A reference is kept. ``used`` photos were averaged; earlier items are scanned again."""

    grant: GrantId
    used: int
    left_out: tuple[tuple[int, str], ...]
    backfill: int
    leaf: int


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a letter: its name, its media type (``type/subtype``), its bytes."""

    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Message:
    """A letter to a person: their contact, a subject line, plain text, and the same as HTML."""

    to: str
    subject: str
    text: str
    html: str = ""
    attachments: tuple[Attachment, ...] = ()

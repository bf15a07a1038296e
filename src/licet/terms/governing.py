"""What passes the doors of governance."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from licet.terms.duties import FilingKind
from licet.terms.ids import AuditId, MemberId, OrganisationId, PurposeId, Territory
from licet.terms.organisation import OrganisationKind, Role
from licet.terms.source import (
    AuditFinding,
    BystanderCondition,
    Control,
    ItemPolicy,
    Origin,
    SourceKind,
)


@dataclass(frozen=True, slots=True)
class OrganisationWish:
    """An organisation to add, with the SHA-256 (hex) of its signed agreement and the term.

    ``contact`` is the mail address at which it is told what it may not use any more (GDPR 19).
    """

    name: str
    kind: OrganisationKind
    agreement: str
    valid_from: datetime
    valid_to: datetime
    contact: str = ""


@dataclass(frozen=True, slots=True)
class MemberWish:
    """A member to add; the Ed25519 public key is 32 bytes."""

    organisation: OrganisationId
    name: str
    roles: frozenset[Role]
    public_key: bytes


@dataclass(frozen=True, slots=True)
class RolesWish:
    """The roles that a member has from now on, all of them."""

    member: MemberId
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class AgreementWish:
    """An agreement that goes on: its SHA-256 (hex) and its term, beside the one before."""

    organisation: OrganisationId
    agreement: str
    valid_from: datetime
    valid_to: datetime


@dataclass(frozen=True, slots=True)
class CaseWish:
    """A case to open; ``evidence`` are SHA-256 (hex) of the files it rests on.

    ``on_behalf_of`` is another organisation that asked for it, None when nobody else did.
    """

    organisation: OrganisationId
    purpose: PurposeId
    reference: str
    evidence: frozenset[str]
    cap: int
    on_behalf_of: OrganisationId | None = None


@dataclass(frozen=True, slots=True)
class PaperWish:
    """A paper to file for one's own organisation: its SHA-256 (hex), and until when it counts."""

    kind: FilingKind
    digest: str
    valid_to: datetime


@dataclass(frozen=True, slots=True)
class SourceWish:
    """A source to open: what it is, its origin and bystander condition, its licence and term.

    ``retention_days`` is for how many days what was noted of an item is kept, None for as
    long as the source is. A photo that bears one of the tags in ``leave_out`` is not taken.
    ``agreement`` is the SHA-256 (hex) of what was signed with whom the
    photos are of, where that is how control is proved; ``valid_to`` is not after its end.
    """

    organisation: OrganisationId
    name: str
    kind: SourceKind
    place: str
    origin: Origin
    bystander_condition: BystanderCondition | None
    bystander_evidence: str
    territory: Territory | None
    item_policy: ItemPolicy
    control: Control
    licence: str
    valid_to: datetime
    retention_days: int | None = None
    leave_out: frozenset[str] = frozenset()
    agreement: str = ""


class NoticeFrom(StrEnum):
    """Who sent a notice to cease: what they are to the source, never a name."""

    OPERATOR = "operator"
    RIGHTS_HOLDER = "rights_holder"
    PICTURED = "pictured"
    AUTHORITY = "authority"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class CeaseNotice:
    """A notice to cease: the SHA-256 (hex) of the document that came, and from whom."""

    digest: str
    sender: NoticeFrom


@dataclass(frozen=True, slots=True)
class AuditSaid:
    """What a member says who looked at the sample of an audit."""

    audit: AuditId
    finding: AuditFinding
    note: str

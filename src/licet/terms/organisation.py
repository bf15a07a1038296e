"""Organisations, their agreements, members and cases (governed use)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from licet.terms.ids import AgreementId, CaseId, MemberId, OrganisationId, PurposeId


class OrganisationKind(StrEnum):
    """What an organisation is. There is no trial kind, and nobody can add one."""

    CONTROLLER = "controller"
    JOINT_CONTROLLER = "joint_controller"
    PROCESSOR = "processor"
    RECIPIENT = "recipient"


class Role(StrEnum):
    """What a member may do."""

    STEWARD = "steward"
    INVESTIGATOR = "investigator"
    APPROVER = "approver"
    VERIFIER = "verifier"
    DATA_PROTECTION_OFFICER = "data_protection_officer"
    AUDITOR = "auditor"


@dataclass(frozen=True, slots=True)
class Organisation:
    """A recipient with a signed agreement. ``name`` stands in clear in the ledger.

    ``contact`` is the mail address to which it is told what ended (GDPR 19).
    """

    id: OrganisationId
    name: str
    kind: OrganisationKind
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Agreement:
    """The signed agreement of an organisation: its document's SHA-256 (hex) and term."""

    id: AgreementId
    organisation: OrganisationId
    digest: str
    valid_from: datetime
    valid_to: datetime


class MemberState(StrEnum):
    """Whether a member may act."""

    ACTIVE = "active"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Member:
    """A person who acts for an organisation, known by an Ed25519 public key (32 bytes)."""

    id: MemberId
    organisation: OrganisationId
    name: str
    roles: frozenset[Role]
    public_key: bytes
    state: MemberState


class CaseState(StrEnum):
    """Whether a case may be searched under."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Case:
    """One matter of an organisation, for one purpose, bound to evidence by SHA-256 (hex).

    ``on_behalf_of`` is another organisation that asked for it, None when nobody else did.
    """

    id: CaseId
    organisation: OrganisationId
    purpose: PurposeId
    reference: str
    evidence: frozenset[str]
    cap: int
    state: CaseState
    on_behalf_of: OrganisationId | None = None


@dataclass(frozen=True, slots=True)
class Matter:
    """What a person is told of a case: whose it is, for what, and on whose behalf."""

    organisation: OrganisationId
    purpose: PurposeId
    on_behalf_of: OrganisationId | None


@dataclass(frozen=True, slots=True)
class Signature:
    """A member's Ed25519 signature over the bytes of an :class:`Act`."""

    member: MemberId
    value: bytes


@dataclass(frozen=True, slots=True)
class Act:
    """What a member puts a key under: one deed on one object at one moment."""

    name: str
    organisation: OrganisationId
    object: str
    digest: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Approval:
    """An approver's signed yes to a case."""

    case: CaseId
    member: MemberId
    signature: bytes
    at: datetime

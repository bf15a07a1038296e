"""What an operator keeps beside people's data: letters, breaches, papers filed, transfers.

Registers that a supervisory authority may ask for (GDPR 30, 31, 33(5), 35, 44-49; AI Act 26).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from licet.terms.ids import (
    BreachId,
    CanaryId,
    CorrespondenceId,
    FilingId,
    MemberId,
    OrderId,
    OrganisationId,
    SubjectId,
    Territory,
    TransferId,
)


@dataclass(frozen=True, slots=True)
class Correspondence:
    """One letter from or to an authority; what it says is in ``sealed``, under its own key.

    ``digest`` is the SHA-256 (hex) of the letter. ``answer_by`` is the last moment to
    answer, None where none is asked for; ``owner`` is the member who sees to it.
    ``answer`` is the SHA-256 (hex) of the answer, empty until there is one; ``alerted_at``
    when the owner was warned last.
    """

    id: CorrespondenceId
    order: OrderId | None
    authority: str
    outgoing: bool
    digest: str
    at: datetime
    answer_by: datetime | None
    owner: MemberId | None
    answered_at: datetime | None
    answer: str
    alerted_at: datetime | None
    sealed: bytes
    leaf: int


class BreachState(StrEnum):
    """suspected -> confirmed -> told -> closed; a suspicion may be dismissed with a reason."""

    SUSPECTED = "suspected"
    CONFIRMED = "confirmed"
    TOLD = "told"
    CLOSED = "closed"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class Breach:
    """A personal data breach (GDPR 33, 34); what happened is in ``sealed``, under its own key.

    ``aware_at`` starts the 72 hours, ``notify_by`` ends them. ``people`` is how many it
    touches as far as is known; ``risk_high`` says that they must be told (GDPR 34).
    ``alerted_at`` is when the officer was warned last.
    """

    id: BreachId
    aware_at: datetime
    notify_by: datetime
    state: BreachState
    people: int
    risk_high: bool
    authority_told_at: datetime | None
    people_told_at: datetime | None
    alerted_at: datetime | None
    closed_at: datetime | None
    sealed: bytes
    leaf: int


@dataclass(frozen=True, slots=True)
class Canary:
    """A person who does not exist: whoever reaches their data had no reason to.

    ``leaf`` is the entry that placed them; it commits to the subject. ``sealed`` is what
    they still have to go through to look like anybody, under the subject's key; empty at
    the end.
    """

    id: CanaryId
    subject: SubjectId
    placed_at: datetime
    touched_at: datetime | None
    leaf: int = 0
    sealed: bytes = b""


class FilingKind(StrEnum):
    """What an organisation files before it may search: each by the SHA-256 of its paper."""

    LEGAL_INSTRUMENT = "legal_instrument"
    IMPACT_ASSESSMENT = "impact_assessment"
    TRAINING_RECORD = "training_record"


@dataclass(frozen=True, slots=True)
class Filing:
    """A paper that an organisation filed: its SHA-256 (hex), and until when it counts."""

    id: FilingId
    organisation: OrganisationId
    kind: FilingKind
    digest: str
    filed_at: datetime
    valid_to: datetime


class StoreName(StrEnum):
    """The stores whose place is stated (GDPR 30(1)(e), 44)."""

    RECORDS = "records"
    KEYS = "keys"
    LEDGER = "ledger"
    OBJECTS = "objects"
    BACKUPS = "backups"
    MAIL = "mail"


@dataclass(frozen=True, slots=True)
class Residence:
    """In which territory a store lies, and who runs it."""

    store: StoreName
    territory: Territory
    provider: str
    stated_at: datetime


class Safeguard(StrEnum):
    """On what a transfer out of the Union stands (GDPR 45, 46, 47)."""

    ADEQUACY = "adequacy"
    STANDARD_CLAUSES = "standard_clauses"
    BINDING_RULES = "binding_rules"


@dataclass(frozen=True, slots=True)
class Transfer:
    """A transfer to another territory: to whom, on which safeguard, by which paper (SHA-256)."""

    id: TransferId
    recipient: str
    territory: Territory
    safeguard: Safeguard
    digest: str
    at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a store is to lie, as an operator states it, and who runs it there."""

    store: StoreName
    territory: Territory
    provider: str


@dataclass(frozen=True, slots=True)
class Preparation:
    """What an operator states before real people are held (GDPR 13, 14, 26-28, 35; AI Act 6).

    Each paper is named by its SHA-256 (hex). ``representative`` is who stands for an operator
    outside the Union (GDPR 27), empty inside it; ``classification`` how it stands under the
    AI Act. ``places`` say where every store lies.
    """

    established_in_eu: bool
    representative: str
    classification: str
    impact_assessment: str
    source_notice: str
    role_agreement: str
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class TransferWish:
    """A transfer to record: to whom, where, on which safeguard, by which paper (SHA-256)."""

    recipient: str
    territory: Territory
    safeguard: Safeguard
    digest: str

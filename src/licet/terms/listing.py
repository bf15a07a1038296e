"""What a register tells: one line for each row, and nothing that is sealed."""

from dataclasses import dataclass
from datetime import datetime

from licet.terms.grant import GrantState
from licet.terms.ids import (
    CandidateId,
    CaseId,
    GrantId,
    MemberId,
    OrganisationId,
    PurposeId,
    SearchId,
    SourceId,
    SubjectId,
    SuggestionId,
    TemplateId,
)
from licet.terms.organisation import CaseState, MemberState, OrganisationKind, Role
from licet.terms.search import SearchState
from licet.terms.source import AuditFinding, BystanderCondition, Fate, SourceKind, SourceState


@dataclass(frozen=True, slots=True)
class OrganisationLine:
    """An organisation on the list; ``agreement_to`` None: no agreement is in force."""

    id: OrganisationId
    name: str
    kind: OrganisationKind
    agreement_to: datetime | None
    members: int


@dataclass(frozen=True, slots=True)
class MemberLine:
    """A member on the list."""

    id: MemberId
    name: str
    organisation: str
    roles: frozenset[Role]
    state: MemberState


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A source on the list: what it is, on what its bystanders rest, what was met there."""

    id: SourceId
    name: str
    organisation: str
    place: str
    bystanders: BystanderCondition | None
    items: int
    state: SourceState


@dataclass(frozen=True, slots=True)
class SourceDetails:
    """One source: what was said of it, how long it may be collected, and who looked at it.

    ``files`` counts by fate and rule what became of what lies there. ``proved_at`` and
    ``valid_to`` are its authority's, None where none is in force; ``audited_at`` and
    ``audit`` are of the last look at a sample, None where nobody looked yet.
    """

    source: SourceLine
    kind: SourceKind
    taken_by: str
    people_told: str
    purposes: tuple[str, ...]
    retention_days: int | None
    proved_at: datetime | None
    valid_to: datetime | None
    audited_at: datetime | None
    audit: AuditFinding | None
    files: tuple[tuple[Fate, str, int], ...]


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case on the list; ``cap`` is how many people may be searched for in it.

    ``people`` is for how many it was searched so far, each probe taken for one;
    ``on_behalf_of`` the name of another organisation that asked for it, empty if none did.
    """

    id: CaseId
    reference: str
    organisation: str
    purpose: PurposeId
    evidence: int
    approvals: int
    searches: int
    cap: int
    state: CaseState
    people: int = 0
    on_behalf_of: str = ""


@dataclass(frozen=True, slots=True)
class SearchLine:
    """A search on the list: the rate it was made at, and how it stands.

    ``candidates`` are those who may still be found; ``withdrawn`` were listed and have
    taken back their grant since, or may not be found for now. Nothing may follow from them.
    """

    id: SearchId
    case: str
    at: datetime
    state: SearchState
    in_scope: int
    fpir: float
    threshold: float
    candidates: int
    withdrawn: int


@dataclass(frozen=True, slots=True)
class CandidateLine:
    """A kept candidate; who it is stays sealed, only how many verifiers spoke is said."""

    id: CandidateId
    findings: int


@dataclass(frozen=True, slots=True)
class SearchDetails:
    """A search and those of its candidates who may be found at this moment."""

    search: SearchLine
    candidates: tuple[CandidateLine, ...]


@dataclass(frozen=True, slots=True)
class GrantLine:
    """A grant without the person's name: who it is of stays sealed."""

    id: GrantId
    subject: SubjectId
    organisation: str
    purpose: PurposeId
    source: SourceId | None
    state: GrantState
    confirmed_by: str
    enrolled: bool
    expires: datetime


@dataclass(frozen=True, slots=True)
class GrantDetails:
    """One grant, why it is restricted if it is, and how much is kept under it.

    How much is None for a grant that serves a person's own request: it is theirs to know.
    """

    grant: GrantLine
    basis: str
    condition: str
    restricted_for: tuple[str, ...]
    notice_delivered_at: datetime | None
    confirmed_at: datetime | None
    templates: int | None
    suggestions: int | None


@dataclass(frozen=True, slots=True)
class AppearanceLine:
    """An appearance: under which grant it is kept and when it lapses. Where, stays sealed.

    ``lapses_at`` None says that somebody looked at it and confirmed it.
    """

    id: TemplateId
    grant: GrantId
    lapses_at: datetime | None


@dataclass(frozen=True, slots=True)
class SuggestionLine:
    """A suggestion: under which grant, and when it is forgotten. Where it is stays sealed."""

    id: SuggestionId
    grant: GrantId
    expires: datetime


@dataclass(frozen=True, slots=True)
class UnlinkedLine:
    """A face that is not a grant's person: the word for it (hex), who said so, still there?

    ``by`` is member, subject or worker, or unknown after a restore.
    """

    tag: str
    grant: GrantId
    by: str
    there: bool

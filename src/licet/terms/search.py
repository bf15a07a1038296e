"""What is kept of a search, and what a member sees of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from licet.terms.face import Box, Score
from licet.terms.gallery import TemplateKind
from licet.terms.ids import CandidateId, CaseId, GrantId, ItemId, MemberId, SearchId, SourceId


class SearchState(StrEnum):
    """candidates -> verifying -> lead | closed; ``none`` is a first-class answer."""

    NONE = "none"
    CANDIDATES = "candidates"
    VERIFYING = "verifying"
    LEAD = "lead"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Search:
    """One released search. ``sealed_probe`` is under a key of its own, None once destroyed.

    ``probe_until`` is the dated term of the probe; None where there is none to keep.
    """

    id: SearchId
    case: CaseId
    member: MemberId | None
    at: datetime
    probe_tag: bytes
    threshold: Score
    fpir_millionths: int
    in_scope: int
    state: SearchState
    sealed_probe: bytes | None
    leaf: int
    probe_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class SearchCandidate:
    """A candidate as kept: who it is stays sealed under the case's key.

    It is found by HMAC tags under the subject's and the grant's keys (32 bytes
    each), which mean nothing once those keys are shredded.
    """

    id: CandidateId
    search: SearchId
    subject_tag: bytes
    grant_tag: bytes
    sealed: bytes


class Finding(StrEnum):
    """What a verifier says, without seeing what the other said."""

    SAME = "same"
    DIFFERENT = "different"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Verification:
    """One verifier's finding on one candidate, sealed until both have spoken."""

    candidate: CandidateId
    member: MemberId
    sealed: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class Seen:
    """Where a candidate's subject was seen: item, source, address, box, moment collected.

    ``span`` is when in a video, from and to in milliseconds; None for a photo.
    """

    item: ItemId
    source: SourceId
    source_name: str
    address: str
    box: Box
    first_seen: datetime
    score: Score
    confirmed: bool
    span: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """One candidate on the list that a member sees."""

    id: CandidateId
    rank: int
    grant: GrantId
    kind: TemplateKind
    score: Score
    expected_innocent: float
    appearances: tuple[Seen, ...]


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The answer: a candidate list, possibly empty ("no candidate").

    ``expected_innocent`` is how many of the ``in_scope`` people searched would be
    expected at or above the threshold although they are not the person.
    """

    id: SearchId
    state: SearchState
    candidates: tuple[Found, ...]
    threshold: Score
    fpir: float
    in_scope: int
    expected_innocent: float
    leaf: int
    caveat: str


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A verifier spoke. ``state`` is the search's; what others said stays unseen until both have.

    ``lead`` says that two verifiers, blind to each other, found the same.
    """

    candidate: CandidateId
    state: SearchState
    findings: int
    lead: bool
    leaf: int

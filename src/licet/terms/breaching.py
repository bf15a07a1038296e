"""What is said of a breach: as it is reported, looked into, told and brought to its end."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from licet.terms.ids import BreachId, CanaryId, OrganisationId, PurposeId, SubjectId, Territory


class Risk(StrEnum):
    """What a breach may come to for the people it touches (GDPR 33(1), 34(1)).

    ``unlikely``: the authority need not be told, and why is written down. ``likely``: the
    authority is told. ``high``: the people are told too.
    """

    UNLIKELY = "unlikely"
    LIKELY = "likely"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class BreachWish:
    """A breach as somebody reports it: what happened, and since when it is known.

    ``people`` is how many it touches, as far as is known.
    """

    what: str
    aware_at: datetime
    people: int


@dataclass(frozen=True, slots=True)
class BreachFindings:
    """What was found: all that an authority and people must be told (GDPR 33(3), 34(2)).

    ``subjects`` are the people it touches, by id; none named with a high risk means
    everybody. ``why`` is the reason where the risk is unlikely.
    """

    what: str
    consequences: str
    measures: str
    people: int
    risk: Risk
    subjects: tuple[SubjectId, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class AuthorityTold:
    """That an authority was told: which one, by which paper (SHA-256, hex) or mail address.

    ``why_late`` is the reason that goes with it after the 72 hours (GDPR 33(1)).
    """

    authority: str
    paper: str = ""
    contact: str = ""
    language: str = "en"
    why_late: str = ""


@dataclass(frozen=True, slots=True)
class CanaryWish:
    """So many people who do not exist, at an organisation and for a purpose of its searches.

    ``domain`` is where their mail would go: a domain whose every mailbox you read. Days
    pass until they are there, as with anybody; ``at_once`` leaves those out, in a sandbox.
    """

    organisation: OrganisationId
    purpose: PurposeId
    domain: str
    count: int = 1
    residence: Territory | None = None
    at_once: bool = False


@dataclass(frozen=True, slots=True)
class BreachLine:
    """A breach on the register with its clock; ``left`` are the hours to tell the authority.

    ``late`` says that the authority should have been told and was not.
    """

    id: BreachId
    state: str
    aware_at: datetime
    notify_by: datetime
    left: int
    late: bool
    people: int
    risk_high: bool
    authority_told_at: datetime | None
    people_told_at: datetime | None
    cause: str


@dataclass(frozen=True, slots=True)
class BreachDetails:
    """All that the register holds of one breach.

    ``act`` is what reached a person who does not exist: the number of the entry, its kind
    and the organisation's name; None where somebody reported the breach.
    """

    breach: BreachLine
    what: str
    consequences: str
    measures: str
    risk: str
    why: str
    authority: str
    why_late: str
    end: str
    act: tuple[int, str, str] | None


@dataclass(frozen=True, slots=True)
class CanaryLine:
    """A person who does not exist, on the register: not which one it is.

    ``settled``: they are among the people now. ``proved``: the ledger says they were placed.
    """

    id: CanaryId
    placed_at: datetime
    touched_at: datetime | None
    settled: bool
    proved: bool

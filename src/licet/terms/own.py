"""What a data subject is shown on their own page: counts, days and words of theirs alone."""

from dataclasses import dataclass
from datetime import date, datetime

from licet.terms.grant import GrantState
from licet.terms.ids import GrantId, ItemId, PurposeId, RequestId, SubjectId
from licet.terms.rights import RequestState, RightKind
from licet.terms.search import SearchState


@dataclass(frozen=True, slots=True)
class OwnGrant:
    """One yes of a person, and what is kept under it. ``source`` is "" for all sources.

    ``held`` says that a legal hold keeps it from being destroyed.
    """

    id: GrantId
    organisation: str
    purpose: PurposeId
    source: str
    state: GrantState
    expires: date
    references: int
    appearances: int
    suggestions: int
    held: bool


@dataclass(frozen=True, slots=True)
class OwnSearch:
    """A search that listed a person: who, when, for what, and what became of it.

    ``on_behalf_of`` is the name of another organisation that asked for it, empty if none did.
    """

    organisation: str
    at: datetime
    purpose: PurposeId
    state: SearchState
    on_behalf_of: str = ""


@dataclass(frozen=True, slots=True)
class OwnRequest:
    """A request of a person, with its clock: ``left`` are the days until ``due``."""

    id: RequestId
    kind: RightKind
    state: RequestState
    due: date
    left: int
    is_open: bool


@dataclass(frozen=True, slots=True)
class OwnPerson:
    """Everything that is kept of one person who is reached at the contact."""

    id: SubjectId
    name: str
    contact: str
    dependant: bool
    grants: tuple[OwnGrant, ...]
    searches: tuple[OwnSearch, ...]
    requests: tuple[OwnRequest, ...]
    holds: int


@dataclass(frozen=True, slots=True)
class OwnFace:
    """A face that is kept, or suggested, as this person's. ``waits`` is a suggestion.

    ``id`` is the appearance's or the suggestion's; ``lapses`` the day on which it goes if
    nobody confirms it, None once somebody did.
    """

    id: str
    item: ItemId | None
    source: str
    seen: date | None
    lapses: date | None
    waits: bool


@dataclass(frozen=True, slots=True)
class OwnKept:
    """One grant with the faces kept under it, and the words in which it was asked for."""

    grant: OwnGrant
    title: str
    notice: str
    asked_by: str
    faces: tuple[OwnFace, ...]
    looking: bool = False

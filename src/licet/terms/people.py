"""What a member is told of the people of their organisation: pseudonyms, counts, and faces."""

from dataclasses import dataclass
from datetime import datetime

from licet.terms.face import Box
from licet.terms.grant import GrantState, Restriction
from licet.terms.ids import CaseId, GrantId, ItemId, PurposeId, SubjectId, TemplateId


@dataclass(frozen=True, slots=True)
class PersonGrant:
    """One grant of a person, and how much is kept under it.

    ``expires`` and ``restricted_for`` are told to those who read grants, None and empty to
    others. Counts leave out what is younger than a day; one that is not this reader's to know
    is None. ``photos`` is over how many photos each reference was averaged.
    """

    id: GrantId
    organisation: str
    purpose: PurposeId
    state: GrantState
    expires: datetime | None
    restricted_for: tuple[Restriction, ...]
    photos: tuple[int, ...] | None = None
    appearances: int | None = None
    unconfirmed: int | None = None
    suggestions: int | None = None


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person on the list. Who they are stays sealed."""

    subject: SubjectId
    grants: tuple[PersonGrant, ...]

    @property
    def waiting(self) -> int:
        """How many faces wait for somebody's look."""
        return sum((one.unconfirmed or 0) + (one.suggestions or 0) for one in self.grants)


@dataclass(frozen=True, slots=True)
class PeopleWish:
    """Which people: of one purpose or all, only those with something to look at, which page."""

    purpose: PurposeId | None = None
    waiting: bool = False
    page: int = 1


@dataclass(frozen=True, slots=True)
class People:
    """One page of people, and how many there are on all of them."""

    lines: tuple[PersonLine, ...]
    total: int


@dataclass(frozen=True, slots=True)
class CaseOf:
    """A case that found somebody: within it their pictures may be looked at."""

    case: CaseId
    reference: str
    grant: GrantId


@dataclass(frozen=True, slots=True)
class PersonDetails:
    """One person, and the cases in which this member may look at pictures of them."""

    line: PersonLine
    cases: tuple[CaseOf, ...]


@dataclass(frozen=True, slots=True)
class PersonFace:
    """A face that was found to be a person's: where it is, and until when it is kept.

    ``lapses_at`` None says that somebody confirmed it; ``by_member``, that it was a member.
    ``span`` is when in a video, from and to in milliseconds.
    """

    id: TemplateId
    item: ItemId
    source: str
    first_seen: datetime
    box: Box
    lapses_at: datetime | None
    by_member: bool
    span: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class PersonPhotos:
    """What a case that found somebody shows of them, and under which grant."""

    subject: SubjectId
    grant: GrantId
    case: CaseId
    reference: str
    faces: tuple[PersonFace, ...]

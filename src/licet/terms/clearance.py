"""Which photos of an archive may be shown, as far as the people pictured agreed."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from licet.terms.ids import CaseId, ItemId, SourceId

CAVEAT = (
    "This says who agreed, by faces that a program found and people looked at. A face that was "
    "not found is not counted. Look at the photo, and ask again before you use it: whoever "
    "agreed may withdraw at any time."
)


class Clearance(StrEnum):
    """What follows for a photo today."""

    MAY = "may"
    EMBARGO = "embargo"
    NOT = "not"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class ClearancePhoto:
    """One photo: how many faces it shows, and how many of those agreed to be shown.

    ``asked`` are people known by a live grant who did not agree, or not yet; ``unlooked`` are
    faces that nobody looked at. ``not_before`` is the latest day that somebody wants waited
    for, ``until`` the earliest on which an agreement is over; ``territories`` are where all of
    them agree, None everywhere. ``fewer_since`` is since when fewer agree than once did.
    """

    item: ItemId
    address: str
    state: Clearance
    faces: int
    cleared: int
    asked: int
    unlooked: int
    not_before: date | None
    until: date | None
    territories: tuple[str, ...] | None
    fewer_since: date | None = None
    beside: bool = False

    @property
    def uncleared(self) -> int:
        """How many faces nobody agreed for."""
        return self.faces - self.cleared

    @property
    def says(self) -> str:
        """What follows, in one plain sentence; of nobody by name, and not of today."""
        if self.state is Clearance.NOBODY:
            return "No face was found in it."
        if self.uncleared:
            faces = "face" if self.faces == 1 else "faces"
            return f"May not be shown: {self.uncleared} of {self.faces} {faces} not cleared."
        if self.state is Clearance.NOT:
            return "May not be shown: there is no place where everybody pictured agreed."
        until = f"until {self.until}" if self.until else ""
        where = f" in {', '.join(self.territories)}" if self.territories else ""
        if self.state is Clearance.EMBARGO:
            return f"May not be shown before {self.not_before}; then {until}{where}."
        return f"May be shown {until}{where}: everybody pictured agreed ({self.faces})."


@dataclass(frozen=True, slots=True)
class ClearanceCounts:
    """How many photos of a source there are of each kind."""

    may: int = 0
    embargo: int = 0
    not_: int = 0
    nobody: int = 0

    @property
    def photos(self) -> int:
        """How many there are."""
        return self.may + self.embargo + self.not_ + self.nobody


@dataclass(frozen=True, slots=True)
class ClearanceWish:
    """Which photos one asks about: in a case, of a source; of one kind, or of all."""

    case: CaseId
    source: SourceId
    state: Clearance | None = None
    after: ItemId | None = None
    most: int = 100


@dataclass(frozen=True, slots=True)
class ClearanceList:
    """Photos of a source in their order, and what the list is not; ``after`` goes on."""

    source: str
    counts: ClearanceCounts
    photos: tuple[ClearancePhoto, ...]
    after: ItemId | None
    may_write: bool
    caveat: str = CAVEAT


@dataclass(frozen=True, slots=True)
class SidecarPayload:
    """What was written beside a photo: status and sentence, and how many agreed at most.

    ``fewer_since`` is the day, as text, since when fewer agree; empty while nobody is missing.
    ``status`` is empty until it is written.
    """

    address: str
    status: str
    says: str
    cleared: int
    fewer_since: str = ""


@dataclass(frozen=True, slots=True)
class Beside:
    """What was done beside photos, in numbers.

    ``theirs``: somebody else stated a release there. ``unread``: what lies there, or the photo,
    cannot be read, or is another one by now.
    """

    written: int = 0
    unchanged: int = 0
    taken_away: int = 0
    theirs: int = 0
    unread: int = 0

    def plus(self, what: str) -> "Beside":
        """Return the numbers with one more of a kind."""
        parts = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return Beside(**{**parts, what: parts[what] + 1})


@dataclass(frozen=True, slots=True)
class WroteBeside:
    """What came of writing beside the photos of a source."""

    source: SourceId
    done: Beside
    leaf: int
    caveat: str = CAVEAT

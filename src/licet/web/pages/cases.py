"""The pages of cases: the list, the form that opens one, and one with its searches."""

from dataclasses import dataclass
from typing import ClassVar

from licet.consent.ceilings import PEOPLE_FLAGGED
from licet.terms.ids import PurposeId
from licet.terms.listing import CaseLine, SearchLine

MOST_PEOPLE = 5


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case on the list. ``needed`` approvals make it searchable; ``mine``: one may be mine."""

    line: CaseLine
    needed: int
    mine: bool = False

    @property
    def approved(self) -> bool:
        """Whether it carries its approvals."""
        return self.line.approvals >= self.needed

    @property
    def of_many(self) -> bool:
        """Whether so many people were searched for that the officer was told."""
        return self.line.people >= PEOPLE_FLAGGED


@dataclass(frozen=True, slots=True)
class CaseList:
    """The cases within reach; those that wait for this member's approval come first."""

    template: ClassVar[str] = "cases.html"

    rows: tuple[CaseRow, ...]
    may_open: bool = False

    @property
    def waiting(self) -> int:
        """How many wait for this member's passkey."""
        return sum(row.mine for row in self.rows)


@dataclass(frozen=True, slots=True)
class NewCase:
    """A form: one matter, one purpose, and the photos that it rests on."""

    template: ClassVar[str] = "case_new.html"

    purposes: tuple[PurposeId, ...]
    most: int = MOST_PEOPLE


@dataclass(frozen=True, slots=True)
class CasePage:
    """One case. ``searches`` is None for members who may not read them."""

    template: ClassVar[str] = "case.html"

    row: CaseRow
    searches: tuple[SearchLine, ...] | None
    may_search: bool = False
    may_close: bool = False
    done: str = ""

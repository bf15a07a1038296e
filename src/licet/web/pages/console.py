"""The pages of members: what is due and how things stand, the sources, the requests."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar

from licet.terms.governing import NoticeFrom
from licet.terms.inbox import RequestDetails, RequestLine
from licet.terms.listing import SourceDetails, SourceLine
from licet.web.pages.words import later


@dataclass(frozen=True, slots=True)
class Due:
    """Something with a last day. ``left`` are the days until it, below zero when late.

    ``place`` is a key of ``places.PLACES``. ``word`` is what it is, or else ``name`` says which
    one it is, without naming anybody; ``address`` is that of its own page, "" where none is.
    """

    place: str
    name: str
    due: date
    left: int
    address: str = ""
    word: StrEnum | None = None


@dataclass(frozen=True, slots=True)
class Health:
    """One check of a deployment. ``tone`` is ``good``, ``warn`` or ``bad``.

    The words are those of the examiner, which are English: the page says that they are.
    """

    tone: str
    name: str
    says: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """What is within reach. ``searches`` of ``searches_most`` were made today by this member.

    None: this member does not search.
    """

    cases: int
    photos: int
    sources: int
    searches: int | None
    searches_most: int


@dataclass(frozen=True, slots=True)
class LedgerHead:
    """How far the ledger is, and who else saw it. ``root`` is "" before the first signature."""

    size: int
    witnesses: int
    root: str


@dataclass(frozen=True, slots=True)
class Overview:
    """Where a member begins: clocks first, then how the deployment stands.

    ``health`` is None for members who do not answer for the deployment, and ``clocks`` for
    those who read nothing that has a last day.
    """

    template: ClassVar[str] = "overview.html"

    figures: Figures
    clocks: tuple[Due, ...] | None
    health: tuple[Health, ...] | None
    ledger: LedgerHead

    @property
    def late(self) -> int:
        """How many things are late."""
        return sum(one.left < 0 for one in self.clocks or ())


@dataclass(frozen=True, slots=True)
class Progress:
    """How far reading a source is. ``total`` is 0 while it is unknown, ``left`` in seconds."""

    done: int
    total: int
    per_second: float | None = None
    left: int | None = None


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source on the list, and the reading that runs, if one does.

    ``address`` is that of its own page, "" where none is served.
    """

    line: SourceLine
    progress: Progress | None = None
    address: str = ""


@dataclass(frozen=True, slots=True)
class SourceList:
    """An organisation's sources. While one is read, the rows renew themselves from ``live``.

    They do so ever more seldom: ``every`` so many seconds. Each time leaves an entry.
    """

    template: ClassVar[str] = "sources.html"

    rows: tuple[SourceRow, ...]
    may_add: bool = False
    live: str = "/console/sources/live"
    every: int = 2

    @property
    def reading(self) -> bool:
        """Whether any source is being read."""
        return any(row.progress is not None for row in self.rows)


SENDERS: tuple[tuple[NoticeFrom, str], ...] = (
    (NoticeFrom.OPERATOR, later("Whoever runs the place")),
    (NoticeFrom.RIGHTS_HOLDER, later("Whoever holds the rights in photos")),
    (NoticeFrom.PICTURED, later("Somebody who is pictured")),
    (NoticeFrom.AUTHORITY, later("An authority")),
    (NoticeFrom.OTHER, later("Somebody else")),
)
"""What whoever sent a notice to cease is to the source."""


@dataclass(frozen=True, slots=True)
class Handed:
    """What became of files that were handed in: how many are kept, were known, or are not kept."""

    kept: int = 0
    known: int = 0
    left_out: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class SourcePage:
    """One source: what was said of it, and what became of what lies there.

    ``may`` holds the acts to offer: ``cease``, ``release``, ``upload``; ``left_out`` are files
    that were handed in and not kept, each with why. ``certificate`` says that one is there.
    While it is read the part renews itself, ``every`` so many seconds and ever more seldom.
    """

    template: ClassVar[str] = "source.html"

    details: SourceDetails
    progress: Progress | None = None
    may: frozenset[str] = frozenset()
    certificate: bool = False
    done: str = ""
    handed: Handed | None = None
    every: int = 2

    @property
    def here(self) -> str:
        """The address of its page."""
        return f"/console/sources/{self.details.source.id}"

    @property
    def senders(self) -> tuple[tuple[NoticeFrom, str], ...]:
        """Who may have sent a notice to cease."""
        return SENDERS


@dataclass(frozen=True, slots=True)
class RequestPage:
    """One request, for those who must look at it."""

    template: ClassVar[str] = "request.html"

    details: RequestDetails


@dataclass(frozen=True, slots=True)
class Inbox:
    """People's requests with their clocks, those that are due first. It names nobody.

    A request's own page is at ``under`` and its id; "" where none is served.
    """

    template: ClassVar[str] = "inbox.html"

    lines: tuple[RequestLine, ...]
    answered: int = 0
    under: str = ""

    @property
    def late(self) -> int:
        """How many are late."""
        return sum(line.late for line in self.lines)

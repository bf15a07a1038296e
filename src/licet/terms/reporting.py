"""Reports: what was done in a month or a year, and what is processed here at all."""

from dataclasses import dataclass
from enum import StrEnum

from licet.terms.ids import OrganisationId


class ReportKind(StrEnum):
    """What a report tells. Each is fit to be published: none holds personal data.

    ``usage`` is one organisation's month of searching, ``annual`` a year of all of them;
    ``processing`` are the records of processing (GDPR 30), ``assessment`` what an impact
    assessment starts from (GDPR 35(7)), ``sources`` the register of sources (GDPR 14(2)(f)).
    """

    USAGE = "usage"
    ANNUAL = "annual"
    PROCESSING = "processing"
    ASSESSMENT = "assessment"
    SOURCES = "sources"


@dataclass(frozen=True, slots=True)
class ReportWish:
    """The report somebody wants.

    ``period`` is a month (``2026-03``) or a year (``2026``), empty for what is told as it
    stands now; ``organisation`` whose use is told, None where it is everybody's.
    """

    kind: ReportKind
    period: str = ""
    organisation: OrganisationId | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a report: its stable name, the clause it answers, sentences and one table."""

    name: str
    article: str
    heading: str
    says: tuple[str, ...] = ()
    header: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Paper:
    """A report as people read it: title, who answers for it, what it rests on, its sections."""

    title: str
    controller: str
    opening: tuple[str, ...]
    sections: tuple[Section, ...]

"""The page of reports: those that lie there, those under way, and what can be made."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from licet.effects.reporting.kept import KeptReport
from licet.terms.reporting import ReportKind
from licet.web.pages.words import later

KINDS: dict[ReportKind, str] = {
    ReportKind.USAGE: later("Use by an organisation in a month"),
    ReportKind.ANNUAL: later("Everybody's use in a year"),
    ReportKind.PROCESSING: later("Records of processing (GDPR 30)"),
    ReportKind.ASSESSMENT: later("What an impact assessment starts from (GDPR 35)"),
    ReportKind.SOURCES: later("Register of sources (GDPR 14)"),
}
"""What each kind of report is called."""

AS_IT_STANDS: tuple[tuple[ReportKind, str], ...] = (
    (ReportKind.PROCESSING, later("What is processed here, for whom, and for how long.")),
    (ReportKind.ASSESSMENT, later("What is there for an impact assessment, and what is missing.")),
    (ReportKind.SOURCES, later("Where photos come from, by what right, and how to object.")),
)
"""The kinds that tell of no period, each with what it tells."""


@dataclass(frozen=True, slots=True)
class Reports:
    """Reports that were made, newest first; ``organisations`` are those one may report on.

    ``everything`` says that this member may tell of everybody. ``making`` is what is under
    way; the part renews itself every so many seconds while it is.
    """

    template: ClassVar[str] = "reports.html"

    kept: tuple[KeptReport, ...]
    organisations: tuple[tuple[str, str], ...]
    last_month: date
    everything: bool = False
    making: tuple[ReportKind, ...] = ()
    done: str = ""
    every: int = 4

    @property
    def kinds(self) -> dict[ReportKind, str]:
        """What each kind is called."""
        return KINDS

    @property
    def standing(self) -> tuple[tuple[ReportKind, str], ...]:
        """The kinds that tell how things stand."""
        return AS_IT_STANDS

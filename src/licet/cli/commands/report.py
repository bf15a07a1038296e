"""``licet report``: what was searched and what is processed here, fit to be published."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from licet.cli import files, signing
from licet.cli.call import Call, Takes, deed, group
from licet.cli.output import Answer, Grid, count
from licet.terms.ids import OrganisationId
from licet.terms.permit import Refusal
from licet.terms.reporting import ReportKind, ReportWish, Section

if TYPE_CHECKING:
    from licet.app import App

app = group("Reports to publish: searches, and what is processed.")

Folder = Annotated[
    Path, typer.Argument(help="A folder that is not there yet: report.json, .html and .pdf.")
]
FILES = ("report.json", "report.html", "report.pdf")


@dataclass(frozen=True, slots=True)
class Written:
    """A report that was written: its kind, its period, where, and the entry that commits to it."""

    kind: ReportKind
    period: str
    folder: Path
    leaf: int


@deed(app, "usage", Takes.ACTOR)
def usage(
    call: Call,
    month: Annotated[str, typer.Argument(help="The month: 2026-03.")],
    folder: Folder,
    org: Annotated[str, typer.Option(help="Whose searches; else the acting member's own.")] = "",
) -> Answer | Refusal:
    """Tell how one organisation searched in a month.

    Each search that is counted is in the file, with its proof. Anybody checks it with
    `licet verify`, and counts again with a copy of the published ledger.
    """
    with call.app() as licet:
        organisation = signing.acting_organisation(call, licet, org)
        return _written(call, licet, _usage(month, organisation), folder)


@deed(app, "annual", Takes.ACTOR)
def annual(
    call: Call, year: Annotated[str, typer.Argument(help="The year: 2026.")], folder: Folder
) -> Answer | Refusal:
    """Tell how everybody searched in a year, and what else happened."""
    with call.app() as licet:
        return _written(call, licet, ReportWish(ReportKind.ANNUAL, year.strip()), folder)


@deed(app, "processing", Takes.ACTOR)
def processing(call: Call, folder: Folder) -> Answer | Refusal:
    """Write the records of processing activities (GDPR 30), as things stand now."""
    with call.app() as licet:
        return _written(call, licet, ReportWish(ReportKind.PROCESSING), folder)


@deed(app, "assessment", Takes.ACTOR)
def assessment(call: Call, folder: Folder) -> Answer | Refusal:
    """Write what an impact assessment starts from (GDPR 35), and what is missing."""
    with call.app() as licet:
        return _written(call, licet, ReportWish(ReportKind.ASSESSMENT), folder)


@deed(app, "sources", Takes.ACTOR)
def sources(call: Call, folder: Folder) -> Answer | Refusal:
    """Write the register of sources: where photos come from, by what right, how to object.

    It is made to be published. A website is named by its host; no other place is told, no
    file, and nobody in a photo.
    """
    with call.app() as licet:
        return _written(call, licet, ReportWish(ReportKind.SOURCES), folder)


def _usage(month: str, organisation: OrganisationId) -> ReportWish:
    return ReportWish(ReportKind.USAGE, month.strip(), organisation)


def _written(call: Call, licet: "App", wish: ReportWish, folder: Path) -> Answer | Refusal:
    from licet.effects.reporting.pages import page, pdf
    from licet.reporting import report

    with files.new_folder(folder) as place:
        made = report(licet, signing.who(call, licet, signing.reporting(wish)), wish)
        if isinstance(made, Refusal):
            return made
        said = (made.file, page(made.paper), pdf(made.paper, licet.clock()))
        for name, data in zip(FILES, said, strict=True):
            files.write_new(place / name, data)
    written = Written(wish.kind, made.statement.period, folder, made.leaf)
    first = made.paper.sections[0]
    last = (
        f"Wrote {folder}: {', '.join(FILES)} (entry {made.leaf}).",
        f"Anybody can check it: licet verify {folder / FILES[0]}",
    )
    return Answer(written, (made.paper.title, *_told(first), *last))


def _told(section: Section) -> tuple[str | Grid, ...]:
    if not section.rows:
        return section.says
    return (Grid(section.header, section.rows, count(0, "row")),)

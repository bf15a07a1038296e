"""A report as a page (no script, nothing from elsewhere) and as a tagged PDF (PDF/UA-1)."""

from datetime import datetime
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from licet.effects.paper import UNSHOWN, paper, part_of
from licet.terms.lines import one_line
from licet.terms.reporting import Paper, Section

if TYPE_CHECKING:
    from jinja2 import Template

_SIGNS = f"A sign that could not be printed stands as {UNSHOWN}; the page and the file have it."


def page(report: Paper) -> bytes:
    """Return the report as HTML."""
    return _template().render(p=report, is_number=_is_number).encode()


def pdf(report: Paper, at: datetime) -> bytes:
    """Return the report as PDF, stating ``at`` as the moment it was made."""
    parts = {
        "title": one_line(report.title),
        "controller": one_line(report.controller),
        "answer_to": [],
        "language": "en",
        "date": at.date().isoformat(),
        "opening": [one_line(words) for words in report.opening],
        "parts": [_part(section) for section in report.sections],
    }
    return paper(parts, at, _SIGNS)


def _part(section: Section) -> dict[str, object]:
    says = (f"({section.article})", *section.says)
    cells = [cell for row in section.rows for cell in row[1:]]
    wordy = any(not _is_number(cell) for cell in cells)
    return part_of(section.heading, says, header=section.header, rows=section.rows, wordy=wordy)


def _is_number(cell: str) -> bool:
    return cell.replace(" ", "").isdecimal()


@cache
def _template() -> "Template":
    from jinja2 import Environment, StrictUndefined

    made = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    source = resources.files("licet.effects.reporting").joinpath("paper.html")
    return made.from_string(source.read_text("utf-8"))

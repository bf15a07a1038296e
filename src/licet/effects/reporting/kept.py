"""Reports that were made, kept to be taken along, and published where a member said so.

A report holds no personal data and is committed to by its entry, so a file of it is no secret
and no evidence by itself: whoever changes one is found out by ``licet verify``. They lie under
``reports`` beside the deployment's other files; whoever loses them makes them again.
"""

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from licet.app import App
from licet.ledger.report import ReportStatement
from licet.terms.errors import NotFound, Setup
from licet.terms.ids import OrganisationId
from licet.terms.reporting import ReportKind
from licet.terms.when import from_text, to_text

PLACE = Path("reports")
FORMS = {"json": "report.json", "html": "report.html", "pdf": "report.pdf"}
"""The three files of a report: the signed one, and the same as people read it."""

PUBLIC = frozenset({ReportKind.USAGE, ReportKind.ANNUAL, ReportKind.SOURCES})
"""The kinds that are made for everybody; the others are for authorities and oneself."""

_ABOUT = "about.json"
_NAME = re.compile(r"[a-z0-9-]{1,120}")


@dataclass(frozen=True, slots=True)
class KeptReport:
    """A report that lies there. ``searches`` and ``leads`` are told by a usage report alone.

    ``organisation`` is whose use it tells, "" where it is everybody's; ``leaf`` is the entry
    that commits to it; ``public`` says that everybody may read it.
    """

    name: str
    kind: ReportKind
    period: str
    organisation: OrganisationId
    organisation_name: str
    made_at: datetime
    leaf: int
    public: bool
    searches: int = 0
    leads: int = 0


def keep_report(
    app: App, statement: ReportStatement, leaf: int, files: dict[str, bytes], *, public: bool
) -> KeptReport:
    """Keep a report's files, all of them or none. Raises ``Setup`` when they cannot be written."""
    one = statement.organisations[0] if statement.kind is ReportKind.USAGE else None
    kept = KeptReport(
        name=f"{statement.kind.value}-{statement.period}-{leaf}",
        kind=statement.kind,
        period=statement.period,
        organisation=one.organisation if one else OrganisationId(""),
        organisation_name=one.name if one else "",
        made_at=app.clock(),
        leaf=leaf,
        public=public and statement.kind in PUBLIC,
        searches=one.uses.searches if one else 0,
        leads=one.uses.leads if one else 0,
    )
    about = {**asdict(kept), "made_at": to_text(kept.made_at)}
    place = app.settings.place(PLACE)
    unfinished = place / f".{kept.name}"
    try:
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True, mode=0o700)
        for form, data in files.items():
            (unfinished / FORMS[form]).write_bytes(data)
        (unfinished / _ABOUT).write_text(json.dumps(about, sort_keys=True), "utf-8")
        unfinished.replace(place / kept.name)
    except OSError as error:
        raise Setup(f"the report cannot be kept: {error.strerror}", f"Look at {place}.") from error
    return kept


def kept_reports(app: App) -> tuple[KeptReport, ...]:
    """Return the reports that lie there, the newest first. One that is damaged is left out."""
    found = sorted(_kept(app.settings.place(PLACE)), key=lambda one: one.leaf, reverse=True)
    return tuple(found)


def read_kept(app: App, name: str, form: str) -> tuple[KeptReport, bytes]:
    """Return a report and one of its files. Raises ``NotFound``."""
    place = app.settings.place(PLACE)
    kept = _read(place / name) if _NAME.fullmatch(name) else None
    if kept is None or form not in FORMS:
        raise NotFound("there is no such report", "Make it again.")
    try:
        return kept, (place / name / FORMS[form]).read_bytes()
    except OSError as error:
        raise NotFound("there is no such report", "Make it again.") from error


def _kept(place: Path) -> Iterator[KeptReport]:
    folders = place.iterdir() if place.is_dir() else iter(())
    for folder in folders:
        kept = _read(folder) if _NAME.fullmatch(folder.name) else None
        if kept is not None:
            yield kept


def _read(folder: Path) -> KeptReport | None:
    try:
        about = json.loads((folder / _ABOUT).read_text("utf-8"))
        kind, made_at = ReportKind(about.pop("kind")), from_text(about.pop("made_at"))
        return KeptReport(**about, kind=kind, made_at=made_at)
    except (OSError, ValueError, KeyError, TypeError):
        # A file that somebody else put there, or half of one: no report of ours.
        return None

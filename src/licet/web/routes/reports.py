"""Reports: made with a passkey, taken along as three files, published where a member says so."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from licet.app import App
from licet.consent.reasons import Reason
from licet.consent.refusals import refuse
from licet.effects import signing
from licet.effects.reporting.kept import KeptReport, keep_report, kept_reports, read_kept
from licet.effects.reporting.pages import page as as_html
from licet.effects.reporting.pages import pdf
from licet.glance import Reads, reads
from licet.listing import list_organisations
from licet.reporting import report
from licet.terms.acting import Who
from licet.terms.errors import NotFound
from licet.terms.ids import OrganisationId
from licet.terms.permit import Action, Refusal, Register
from licet.terms.reporting import ReportKind, ReportWish
from licet.web.api.signatures import Signed, allowed_signed, signed
from licet.web.comers import Comer, Known, TheApp
from licet.web.making import Making, Makings
from licet.web.member_page import around_comer
from licet.web.pages.render import render, render_part
from licet.web.pages.reports import Reports
from licet.web.problems import Refused, allowed
from licet.web.routes.forms import Poster, went_to

START = "/console/reports"
TYPES = {"json": "application/json", "html": "text/html; charset=utf-8", "pdf": "application/pdf"}

router = APIRouter(include_in_schema=False)


@router.get(START)
def reports(request: Request, app: TheApp, comer: Known, done: str = "") -> HTMLResponse:
    """Show the reports that lie there, and what can be made."""
    return HTMLResponse(render(_page(request, app, comer, done), around_comer(request)))


@router.get(f"{START}/live")
def live(
    request: Request, app: TheApp, comer: Known, after: Annotated[int, Query(ge=1, le=60)] = 4
) -> HTMLResponse:
    """Return the list anew while a report is made; each time later than the last."""
    page = _page(request, app, comer, "", min(2 * after, 60))
    return HTMLResponse(render_part(page, around_comer(request), "reports"))


class Wanted(BaseModel):
    """What a form asks for: a kind, and of which month, year or organisation."""

    csrf: str = ""
    kind: ReportKind
    period: str = Field(default="", max_length=10)
    organisation: str = Field(default="", max_length=100)
    public: bool = False

    def wish(self, comer: Comer) -> ReportWish:
        """Return the report that is asked for."""
        if self.kind is not ReportKind.USAGE:
            return ReportWish(self.kind, self.period.strip())
        of = OrganisationId(self.organisation) or comer.myself.organisation
        return ReportWish(self.kind, self.period.strip(), of)


@router.post(START)
def make(
    request: Request,
    app: TheApp,
    comer: Poster,
    wanted: Annotated[Wanted, Form()],
    signature: Signed = "",
) -> Response:
    """Have a report made, with the passkey of who asks for it."""
    wish = wanted.wish(comer)
    about = signing.reporting(wish)
    who = signed(app, comer, about, signature)
    makings: Makings = request.app.state.makings
    making = Making(comer.myself.member, wish)
    answer = makings.make(making, lambda: _made(app, who, wish, public=wanted.public))
    allowed_signed(app, comer, about, answer)
    return went_to(request, f"{START}?done={'made' if answer else 'making'}")


@router.get(START + "/{name}/{form}")
def take(app: TheApp, comer: Known, name: str, form: str) -> Response:
    """Hand out a file of a report within reach."""
    kept, data = read_kept(app, name, form)
    if not _sees(comer, _reads(app, comer), kept):
        raise NotFound("there is no such report")
    return _file(kept, form, data)


@router.get("/reports/{name}/{form}")
def take_public(app: TheApp, name: str, form: str) -> Response:
    """Hand out a file of a report that was published, to anybody."""
    kept, data = read_kept(app, name, form)
    if not kept.public:
        raise NotFound("there is no such report")
    return _file(kept, form, data)


def _made(app: App, who: Who, wish: ReportWish, *, public: bool) -> KeptReport | Refusal:
    made = report(app, who, wish)
    if isinstance(made, Refusal):
        return made
    said = {"json": made.file, "html": as_html(made.paper), "pdf": pdf(made.paper, app.clock())}
    return keep_report(app, made.statement, made.leaf, said, public=public)


def _page(request: Request, app: App, comer: Comer, done: str, every: int = 4) -> Reports:
    theirs = _reads(app, comer)
    makings: Makings = request.app.state.makings
    first = app.clock().date().replace(day=1)
    named = allowed(list_organisations(app, comer.who))
    return Reports(
        tuple(one for one in kept_reports(app) if _sees(comer, theirs, one)),
        tuple((one.id, one.name) for one in named),
        (first - timedelta(days=1)).replace(day=1),
        theirs.oversees,
        tuple(one.wish.kind for one in makings.of(comer.myself.member)),
        done,
        every,
    )


def _reads(app: App, comer: Comer) -> Reads:
    """Return what a member reads. Raises ``Refused`` for those whose work no report is."""
    theirs = reads(app, comer.myself.member)
    if Register.PAPERS not in theirs.registers:
        raise Refused(refuse(Action.REPORT, Reason.WRONG_ROLE))
    return theirs


def _sees(comer: Comer, theirs: Reads, kept: KeptReport) -> bool:
    return theirs.oversees or kept.organisation == comer.myself.organisation


def _file(kept: KeptReport, form: str, data: bytes) -> Response:
    said = {"content-disposition": f'attachment; filename="{kept.name}.{form}"'}
    return Response(data, media_type=TYPES[form], headers=said)


def published(app: App) -> tuple[tuple[KeptReport, date], ...]:
    """Return the usage reports that everybody may read, with the month that each tells of."""
    found = (one for one in kept_reports(app) if one.public and one.kind is ReportKind.USAGE)
    return tuple((one, date.fromisoformat(f"{one.period}-01")) for one in found)

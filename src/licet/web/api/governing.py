"""Organisations with their agreements, members, filed papers, cases, and reports."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from licet.effects.signing import closing_case, filing, opening_case, reporting
from licet.governance import close_case, open_case
from licet.ledger.report import ReportStatement
from licet.listing import list_members, list_organisations
from licet.papers import PaperLine, file_paper, list_papers
from licet.reporting import Reported, report
from licet.terms.governing import CaseWish, PaperWish
from licet.terms.ids import CaseId, FilingId
from licet.terms.listing import MemberLine, OrganisationLine
from licet.terms.organisation import MemberState, Role
from licet.terms.reporting import ReportKind, ReportWish
from licet.web.api.acting import Acting
from licet.web.api.bodies import body, told
from licet.web.api.names import Name
from licet.web.api.paging import Cursor, Limit, Part, part
from licet.web.comers import Known, TheApp, own_case
from licet.web.problems import allowed

router = APIRouter()


@dataclass(frozen=True, slots=True)
class MemberTold:
    """A member on the list."""

    id: str
    name: str
    organisation: str
    roles: tuple[Role, ...]
    state: MemberState

    @classmethod
    def of(cls, line: MemberLine) -> "MemberTold":
        """Tell the roles in one order."""
        return cls(line.id, line.name, line.organisation, tuple(sorted(line.roles)), line.state)


@dataclass(frozen=True, slots=True)
class Opened:
    """A case that was opened; an approver says yes to it where its purpose asks for that."""

    case: CaseId


@dataclass(frozen=True, slots=True)
class Closed:
    """A case that is over, and the entry that says so."""

    case: CaseId
    leaf: int


@dataclass(frozen=True, slots=True)
class PaperFiled:
    """A paper that was filed."""

    filing: FilingId


@dataclass(frozen=True, slots=True)
class ReportMade:
    """A report: its kind, its period, its entry, and the signed file's very text.

    Anybody checks the text, written to a file as it is, with ``licet verify``.
    """

    kind: ReportKind
    period: str
    leaf: int
    file: str

    @classmethod
    def of(cls, made: Reported) -> "ReportMade":
        """Tell a report."""
        statement: ReportStatement = made.statement
        return cls(statement.kind, statement.period, made.leaf, made.file.decode())


@router.get("/organisations", operation_id="list_organisations")
def organisations(
    app: TheApp, comer: Known, limit: Limit = 50, cursor: Cursor = ""
) -> Part[OrganisationLine]:
    """List organisations, and until when the agreement of each is in force."""
    rows = allowed(list_organisations(app, comer.who))
    return part(rows, lambda one: one.id, limit, cursor)


@router.get("/members", operation_id="list_members")
def members(app: TheApp, comer: Known, limit: Limit = 50, cursor: Cursor = "") -> Part[MemberTold]:
    """List members and their roles, the ended ones too."""
    rows = [MemberTold.of(one) for one in allowed(list_members(app, comer.who))]
    return part(rows, lambda one: one.id, limit, cursor)


@router.get("/papers", operation_id="list_papers")
def papers(app: TheApp, comer: Known) -> list[PaperLine]:
    """List what each organisation within reach filed, and what is missing."""
    return list(allowed(list_papers(app, comer.who)))


@router.post(
    "/papers",
    operation_id="file_paper",
    status_code=201,
    response_model=PaperFiled,
    openapi_extra=told(PaperWish),
)
def file(doing: Acting, wish: Annotated[PaperWish, Depends(body(PaperWish))]) -> Response:
    """File a paper of your own organisation, by its hash."""
    return doing.do(
        filing(wish), lambda who: file_paper(doing.app, who, wish), PaperFiled, PaperFiled
    )


@router.post(
    "/cases",
    operation_id="open_case",
    status_code=201,
    response_model=Opened,
    openapi_extra=told(CaseWish),
)
def open_one(doing: Acting, wish: Annotated[CaseWish, Depends(body(CaseWish))]) -> Response:
    """Open a case: one matter, one purpose, bound to its evidence by SHA-256 (hex)."""
    return doing.do(opening_case(wish), lambda who: open_case(doing.app, who, wish), Opened, Opened)


@router.post("/cases/{case}/end", operation_id="close_case", status_code=201, response_model=Closed)
def end(doing: Acting, case: Name) -> Response:
    """End a case: nothing is searched or reviewed in it any more."""
    found = own_case(doing.app, doing.comer, case)
    return doing.do(
        closing_case(found),
        lambda who: close_case(doing.app, who, found.id),
        Closed,
        lambda leaf: Closed(found.id, leaf),
    )


@router.post(
    "/reports",
    operation_id="make_report",
    status_code=201,
    response_model=ReportMade,
    openapi_extra=told(ReportWish),
)
def make(doing: Acting, wish: Annotated[ReportWish, Depends(body(ReportWish))]) -> Response:
    """Make a report that is fit to be published: a month's use, a year, processing, sources."""
    return doing.do(
        reporting(wish), lambda who: report(doing.app, who, wish), ReportMade, ReportMade.of
    )

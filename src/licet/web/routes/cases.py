"""Cases: listed, opened, approved and closed. Each act is signed by the member's passkey."""

from hashlib import sha256
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response, UploadFile
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from licet.app import App
from licet.consent.purposes import table
from licet.consent.rules.governed import ROLES
from licet.effects import signing
from licet.governance import approve_case, close_case, open_case
from licet.listing import list_cases, list_searches
from licet.terms.basis import Searchers
from licet.terms.errors import BadInput, NotFound
from licet.terms.governing import CaseWish
from licet.terms.ids import OrganisationId, PurposeId
from licet.terms.listing import CaseLine
from licet.terms.organisation import CaseState
from licet.terms.permit import Action, Refusal
from licet.web.api.signatures import Signed, act_signed
from licet.web.comers import Comer, Known, TheApp, own_case
from licet.web.member_page import around_comer
from licet.web.pages.cases import CaseList, CasePage, CaseRow, NewCase
from licet.web.pages.render import render
from licet.web.problems import allowed
from licet.web.routes.forms import Poster, went_to

START = "/console/cases"

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]

router = APIRouter(prefix=START, include_in_schema=False)


@router.get("")
def cases(request: Request, app: TheApp, comer: Known) -> HTMLResponse:
    """Show the cases within reach, those first that wait for this member."""
    rows = [_row(app, comer, one) for one in allowed(list_cases(app, comer.who))]
    rows.sort(key=lambda one: (not one.mine, one.line.state is CaseState.CLOSED))
    page = CaseList(tuple(rows), _may(comer, Action.OPEN_CASE))
    return HTMLResponse(render(page, around_comer(request)))


@router.get("/new")
def new(request: Request, comer: Known) -> HTMLResponse:
    """Show the form that opens a case."""
    page = NewCase(_purposes())
    return HTMLResponse(render(page, around_comer(request)))


class Opening(BaseModel):
    """What the form of a new case says. Evidence comes as files, or as their hashes alone."""

    csrf: str = ""
    reference: str = Field(max_length=200)
    purpose: str = Field(max_length=100)
    cap: int = Field(default=1, ge=1, le=5)
    evidence: list[UploadFile] = Field(default=[], max_length=50)
    digest: list[Digest] = Field(default=[], max_length=500)
    behalf: str = Field(default="", max_length=200)

    def wish(self, app: App, comer: Comer) -> CaseWish:
        """Return the case that is asked for.

        Raises ``BadInput`` without what it rests on, or for an organisation that is not here.
        """
        files = {sha256(one.file.read()).hexdigest() for one in self.evidence if one.size}
        digests = frozenset(files | set(self.digest))
        reference = self.reference.strip()
        if not reference or not digests:
            raise BadInput("a case has a reference and evidence", "Give both.")
        purpose, own = PurposeId(self.purpose), comer.myself.organisation
        return CaseWish(own, purpose, reference, digests, self.cap, self._behalf(app))

    def _behalf(self, app: App) -> OrganisationId | None:
        name = self.behalf.strip()
        if not name:
            return None
        with app.store.read() as reader:
            found = reader.governance.organisation_named(name)
        if found is None:
            raise BadInput("no organisation here has this name", "Write it as it signed.")
        return found.id


@router.post("")
def open_(
    request: Request,
    app: TheApp,
    comer: Poster,
    asked: Annotated[Opening, Form(media_type="multipart/form-data")],
    signature: Signed = "",
) -> Response:
    """Open a case, with the passkey of who opens it."""
    wish = asked.wish(app, comer)
    about = signing.opening_case(wish)
    opened = act_signed(app, comer, about, signature, lambda who: open_case(app, who, wish))
    return went_to(request, f"{START}/{opened}?done=opened")


@router.get("/{case}")
def case(request: Request, app: TheApp, comer: Known, case: str, done: str = "") -> HTMLResponse:
    """Show one case with its searches."""
    lines = allowed(list_cases(app, comer.who))
    line = next((one for one in lines if one.id == case), None)
    if line is None:
        raise NotFound("there is no such case")
    own, open_now = _is_own(comer, line), line.state is CaseState.OPEN
    searches = list_searches(app, comer.who, line.id) if own else None
    row = _row(app, comer, line)
    page = CasePage(
        row,
        None if searches is None or isinstance(searches, Refusal) else searches,
        may_search=own and open_now and row.approved and _may(comer, Action.SEARCH),
        may_close=own and open_now and _may(comer, Action.CLOSE_CASE),
        done=done,
    )
    return HTMLResponse(render(page, around_comer(request)))


@router.post("/{case}/approval")
def approve(
    request: Request, app: TheApp, comer: Poster, case: str, signature: Signed = ""
) -> Response:
    """Say yes to a case, with the passkey of the approver."""
    found = own_case(app, comer, case)
    about = signing.approving(found)
    act_signed(app, comer, about, signature, lambda who: approve_case(app, who, found.id))
    return went_to(request, f"{START}/{found.id}?done=approved")


@router.post("/{case}/closing")
def close(
    request: Request, app: TheApp, comer: Poster, case: str, signature: Signed = ""
) -> Response:
    """End a case, with the passkey of who ends it."""
    found = own_case(app, comer, case)
    about = signing.closing_case(found)
    act_signed(app, comer, about, signature, lambda who: close_case(app, who, found.id))
    return went_to(request, f"{START}/{found.id}?done=closed")


def _row(app: App, comer: Comer, line: CaseLine) -> CaseRow:
    purpose = table().get(line.purpose)
    needed = purpose.approvals if purpose else 0
    waits = line.state is CaseState.OPEN and line.approvals < needed and _is_own(comer, line)
    if not (waits and _may(comer, Action.APPROVE)):
        return CaseRow(line, needed)
    with app.store.read() as reader:
        said = {one.member for one in reader.governance.approvals(line.id)}
    return CaseRow(line, needed, mine=comer.myself.member not in said)


def _is_own(comer: Comer, line: CaseLine) -> bool:
    return line.organisation == comer.myself.organisation_name


def _may(comer: Comer, action: Action) -> bool:
    """Say whether to offer an act: whose work it is. Whether it may be done, the flow says."""
    return bool(ROLES[action] & comer.myself.roles)


def _purposes() -> tuple[PurposeId, ...]:
    """Return the purposes for which an organisation searches."""
    listed = table().by_id.values()
    return tuple(one.id for one in listed if one.searchers is Searchers.ORGANISATION)

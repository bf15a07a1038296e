"""Rights clearance in the console: which photos may be shown, the list as a file, files beside."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel

from licet.clearance import list_clearance, write_clearance
from licet.consent.registers import CLEARING
from licet.effects.clearing import exported
from licet.listing import list_cases, list_sources
from licet.terms.clearance import Clearance, ClearanceWish
from licet.terms.ids import CaseId, ItemId, SourceId
from licet.terms.organisation import CaseState
from licet.terms.permit import Refusal
from licet.web.comers import Known, TheApp
from licet.web.member_page import around_comer
from licet.web.pages.clearance import ClearancePage
from licet.web.pages.render import render
from licet.web.problems import allowed
from licet.web.routes.forms import Poster, refused, went_to

START = "/console/clearance"
MANY = 1_000_000

router = APIRouter(prefix=START, include_in_schema=False)


class Which(BaseModel):
    """Which case and source, photos of which kind, and after which one."""

    case: str = ""
    source: str = ""
    state: Clearance | Literal[""] = ""
    after: str = ""
    done: str = ""


@router.get("")
def clearance(
    request: Request, app: TheApp, comer: Known, which: Annotated[Which, Query()]
) -> HTMLResponse:
    """Show which photos of a source may be shown, within a case for that."""
    cases = tuple(
        (one.id, one.reference)
        for one in allowed(list_cases(app, comer.who))
        if one.purpose.partition("@")[0] == CLEARING and one.state is CaseState.OPEN
    )
    sources = tuple((one.id, one.name) for one in allowed(list_sources(app, comer.who)))
    if not which.case or not which.source:
        return HTMLResponse(render(ClearancePage(cases, sources), around_comer(request)))
    wish = _wish(which)
    found = list_clearance(app, comer.who, wish)
    refusal = found if isinstance(found, Refusal) else None
    listed = None if isinstance(found, Refusal) else found
    shown = ClearancePage(cases, sources, wish, listed, refusal, which.done)
    return HTMLResponse(render(shown, around_comer(request)))


@router.get("/clearance.{ending}")
def file(app: TheApp, comer: Known, ending: str, which: Annotated[Which, Query()]) -> Response:
    """Hand out the whole list with its caveat, as CSV or JSON."""
    found = allowed(list_clearance(app, comer.who, _wish(which, MANY)))
    kind = "json" if ending == "json" else "csv"
    media = "application/json" if kind == "json" else "text/csv; charset=utf-8"
    name = f'attachment; filename="clearance.{kind}"'
    return Response(exported(found, kind), media_type=media, headers={"content-disposition": name})


@router.post("/write")
def write(
    request: Request,
    app: TheApp,
    comer: Poster,
    case: Annotated[str, Form()] = "",
    source: Annotated[str, Form()] = "",
) -> Response:
    """Write what follows into files beside the photos, by this member's own act."""
    done = write_clearance(app, comer.who, CaseId(case), SourceId(source))
    back = f"{START}?case={case}&source={source}"
    if isinstance(done, Refusal):
        return refused(request, done, back)
    return went_to(request, f"{back}&done=written")


def _wish(which: Which, most: int = 100) -> ClearanceWish:
    after = ItemId(which.after) if which.after else None
    return ClearanceWish(
        CaseId(which.case), SourceId(which.source), which.state or None, after, most
    )

"""The pages of members. What they may read is decided by the flows, as everywhere."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from licet.listing import list_sources
from licet.rights.inbox import list_requests
from licet.web.comers import Known, TheApp
from licet.web.member_page import around_comer
from licet.web.pages.console import Inbox, SourceList, SourceRow
from licet.web.pages.render import render
from licet.web.problems import allowed

router = APIRouter(prefix="/console", include_in_schema=False)


@router.get("/sources")
def sources(request: Request, app: TheApp, comer: Known) -> HTMLResponse:
    """Show the sources that the member's organisation may see."""
    lines = allowed(list_sources(app, comer.who))
    page = SourceList(tuple(SourceRow(line) for line in lines))
    return HTMLResponse(render(page, around_comer(request)))


@router.get("/requests")
def requests(request: Request, app: TheApp, comer: Known) -> HTMLResponse:
    """Show the requests that wait for an answer, with their clocks."""
    page = Inbox(allowed(list_requests(app, comer.who)))
    return HTMLResponse(render(page, around_comer(request)))

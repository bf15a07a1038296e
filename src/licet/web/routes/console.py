"""The pages of members. What they may read is decided by the flows, as everywhere."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from licet.app import App
from licet.glance import being_read
from licet.listing import list_sources, show_source
from licet.rights.inbox import list_requests, show_request
from licet.terms.ids import RequestId, SourceId
from licet.terms.listing import SourceLine
from licet.web.comers import Comer, Known, TheApp
from licet.web.member_page import around_comer
from licet.web.pages.console import (
    Inbox,
    Progress,
    RequestPage,
    SourceList,
    SourcePage,
    SourceRow,
)
from licet.web.pages.render import render, render_part
from licet.web.problems import allowed

router = APIRouter(prefix="/console", include_in_schema=False)


LONGEST = 60
"""Seconds between two looks at a reading that goes on for long."""


@router.get("/sources")
def sources(request: Request, app: TheApp, comer: Known) -> HTMLResponse:
    """Show the sources that the member's organisation may see."""
    return HTMLResponse(render(_sources(app, comer), around_comer(request)))


@router.get("/sources/live")
def live(
    request: Request, app: TheApp, comer: Known, after: Annotated[int, Query(ge=1)] = 2
) -> HTMLResponse:
    """Return the rows anew while a source is read; each time later than the last."""
    page = _sources(app, comer, min(2 * after, LONGEST))
    return HTMLResponse(render_part(page, around_comer(request), "sources"))


@router.get("/sources/{source}")
def source(request: Request, app: TheApp, comer: Known, source: str) -> HTMLResponse:
    """Show one source."""
    found = allowed(show_source(app, comer.who, SourceId(source)))
    page = SourcePage(found, _progress(found.source, being_read(app)))
    return HTMLResponse(render(page, around_comer(request)))


@router.get("/requests")
def requests(request: Request, app: TheApp, comer: Known) -> HTMLResponse:
    """Show the requests that wait for an answer, with their clocks."""
    page = Inbox(allowed(list_requests(app, comer.who)), under="/console/requests/")
    return HTMLResponse(render(page, around_comer(request)))


@router.get("/requests/{wanted}")
def one_request(request: Request, app: TheApp, comer: Known, wanted: str) -> HTMLResponse:
    """Show one request to who must look at it. Each look is recorded."""
    page = RequestPage(allowed(show_request(app, comer.who, RequestId(wanted))))
    return HTMLResponse(render(page, around_comer(request)))


def _sources(app: App, comer: Comer, every: int = 2) -> SourceList:
    lines, walked = allowed(list_sources(app, comer.who)), being_read(app)
    rows = (SourceRow(one, _progress(one, walked), f"/console/sources/{one.id}") for one in lines)
    return SourceList(tuple(rows), every=every)


def _progress(line: SourceLine, walked: frozenset[SourceId]) -> Progress | None:
    """Return how far a reading is; how much lies there nobody knows before its end."""
    return Progress(line.items, 0) if line.id in walked else None

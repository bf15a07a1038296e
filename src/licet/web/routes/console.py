"""The pages of members. What they may read is decided by the flows, as everywhere."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from licet.glance import being_read
from licet.listing import list_sources, show_source
from licet.rights.inbox import list_requests, show_request
from licet.terms.ids import RequestId, SourceId
from licet.terms.listing import SourceDetails, SourceLine
from licet.terms.permit import Action
from licet.terms.source import SourceKind, SourceState
from licet.web.comers import Comer, Known, TheApp, app_of
from licet.web.member_page import around_comer
from licet.web.pages.console import (
    Handed,
    Inbox,
    Progress,
    RequestPage,
    SourceList,
    SourcePage,
    SourceRow,
)
from licet.web.pages.render import render, render_part
from licet.web.problems import allowed
from licet.web.reading import Readings
from licet.web.routes.readers import may

router = APIRouter(prefix="/console", include_in_schema=False)


LONGEST = 60
"""Seconds between two looks at a reading that goes on for long."""


@router.get("/sources")
def sources(request: Request, comer: Known) -> HTMLResponse:
    """Show the sources that the member's organisation may see."""
    return HTMLResponse(render(_sources(request, comer), around_comer(request)))


@router.get("/sources/live")
def live(request: Request, comer: Known, after: Annotated[int, Query(ge=1)] = 2) -> HTMLResponse:
    """Return the rows anew while a source is read; each time later than the last."""
    page = _sources(request, comer, min(2 * after, LONGEST))
    return HTMLResponse(render_part(page, around_comer(request), "sources"))


@router.get("/sources/{source}")
def source(
    request: Request, app: TheApp, comer: Known, source: str, done: str = ""
) -> HTMLResponse:
    """Show one source."""
    found = allowed(show_source(app, comer.who, SourceId(source)))
    return HTMLResponse(
        render(source_page(request, comer, found, done=done), around_comer(request))
    )


@router.get("/sources/{source}/live")
def live_source(
    request: Request,
    app: TheApp,
    comer: Known,
    source: str,
    after: Annotated[int, Query(ge=1)] = 2,
) -> HTMLResponse:
    """Return how far reading one source is; each time later than the last."""
    found = allowed(show_source(app, comer.who, SourceId(source)))
    page = source_page(request, comer, found, every=min(2 * after, LONGEST))
    return HTMLResponse(render_part(page, around_comer(request), "source"))


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


def source_page(
    request: Request,
    comer: Comer,
    found: SourceDetails,
    *,
    done: str = "",
    handed: Handed | None = None,
    every: int = 2,
) -> SourcePage:
    """Return the page of one source, with what to offer this member on it."""
    app, line = app_of(request), found.source
    own = line.organisation == comer.myself.organisation_name
    over = line.state in {SourceState.CEASED, SourceState.PURGED}
    offers = {
        "cease": own and not over and may(comer, Action.CEASE),
        "release": line.state is SourceState.ON_HOLD and own and may(comer, Action.RELEASE_SOURCE),
        "upload": own
        and found.kind is SourceKind.UPLOAD
        and line.state is SourceState.AUTHORISED
        and may(comer, Action.UPLOAD),
    }
    progress = _progress(request, line, being_read(app))
    offered = frozenset(name for name, is_there in offers.items() if is_there)
    purged = line.state is SourceState.PURGED
    return SourcePage(found, progress, offered, purged, done, handed, every)


def _sources(request: Request, comer: Comer, every: int = 2) -> SourceList:
    app = app_of(request)
    lines, walked = allowed(list_sources(app, comer.who)), being_read(app)
    rows = (
        SourceRow(one, _progress(request, one, walked), f"/console/sources/{one.id}")
        for one in lines
    )
    return SourceList(tuple(rows), every=every)


def _progress(request: Request, line: SourceLine, walked: frozenset[SourceId]) -> Progress | None:
    """Return how far a reading is; how much lies there nobody knows before its end."""
    readings: Readings = request.app.state.readings
    if line.id not in walked:
        readings.forget(line.id)
        return None
    speed = readings.speed(line.id, line.items, app_of(request).clock())
    return Progress(line.items, 0, speed)

"""Reading: who calls, sources, grants, cases and searches."""

from collections import Counter

from fastapi import APIRouter

from licet.listing import (
    list_cases,
    list_grants,
    list_searches,
    list_sources,
    list_traces,
    show_grant,
    show_search,
)
from licet.terms.errors import NotFound
from licet.terms.ids import CaseId, GrantId, SearchId, SourceId
from licet.terms.listing import (
    CaseLine,
    GrantDetails,
    GrantLine,
    SearchDetails,
    SearchLine,
    SourceLine,
)
from licet.web.api.names import Name
from licet.web.api.paging import Cursor, Limit, Part, part
from licet.web.api.shapes import Me, Reported
from licet.web.comers import Known, TheApp
from licet.web.problems import allowed

router = APIRouter()


@router.get("/me", operation_id="me")
def me(comer: Known) -> Me:
    """Say who calls, with which roles, and until when."""
    return Me.of(comer.myself)


@router.get("/sources", operation_id="list_sources")
def sources(app: TheApp, comer: Known, limit: Limit = 50, cursor: Cursor = "") -> Part[SourceLine]:
    """List the sources within your reach."""
    rows = allowed(list_sources(app, comer.who))
    return part(rows, lambda one: one.id, limit, cursor)


@router.get("/sources/{source}", operation_id="show_source")
def source(app: TheApp, comer: Known, source: Name) -> SourceLine:
    """Show one source."""
    rows = allowed(list_sources(app, comer.who))
    found = next((one for one in rows if one.id == source), None)
    if found is None:
        raise NotFound("there is no such source")
    return found


@router.get("/sources/{source}/report", operation_id="report_source")
def report(app: TheApp, comer: Known, source: Name) -> list[Reported]:
    """Count why files of a source were collected, or why not."""
    traces = allowed(list_traces(app, comer.who, SourceId(source)))
    counts = Counter((one.fate, one.rule) for one in traces)
    return [
        Reported(fate=fate, rule=rule, files=files)
        for (fate, rule), files in sorted(counts.items())
    ]


@router.get("/grants", operation_id="list_grants")
def grants(app: TheApp, comer: Known, limit: Limit = 50, cursor: Cursor = "") -> Part[GrantLine]:
    """List the grants that are kept. Who gave them stays sealed."""
    rows = allowed(list_grants(app, comer.who))
    return part(rows, lambda one: one.id, limit, cursor)


@router.get("/grants/{grant}", operation_id="show_grant")
def grant(app: TheApp, comer: Known, grant: Name) -> GrantDetails:
    """Show one grant, and how much is kept under it."""
    return allowed(show_grant(app, comer.who, GrantId(grant)))


@router.get("/cases", operation_id="list_cases")
def cases(app: TheApp, comer: Known, limit: Limit = 50, cursor: Cursor = "") -> Part[CaseLine]:
    """List cases with their approvals and searches."""
    rows = allowed(list_cases(app, comer.who))
    return part(rows, lambda one: one.id, limit, cursor)


@router.get("/cases/{case}/searches", operation_id="list_searches")
def searches(
    app: TheApp, comer: Known, case: Name, limit: Limit = 50, cursor: Cursor = ""
) -> Part[SearchLine]:
    """List the searches of a case and how they stand now."""
    rows = allowed(list_searches(app, comer.who, CaseId(case)))
    return part(rows, lambda one: one.id, limit, cursor)


@router.get("/searches/{search}", operation_id="show_search")
def search(app: TheApp, comer: Known, search: Name) -> SearchDetails:
    """Show a search and those of its candidates who may be found at this moment."""
    return allowed(show_search(app, comer.who, SearchId(search)))

"""The page that everybody may read: what this deployment does."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from licet.app import App
from licet.public import public_facts
from licet.web.member_page import around_comer
from licet.web.pages.outside import OpenReport, PublicPage
from licet.web.pages.render import render
from licet.web.routes.reports import published

router = APIRouter(include_in_schema=False)


@router.get("/")
def public(request: Request) -> HTMLResponse:
    """Show who is responsible, what for, where photos come from, and how to complain."""
    app: App = request.app.state.licet
    told = tuple(
        OpenReport(
            one.organisation_name, month, one.searches, one.leads, f"/reports/{one.name}/json"
        )
        for one, month in published(app)
    )
    page = PublicPage(public_facts(app), told, own_page="/me")
    return HTMLResponse(render(page, around_comer(request)))

"""The web door: guards outermost first, then the routes. Decides nothing."""

from fastapi import FastAPI
from starlette.middleware import Middleware

from licet.app import App
from licet.provider import provider_of
from licet.web import problems
from licet.web.api import document
from licet.web.figures import Figures
from licet.web.guards.bodies import Bodies
from licet.web.guards.defects import Defects
from licet.web.guards.headers import Headers
from licet.web.guards.hosts import Hosts
from licet.web.guards.origins import Origins
from licet.web.guards.paces import Paces
from licet.web.guards.watching import Watching
from licet.web.guests import Guests
from licet.web.making import Makings
from licet.web.probes import Probes
from licet.web.reading import Readings
from licet.web.routes import (
    acts,
    album,
    albums,
    assets,
    blocks,
    breaches,
    cases,
    clearance,
    console,
    health,
    invited,
    language,
    ledger,
    letters,
    members,
    order_forms,
    orders,
    overview,
    own,
    own_door,
    own_questions,
    people,
    public,
    reports,
    searching,
    settings,
    sources,
    verifying,
    vouched,
)
from licet.web.routes import door as coming
from licet.web.serving import Serving

VERSION = "1"
"""Of the API: what is under ``/api/v1`` stays as it is."""


def opened(app: App, serving: Serving) -> FastAPI:
    """Return the web door of a deployment that is open.

    Guards in their order: each request is named and counted, gets the headers of every
    answer, survives a defect of ours; is for our host, not too fast, from our own pages, and
    of a bearable size.
    """
    figures = Figures()
    figures.entries_from(lambda: app.store.head().size)
    door = FastAPI(
        title="licet",
        version=VERSION,
        summary="A face search engine in which nobody can be found without a live legal basis.",
        docs_url=None,  # its page loads scripts from elsewhere
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False},
        middleware=[
            Middleware(Watching, figures=figures),
            Middleware(Headers, secure=serving.secure),
            Middleware(Defects),
            Middleware(Hosts, hosts=serving.hosts, figures=figures),
            Middleware(Paces, figures=figures, cookie=serving.cookie),
            Middleware(Origins, origin=serving.origin, figures=figures),
            Middleware(Bodies, figures=figures),
        ],
    )
    door.state.licet = app
    door.state.serving = serving
    door.state.provider = provider_of(app.settings, app.clock)
    door.state.figures = figures
    door.state.probes = Probes()
    door.state.guests = Guests()
    door.state.makings = Makings()
    door.state.readings = Readings()
    problems.install(door)
    for router in (
        health.router,
        assets.router,
        language.router,
        public.router,
        invited.router,
        overview.router,
        console.router,
        cases.router,
        people.router,
        clearance.router,
        ledger.router,
        reports.router,
        sources.router,
        acts.router,
        members.router,
        settings.router,
        order_forms.router,
        orders.router,
        letters.router,
        blocks.router,
        breaches.router,
        searching.router,
        verifying.router,
        coming.router,
        vouched.router,
        own_door.router,
        own_questions.router,
        album.router,
        albums.router,
        own.router,
        document.router,
    ):
        door.include_router(router)
    return door

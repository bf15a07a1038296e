"""Forms of our own pages: who sent one, and what is answered when it is refused."""

from typing import Annotated

from fastapi import Depends, Form, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse

from licet.consent.proofs import LATELY
from licet.consent.reasons import Reason
from licet.terms.permit import Refusal
from licet.web.comers import Comer, app_of, comer_of, require_word
from licet.web.member_page import around_comer
from licet.web.pages.render import render
from licet.web.pages.searching import Refused
from licet.web.problems import Unknown
from licet.web.statuses import told_of_refusal


def poster(request: Request, csrf: Annotated[str, Form(max_length=200)] = "") -> Comer:
    """Return the member whose page sent a form. Raises ``Unknown``, also without its word."""
    comer = comer_of(request)
    if comer is None or comer.by_key:
        raise Unknown("nobody is signed in", "Sign in.")
    require_word(comer, csrf)
    return comer


Poster = Annotated[Comer, Depends(poster)]


def refused(request: Request, refusal: Refusal, back: str) -> HTMLResponse:
    """Return the page of a refusal: its reason, its article, and what would change it."""
    again = refusal.reason == Reason.SIGN_IN_AGAIN
    page = Refused(refusal, back, step_up=again)
    return HTMLResponse(render(page, around_comer(request)), told_of_refusal(refusal).status)


def went_to(request: Request, place: str) -> Response:
    """Lead to the page of what was done: a script is told where, a browser goes."""
    if "json" in request.headers.get("accept", ""):
        return JSONResponse({"to": place})
    return RedirectResponse(place, 303)


def must_step_up(request: Request, comer: Comer) -> bool:
    """Say whether a session is too old for what asks for one of the last five minutes."""
    app, opened = app_of(request), comer.myself.signed_in_at
    late = comer.vouched or opened is None or app.clock() - opened > LATELY
    return not app.deployment.sandbox and late

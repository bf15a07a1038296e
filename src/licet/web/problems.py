"""How errors and refusals leave: problem+json for programs, a page for browsers."""

from typing import Any, TypeVar

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.exceptions import HTTPException

from licet.terms.errors import LicetError
from licet.terms.permit import Refusal
from licet.web.page import around
from licet.web.pages.own import OwnRefused
from licet.web.pages.problem import Problem
from licet.web.pages.render import render
from licet.web.pages.searching import Refused as RefusedPage
from licet.web.statuses import AGAIN_IN, INVALID, Told, told_of, told_of_refusal

MEDIA_TYPE = "application/problem+json"
API = "/api/"
OWN = ("/me", "/ask", "/album")

T = TypeVar("T")


class Refused(Exception):
    """A refusal on its way out of a route."""

    def __init__(self, refusal: Refusal, more: dict[str, object] | None = None) -> None:
        super().__init__(refusal.reason)
        self.refusal = refusal
        self.more = more or {}


class Unknown(LicetError):
    """Nobody is signed in where somebody must be."""


def allowed(answer: T | Refusal) -> T:
    """Return what a flow answered. Raises :class:`Refused` when it said no."""
    if isinstance(answer, Refusal):
        raise Refused(answer)
    return answer


def install(app: FastAPI) -> None:
    """Let every error of the tree, every refusal and every miss leave by this door."""
    app.add_exception_handler(LicetError, _licet)
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)


def _licet(request: Request, error: Any) -> Response:
    if isinstance(error, Unknown):
        told = Told(401, "error:unknown", error.what, error.remedy)
        return _answer(request, told, {"www-authenticate": "Bearer"})
    return _answer(request, told_of(error))


def _refused(request: Request, error: Any) -> Response:
    told = told_of_refusal(error.refusal)
    if not _wants_json(request):
        # A person is told the reason, the article and what would change it, not a number.
        return HTMLResponse(render(_page_of(request, error), around(request)), told.status)
    return _answer(
        request, Told(told.status, told.kind, told.title, "", {**told.more, **error.more})
    )


def _page_of(request: Request, error: Refused) -> RefusedPage | OwnRefused:
    """Return the page of a refusal: a data subject is told where to complain (GDPR 12(4))."""
    if request.url.path.startswith(OWN):
        return OwnRefused(error.refusal, request.app.state.licet.settings.supervisory_authority)
    return RefusedPage(error.refusal, "/")


def _http(request: Request, error: Any) -> Response:
    words = {404: "There is no such page.", 405: "This is asked for in another way."}
    title = words.get(error.status_code, "This cannot be answered.")
    told = Told(error.status_code, f"error:{error.status_code}", title)
    return _answer(request, told, dict(error.headers or {}))


def _invalid(request: Request, error: Any) -> Response:
    # Where and what kind: what somebody sent is not sent back.
    places = [
        {"where": ".".join(map(str, one["loc"])), "kind": str(one["type"])}
        for one in error.errors()
    ]
    told = Told(INVALID, "error:invalid", "What was sent is not right.", "", {"errors": places})
    return _answer(request, told)


def _wants_json(request: Request) -> bool:
    """Say whether a program or a script reads the answer, and not a person."""
    said = (request.headers.get("accept", ""), request.headers.get("content-type", ""))
    return request.url.path.startswith(API) or any("json" in one for one in said)


_MISSING = Told(404, "error:notfound", "There is no such object, or it is somebody else's.")
"""What is not there and what is not the caller's to see are one answer, to the last byte."""


def _answer(request: Request, told: Told, headers: dict[str, str] | None = None) -> Response:
    told = _MISSING if told.status == _MISSING.status else told
    again = AGAIN_IN.get(told.status, 0)
    headers = {**(headers or {}), **({"retry-after": str(again)} if again else {})}
    name = getattr(request.state, "request_id", "")
    if _wants_json(request):
        body = told.problem(name)
        return JSONResponse(body, told.status, headers, media_type=MEDIA_TYPE)
    page = Problem(told.status, again, name)
    return HTMLResponse(render(page, around(request)), told.status, headers)

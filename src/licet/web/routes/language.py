"""The language that a browser wants, kept in a cookie that says nothing else."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from licet.web.page import LANGUAGE_COOKIE
from licet.web.pages.words import LANGUAGES, way_back
from licet.web.serving import Serving

YEAR = 31_536_000

router = APIRouter(include_in_schema=False)


@router.get("/language")
def choose(request: Request, to: str = "", back: str = "/") -> Response:
    """Keep a language and go back to the page; a language that there is not changes nothing."""
    serving: Serving = request.app.state.serving
    answer = RedirectResponse(way_back(back), 303)
    if to in LANGUAGES:
        answer.set_cookie(
            LANGUAGE_COOKIE, to, YEAR, secure=serving.secure, httponly=True, samesite="lax"
        )
    return answer

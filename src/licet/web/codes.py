"""A code to somebody's mail, asked for in a browser and given back in it: one way, two doors.

A person comes to their own page by it, and a guest by an album's link. Who came in at an
address before keeps some codes of their own (``licet.coming``), whichever door they take.
"""

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from starlette.background import BackgroundTask

from licet.app import App
from licet.coming import CODE_FOR, KNOWN_FOR, LONGEST, Asking, ask_code, sign_in
from licet.terms.admission import SignedIn
from licet.web.page import language
from licet.web.serving import Serving


def asked(request: Request, app: App, contact: str) -> Asking:
    """Make a code for an address, as the browser asks for it. Raises ``BadInput`` for none."""
    mark = request.cookies.get(_serving(request).here_cookie, "")
    return ask_code(app, contact, language(request), mark)


def led_on(request: Request, asking: Asking, to: str) -> Response:
    """Lead to where the code is given back; the browser keeps by what it is known there.

    The letter goes out after the answer: a slow mail server tells nobody anything.
    """
    answer = RedirectResponse(to, 303, background=BackgroundTask(asking.send))
    serving = _serving(request)
    _remember(answer, serving, serving.asking_cookie, asking.word, CODE_FOR.total_seconds())
    return answer


def word_of(request: Request) -> str:
    """Return what this browser keeps of the code that it asked for; empty for none."""
    return request.cookies.get(_serving(request).asking_cookie, "")


def given_back(request: Request, app: App, code: str) -> SignedIn | None:
    """Open a session for who gives the code back in the browser that asked for it, or None."""
    return sign_in(app, word_of(request), code)


def let_in(request: Request, done: SignedIn, to: str) -> Response:
    """Lead on with the session that began, and with what says that this browser was let in."""
    answer, serving = RedirectResponse(to, 303), _serving(request)
    forget(answer, serving, serving.asking_cookie)
    _remember(answer, serving, serving.own_cookie, done.token, LONGEST.total_seconds())
    _remember(answer, serving, serving.here_cookie, done.mark, KNOWN_FOR.total_seconds())
    return answer


def forget(answer: Response, serving: Serving, name: str) -> None:
    """Take a word back from the browser."""
    answer.delete_cookie(name, secure=serving.secure, httponly=True, samesite="lax")


def _remember(answer: Response, serving: Serving, name: str, value: str, seconds: float) -> None:
    """Give the browser a word: no script reads it, and no other site sends it along."""
    answer.set_cookie(
        name,
        value,
        max_age=round(seconds),
        secure=serving.secure,
        httponly=True,
        samesite="lax",
        path="/",
    )


def _serving(request: Request) -> Serving:
    serving: Serving = request.app.state.serving
    return serving

"""How data subjects come in, ask without coming in, and move to another address."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from licet.app import App
from licet.coming import sign_out
from licet.own import see_own
from licet.rectifying import correct
from licet.rights.intake import prove, receive
from licet.terms.acting import SUBJECT
from licet.terms.errors import BadInput, Conflict, NotFound
from licet.terms.granting import WrongCode
from licet.terms.ids import RequestId
from licet.terms.rectifying import Correction
from licet.terms.rights import Received, RequestWish, RightKind
from licet.web import codes
from licet.web.comers import TheApp
from licet.web.page import language
from licet.web.pages.own import OwnAsk, OwnAsked, OwnCodePage, OwnContact, OwnDoor
from licet.web.pages.render import render
from licet.web.pages.words import later, sentences
from licet.web.problems import allowed
from licet.web.serving import Serving
from licet.web.visitors import DOOR, KnownOwn, Own, around_own, own_of

NO_ADDRESS = later("This is not one mail address. Write it like name@example.org.")
WRONG = 422

Line = Annotated[str, Form(max_length=320)]
Letter = Annotated[str, Form(max_length=10_000)]

router = APIRouter(include_in_schema=False)


@router.get(DOOR)
def door(request: Request) -> HTMLResponse:
    """Show where somebody gives their address."""
    return HTMLResponse(render(OwnDoor(), around_own(request, own_of(request))))


@router.post(DOOR)
def send_code(request: Request, app: TheApp, contact: Line) -> Response:
    """Send a code to an address; the answer is the same, and as fast, whoever is behind it."""
    try:
        asking = codes.asked(request, app, contact)
    except BadInput:
        page = OwnDoor({"contact": _said(request, NO_ADDRESS)})
        return HTMLResponse(render(page, around_own(request, None)), WRONG)
    return codes.led_on(request, asking, "/me/code")


@router.get("/me/code")
def code_page(request: Request) -> HTMLResponse:
    """Show where the code is given back."""
    return HTMLResponse(render(OwnCodePage(), around_own(request, None)))


@router.post("/me/code")
def give_code(request: Request, app: TheApp, code: Line) -> Response:
    """Open a session for who gives the code back, in the browser that asked for it."""
    done = codes.given_back(request, app, code)
    if done is None:
        page = OwnCodePage(failed=True)
        return HTMLResponse(render(page, around_own(request, None)), WRONG)
    return codes.let_in(request, done, "/me")


@router.post("/me/sign-out")
def leave(request: Request, app: TheApp, own: KnownOwn, csrf: Line = "") -> RedirectResponse:
    """End the session."""
    own.require_word(csrf)
    sign_out(app, own.token)
    answer = RedirectResponse("/", 303)
    serving: Serving = request.app.state.serving
    codes.forget(answer, serving, serving.own_cookie)
    return answer


@router.get("/ask")
def ask_page(request: Request) -> HTMLResponse:
    """Show the form for whoever asks: what for, and where the answer goes."""
    return HTMLResponse(render(OwnAsk(known=False), around_own(request, None)))


@router.post("/ask")
def ask(
    request: Request,
    app: TheApp,
    kind: Annotated[RightKind, Form()],
    contact: Line,
    words: Letter = "",
) -> HTMLResponse:
    """Take in a letter of somebody who did not sign in."""
    try:
        done = _receive(request, app, RequestWish(kind, contact.strip(), words=words))
    except BadInput:
        page = OwnAsk(known=False, errors={"contact": _said(request, NO_ADDRESS)})
        return HTMLResponse(render(page, around_own(request, None)), WRONG)
    shown = OwnAsked(done.request, done.due.date(), f"/ask/{done.request}")
    return HTMLResponse(render(shown, around_own(request, None)))


@router.post("/ask/{number}")
def prove_letter(request: Request, app: TheApp, number: str, code: Line) -> HTMLResponse:
    """Take the code of a letter back: it proves where the answer goes."""
    proved = _prove(app, number, code)
    shown = OwnAsked(number, None, f"/ask/{number}", proved=proved, failed=not proved)
    status = 200 if proved else WRONG
    return HTMLResponse(render(shown, around_own(request, None)), status)


@router.get("/me/ask")
def own_ask_page(request: Request, app: TheApp, own: KnownOwn) -> HTMLResponse:
    """Show the form of who is signed in: nobody asks for their address again."""
    page = OwnAsk(known=True, people=_named(app, own))
    return HTMLResponse(render(page, around_own(request, own)))


@router.post("/me/ask")
def own_ask(
    request: Request,
    app: TheApp,
    own: KnownOwn,
    kind: Annotated[RightKind, Form()],
    person: Line,
    words: Letter = "",
    csrf: Line = "",
) -> RedirectResponse:
    """Take in a letter of who is signed in; it is proved at once."""
    own.require_word(csrf)
    mine = allowed(see_own(app, own.who, own.person(person)))
    wish = RequestWish(kind, mine.contact, name=mine.name, words=words, language=language(request))
    allowed(receive(app, own.who, wish))
    return RedirectResponse("/me?done=asked", 303)


@router.get("/me/contact")
def contact_page(request: Request, app: TheApp, own: KnownOwn) -> HTMLResponse:
    """Show where a new address is given."""
    return HTMLResponse(render(OwnContact(_named(app, own)), around_own(request, own)))


@router.post("/me/contact")
def new_contact(
    request: Request, app: TheApp, own: KnownOwn, person: Line, contact: Line, csrf: Line = ""
) -> HTMLResponse:
    """Send a code to a new address of the person."""
    own.require_word(csrf)
    mine = own.person(person)
    try:
        done = _receive(request, app, RequestWish(RightKind.RECTIFICATION, contact.strip()))
    except BadInput:
        page = OwnContact(_named(app, own), {"contact": _said(request, NO_ADDRESS)})
        return HTMLResponse(render(page, around_own(request, own)), WRONG)
    place = f"/me/contact/{mine.id}/{done.request}"
    shown = OwnAsked(done.request, None, place)
    return HTMLResponse(render(shown, around_own(request, own)))


@router.post("/me/contact/{person}/{number}")
def prove_contact(
    request: Request,
    app: TheApp,
    own: KnownOwn,
    person: str,
    number: str,
    code: Line,
    csrf: Line = "",
) -> Response:
    """Move the person to the address whose code came back; they sign in with it from now on."""
    own.require_word(csrf)
    mine = own.person(person)
    if not _prove(app, number, code):
        place = f"/me/contact/{mine.id}/{number}"
        shown = OwnAsked(number, None, place, failed=True)
        return HTMLResponse(render(shown, around_own(request, own)), WRONG)
    allowed(correct(app, own.who, Correction(mine.id, request=RequestId(number))))
    sign_out(app, own.token)
    return RedirectResponse(DOOR, 303)


def _receive(request: Request, app: App, wish: RequestWish) -> Received:
    spoken = RequestWish(
        wish.kind, wish.contact, words=wish.words.strip(), language=language(request)
    )
    return allowed(receive(app, SUBJECT, spoken))


def _prove(app: App, number: str, code: str) -> bool:
    """Say whether a code is the one; what is over, wrong or of no letter is one answer."""
    try:
        return not isinstance(allowed(prove(app, RequestId(number), code)), WrongCode)
    except (Conflict, NotFound):
        return False


def _named(app: App, own: Own) -> tuple[tuple[str, str], ...]:
    people = (allowed(see_own(app, own.who, one)) for one in own.people)
    return tuple((one.id, one.name or one.contact) for one in people)


def _said(request: Request, sentence: str) -> str:
    return sentences(language(request)).gettext(sentence)

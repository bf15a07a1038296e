"""Whoever comes by a link: the code, the yes, the desk, the camera, and then their own photos."""

import time
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from pydantic import BaseModel, Field
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool

from licet.albums import show_link
from licet.app import App
from licet.backfill import backfill
from licet.joining import YesWish, begin, join
from licet.terms.album import LinkShown
from licet.terms.basis import Relationship
from licet.terms.capturing import Hint, Looked, Pose
from licet.terms.errors import BadInput, Busy, LicetError, NotFound
from licet.terms.grant import GrantState, Identity
from licet.terms.ids import GrantId
from licet.web import codes
from licet.web.comers import WORD_HEADER, TheApp, app_of
from licet.web.guards.headers import allow_camera
from licet.web.guests import TRIES, Guest, Guests
from licet.web.page import language
from licet.web.pages.album import (
    NO_ADDRESS,
    NO_DAY,
    NO_NAME,
    NO_YES,
    AlbumCamera,
    AlbumCode,
    AlbumDesk,
    AlbumDoor,
    AlbumYes,
)
from licet.web.pages.camera import told
from licet.web.pages.render import render, render_part
from licet.web.pages.words import sentences
from licet.web.problems import allowed
from licet.web.visitors import Own, around_own, own_of

WRONG = 422
MOST_FRAME = 2_000_000
"""Bytes of one frame."""

ANSWERS_IN = 1.0
"""Seconds that the last frame takes at least: whether a face is near somebody's is not told."""

Line = Annotated[str, Form(max_length=320)]

router = APIRouter(prefix="/album/{token}", include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Here:
    """A link that somebody came by, and where they are on their way."""

    link: LinkShown
    token: str
    guests: Guests

    @property
    def place(self) -> str:
        """The address of the link."""
        return f"/album/{self.token}"


@dataclass(frozen=True, slots=True)
class Came:
    """A guest of this link whose code came back."""

    own: Own
    guest: Guest


def here_of(request: Request, app: TheApp, token: str) -> Here:
    """Return the link. Raises ``NotFound`` for one that is none."""
    found = show_link(app, token, language(request))
    if found is None:
        raise NotFound("there is no such link")
    return Here(found, token, request.app.state.guests)


TheLink = Annotated[Here, Depends(here_of)]


def came_by(request: Request, here: TheLink) -> Came:
    """Return the guest; sends anybody else back to the beginning."""
    own = own_of(request)
    guest = here.guests.of(own.token) if own else None
    if own is None or guest is None or guest.link != here.link.id:
        raise HTTPException(303, headers={"location": here.place})
    return Came(own, guest)


TheGuest = Annotated[Came, Depends(came_by)]


@router.get("")
def door(request: Request, here: TheLink) -> HTMLResponse:
    """Show who asks, what is kept and for how long."""
    own = own_of(request)
    guest = here.guests.of(own.token) if own else None
    going_on = guest is not None and guest.link == here.link.id
    page = AlbumDoor(here.link, here.place, going_on)
    return HTMLResponse(render(page, around_own(request, own)))


@router.post("/code")
def send_code(request: Request, app: TheApp, here: TheLink, contact: Line) -> Response:
    """Send a code; the answer is the same, and as fast, whoever is behind an address."""
    try:
        asking = codes.asked(request, app, contact)
    except BadInput:
        said = sentences(language(request)).gettext(NO_ADDRESS)
        page = AlbumDoor(here.link, here.place, errors={"contact": said})
        return HTMLResponse(render(page, around_own(request, None)), WRONG)
    here.guests.come(asking.word, Guest(here.link.id, contact.strip()))
    return codes.led_on(request, asking, f"{here.place}/code")


@router.get("/code")
def code_page(request: Request, here: TheLink) -> HTMLResponse:
    """Show where the code is given back."""
    return HTMLResponse(render(AlbumCode(here.place), around_own(request, None)))


@router.post("/code/back")
def give_code(request: Request, app: TheApp, here: TheLink, code: Line) -> Response:
    """Open a session for who gives the code back, in the browser that asked for it."""
    done = codes.given_back(request, app, code)
    if done is None:
        page = AlbumCode(here.place, failed=True)
        return HTMLResponse(render(page, around_own(request, None)), WRONG)
    here.guests.moves(codes.word_of(request), done.token)
    return codes.let_in(request, done, f"{here.place}/yes")


@router.get("/yes")
def yes_page(request: Request, app: TheApp, here: TheLink, came: TheGuest) -> Response:
    """Show what is said yes to; who has said it already is led to their photos."""
    there = _given(app, here, came.own)
    if there is not None:
        return RedirectResponse(f"/me/grants/{there}", 303)
    page = AlbumYes(here.link, here.place, came.guest.contact)
    return HTMLResponse(render(page, around_own(request, came.own)))


class Yes(BaseModel):
    """What somebody says of themselves with their yes."""

    name: str = Field(default="", max_length=200)
    born: str = Field(default="", max_length=10)
    relationship: str = Field(default="", max_length=40)
    whose: str = Field(default="", max_length=10)
    yes: str = Field(default="", max_length=3)
    csrf: str = Field(default="", max_length=200)


@router.post("/yes")
def say_yes(
    request: Request, app: TheApp, here: TheLink, came: TheGuest, said: Annotated[Yes, Form()]
) -> Response:
    """Take a yes, and send the notice. What is not free is refused (GDPR 7(4), 8)."""
    came.own.require_word(said.csrf)
    wish, errors = _read(here, came.guest, said, language(request))
    if wish is not None:
        try:
            came.guest.says_yes(allowed(begin(app, came.own.who, wish)))
            return RedirectResponse(f"{here.place}/{_next(here, came.guest)}", 303)
        except BadInput:
            errors = {"born": NO_DAY}
    words = sentences(language(request))
    page = AlbumYes(
        here.link,
        here.place,
        came.guest.contact,
        said.model_dump(exclude={"csrf"}),
        {name: words.gettext(text) for name, text in errors.items()},
    )
    return HTMLResponse(render(page, around_own(request, came.own)), WRONG)


@router.get("/desk")
def desk(request: Request, here: TheLink, came: TheGuest) -> Response:
    """Show the code that a member at the desk asks for."""
    if came.guest.begun is None:
        return RedirectResponse(f"{here.place}/yes", 303)
    page = AlbumDesk(here.place, came.guest.desk, came.guest.seen)
    return HTMLResponse(render(page, around_own(request, came.own)))


@router.get("/desk/live")
def desk_now(request: Request, here: TheLink, came: TheGuest) -> HTMLResponse:
    """Renew the part that says whether a member has seen who waits."""
    page = AlbumDesk(here.place, came.guest.desk, came.guest.seen)
    return HTMLResponse(render_part(page, around_own(request, came.own), "album_desk"))


@router.get("/camera")
def camera(request: Request, here: TheLink, came: TheGuest) -> Response:
    """Show the camera to whose turn it is."""
    place = _next(here, came.guest)
    if place != "camera":
        return RedirectResponse(f"{here.place}/{place}", 303)
    allow_camera(request.scope)
    page = AlbumCamera(here.place, TRIES - came.guest.tries)
    return HTMLResponse(render(page, around_own(request, came.own)))


@router.post("/camera")
def begin_capture(request: Request, here: TheLink, came: TheGuest) -> JSONResponse:
    """Begin a capture; the turns are drawn anew."""
    came.own.require_word(request.headers.get(WORD_HEADER, ""))
    with came.guest.lock:
        may = came.guest.begun is not None and _next(here, came.guest) == "camera"
        capture = came.guest.begin_capture() if may else None
        if capture is None:
            raise Busy("there were too many tries", "Come to the desk: you are helped there.")
        first = Looked(Hint.TURN, capture.asked[0], 0, len(capture.asked))
    return JSONResponse(told(first, language(request)))


@router.post("/camera/frame")
async def frame(request: Request, here: TheLink, came: TheGuest) -> JSONResponse:
    """Judge one frame. With the last one the grant is given, and the look for photos begins."""
    came.own.require_word(request.headers.get(WORD_HEADER, ""))
    body = await request.body()
    if not 0 < len(body) <= MOST_FRAME:
        raise BadInput("this is no frame of a camera", "Open the camera again.")
    app = app_of(request)
    looked, given = await run_in_threadpool(_look, app, came, body)
    to = f"/me/grants/{given}" if given else ""
    then = BackgroundTask(_find, app, given) if given else None
    if given:
        here.guests.go(came.own.token)
    return JSONResponse(told(looked, language(request), to), background=then)


def _look(app: App, came: Came, body: bytes) -> tuple[Looked, GrantId | None]:
    guest, begun_at = came.guest, time.monotonic()
    with guest.lock:
        capture, begun = guest.capture, guest.begun
        if capture is None or begun is None:
            return Looked(Hint.TURN, Pose.AHEAD, 0, 1, failed=True), None
        looked = capture.take(app, body)
        if not looked.over:
            return looked, None
        guest.capture = None
        joined = allowed(join(app, came.own.who, begun, capture, seen=guest.seen))
        time.sleep(max(0.0, ANSWERS_IN - (time.monotonic() - begun_at)))
        return looked, joined.grant


def _find(app: App, given: GrantId) -> None:
    """Look for somebody's photos at once; what is not done here is the worker's."""
    with app.store.read() as reader:
        grant = reader.grants.get(given)
    if grant is None or grant.source is None:
        return
    try:
        backfill(app, given, grant.source, polled=True)
    except LicetError:
        return  # The run stays open, and a worker goes on with it.


def _next(here: Here, guest: Guest) -> str:
    """Return where a guest goes next."""
    if guest.begun is None:
        return "yes"
    asked = here.link.presence or guest.begun.grant.guardian
    return "desk" if asked and not guest.seen else "camera"


def _given(app: App, here: Here, own: Own) -> GrantId | None:
    """Return the grant that one of these people has for this source already, or None."""
    with app.store.read() as reader:
        link = reader.links.get(here.link.id)
        grants = [one for person in own.people for one in reader.grants.of_subject(person.id)]
    found = (
        one.id
        for one in grants
        if link is not None
        and (one.source, one.purpose) == (link.source, link.purpose)
        and one.state is GrantState.ACTIVE
        and not one.guardian
    )
    return next(found, None)


def _read(
    here: Here, guest: Guest, said: Yes, spoken: str
) -> tuple[YesWish | None, dict[str, str]]:
    errors: dict[str, str] = {}
    if not said.name.strip():
        errors["name"] = NO_NAME
    if not said.born:
        errors["born"] = NO_DAY
    if said.yes != "yes" or said.relationship not in {one.value for one in Relationship}:
        errors["yes"] = NO_YES
    if said.whose not in {"mine", "child"}:
        errors["whose"] = NO_YES
    if errors:
        return None, errors
    identity = Identity(said.name.strip(), guest.contact, said.born, spoken)
    relationship = Relationship(said.relationship)
    return YesWish(here.link.id, identity, relationship, said.whose == "child"), {}

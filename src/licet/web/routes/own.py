"""The pages of data subjects: what is kept of them, and every way to end it."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse, StreamingResponse

from licet.app import App
from licet.appearances import confirm_appearance
from licet.family import list_questions
from licet.granting import confirm_signed_in, withdraw
from licet.own import see_grant, see_own
from licet.recording import grant_record
from licet.rectifying import unlink
from licet.rights.erase import erase as erase_person
from licet.rights.intake import receive
from licet.show import WHOLE, show
from licet.show import Form as Drawn
from licet.standing import release, restrict
from licet.terms.errors import Conflict, NotFound
from licet.terms.grant import Grant, GrantState
from licet.terms.ids import ItemId, SuggestionId, TemplateId
from licet.terms.own import OwnFace
from licet.terms.permit import Refusal
from licet.terms.rights import RequestWish, RightKind
from licet.unlinking import never
from licet.web import codes
from licet.web.comers import TheApp
from licet.web.page import language
from licet.web.pages.own import OwnConsent, OwnErased, OwnGrantPage, PortalHome
from licet.web.pages.render import render, render_part
from licet.web.problems import allowed
from licet.web.serving import Serving
from licet.web.visitors import KnownOwn, Own, around_own
from licet.web.zipped import zipped

HOME = "/me"
Word = Annotated[str, Form()]
IN_THE_GRID = Drawn(long_side=640)
TO_KEEP = Drawn(outlined=False)
"""How a photo is drawn: with a frame around the person in the grid, without one to keep."""

router = APIRouter(prefix=HOME, include_in_schema=False)


@router.get("")
def home(request: Request, app: TheApp, own: KnownOwn, done: str = "") -> HTMLResponse:
    """Show everything that is kept of whoever reads this contact's mail."""
    people = tuple(allowed(see_own(app, own.who, one)) for one in own.people)
    asked = tuple(q for one in own.people for q in allowed(list_questions(app, own.who, one.id)))
    return HTMLResponse(render(PortalHome(people, asked), around_own(request, own, done)))


@router.get("/grants/{grant}")
def one_grant(
    request: Request, app: TheApp, own: KnownOwn, grant: str, done: str = ""
) -> HTMLResponse:
    """Show one grant: to be read and decided while it waits, else with its photos."""
    mine = own.grant(app, grant)
    kept = allowed(see_grant(app, own.who, mine.id))
    pending = mine.state is GrantState.PENDING
    undo = f"{HOME}/grants/{mine.id}/release" if done == "restricted" else ""
    shown = around_own(request, own, done, undo)
    if pending:
        return HTMLResponse(render(OwnConsent(kept), shown))
    asked = allowed(list_questions(app, own.who, mine.subject))
    theirs = tuple(one for one in asked if one.grant == mine.id)
    return HTMLResponse(render(OwnGrantPage(kept, theirs), shown))


@router.get("/grants/{grant}/photos")
def photos_now(request: Request, app: TheApp, own: KnownOwn, grant: str) -> HTMLResponse:
    """Renew the photos while they are being looked for."""
    kept = allowed(see_grant(app, own.who, own.grant(app, grant).id))
    return HTMLResponse(render_part(OwnGrantPage(kept), around_own(request, own), "own_photos"))


@router.get("/grants/{grant}/photos.zip")
def all_photos(app: TheApp, own: KnownOwn, grant: str) -> StreamingResponse:
    """Return all of them as one file, made while it is sent."""
    mine = own.grant(app, grant)
    kept = allowed(see_grant(app, own.who, mine.id))
    items = tuple(dict.fromkeys(face.item for face in kept.faces if face.item is not None))
    headers = {"content-disposition": 'attachment; filename="photos.zip"'}
    found = zipped(_pictures(app, own, mine, items))
    return StreamingResponse(found, media_type="application/zip", headers=headers)


@router.get("/grants/{grant}/photos/{item}")
def photo(
    app: TheApp, own: KnownOwn, grant: str, item: str, small: bool = False, save: bool = False
) -> Response:
    """Return a photo in which nobody but the person can be seen: small for a page, or to keep."""
    mine = own.grant(app, grant)
    form = IN_THE_GRID if small else TO_KEEP if save else WHOLE
    shown = allowed(show(app, own.who, ItemId(item), mine.id, form=form))
    headers = {"content-disposition": 'attachment; filename="photo.jpg"'} if save else {}
    return Response(shown.picture, media_type="image/jpeg", headers=headers)


def _pictures(
    app: App, own: Own, grant: Grant, items: tuple[ItemId, ...]
) -> Iterator[tuple[str, bytes]]:
    """Yield the pictures one by one; what is gone meanwhile is left out, and a refusal ends it."""
    for n, item in enumerate(items, 1):
        try:
            shown = show(app, own.who, item, grant.id, form=TO_KEEP)
        except (NotFound, Conflict):
            continue
        if isinstance(shown, Refusal):
            return
        yield f"photo-{n:03}.jpg", shown.picture


@router.get("/grants/{grant}/receipt")
def receipt(app: TheApp, own: KnownOwn, grant: str) -> Response:
    """Hand out the signed record of a grant, which anybody verifies without us."""
    mine = own.grant(app, grant)
    done = allowed(grant_record(app, own.who, mine.id))
    name = f'attachment; filename="receipt-{mine.id}.txt"'
    headers = {"content-disposition": name}
    return Response(done.receipt, media_type="application/octet-stream", headers=headers)


@router.post("/grants/{grant}/confirm")
def say_yes(app: TheApp, own: KnownOwn, grant: str, csrf: Word = "") -> RedirectResponse:
    """Let the person say yes to what they read."""
    own.require_word(csrf)
    mine = own.grant(app, grant)
    allowed(confirm_signed_in(app, own.who, mine.id))
    return _back("confirmed")


@router.post("/grants/{grant}/decline")
def say_no(app: TheApp, own: KnownOwn, grant: str, csrf: Word = "") -> RedirectResponse:
    """Let the person say no: the grant that was asked for ends."""
    own.require_word(csrf)
    allowed(withdraw(app, own.who, own.grant(app, grant).id))
    return _back("declined")


@router.post("/grants/{grant}/withdraw")
def take_back(app: TheApp, own: KnownOwn, grant: str, csrf: Word = "") -> RedirectResponse:
    """Take a yes back, at once and for good (GDPR 7(3))."""
    own.require_word(csrf)
    allowed(withdraw(app, own.who, own.grant(app, grant).id))
    return _back("withdrawn")


@router.post("/grants/{grant}/restrict")
def set_aside(app: TheApp, own: KnownOwn, grant: str, csrf: Word = "") -> RedirectResponse:
    """Set a grant aside (GDPR 18)."""
    own.require_word(csrf)
    mine = own.grant(app, grant)
    allowed(restrict(app, own.who, mine.id))
    return _back("restricted", f"/grants/{mine.id}")


@router.post("/grants/{grant}/release")
def use_again(app: TheApp, own: KnownOwn, grant: str, csrf: Word = "") -> RedirectResponse:
    """Let a grant be used again that the person set aside themselves."""
    own.require_word(csrf)
    mine = own.grant(app, grant)
    allowed(release(app, own.who, mine.id, ""))
    return _back("released", f"/grants/{mine.id}")


@router.post("/grants/{grant}/object")
def object_to(
    request: Request, app: TheApp, own: KnownOwn, grant: str, csrf: Word = ""
) -> RedirectResponse:
    """Object to one grant: it is set aside at once (GDPR 21)."""
    own.require_word(csrf)
    mine = own.grant(app, grant)
    person = allowed(see_own(app, own.who, own.person(mine.subject)))
    wish = RequestWish(
        RightKind.OBJECTION,
        person.contact,
        name=person.name,
        language=language(request),
        grants=(mine.id,),
    )
    allowed(receive(app, own.who, wish))
    return _back("asked")


@router.post("/grants/{grant}/faces/{face}/not-me")
def not_me(app: TheApp, own: KnownOwn, grant: str, face: str, csrf: Word = "") -> RedirectResponse:
    """Take a face off the person for good, found or suggested (GDPR 16)."""
    own.require_word(csrf)
    mine = own.grant(app, grant)
    if _face(app, own, grant, face).waits:
        allowed(never(app, own.who, SuggestionId(face)))
    else:
        allowed(unlink(app, own.who, TemplateId(face)))
    return _back("not-me", f"/grants/{mine.id}")


@router.post("/grants/{grant}/faces/{face}/is-me")
def is_me(app: TheApp, own: KnownOwn, grant: str, face: str, csrf: Word = "") -> RedirectResponse:
    """Confirm a face that a program found."""
    own.require_word(csrf)
    mine = own.grant(app, grant)
    _face(app, own, grant, face)
    allowed(confirm_appearance(app, own.who, TemplateId(face)))
    return _back("is-me", f"/grants/{mine.id}")


@router.post("/package")
def package(
    request: Request, app: TheApp, own: KnownOwn, person: Word, csrf: Word = ""
) -> RedirectResponse:
    """Ask for everything; it comes locked to the contact that was proved (GDPR 15)."""
    own.require_word(csrf)
    mine = allowed(see_own(app, own.who, own.person(person)))
    wish = RequestWish(RightKind.ACCESS, mine.contact, name=mine.name, language=language(request))
    allowed(receive(app, own.who, wish))
    return _back("asked")


@router.post("/people/{person}/erase")
def erase(app: TheApp, own: KnownOwn, person: str, csrf: Word = "") -> RedirectResponse:
    """Erase everything about the person (GDPR 17). What takes long is the worker's."""
    own.require_word(csrf)
    allowed(erase_person(app, own.who, own.person(person).id, whole=False))
    return RedirectResponse(f"{HOME}/erased", 303)


@router.get("/erased")
def erased(request: Request) -> HTMLResponse:
    """Say what follows an erasure; the session may be gone with the person."""
    answer = HTMLResponse(render(OwnErased(), around_own(request, None)))
    serving: Serving = request.app.state.serving
    for name in (serving.own_cookie, serving.here_cookie):
        codes.forget(answer, serving, name)
    return answer


def _face(app: TheApp, own: KnownOwn, grant: str, face: str) -> OwnFace:
    """Return a face under one of the person's own grants. Raises ``NotFound``."""
    kept = allowed(see_grant(app, own.who, own.grant(app, grant).id))
    found = next((one for one in kept.faces if one.id == face), None)
    if found is None:
        raise NotFound("there is no such face", "It may be gone.")
    return found


def _back(done: str, to: str = "") -> RedirectResponse:
    return RedirectResponse(f"{HOME}{to}?done={done}", 303)

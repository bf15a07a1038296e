"""Searching with a photo of a case: the photo, the face in it, the candidates."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse

from licet.app import App
from licet.consent.reasons import Reason
from licet.glance import glance
from licet.listing import list_cases
from licet.search import Choice, find_faces, search
from licet.show import show
from licet.terms.clip import clock_time
from licet.terms.errors import BadInput, NotFound
from licet.terms.face import cosine_of
from licet.terms.gallery import TemplateKind
from licet.terms.ids import CaseId, GrantId, ItemId
from licet.terms.organisation import Case, CaseState
from licet.terms.permit import Refusal
from licet.terms.search import Found, SearchResult, Seen
from licet.web.comers import Comer, Known, TheApp, own_case
from licet.web.member_page import around_comer
from licet.web.pages.render import render
from licet.web.pages.searching import (
    Appeared,
    AskSearch,
    Candidate,
    Candidates,
    ChooseFace,
    FaceBox,
    Picture,
)
from licet.web.probes import Held, Probes
from licet.web.problems import allowed
from licet.web.routes.forms import Poster, must_step_up, refused

START = "/console/search"

router = APIRouter(prefix=START, include_in_schema=False)


@router.get("")
def ask(request: Request, app: TheApp, comer: Known, case: str = "") -> HTMLResponse:
    """Show the form of a search: the cases that are open, and where the photo goes."""
    page = _form(request, app, comer, case)
    return HTMLResponse(render(page, around_comer(request)))


@router.post("")
def bring(
    request: Request, app: TheApp, comer: Poster, case: Annotated[str, Form()], photo: UploadFile
) -> Response:
    """Take the photo and find the faces in it. It stays in memory, for minutes."""
    found = own_case(app, comer, case)
    probe = photo.file.read()
    try:
        seen = find_faces(app, comer.who, found.id, found.purpose, probe)
    except BadInput as error:
        page = _form(
            request, app, comer, case, {"photo": f"{error.what.capitalize()}. {error.remedy}"}
        )
        return HTMLResponse(render(page, around_comer(request)), 422)
    if isinstance(seen, Refusal):
        return refused(request, seen, f"{START}?case={found.id}")
    held = Held(
        comer.myself.member, found.id, probe, seen.picture, seen.width, seen.height, seen.faces
    )
    return RedirectResponse(f"{START}/{_probes(request).hold(held)}", 303)


@router.get("/seen")
def seen(
    app: TheApp, comer: Known, case: str, item: str, grant: str, at: int | None = None
) -> Response:
    """Show one photo in which a candidate appears, with everybody else covered."""
    found = own_case(app, comer, case)
    shown = show(app, comer.who, ItemId(item), GrantId(grant), found.id, at)
    return Response(allowed(shown).picture, media_type="image/jpeg")


@router.get("/{token}")
def choose(request: Request, app: TheApp, comer: Known, token: str) -> HTMLResponse:
    """Show the faces of a photo that waits."""
    held = _held(request, comer, token)
    reference = own_case(app, comer, held.case).reference
    page = ChooseFace(reference, _picture(token, held), token, must_step_up(request, comer))
    return HTMLResponse(render(page, around_comer(request)))


@router.get("/{token}/photo")
def photo(request: Request, comer: Known, token: str) -> Response:
    """Return a photo that waits, to the member who brought it."""
    return Response(_held(request, comer, token).picture, media_type="image/jpeg")


@router.post("/{token}")
def run(
    request: Request, app: TheApp, comer: Poster, token: str, face: Annotated[int, Form(ge=1)]
) -> HTMLResponse:
    """Search with one face of a photo that waits, and show whom it may be."""
    held = _held(request, comer, token)
    case = own_case(app, comer, held.case)
    done = search(app, comer.who, case.id, case.purpose, held.photo, Choice(face=face))
    if isinstance(done, Refusal):
        again = done.reason == Reason.SIGN_IN_AGAIN
        return refused(request, done, f"{START}/{token}" if again else f"{START}?case={case.id}")
    page = _result(case, done, _picture(token, held, face))
    return HTMLResponse(render(page, around_comer(request)))


def _form(
    request: Request, app: App, comer: Comer, case: str, errors: dict[str, str] | None = None
) -> AskSearch:
    cases = allowed(list_cases(app, comer.who))
    own = comer.myself.organisation_name
    mine = [one for one in cases if one.state is CaseState.OPEN and one.organisation == own]
    return AskSearch(
        tuple((one.id, one.reference) for one in mine),
        glance(app, comer.myself.member).left_today,
        case,
        errors or {},
        must_step_up(request, comer),
    )


def _probes(request: Request) -> Probes:
    probes: Probes = request.app.state.probes
    return probes


def _held(request: Request, comer: Comer, token: str) -> Held:
    """Return a photo that waits. Raises ``NotFound`` for one that went, or is another's."""
    held = _probes(request).get(token, comer.myself.member)
    if held is None:
        raise NotFound("there is no such photo", "Bring it again.")
    return held


def _picture(token: str, held: Held, face: int | None = None) -> Picture:
    """Return a photo with its faces, or with one of them alone."""
    boxes = tuple(
        FaceBox(str(n), box.x, box.y, box.w, box.h, "known" if face else "plain")
        for n, box in enumerate(held.faces, start=1)
        if face in (None, n)
    )
    return Picture(f"{START}/{token}/photo", held.width, held.height, boxes)


def _result(case: Case, done: SearchResult, probe: Picture) -> Candidates:
    return Candidates(
        case.reference,
        probe,
        done.in_scope,
        cosine_of(done.threshold),
        done.expected_innocent,
        tuple(_candidate(case.id, one) for one in done.candidates),
    )


def _candidate(case: CaseId, one: Found) -> Candidate:
    return Candidate(
        one.rank,
        cosine_of(one.score),
        one.expected_innocent,
        one.kind is TemplateKind.REFERENCE,
        tuple(appeared(case, one.grant, seen) for seen in one.appearances),
    )


def appeared(case: CaseId, grant: GrantId, seen: Seen) -> Appeared:
    """Return where somebody was seen, with the address of the picture that shows it."""
    moment = f"&at={seen.span[0]}" if seen.span else ""
    during = "-".join(clock_time(one) for one in seen.span or ())
    return Appeared(
        seen.source_name,
        seen.first_seen,
        f"{START}/seen?case={case}&item={seen.item}&grant={grant}{moment}",
        FaceBox("", seen.box.x, seen.box.y, seen.box.w, seen.box.h),
        during,
        seen.confirmed,
    )

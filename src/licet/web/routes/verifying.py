"""Verifying: what waits for a verifier, the photo they bring, and what they say."""

from hashlib import sha256
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse

from licet.app import App
from licet.reviewing import review
from licet.terms.errors import BadInput
from licet.terms.face import cosine_of
from licet.terms.gallery import TemplateKind
from licet.terms.ids import CandidateId
from licet.terms.permit import Refusal
from licet.terms.search import Finding, Reviewed, SearchState
from licet.verifying import Looked, list_waiting, look, look_at_probe
from licet.web.comers import Comer, Known, TheApp, own_case
from licet.web.member_page import around_comer
from licet.web.pages.render import render
from licet.web.pages.searching import Candidate, FaceBox, Picture
from licet.web.pages.verifying import BringProbe, Compare, VerifyList, WaitingRow
from licet.web.probes import Held, Probes
from licet.web.problems import allowed
from licet.web.routes.forms import Poster, refused
from licet.web.routes.searching import appeared

START = "/console/verify"

router = APIRouter(prefix=START, include_in_schema=False)


@router.get("")
def waiting(request: Request, app: TheApp, comer: Known, done: str = "") -> HTMLResponse:
    """Show the searches that wait for this verifier."""
    rows = tuple(
        WaitingRow(f"{START}/{one.candidates[0]}", one.reference, one.at, len(one.candidates))
        for one in allowed(list_waiting(app, comer.who))
    )
    return HTMLResponse(render(VerifyList(rows, done), around_comer(request)))


@router.get("/{candidate}")
def compare(request: Request, app: TheApp, comer: Known, candidate: str) -> HTMLResponse:
    """Show one candidate beside the photo, or ask for the photo."""
    seen = look(app, comer.who, CandidateId(candidate))
    if isinstance(seen, Refusal):
        return refused(request, seen, f"{START}/{candidate}")
    reference = own_case(app, comer, seen.case).reference
    held = _held(request, comer, seen)
    page = (
        _compare(seen, reference, *held)
        if held
        else BringProbe(f"{START}/{candidate}", reference, seen.probe)
    )
    return HTMLResponse(render(page, around_comer(request)))


@router.post("/{candidate}/photo")
def bring(
    request: Request, app: TheApp, comer: Poster, candidate: str, photo: UploadFile
) -> Response:
    """Take the photo that was searched with. It stays in memory, for minutes."""
    seen = look(app, comer.who, CandidateId(candidate))
    if isinstance(seen, Refusal):
        return refused(request, seen, f"{START}/{candidate}")
    case, probe = own_case(app, comer, seen.case), photo.file.read()
    try:
        found = allowed(look_at_probe(app, comer.who, seen.candidate, probe))
    except BadInput as error:
        says = f"{error.what.capitalize()}. {error.remedy}"
        page = BringProbe(f"{START}/{candidate}", case.reference, seen.probe, says)
        return HTMLResponse(render(page, around_comer(request)), 422)
    member, boxes = comer.myself.member, found.faces
    held = Held(member, case.id, probe, found.picture, found.width, found.height, boxes)
    probes: Probes = request.app.state.probes
    probes.hold(held)
    return RedirectResponse(f"{START}/{candidate}", 303)


@router.post("/{candidate}")
def say(
    request: Request,
    app: TheApp,
    comer: Poster,
    candidate: str,
    finding: Annotated[Finding, Form()],
) -> Response:
    """Say what one found of a candidate, blind to what another says."""
    done = review(app, comer.who, CandidateId(candidate), finding)
    if isinstance(done, Refusal):
        return refused(request, done, f"{START}/{candidate}")
    return RedirectResponse(_next(app, comer, done), 303)


def _next(app: App, comer: Comer, done: Reviewed) -> str:
    """Return the next candidate of the same search, or else the list with what was done."""
    if done.lead or done.state is SearchState.CLOSED:
        return f"{START}?done={done.state.value}"
    with app.store.read() as reader:
        said = reader.searches.candidate(done.candidate)
    for one in allowed(list_waiting(app, comer.who)):
        if said is not None and one.search == said.search:
            return f"{START}/{one.candidates[0]}"
    return f"{START}?done=kept"


def _held(request: Request, comer: Comer, seen: Looked) -> tuple[str, Held] | None:
    """Return the photo that was searched with, if this verifier brought it."""
    probes: Probes = request.app.state.probes
    found = probes.of(comer.myself.member)
    if found is None or sha256(found[1].photo).hexdigest() != seen.probe:
        return None
    return found if seen.face <= len(found[1].faces) else None


def _compare(seen: Looked, reference: str, token: str, held: Held) -> Compare:
    box = held.faces[seen.face - 1]
    face = FaceBox(str(seen.face), box.x, box.y, box.w, box.h, "known")
    return Compare(
        f"{START}/{seen.candidate}",
        reference,
        Picture(f"/console/search/{token}/photo", held.width, held.height, (face,)),
        Candidate(
            seen.rank,
            cosine_of(seen.score),
            seen.expected_innocent,
            seen.kind is TemplateKind.REFERENCE,
            tuple(appeared(seen.case, seen.grant, one) for one in seen.appearances),
        ),
        seen.in_scope,
        cosine_of(seen.threshold),
    )

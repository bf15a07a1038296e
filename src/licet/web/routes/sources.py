"""What is done about a source: photos handed in, a hold ended, an end for good."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response, UploadFile
from fastapi.responses import HTMLResponse, JSONResponse

from licet.app import App
from licet.consent.reasons import Reason
from licet.consent.refusals import refuse
from licet.deeds import OnPaper, begin
from licet.effects import signing
from licet.effects.purging import purge_certificate
from licet.listing import show_source
from licet.sourcing import cease_source
from licet.terms import uploading
from licet.terms.acting import Who
from licet.terms.errors import BadInput
from licet.terms.governing import CeaseNotice, NoticeFrom
from licet.terms.ids import SourceId
from licet.terms.permit import Action
from licet.terms.source import Source
from licet.terms.uploading import NotKept
from licet.uploading import upload
from licet.web.api.signatures import Signed, act_signed, allowed_signed, signed
from licet.web.comers import Comer, Known, TheApp
from licet.web.member_page import around_comer
from licet.web.pages.console import Handed
from licet.web.pages.render import render
from licet.web.problems import Refused, allowed
from licet.web.routes.console import source_page
from licet.web.routes.forms import Poster, went_to
from licet.web.routes.letters import WithFile

START = "/console/sources"

router = APIRouter(prefix=START, include_in_schema=False)


class Ceasing(WithFile):
    """What the form of an end says: who sent the notice, and its hash where one came."""

    sender: NoticeFrom = NoticeFrom.OTHER

    def notice(self) -> CeaseNotice | None:
        """Return the notice that asked for it, None where none came."""
        there = self.digest or (self.file is not None and self.file.size)
        return CeaseNotice(self.document(), self.sender) if there else None


@router.post("/{source}/cease")
def cease(
    request: Request,
    app: TheApp,
    comer: Poster,
    source: str,
    asked: Annotated[Ceasing, Form(media_type="multipart/form-data")],
    signature: Signed = "",
) -> Response:
    """End a source for good, with the passkey of a steward. It cannot be taken back."""
    found, notice = _source(app, comer, source), asked.notice()
    about = signing.ceasing(found, notice)
    act_signed(app, comer, about, signature, lambda who: cease_source(app, who, found.id, notice))
    return went_to(request, f"{START}/{found.id}?done=ceased")


@router.get("/{source}/certificate")
def certificate(app: TheApp, comer: Known, source: str) -> Response:
    """Hand out the certificate of what was destroyed, for whoever sent the notice."""
    found = _source(app, comer, source)
    said = {"content-disposition": f'attachment; filename="certificate-{found.id}.txt"'}
    data = purge_certificate(app, found.id)
    return Response(data, media_type="application/octet-stream", headers=said)


@router.post("/{source}/release")
def release(
    request: Request,
    app: TheApp,
    comer: Poster,
    source: str,
    asked: Annotated[WithFile, Form(media_type="multipart/form-data")],
    signature: Signed = "",
) -> Response:
    """Begin the end of a hold, on a written reason: another member signs it too."""
    found = _source(app, comer, source)
    on = OnPaper(found.id, asked.document())
    about = signing.releasing_source(found, on.digest)
    done = act_signed(
        app, comer, about, signature, lambda who: begin(app, who, "release_source", on)
    )
    word = "released" if isinstance(done, Source) else "waits"
    return went_to(request, f"{START}/{found.id}?done={word}")


@router.post("/{source}/photos")
def hand_in(
    request: Request,
    app: TheApp,
    comer: Poster,
    source: str,
    photo: Annotated[list[UploadFile] | None, Form()] = None,
    signature: Signed = "",
) -> Response:
    """Hand photos in. They stay in memory until they are sealed; no file of the form is kept.

    Without a photo it is only told what to sign: one signature holds for five minutes, and a
    script sends each photo by itself.
    """
    found = _source(app, comer, source)
    about = signing.on_source(Action.UPLOAD, found)
    if not signature and not app.deployment.sandbox:
        allowed_signed(app, comer, about, refuse(Action.UPLOAD, Reason.NOT_SIGNED))
    who = signed(app, comer, about, signature)
    handed = _handed(app, who, found, photo or [])
    if "json" in request.headers.get("accept", ""):
        return JSONResponse({"kept": handed.kept, "known": handed.known, "not": handed.left_out})
    if not photo:
        raise BadInput("no photo was chosen", "Choose one or more.")
    details = allowed(show_source(app, comer.who, found.id))
    page = source_page(request, comer, details, handed=handed)
    return HTMLResponse(render(page, around_comer(request)))


def _handed(app: App, who: Who, source: Source, photos: list[UploadFile]) -> Handed:
    """Hand photos in, one after the other. Raises ``Refused``."""
    kept, known, left_out = 0, 0, []
    for one in photos:
        name = one.filename or "photo"
        done = upload(app, who, source.id, uploading.Handed(name, one.file))
        if isinstance(done, NotKept):
            left_out.append((name, f"{done.reason}. {done.remedy}"))
        else:
            became = allowed(done)
            kept, known = kept + (not became.known), known + became.known
    return Handed(kept, known, tuple(left_out))


def _source(app: App, comer: Comer, source: str) -> Source:
    """Return a source within reach. Raises ``NotFound``, alike for what is somebody else's."""
    allowed(show_source(app, comer.who, SourceId(source)))
    with app.store.read() as reader:
        found = reader.sources.get(SourceId(source))
    if found is None:
        raise Refused(refuse(Action.LIST, Reason.NO_SOURCE))
    return found

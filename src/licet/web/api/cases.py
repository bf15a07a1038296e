"""Acting on a case: approve it, and search in it."""

from typing import Annotated

from fastapi import APIRouter, Form, Response, UploadFile
from pydantic import BaseModel, ConfigDict, Field

from licet.effects.signing import approving
from licet.governance import approve_case
from licet.listing import show_search
from licet.search import Choice, search
from licet.terms.ids import PurposeId, SearchId
from licet.web.api.names import Name
from licet.web.api.repeats import Repeats
from licet.web.api.shapes import Approved, Searched
from licet.web.api.signatures import Signed, act_signed
from licet.web.comers import Known, TheApp, own_case
from licet.web.problems import allowed

router = APIRouter()


class Probe(BaseModel):
    """What a search is asked with: a photo of the case's evidence, and what may be chosen."""

    model_config = ConfigDict(extra="forbid")

    photo: UploadFile
    purpose: str = Field(min_length=1, max_length=100)
    face: int | None = Field(default=None, ge=1, le=100)
    fpir: float | None = Field(default=None, gt=0, le=0.01)


@router.post("/cases/{case}/approval", operation_id="approve_case", status_code=201)
def approve(app: TheApp, comer: Known, case: Name, signature: Signed = "") -> Approved:
    """Say yes to a case, with the passkey of the approver. No session or key is enough."""
    found = own_case(app, comer, case)
    about = approving(found)
    at = act_signed(app, comer, about, signature, lambda who: approve_case(app, who, found.id))
    return Approved(case=found.id, at=at)


@router.post(
    "/cases/{case}/searches", operation_id="search", status_code=201, response_model=Searched
)
def ask(
    app: TheApp,
    comer: Known,
    case: Name,
    asked: Annotated[Probe, Form(media_type="multipart/form-data")],
    repeats: Repeats,
) -> Response:
    """Search the people who may be found by a photo. A result is a lead at most, never a decision.

    It needs an API key for this purpose, or a session that began in the last five minutes.
    Asked again with the same key, it leaves out who may not be found any more.
    """
    found = own_case(app, comer, case)
    probe = asked.photo.file.read()
    choice = Choice(face=asked.face, fpir=asked.fpir)
    purpose = PurposeId(asked.purpose)

    def act() -> bytes:
        answer = search(app, comer.who, found.id, purpose, probe, choice)
        return Searched.of(allowed(answer)).model_dump_json().encode()

    def still(answered: bytes) -> bytes:
        before = Searched.model_validate_json(answered)
        now = allowed(show_search(app, comer.who, SearchId(before.id)))
        return before.among(one.id for one in now.candidates).model_dump_json().encode()

    return repeats.once(repr((purpose, choice)).encode() + probe, act, still)

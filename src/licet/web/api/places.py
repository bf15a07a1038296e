"""Sources: what is known of them, why each file was taken or not, handing in, and ceasing.

Opening one, and letting one on hold be read again, take two members: ``POST /acts`` with
``open_source`` or ``release_source`` begins it.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Response, UploadFile
from pydantic import BaseModel, ConfigDict

from licet.effects.signing import ceasing, on_source
from licet.listing import list_traces, show_source
from licet.sourcing import cease_source
from licet.terms.acting import Who
from licet.terms.governing import CeaseNotice
from licet.terms.ids import SourceId
from licet.terms.listing import SourceDetails
from licet.terms.permit import Action, Refusal
from licet.terms.source import Fate, Source, SourceState
from licet.terms.uploading import Handed, NotKept, Uploaded
from licet.uploading import upload
from licet.web.api.acting import Acting, own_source
from licet.web.api.bodies import body, told
from licet.web.api.names import Name
from licet.web.api.paging import Cursor, Limit, Part, part
from licet.web.comers import Known, TheApp
from licet.web.problems import allowed

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Traced:
    """Why what lies at an address of a source was collected, or why not."""

    address: str
    fate: Fate
    rule: str
    because: str


@dataclass(frozen=True, slots=True)
class Ceasing:
    """Why a source ceases: the notice that came, or none."""

    notice: CeaseNotice | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a source stands now."""

    source: SourceId
    state: SourceState

    @classmethod
    def of(cls, source: Source) -> "Standing":
        """Tell how it stands."""
        return cls(source.id, source.state)


@dataclass(frozen=True, slots=True)
class Became:
    """What became of a file that was handed in: a copy of so many bytes, or by which rule not.

    ``known``: the same was handed in before. Of what is not kept nothing is.
    """

    kept: bool
    copy: str | None
    size: int
    known: bool
    rule: str
    reason: str

    @classmethod
    def of(cls, became: Uploaded | NotKept) -> "Became":
        """Tell what became of it."""
        if isinstance(became, Uploaded):
            return cls(True, became.copy, became.size, became.known, "", "")
        return cls(False, None, 0, False, became.rule.value, became.reason)


class File(BaseModel):
    """A photo or a video, at most 32 MB; a longer video goes by the command line."""

    model_config = ConfigDict(extra="forbid")

    file: UploadFile


@router.get("/sources/{source}/details", operation_id="show_source_details")
def details(app: TheApp, comer: Known, source: Name) -> SourceDetails:
    """Show what was said of a source, how long it may be collected, and who looked at it."""
    return allowed(show_source(app, comer.who, SourceId(source)))


@router.get("/sources/{source}/trace", operation_id="trace_source")
def trace(
    app: TheApp,
    comer: Known,
    source: Name,
    fate: Annotated[Fate | None, Query(description="Those of this fate alone.")] = None,
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Part[Traced]:
    """List why each file of a source was collected, or why not."""
    rows = allowed(list_traces(app, comer.who, SourceId(source), fate))
    lines = [Traced(one.address, one.fate, one.rule, one.because) for one in rows]
    return part(lines, lambda one: sha256(one.address.encode()).hexdigest(), limit, cursor)


@router.post(
    "/sources/{source}/end",
    operation_id="cease_source",
    status_code=201,
    response_model=Standing,
    openapi_extra=told(Ceasing),
)
def cease(doing: Acting, source: Name, why: Annotated[Ceasing, Depends(body(Ceasing))]) -> Response:
    """Stop a source for good: nothing is read from it any more, and what came of it goes."""
    found = own_source(doing.app, doing.comer, source)

    return doing.do(
        ceasing(found, why.notice),
        lambda who: cease_source(doing.app, who, found.id, why.notice),
        Standing,
        Standing.of,
    )


@router.post(
    "/sources/{source}/files",
    operation_id="hand_in",
    status_code=201,
    response_model=Became,
)
def hand_in(
    doing: Acting, source: Name, form: Annotated[File, Form(media_type="multipart/form-data")]
) -> Response:
    """Hand a photo or video in to a source that keeps copies of its own.

    One signature is of the source and holds five minutes, for as many files as come in them.
    """
    found = own_source(doing.app, doing.comer, source)
    handed = Handed(form.file.filename or "file", form.file.file)
    doing.request.state.asked = sha256(form.file.file.read()).digest()
    form.file.file.seek(0)

    def flow(who: Who) -> Became | Refusal:
        became = upload(doing.app, who, found.id, handed)
        return became if isinstance(became, Refusal) else Became.of(became)

    return doing.do(on_source(Action.UPLOAD, found), flow, Became)

"""People's requests: the inbox, taking a letter in, and what a member decides about one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from licet.app import App
from licet.effects.signing import answering, receiving
from licet.rights.answering import accept_identity, answer_now, ask_identity, extend, refuse_request
from licet.rights.inbox import Which, list_requests, show_request
from licet.rights.intake import receive
from licet.terms.acting import Who
from licet.terms.ids import RequestId
from licet.terms.inbox import RequestDetails, RequestLine
from licet.terms.permit import Refusal
from licet.terms.rights import Decided, Received, RequestWish, RightKind
from licet.web.api.acting import Acting, Doing
from licet.web.api.bodies import body, told
from licet.web.api.names import Name
from licet.web.api.paging import Cursor, Limit, Part, part
from licet.web.comers import Known, TheApp
from licet.web.problems import allowed

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Because:
    """Why: it is kept with the request, and the person may read it."""

    reason: str


@dataclass(frozen=True, slots=True)
class Refusing:
    """Why a request is refused, and on which article."""

    reason: str
    article: str


@dataclass(frozen=True, slots=True)
class Answering:
    """What a member writes to the person beside what the request itself brings; may be empty."""

    words: str = ""


@router.get("/requests", operation_id="list_requests")
def requests(
    app: TheApp,
    comer: Known,
    kind: Annotated[RightKind | None, Query(description="Those of this kind alone.")] = None,
    *,
    everything: Annotated[bool, Query(description="The answered ones too.")] = False,
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Part[RequestLine]:
    """List people's requests with their clocks, the first due first."""
    rows = allowed(list_requests(app, comer.who, Which(kind, everything)))
    return part(rows, lambda one: one.id, limit, cursor)


@router.get("/requests/{request}", operation_id="show_request")
def show(app: TheApp, comer: Known, request: Name) -> RequestDetails:
    """Show a request to who must look at it. What is found for a person is never in it."""
    return allowed(show_request(app, comer.who, RequestId(request)))


@router.post(
    "/requests",
    operation_id="receive_request",
    status_code=201,
    response_model=Received,
    openapi_extra=told(RequestWish),
)
def take_in(doing: Acting, wish: Annotated[RequestWish, Depends(body(RequestWish))]) -> Response:
    """Take in a person's letter: the clock runs, and a code goes to the contact it came from."""
    return doing.do(receiving(wish), lambda who: receive(doing.app, who, wish), Received)


@router.post(
    "/requests/{request}/doubt",
    operation_id="doubt_request",
    status_code=201,
    response_model=Decided,
    openapi_extra=told(Because),
)
def doubt(
    doing: Acting, request: Name, why: Annotated[Because, Depends(body(Because))]
) -> Response:
    """Ask who somebody is, on a reasonable doubt (GDPR 12(6)). The clock goes on."""
    return _decided(doing, request, "doubt", why, ask_identity)


@router.post(
    "/requests/{request}/acceptance",
    operation_id="accept_requester",
    status_code=201,
    response_model=Decided,
    openapi_extra=told(Because),
)
def accept(
    doing: Acting, request: Name, why: Annotated[Because, Depends(body(Because))]
) -> Response:
    """Accept who somebody is, with the reason."""
    return _decided(doing, request, "accept", why, accept_identity)


@router.post(
    "/requests/{request}/extension",
    operation_id="extend_request",
    status_code=201,
    response_model=Decided,
    openapi_extra=told(Because),
)
def longer(
    doing: Acting, request: Name, why: Annotated[Because, Depends(body(Because))]
) -> Response:
    """Take two months more for a complex request, once, and tell the person why (GDPR 12(3))."""
    return _decided(doing, request, "extend", why, extend)


@router.post(
    "/requests/{request}/refusal",
    operation_id="refuse_request",
    status_code=201,
    response_model=Decided,
    openapi_extra=told(Refusing),
)
def refuse(
    doing: Acting, request: Name, why: Annotated[Refusing, Depends(body(Refusing))]
) -> Response:
    """Refuse a request, on an article, and tell the person where to complain (GDPR 12(4))."""
    name, reason, article = RequestId(request), why.reason.strip(), why.article.strip()
    about = answering(name, "refuse", reason, article)
    return doing.controllers().do(
        about, lambda who: refuse_request(doing.app, who, name, reason, article), Decided
    )


@router.post(
    "/requests/{request}/answer",
    operation_id="answer_request",
    status_code=201,
    response_model=Decided,
    openapi_extra=told(Answering),
)
def answer(
    doing: Acting, request: Name, said: Annotated[Answering, Depends(body(Answering))]
) -> Response:
    """Answer a request now: what it asks for is carried out, and the person is told."""
    name, words = RequestId(request), said.words.strip()
    about = answering(name, "answer", words)
    return doing.controllers().do(
        about, lambda who: answer_now(doing.app, who, name, words), Decided
    )


def _decided(
    doing: Doing,
    request: str,
    word: str,
    why: Because,
    flow: Callable[[App, Who, RequestId, str], Decided | Refusal],
) -> Response:
    """Decide on a request, for a reason, as a member of the controller who signs ``word``."""
    name, reason = RequestId(request), why.reason.strip()
    about = answering(name, word, reason)
    return doing.controllers().do(about, lambda who: flow(doing.app, who, name, reason), Decided)

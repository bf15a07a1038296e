"""The inbox: every request with its clock, and the registers of complaints and refusals.

Members of the controller read it, each look leaves an entry, and what is found for a
person is never in it (GDPR 5(1)(f), 12, 24; DESIGN 4: staff see counts, never findings).
"""

from dataclasses import dataclass

from licet.app import App
from licet.effects.answering import needs_human
from licet.effects.coding import next_contact
from licet.effects.listing import About, Reach, listed
from licet.effects.requests import open_request
from licet.store.unit import Reader
from licet.terms.acting import Who
from licet.terms.errors import KeyAbsent, NotFound
from licet.terms.ids import RequestId
from licet.terms.inbox import RequestDetails, RequestLine
from licet.terms.payload import RequestPayload
from licet.terms.permit import Refusal, Register
from licet.terms.plan import Effect, WorkState
from licet.terms.rights import Request, RequestState, RightKind

REQUESTS = About(Register.REQUESTS)

_FORGOTTEN = RequestPayload("", "", (), "", (), (), (), "", "", (), "")


@dataclass(frozen=True, slots=True)
class Which:
    """Which requests are listed: the open ones by default, the first due first.

    ``everything`` adds those that are answered; ``refused`` lists the refused alone.
    ``represented`` leaves out who writes for themselves.
    """

    kind: RightKind | None = None
    everything: bool = False
    refused: bool = False
    represented: bool = False

    def takes(self, request: Request) -> bool:
        """Say whether a request is on this list."""
        if self.refused:
            shown = request.state is RequestState.REFUSED
        else:
            shown = self.everything or request.is_open
        kind = self.kind is None or request.kind is self.kind
        return shown and kind and (bool(request.mandate) or not self.represented)


def list_requests(
    app: App, who: Who, which: Which | None = None
) -> tuple[RequestLine, ...] | Refusal:
    """List requests with their clocks, the first due first."""
    wanted = which or Which()

    def read(reader: Reader, _reach: Reach) -> tuple[RequestLine, ...]:
        found = [one for one in reader.requests.all() if wanted.takes(one)]
        found.sort(key=lambda one: (not one.is_open, one.due, one.received_at, one.id))
        return tuple(_line(reader, one, _written(app, one)) for one in found)

    return listed(app, who, REQUESTS, read)


def show_request(app: App, who: Who, request_id: RequestId) -> RequestDetails | Refusal:
    """Show a request to who must look at it. Raises ``NotFound``."""

    def read(reader: Reader, _reach: Reach) -> tuple[RequestDetails, ...]:
        request = reader.requests.get(request_id)
        return () if request is None else (_details(app, reader, request),)

    found = listed(app, who, showing(request_id), read)
    if isinstance(found, Refusal):
        return found
    if not found:
        raise NotFound("no such request", "See `licet request list`.")
    return found[0]


def showing(request_id: RequestId) -> About:
    """Return what is read, and signed, to see one request."""
    return About(Register.REQUESTS, objects=(("request", request_id),))


def _written(app: App, request: Request) -> RequestPayload:
    try:
        return open_request(app, request)
    except KeyAbsent:
        return _FORGOTTEN


def _line(reader: Reader, request: Request, payload: RequestPayload) -> RequestLine:
    return RequestLine(
        id=request.id,
        kind=request.kind,
        state=request.state,
        received_on=request.received_at.date(),
        due=request.due.date(),
        left=(request.due.date() - reader.now.date()).days,
        late=request.is_open and reader.now > request.due,
        letters=request.letters,
        extended=request.extended_at is not None,
        represented=bool(request.mandate),
        regime=request.regime,
        waits_for=_waits_for(request, payload),
        article=payload.article,
    )


def _details(app: App, reader: Reader, request: Request) -> RequestDetails:
    payload = _written(app, request)
    effects = _steps(reader, request)
    return RequestDetails(
        request=_line(reader, request, payload),
        name=payload.name,
        contact=payload.contact if payload.representative else payload.typed_contact,
        words=payload.words,
        representative=payload.representative,
        person_contact=payload.typed_contact if payload.representative else "",
        mandate=request.mandate,
        photo=request.grant is not None,
        proved=request.channel_proved_at is not None,
        accepted=request.identity_accepted_at is not None,
        steps_done=sum(one.state is WorkState.DONE for one in effects),
        steps=len(effects),
        reason=payload.reason,
        article=payload.article,
        answer=payload.answer,
    )


def _steps(reader: Reader, request: Request) -> tuple[Effect, ...]:
    """Return the steps of the answer. A refusal has none to show.

    Who is not known here is forgotten by a plan after it, and who is known is not: to show
    that plan's steps would tell the two apart.
    """
    if request.plan is None or request.state is RequestState.REFUSED:
        return ()
    return reader.plans.effects(request.plan)


def _waits_for(request: Request, payload: RequestPayload) -> str:
    """Say whose turn it is, in one word."""
    if not request.is_open:
        return "nobody"
    if request.plan is not None:
        return "worker"
    accepted = request.identity_accepted_at is not None
    if next_contact(payload, accepted=accepted) is not None:
        return "person"
    if payload.photo_follows and request.grant is None:
        return "person"
    lost = request.state is RequestState.RECEIVED
    return "human" if lost or needs_human(request) else "worker"

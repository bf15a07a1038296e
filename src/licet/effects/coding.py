"""Codes of rights requests: the only letter that goes to a contact before it is proved.

The letter names the request, the right and the day, and nothing of what was written or of
what is kept: it may reach somebody who never asked.
"""

from dataclasses import replace
from datetime import date

from licet.app import App
from licet.effects.codes import CODE_DAYS, new_code, salted
from licet.effects.letters import compose, sender_of
from licet.effects.record import record_machine
from licet.effects.requests import open_request, own_contact, resealed
from licet.store.unit import Reader, Unit
from licet.terms.errors import Busy, Setup
from licet.terms.ids import RequestId, SubjectId
from licet.terms.ledger import EntryKind
from licet.terms.letters import RequestReceivedLetter
from licet.terms.payload import RequestPayload
from licet.terms.rights import Request, RequestCode

LETTERS_A_DAY = 10
"""So many codes go to one mailbox in a day, whoever asks in its owner's name. The request
is taken in all the same, and its code goes out on another day."""


def put_code(unit: Unit, request: RequestId) -> str:
    """Make a new code for a request within a unit, and return it; a former one is over."""
    code = new_code()
    salt, digest = salted(code)
    unit.requests.put_code(RequestCode(request, salt, digest, 0, unit.now + CODE_DAYS))
    return code


def is_full(app: App, reader: Reader | Unit, subject: SubjectId) -> bool:
    """Say whether a person's mailbox had all the codes that it gets in a day."""
    today = reader.now.date().isoformat()
    others = (r for r in reader.requests.of_subject(subject) if r.is_open)
    sent = sum(open_request(app, other).coded_on == today for other in others)
    return sent >= LETTERS_A_DAY


def next_contact(payload: RequestPayload, *, accepted: bool) -> str | None:
    """Return the contact that must still be proved: the person's own, then the representative's.

    None when there is nothing to prove, or a restore lost the contact with the letter.
    """
    own = own_contact(payload)
    if own not in payload.proved:
        return own or None
    another = accepted and payload.contact not in payload.proved
    return payload.contact if another else None


def send_code(app: App, request_id: RequestId, to: str, code: str) -> bool:
    """Send a code; note that it went out, and where to. False while no letter can be sent."""
    with app.store.read() as reader:
        request = reader.requests.get(request_id)
    if request is None:
        return False
    payload = open_request(app, request)
    letter = received_letter(app, request, code)
    try:
        app.outbox.send(compose(letter, to, payload.language))
    except (Busy, Setup):
        return False
    with app.store.unit() as unit:
        current = unit.requests.get(request_id)
        if current is None or not current.is_open:
            return True
        today = unit.now.date().isoformat()
        unit.requests.put(resealed(app, current, coded_on=today))
        record_machine(unit, EntryKind.NOTICE_DELIVERED, (("request", request_id),))
    return True


def received_letter(app: App, request: Request, code: str) -> RequestReceivedLetter:
    """Return the letter that says that a request came; with a code until one came back."""
    return RequestReceivedLetter(
        sender=sender_of(app),
        request=request.id,
        right=request.kind,
        received_on=request.received_at.date(),
        due=request.due.date(),
        code=code,
        code_until=_until(app, request) if code else request.due.date(),
    )


def _until(app: App, request: Request) -> date:
    with app.store.read() as reader:
        kept = reader.requests.code(request.id)
    return kept.expires.date() if kept else request.due.date()


def remind(app: App, request_id: RequestId) -> bool:
    """Send a new code to the contact that must still be proved; whether one went out.

    1. In one unit of work: look again; make the code; note the reminder; record.
    2. Send it.
    """
    with app.store.unit() as unit:  # 1
        request = unit.requests.get(request_id)
        if request is None or not request.is_open:
            return False
        payload = open_request(app, request)
        to = next_contact(payload, accepted=request.identity_accepted_at is not None)
        if to is None or is_full(app, unit, request.subject):
            return False
        today = unit.now.date().isoformat()
        unit.requests.put(replace(resealed(app, request, reminded_on=today), leaf=unit.head.size))
        code = put_code(unit, request_id)
        record_machine(unit, EntryKind.REQUEST_REMINDED, (("request", request_id),))
    return send_code(app, request_id, to, code)  # 2

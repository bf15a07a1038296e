"""What is inside a rights request, and where its answer may go.

A request has a key of its own, ``request:<id>``: what a person wrote outlives neither that
key nor the term for which it may have to be shown that they were answered.
"""

from dataclasses import replace
from datetime import date, timedelta

from licet.app import App
from licet.effects.acting import organisation_of
from licet.effects.canaries import alarm_of_list
from licet.effects.record import Facts, Objects, actor_commitment, subject_commitment
from licet.effects.sealed import open_identity
from licet.store.unit import Reader, Unit
from licet.terms.acting import Who
from licet.terms.errors import KeyAbsent
from licet.terms.grant import SubjectState
from licet.terms.ids import KeyId, RequestId, SubjectId
from licet.terms.ledger import Commitment, Entry, EntryKind
from licet.terms.payload import RequestPayload, from_bytes, to_bytes
from licet.terms.permit import Action, Ask, By, Permit
from licet.terms.rights import Request, RequestState, RightKind
from licet.vault.seal import open_sealed, seal

PACKED = frozenset({RightKind.ACCESS, RightKind.PORTABILITY})
"""What is answered with a package."""

PROVED = frozenset({RequestState.OPEN, RequestState.FULFILLING})
"""States in which somebody has given back the code that went to the person's contact."""

PATIENCE = timedelta(days=14)
"""How long after its last day an answer that cannot be delivered is still tried."""


def request_key(request: RequestId) -> KeyId:
    """Return the name of a request's key."""
    return KeyId(f"request:{request}")


def seal_request(app: App, request: RequestId, payload: RequestPayload) -> bytes:
    """Seal what a person wrote and was answered. Raises ``KeyAbsent``."""
    key = app.keyring.get(request_key(request))
    return seal(key, to_bytes(payload), f"request:{request}")


def open_request(app: App, request: Request) -> RequestPayload:
    """Return what a person wrote and was answered. Raises ``KeyAbsent`` once it is forgotten."""
    if not request.sealed:
        raise KeyAbsent("what was written in this request is forgotten", "It was answered.")
    key = app.keyring.get(request_key(request.id))
    return from_bytes(RequestPayload, open_sealed(key, request.sealed, f"request:{request.id}"))


def resealed(app: App, request: Request, **parts: object) -> Request:
    """Return the request with parts of what is sealed in it changed."""
    payload = replace(open_request(app, request), **parts)  # type: ignore[arg-type]  # its own parts
    return replace(request, sealed=seal_request(app, request.id, payload))


def ask_to_answer(app: App, reader: Reader | Unit, who: Who, request: Request) -> Ask:
    """Ask for an act by which a request is answered, or comes nearer to its answer."""
    return Ask(
        Action.ANSWER,
        who.by,
        app.model,
        organisation=organisation_of(reader, who),
        member=who.member,
        subject=living(reader, request),
        request=request.id,
    )


def accepted(app: App, unit: Unit, request: Request, reason: str) -> Request:
    """Note that a human accepts who asks, and why; return the request, which goes on."""
    proved = request.channel_proved_at is not None
    changed = replace(
        resealed(app, request, reason=reason),
        identity_accepted_at=unit.now,
        state=RequestState.OPEN if proved else RequestState.RECEIVED,
    )
    unit.requests.put(changed)
    return changed


def own_contact(payload: RequestPayload) -> str:
    """Return the contact that is said to be the person's own."""
    return payload.person_contact if payload.representative else payload.contact


def answer_contact(
    app: App, reader: Reader | Unit, request: Request, payload: RequestPayload
) -> str | None:
    """Return the contact to which an answer may go, or None while there is none.

    1. A representative's, once two members accepted the mandate, the person gave back the
       code that went to their own contact, and the representative the one sent to theirs.
    2. The person's own, once its code was given back.
    3. The person's own, where they gave back the code of a grant at this very contact.

    Whoever brings a mandate that nobody gave them never has the code of 1, and gets nothing.
    A contact that is the person's no more, because it was corrected since, gets nothing either.
    """
    own = own_contact(payload)
    identity = open_identity(app, reader.subjects.get(request.subject))
    if not own or (identity is not None and identity.contact != own):
        return None
    if own in payload.proved:
        accepted = bool(payload.representative) and request.identity_accepted_at is not None
        return payload.contact if accepted and payload.contact in payload.proved else own
    return own if confirmed_at(app, reader, request.subject, own) else None


def confirmed_at(app: App, reader: Reader | Unit, subject_id: SubjectId, contact: str) -> bool:
    """Say whether a person confirmed a grant by a code that went to this contact."""
    identity = open_identity(app, reader.subjects.get(subject_id))
    if identity is None or not contact or identity.contact != contact:
        return False
    return any(
        grant.confirmed_at is not None and grant.confirmed_by == "code"
        for grant in reader.grants.of_subject(subject_id)
    )


def living(reader: Reader | Unit, request: Request) -> SubjectId | None:
    """Return the person of a request, unless they were erased since."""
    subject = reader.subjects.get(request.subject)
    gone = subject is None or subject.state is SubjectState.ERASED
    return None if gone else request.subject


def waits_for_answer(reader: Reader | Unit, subject: SubjectId) -> bool:
    """Say whether a person has an access request that is proved and not answered yet.

    What is theirs is destroyed only after it was handed to them (GDPR 15, 17). A member's
    doubt about who asks does not change that. But no answer that cannot be delivered, and
    no doubt, keeps what is theirs for ever: not beyond ``PATIENCE`` after the last day.
    """
    return any(
        request.kind in PACKED and _is_proved(request) and reader.now < request.due + PATIENCE
        for request in reader.requests.of_subject(subject)
    )


def _is_proved(request: Request) -> bool:
    doubted = request.state is RequestState.IDENTITY_ASKED
    return request.state in PROVED or (doubted and request.channel_proved_at is not None)


def day_number(day: date) -> int:
    """Return a day as the whole number that an entry holds: 20260331."""
    return day.year * 10_000 + day.month * 100 + day.day


def day_of(number: int) -> date:
    """Return the day of a number as :func:`day_number` writes it."""
    return date(number // 10_000, number // 100 % 100, number % 100)


def record_request(
    app: App,
    unit: Unit,
    kind: EntryKind,
    permit: Permit,
    request: Request,
    facts: Facts = (),
    beside: Objects = (),
) -> int:
    """Write the entry of an act on a request, under the person whom it is about.

    Who writes in a person's name is not proved to be them, and the entry is about them all
    the same: it is theirs to see. ``beside`` is what it names beside the request. Returns the
    leaf index.
    """
    leaf = unit.record(
        Entry(
            kind=kind,
            at=unit.now,
            organisation=permit.organisation,
            actor=actor_commitment(app, permit.organisation, permit.member),
            subject=_committed(app, request.subject),
            objects=(("request", request.id), *beside),
            facts=(*facts, ("permit", permit.digest), ("by", permit.by.value)),
        )
    )
    if permit.by is not By.WORKER:
        alarm_of_list(unit, (request.subject,), leaf)
    return leaf


def _committed(app: App, subject: SubjectId) -> Commitment | None:
    try:
        return subject_commitment(app, subject)
    except KeyAbsent:
        return None

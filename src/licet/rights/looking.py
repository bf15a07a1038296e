"""Photos that go with a person's request: attached, and accepted as theirs.

A photo is no proof of who sends it. It is measured and not kept; what was measured is used
only after the contact was proved, and after a human who did not file it looked at the
photo and accepted, with a reason on record, that it is the person's own (GDPR 12(6)).
"""

from dataclasses import replace
from datetime import datetime

from licet.app import App
from licet.consent.decide import decide
from licet.consent.purposes import table
from licet.consent.reasons import Reason
from licet.consent.refusals import refuse as refusal
from licet.effects.acting import digest_of, person_proved
from licet.effects.answering import hear
from licet.effects.ending import end_grants
from licet.effects.facts import read_facts
from licet.effects.fixtures import refuse_strange
from licet.effects.newcomers import ask_for, own_photo, put_reference
from licet.effects.record import record, record_machine, record_refusal, refuse
from licet.effects.requests import (
    accepted,
    ask_to_answer,
    open_request,
    record_request,
    resealed,
)
from licet.effects.sampling import Sample, samples_of
from licet.effects.sealed import grant_key
from licet.store.unit import Reader, Unit
from licet.terms.acting import SUBJECT, Who
from licet.terms.basis import Purpose
from licet.terms.errors import BadInput, Conflict, NotFound, Setup
from licet.terms.face import Template
from licet.terms.grant import Grant, GrantState, pending_grant
from licet.terms.granting import FailureToEnrol
from licet.terms.ids import GrantId, PlanId, PurposeId, RequestId, new_id
from licet.terms.ledger import EntryKind
from licet.terms.looking import Attached, LiveCapture
from licet.terms.payload import ReferencePayload
from licet.terms.permit import Action, Ask, By, Facts, Permit, Refusal
from licet.terms.rights import Decided, Request

RIGHTS = PurposeId("rights_request@1")

MOST_PHOTOS = 5
"""More photos of one person are not needed, and each is looked at (GDPR 5(1)(c))."""

NOT_ONE_PERSON = "the photos do not show one person"


def attach_photo(
    app: App,
    who: Who,
    request_id: RequestId,
    photos: tuple[bytes, ...],
    captured: LiveCapture | None = None,
) -> Attached | FailureToEnrol | Refusal:
    """Put a person's own photo with their request, or another in its place.

    1. Read the request and decide; a refusal is recorded and returned.
    2. Find the one face in each photo and hold it against the quality gate.
    3. Make the key durable before the row that needs it.
    4. In one unit of work: decide again, for who files it and for the person; end the grant
       of an earlier photo; keep the template under a pending grant, which nobody may use;
       take back that an earlier photo was accepted; record.
    5. Mirror the ledger.

    Nothing is compared here, so nobody learns from it whose face is known.
    Raises ``NotFound``, ``Conflict`` once the request is being carried out, ``BadInput`` for
    a photo that a sandbox may not take, ``Setup`` for a live capture: no door takes one yet.
    """
    if captured is not None:
        raise Setup("no door takes a live capture yet", "A human accepts the photo.")
    if not 1 <= len(photos) <= MOST_PHOTOS:
        raise BadInput(f"between one and {MOST_PHOTOS} photos are needed", "Give one.")
    digest = digest_of(request_id, "attach", *photos)
    with app.store.read() as reader:  # 1
        request = _waiting(reader, request_id)
        ask = ask_to_answer(app, reader, who, request)
        decided = _attaching(app, reader, ask, who, digest)
    if isinstance(decided, Refusal):
        return refuse(app, ask, decided)
    made = _measured(app, photos)  # 2
    if isinstance(made, FailureToEnrol):
        return _failed(app, request_id, made)
    grant = GrantId(new_id())
    app.keyring.create(grant_key(grant))  # 3
    app.at("photo.keys")
    with app.store.unit() as unit:  # 4
        request = _waiting(unit, request_id)
        permit = _attaching(app, unit, ask, who, digest)
        if isinstance(permit, Refusal):
            return record_refusal(app, unit, ask, permit)
        draft = _draft(app, unit, request, grant)
        theirs = _permitted(app, unit, request, draft)
        if isinstance(theirs, Refusal):
            return record_refusal(app, unit, ask, theirs)
        _end_earlier(unit, request)
        leaf = unit.head.size
        _keep(app, unit, who, request, draft, made)
        record(app, unit, EntryKind.GRANT_ASKED, theirs, (("grant", grant),))
        record_request(app, unit, EntryKind.REQUEST_PHOTO_ATTACHED, permit, request)
    app.publish()  # 5
    return Attached(request_id, grant, made.photos, leaf)


def accept_photo(
    app: App, who: Who, request_id: RequestId, photos: tuple[bytes, ...], reason: str
) -> Decided | Refusal:
    """Accept, for a reason on record, that the photo of a request is the person's own.

    ``photos`` are what the member looked at: those that were attached, or others of the
    person. Nobody accepts what they did not see.

    1. Read the request and decide; a refusal is recorded and returned.
    2. What was looked at shows the face that is with the request.
    3. In one unit of work: decide again; who filed the letter or its photo does not accept
       it; note that it was accepted; plan the answer where nothing else is waited for; record.
    4. Mirror the ledger. A worker carries the plan on.

    Raises ``NotFound``, ``Conflict`` without a photo or by who filed it, ``BadInput``
    without a reason, or for photos of another face.
    """
    said = reason.strip()
    if not said:
        raise BadInput("a reason is missing", "Say why; it is kept with the request.")
    digest = digest_of(request_id, "accept photo", said, *photos)
    with app.store.read() as reader:  # 1
        request = _waiting(reader, request_id)
        ask = ask_to_answer(app, reader, who, request)
        decided = _by_a_member(ask, _facts(app, reader, ask, who, digest), reader.now)
        _check(app, reader, who, request)
    if isinstance(decided, Refusal):
        return refuse(app, ask, decided)
    shown = _measured(app, photos)
    with app.store.unit() as unit:  # 3
        request = _waiting(unit, request_id)
        permit = _by_a_member(ask, _facts(app, unit, ask, who, digest), unit.now)
        if isinstance(permit, Refusal):
            return record_refusal(app, unit, ask, permit)
        _check(app, unit, who, request)
        _same_face(app, unit, request, shown)  # 2, of what is there now
        leaf = unit.head.size
        record_request(app, unit, EntryKind.REQUEST_IDENTITY_ACCEPTED, permit, request)
        changed = accepted(app, unit, replace(request, leaf=leaf), said)
        changed = hear(app, unit, changed, permit, PlanId(new_id()))
    app.publish()  # 4
    return Decided(request_id, changed.state, changed.due, False, leaf)


def _waiting(reader: Reader | Unit, request_id: RequestId) -> Request:
    """Return a request whose answer is not under way yet. Raises ``NotFound``, ``Conflict``."""
    request = reader.requests.get(request_id)
    if request is None:
        raise NotFound("no such request", "See `licet request list`.")
    if not request.is_open or request.plan is not None:
        raise Conflict(
            "the request is being answered, or is", "A new letter with a photo starts a new one."
        )
    return request


def _facts(app: App, reader: Reader | Unit, ask: Ask, who: Who, digest: str) -> Facts:
    return read_facts(app, reader, ask, who, reader.now, digest)


def _attaching(
    app: App, reader: Reader | Unit, ask: Ask, who: Who, digest: str
) -> Permit | Refusal:
    """Decide who may file a photo: a member of the controller, or the person by a receipt."""
    facts = _facts(app, reader, ask, who, digest)
    if who.by is By.SUBJECT and not person_proved(app, reader, who, facts.subject):
        return refusal(ask.action, Reason.NO_SUBJECT)
    return decide(ask, facts, reader.now)


def _by_a_member(ask: Ask, facts: Facts, now: datetime) -> Permit | Refusal:
    """Decide; to accept somebody is a human's act, so nobody else's ask stands."""
    return decide(replace(ask, by=By.MEMBER), facts, now)


def _measured(app: App, photos: tuple[bytes, ...]) -> ReferencePayload | FailureToEnrol:
    """Return the average of what the photos show, or why they cannot be used."""
    for photo in photos:
        refuse_strange(app, photo)
    samples, left_out = samples_of(app, photos)
    if not samples:
        return FailureToEnrol(left_out)
    threshold = app.vision.same_person_threshold()
    first = samples[0].face.template
    others = [s for s in samples[1:] if s.face.template.compare(first) < threshold]
    if others:
        return FailureToEnrol(tuple((s.photo, NOT_ONE_PERSON) for s in others))
    return ReferencePayload(_average(app, samples).values, len(samples))


def _average(app: App, samples: list[Sample]) -> Template:
    return app.vision.combine([sample.face.template for sample in samples])


def _failed(app: App, request_id: RequestId, failure: FailureToEnrol) -> FailureToEnrol:
    """Record a failure by number of reasons: what was in the photos stays out."""
    with app.store.unit() as unit:
        facts = (("reasons", len(failure.reasons)),)
        record_machine(unit, EntryKind.ENROLMENT_FAILED, (("request", request_id),), facts)
    app.publish()
    return failure


def _draft(app: App, unit: Unit, request: Request, grant: GrantId) -> Grant:
    """Return the pending grant that the photo hangs on; it ends with the request."""
    language = open_request(app, request).language
    return pending_grant(grant, request.subject, None, _purpose(), unit.now, language)


def _purpose() -> Purpose:
    purpose = table().get(RIGHTS)
    if purpose is None:
        raise Setup(f"the purpose {RIGHTS} is not on the list", "Take the list that ships.")
    return purpose


def _permitted(app: App, unit: Unit, request: Request, draft: Grant) -> Permit | Refusal:
    """Decide for the person: a grant for this request, which is theirs."""
    ask = replace(ask_for(app, Action.GRANT, request, draft), grant=None)
    facts = read_facts(app, unit, ask, SUBJECT, unit.now)
    return decide(replace(ask, grant=draft.id), replace(facts, grant=draft), unit.now)


def _end_earlier(unit: Unit, request: Request) -> None:
    """End the grant of a photo that is replaced: its template and key go."""
    earlier = unit.grants.get(request.grant) if request.grant else None
    if earlier is None or earlier.state in {GrantState.ENDING, GrantState.ENDED}:
        return
    plan = end_grants(unit, "replaced", request.subject, (earlier,), unit.head.size)
    objects = (("grant", earlier.id), ("plan", plan))
    record_machine(unit, EntryKind.GRANT_ENDING, objects, (("cause", "replaced"),))


def _keep(
    app: App, unit: Unit, who: Who, request: Request, draft: Grant, made: ReferencePayload
) -> None:
    unit.grants.add(replace(draft, leaf=unit.head.size))
    put_reference(app, unit, draft.id, made)
    attached = resealed(app, request, photo_by=who.member or "")
    unit.requests.put(replace(attached, grant=draft.id, identity_accepted_at=None))


def _check(app: App, reader: Reader | Unit, who: Who, request: Request) -> None:
    """Raise ``Conflict`` where there is no photo to accept, or who accepts filed it."""
    if own_photo(app, reader, request) is None:
        raise Conflict("no photo is with this request", "Attach it first.")
    if request.identity_accepted_at is not None:
        raise Conflict("the photo is accepted", "Nothing is left to do.")
    payload = open_request(app, request)
    if {payload.filed_by, payload.photo_by} & set(who.members):
        raise Conflict(
            "who filed the letter or its photo does not accept it",
            "Have another member look at it.",
        )


def _same_face(
    app: App, unit: Unit, request: Request, shown: ReferencePayload | FailureToEnrol
) -> None:
    """Raise ``BadInput`` unless what was looked at shows the face that is with the request."""
    photo = own_photo(app, unit, request)
    threshold = app.vision.same_person_threshold()
    if (
        photo is None
        or isinstance(shown, FailureToEnrol)
        or photo.template.compare(replace(photo.template, values=shown.values)) < threshold
    ):
        raise BadInput(
            "this photo does not show the face that is with the request",
            "Look at the photo that was sent.",
        )

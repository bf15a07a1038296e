"""Intake: a person's letter starts the clock, and their code proves where the answer goes.

Anybody may ask, as often as they like, without a fee and without more than a contact and
what they ask for (GDPR 12(2), 12(5), 15-21). Nothing but a code goes to a contact before
it came back, so whoever asks in somebody else's name learns nothing.
"""

import re
from dataclasses import dataclass, replace
from datetime import date

from licet.app import App
from licet.consent.decide import decide
from licet.consent.regimes import answering_regime, due_on, end_of, terms_on
from licet.effects.acting import came_by_code, digest_of_wish, organisation_of, person_proved
from licet.effects.answering import hear, make_plan_key
from licet.effects.asking import find_person
from licet.effects.codes import CODE_TRIES, is_the_code, one_address
from licet.effects.coding import is_full, next_contact, put_code, received_letter, send_code
from licet.effects.facts import read_facts
from licet.effects.letters import compose
from licet.effects.record import record_refusal
from licet.effects.requests import (
    ask_to_answer,
    day_number,
    open_request,
    own_contact,
    record_request,
    request_key,
    resealed,
    seal_request,
)
from licet.effects.sealed import contact_tag, seal_identity, subject_key
from licet.store.unit import Reader, Unit
from licet.terms.acting import SUBJECT, Who
from licet.terms.errors import BadInput, Busy, Conflict, NotFound, Setup
from licet.terms.grant import Identity, Subject, SubjectState
from licet.terms.granting import WrongCode
from licet.terms.ids import PlanId, RequestId, SubjectId, new_id
from licet.terms.ledger import EntryKind
from licet.terms.payload import RequestPayload
from licet.terms.permit import Action, Ask, By, Permit, Refusal
from licet.terms.rights import Proved, Received, Request, RequestState, RequestWish

_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class _Draft:
    """A request on its way: ids whose keys are durable, and the letter as it will be kept."""

    request: RequestId
    newcomer: SubjectId
    plan: PlanId
    wish: RequestWish


@dataclass(frozen=True, slots=True)
class _Taken:
    """A request as it was stored, its code and where that goes; ``proved`` needs none."""

    request: Request
    to: str
    code: str = ""
    proved: bool = False


def receive(app: App, who: Who, wish: RequestWish) -> Received | Refusal:
    """Take in a person's letter.

    1. Read the letter: a contact and a kind are enough.
    2. Make the keys durable before any row that needs them, for everybody alike.
    3. In one unit of work: decide; find the person or make one; join the open request that
       the letter repeats, or start the clock of a new one; record.
    4. Who is proved to be the person by a receipt is heard within the same unit.
    5. Send the code to the contact, or the acknowledgement to who was proved.
    6. Mirror the ledger.

    Raises ``BadInput`` for a letter that cannot be answered.
    """
    _readable(app, who, wish)  # 1
    draft = _Draft(RequestId(new_id()), SubjectId(new_id()), PlanId(new_id()), wish)
    app.keyring.create(request_key(draft.request), subject_key(draft.newcomer))  # 2
    make_plan_key(app, wish.kind, draft.plan)
    app.at("request.keys")
    ask = _ask(app, who)
    with app.store.unit() as unit:  # 3, 4
        facts = read_facts(app, unit, ask, who, unit.now, digest_of_wish(wish))
        permit = decide(ask, facts, unit.now)
        if isinstance(permit, Refusal):
            return record_refusal(app, unit, ask, permit)
        taken = _take(app, unit, who, permit, draft)
    app.at("request.committed")
    told = _send(app, taken)  # 5
    app.publish()  # 6
    return _received(app, who, taken, told=told)


def prove(app: App, request_id: RequestId, code: str) -> Proved | WrongCode | Refusal:
    """Let the person act: the code proves that the contact is theirs.

    1. Make the key durable that an erasure's plan would need.
    2. In one unit of work: read the request and decide.
    3. Compare the code; a wrong one is counted and recorded.
    4. Note which contact is proved, forget the code, record.
    5. Do at once what was asked for, or plan it, where no human is needed.
    6. Mirror the ledger. A worker carries the plans on.

    Raises ``NotFound``, and ``Conflict`` when the request is answered or the code is over.
    """
    plan = PlanId(new_id())
    with app.store.read() as reader:  # 1
        kind = _known(reader, request_id).kind
    make_plan_key(app, kind, plan)
    with app.store.unit() as unit:  # 2
        request = _known(unit, request_id)
        ask = ask_to_answer(app, unit, SUBJECT, request)
        permit = decide(ask, read_facts(app, unit, ask, SUBJECT, unit.now), unit.now)
        if isinstance(permit, Refusal):
            return record_refusal(app, unit, ask, permit)
        wrong = _wrong_code(app, unit, request, permit, code)  # 3
        if wrong is not None:
            return wrong
        leaf = unit.head.size
        request = _proved(app, unit, request, permit)  # 4
        request = hear(app, unit, request, permit, plan)  # 5
    app.at("request.proved")
    app.publish()  # 6
    return Proved(request.id, request.state, leaf)


def _readable(app: App, who: Who, wish: RequestWish) -> None:
    """Raise ``BadInput`` for a letter that cannot be answered."""
    if not one_address(wish.contact):
        raise BadInput("the contact is not one mail address", "Ask where the answer goes.")
    if wish.received_on is not None and wish.received_on > app.clock().date():
        raise BadInput("the letter came on a day that lies ahead", "Give the day it came.")
    if wish.received_on is not None and who.by is not By.MEMBER:
        raise BadInput("a letter on paper is filed by a member", "Leave the day out.")
    if wish.since and wish.until and wish.since > wish.until:
        raise BadInput("the time that is asked about ends before it begins", "Turn them round.")
    if bool(wish.representative) != bool(wish.mandate):
        raise BadInput(
            "a representative and their mandate go together", "Give the name and the file."
        )
    if not wish.representative:
        return
    if not _DIGEST.fullmatch(wish.mandate):
        raise BadInput("the mandate is not named by its SHA-256", "Give the file itself.")
    if not one_address(wish.person_contact):
        raise BadInput(
            "the person's own contact is missing",
            "Give it: they are asked there whether the mandate is theirs.",
        )


def _ask(app: App, who: Who) -> Ask:
    with app.store.read() as reader:
        organisation = organisation_of(reader, who)
    return Ask(
        Action.RECEIVE,
        who.by,
        app.model,
        organisation=organisation,
        member=who.member,
    )


def _take(app: App, unit: Unit, who: Who, permit: Permit, draft: _Draft) -> _Taken:
    """Join the request that the letter repeats, or open a new one."""
    wish = draft.wish
    own = wish.person_contact if wish.representative else wish.contact
    found = find_person(app, unit, wish, own)
    if found is None:
        identity = Identity(wish.name.strip(), own, "", wish.language)
        subject = _newcomer(app, unit, draft, identity)
        if not came_by_code(unit, who, subject):
            unit.own.end_of_people((subject.id,))
    else:
        subject, identity = found
    again = _repeated(app, unit, subject, wish, identity.contact)
    if again is None:
        request = _begin(app, unit, who, permit, draft, (subject, identity))
    else:
        request = _join(app, unit, permit, again, wish)
    if not _by_receipt(app, unit, who, subject, wish):
        return _coded(app, unit, request)
    proved = _proved(app, unit, request, permit)
    # Who was proved before was heard then: a repeat restricts nothing once more.
    if proved != request:
        proved = hear(app, unit, proved, permit, draft.plan)
    return _Taken(proved, identity.contact, proved=True)


def _begin(
    app: App,
    unit: Unit,
    who: Who,
    permit: Permit,
    draft: _Draft,
    person: tuple[Subject, Identity],
) -> Request:
    """Open a new request: its clock starts with this letter."""
    request = _new(app, unit, who, draft, person)
    unit.requests.add(request)
    facts = (
        ("kind", request.kind.value),
        ("regime", request.regime),
        ("received", day_number(request.received_at.date())),
        ("due", day_number(request.due.date())),
    )
    record_request(app, unit, EntryKind.REQUEST_RECEIVED, permit, request, facts)
    return request


def _newcomer(app: App, unit: Unit, draft: _Draft, identity: Identity) -> Subject:
    subject = Subject(
        id=draft.newcomer,
        residence=draft.wish.residence,
        contact_tag=contact_tag(app, identity.contact),
        dependant=False,
        sealed_identity=seal_identity(app, draft.newcomer, identity),
        state=SubjectState.KNOWN,
    )
    unit.subjects.add(subject)
    return subject


def _new(
    app: App, unit: Unit, who: Who, draft: _Draft, person: tuple[Subject, Identity]
) -> Request:
    """Return the request that starts its clock now, or on the day the letter came."""
    wish, (subject, identity) = draft.wish, person
    # By what the letter says alone: a residence that is known here would show in the inbox.
    regime = answering_regime(wish.residence)
    day = _day(unit, wish)
    # A contact that is known is written to as it was confirmed, not as somebody types it.
    known = identity.contact
    payload = RequestPayload(
        name=wish.name.strip(),
        contact=wish.contact if wish.representative else known,
        words=(wish.words,) if wish.words else (),
        language=identity.language,
        grants=wish.grants,
        templates=wish.templates,
        sources=wish.sources,
        since=wish.since.isoformat() if wish.since else "",
        until=wish.until.isoformat() if wish.until else "",
        places=wish.places,
        representative=wish.representative,
        person_contact=known if wish.representative else "",
        filed_by=who.member or "",
        photo_follows=wish.photo_follows,
        typed_contact=wish.person_contact if wish.representative else wish.contact,
    )
    return Request(
        id=draft.request,
        subject=subject.id,
        kind=wish.kind,
        newcomer=subject.id == draft.newcomer or _only_asked(unit, subject),
        grant=None,
        plan=None,
        received_at=min(unit.now, end_of(day)),
        due=end_of(due_on(terms_on(regime, day), day)),
        regime=regime,
        extended_at=None,
        letters=1,
        mandate=wish.mandate,
        channel_proved_at=None,
        identity_accepted_at=None,
        state=RequestState.RECEIVED,
        closed_at=None,
        sealed=seal_request(app, draft.request, payload),
        leaf=unit.head.size,
    )


def _day(unit: Unit, wish: RequestWish) -> date:
    return wish.received_on or unit.now.date()


def _only_asked(unit: Unit, subject: Subject) -> bool:
    """Say whether somebody who is here already is here for requests alone."""
    return all(r.newcomer for r in unit.requests.of_subject(subject.id)) and not any(
        grant.organisation for grant in unit.grants.of_subject(subject.id)
    )


def _repeated(
    app: App, unit: Unit, subject: Subject, wish: RequestWish, own: str
) -> Request | None:
    """Return the open request that the letter repeats.

    A letter that asks for something else of the same kind is a request of its own: joined
    to another one it would be proved with that one's code. So is one by another
    representative, or by another mandate: the answer goes to who brought the first.
    """
    for request in unit.requests.of_subject(subject.id):
        if request.is_open and request.kind is wish.kind:
            payload = open_request(app, request)
            if _asked_in(request, payload) == _asked_by(wish, own):
                return request
    return None


def _asked_in(request: Request, payload: RequestPayload) -> tuple[object, ...]:
    when = (payload.since, payload.until)
    what = (set(payload.grants), set(payload.templates), set(payload.sources))
    another = (payload.representative, payload.contact, request.mandate)
    by = (own_contact(payload), *(another if payload.representative else ()))
    return (*what, set(payload.places), *when, *by)


def _asked_by(wish: RequestWish, own: str) -> tuple[object, ...]:
    when = tuple(day.isoformat() if day else "" for day in (wish.since, wish.until))
    what = (set(wish.grants), set(wish.templates), set(wish.sources))
    another = (wish.representative, wish.contact, wish.mandate)
    by = (own, *(another if wish.representative else ()))
    return (*what, set(wish.places), *when, *by)


def _join(app: App, unit: Unit, permit: Permit, request: Request, wish: RequestWish) -> Request:
    """Count a repeat: the clock goes on from the first letter, whenever that is filed."""
    payload = open_request(app, request)
    day = min(_day(unit, wish), request.received_at.date())
    due = end_of(due_on(terms_on(request.regime, day), day))
    words = (*payload.words, wish.words) if wish.words else payload.words
    joined = replace(
        resealed(app, request, words=words),
        letters=request.letters + 1,
        received_at=min(request.received_at, end_of(day)),
        due=request.due if request.extended_at else min(request.due, due),
        leaf=unit.head.size,
    )
    unit.requests.put(joined)
    facts = (("kind", request.kind.value), ("letters", joined.letters))
    record_request(app, unit, EntryKind.REQUEST_JOINED, permit, joined, facts)
    return joined


def _coded(app: App, unit: Unit, request: Request) -> _Taken:
    """Put a code to a request whose contact is not proved, one a day at most."""
    payload = open_request(app, request)
    own = own_contact(payload)
    today = unit.now.date().isoformat()
    quiet = own in payload.proved or payload.coded_on == today
    if quiet or is_full(app, unit, request.subject):
        return _Taken(request, "")
    return _Taken(request, own, put_code(unit, request.id))


def _by_receipt(app: App, unit: Unit, who: Who, subject: Subject, wish: RequestWish) -> bool:
    """Say whether a receipt or a code sent to them proves the person who asks for themselves."""
    if who.by is not By.SUBJECT or wish.representative or not (who.proof or who.bearer):
        return False
    return person_proved(app, unit, who, subject)


def _send(app: App, taken: _Taken) -> bool:
    """Send the code, or the acknowledgement; False while no letter can be sent."""
    if taken.code:
        return send_code(app, taken.request.id, taken.to, taken.code)
    if taken.proved:
        letter = received_letter(app, taken.request, "")
        language = open_request(app, taken.request).language
        try:
            app.outbox.send(compose(letter, taken.to, language))
        except (Busy, Setup):
            return False
    return True


def _received(app: App, who: Who, taken: _Taken, *, told: bool) -> Received:
    """Return what the door may say: who is not proved hears of this letter alone."""
    request = taken.request
    if who.by is By.MEMBER or taken.proved:
        said = (request.due, request.letters, told, request.leaf, taken.proved)
        return Received(request.id, request.kind, *said)
    today = app.clock().date()
    due = end_of(due_on(terms_on(request.regime, today), today))
    return Received(request.id, request.kind, due, 1, told, request.leaf)


def _known(reader: Reader | Unit, request_id: RequestId) -> Request:
    request = reader.requests.get(request_id)
    if request is None:
        raise NotFound("no such request", "See `licet request list`.")
    return request


def _wrong_code(
    app: App, unit: Unit, request: Request, permit: Permit, code: str
) -> WrongCode | None:
    """Return None when the code is right; count, record and answer when it is wrong."""
    kept = unit.requests.code(request.id)
    if not request.is_open or kept is None or unit.now >= kept.expires:
        raise Conflict("the code is over", "Write again: a repeat brings a new code.")
    if kept.tries >= CODE_TRIES:
        raise Conflict("the code was tried too often", "Write again tomorrow for a new one.")
    if is_the_code(kept.salt, kept.digest, code):
        return None
    tries = unit.requests.count_try(request.id)
    facts = (("try", tries),)
    record_request(app, unit, EntryKind.REQUEST_PROOF_FAILED, permit, request, facts)
    return WrongCode(CODE_TRIES - tries)


def _proved(app: App, unit: Unit, request: Request, permit: Permit) -> Request:
    """Note that the contact is proved that was next, forget the code, record."""
    payload = open_request(app, request)
    unit.requests.delete_code(request.id)
    contact = next_contact(payload, accepted=request.identity_accepted_at is not None)
    if contact is None:
        return request
    own = contact == own_contact(payload)
    received = request.state is RequestState.RECEIVED
    proved = replace(
        resealed(app, request, proved=(*payload.proved, contact)),
        channel_proved_at=unit.now if own else request.channel_proved_at,
        state=RequestState.OPEN if own and received else request.state,
        leaf=unit.head.size,
    )
    unit.requests.put(proved)
    record_request(app, unit, EntryKind.REQUEST_PROVED, permit, proved)
    return proved

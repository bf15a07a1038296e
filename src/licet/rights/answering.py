"""Answering: what humans decide about a request, and what the worker does when nobody does.

A human may doubt who asks, accept who it is, take longer, refuse, or answer now; each with
a reason that is kept with the request (GDPR 11(2), 12(3)-(6)). Nobody has to act: a week
before its last day every request is answered with whatever there is.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from licet.app import App
from licet.consent.ceilings import BEFORE_DUE
from licet.consent.decide import decide
from licet.consent.reasons import Reason
from licet.consent.refusals import refuse as refusal
from licet.consent.regimes import end_of, extended_on, notice_until, terms_on
from licet.effects.acting import digest_of
from licet.effects.answering import (
    HUMAN,
    end_asked,
    forget_after,
    hear,
    make_plan_key,
    plan_answer,
    ready,
)
from licet.effects.carrying.hurrying import is_hastened
from licet.effects.coding import next_contact, remind
from licet.effects.facts import read_facts
from licet.effects.letters import compose, sender_of
from licet.effects.reaching import answered_for
from licet.effects.record import record_refusal, refuse
from licet.effects.requests import (
    PACKED,
    accepted,
    answer_contact,
    ask_to_answer,
    open_request,
    own_contact,
    record_request,
    resealed,
)
from licet.effects.trying import Trying
from licet.store.unit import Reader, Unit
from licet.terms.acting import Who
from licet.terms.errors import BadInput, Conflict, NotFound
from licet.terms.ids import PlanId, RequestId, new_id
from licet.terms.ledger import EntryKind
from licet.terms.letters import (
    IdentityAskedLetter,
    Letter,
    RequestExtendedLetter,
    RequestRefusedLetter,
)
from licet.terms.payload import RequestPayload
from licet.terms.permit import Ask, By, Facts, Permit, Refusal
from licet.terms.rights import Decided, Request, RequestState, RightKind

_ARTICLE = re.compile(r"[A-Z][A-Za-z]{1,15} \d{1,4}[a-z]?(\(\d{1,2}\))?(\([a-z]\))?")
_WORDS = frozenset({RightKind.RECTIFICATION, RightKind.COMPLAINT})
"""What only a human's own words answer."""


@dataclass(frozen=True, slots=True)
class _Act:
    """One act on a request: its name, the words that are signed with it, what it does.

    ``check`` raises ``Conflict`` where the request does not allow it. ``change`` does it
    in the unit and returns the request; ``letter`` is sent before, so that what the law
    ties to a letter never holds without one.
    """

    kind: EntryKind
    signed: tuple[str, ...]
    check: Callable[[Reader | Unit, Request], None]
    change: Callable[[Unit, Request, Permit, PlanId], Request]
    letter: Callable[[Request], Letter] | None = None
    facts: tuple[tuple[str, str | int | bool], ...] = ()


def ask_identity(app: App, who: Who, request_id: RequestId, reason: str) -> Decided | Refusal:
    """Ask who somebody is, on a reasonable doubt that is put on record (GDPR 12(6)).

    The contact must be proved before: until then the code asks all there is to ask. The
    clock goes on: nothing is delivered while somebody doubts, so a human has to accept or
    refuse before the last day.
    """
    said = _reason(reason)

    def check(_reader: Reader | Unit, request: Request) -> None:
        if request.state is not RequestState.OPEN:
            raise Conflict(
                "only an open request whose contact is proved is doubted",
                "Wait for the code that went to the contact.",
            )

    def change(_unit: Unit, request: Request, _permit: Permit, _plan: PlanId) -> Request:
        doubted = replace(request, identity_accepted_at=None)
        return replace(resealed(app, doubted, reason=said), state=RequestState.IDENTITY_ASKED)

    def letter(request: Request) -> Letter:
        return IdentityAskedLetter(
            sender_of(app),
            request.id,
            request.kind,
            request.received_at.date(),
            request.due.date(),
            said,
        )

    kind = EntryKind.REQUEST_IDENTITY_ASKED
    return _do(app, who, request_id, _Act(kind, ("doubt", said), check, change, letter))


def accept_identity(app: App, who: Who, request_id: RequestId, reason: str) -> Decided | Refusal:
    """Accept who asks, or that a representative's mandate is real, for a reason on record.

    What waited for it goes on. A mandate is never accepted by who filed the letter, and
    acceptance alone opens nothing: the person's own contact must have given back a code,
    and then the representative's. A photo is accepted by looking at it, not here.
    """
    said = _reason(reason)

    def check(_reader: Reader | Unit, request: Request) -> None:
        if request.grant is not None:
            raise Conflict("a photo is with this request", "Accept the photo itself.")
        doubted = request.state is RequestState.IDENTITY_ASKED
        if not doubted and not (request.mandate and request.identity_accepted_at is None):
            raise Conflict("nobody doubts who asks", "There is nothing to accept.")
        filed = open_request(app, request).filed_by
        if request.mandate and filed and filed in who.members:
            raise Conflict(
                "who filed the letter does not accept its mandate",
                "Have another member look at it.",
            )

    def change(unit: Unit, request: Request, permit: Permit, plan: PlanId) -> Request:
        return hear(app, unit, accepted(app, unit, request, said), permit, plan)

    kind = EntryKind.REQUEST_IDENTITY_ACCEPTED
    done = _do(app, who, request_id, _Act(kind, ("accept", said), check, change))
    if isinstance(done, Decided):
        _send_next_code(app, request_id)
    return done


def extend(app: App, who: Who, request_id: RequestId, reason: str) -> Decided | Refusal:
    """Take two more months, once, by a letter inside the first one (GDPR 12(3)).

    Raises ``Conflict`` after the first month, for a request that was extended before, and
    for one whose contact is not proved: nobody could be told.
    """
    said = _reason(reason)

    def check(reader: Reader | Unit, request: Request) -> None:
        terms = terms_on(request.regime, request.received_at.date())
        if request.extended_at is not None:
            raise Conflict("the time was extended before", "Answer by the day that was told.")
        if not terms.extension_months:
            raise Conflict("this regime knows no more time", "Answer in time.")
        if reader.now > end_of(notice_until(terms, request.received_at.date())):
            raise Conflict("the month is over in which the person is told", "Answer now.")

    def change(unit: Unit, request: Request, _permit: Permit, _plan: PlanId) -> Request:
        return replace(
            resealed(app, request, reason=said), extended_at=unit.now, due=_later(request)
        )

    def letter(request: Request) -> Letter:
        return RequestExtendedLetter(
            sender_of(app),
            request.id,
            request.kind,
            request.received_at.date(),
            request.due.date(),
            _later(request).date(),
            said,
        )

    act = _Act(EntryKind.REQUEST_EXTENDED, ("extend", said), check, change, letter)
    return _do(app, who, request_id, act)


def refuse_request(
    app: App, who: Who, request_id: RequestId, reason: str, article: str
) -> Decided | Refusal:
    """Refuse a request: a human's act alone, with reason, article and the way to complain.

    Raises ``BadInput`` without a reason or an article, ``Conflict`` once it is carried out.
    """
    said, law = _reason(reason), article.strip()
    if not _ARTICLE.fullmatch(law):
        raise BadInput("the article is not named", 'Name it as "GDPR 12(5)".')

    def check(reader: Reader | Unit, request: Request) -> None:
        held = any(h.subject == request.subject for h in reader.holds.in_force(reader.now))
        if request.plan is not None and not held:
            raise Conflict("the request is being carried out", "Let it come to its end.")

    def change(unit: Unit, request: Request, _permit: Permit, _plan: PlanId) -> Request:
        unit.requests.delete_code(request.id)
        refused = replace(
            resealed(app, request, reason=said, article=law),
            state=RequestState.REFUSED,
            closed_at=unit.now,
        )
        return forget_after(unit, refused)

    def letter(request: Request) -> Letter:
        return RequestRefusedLetter(
            sender_of(app), request.id, request.kind, request.received_at.date(), said, law
        )

    kind, facts = EntryKind.REQUEST_REFUSED, (("article", law.replace(" ", "_")),)
    act = _Act(kind, ("refuse", said, law), check, change, letter, facts)
    return _do(app, who, request_id, act)


def answer_now(app: App, who: Who, request_id: RequestId, words: str = "") -> Decided | Refusal:
    """Answer a request now: with words, or with whatever there is.

    An objection is upheld. A rectification or complaint is answered by words; a photo or
    mandate that nobody accepted is left out of a package.
    """
    said = words.strip()

    def check(_reader: Reader | Unit, request: Request) -> None:
        if request.plan is not None:
            raise Conflict("the request is being carried out", "Let it come to its end.")
        if request.kind in _WORDS and not said:
            raise BadInput("this takes a human's own words", "Write the answer.")

    def change(unit: Unit, request: Request, permit: Permit, _plan: PlanId) -> Request:
        return _answered(app, unit, resealed(app, request, answer=said), permit)

    act = _Act(EntryKind.REQUEST_ANSWERED, ("answer", said), check, change)
    return _do(app, who, request_id, act, needs_contact=True)


def see_to_all(app: App, trying: Trying) -> tuple[int, int]:
    """See to every open request; return how many something was done for, and how many are late."""
    with app.store.read() as reader:
        open_ = reader.requests.open()
        now = reader.now
    done = (trying.do(f"request {r.id}", partial(see_to, app, r.id), False) for r in open_)
    return sum(done), sum(now > request.due for request in open_)


def see_to(app: App, request_id: RequestId) -> bool:
    """Do for a request what is due and needs nobody; whether anything was done.

    1. A code that could not be sent goes out.
    2. What waits for nobody any more is planned.
    3. A week before the last day: what can be answered is answered with whatever there is,
       an objection that nobody refused is upheld, and who never gave back the code is
       reminded, once.
    """
    with app.store.read() as reader:
        request = reader.requests.get(request_id)
        if request is None or not request.is_open or request.plan is not None:
            return False
        payload = open_request(app, request)
        contact = answer_contact(app, reader, request, payload)
        deployment = reader.deployment.get()
        closing = deployment is not None and deployment.closing_at is not None
        hurried = closing or is_hastened(reader, request)
        now = reader.now
    accepted = request.identity_accepted_at is not None
    missing = next_contact(payload, accepted=accepted)
    tried_today = payload.reminded_on == now.date().isoformat()
    unsent = missing is not None and not payload.coded_on and not tried_today
    if unsent and remind(app, request_id):  # 1
        return True
    if request.state is RequestState.OPEN and _is_ready(app, request):  # 2
        return _plan_alone(app, request_id, in_time=True)
    if contact is not None and _time_is_up(request, now, hurried):  # 3
        return _plan_alone(app, request_id, in_time=False)
    unreminded = not payload.reminded_on or payload.reminded_on < _week_before(request)
    if missing is not None and unreminded and now >= request.due - BEFORE_DUE:
        return remind(app, request_id)
    return False


def _is_ready(app: App, request: Request) -> bool:
    """Say whether an open request waits for nobody.

    What is done at once is open only where a restore lost its plan.
    """
    if request.kind in HUMAN:
        return False
    with app.store.read() as reader:
        return request.kind not in PACKED or ready(app, reader, request)


def _week_before(request: Request) -> str:
    return (request.due - BEFORE_DUE).date().isoformat()


def _time_is_up(request: Request, now: datetime, hurried: bool) -> bool:
    """Say whether a request is answered now, with whatever there is, but never over a doubt.

    Where the whole deployment is being ended, or an authority's order is due, nobody waits
    for their last week.
    """
    in_time = now < request.due - BEFORE_DUE and not hurried
    if request.state is RequestState.IDENTITY_ASKED or in_time:
        return False
    objects = request.kind is RightKind.OBJECTION and request.channel_proved_at is not None
    return objects or request.kind in PACKED


def _plan_alone(app: App, request_id: RequestId, *, in_time: bool) -> bool:
    plan = PlanId(new_id())
    with app.store.read() as reader:
        kind = _open(reader, request_id).kind
    make_plan_key(app, kind, plan)
    with app.store.unit() as unit:
        request = unit.requests.get(request_id)
        if request is None or not request.is_open or request.plan is not None:
            return False
        if in_time:
            hear(app, unit, request, None, plan)
        else:
            _answered(app, unit, request, None)
    return True


def _answered(app: App, unit: Unit, request: Request, permit: Permit | None) -> Request:
    """Plan the answer, with whatever there is; an objection is upheld."""
    if request.kind is RightKind.OBJECTION:
        end_asked(app, unit, request, permit, "objection_upheld")
    return plan_answer(unit, request)


def _do(
    app: App, who: Who, request_id: RequestId, act: _Act, *, needs_contact: bool = False
) -> Decided | Refusal:
    """Do one act on a request.

    1. Make the key durable that an erasure's plan would need.
    2. Read the facts and decide; a refusal is recorded and returned.
    3. Send the letter that the act is tied to, to a contact that was proved.
    4. In one unit of work: decide again, change the request, record.
    5. Mirror the ledger. A worker carries the plans on.
    """
    plan = PlanId(new_id())
    digest = digest_of(request_id, *act.signed)
    with app.store.read() as reader:
        request = _open(reader, request_id)
    make_plan_key(app, request.kind, plan)  # 1
    with app.store.read() as reader:  # 2
        request = _open(reader, request_id)
        ask = ask_to_answer(app, reader, who, request)
        facts = read_facts(app, reader, ask, who, reader.now, digest)
        decided = _decided(ask, facts, reader.now)
        payload = open_request(app, request)
        # The code alone, not an earlier yes: else a member could tell by trying who gave one.
        proved = own_contact(payload) in payload.proved
        contact = answer_contact(app, reader, request, payload) if proved else None
        if isinstance(decided, Permit):
            act.check(reader, request)
    if isinstance(decided, Refusal):
        return refuse(app, ask, decided)
    told = _tell(app, request, payload, act, contact, needs_contact=needs_contact)  # 3
    with app.store.unit() as unit:  # 4
        request = _open(unit, request_id)
        facts = read_facts(app, unit, ask, who, unit.now, digest)
        permit = _decided(ask, facts, unit.now)
        if isinstance(permit, Refusal):
            return record_refusal(app, unit, ask, permit)
        act.check(unit, request)
        refusing = act.kind is EntryKind.REQUEST_REFUSED
        waited = answered_for(unit, request) if refusing else ()
        leaf = record_request(app, unit, act.kind, permit, request, act.facts, waited)
        changed = act.change(unit, replace(request, leaf=leaf), permit, plan)
        if changed.plan is None or changed.state is RequestState.REFUSED:
            unit.requests.put(changed)
    app.publish()  # 5
    return Decided(request_id, changed.state, changed.due, told, leaf)


def _decided(ask: Ask, facts: Facts, now: datetime) -> Permit | Refusal:
    """Decide; what needs a human's judgement is a member's alone (GDPR 12(4), 22(1))."""
    if ask.by is not By.MEMBER:
        return refusal(ask.action, Reason.NOT_FOR_THIS_DOER)
    return decide(ask, facts, now)


def _tell(
    app: App,
    request: Request,
    payload: RequestPayload,
    act: _Act,
    contact: str | None,
    *,
    needs_contact: bool,
) -> bool:
    """Send the letter of an act. A refusal alone is possible without a way to tell it."""
    refusing = act.kind is EntryKind.REQUEST_REFUSED
    if contact is None and (needs_contact or (act.letter is not None and not refusing)):
        raise Conflict(
            "the contact is not proved yet, so nobody can be told",
            "Wait for the code, or refuse the request with GDPR 12(6).",
        )
    if act.letter is None:
        return False
    if contact is None and not own_contact(payload):
        return False  # A restore lost the contact with the letter: there is nobody to write to.
    letter = act.letter(request)
    if contact is None and isinstance(letter, RequestRefusedLetter):
        # Nothing that a member wrote goes to a contact that may be anybody's.
        letter, contact = replace(letter, reason=""), own_contact(payload)
    app.outbox.send(compose(letter, contact or "", payload.language))
    return True


def _send_next_code(app: App, request_id: RequestId) -> None:
    """Send a representative whose mandate was accepted the code that proves their contact."""
    with app.store.read() as reader:
        request = reader.requests.get(request_id)
    if request is None or not request.is_open:
        return
    payload = open_request(app, request)
    if request.mandate and own_contact(payload) in payload.proved:
        remind(app, request_id)


def _open(reader: Reader | Unit, request_id: RequestId) -> Request:
    request = reader.requests.get(request_id)
    if request is None:
        raise NotFound("no such request", "See `licet request list`.")
    if not request.is_open:
        raise Conflict("the request is answered", "A new letter starts a new one.")
    return request


def _later(request: Request) -> datetime:
    received = request.received_at.date()
    return end_of(extended_on(terms_on(request.regime, received), received))


def _reason(reason: str) -> str:
    if not reason.strip():
        raise BadInput("a reason is missing", "Say why; it is kept with the request.")
    return reason.strip()

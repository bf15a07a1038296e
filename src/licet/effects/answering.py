"""Carries rights requests out: the ANSWER plan, and the steps with which a request ends.

What a person asked for happens within the unit of work that finds their contact proved,
or in a plan that the same unit makes: nobody has to act for it (GDPR 12(2), 12(3)).

====================  ==============================================================
asked for             what happens at once, and what is left to the plan
====================  ==============================================================
access, portability   nothing; look, pack, deliver
withdrawal            the grants are ending; the plan tells the person
restriction           the grants are restricted; the plan tells the person
objection             the grants are restricted; unless a human shows compelling
                      grounds in time, it is upheld and they end
erasure               the person is *erasing*; the ERASE plan ends the request too
rectification         a human answers, or who names the wrong appearance is heard at once
complaint             a human answers
====================  ==============================================================
"""

from dataclasses import replace

from licet.app import App
from licet.consent.ceilings import BEFORE_DUE
from licet.effects.carrying.hurrying import is_hastened
from licet.effects.ending import end_grants
from licet.effects.letters import compose, sender_of
from licet.effects.looking import forget_newcomer, scan_sources
from licet.effects.packing import build_package, deliver_package
from licet.effects.planning import plan_erasure
from licet.effects.plans import Found, InUnit, Step
from licet.effects.reaching import answered_for
from licet.effects.record import record, record_machine
from licet.effects.requests import PACKED, answer_contact, open_request, own_contact
from licet.effects.sealed import plan_key
from licet.effects.standing import restrict_within
from licet.effects.unlinking import unlink_within
from licet.store.unit import Reader, Unit
from licet.terms.gallery import TemplateKind
from licet.terms.grant import Grant, GrantState, Restriction, SubjectState
from licet.terms.ids import PlanId, TemplateId, new_id
from licet.terms.ledger import EntryKind
from licet.terms.letters import RequestDoneLetter
from licet.terms.permit import Permit
from licet.terms.plan import Effect, EffectKind, Plan, PlanKind, WorkState
from licet.terms.rights import Request, RequestState, RightKind

_LEAVING = frozenset({GrantState.ENDING})

HUMAN = frozenset({RightKind.RECTIFICATION, RightKind.OBJECTION, RightKind.COMPLAINT})
"""What waits for a human's answer; an objection only until it is upheld by itself."""


def needs_human(request: Request) -> bool:
    """Say whether somebody must look at a request before it is answered in full.

    1. A human had a doubt about who asks, and has not accepted anybody yet.
    2. There is a photo or a mandate, and nobody has accepted that it is theirs.
    3. It is of a kind that a human answers.
    """
    if request.state is RequestState.IDENTITY_ASKED or request.kind in HUMAN:
        return True
    unproved = request.grant is not None or bool(request.mandate)
    return unproved and request.identity_accepted_at is None


def ready(app: App, reader: Reader | Unit, request: Request) -> bool:
    """Say whether a package may be built now: nobody, and no photo, is waited for."""
    payload = open_request(app, request)
    if needs_human(request) or own_contact(payload) not in payload.proved:
        return False
    if payload.photo_follows and request.grant is None:
        return False
    return not payload.representative or payload.contact in payload.proved


def hear(app: App, unit: Unit, request: Request, permit: Permit | None, plan: PlanId) -> Request:
    """Do what a request asks for that was proved now, within the unit that proved it.

    The person's own code is their act, also where somebody else wrote for them; ``plan``
    as for :func:`carry_out`.
    """
    payload = open_request(app, request)
    if request.plan is not None or own_contact(payload) not in payload.proved:
        return request
    return carry_out(app, unit, request, permit, plan)


def make_plan_key(app: App, kind: RightKind, plan: PlanId) -> None:
    """Make the key durable that an erasure's plan needs before its row; others need none."""
    if kind is RightKind.ERASURE:
        app.keyring.create(plan_key(plan))


def steps_of(request: Request) -> tuple[EffectKind, ...]:
    """Return the steps of the plan that answers a request."""
    packed = request.kind in PACKED
    look = packed and request.grant is not None and request.identity_accepted_at is not None
    return (
        *((EffectKind.SCAN_SOURCES,) if look else ()),
        *((EffectKind.BUILD_PACKAGE, EffectKind.DELIVER_PACKAGE) if packed else ()),
        EffectKind.CLOSE_REQUEST,
        EffectKind.FORGET_NEWCOMER,
    )


def plan_answer(unit: Unit, request: Request) -> Request:
    """Plan the answer to a request within the unit that decided on it; return the request."""
    plan = _add_plan(unit, request, steps_of(request))
    return _fulfilling(unit, request, plan)


def _add_plan(unit: Unit, request: Request, steps: tuple[EffectKind, ...]) -> PlanId:
    plan = PlanId(new_id())
    unit.plans.add(
        Plan(
            id=plan,
            kind=PlanKind.ANSWER,
            cause=request.kind.value,
            subject=request.subject,
            grants=(),
            sealed=b"",
            state=WorkState.OPEN,
            created_at=unit.now,
        ),
        [Effect(plan, n, kind, WorkState.OPEN) for n, kind in enumerate(steps)],
    )
    return plan


def forget_after(unit: Unit, request: Request) -> Request:
    """Plan that who was here for a refused request alone is forgotten, and a photo with it."""
    if not request.newcomer and request.grant is None:
        return request
    plan = _add_plan(unit, request, (EffectKind.FORGET_NEWCOMER,))
    return replace(request, plan=plan)


def carry_out(
    app: App, unit: Unit, request: Request, permit: Permit | None, plan: PlanId
) -> Request:
    """Do at once what a proved request asks for, and plan the rest; return the request.

    ``plan`` is the id for an erasure's plan: its key must be durable before. Without a
    permit it is the machine's, because the time is up.
    """
    match request.kind:
        case RightKind.WITHDRAWAL:
            end_asked(app, unit, request, permit, "withdrawn")
            return plan_answer(unit, request)
        case RightKind.RESTRICTION:
            _restrict(app, unit, request, permit, Restriction.ASKED)
            return plan_answer(unit, request)
        case RightKind.OBJECTION:
            _restrict(app, unit, request, permit, Restriction.OBJECTION)
            return request
        case RightKind.ERASURE:
            return _erase(app, unit, request, permit, plan)
        case RightKind.ACCESS | RightKind.PORTABILITY:
            return plan_answer(unit, request) if ready(app, unit, request) else request
        case RightKind.RECTIFICATION:
            heard = _unlink(app, unit, request, permit)
            return plan_answer(unit, request) if heard else request
        case RightKind.COMPLAINT:
            return request


def end_asked(app: App, unit: Unit, request: Request, permit: Permit | None, cause: str) -> None:
    """Make the grants that a request is about *ending*, and record it."""
    grants = tuple(g for g in _asked(app, unit, request) if g.state is not GrantState.ENDING)
    if not grants:
        return
    plan = end_grants(unit, cause, request.subject, grants, unit.head.size)
    objects = (
        *(("grant", grant.id) for grant in grants),
        ("plan", plan),
        ("request", request.id),
    )
    _record(app, unit, EntryKind.GRANT_ENDING, permit, objects, cause)


def _restrict(
    app: App, unit: Unit, request: Request, permit: Permit | None, cause: Restriction
) -> None:
    restrict_within(app, unit, cause, _asked(app, unit, request), permit)


def _unlink(app: App, unit: Unit, request: Request, permit: Permit | None) -> bool:
    """Take off the person the appearances that they name; whether that was all they named.

    What is not theirs to name, or not there, is left for a human to answer.
    """
    named = {TemplateId(one) for one in open_request(app, request).templates}
    found: set[TemplateId] = set()
    for grant in (g for g in unit.grants.of_subject(request.subject) if g.kept):
        kept = unit.templates.of_grant(grant.id) if grant.state not in _LEAVING else ()
        wrong = [t for t in kept if t.id in named and t.kind is TemplateKind.APPEARANCE]
        if wrong:
            unlink_within(app, unit, grant.id, wrong, permit)
            found.update(one.id for one in wrong)
    return bool(named) and found == named


def _erase(app: App, unit: Unit, request: Request, permit: Permit | None, plan: PlanId) -> Request:
    """Plan the erasure, or take up the one that is under way."""
    open_ = (p for p in unit.plans.open() if p.kind is PlanKind.ERASE)
    under_way = next((p.id for p in open_ if p.subject == request.subject), None)
    if under_way is not None:
        return _fulfilling(unit, request, under_way)
    subject = unit.subjects.get(request.subject)
    if subject is None or subject.state is SubjectState.ERASED:
        return plan_answer(unit, request)
    grants = plan_erasure(app, unit, plan, subject, "asked")
    objects = (
        ("plan", plan),
        *(("grant", grant.id) for grant in grants),
        ("request", request.id),
    )
    _record(app, unit, EntryKind.SUBJECT_ERASING, permit, objects, "asked")
    return _fulfilling(unit, request, plan)


def _record(
    app: App,
    unit: Unit,
    kind: EntryKind,
    permit: Permit | None,
    objects: tuple[tuple[str, str], ...],
    cause: str,
) -> None:
    facts = (("cause", cause),)
    if permit is None:
        record_machine(unit, kind, objects, facts)
    else:
        record(app, unit, kind, permit, objects, facts)


def _fulfilling(unit: Unit, request: Request, plan: PlanId) -> Request:
    leaf = unit.head.size
    planned = replace(request, plan=plan, state=RequestState.FULFILLING, leaf=leaf)
    unit.requests.put(planned)
    objects = (("request", request.id), ("plan", plan))
    record_machine(unit, EntryKind.REQUEST_PLANNED, objects, (("kind", request.kind.value),))
    return planned


def _asked(app: App, reader: Reader | Unit, request: Request) -> tuple[Grant, ...]:
    """Return the kept grants that a request is about: those it names, or all."""
    named = open_request(app, request).grants
    kept = (g for g in reader.grants.of_subject(request.subject) if g.kept)
    return tuple(g for g in kept if g.id in named or not named)


def scan_in_time(app: App, plan: Plan) -> Found | None:
    """Look for a person who is not enrolled; go on without the rest when the time is up."""
    found = scan_sources(app, plan)
    if found is not None:
        return found
    with app.store.read() as reader:
        request = reader.requests.of_plan(plan.id)
        hurried = request is not None and is_hastened(reader, request)
        now = reader.now
    if request is None or (now < request.due - BEFORE_DUE and not hurried):
        return None
    return (("complete", False),)


def tell_done(app: App, plan: Plan) -> Found | None:
    """Tell the person what was done, where nothing else went out that says so.

    A withdrawal is told when the grants have ended, or a week before its last day.
    """
    with app.store.read() as reader:
        request = reader.requests.of_plan(plan.id)
        if request is None or not request.is_open or request.kind in _TOLD_OTHERWISE:
            return ()
        payload = open_request(app, request)
        contact = answer_contact(app, reader, request, payload)
        ending = request.kind in _ENDING and any(
            grant.state is GrantState.ENDING for grant in _asked(app, reader, request)
        )
        theirs = reader.grants.of_subject(request.subject)
        nothing = request.kind in _OF_GRANTS and not any(g.organisation for g in theirs)
        now = reader.now
    if ending and now < request.due - BEFORE_DUE:
        return None
    if contact is None:
        return (("told", False),)
    letter = RequestDoneLetter(
        sender=sender_of(app),
        request=request.id,
        right=request.kind,
        received_on=request.received_at.date(),
        done_on=now.date(),
        answer=payload.answer,
        nothing=nothing,
    )
    app.outbox.send(compose(letter, contact, payload.language))
    return (("told", True),)


_TOLD_OTHERWISE = PACKED | {RightKind.ERASURE}
_ENDING = frozenset({RightKind.WITHDRAWAL, RightKind.OBJECTION})
_OF_GRANTS = _ENDING | {RightKind.RESTRICTION}
"""Where a person has no grant at all there was nothing to do: so the letter says that."""


def close_request(_app: App, unit: Unit, plan: Plan) -> Found:
    """Say that the request of a plan is answered; a plan without one has nothing to close.

    What was written in an erasure's request goes with everything else of the person.
    """
    request = unit.requests.of_plan(plan.id)
    if request is None or not request.is_open:
        return (("request", False),)
    sealed = b"" if request.kind is RightKind.ERASURE else request.sealed
    state = RequestState.DELIVERED
    leaf = unit.head.size
    unit.requests.put(replace(request, state=state, closed_at=unit.now, sealed=sealed, leaf=leaf))
    unit.requests.delete_code(request.id)
    objects = (("request", request.id), ("plan", plan.id), *answered_for(unit, request))
    facts = (("kind", request.kind.value), ("in_time", unit.now <= request.due))
    record_machine(unit, EntryKind.REQUEST_DELIVERED, objects, facts)
    return (("request", True),)


def forget_last(app: App, plan: Plan) -> Found | None:
    """Forget the request's photo, and who was here for requests alone with their last one."""
    return forget_newcomer(app, plan)


ANSWER_OUTSIDE: dict[EffectKind, Step] = {
    EffectKind.SCAN_SOURCES: scan_in_time,
    EffectKind.BUILD_PACKAGE: build_package,
    EffectKind.DELIVER_PACKAGE: deliver_package,
    EffectKind.CLOSE_REQUEST: tell_done,
    EffectKind.FORGET_NEWCOMER: forget_last,
}
ANSWER_INSIDE: dict[EffectKind, InUnit] = {EffectKind.CLOSE_REQUEST: close_request}

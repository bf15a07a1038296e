"""The person's grants, requests, holds, plans and what else is on record about them."""

from dataclasses import dataclass

from licet.consent.purposes import table
from licet.effects.packing.asker import Asker
from licet.effects.packing.parts import (
    AccountPart,
    BlockPart,
    Code,
    GrantPart,
    HoldPart,
    Person,
    PlanPart,
    RequestPart,
    RunPart,
    StepPart,
)
from licet.effects.requests import open_request, request_key
from licet.effects.sealed import grant_key, open_identity, plan_key, subject_key
from licet.effects.standing import causes
from licet.terms.errors import KeyAbsent
from licet.terms.grant import Grant
from licet.terms.ids import KeyId
from licet.terms.payload import RequestPayload
from licet.terms.plan import Plan
from licet.terms.rights import Request


@dataclass(frozen=True, slots=True)
class Records:
    """What is on record about a person, beside their face and who found it."""

    person: Person
    grants: tuple[GrantPart, ...]
    codes: tuple[Code, ...]
    requests: tuple[RequestPart, ...]
    holds: tuple[HoldPart, ...]
    plans: tuple[PlanPart, ...]
    runs: tuple[RunPart, ...]
    blocks: tuple[BlockPart, ...]
    accounts: tuple[AccountPart, ...]
    keys: tuple[KeyId, ...]


def records_of(asker: Asker) -> Records:
    """Read what is on record about a person."""
    reader, subject = asker.reader, asker.subject
    grants = [grant.id for grant in asker.grants]
    requests = reader.requests.of_subject(subject.id)
    plans = reader.person.plans(subject.id, grants)
    holds = reader.holds.of_subject(subject.id)
    made = [reader.accounts.of_plan(plan.id) for plan in plans]
    return Records(
        person=_person(asker),
        grants=tuple(_grant(asker, grant) for grant in asker.grants),
        codes=_codes(asker, requests),
        requests=tuple(_request(asker, request) for request in requests),
        holds=tuple(
            HoldPart(h.id, h.grants, h.instrument, h.placed_at, h.until, h.lifted_at) for h in holds
        ),
        plans=tuple(_plan(asker, plan) for plan in plans),
        runs=tuple(
            RunPart(run.id, run.kind.value, run.source, run.grant, run.state.value)
            for run in reader.person.runs(grants)
            if run.grant
        ),
        blocks=tuple(
            BlockPart(b.cause, b.at, b.collecting, b.use, b.lifted_at)
            for b in reader.person.blocks(subject.id)
        ),
        accounts=tuple(AccountPart(a.id, a.made_at, a.destroy_at) for a in made if a),
        keys=_keys(asker, requests, plans),
    )


def _person(asker: Asker) -> Person:
    subject = asker.subject
    identity = open_identity(asker.app, subject)
    return Person(
        id=subject.id,
        state=subject.state.value,
        residence=subject.residence,
        dependant=subject.dependant,
        name=identity.name if identity else None,
        contact=identity.contact if identity else None,
        born=identity.born if identity else None,
        language=identity.language if identity else None,
    )


def _grant(asker: Asker, grant: Grant) -> GrantPart:
    purpose = table().get(grant.purpose)
    return GrantPart(
        id=grant.id,
        organisation=asker.name_of(grant.organisation) or None,
        purpose=grant.purpose,
        title=purpose.title if purpose else grant.purpose,
        basis=grant.basis.value,
        condition=grant.condition.value,
        relationship=grant.relationship.value,
        source=grant.source,
        territories=tuple(sorted(grant.territories)),
        notice=grant.notice,
        notice_delivered_at=grant.notice_delivered_at,
        confirmed_at=grant.confirmed_at,
        confirmed_by=grant.confirmed_by,
        guardian=grant.guardian,
        captured=grant.captured,
        not_before=grant.not_before,
        expires=grant.expires,
        state=grant.state.value,
        restricted_for=tuple(sorted(cause.value for cause in causes(asker.reader, grant))),
        instrument=grant.instrument,
        receipts=(),
    )


def _codes(asker: Asker, requests: tuple[Request, ...]) -> tuple[Code, ...]:
    """Return the codes that wait: of grants not yet confirmed, of requests not yet proved."""
    of_grants = (asker.reader.confirmations.get(grant.id) for grant in asker.grants)
    of_requests = (asker.reader.requests.code(request.id) for request in requests)
    return (
        *(Code(code.grant, code.tries, code.expires) for code in of_grants if code),
        *(Code(code.request, code.tries, code.expires) for code in of_requests if code),
    )


def _request(asker: Asker, request: Request) -> RequestPart:
    payload = _payload(asker, request)
    return RequestPart(
        id=request.id,
        right=request.kind.value,
        state=request.state.value,
        received_at=request.received_at,
        due=request.due,
        extended_at=request.extended_at,
        closed_at=request.closed_at,
        regime=request.regime,
        letters=request.letters,
        mandate=request.mandate,
        channel_proved_at=request.channel_proved_at,
        identity_accepted_at=request.identity_accepted_at,
        contact=payload.contact if payload else None,
        name=payload.name if payload else None,
        representative=payload.representative if payload else None,
        words=payload.words if payload else (),
        places=payload.places if payload else (),
        reason=payload.reason if payload else None,
        article=payload.article if payload else None,
        answer=payload.answer if payload else None,
    )


def _payload(asker: Asker, request: Request) -> RequestPayload | None:
    """Return what was written in a request; None once that is forgotten."""
    try:
        return open_request(asker.app, request)
    except KeyAbsent:
        return None


def _plan(asker: Asker, plan: Plan) -> PlanPart:
    steps = tuple(
        StepPart(effect.kind.value, effect.state.value, dict(effect.found))
        for effect in asker.reader.plans.effects(plan.id)
    )
    return PlanPart(plan.id, plan.kind.value, plan.cause, plan.state.value, plan.created_at, steps)


def _keys(
    asker: Asker, requests: tuple[Request, ...], plans: tuple[Plan, ...]
) -> tuple[KeyId, ...]:
    """Return the names of the person's keys that exist. The keys themselves open others' files."""
    names = [
        subject_key(asker.subject.id),
        *(grant_key(grant.id) for grant in asker.grants),
        *(request_key(request.id) for request in requests),
        *(plan_key(plan.id) for plan in plans),
    ]
    absent = asker.app.keyring.absent(names)
    return tuple(name for name in names if name not in absent)

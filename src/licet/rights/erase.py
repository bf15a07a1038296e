"""Erasing: everything kept of a person is destroyed, looked for, and certified gone (GDPR 17)."""

from licet.app import App
from licet.consent.decide import decide
from licet.effects.erasing import STEPS
from licet.effects.facts import read_facts
from licet.effects.finishing import finish
from licet.effects.record import record, record_refusal
from licet.effects.sealed import grant_key, open_identity, plan_key, row_of, seal_plan
from licet.store.unit import Unit
from licet.terms.acting import Who
from licet.terms.errors import KeyAbsent, NotFound
from licet.terms.grant import Grant, GrantState, Subject, SubjectState
from licet.terms.ids import OrganisationId, PlanId, SubjectId, new_id
from licet.terms.ledger import EntryKind
from licet.terms.payload import ErasurePayload
from licet.terms.permit import Action, Ask, Refusal
from licet.terms.plan import Effect, Plan, PlanKind, WorkState


def erase(
    app: App, who: Who, subject_id: SubjectId, organisation: OrganisationId | None = None
) -> PlanId | Refusal:
    """Erase a person.

    1. Make the plan's own key durable: until the last check it must know whom to look for.
    2. In one unit of work: decide; the person is *erasing* and all their grants are
       ending, so nobody finds them from this commit on; plan what follows; record.
    3. Mirror the ledger.
    4. Carry the plan as far as it goes now; a worker brings it to its end.

    Raises ``NotFound`` for a person not known.
    """
    plan_id = PlanId(new_id())
    app.keyring.create(plan_key(plan_id))  # 1
    ask = Ask(
        Action.ERASE,
        who.by,
        app.model,
        organisation=organisation,
        member=who.member,
        subject=subject_id,
    )
    with app.store.unit() as unit:  # 2
        subject = unit.subjects.get(subject_id)
        if subject is None:
            raise NotFound("no such person", "See `licet grant list`.")
        permit = decide(ask, read_facts(app, unit, ask, who, unit.now), unit.now)
        if isinstance(permit, Refusal):
            return record_refusal(app, unit, ask, permit)
        grants = tuple(g for g in unit.grants.of_subject(subject_id) if g.kept)
        _plan(app, unit, plan_id, subject, grants)
        objects = (("plan", plan_id), *(("grant", grant.id) for grant in grants))
        record(app, unit, EntryKind.SUBJECT_ERASING, permit, objects)
    app.at("erase.committed")
    app.publish()  # 3
    finish(app, plan_id)  # 4
    app.publish()
    return plan_id


def _plan(
    app: App, unit: Unit, plan_id: PlanId, subject: Subject, grants: tuple[Grant, ...]
) -> None:
    payload = _payload(app, unit, subject, grants)
    leaf = unit.head.size
    unit.subjects.set_state(subject.id, SubjectState.ERASING)
    for grant in grants:
        unit.grants.set_state(grant.id, GrantState.ENDING, leaf)
    every = tuple(grant.id for grant in unit.grants.of_subject(subject.id))
    sealed = seal_plan(app, plan_id, payload)
    plan = Plan(
        id=plan_id,
        kind=PlanKind.ERASE,
        cause="asked",
        subject=subject.id,
        grants=every,
        sealed=sealed,
        state=WorkState.OPEN,
        created_at=unit.now,
    )
    unit.plans.add(plan, [Effect(plan_id, n, k, WorkState.OPEN) for n, k in enumerate(STEPS)])


def _payload(app: App, unit: Unit, subject: Subject, grants: tuple[Grant, ...]) -> ErasurePayload:
    """Gather what the last checks must look for, while it can be read."""
    identity = open_identity(app, subject)
    templates = [template for grant in grants for template in unit.templates.of_grant(grant.id)]
    rows = []
    for template in templates:
        try:
            rows.append(row_of(template, app.keyring.get(grant_key(template.grant))))
        except KeyAbsent:
            continue
    words = (identity.name, identity.contact) if identity else ()
    return ErasurePayload(
        contact=identity.contact if identity else "",
        language=identity.language if identity else "en",
        templates=tuple((row.template.model, row.template.values) for row in rows),
        needles=(*(word.encode() for word in words), *(row.template.values for row in rows)),
        before=(
            ("grants", len(grants)),
            ("templates", len(templates)),
            ("suggestions", sum(len(unit.suggestions.of_grant(g.id)) for g in grants)),
        ),
    )

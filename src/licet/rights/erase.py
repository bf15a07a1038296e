"""Erasing: everything kept of a person is destroyed, looked for, and certified gone (GDPR 17)."""

from licet.app import App
from licet.consent.decide import decide
from licet.effects.facts import read_facts
from licet.effects.finishing import finish
from licet.effects.planning import FIRST_COSTLY, plan_erasure
from licet.effects.record import record, record_refusal
from licet.effects.sealed import plan_key
from licet.store.unit import Unit
from licet.terms.acting import Who
from licet.terms.errors import NotFound
from licet.terms.ids import OrganisationId, PlanId, SubjectId, new_id
from licet.terms.ledger import EntryKind
from licet.terms.permit import Action, Ask, Refusal
from licet.terms.plan import PlanKind


def erase(
    app: App,
    who: Who,
    subject_id: SubjectId,
    organisation: OrganisationId | None = None,
    *,
    whole: bool = True,
) -> PlanId | Refusal:
    """Erase a person.

    ``whole`` False leaves what takes longer the more is stored (the epoch's turn, the
    scan of every file, the certificate) to the worker, which does it once for all who wait.

    1. Make the plan's own key durable: until the last check it must know whom to look for.
    2. In one unit of work: decide; the person is *erasing* and all their grants are
       ending, so nobody finds them from this commit on; plan what follows; record.
       Who is being erased already is not planned for twice: the first plan goes on.
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
        under_way = _under_way(unit, subject_id)
        if under_way is None:
            grants = plan_erasure(app, unit, plan_id, subject, "asked")
            objects = (("plan", plan_id), *(("grant", grant.id) for grant in grants))
            record(app, unit, EntryKind.SUBJECT_ERASING, permit, objects)
    if under_way is not None:
        app.keyring.shred(plan_key(plan_id))
        plan_id = under_way
    app.at("erase.committed")
    app.publish()  # 3
    app.shelf.scan = None  # an earlier look does not know what was written since
    try:
        finish(app, plan_id, None if whole else FIRST_COSTLY)  # 4
    finally:
        app.publish()
    return plan_id


def _under_way(unit: Unit, subject: SubjectId) -> PlanId | None:
    """Return the plan that erases a person already: a second one would look for nobody."""
    plans = (p for p in unit.plans.open() if p.kind is PlanKind.ERASE and p.subject == subject)
    return next((plan.id for plan in plans), None)

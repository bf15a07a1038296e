"""Plans an erasure within the unit of work that makes the person *erasing*."""

from licet.app import App
from licet.effects.sealed import grant_key, open_identity, row_of, seal_plan
from licet.store.unit import Unit
from licet.terms.grant import Grant, GrantState, Subject, SubjectState
from licet.terms.ids import PlanId
from licet.terms.payload import ErasurePayload
from licet.terms.plan import Effect, EffectKind, Plan, PlanKind, WorkState

STEPS = (
    EffectKind.DELIVER_HISTORY,
    EffectKind.SEAL_ACCOUNT,
    EffectKind.TELL_RECIPIENTS,
    EffectKind.FORGET_ITEMS,
    EffectKind.DELETE_ROWS,
    EffectKind.SHRED_KEYS,
    EffectKind.CHECK_UNFINDABLE,
    EffectKind.END_GRANTS,
    EffectKind.CHECK_BYTES,
    EffectKind.TURN_EPOCH,
    EffectKind.CHECK_KEYS,
    EffectKind.CERTIFY,
    EffectKind.SCAN_BYTES,
    EffectKind.CERTIFY_SCAN,
    EffectKind.DELIVER_CERTIFICATE,
    EffectKind.CLOSE_REQUEST,
    EffectKind.FORGET_PLAN,
)
"""What an erasure does, in order. A plan that an older version left has its own rows."""

FIRST_COSTLY = EffectKind.TURN_EPOCH
"""What comes before takes a moment; from here on a step takes longer the more is stored,
and one turn and one scan serve every erasure that waits for them."""


def plan_erasure(
    app: App, unit: Unit, plan_id: PlanId, subject: Subject, cause: str
) -> tuple[Grant, ...]:
    """Make a person *erasing* and their kept grants *ending*, and plan what follows.

    The plan's key must be durable before. Returns every grant of the person, ended ones
    too: the entry that the caller records names them all, because a restore finds the
    person again by nothing else.
    """
    every = unit.grants.of_subject(subject.id)
    kept = tuple(grant for grant in every if grant.kept)
    payload = _payload(app, unit, subject, kept)
    leaf = unit.head.size
    unit.subjects.set_state(subject.id, SubjectState.ERASING)
    for grant in kept:
        unit.grants.set_state(grant.id, GrantState.ENDING, leaf)
    plan = Plan(
        id=plan_id,
        kind=PlanKind.ERASE,
        cause=cause,
        subject=subject.id,
        grants=tuple(grant.id for grant in every),
        sealed=seal_plan(app, plan_id, payload),
        state=WorkState.OPEN,
        created_at=unit.now,
    )
    unit.plans.add(plan, [Effect(plan_id, n, k, WorkState.OPEN) for n, k in enumerate(STEPS)])
    return every


def _payload(app: App, unit: Unit, subject: Subject, grants: tuple[Grant, ...]) -> ErasurePayload:
    """Gather what the last checks must look for, while it can be read."""
    identity = open_identity(app, subject)
    templates = [template for grant in grants for template in unit.templates.of_grant(grant.id)]
    keys = app.keyring.get_many({grant_key(grant.id) for grant in grants})
    named = ((template, grant_key(template.grant)) for template in templates)
    rows = [row_of(template, keys[name]) for template, name in named if name in keys]
    words = (identity.name, identity.contact) if identity else ()
    return ErasurePayload(
        contact=identity.contact if identity else "",
        language=identity.language if identity else "en",
        templates=tuple((row.template.model, row.template.values) for row in rows),
        needles=(*(word.encode() for word in words), *(row.template.values for row in rows)),
    )

"""Ends grants: invisible at once, deleted and shredded by a plan that always finishes."""

from collections.abc import Collection

from licet.app import App
from licet.effects.closing import close_emptied
from licet.effects.held import require_unheld
from licet.effects.plans import Found, InUnit, Step
from licet.effects.record import record_machine
from licet.effects.sealed import candidate_tags, grant_key
from licet.effects.surfacing import listing
from licet.effects.telling import tell_recipients
from licet.store.unit import Unit
from licet.terms.errors import Integrity
from licet.terms.grant import Grant, GrantState
from licet.terms.ids import GrantId, PlanId, SubjectId, new_id
from licet.terms.ledger import EntryKind
from licet.terms.plan import Effect, EffectKind, Plan, PlanKind, WorkState
from licet.terms.rights import RightKind

STEPS = (
    EffectKind.DELETE_ROWS,
    EffectKind.SHRED_KEYS,
    EffectKind.CHECK_KEYS,
    EffectKind.END_GRANTS,
)
"""The grant has ended only when its key is gone: *ended* is a promise kept, not begun."""


def end_grants(
    unit: Unit, cause: str, subject: SubjectId, grants: tuple[Grant, ...], leaf: int
) -> PlanId:
    """Make grants *ending* and plan what follows. The caller records the entry at ``leaf``.

    ``subject`` is whose grants they are, ``NOBODY`` where they are many people's.
    """
    unit.grants.set_states([grant.id for grant in grants], GrantState.ENDING, leaf)
    plan = PlanId(new_id())
    unit.plans.add(
        Plan(
            id=plan,
            kind=PlanKind.WITHDRAW,
            cause=cause,
            subject=subject,
            grants=tuple(grant.id for grant in grants),
            sealed=b"",
            state=WorkState.OPEN,
            created_at=unit.now,
        ),
        [Effect(plan, n, kind, WorkState.OPEN) for n, kind in enumerate(STEPS)],
    )
    return plan


def delete_rows(app: App, unit: Unit, plan: Plan) -> Found:
    """Delete what is kept under the plan's grants; who was shown the person is told (GDPR 19)."""
    require_unheld(unit, plan.grants)
    shown = listing(app, unit, plan.grants)
    told, untold = tell_recipients(app, unit, shown, RightKind.WITHDRAWAL)
    recipients = (("recipients", told + untold),) if told + untold else ()
    return (*rows_of_grants(app, unit, plan.grants), *recipients)


def rows_of_grants(app: App, unit: Unit, grants: Collection[GrantId]) -> Found:
    """Delete every template, suggestion, note and open code of grants, and empty lists of them."""
    return (
        ("templates", unit.templates.delete_of_grants(grants)),
        ("suggestions", unit.suggestions.delete_of_grants(grants)),
        ("unlinked", unit.unlinked.delete_of_grants(grants)),
        ("questions", unit.questions.delete_of_grants(grants)),
        ("confirmations", unit.confirmations.delete_of_grants(grants)),
        ("lists", take_off_lists(app, unit, grants)),
    )


def take_off_lists(app: App, unit: Unit, grants: Collection[GrantId]) -> int:
    """Take grants off every candidate list; a search that lists nobody any more is closed.

    Returns how many searches listed one. A grant whose key is gone is on no list.
    """
    tags = candidate_tags(app, map(grant_key, grants))
    searches = unit.searches.empty_candidates_of_grants(tags)
    close_emptied(unit, searches)
    return len(searches)


def shred_keys(app: App, plan: Plan) -> Found:
    """Destroy the grants' keys in both replicas of the keyring."""
    return (("keys", app.keyring.shred(*(grant_key(grant) for grant in plan.grants))),)


def check_keys(app: App, plan: Plan) -> Found:
    """Look for the keys and find none. Raises ``Integrity`` when one is still there."""
    keys = {grant_key(grant) for grant in plan.grants}
    left = keys - app.keyring.absent(keys)
    if left:
        raise Integrity(
            f"{len(left)} keys outlived their shredding", "Run `licet doctor` on the keyring."
        )
    return (("absent", len(keys)),)


def mark_ended(_app: App, unit: Unit, plan: Plan) -> Found:
    """Say that the grants have ended; the store refuses it while a template is left."""
    leaf = unit.head.size
    unit.grants.set_states(plan.grants, GrantState.ENDED, leaf)
    objects = tuple(("grant", grant) for grant in plan.grants)
    record_machine(unit, EntryKind.GRANT_ENDED, (*objects, ("plan", plan.id)))
    return (("grants", len(plan.grants)),)


END_OUTSIDE: dict[EffectKind, Step] = {
    EffectKind.SHRED_KEYS: shred_keys,
    EffectKind.CHECK_KEYS: check_keys,
}
END_INSIDE: dict[EffectKind, InUnit] = {
    EffectKind.DELETE_ROWS: delete_rows,
    EffectKind.END_GRANTS: mark_ended,
}

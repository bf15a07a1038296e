"""Ends grants: invisible at once, deleted and shredded by a plan that always finishes."""

from licet.app import App
from licet.effects.closing import OPEN_SEARCHES, close_within
from licet.effects.plans import Found, InUnit, Step
from licet.effects.record import record_machine
from licet.effects.sealed import candidate_tag, grant_key
from licet.store.unit import Unit
from licet.terms.errors import Integrity, KeyAbsent
from licet.terms.grant import Grant, GrantState
from licet.terms.ids import GrantId, PlanId, SubjectId, new_id
from licet.terms.ledger import EntryKind
from licet.terms.plan import Effect, EffectKind, Plan, PlanKind, WorkState

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
    """Make grants *ending* and plan what follows. The caller records the entry at ``leaf``."""
    for grant in grants:
        unit.grants.set_state(grant.id, GrantState.ENDING, leaf)
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
    """Delete every template and suggestion kept under the plan's grants, and any open code."""
    templates = sum(unit.templates.delete_of_grant(grant) for grant in plan.grants)
    suggestions = sum(unit.suggestions.delete_of_grant(grant) for grant in plan.grants)
    listed = 0
    for grant in plan.grants:
        unit.confirmations.delete(grant)
        listed += take_off_lists(app, unit, grant)
    return (("templates", templates), ("suggestions", suggestions), ("lists", listed))


def take_off_lists(app: App, unit: Unit, grant: GrantId) -> int:
    """Take a grant off every candidate list; a search that lists nobody any more is closed."""
    try:
        tag = candidate_tag(app, grant_key(grant))
    except KeyAbsent:
        return 0
    searches = unit.searches.empty_candidates_of_grant(tag)
    for search_id in searches:
        search = unit.searches.get(search_id)
        if search and search.state in OPEN_SEARCHES and not unit.searches.candidates(search_id):
            close_within(unit, search)
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
    for grant in plan.grants:
        unit.grants.set_state(grant, GrantState.ENDED, leaf)
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

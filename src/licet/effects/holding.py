"""What must wait before rows are deleted, and what must not (GDPR 15, 17(3)(e)).

A legal hold keeps the rows of named grants and does nothing else: nobody finds the person
under them, no list names them, and what no hold names goes at once. A person's own access
request keeps rows too, until they were handed over; but a photo that went with a request
and is taken back goes at once.
"""

from collections.abc import Callable

from licet.app import App
from licet.effects.ending import rows_of_grants, take_off_lists
from licet.effects.held import held_grants
from licet.effects.plans import Found
from licet.effects.record import Facts, record_machine
from licet.effects.requests import waits_for_answer
from licet.effects.sealed import grant_key
from licet.effects.surfacing import listing
from licet.effects.telling import tell_recipients
from licet.store.unit import Unit
from licet.terms.ids import GrantId
from licet.terms.ledger import EntryKind
from licet.terms.plan import NOBODY, EffectKind, Plan
from licet.terms.rights import RightKind

Take = Callable[[App, Unit, Plan, tuple[GrantId, ...]], Found]
"""Deletes the rows of some of a plan's grants, within a unit."""


def wait_until_free(app: App, plan: Plan, take: Take) -> Found | None:
    """Wait while rows must still be handed over or kept; nothing else waits for them."""
    with app.store.read() as reader:
        grants = reader.grants.many(plan.grants).values()
        photos = bool(grants) and all(grant.organisation is None for grant in grants)
        asked = plan.subject != NOBODY and waits_for_answer(reader, plan.subject)
        if asked and not photos:
            return None
        held = held_grants(reader) & set(plan.grants)
    if not held:
        return ()
    _let_others_go(app, plan, held, take)
    return None


def wait_to_end(app: App, plan: Plan) -> Found | None:
    """Wait before the rows of grants that end."""
    return wait_until_free(app, plan, _take_rows)


def _take_rows(app: App, unit: Unit, plan: Plan, grants: tuple[GrantId, ...]) -> Found:
    tell_recipients(app, unit, listing(app, unit, plan.grants), RightKind.WITHDRAWAL)
    return rows_of_grants(app, unit, grants)


def _let_others_go(app: App, plan: Plan, held: frozenset[GrantId], take: Take) -> None:
    """Delete what no hold names, and take the person off every list; once, then it is done."""
    free = tuple(grant for grant in plan.grants if grant not in held)
    keys = frozenset(grant_key(grant) for grant in free)
    with app.store.read() as reader:
        listed = listing(app, reader, plan.grants)
    if not listed and app.keyring.absent(keys) == keys:
        return
    with app.store.unit() as unit:
        n = next(e.n for e in unit.plans.effects(plan.id) if e.kind is EffectKind.DELETE_ROWS)
        found = take(app, unit, plan, free)
        take_off_lists(app, unit, held)
        said: Facts = (("effect", EffectKind.DELETE_ROWS.value), ("n", n), ("held", len(held)))
        record_machine(unit, EntryKind.EFFECT_DONE, (("plan", plan.id),), (*said, *found))
    app.keyring.shred(*keys)

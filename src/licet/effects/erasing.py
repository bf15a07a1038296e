"""The steps that erase a person, each idempotent; `planning` says in which order.

History is delivered, and sealed for two people to read, while it can still be read; rows
go before keys, so that a crash in between leaves sealed bytes with a key and never the
reverse untold; the epoch turns after the keys are gone, so that no copy of the keyring
taken before opens anything; then the machine looks for what it claims is gone.
"""

from datetime import timedelta
from functools import partial

from licet.app import App
from licet.effects.accounting import make_account_key, seal_account
from licet.effects.certifying import certify
from licet.effects.checking import (
    check_all_keys,
    check_bytes,
    check_unfindable,
    keys_of,
    scan_bytes,
)
from licet.effects.ending import mark_ended
from licet.effects.forgetting import erase_rows, forget_items, gone_before, take_free
from licet.effects.handing import deliver_certificate
from licet.effects.holding import wait_until_free
from licet.effects.letters import compose, sender_of
from licet.effects.packing.steps import drop_package
from licet.effects.plans import Found, InUnit, Step
from licet.effects.sealed import open_plan, subject_key
from licet.effects.shelving import destroy_copies
from licet.effects.surfacing import of_person
from licet.effects.telling import UNSENT, forget_plan, tell_recipients
from licet.effects.unlinking import forget_notes
from licet.store.unit import Unit
from licet.terms.errors import KeyAbsent
from licet.terms.grant import SubjectState
from licet.terms.letters import HistoryLetter, Surfaced
from licet.terms.plan import EffectKind, Plan
from licet.terms.rights import RightKind

LETTER_PATIENCE = timedelta(days=3)
"""How long an unreachable mailbox may delay an erasure that the person asked for (GDPR 12(3))."""


def deliver_history(app: App, plan: Plan) -> Found | None:
    """Tell the person who searched them, before that can no longer be read."""
    try:
        payload = open_plan(app, plan)
    except KeyAbsent:
        return (("delivered", False),)
    if not payload.contact or not app.keyring.has(subject_key(plan.subject)):
        return (("delivered", False),)  # Nobody can be told, or nobody knows what.
    with app.store.read() as reader:
        surfaced = of_person(app, reader, plan.subject)
    searches = tuple(
        Surfaced(one.search.at.date(), one.organisation.name, one.case.purpose, one.search.state)
        for one in surfaced
    )
    letter = HistoryLetter(sender_of(app), searches)
    try:
        app.outbox.send(compose(letter, payload.contact, payload.language))
    except UNSENT:
        if app.clock() < plan.created_at + LETTER_PATIENCE:
            return None
        return (("delivered", False), ("searches", len(searches)))
    return (("delivered", True), ("searches", len(searches)))


def tell_of_erasure(app: App, unit: Unit, plan: Plan) -> Found:
    """Plan letters to every organisation whose searches ever surfaced the person (GDPR 19)."""
    surfaced = of_person(app, unit, plan.subject)
    told, untold = tell_recipients(app, unit, surfaced, RightKind.ERASURE)
    return (("told", told), ("untold", untold))


def shred_all(app: App, plan: Plan) -> Found:
    """Destroy the person's key, the keys of all their grants and of all they asked.

    An answer that was packed and never delivered is removed: its secret goes with the key.
    So do the copies that end with the person, their keys and their bytes, and what was noted
    of others in photos of nobody else.
    """
    destroy_copies(app)
    forget_notes(app, plan, gone_before(app, plan).get("items", 0))
    with app.store.read() as reader:
        requests = [request.id for request in reader.requests.of_subject(plan.subject)]
    packages = sum(drop_package(app, request) for request in requests)
    shredded = app.keyring.shred(*keys_of(app, plan))
    return (("keys", shredded), ("packages", packages), ("epoch", app.keyring.epoch()))


def turn_epoch(app: App, plan: Plan) -> Found:
    """Wrap the surviving keys anew and destroy the key that wrapped the shredded ones.

    An epoch that turned since the keys were shredded need not turn again.
    """
    with app.store.read() as reader:
        found = {e.kind: dict(e.found) for e in reader.plans.effects(plan.id)}
    if found.get(EffectKind.SHRED_KEYS, {}).get("epoch") != app.keyring.epoch():
        return (("turned_before", True),)
    turned = app.keyring.turn()
    return (("turned_before", False), ("surviving_keys", turned.keys))


def empty_subject(app: App, unit: Unit, plan: Plan) -> Found:
    """Say that the grants have ended and empty the person's own row."""
    found = mark_ended(app, unit, plan)
    unit.subjects.set_state(plan.subject, SubjectState.ERASED)
    return found


def forget_mirrored(app: App, plan: Plan) -> Found:
    """Destroy the plan's own key once the ledger's mirror tells what was done.

    Without the key a restored store takes the plan for carried out, and nothing is done again.
    """
    app.publish()
    return forget_plan(app, plan)


_WAIT = partial(wait_until_free, take=take_free)

ERASE_OUTSIDE: dict[EffectKind, Step] = {
    EffectKind.DELIVER_HISTORY: deliver_history,
    EffectKind.SEAL_ACCOUNT: make_account_key,
    EffectKind.FORGET_ITEMS: _WAIT,
    EffectKind.DELETE_ROWS: _WAIT,
    EffectKind.SHRED_KEYS: shred_all,
    EffectKind.TURN_EPOCH: turn_epoch,
    EffectKind.CHECK_KEYS: check_all_keys,
    EffectKind.CHECK_UNFINDABLE: check_unfindable,
    EffectKind.CHECK_BYTES: check_bytes,
    EffectKind.SCAN_BYTES: scan_bytes,
    EffectKind.DELIVER_CERTIFICATE: deliver_certificate,
    EffectKind.FORGET_PLAN: forget_mirrored,
}
ERASE_INSIDE: dict[EffectKind, InUnit] = {
    EffectKind.SEAL_ACCOUNT: seal_account,
    EffectKind.TELL_RECIPIENTS: tell_of_erasure,
    EffectKind.FORGET_ITEMS: forget_items,
    EffectKind.DELETE_ROWS: erase_rows,
    EffectKind.END_GRANTS: empty_subject,
    EffectKind.CERTIFY: certify,
    EffectKind.CERTIFY_SCAN: certify,
}

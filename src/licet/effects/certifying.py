"""Certificates of erasure: what each check found, bound to the ledger, rebuilt at any time.

A certificate is derived from the plan's effects and its entry, so it can be
written again whenever it is asked for, and always says the same.
"""

from datetime import datetime

from licet.app import App
from licet.effects.plans import Found
from licet.effects.receipts import receipt_for, statement_fact
from licet.effects.record import record_machine
from licet.ledger.receipt import ReceiptKind
from licet.ledger.statement import (
    ErasureStatement,
    ErasureTold,
    PlaintextScan,
    SealedBytes,
    StoreCount,
)
from licet.store.unit import Unit
from licet.terms.errors import Conflict, NotFound
from licet.terms.ids import PlanId
from licet.terms.ledger import EntryKind
from licet.terms.plan import Effect, EffectKind, Plan, WorkState
from licet.terms.when import from_ms

COUNTED = (
    "templates",
    "suggestions",
    "unlinked",
    "questions",
    "confirmations",
    "candidates",
    "probes",
    "items",
    "copies",
    "requests",
    "request_codes",
    "packages",
    "holds",
)
"""Every store that holds something about a person; a certificate counts each, zeros included."""

_SAYS = (
    "Everything kept about you is destroyed: what was written is deleted, and the keys without "
    "which no copy of it can be read are gone, backups included."
)
_SAYS_ACCOUNT = (
    " Who searched you is kept sealed until {day}, without your name, for the data protection "
    "officer and an auditor to open together."
)


def certify(_app: App, unit: Unit, plan: Plan) -> Found:
    """Record what the checks found; the entry commits to the certificate's statement."""
    statement = _statement(plan, _found(unit.plans.effects(plan.id)))
    leaf = record_machine(
        unit, EntryKind.CERTIFIED, (("plan", plan.id),), statement_fact(statement)
    )
    return (("leaf", leaf),)


def certificate(app: App, plan_id: PlanId) -> bytes:
    """Return the certificate's file: the later one, with the scan, once that was made.

    Raises ``NotFound`` for a plan not known, ``Conflict`` while nothing is certified.
    """
    with app.store.read() as reader:
        plan = reader.plans.get(plan_id)
        effects = reader.plans.effects(plan_id) if plan else ()
    if plan is None:
        raise NotFound("no such plan", "See `licet erase --list`.")
    done = [e for e in effects if e.state is WorkState.DONE]
    certified = [e for e in done if e.kind in {EffectKind.CERTIFY, EffectKind.CERTIFY_SCAN}]
    if not certified:
        raise Conflict("the erasure is not certified yet", "Run `licet worker --once`.")
    last = certified[-1]
    leaf = int(dict(last.found)["leaf"])
    earlier = _found([e for e in done if e.n < last.n])
    return receipt_for(app, ReceiptKind.ERASURE_CERTIFICATE, leaf, _statement(plan, earlier), None)


def _found(effects: list[Effect] | tuple[Effect, ...]) -> dict[EffectKind, dict[str, object]]:
    return {e.kind: dict(e.found) for e in effects if e.state is WorkState.DONE}


def _statement(plan: Plan, found: dict[EffectKind, dict[str, object]]) -> ErasureStatement:
    kinds = (EffectKind.FORGET_ITEMS, EffectKind.DELETE_ROWS, EffectKind.SHRED_KEYS)
    rows = {name: value for kind in kinds for name, value in found.get(kind, {}).items()}
    keys = found.get(EffectKind.CHECK_KEYS, {})
    wiped = found.get(EffectKind.CHECK_BYTES, {})
    scan = found.get(EffectKind.SCAN_BYTES)
    told = _told(found)
    return ErasureStatement(
        subject=plan.subject,
        asked_at=plan.created_at,
        keys_absent_from_keyring=keys.get("absent") == keys.get("looked_for"),
        keys_absent_from_key_service=keys.get("epochs") == 1,
        sealed_bytes=(
            SealedBytes.GONE if wiped.get("removed") else SealedBytes.MAY_REMAIN_UNREADABLE
        ),
        plaintext_scan=PlaintextScan.CLEAN if scan else PlaintextScan.PENDING,
        scanned_at=_moment(scan),
        candidates_found=_number(found.get(EffectKind.CHECK_UNFINDABLE, {}).get("found")),
        counts=tuple(
            StoreCount(store, _number(rows.get(store)), _number(rows.get(f"{store}_left")))
            for store in COUNTED
            # An erasure that an older version planned counted no copies, and says what it said.
            if store != "copies" or store in rows
        ),
        says=_says(told),
        told=told,
    )


def _told(found: dict[EffectKind, dict[str, object]]) -> ErasureTold | None:
    """Return who was told; None of an erasure that an older version planned."""
    account, recipients = (
        found.get(EffectKind.SEAL_ACCOUNT),
        found.get(EffectKind.TELL_RECIPIENTS),
    )
    if account is None or recipients is None:
        return None
    until = account.get("until")
    return ErasureTold(
        history=found.get(EffectKind.DELIVER_HISTORY, {}).get("delivered") is True,
        recipients=_number(recipients.get("told")),
        untold=_number(recipients.get("untold")),
        accountable_until=from_ms(until) if isinstance(until, int) else None,
    )


def _says(told: ErasureTold | None) -> str:
    if told is None or told.accountable_until is None:
        return _SAYS
    return _SAYS + _SAYS_ACCOUNT.format(day=told.accountable_until.date().isoformat())


def _moment(scan: dict[str, object] | None) -> datetime | None:
    return from_ms(_number(scan.get("at"))) if scan else None


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0

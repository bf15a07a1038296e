"""Accountability records: who searched a person who was erased (GDPR 5(2); DESIGN 4, 13).

Erasing a person also takes away the rows that say who searched them. So that nobody
erases their own abuse with it, that much is sealed first, under a key of its own that
two people use together and that is destroyed after six months. A record is called as the
erasure that wrote it: its key says whether there is one.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from licet.app import App
from licet.effects.plans import Found
from licet.effects.record import record_machine
from licet.effects.sealed import account_key
from licet.effects.surfacing import Surfacing, of_person
from licet.store.unit import Reader, Unit
from licet.terms.ids import AccountId, PlanId
from licet.terms.ledger import EntryKind
from licet.terms.payload import AccountPayload, from_bytes, to_bytes
from licet.terms.plan import Plan
from licet.terms.rights import Account
from licet.terms.when import to_ms, to_text
from licet.vault.seal import open_sealed, seal

ACCOUNT_TERM: Final = timedelta(days=184)
"""Six months, the longest six there are: time to complain, and no archive of searches."""


def make_account_key(app: App, plan: Plan) -> Found:
    """Make the record's key durable before its row; none where nobody searched the person."""
    with app.store.read() as reader:
        surfaced = of_person(app, reader, plan.subject)
    if surfaced:
        app.keyring.create(account_key(AccountId(plan.id)))
    return ()


def seal_account(app: App, unit: Unit, plan: Plan) -> Found:
    """Seal who searched the person, when, for which case, and what came of it."""
    surfaced = of_person(app, unit, plan.subject)
    if not surfaced:
        return (("searches", 0), ("sealed", False))
    until = write_account(app, unit, plan.id, surfaced, unit.now)
    return (("searches", len(surfaced)), ("sealed", True), ("until", to_ms(until)))


def write_account(
    app: App, unit: Unit, plan: PlanId, surfaced: Iterable[Surfacing], made_at: datetime
) -> datetime:
    """Write a record and its entry; returns when it is destroyed. Its key is there already."""
    account = AccountId(plan)
    searches = tuple(_line(unit, one) for one in surfaced)
    key = app.keyring.get(account_key(account))
    until = made_at + ACCOUNT_TERM
    unit.accounts.add(
        Account(
            id=account,
            plan=plan,
            made_at=made_at,
            destroy_at=until,
            sealed=seal(key, to_bytes(AccountPayload(searches)), f"account:{account}"),
            leaf=unit.head.size,
        )
    )
    record_machine(
        unit,
        EntryKind.ACCOUNT_SEALED,
        (("account", account), ("plan", plan)),
        (("searches", len(searches)), ("until", to_ms(until))),
    )
    return until


def open_account(app: App, account: Account) -> AccountPayload:
    """Open a record. Raises ``KeyAbsent`` once it was destroyed."""
    key = app.keyring.get(account_key(account.id))
    return from_bytes(AccountPayload, open_sealed(key, account.sealed, f"account:{account.id}"))


def destroy_accounts(app: App) -> int:
    """Destroy the records whose term is over, key first; returns how many."""
    with app.store.read() as reader:
        due = [account.id for account in reader.accounts.due(reader.now)]
    if not due:
        return 0
    app.keyring.shred(*(account_key(account) for account in due))
    with app.store.unit() as unit:
        for account in due:
            unit.accounts.delete(account)
        objects = tuple(("account", account) for account in due)
        record_machine(unit, EntryKind.ACCOUNT_DESTROYED, objects)
    return len(due)


def _line(reader: Reader | Unit, one: Surfacing) -> tuple[str, str, str, str, str, str]:
    member = reader.governance.member(one.search.member) if one.search.member else None
    return (
        to_text(one.search.at),
        one.organisation.name
        if one.behind is None
        else f"{one.organisation.name}, on behalf of {one.behind.name}",
        member.name if member else "",
        one.case.reference,
        one.case.purpose,
        one.search.state.value,
    )

"""Reading who searched a person who was erased (GDPR 5(2)): two people, and an entry.

The record does not name the person. It is found by the erasure that wrote it: the number
that stands on the person's certificate.
"""

from dataclasses import dataclass
from datetime import datetime

from licet.app import App
from licet.effects.accounting import open_account
from licet.effects.acting import digest_of
from licet.effects.deciding import decided
from licet.effects.listing import About, Reach, listed
from licet.effects.record import record
from licet.ledger.leaf import decode
from licet.store.unit import Reader
from licet.terms.acting import Who
from licet.terms.errors import NotFound
from licet.terms.ids import AccountId, PlanId, SearchId
from licet.terms.ledger import EntryKind
from licet.terms.permit import Action, Refusal, Register

ACCOUNTS = About(Register.ACCOUNTS)
UNTOLD = About(Register.ACCOUNTS, asked=(("untold", True),))


@dataclass(frozen=True, slots=True)
class AccountLine:
    """An accountability record on the list: which erasure wrote it, and until when it is kept."""

    id: AccountId
    plan: PlanId
    made_at: datetime
    destroy_at: datetime


@dataclass(frozen=True, slots=True)
class Searched:
    """One search that surfaced an erased person; ``member`` is empty when nobody knows."""

    at: str
    organisation: str
    member: str
    case: str
    purpose: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A record that two people opened."""

    id: AccountId
    searches: tuple[Searched, ...]
    leaf: int


@dataclass(frozen=True, slots=True)
class Untold:
    """What an organisation could not be told: a human tells it, by its case and search."""

    organisation: str
    case: str
    search: SearchId
    at: datetime


def open_record(app: App, who: Who, account_id: AccountId) -> Opened | Refusal:
    """Read one accountability record.

    1. In one unit of work: read the facts and decide.
    2. Open the record.
    3. Record that it was read, and by whom; mirror the ledger.

    Raises ``NotFound`` when there is no such record, or it was destroyed.
    """
    with app.store.unit() as unit:  # 1
        permit = decided(app, unit, who, Action.AUDIT, opening_digest(account_id))
        if isinstance(permit, Refusal):
            return permit
        account = unit.accounts.get(account_id)
        if account is None or account.destroy_at <= unit.now:
            raise NotFound("there is no such record", "It is destroyed after six months.")
        payload = open_account(app, account)  # 2
        leaf = unit.head.size
        objects = (("account", account.id), ("plan", account.plan))
        record(app, unit, EntryKind.ACCOUNT_OPENED, permit, objects)  # 3
    app.publish()
    return Opened(account_id, tuple(Searched(*one) for one in payload.searches), leaf)


def opening_digest(account: AccountId) -> str:
    """Return the digest that members sign to open one record."""
    return digest_of("open", account)


def list_accounts(app: App, who: Who) -> tuple[AccountLine, ...] | Refusal:
    """List the records that are kept: which erasure, and until when. Not what is in them."""

    def read(reader: Reader, _reach: Reach) -> tuple[AccountLine, ...]:
        return tuple(
            AccountLine(one.id, one.plan, one.made_at, one.destroy_at)
            for one in reader.accounts.all()
        )

    return listed(app, who, ACCOUNTS, read)


def list_untold(app: App, who: Who) -> tuple[Untold, ...] | Refusal:
    """List what organisations could not be told by mail, oldest first (GDPR 19)."""

    def read(reader: Reader, _reach: Reach) -> tuple[Untold, ...]:
        return tuple(
            one
            for leaf in reader.leaves.iterate()
            if _TOLD in leaf.data
            for one in _untold(reader, leaf.data)
        )

    return listed(app, who, UNTOLD, read)


_TOLD = f'"{EntryKind.RECIPIENT_TOLD.value}"'.encode()


def _untold(reader: Reader, data: bytes) -> tuple[Untold, ...]:
    entry = decode(data)
    if entry.kind is not EntryKind.RECIPIENT_TOLD or dict(entry.facts).get("told") is not False:
        return ()
    known = reader.governance.organisation(entry.organisation) if entry.organisation else None
    name = known.name if known else ""
    searches = [SearchId(value) for role, value in entry.objects if role == "search"]
    return tuple(Untold(name, _case(reader, one), one, entry.at) for one in searches)


def _case(reader: Reader, search_id: SearchId) -> str:
    search = reader.searches.get(search_id)
    case = reader.governance.case(search.case) if search else None
    return case.reference if case else ""

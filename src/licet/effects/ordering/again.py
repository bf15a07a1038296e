"""Holds an order again, in a restored store, as far as the ledger tells of it.

A backup from before an order must not be a way out of it. Its blocks come back by entries of
their own; here the order comes back, with its clauses and what became of it, but without its
text: that is handed in again, and known by its digest.
"""

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from datetime import date

from licet.effects.ordering.writing import UNNAMED
from licet.store.unit import Unit
from licet.terms.ids import GrantId, OrderId, SourceId, SubjectId, Territory
from licet.terms.ledger import Entry, EntryKind
from licet.terms.money import Money
from licet.terms.order import (
    Clause,
    ClauseKind,
    DataKind,
    Order,
    OrderScope,
    OrderState,
    PenaltyTerms,
    Reached,
)
from licet.terms.plan import NOBODY
from licet.terms.when import from_ms

Said = dict[str, str | int | bool]

_SUMS = ("fine", "per_day", "cap")
_COUNTS = tuple(field.name for field in fields(Reached))


def register_again(unit: Unit, entry: Entry, leaf: int) -> None:
    """Add an order that the backup does not know, without its text and its authority's name."""
    order = _order_of(entry)
    if unit.orders.get(order) is not None:
        return
    said = dict(entry.facts)
    row = Order(
        id=order,
        authority=UNNAMED,
        reference=str(said["text"]),
        version=int(said["version"]),
        state=OrderState(str(said["state"])),
        decided=date.fromisoformat(str(said["decided"])),
        notified=date.fromisoformat(str(said["notified"])),
        published=date.fromisoformat(str(said["published"])) if said["published"] else None,
        regime=str(said["regime"]),
        language=str(said["language"]),
        document=str(said["document"]),
        scope=_scope(unit, entry, int(said["named"])),
        penalties=_penalties(said),
        registered_at=entry.at,
        confirmed_at=None,
        checkpoint="",
        found=(),
        proof_leaf=None,
        pack="",
        sent_at=None,
        closed_at=None,
        sealed=b"",
        leaf=leaf,
    )
    unit.orders.add(row, _clauses(order, said))


def found_again(unit: Unit, entry: Entry, _leaf: int) -> None:
    """Note again what an order reached when it was registered."""
    said = dict(entry.facts)
    counts = tuple((name, said[name]) for name in _COUNTS if name in said)
    _change(unit, entry, lambda order: replace(order, found=counts))


def supersede_again(unit: Unit, entry: Entry, _leaf: int) -> None:
    """Mark versions again that a later one took the place of."""
    if dict(entry.facts).get("state") != OrderState.SUPERSEDED.value:
        return
    _change(unit, entry, lambda order: replace(order, state=OrderState.SUPERSEDED))


def confirm_again(unit: Unit, entry: Entry, _leaf: int) -> None:
    """Let an order be carried out again that two members had confirmed."""
    if dict(entry.facts).get("appealed") is True:
        return
    _change(
        unit,
        entry,
        lambda order: replace(order, state=OrderState.EXECUTING, confirmed_at=entry.at),
    )


def meet_again(unit: Unit, entry: Entry, _leaf: int) -> None:
    """Note again when a clause was met."""
    order, said = _order_of(entry), dict(entry.facts)
    open_ = {one.n for one in unit.orders.clauses(order) if one.done_at is None}
    if said.get("n") in open_:
        unit.orders.clause_done(order, int(said["n"]), entry.at)


def prove_again(unit: Unit, entry: Entry, leaf: int) -> None:
    """Note again that what was done is in the ledger, and where."""
    _change(unit, entry, lambda order: replace(order, state=OrderState.PROVED, proof_leaf=leaf))


def send_again(unit: Unit, entry: Entry, _leaf: int) -> None:
    """Note again which pack was sent, and when."""
    pack = str(dict(entry.facts)["pack"])
    _change(
        unit,
        entry,
        lambda order: replace(order, state=OrderState.SENT, pack=pack, sent_at=entry.at),
    )


def close_again(unit: Unit, entry: Entry, _leaf: int) -> None:
    """Close an order again."""
    _change(unit, entry, lambda order: replace(order, state=OrderState.CLOSED, closed_at=entry.at))


ORDERS_AGAIN: dict[EntryKind, Callable[[Unit, Entry, int], None]] = {
    EntryKind.ORDER_REGISTERED: register_again,
    EntryKind.ORDER_FOUND: found_again,
    EntryKind.ORDER_AMENDED: supersede_again,
    EntryKind.ORDER_CONFIRMED: confirm_again,
    EntryKind.CLAUSE_MET: meet_again,
    EntryKind.ORDER_PROVED: prove_again,
    EntryKind.ORDER_SENT: send_again,
    EntryKind.ORDER_CLOSED: close_again,
}


def _change(unit: Unit, entry: Entry, change: Callable[[Order], Order]) -> None:
    """Change the orders that an entry names, as far as they are here."""
    for role, value in entry.objects:
        order = unit.orders.get(OrderId(value)) if role == "order" else None
        if order is not None:
            unit.orders.put(change(order))


def _order_of(entry: Entry) -> OrderId:
    return OrderId(dict(entry.objects)["order"])


def _scope(unit: Unit, entry: Entry, named: int) -> OrderScope:
    """Return an order's scope, people by their grants.

    Where it named people and none of them is in this store, it names nobody: a scope that
    lost its parts would reach everybody.
    """
    grants = unit.grants.many([GrantId(value) for value in _values(entry, "grant")])
    people = sorted({grant.subject for grant in grants.values()})
    return OrderScope(
        territories=tuple(map(Territory, _values(entry, "territory"))),
        sources=tuple(map(SourceId, _values(entry, "source"))),
        subjects=tuple(people) or ((SubjectId(NOBODY),) if named else ()),
    )


def _values(entry: Entry, role: str) -> Iterator[str]:
    return (value for one, value in entry.objects if one == role)


def _clauses(order: OrderId, said: Said) -> Iterator[Clause]:
    n = 1
    while f"clause_{n}" in said:
        kind, _, data = str(said[f"clause_{n}"]).partition(":")
        kinds = frozenset(DataKind(one) for one in data.split(",") if one)
        due = from_ms(int(said[f"due_{n}"]))
        yield Clause(order, n, ClauseKind(kind), kinds, due, None)
        n += 1


def _penalties(said: Said) -> PenaltyTerms:
    currency = str(said["currency"])
    return PenaltyTerms(
        **{name: Money(int(said[name]), currency) for name in _SUMS if name in said}
    )

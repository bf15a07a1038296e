"""States what was done about an order, from its rows and its entries (GDPR 5(2), 58(2)).

Who writes the entry ``order.proved`` states with :func:`statement_of` inside the unit and
records ``proved_facts`` of it; the entry names the order alone. Who writes a pack states again
with :func:`statement_again`: the same rows and entries say the same, whenever it is asked for.

What others must name in their entries so that all of this is found is said in
``ledger.order_entries``: the order itself, in every entry that is about it, and beside it the
requests that it waits for and the plans that erase for it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from licet.ledger.order import (
    COPIES,
    MOST_HELD,
    HeldBack,
    OrderStatement,
    proved_with,
)
from licet.ledger.order_entries import (
    STORES,
    Read,
    belonging,
    copies_left,
    drawn,
    may_belong,
    take_apart,
)
from licet.store.unit import Reader, Unit
from licet.terms.errors import Conflict, Corrupt
from licet.terms.ledger import EntryKind
from licet.terms.order import Order, Reached
from licet.terms.rights import Hold


@dataclass(frozen=True, slots=True)
class Gathered:
    """Entries that may belong to an order, and up to which size of the ledger they were read."""

    entries: tuple[Read, ...]
    size: int


@dataclass(frozen=True, slots=True)
class Proved:
    """What an order's last entry commits to, the entries that it counts, and it and later ones."""

    statement: OrderStatement
    counted: tuple[Read, ...]
    after: tuple[Read, ...]


def gather(reader: Reader | Unit, order: Order, earlier: Gathered | None = None) -> Gathered:
    """Read the entries that may belong to an order, from where ``earlier`` ended.

    Two months of collecting lie between an order and its proof: read them outside the unit
    of work, and inside it only what came since.
    """
    start = order.leaf if earlier is None else earlier.size
    fresh = (leaf for leaf in reader.leaves.iterate(start) if may_belong(leaf, order.id))
    entries = () if earlier is None else earlier.entries
    return Gathered((*entries, *take_apart(fresh)), reader.head.size)


def statement_of(
    reader: Reader | Unit,
    order: Order,
    left: Reached,
    holds: Iterable[Hold] = (),
    earlier: Gathered | None = None,
) -> OrderStatement:
    """State what was done so far: ``left`` is what the order reaches now, ``holds`` keep some.

    Raises ``Corrupt`` when the ledger does not know the order.
    """
    gathered = gather(reader, order, earlier)
    stores = {store: int(getattr(left, store)) for store in STORES}
    if kept := copies_left(order.id, belonging(order.id, gathered.entries)):
        stores[COPIES] = len(kept)
    counted = tuple(sorted(stores.items()))
    held = tuple(
        HeldBack(hold.id, hold.instrument, hold.until)
        for hold in sorted(holds, key=lambda one: one.id)[:MOST_HELD]
    )
    return _statement(reader, order, gathered.entries, counted, held)


def statement_again(reader: Reader, order: Order) -> Proved:
    """State again what the order's last entry commits to.

    Raises ``Conflict`` before the order was proved.
    """
    if order.proof_leaf is None:
        raise Conflict(
            "what the order demands is not done and recorded yet",
            "Let the worker carry it out: `licet worker --once`.",
        )
    entries = gather(reader, order).entries
    before = tuple(one for one in entries if one.leaf.index < order.proof_leaf)
    later = belonging(order.id, entries)
    after = tuple(one for one in later if one.leaf.index >= order.proof_leaf)
    entry = after[0].entry if after else None
    if entry is None or entry.kind is not EntryKind.ORDER_PROVED:
        raise Corrupt("the order's proof is not the entry that its row names", "`licet doctor`")
    left, held = proved_with(dict(entry.facts))
    statement = _statement(reader, order, before, left, held)
    return Proved(statement, belonging(order.id, before), after)


def _statement(
    reader: Reader | Unit,
    order: Order,
    entries: tuple[Read, ...],
    left: tuple[tuple[str, int], ...],
    held: tuple[HeldBack, ...],
) -> OrderStatement:
    mine = belonging(order.id, entries)
    return OrderStatement(
        order=order.id,
        authority=order.authority,
        reference=order.reference,
        left=left,
        held=held,
        record=drawn(order.id, mine),
    )

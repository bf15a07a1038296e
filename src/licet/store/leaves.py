"""The ledger's leaves and its head: what makes commit order leaf order."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, update

from licet.store import schema
from licet.store.prepared import Prepared
from licet.store.session import GROUPED, Group, Session, Shape
from licet.terms.errors import Corrupt, Setup
from licet.terms.ledger import Entry, Head, Leaf, LeafMaker

_SHAPE = Shape(schema.leaf, Leaf)
_HEAD = Shape(schema.head, Head)
_LOCKED_HEAD = Prepared(_HEAD.select.with_for_update())
_BETWEEN = Prepared(
    _SHAPE.select.where(
        schema.leaf.c.index >= bindparam("start"), schema.leaf.c.index < bindparam("end")
    ).order_by(schema.leaf.c.index)
)
_GROW = Prepared(update(schema.head).where(schema.head.c.size == bindparam("first")), _HEAD.names)


def read_head(session: Session, lock: bool = False) -> Head:
    """Return the head; with ``lock``, hold its row until the unit is over.

    SQLite knows no row locks and needs none: ``BEGIN IMMEDIATE`` came before.
    """
    head = _HEAD.one(session, _LOCKED_HEAD if lock else _HEAD.everything)
    if head is None:
        raise Setup("the database has no ledger head", "run `licet init`")
    return head


@dataclass(slots=True)
class Growth:
    """The head as a unit grows it; written once, at commit."""

    head: Head
    first: int
    makes: LeafMaker

    def add(self, data: bytes, at: datetime) -> Leaf:
        """Return the leaf at the head's size, and take the head one further."""
        size = self.head.size
        digest = self.makes.leaf_hash(data)
        frontier = self.makes.grow(self.head.frontier, size, digest)
        self.head = Head(size + 1, frontier, max(at, self.head.time))
        return Leaf(size, data, digest)


class ReadLeaves(Group):
    """Reading leaves."""

    def get(self, start: int, end: int) -> tuple[Leaf, ...]:
        """Return the leaves with ``start <= index < end``, in order."""
        return _SHAPE.all(self._session, _BETWEEN, start=start, end=end)

    def iterate(self, start: int = 0) -> Iterator[Leaf]:
        """Give the leaves from ``start`` on, in order, without holding them all."""
        index = schema.leaf.c.index
        return _SHAPE.each(self._session, _SHAPE.select.where(index >= start).order_by(index))


class WriteLeaves(ReadLeaves):
    """Writing leaves. Flows write them through ``Unit.record``."""

    def __init__(self, session: Session, growth: Growth) -> None:
        super().__init__(session)
        self._growth = growth

    def record(self, entry: Entry) -> int:
        """Write the entry's leaf at the head's size and return its index."""
        leaf = self._growth.add(self._growth.makes.encode(entry), entry.at)
        self._session.write(_SHAPE.insert, _SHAPE.values(leaf), bookkeeping=True)
        return leaf.index

    def import_(self, leaves: Iterable[Leaf], time: datetime | None = None) -> int:
        """Append leaves exactly as given and return how many (restore, step 1).

        ``time`` is the moment of the last entry; without it the unit's own moment is
        taken. Raises ``Corrupt`` if an index is not the next one or a hash is not the
        hash of the bytes; the unit must then not be committed.
        """
        group: list[Leaf] = []
        count = 0
        for leaf in leaves:
            grown = self._growth.add(leaf.data, self._session.now if time is None else time)
            if grown != leaf:
                raise self._refuse(leaf, grown)
            group.append(leaf)
            count += 1
            if len(group) == GROUPED:
                self._insert(group)
                group = []
        self._insert(group)
        return count

    def commit(self) -> None:
        """Write the head, once, if it grew."""
        head = self._growth.head
        if head.size == self._growth.first:
            return
        values = {**_HEAD.values(head), "first": self._growth.first}
        if self._session.write(_GROW, values, bookkeeping=True) != 1:
            raise Corrupt("the head moved while it was locked", "stop all writers and restore")

    def _insert(self, leaves: list[Leaf]) -> None:
        self._session.write_many(_SHAPE.insert, map(_SHAPE.values, leaves))

    def _refuse(self, leaf: Leaf, grown: Leaf) -> Corrupt:
        what = "is out of order" if leaf.index != grown.index else "does not have its hash"
        error = Corrupt(f"leaf {leaf.index} {what}", "fetch the ledger's tiles again")
        self._session.failed = error
        return error

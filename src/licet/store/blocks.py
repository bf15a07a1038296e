"""Blocks: what nobody may collect or use for now."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam, insert, or_, select, update

from licet.store import schema
from licet.store.prepared import Prepared
from licet.store.session import Group, Shape
from licet.terms.ids import BlockId, SubjectId
from licet.terms.permit import Block, PlacedBlock

_SHAPE = Shape(schema.block, Block)
_PLACED = Shape(schema.block, PlacedBlock)
_PLACED_BY_ID = Prepared(_PLACED.select.where(schema.block.c.id == bindparam("id")))
_HOLD = _SHAPE.select.where(schema.block.c.lifted_at.is_(None)).order_by(
    schema.block.c.at, schema.block.c.id
)
_ACTIVE = Prepared(_HOLD)
_BEARING = Prepared(
    _HOLD.where(
        or_(schema.block.c.subject.is_(None), schema.block.c.subject == bindparam("subject"))
    )
)


class ReadBlocks(Group):
    """Reading blocks."""

    def get(self, block: BlockId) -> PlacedBlock | None:
        """Return the block as it was placed, lifted or not, or None."""
        return _PLACED.one(self._session, _PLACED_BY_ID, id=block)

    def listed(self) -> tuple[tuple[BlockId, Block, PlacedBlock], ...]:
        """Return every block with its id and how it was placed, the newest first."""
        column = schema.block.c
        ids = self._session.rows(select(column.id).order_by(column.at.desc(), column.id))
        ordered = (column.at.desc(), column.id)
        what = _SHAPE.all(self._session, _SHAPE.select.order_by(*ordered))
        placed = _PLACED.all(self._session, _PLACED.select.order_by(*ordered))
        return tuple((row[0], *both) for row, *both in zip(ids, what, placed, strict=True))

    def on_territories(self) -> tuple[tuple[Block, str], ...]:
        """Return the blocks on a territory that hold now, each with its cause, oldest first."""
        column = schema.block.c
        holds = (column.lifted_at.is_(None), column.territory.is_not(None))
        ordered = (column.at, column.id)
        what = _SHAPE.all(self._session, _SHAPE.select.where(*holds).order_by(*ordered))
        causes = self._session.rows(select(column.cause).where(*holds).order_by(*ordered))
        return tuple((one, row[0]) for one, row in zip(what, causes, strict=True))

    def causes(self) -> frozenset[str]:
        """Return the causes of the blocks that hold now on more than a person."""
        column = schema.block.c
        holds = (column.lifted_at.is_(None), column.subject.is_(None))
        rows = self._session.rows(select(column.cause).where(*holds).distinct())
        return frozenset(row[0] for row in rows)

    def named(self, cause: str, people: Collection[SubjectId]) -> frozenset[SubjectId]:
        """Return which of these people were blocked by name for a cause, lifted since or not."""
        column = schema.block.c
        theirs = (column.cause == cause, column.subject.in_(people))
        rows = self._session.rows(select(column.subject).where(*theirs))
        return frozenset(SubjectId(row[0]) for row in rows)

    def active(self) -> tuple[Block, ...]:
        """Return the blocks that hold now, oldest first."""
        return _SHAPE.all(self._session, _ACTIVE)

    def bearing_on(self, subject: SubjectId | None) -> tuple[Block, ...]:
        """Return the blocks that hold now and name this person, or nobody; oldest first.

        An order may name a hundred thousand people: a decision about one reads their own.
        """
        return _SHAPE.all(self._session, _BEARING, subject=subject or "")


class WriteBlocks(ReadBlocks):
    """Placing and lifting blocks."""

    def add(self, block: BlockId, what: Block, cause: str, at: datetime) -> None:
        """Place a block. Raises ``Conflict`` if what it names is missing."""
        row = {"id": block, "cause": cause, "at": at, **_SHAPE.values(what)}
        self._session.write(insert(schema.block), row)

    def lift(self, block: BlockId, at: datetime) -> None:
        """Lift a block. Raises ``NotFound``, and ``Conflict`` if it was lifted before."""
        column = schema.block.c
        statement = update(schema.block).where(column.id == block, column.lifted_at.is_(None))
        found = select(column.id).where(column.id == block)
        self._session.change(statement.values(lifted_at=at), found, "block")

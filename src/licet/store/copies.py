"""Photos and videos that were handed in and are kept: which, since when, until when."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, func, select, update

from licet.store import schema
from licet.store.session import GROUPED, Group, Shape
from licet.terms.ids import CopyId, ItemId, SourceId
from licet.terms.source import KeptCopy

_SHAPE = Shape(schema.kept_copy, KeptCopy)
_BY_ID = _SHAPE.by("id")
_BY_HANDED = _SHAPE.by("source", "handed")
_BY_CONTENT = _SHAPE.by("source", "sha256")


class ReadCopies(Group):
    """Reading kept copies. What is in one, and how it is called, stays sealed."""

    def get(self, copy: CopyId) -> KeptCopy | None:
        """Return the copy, or None."""
        return _SHAPE.one(self._session, _BY_ID, id=copy)

    def handed_in(self, source: SourceId, handed: bytes) -> KeptCopy | None:
        """Return the source's copy of what was handed in, or None. ``handed`` is its HMAC."""
        return _SHAPE.one(self._session, _BY_HANDED, source=source, handed=handed)

    def find(self, source: SourceId, sha256: str) -> KeptCopy | None:
        """Return the source's copy with this content, or None."""
        return _SHAPE.one(self._session, _BY_CONTENT, source=source, sha256=sha256)

    def of_source(self, source: SourceId, after: str, limit: int) -> tuple[KeptCopy, ...]:
        """Return up to ``limit`` copies of a source that may be read, by id, after an id."""
        column = schema.kept_copy.c
        statement = _SHAPE.select.where(
            column.source == source, ~column.ending, column.id > after
        ).order_by(column.id)
        return _SHAPE.all(self._session, statement.limit(limit))

    def oldest(self, source: SourceId, limit: int) -> tuple[KeptCopy, ...]:
        """Return up to ``limit`` copies of a source that may be read, the oldest first."""
        column = schema.kept_copy.c
        statement = _SHAPE.select.where(column.source == source, ~column.ending)
        return _SHAPE.all(self._session, statement.order_by(column.at, column.id).limit(limit))

    def any_before(self, source: SourceId, moment: datetime) -> bool:
        """Say whether a copy of the source was handed in before ``moment``."""
        oldest = self.oldest(source, 1)
        return bool(oldest) and oldest[0].at < moment

    def of_items(self, items: Collection[ItemId]) -> tuple[KeptCopy, ...]:
        """Return the copies, ending ones left out, that these items were met in, by id.

        One photo in several sizes is one item, and may have been handed in in all of them.
        """
        item, also, kept = schema.item.c, schema.item_address.c, schema.kept_copy.c
        ways = (
            (schema.item, item.id, (item.source == kept.source) & (item.sha256 == kept.sha256)),
            (
                schema.item_address,
                also.item,
                (also.source == kept.source) & (also.sha256 == kept.sha256),
            ),
        )
        wanted = sorted(set(items))
        found: dict[CopyId, KeptCopy] = {}
        for start in range(0, len(wanted), GROUPED):
            for table, named, on in ways:
                part = named.in_(wanted[start : start + GROUPED])
                statement = _SHAPE.select.join(table, on).where(part, ~kept.ending)
                found.update((one.id, one) for one in _SHAPE.all(self._session, statement))
        return tuple(found[name] for name in sorted(found))

    def ending(self, limit: int) -> tuple[KeptCopy, ...]:
        """Return up to ``limit`` copies whose bytes are to be destroyed, by id."""
        column = schema.kept_copy.c
        statement = _SHAPE.select.where(column.ending).order_by(column.id).limit(limit)
        return _SHAPE.all(self._session, statement)

    def there(self, copies: Collection[CopyId]) -> frozenset[CopyId]:
        """Return those of the copies that have a row, ending ones too."""
        column = schema.kept_copy.c.id
        wanted = sorted(set(copies))
        found: set[CopyId] = set()
        for start in range(0, len(wanted), GROUPED):
            part = select(column).where(column.in_(wanted[start : start + GROUPED]))
            found.update(CopyId(row[0]) for row in self._session.rows(part))
        return frozenset(found)

    def count(self, source: SourceId | None = None) -> int:
        """Return how many copies may be read (of one source)."""
        column = schema.kept_copy.c
        statement = select(func.count()).where(~column.ending)
        if source is not None:
            statement = statement.where(column.source == source)
        return self._session.number(statement)


class WriteCopies(ReadCopies):
    """Writing kept copies."""

    def add(self, copy: KeptCopy) -> None:
        """Add a copy. Raises ``Conflict`` if the source has one of this content."""
        self._session.write(
            _SHAPE.insert,
            _SHAPE.values(copy),
            refused="there is no such source, or it has a copy of this content already",
        )

    def end(self, copies: Collection[CopyId]) -> int:
        """Let nobody read these copies any more; returns how many there were."""
        column = schema.kept_copy.c
        wanted = sorted(set(copies))
        parts = (wanted[start : start + GROUPED] for start in range(0, len(wanted), GROUPED))
        ended = update(schema.kept_copy).values(ending=True)
        return sum(
            self._session.write(ended.where(column.id.in_(part), ~column.ending)) for part in parts
        )

    def forget(self, copies: Collection[CopyId]) -> int:
        """Delete the rows of copies whose bytes are destroyed; returns how many there were.

        Bookkeeping: that they ended was recorded when they did.
        """
        column = schema.kept_copy.c.id
        wanted = sorted(set(copies))
        parts = (wanted[start : start + GROUPED] for start in range(0, len(wanted), GROUPED))
        gone = delete(schema.kept_copy)
        return sum(
            self._session.write(gone.where(column.in_(part)), bookkeeping=True) for part in parts
        )

"""Items met at sources, their faces' boxes, and the addresses where they were met."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, bindparam, delete, exists, func, insert, literal, select, tuple_

from licet.store import schema
from licet.store.prepared import Prepared
from licet.store.session import GROUPED, Group, Shape, Values, delete_among
from licet.terms.errors import NotFound
from licet.terms.face import Box
from licet.terms.ids import FaceId, ItemId, SourceId
from licet.terms.source import Item, ItemFace

_SHAPE = Shape(schema.item, Item)
_ID = select(schema.item.c.id)
_BY_ID = _SHAPE.by("id")
_BY_CONTENT = _SHAPE.by("source", "sha256")
_AT_ADDRESS = Prepared(
    _SHAPE.select.join(schema.item_address, schema.item_address.c.item == schema.item.c.id).where(
        schema.item_address.c.source == bindparam("source"),
        schema.item_address.c.tag == bindparam("tag"),
    )
)
_COPY = Prepared(
    _SHAPE.select.join(schema.item_address, schema.item_address.c.item == schema.item.c.id).where(
        schema.item_address.c.source == bindparam("source"),
        schema.item_address.c.sha256 == bindparam("sha256"),
    )
)
_FACES = Prepared(
    select(*schema.face.c).where(schema.face.c.item == bindparam("item")).order_by(schema.face.c.id)
)
_ADD = Prepared(insert(schema.item), (*_SHAPE.names, "likeness"))
_INSERT_FACE = Prepared(insert(schema.face), schema.face.c.keys())


def face_of_row(row: Sequence[Any]) -> ItemFace:
    """Return the face that a row of all the table's columns holds."""
    face, item, x, y, w, h, start, end = tuple(row)
    return ItemFace(face, item, Box(x, y, w, h), None if start is None else (start, end))


def _face_values(face: ItemFace) -> Values:
    start, end = face.span or (None, None)
    box = face.box
    return {
        "id": face.id,
        "item": face.item,
        "x": box.x,
        "y": box.y,
        "w": box.w,
        "h": box.h,
        "span_start": start,
        "span_end": end,
    }


class ReadItems(Group):
    """Reading items. A face has no subject: whose it is stays sealed in a template."""

    def get(self, item: ItemId) -> Item | None:
        """Return the item, or None."""
        return _SHAPE.one(self._session, _BY_ID, id=item)

    def find(self, source: SourceId, sha256: str) -> Item | None:
        """Return the source's item with this content, or None."""
        return _SHAPE.one(self._session, _BY_CONTENT, source=source, sha256=sha256)

    def find_copy(self, source: SourceId, sha256: str) -> Item | None:
        """Return the source's item of which this content is a copy in another size, or None."""
        return _SHAPE.one(self._session, _COPY, source=source, sha256=sha256)

    def of_contents(self, source: SourceId, contents: Collection[str]) -> list[ItemId]:
        """Return the source's items with these contents (SHA-256, hex), by id."""
        column = schema.item.c
        wanted = sorted(set(contents))
        found: set[ItemId] = set()
        for start in range(0, len(wanted), GROUPED):
            part = column.sha256.in_(wanted[start : start + GROUPED])
            rows = self._session.rows(_ID.where(column.source == source, part))
            found.update(ItemId(row[0]) for row in rows)
        return sorted(found)

    def likenesses(self, source: SourceId) -> Iterator[tuple[ItemId, bytes]]:
        """Give the photos of a source that have a mark, each with it."""
        column = schema.item.c
        statement = select(column.id, column.likeness).where(
            column.source == source, column.likeness.is_not(None)
        )
        for part in self._session.parts(statement):
            for row in part:
                item, likeness = tuple(row)
                yield item, likeness

    def known_address(self, source: SourceId, tag: bytes) -> Item | None:
        """Return the item met at an address of the source, or None. ``tag`` is its HMAC."""
        return _SHAPE.one(self._session, _AT_ADDRESS, source=source, tag=tag)

    def addresses(self, item: ItemId) -> tuple[bytes, ...]:
        """Return the sealed addresses added with ``add_address``, by tag."""
        column = schema.item_address.c
        statement = select(column.sealed).where(column.item == item).order_by(column.tag)
        return tuple(row[0] for row in self._session.rows(statement))

    def faces(self, item: ItemId) -> tuple[ItemFace, ...]:
        """Return the faces of an item, by id."""
        return tuple(map(face_of_row, self._session.rows(_FACES, {"item": item})))

    def face(self, face: FaceId) -> ItemFace | None:
        """Return the face, or None."""
        row = self._session.first(select(*schema.face.c).where(schema.face.c.id == face))
        return None if row is None else face_of_row(row)

    def of_source(self, source: SourceId, after: ItemId | None, limit: int) -> tuple[Item, ...]:
        """Return up to ``limit`` items by first leaf, then id, after the item ``after``.

        Raises ``NotFound`` when ``after`` is gone.
        """
        column = schema.item.c
        statement = _SHAPE.select.where(column.source == source)
        if after is not None:
            last = self.get(after)
            if last is None:
                raise NotFound("the item to go on after is gone", "start again")
            place = tuple_(literal(last.first_leaf), literal(last.id))
            statement = statement.where(tuple_(column.first_leaf, column.id) > place)
        statement = statement.order_by(column.first_leaf, column.id).limit(limit)
        return _SHAPE.all(self._session, statement)

    def count_between(
        self, source: SourceId, since: datetime | None, until: datetime | None
    ) -> int:
        """Return how many items of a source were first met in ``since <= moment < until``."""
        column = schema.item.c
        statement = select(func.count()).where(column.source == source)
        if since is not None:
            statement = statement.where(column.first_seen >= since)
        if until is not None:
            statement = statement.where(column.first_seen < until)
        return self._session.number(statement)

    def there(self, items: Collection[ItemId]) -> frozenset[ItemId]:
        """Return those of the items that are there."""
        wanted = sorted(set(items))
        found: set[ItemId] = set()
        for start in range(0, len(wanted), GROUPED):
            part = schema.item.c.id.in_(wanted[start : start + GROUPED])
            found.update(ItemId(row[0]) for row in self._session.rows(_ID.where(part)))
        return frozenset(found)

    def count_within(self, items: Collection[ItemId]) -> tuple[int, int]:
        """Return how many faces and how many further addresses the items have."""
        faces = self._count_of(schema.face.c.item, items)
        return faces, self._count_of(schema.item_address.c.item, items)

    def _count_of(self, column: Column[Any], items: Collection[ItemId]) -> int:
        wanted = sorted(set(items))
        counts = (
            select(func.count()).where(column.in_(wanted[start : start + GROUPED]))
            for start in range(0, len(wanted), GROUPED)
        )
        return sum(map(self._session.number, counts))

    def any_before(self, source: SourceId, moment: datetime) -> bool:
        """Say whether an item of the source was met before ``moment``: the first one was."""
        oldest = self.of_source(source, None, 1)
        return bool(oldest) and oldest[0].first_seen < moment

    def count(self, source: SourceId | None = None) -> int:
        """Return how many items there are (of one source)."""
        statement = select(func.count()).select_from(schema.item)
        if source is not None:
            statement = statement.where(schema.item.c.source == source)
        return self._session.number(statement)


class WriteItems(ReadItems):
    """Writing items."""

    def add(self, item: Item, faces: Sequence[ItemFace], likeness: bytes = b"") -> None:
        """Add an item, its faces and its mark. ``Conflict`` if the source has this content."""
        self._session.write(
            _ADD,
            {**_SHAPE.values(item), "likeness": likeness or None},
            refused="the source does not exist or has an item with this content already",
        )
        self._session.write_many(_INSERT_FACE, map(_face_values, faces))

    def add_parts(self, faces: Sequence[ItemFace]) -> None:
        """Add faces to items that are there: parts of one that was told apart since."""
        self._session.write_many(_INSERT_FACE, map(_face_values, faces))

    def add_address(
        self, item: ItemId, tag: bytes, sealed: bytes, sha256: str | None = None
    ) -> None:
        """Note an address where this item was met. ``tag`` is its HMAC under the source key.

        ``sha256`` is the content there when it is a copy in another size.
        Raises ``NotFound`` without such an item, ``Conflict`` if the address is known.
        """
        known = self.get(item)
        if known is None:
            raise NotFound("there is no such item")
        row = {"source": known.source, "tag": tag, "item": item, "sealed": sealed, "sha256": sha256}
        self._session.write(
            insert(schema.item_address), row, refused="this address is known already"
        )

    def forget(self, items: Collection[ItemId]) -> int:
        """Delete items with their faces and addresses and return how many there were.

        Why something was collected at these addresses goes too: an address can name somebody.
        """
        address, face, item = schema.item_address, schema.face, schema.item
        self._forget_traces(items)
        delete_among(self._session, address, address.c.item, items)
        delete_among(self._session, face, face.c.item, items)
        return delete_among(self._session, item, item.c.id, items)

    def _forget_traces(self, items: Collection[ItemId]) -> None:
        trace, address = schema.trace, schema.item_address
        wanted = sorted(set(items))
        for start in range(0, len(wanted), GROUPED):
            there = exists().where(
                address.c.item.in_(wanted[start : start + GROUPED]),
                address.c.source == trace.c.source,
                address.c.tag == trace.c.tag,
            )
            self._session.write(delete(trace).where(there), bookkeeping=True)

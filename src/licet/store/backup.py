"""The logical backup: JSON lines that any licet database can load.

The format is ``docs/formats/backup.md``. Values are written as they lie in the columns,
rows in the order of their keys, so equal stores give equal bytes on both databases.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    Integer,
    LargeBinary,
    Table,
    TableClause,
    Text,
    column,
    insert,
    select,
    update,
)
from sqlalchemy import table as clause

from licet.store import schema
from licet.store.leaves import ReadLeaves, read_head
from licet.store.session import Session, Values
from licet.store.types import raw, spell
from licet.terms.errors import BadInput, Conflict, Corrupt, Setup
from licet.terms.ledger import LeafMaker
from licet.terms.when import to_ms

FORMAT = "licet-backup"
VERSION = 1

_REMEDY = "use another copy of the backup"

_JSON: dict[type, type] = {
    Text: str,
    LargeBinary: str,
    Boolean: bool,
    Integer: int,
    BigInteger: int,
    Double: float,
}
"""What a column's type is in JSON."""


def tables() -> tuple[Table, ...]:
    """Return the tables in the order in which they can be loaded; the head is in the header."""
    return tuple(table for table in schema.METADATA.sorted_tables if table is not schema.head)


def columns(table: Table) -> tuple[Column[Any], ...]:
    """Return the columns that are written: not those that the database computes."""
    return tuple(own for own in table.columns if own.name != "kept")


def dump(session: Session, write: Callable[[bytes], object]) -> int:
    """Write the snapshot, one line a call, and return how many rows it has."""
    digest = hashlib.sha256()
    rows = 0

    def line(value: object) -> None:
        data = spell(value).encode() + b"\n"
        digest.update(data)
        write(data)

    head = read_head(session)
    frontier = b"".join(head.frontier)
    line(
        {
            "format": FORMAT,
            "version": VERSION,
            "schema": schema.REVISION,
            "head": [head.size, _to_text(frontier), to_ms(head.time)],
        }
    )
    for table in tables():
        line({"table": table.name, "columns": [column.name for column in columns(table)]})
        for row in _rows(session, table):
            line(row)
            rows += 1
    trailer = {"rows": rows, "sha256": digest.hexdigest()}
    write(spell(trailer).encode() + b"\n")
    return rows


def load(session: Session, lines: Iterable[bytes], makes: LeafMaker) -> int:
    """Load a backup and return how many rows it had. The caller commits, or nothing happened.

    Raises ``Conflict`` on a database that holds rows, ``Corrupt`` on damage, ``Setup`` on
    a backup of another version.
    """
    _require_empty(session)
    reading = _Reading(lines)
    head = _header(reading.header())
    known = {table.name: table for table in tables()}
    for name, names, rows in reading.parts():
        table = known.pop(name, None)
        if table is None or names != [column.name for column in columns(table)]:
            raise Corrupt(f"the backup's table {name} is not one of ours", _REMEDY)
        _insert(session, table, rows)
    if known:
        raise Corrupt(f"the backup lacks the table {min(known)}", _REMEDY)
    session.write(update(_plain(schema.head)).values(head))
    _check_leaves(session, makes)
    return reading.rows


class _Reading:
    """A backup's lines as they come, counted and hashed on the way."""

    def __init__(self, lines: Iterable[bytes]) -> None:
        self.rows = 0
        self._lines = iter(lines)
        self._digest = hashlib.sha256()
        self._next: Any = None

    def header(self) -> dict[str, Any]:
        """Return the first line."""
        value = self._read()
        if not isinstance(value, dict) or value.get("format") != FORMAT:
            raise Corrupt("this is not a licet backup", "name another file")
        self._next = self._read()
        return value

    def parts(self) -> Iterator[tuple[str, list[str], Iterator[list[Any]]]]:
        """Give each table's name, columns and rows; then check the trailer."""
        while isinstance(self._next, dict) and "table" in self._next:
            start = self._next
            yield str(start["table"]), start.get("columns", []), self._table()
        self._trailer()

    def _table(self) -> Iterator[list[Any]]:
        self._next = self._read()
        while isinstance(self._next, list):
            yield self._next
            self.rows += 1
            self._next = self._read()

    def _read(self) -> Any:
        line = next(self._lines, None)
        if line is None:
            raise Corrupt("the backup is cut short", _REMEDY)
        line = line.rstrip(b"\n")
        try:
            value = json.loads(line)
        except ValueError:
            raise Corrupt("a line of the backup is damaged", _REMEDY) from None
        if not (isinstance(value, dict) and "sha256" in value):
            self._digest.update(line + b"\n")
        return value

    def _trailer(self) -> None:
        trailer = {"rows": self.rows, "sha256": self._digest.hexdigest()}
        if self._next != trailer:
            raise Corrupt("the backup does not have the hash it ends with", _REMEDY)
        if next(self._lines, None) is not None:
            raise Corrupt("the backup goes on after its end", _REMEDY)


def _plain(table: Table) -> TableClause:
    # The same table without our types: what lies in the columns goes in and out unread.
    return clause(table.name, *(column(own.name, raw(own.type)) for own in columns(table)))


def _rows(session: Session, table: Table) -> Iterator[list[Any]]:
    plain = _plain(table)
    keys = [plain.c[key.name] for key in table.primary_key.columns]
    binary = _binary(table)
    for row in session.stream(select(*plain.c).order_by(*keys)):
        values = list(row)
        for i in binary:
            if values[i] is not None:
                values[i] = _to_text(values[i])
        yield values


def _insert(session: Session, table: Table, rows: Iterator[list[Any]]) -> None:
    kinds = {own.name: _JSON[type(raw(own.type))] for own in columns(table)}
    binary = _binary(table)
    try:
        session.write_many(insert(_plain(table)), (_row(kinds, binary, row) for row in rows))
    except BadInput as error:
        raise Corrupt(f"a row of {table.name} in the backup is damaged", _REMEDY) from error


def _row(kinds: dict[str, type], binary: list[int], row: list[Any]) -> Values:
    if len(row) != len(kinds):
        raise Corrupt("a row of the backup has too few or too many values", _REMEDY)
    for value, kind in zip(row, kinds.values(), strict=True):
        # Exactly: True is an int to Python, and SQLite takes any type in any column.
        if value is not None and type(value) is not kind:
            raise Corrupt("a value of the backup is of another type", _REMEDY)
        if isinstance(value, str) and "\x00" in value:
            raise Corrupt("a text of the backup holds the character NUL", _REMEDY)
    for i in binary:
        if row[i] is not None:
            row[i] = _to_bytes(row[i])
    return dict(zip(kinds, row, strict=True))


def _binary(table: Table) -> list[int]:
    own = enumerate(columns(table))
    return [i for i, column in own if isinstance(raw(column.type), LargeBinary)]


def _to_text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _to_bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        raise Corrupt("bytes in the backup are damaged", _REMEDY) from None


def _require_empty(session: Session) -> None:
    if read_head(session).size:
        raise Conflict("this database has a ledger already", "load into a new one")
    for table in tables():
        if session.first(select(table).limit(1)) is not None:
            raise Conflict(f"this database holds rows in {table.name}", "load into a new one")


def _header(value: dict[str, Any]) -> dict[str, object]:
    if value.get("version") != VERSION or value.get("schema") != schema.REVISION:
        raise Setup(
            f"the backup is of version {value.get('version')}, schema {value.get('schema')}",
            "load it with the licet that made it, then bring that database up",
        )
    head = value.get("head")
    if not isinstance(head, list) or [type(part) for part in head] != [int, str, int]:
        raise Corrupt("the backup's header is damaged", _REMEDY)
    return {"size": head[0], "frontier": _to_bytes(head[1]), "time": head[2]}


def _check_leaves(session: Session, makes: LeafMaker) -> None:
    # The header's head must be the head of these very leaves.
    head = read_head(session)
    frontier: tuple[bytes, ...] = ()
    size = 0
    for leaf in ReadLeaves(session).iterate():
        if leaf.index != size or leaf.hash != makes.leaf_hash(leaf.data):
            raise Corrupt(f"leaf {size} of the backup is not what was recorded", _REMEDY)
        frontier = makes.grow(frontier, size, leaf.hash)
        size += 1
    if (size, frontier) != (head.size, head.frontier):
        raise Corrupt("the backup's head is not the head of its leaves", _REMEDY)

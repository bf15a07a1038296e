"""Words that stand in a database's own file whoever is kept in it, and rows that hold one.

SQLite writes the text of its schema into its file, and rows hold words of closed lists. Whoever
has such a word as their name would be found in every file for ever. So for such a name the
rows are asked: every column that can hold anybody's words or bytes.
"""

import re
from collections.abc import Iterable
from functools import cache

from sqlalchemy import (
    Column,
    ColumnElement,
    LargeBinary,
    Text,
    cast,
    func,
    literal,
    select,
    type_coerce,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable, ExecutableDDLElement

from licet.store.schema import METADATA, leaf
from licet.store.session import Session
from licet.store.types import Line, Word

AROUND = 64
"""So many bytes before and after a word show whose it is."""

_BEGUN, _ENDED = re.compile(rb'"[a-z0-9_.]*\Z'), re.compile(rb'[a-z0-9_.]*"')
_KEY_ID = re.compile(rb":[0-9a-f]{8}-")
_BESIDE = "SQLite format 3 sqlite_schema sqlite_autoindex_ alembic_version version_num"
"""What stands in a file beside the tables' own text."""


def of_schema(words: Iterable[bytes]) -> frozenset[bytes]:
    """Return which of these words stand in the file of a database that holds nobody."""
    said = _said()
    return frozenset(one for one in words if one in said)


def is_of_a_format(before: bytes, after: bytes) -> bool:
    """Say of a word by what stands around it that it is a format's: an identifier, a key's id.

    An identifier stands between quotation marks; the id of a key is a word, a colon, a UUID.
    """
    quoted = _BEGUN.search(before) is not None and _ENDED.match(after) is not None
    return quoted or _KEY_ID.match(after) is not None


def columns_holding(session: Session, word: bytes) -> tuple[str, ...]:
    """Return the columns, as ``table.column``, of which some row holds a word of the schema.

    A column of a closed list holds the list's words alone. In JSON, what stands whole between
    quotation marks is a word of the format. The ledger's entries are read elsewhere.
    """
    held = (
        (f"{table.name}.{column.name}", _holds(session, column, word.decode()))
        for table in METADATA.sorted_tables
        for column in table.columns
    )
    return tuple(
        name
        for name, some in held
        if some is not None and session.first(select(literal(1)).where(some)) is not None
    )


def _holds(session: Session, column: Column[object], word: str) -> ColumnElement[bool] | None:
    """Say in SQL whether a column's value holds a word; None for one that cannot."""
    kept = getattr(column.type, "impl_instance", column.type)
    if isinstance(column.type, Word) or column is leaf.c.data:
        return None
    if not isinstance(kept, (Text, LargeBinary)):
        return None
    server = session.connection.dialect.name == "postgresql"
    if isinstance(kept, LargeBinary):
        needle = literal(word.encode(), LargeBinary)
        if server:
            return func.position(needle.op("IN")(type_coerce(column, LargeBinary))) > 0
        return func.instr(cast(column, LargeBinary), needle) > 0
    value: ColumnElement[str] = type_coerce(column, Text)
    if not isinstance(column.type, Line):
        value = func.replace(value, f'"{word}"', "")
    return (func.strpos(value, word) if server else func.instr(value, word)) > 0


@cache
def _said() -> bytes:
    tables = METADATA.sorted_tables
    made: list[ExecutableDDLElement] = [CreateTable(table) for table in tables]
    made += [CreateIndex(index) for table in tables for index in table.indexes]
    texts = (str(one.compile(dialect=sqlite.dialect())) for one in made)
    return "\n".join((_BESIDE, *texts)).encode()

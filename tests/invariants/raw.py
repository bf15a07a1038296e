"""What lies in the deployment's files and tables, read without a line of licet.

Nothing here imports the package: a check that asks the code under test for the facts
would believe what it is told.
"""

import base64
import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row
from sqlalchemy import make_url

TABLES = (
    "account",
    "agreement",
    "block",
    "candidate",
    "case",
    "approval",
    "confirmation",
    "deployment",
    "audit",
    "effect",
    "face",
    "grant",
    "head",
    "hold",
    "item",
    "item_address",
    "leaf",
    "member",
    "order",
    "organisation",
    "plan",
    "request",
    "run",
    "search",
    "source",
    "authority",
    "subject",
    "suggestion",
    "template",
    "trace",
    "unlinked",
    "verification",
    "visit",
)
ORDER = {"leaf": ' ORDER BY "index"'}
Row = dict[str, Any]


@dataclass(frozen=True)
class Picture:
    """Every row of every table at one moment."""

    tables: dict[str, list[Row]]

    def __getitem__(self, table: str) -> list[Row]:
        return self.tables[table]

    def by_id(self, table: str) -> dict[str, Row]:
        """Rows by their id."""
        return {row["id"]: row for row in self.tables[table]}

    @cached_property
    def grants(self) -> dict[str, Row]:
        """Grants by id."""
        return self.by_id("grant")

    @cached_property
    def subjects(self) -> dict[str, Row]:
        """Data subjects by id."""
        return self.by_id("subject")

    @property
    def size(self) -> int:
        """How many leaves the head says there are."""
        return int(self.tables["head"][0]["size"])

    def cells(self) -> Iterator[bytes]:
        """Every value of every row as bytes."""
        for rows in self.tables.values():
            for row in rows:
                for value in row.values():
                    if isinstance(value, str):
                        yield value.encode()
                    elif isinstance(value, bytes):
                        yield value


@dataclass(frozen=True)
class Leaf:
    """A leaf as JSON says it, read by nobody's decoder but json's."""

    index: int
    data: bytes
    kind: str
    objects: frozenset[tuple[str, str]]
    facts: Row

    def names(self, role: str, value: str) -> bool:
        """Whether the leaf names an object in a role."""
        return (role, value) in self.objects


def leaves(rows: Iterable[Row]) -> list[Leaf]:
    """Read leaves from rows of the table."""
    found = []
    for row in rows:
        said = json.loads(row["data"])
        objects = frozenset((role, value) for role, value in said.get("objects", []))
        found.append(Leaf(row["index"], row["data"], said["kind"], objects, said.get("facts", {})))
    return found


class Database:
    """Reads tables by SQL over a connection of its own."""

    def __init__(self, url: str) -> None:
        self.file = Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite") else None
        self._server: psycopg.Connection[Row] | None = None
        if self.file is None:
            parsed = make_url(url)
            self._server = psycopg.connect(
                host=str(parsed.query["host"]),
                user=parsed.username,
                dbname=parsed.database,
                autocommit=True,
                row_factory=dict_row,
            )

    def picture(self) -> Picture:
        """Read all tables as of one moment."""
        if self._server is not None:
            with self._server.transaction():
                self._server.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                rows = {t: self._server.execute(_select(t)).fetchall() for t in TABLES}
            return Picture({t: [_plain(row) for row in found] for t, found in rows.items()})
        with closing(sqlite3.connect(str(self.file), isolation_level=None)) as connection:
            connection.row_factory = sqlite3.Row
            connection.execute("BEGIN")
            found = {
                t: [dict(row) for row in connection.execute(_select(t)).fetchall()] for t in TABLES
            }
        return Picture(found)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Run one statement that reads."""
        if self._server is not None:
            return [tuple(row.values()) for row in self._server.execute(sql).fetchall()]  # type: ignore[call-overload]
        with closing(sqlite3.connect(str(self.file), isolation_level=None)) as connection:
            return connection.execute(sql).fetchall()

    def write(self, sql: str) -> None:
        """Run one statement that writes, past licet, and close."""
        if self._server is not None:
            self._server.execute(sql)  # type: ignore[call-overload]
            self._server.close()
            return
        with closing(sqlite3.connect(str(self.file), isolation_level=None)) as connection:
            connection.execute(sql)

    def close(self) -> None:
        """Close the connection."""
        if self._server is not None:
            self._server.close()


def _select(table: str) -> str:
    return f'SELECT * FROM "{table}"{ORDER.get(table, "")}'


def _plain(row: Row) -> Row:
    return {k: bytes(v) if isinstance(v, memoryview) else v for k, v in row.items()}


def keys_in(replica: Path) -> frozenset[str]:
    """The ids of the keys in one replica of the keyring."""
    with closing(sqlite3.connect(str(replica), isolation_level=None)) as connection:
        return frozenset(row[0] for row in connection.execute("SELECT id FROM key"))


def spellings(needle: bytes) -> tuple[bytes, ...]:
    """How bytes could lie in a file in clear: as they are, in base64 at any offset, in hex."""
    found = [needle, needle.hex().encode()]
    for offset in range(3):
        text = base64.b64encode(bytes(offset) + needle)
        # The first and last group also hold what stands beside the needle.
        inner = text[4 if offset else 0 : -4]
        if len(inner) >= 8:
            found.append(inner)
    return tuple(found)


def places_of(needles: Iterable[bytes], files: Iterable[Path]) -> list[str]:
    """Name the files that hold one of the needles in clear, in any spelling."""
    wanted = [spelling for needle in needles for spelling in spellings(needle)]
    found = []
    for file in files:
        try:
            data = file.read_bytes()
        except FileNotFoundError:
            continue
        found.extend(str(file) for spelling in wanted if spelling in data)
    return found


def files_below(*roots: Path) -> list[Path]:
    """Every file below some folders."""
    return [p for root in roots for p in sorted(root.rglob("*")) if p.is_file()]

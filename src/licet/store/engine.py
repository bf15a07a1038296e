"""Connections to the two databases, and who says BEGIN.

SQLite: write-ahead log, every commit synced, deleted bytes overwritten, foreign keys on.
Its driver is kept from opening transactions by itself; we say ``BEGIN IMMEDIATE`` for a
unit and ``BEGIN`` for a reader. PostgreSQL: READ COMMITTED for units, since the head lock
alone orders them, and one REPEATABLE READ snapshot for readers.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from licet.store.explain import explained
from licet.terms.errors import Setup

APPLICATION_ID = 0x6C696374
"""``lict``: marks an SQLite file as ours (sqlite.org/fileformat2.html, offset 68)."""

CONNECTIONS = 32
"""Connections of one process at most: units queue for the head lock anyway."""

_FORMS = "use sqlite:///path/to/file.db or postgresql+psycopg://user@host/database"


class Begin(StrEnum):
    """How a transaction begins."""

    UNIT = "unit"
    SNAPSHOT = "snapshot"
    POLL = "poll"


def parse(url: str) -> URL:
    """Return the parsed url. Raises ``Setup`` unless it names one of the two databases."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        # The url itself may hold a password, so it is not repeated.
        raise Setup("the database url cannot be read", _FORMS) from None
    if parsed.drivername in ("sqlite", "sqlite+pysqlite"):
        if not parsed.database or parsed.database == ":memory:" or parsed.query:
            raise Setup("an SQLite database must be a plain file", _FORMS)
        return parsed
    if parsed.drivername == "postgresql+psycopg":
        return parsed
    raise Setup(f"licet does not keep its records in {parsed.drivername}", _FORMS)


def file_of(url: URL) -> Path | None:
    """Return the SQLite file, or None for a server."""
    if url.get_backend_name() != "sqlite":
        return None
    return Path(url.database or "")


def connect(url: URL, wait_seconds: float, foreign_keys: bool = True) -> Engine:
    """Return an engine; nothing is opened yet.

    ``wait_seconds`` is how long a unit waits for another one. ``foreign_keys`` off is for
    migrations of SQLite alone, which check them before they commit.
    """
    wait_ms = int(wait_seconds * 1000)
    if file_of(url) is None:
        options = f"-c lock_timeout={wait_ms} -c TimeZone=UTC -c synchronous_commit=on"
        return create_engine(
            url,
            isolation_level="READ COMMITTED",
            pool_pre_ping=True,
            connect_args={} if "options" in url.query else {"options": options},
            **_POOL,
            pool_timeout=wait_seconds,
        )
    engine = create_engine(
        url,
        connect_args={"isolation_level": None, "timeout": wait_seconds},
        **_POOL,
        pool_timeout=wait_seconds,
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: object) -> None:
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "secure_delete=ON",
            f"foreign_keys={'ON' if foreign_keys else 'OFF'}",
            # Sorting must not spill rows into a file that nobody wipes.
            "temp_store=MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        how = connection.get_execution_options().get("licet_begin", Begin.UNIT)
        # Every reader and unit says it: the driver's own call costs a tenth of SQLAlchemy's.
        driver: Any = connection.connection.dbapi_connection
        if how is Begin.UNIT:
            driver.execute("BEGIN IMMEDIATE")
        elif how is Begin.SNAPSHOT:
            driver.execute("BEGIN")

    return engine


# Parameters stay out of messages: they are people's data.
_POOL: dict[str, Any] = {
    "hide_parameters": True,
    "pool_size": 8,
    "max_overflow": CONNECTIONS - 8,
}


def options(engine: Engine, how: Begin) -> dict[str, Any]:
    """Return the execution options with which a connection begins as ``how`` says."""
    if engine.dialect.name == "sqlite":
        return {"licet_begin": how}
    if how is Begin.SNAPSHOT:
        return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    if how is Begin.POLL:
        return {"isolation_level": "AUTOCOMMIT"}
    return {}


@contextmanager
def transaction(engine: Engine, how: Begin) -> Iterator[Connection]:
    """Give a connection inside a transaction; it is rolled back unless the caller commits."""
    with explained():
        connection = engine.connect()
    try:
        with explained():
            connection.execution_options(**options(engine, how))
            connection.begin()
        yield connection
    finally:
        # Closing rolls back what was not committed, whatever was raised.
        connection.close()

"""What went wrong in the database, in licet's own errors.

One table for each database, from its code to an error with a remedy. An error that is in
no table is a defect of ours and passes unchanged. Values of rows never enter a message.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from licet.terms.errors import BadInput, Busy, Conflict, Corrupt, LicetError, Setup

_RETRY = "try again; if it stays so, look for a process that holds the database"
_FREE = "free some space and do it again; nothing of this was written"
_WRITE = "see that the folder exists and that this account may write in it"
_RESTORE = "keep a copy of it for study and restore a backup"
_RULE = "read the object again: its state does not allow this"
_SERVER = "see that the server runs and that the address, name and password are right"

_SQLITE: dict[int, tuple[type[LicetError], str, str]] = {
    sqlite3.SQLITE_BUSY: (Busy, "somebody else is writing to the database", _RETRY),
    sqlite3.SQLITE_LOCKED: (Busy, "somebody else is writing to the database", _RETRY),
    sqlite3.SQLITE_FULL: (Setup, "the database or its disk is full", _FREE),
    sqlite3.SQLITE_IOERR: (Setup, "the disk failed while the database used it", "check the disk"),
    sqlite3.SQLITE_READONLY: (Setup, "the database may not be written", _WRITE),
    sqlite3.SQLITE_PERM: (Setup, "the database may not be opened", _WRITE),
    sqlite3.SQLITE_CANTOPEN: (Setup, "the database cannot be opened", _WRITE),
    sqlite3.SQLITE_CORRUPT: (Corrupt, "the database file is damaged", _RESTORE),
    sqlite3.SQLITE_NOTADB: (Corrupt, "this file is not an SQLite database", _RESTORE),
    sqlite3.SQLITE_CONSTRAINT: (Conflict, "a rule of the database refused this", _RULE),
    sqlite3.SQLITE_TOOBIG: (BadInput, "a value is too big for the database", "make it smaller"),
}

# Keys are SQLSTATEs or their first two letters (PostgreSQL, appendix A).
_POSTGRESQL: dict[str, tuple[type[LicetError], str, str]] = {
    "08": (Busy, "the database connection was lost", _RETRY),
    "22": (BadInput, "the database does not take a value", "mend the value"),
    "23": (Conflict, "a rule of the database refused this", _RULE),
    "25006": (Setup, "the database is read-only", "use the primary server"),
    "28": (Setup, "the database server does not let us in", _SERVER),
    "3D": (Setup, "there is no such database on the server", "create it first"),
    "40": (Busy, "the database broke off this unit in favour of another", _RETRY),
    "42501": (Setup, "the database does not allow this account enough", "grant it the tables"),
    "42P01": (Setup, "the database has no licet tables", "run `licet init`"),
    "53100": (Setup, "the database or its disk is full", _FREE),
    "53": (Busy, "the database server has no room for another connection", _RETRY),
    "55P03": (Busy, "somebody else is writing to the database", _RETRY),
    "57": (Busy, "the database server is stopping or broke this off", _RETRY),
    "58": (Setup, "the database server's disk failed", "check the server's disk"),
    "XX001": (Corrupt, "the database is damaged", _RESTORE),
    "XX002": (Corrupt, "an index of the database is damaged", "run REINDEX, then check"),
}


def explain(error: Exception) -> Exception:
    """Return licet's error for one of SQLAlchemy's, or the error itself if it is in no table."""
    cause = error.orig if isinstance(error, StatementError) else error
    if isinstance(cause, LicetError):
        return cause
    if isinstance(cause, UnicodeEncodeError):
        return BadInput("this text holds a character that is not Unicode text", "remove it")
    if isinstance(cause, OverflowError):
        return BadInput("a number is too big for the database", "mend the number")
    if isinstance(error, PoolTimeout):
        return Busy("all database connections of this process are in use", _RETRY)
    if isinstance(cause, sqlite3.Error):
        return _of_sqlite(cause) or error
    return _of_postgresql(cause, error) or error


def _of_sqlite(cause: sqlite3.Error) -> LicetError | None:
    code = getattr(cause, "sqlite_errorcode", None)
    if code is None:
        return None
    # The low byte is the kind of error, the rest its detail (sqlite.org/rescode.html).
    row = _SQLITE.get(code & 0xFF)
    if row is None:
        return None
    kind, what, remedy = row
    # SQLite names the table and columns here, never a value.
    detail = f" ({cause})" if kind is Conflict else ""
    return kind(what + detail, remedy)


def _of_postgresql(cause: BaseException | None, error: Exception) -> LicetError | None:
    import psycopg

    if not isinstance(cause, psycopg.Error):
        return None
    state = cause.sqlstate or ""
    row = _POSTGRESQL.get(state) or _POSTGRESQL.get(state[:2])
    if row is not None:
        kind, what, remedy = row
        name = cause.diag.constraint_name
        return kind(f"{what} ({name})" if name else what, remedy)
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return Busy("the database connection was lost", _RETRY)
    if isinstance(cause, psycopg.OperationalError):
        return Setup("the database server cannot be reached", _SERVER)
    if isinstance(cause, psycopg.DataError):
        return BadInput("the database does not take a value", "mend the value")
    return None


@contextmanager
def explained() -> Iterator[None]:
    """Turn SQLAlchemy's errors into licet's inside the block.

    A conflict drops its cause: PostgreSQL's detail repeats the values of the row.
    """
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, UnicodeEncodeError, OverflowError) as error:
        said = explain(error)
        if said is error:
            raise
        if isinstance(said, Conflict):
            raise said from None
        raise said from error

"""The two SQLite files of a keyring, written as one (docs/formats/keyring.md).

Both files are attached to one connection in rollback-journal mode, where SQLite
commits several files atomically through a super-journal (sqlite.org/atomiccommit,
5.0); in WAL mode it would not. ``synchronous=EXTRA`` also syncs the folder after
the journal is unlinked, and ``secure_delete`` overwrites what is deleted.
"""

import errno
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from licet.terms.errors import Busy, Corrupt, Setup
from licet.vault.files import PRIVATE_FILE, make_folder, told

APPLICATION = 0x6C696B72
"""SQLite ``application_id`` of a keyring file: ``likr``."""

FORMAT = 1
"""SQLite ``user_version`` of a keyring file."""

WAIT_SECONDS = 60.0
"""How long another process may hold the keyring: a turn of millions of keys fits."""

SCHEMA = (
    """CREATE TABLE main.key (
        id TEXT PRIMARY KEY,
        wrapped BLOB NOT NULL,
        born INTEGER NOT NULL,
        made_at INTEGER NOT NULL
    ) WITHOUT ROWID""",
    """CREATE TABLE main.keyring (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        id TEXT NOT NULL,
        generation INTEGER NOT NULL,
        epoch TEXT NOT NULL
    )""",
    f"PRAGMA main.application_id = {APPLICATION}",
    f"PRAGMA main.user_version = {FORMAT}",
)

_STATE = "SELECT id, generation, epoch FROM main.keyring"
_PUT_STATE = "INSERT OR REPLACE INTO main.keyring VALUES (1, ?, ?, ?)"


@dataclass(frozen=True, slots=True)
class State:
    """What one replica says of itself.

    ``generation`` counts the writing transactions; ``epoch`` wraps every key, and
    is empty until the first epoch was made.
    """

    keyring: str
    generation: int
    epoch: str


ENDED = "ended"
"""What stands for the epoch of a keyring that was ended for good: none wraps anything."""


def _make(path: Path) -> None:
    """Make an empty file (0600) where there is none; one that is there is not opened.

    Closing a handle on a database's file would drop the locks of every connection that this
    process has on it (SQLite, "How To Corrupt An SQLite Database File", 2.2).
    """
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, PRIVATE_FILE))
    except FileExistsError:
        if not os.access(path, os.R_OK | os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path)) from None


class Replicas:
    """One connection over both files. Statements are written for ``main.``."""

    def __init__(self, main: Path, replica: Path) -> None:
        """Open both files, made (0600, empty) when missing. Raises Setup, Corrupt, Busy."""
        self.paths = (main, replica)
        for path in self.paths:
            make_folder(path.parent)
            with told("open the keyring file", path):
                _make(path)
        with sql_told(main):
            self._connection = sqlite3.connect(
                main, timeout=WAIT_SECONDS, isolation_level=None, check_same_thread=False
            )
        try:
            self._prepare(main, replica)
        except BaseException:
            self._connection.close()
            raise

    def _prepare(self, main: Path, replica: Path) -> None:
        with sql_told(main):
            self._connection.execute("SELECT count(*) FROM main.sqlite_schema")
        with sql_told(replica):
            self._connection.execute("ATTACH ? AS replica", (str(replica),))
        for path, on in zip(self.paths, (_on_main, _on_replica), strict=True):
            with sql_told(path):
                mode = self._connection.execute(on("PRAGMA main.journal_mode = DELETE")).fetchone()
                if mode[0] != "delete":
                    raise Setup(f"{path} cannot leave its journal mode {mode[0]}")
                self._connection.execute(on("PRAGMA main.synchronous = EXTRA"))
                self._connection.execute(on("PRAGMA main.secure_delete = ON"))
                self._connection.execute(on("PRAGMA main.cache_size = -16384"))

    def execute(self, sql: str, values: Iterable[Any] = ()) -> sqlite3.Cursor:
        """Run ``sql`` as it stands. Raises Setup, Corrupt, Busy."""
        with sql_told(self.paths[0]):
            return self._connection.execute(sql, tuple(values))

    def rows(self, sql: str, values: Iterable[Any] = ()) -> list[Any]:
        """Run ``sql`` as it stands and return all its rows."""
        with sql_told(self.paths[0]):
            return self._connection.execute(sql, tuple(values)).fetchall()

    def both(self, sql: str, values: Iterable[tuple[Any, ...]]) -> int:
        """Run ``sql``, written for ``main.``, once per row on both; return rows changed on main."""
        values = list(values)
        with sql_told(self.paths[1]):
            self._connection.executemany(_on_replica(sql), values)
        with sql_told(self.paths[0]):
            return self._connection.executemany(sql, values).rowcount

    def main(self, sql: str, values: Iterable[tuple[Any, ...]]) -> None:
        """Run ``sql`` once per row on main alone; the caller copies it afterwards."""
        with sql_told(self.paths[0]):
            self._connection.executemany(sql, values)

    @contextmanager
    def writing(self, deed: str, at: Callable[[str], None]) -> Iterator[None]:
        """Hold both write locks and commit both files as one, or neither. Raises Busy."""
        self.execute("BEGIN IMMEDIATE")
        try:
            at(f"keyring.{deed}.begun")
            yield
            at(f"keyring.{deed}.written")
            self.execute("COMMIT")
        except BaseException:
            self.roll_back()
            raise

    @contextmanager
    def reading(self) -> Iterator[None]:
        """See both files as of one moment."""
        self.execute("BEGIN")
        try:
            yield
        finally:
            self.roll_back()

    def state(self, which: int) -> State | None:
        """Return what replica 0 (main) or 1 says of itself; None of an empty file."""
        on = (_on_main, _on_replica)[which]
        path = self.paths[which]
        with sql_told(path):
            if self._connection.execute(on("SELECT 1 FROM main.sqlite_schema")).fetchone() is None:
                return None
            application = self._connection.execute(on("PRAGMA main.application_id")).fetchone()[0]
            version = self._connection.execute(on("PRAGMA main.user_version")).fetchone()[0]
            if application != APPLICATION:
                raise Corrupt(f"{path} is not a keyring", "Check the path in the settings")
            if version != FORMAT:
                raise Setup(f"{path} has keyring format {version}, not {FORMAT}", "Update licet")
            row = self._connection.execute(on(_STATE)).fetchone()
        if row is None:
            raise Corrupt(f"{path} has no keyring row", move_away(path))
        return State(*row)

    def make_schema(self, which: int) -> None:
        """Create the tables in one replica, inside the caller's transaction."""
        with sql_told(self.paths[which]):
            for statement in SCHEMA:
                self._connection.execute((_on_main, _on_replica)[which](statement))

    def put_state(self, keyring: str, generation: int, epoch: str) -> None:
        """Write both replicas' state."""
        self.both(_PUT_STATE, [(keyring, generation, epoch)])

    def copy(self, source: int) -> None:
        """Replace the other replica's keys by those of ``source``, page by page."""
        on = (_on_main, _on_swapped)[source]
        with sql_told(self.paths[1 - source]):
            self._connection.execute(on("DELETE FROM replica.key"))
            self._connection.execute(on("INSERT INTO replica.key SELECT * FROM main.key"))

    def drop_deleted_elsewhere(self, newer: int, generation: int) -> int:
        """Delete from ``newer`` what the other had until ``generation`` and has no more."""
        on = (_on_main, _on_swapped)[newer]
        statement = (
            "DELETE FROM main.key WHERE born <= ? AND id NOT IN (SELECT id FROM replica.key)"
        )
        with sql_told(self.paths[newer]):
            return self._connection.execute(on(statement), (generation,)).rowcount

    def count(self, which: int) -> int:
        """Return how many keys one replica has (a scan: 40 ms for a million)."""
        on = (_on_main, _on_replica)[which]
        with sql_told(self.paths[which]):
            return int(self._connection.execute(on("SELECT count(*) FROM main.key")).fetchone()[0])

    def count_unlike(self, which: int) -> int:
        """Return how many keys of one replica are missing or not the same in the other."""
        on = (_on_main, _on_swapped)[which]
        sql = (
            "SELECT count(*) FROM (SELECT id, wrapped FROM main.key "
            "EXCEPT SELECT id, wrapped FROM replica.key)"
        )
        with sql_told(self.paths[which]):
            return int(self._connection.execute(on(sql)).fetchone()[0])

    def damage(self, which: int) -> tuple[str, ...]:
        """Return what SQLite's own quick check says of one replica; empty when it is well."""
        with sql_told(self.paths[which]):
            pragma = (_on_main, _on_replica)[which]("PRAGMA main.quick_check")
            rows = self._connection.execute(pragma).fetchall()
        return tuple(row[0] for row in rows if row[0] != "ok")

    def roll_back(self) -> None:
        """Undo an open transaction; well when there is none."""
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


@contextmanager
def sql_told(path: Path) -> Iterator[None]:
    """Turn SQLite's errors on ``path`` into Busy, Corrupt or Setup."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise _translated(error, path) from error


def move_away(path: Path) -> str:
    """Return the remedy for one damaged replica."""
    return f"Move {path} away: it is made again from the other replica"


def _translated(error: sqlite3.DatabaseError, path: Path) -> Exception:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return Busy(f"another process holds the keyring {path}", "Try again in a minute")
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return Corrupt(f"the keyring file {path} is damaged ({error})", move_away(path))
    remedy = _REMEDIES.get(code)
    return error if remedy is None else Setup(f"cannot use the keyring {path}: {error}", remedy)


_REMEDIES = {
    sqlite3.SQLITE_FULL: "Free some space on that disk, then try again; nothing was lost",
    sqlite3.SQLITE_READONLY: "Let the account that runs licet write to the file and its folder",
    sqlite3.SQLITE_CANTOPEN: "Let the account that runs licet write to the file and its folder",
    sqlite3.SQLITE_IOERR: "Check that disk, then try again; nothing was lost",
}


def _on_main(sql: str) -> str:
    return sql


def _on_replica(sql: str) -> str:
    return sql.replace("main.", "replica.")


def _on_swapped(sql: str) -> str:
    return sql.replace("main.", "\0").replace("replica.", "main.").replace("\0", "replica.")

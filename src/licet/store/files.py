"""The store's files, and wiping deleted bytes out of them (DESIGN 6)."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from licet.store.explain import explained

REWRITE_BYTES = 256 * 2**20
"""Up to this size a wipe rewrites the file by itself: about a second."""

WAIT_MS = 250
"""How long a wipe waits for readers before it reports that it waits."""


@dataclass(frozen=True, slots=True)
class WipeFinding:
    """What became of deleted bytes in the database's own files.

    ``emptied``: the write-ahead log was brought into the file and cut to nothing.
    ``rewritten``: the whole file was built anew, so no page keeps a stale copy.
    ``waiting``: an open reader or writer kept it from happening; do it again later.
    ``removed`` says that nothing deleted is left; ``says`` is one sentence for people.
    """

    database: str
    emptied: bool
    rewritten: bool
    waiting: bool
    says: str

    @property
    def removed(self) -> bool:
        """Whether every deleted byte is gone from the database's files."""
        return self.emptied and self.rewritten


ON_POSTGRESQL = WipeFinding(
    "postgresql",
    emptied=False,
    rewritten=False,
    waiting=False,
    says="not removed: PostgreSQL may keep sealed bytes in heap and write-ahead log, unreadable",
)


def files_of(file: Path) -> tuple[Path, ...]:
    """Return those of the database's files that exist: itself, ``-wal``, ``-shm``."""
    all_of_them = (file, Path(f"{file}-wal"), Path(f"{file}-shm"))
    return tuple(path for path in all_of_them if path.exists())


def wipe(file: Path, rewrite: bool | None) -> WipeFinding:
    """Remove deleted bytes from an SQLite database's files, as far as readers allow.

    ``secure_delete`` zeroes what is deleted, but when a page of a tree is split the moved
    rows' old copies stay in its slack: about one deleted row in ten thousand keeps bytes
    that way. Only building the file anew (``VACUUM``) removes those. ``rewrite`` None does
    so up to :data:`REWRITE_BYTES`.
    """
    if rewrite is None:
        rewrite = file.stat().st_size <= REWRITE_BYTES
    with explained(), closing(_open(file)) as connection:
        rewritten = rewrite and _rewrite(connection)
        busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    emptied = busy == 0
    if not emptied or (rewrite and not rewritten):
        says = "deleted bytes stay until the reader or writer that is open has ended"
        return WipeFinding("sqlite", emptied, rewritten, True, says)
    if rewritten:
        says = "deleted bytes are gone from the database's files"
    else:
        says = "deleted bytes are overwritten, but split pages may keep sealed ones until a rewrite"
    return WipeFinding("sqlite", emptied, rewritten, False, says)


def _open(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, timeout=WAIT_MS / 1000, isolation_level=None)
    # VACUUM's temporary copy must not become another file with rows in it.
    for pragma in ("secure_delete=ON", "synchronous=FULL", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _rewrite(connection: sqlite3.Connection) -> bool:
    try:
        connection.execute("VACUUM")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return False
        raise
    return True

"""The store of one deployment: readers, units, backup."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Self

from sqlalchemy import Connection, Engine

from licet.store import backup, files
from licet.store.deployment import require_open
from licet.store.engine import Begin, file_of, parse, transaction
from licet.store.explain import explained
from licet.store.files import WipeFinding
from licet.store.leaves import read_head
from licet.store.migration import connect_migrated
from licet.store.session import At, Session
from licet.store.unit import Reader, Unit
from licet.store.wording import columns_holding
from licet.terms.errors import Busy, Conflict
from licet.terms.ledger import Head, LeafMaker
from licet.terms.when import Clock, utc_now

WAIT_SECONDS = 30.0
"""How long a unit waits for another one before it is ``Busy``."""


def _pass(_name: str) -> None:
    """Stop nowhere."""


class Store:
    """An open database. Safe to share among threads; open one in every process."""

    def __init__(self, engine: Engine, leaves: LeafMaker, clock: Clock, at: At) -> None:
        self._engine = engine
        self._leaves = leaves
        self._clock = clock
        self._at = at
        self._mine = threading.local()
        # Threads of one process queue here rather than poll SQLite's lock; PostgreSQL
        # queues them itself, at the head's row.
        self._gate = threading.Lock() if engine.dialect.name == "sqlite" else None
        self._wait_seconds = WAIT_SECONDS

    @classmethod
    def open(
        cls,
        url: str,
        leaves: LeafMaker,
        clock: Clock = utc_now,
        *,
        at: At = _pass,
        wait_seconds: float = WAIT_SECONDS,
    ) -> Self:
        """Open a migrated database.

        ``url`` is ``sqlite:///path`` or ``postgresql+psycopg://...``. ``at`` is called
        with ``unit.locked``, ``unit.effects`` (after every change), ``unit.recorded``
        (after every leaf), ``unit.commit`` (right before) and ``unit.committed``.
        Raises ``Setup`` if there is no such database, it is not licet's or of another
        version, and ``Corrupt`` if it is damaged.
        """
        store = cls(connect_migrated(parse(url), wait_seconds), leaves, clock, at)
        store._wait_seconds = wait_seconds
        return store

    @contextmanager
    def unit(self, bookkeeping: bool = False) -> Iterator[Unit]:
        """Open a unit of work: head lock first, commit on a clean end, else nothing happened.

        Whatever is raised inside, a ``BaseException`` too, rolls all of it back.
        ``bookkeeping`` allows a unit without a leaf that changes only cursors, leases and
        tries. Raises ``Busy`` if others hold the head for too long.
        """
        if getattr(self._mine, "unit", False):
            # It would wait for itself.
            raise Conflict("this thread is inside a unit already", "end that one first")
        self._mine.unit = True
        try:
            with self._turn(), transaction(self._engine, Begin.UNIT) as connection:
                unit = self._locked(connection, bookkeeping)
                self._at("unit.locked")
                yield unit
                unit.close()
                self._at("unit.commit")
                with explained():
                    connection.commit()
        finally:
            self._mine.unit = False
        self._at("unit.committed")

    @contextmanager
    def read(self) -> Iterator[Reader]:
        """Open a reader: one consistent snapshot, whatever others commit meanwhile."""
        with transaction(self._engine, Begin.SNAPSHOT) as connection:
            session = Session(connection, self._clock(), self._at, writes=False)
            # The first statement fixes the snapshot, so the head says which one it is.
            head = read_head(session)
            session.now = max(session.now, head.time)
            yield Reader(session, head)

    def head(self) -> Head:
        """Return the ledger's head now: one short statement, made to be polled."""
        with transaction(self._engine, Begin.POLL) as connection:
            return read_head(Session(connection, self._clock(), self._at, writes=False))

    def files(self) -> tuple[Path, ...]:
        """Return SQLite's files that exist (itself, ``-wal``, ``-shm``); none for a server."""
        file = file_of(self._engine.url)
        return () if file is None else files.files_of(file)

    def wipe(self, rewrite: bool | None = None) -> WipeFinding:
        """Remove deleted bytes from the files, and say how far that came.

        ``rewrite`` builds the SQLite file anew (None: if it is small), see
        :func:`licet.store.files.wipe`. On PostgreSQL nothing is removed, and it says so.
        """
        file = file_of(self._engine.url)
        return files.ON_POSTGRESQL if file is None else files.wipe(file, rewrite)

    def columns_holding(self, word: bytes) -> tuple[str, ...]:
        """Return the columns, as ``table.column``, of which some row holds a word.

        For a word that stands in the file whoever is kept in it, see
        :func:`licet.store.wording.of_schema`.
        """
        with transaction(self._engine, Begin.SNAPSHOT) as connection:
            session = Session(connection, self._clock(), self._at, writes=False)
            return columns_holding(session, word)

    def dump(self, write: Callable[[bytes], object]) -> int:
        """Write a logical backup, one line a call, from one snapshot; return its rows.

        Sealed bytes stay sealed, and keys are not here to be written. The format is
        ``docs/formats/backup.md``.
        """
        with transaction(self._engine, Begin.SNAPSHOT) as connection:
            return backup.dump(Session(connection, self._clock(), self._at, writes=False), write)

    def load(self, lines: Iterable[bytes]) -> int:
        """Load a logical backup into this empty database and return its rows.

        All of it or nothing. Raises ``Conflict`` if the database is not empty, ``Corrupt``
        if the backup is damaged or cut short, ``Setup`` if it is of another version.
        """
        with self._turn(), transaction(self._engine, Begin.UNIT) as connection:
            session = Session(connection, self._clock(), self._at, writes=True)
            read_head(session, lock=True)
            rows = backup.load(session, lines, self._leaves)
            with explained():
                connection.commit()
            return rows

    def close(self) -> None:
        """Close all connections. Readers and units must have ended."""
        self._engine.dispose()

    def _locked(self, connection: Connection, bookkeeping: bool) -> Unit:
        session = Session(connection, self._clock(), self._at, writes=True)
        head = read_head(session, lock=True)
        require_open(session)
        # A clock set back must not make entries older than those before them.
        session.now = max(self._clock(), head.time)
        return Unit(session, head, self._leaves, self._at, bookkeeping)

    def _turn(self) -> AbstractContextManager[object]:
        return nullcontext() if self._gate is None else _turn(self._gate, self._wait_seconds)


@contextmanager
def _turn(gate: threading.Lock, seconds: float) -> Iterator[None]:
    if not gate.acquire(timeout=seconds):
        raise Busy("another unit of this process holds the database", "try again")
    try:
        yield
    finally:
        gate.release()

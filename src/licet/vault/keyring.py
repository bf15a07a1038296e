"""The keyring: one wrapped data key per object, in two replicas, with no history.

Rules, in the order of the code:

1. A key is durable in both replicas before :meth:`Keyring.create` returns, so that
   no row is ever written under a key that might vanish (DESIGN 6).
2. Every key is wrapped under the one current epoch. Every change happens in one
   transaction over both replicas, under the write lock of both.
3. A turn makes the new epoch durable, wraps all keys again, commits, and only then
   destroys the old epoch. Whatever is killed in between, each key opens.
4. An epoch that is not current is destroyed, under the write lock (somebody may be
   turning), and only while the current one is there.
5. Replicas that differ are brought to the same on opening: what one of them has
   deleted is deleted; what was made since the other stood still is kept.
6. Both replicas missing is a new deployment only if the key service is empty too.
7. A keyring that was ended has no keys and no epoch, and never gets any again.

Boundaries are named to ``at`` so that tests can kill a process there.
"""

import json
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from licet.terms.errors import Corrupt, Ended, KeyAbsent, LicetError, Setup
from licet.terms.ids import KeyId
from licet.terms.when import Clock, to_ms, utc_now
from licet.vault.mending import bring_together, damages, destroy_stale, differences
from licet.vault.replicas import ENDED, Replicas, State
from licet.vault.service import KeyService

BOUNDARIES = tuple(
    f"keyring.{deed}.{step}"
    for deed, steps in {
        "reconcile": ("begun", "written", "committed"),
        "epoch": ("begun", "made", "written", "committed"),
        "create": ("begun", "written", "committed"),
        "shred": ("begun", "written", "committed"),
        "turn": ("begun", "epoch_made", "written", "committed", "destroyed"),
        "end": ("begun", "written", "committed", "destroyed"),
    }.items()
    for step in steps
)
"""Every moment that is named to ``at``."""

_CHUNK = 50_000
_MANY = 50_000
_INSERT = "INSERT INTO main.key VALUES (?, ?, ?, ?)"
_EPOCH = "SELECT epoch FROM main.keyring"


@dataclass(frozen=True, slots=True)
class EpochTurn:
    """A finished turn: the epoch destroyed, the one that now wraps, how many keys."""

    old: str
    new: str
    keys: int


def _nowhere(_boundary: str) -> None:
    """Do nothing at a boundary."""


class Keyring:
    """Wrapped keys in two files; several threads and processes may share them."""

    def __init__(
        self, replicas: Replicas, service: KeyService, at: Callable[[str], None], clock: Clock
    ) -> None:
        """Use :meth:`open`."""
        self._replicas = replicas
        self._service = service
        self._at = at
        self._clock = clock
        self._lock = threading.RLock()
        self.reports: tuple[str, ...] = ()
        """What opening had to mend, in plain sentences; empty as a rule."""

    @classmethod
    def open(
        cls,
        main: Path,
        replica: Path,
        service: KeyService,
        at: Callable[[str], None] = _nowhere,
        clock: Clock = utc_now,
    ) -> "Keyring":
        """Open both replicas and bring them to the same.

        Raises KeyAbsent (both replicas or the current epoch are gone), Corrupt (a
        damaged file, or replicas of different keyrings), Setup (paths, rights,
        space), Busy (held by another process for a minute).
        """
        if main.resolve() == replica.resolve():
            raise Setup("both replicas of the keyring are one file", "Name two folders, two disks")
        ring = cls(Replicas(main, replica), service, at, clock)
        try:
            ring.reports = bring_together(ring._replicas, service, at)
        except BaseException:
            ring.close()
            raise
        return ring

    # -- keys

    def create(self, *ids: KeyId) -> int:
        """Make a key for each id that has none; return how many. Durable in both on return."""
        for id_ in ids:
            _check_id(id_)
        with self._writing("create") as state:
            missing = sorted(self._missing(ids))
            fresh = [AESGCM.generate_key(bit_length=256) for _ in missing]
            wrapped = self._service.wrap(state.epoch, fresh)
            born, now = state.generation + 1, to_ms(self._clock())
            pairs = zip(missing, wrapped, strict=True)
            self._replicas.both(_INSERT, ((id_, key, born, now) for id_, key in pairs))
        self._at("keyring.create.committed")
        return len(missing)

    def get(self, id_: KeyId) -> bytes:
        """Return the key (32 bytes). Raises KeyAbsent, Corrupt."""
        keys = self.get_many((id_,))
        if id_ not in keys:
            raise KeyAbsent(
                f"the key {id_} is not in the keyring", "It was shredded: what it sealed is erased"
            )
        return keys[id_]

    def get_many(self, ids: Iterable[KeyId]) -> dict[KeyId, bytes]:
        """Return the keys (32 bytes) of those ids that have one. Raises KeyAbsent, Corrupt.

        KeyAbsent here means that the current epoch's key is gone. An epoch that was
        turned between reading and unwrapping is read again.
        """
        wanted = frozenset(ids)
        epoch, rows = self._read(wanted)
        while True:
            try:
                return dict(self._unwrap(epoch, rows))
            except KeyAbsent:
                before, (epoch, rows) = epoch, self._read(wanted)
                if epoch == before:
                    raise

    def has(self, id_: KeyId) -> bool:
        """Say whether there is such a key."""
        return not self.absent((id_,))

    def absent(self, ids: Iterable[KeyId]) -> frozenset[KeyId]:
        """Return those ids that have no key: what was sealed under them is to be deleted."""
        with self._lock:
            return self._missing(ids)

    def ids(self) -> tuple[KeyId, ...]:
        """Return all ids, sorted."""
        with self._lock:
            return tuple(
                row[0] for row in self._replicas.rows("SELECT id FROM main.key ORDER BY id")
            )

    def older_than(self, moment: datetime) -> tuple[KeyId, ...]:
        """Return the ids of keys made before ``moment``: orphans are swept among them."""
        sql = "SELECT id FROM main.key WHERE made_at < ? ORDER BY id"
        with self._lock:
            return tuple(row[0] for row in self._replicas.rows(sql, (to_ms(moment),)))

    def shred(self, *ids: KeyId) -> int:
        """Delete keys from both replicas; return how many there were. Again is well."""
        with self._writing("shred"):
            gone = self._replicas.both("DELETE FROM main.key WHERE id = ?", ((i,) for i in ids))
        self._at("keyring.shred.committed")
        return max(gone, 0)

    # -- epochs

    def turn(self) -> EpochTurn:
        """Wrap every key under a new epoch and destroy the old one (about 6 us a key).

        Raises Corrupt, before anything changed, when a key does not open.
        """
        with self._writing("turn") as state:
            new = self._service.new_epoch()
            self._at("keyring.turn.epoch_made")
            self._rewrap(state.epoch, new)
            self._replicas.copy(0)
            self._replicas.put_state(state.keyring, state.generation, new)
            destroy_stale(self._service, state.epoch, new)
            keys = self._replicas.count(0)
        self._at("keyring.turn.committed")
        self._service.destroy(state.epoch)
        self._at("keyring.turn.destroyed")
        return EpochTurn(state.epoch, new, keys)

    def end(self) -> int:
        """Destroy every key and every epoch, for good; return how many keys there were.

        Doing it again is well: what a killed end left of the epochs is destroyed.
        """
        with self._writing("end") as state:
            keys = self._replicas.count(0)
            self._replicas.both("DELETE FROM main.key", [()])
            self._replicas.put_state(state.keyring, state.generation, ENDED)
        self._at("keyring.end.committed")
        destroy_stale(self._service)
        self._at("keyring.end.destroyed")
        return keys

    def epoch(self) -> str:
        """Return the current epoch's name."""
        with self._lock:
            return str(self._replicas.rows(_EPOCH)[0][0])

    # -- looking after it

    def check(self) -> tuple[str, ...]:
        """Look at both replicas, every key and the epochs; return what is wrong, in sentences."""
        with self._lock:
            damage = damages(self._replicas)
            if damage:
                return damage
            return (*differences(self._replicas), *self._stale(), *self._closed(self.ids()))

    def files(self) -> tuple[Path, ...]:
        """Return the files that exist: replicas, and journals of a transaction under way."""
        journals = (path.with_name(path.name + "-journal") for path in self._replicas.paths)
        return tuple(path for path in (*self._replicas.paths, *journals) if path.exists())

    def close(self) -> None:
        """Close both files."""
        self._replicas.close()

    # -- within

    @contextmanager
    def _writing(self, deed: str) -> Iterator[State]:
        """Hold both write locks, yield the state, count the generation, commit both as one."""
        with self._lock, self._replicas.writing(deed, self._at):
            state = self._replicas.state(0)
            if state is None:
                raise Corrupt("the keyring was emptied under us", "Open it again")
            if state.epoch == ENDED and deed != "end":
                raise Ended("the keyring was ended for good", "Nothing is kept here any more.")
            yield state
            count = "UPDATE main.keyring SET generation = ?"
            self._replicas.both(count, [(state.generation + 1,)])

    def _read(self, wanted: frozenset[KeyId]) -> tuple[str, Sequence[tuple[KeyId, bytes]]]:
        """Return the epoch and the wrapped keys as of one moment."""
        with self._lock, self._replicas.reading():
            return str(self._replicas.rows(_EPOCH)[0][0]), self._wrapped(wanted)

    def _wrapped(self, wanted: frozenset[KeyId]) -> Sequence[tuple[KeyId, bytes]]:
        return self._rows_of("key.id, key.wrapped", wanted)

    def _missing(self, ids: Iterable[KeyId]) -> frozenset[KeyId]:
        wanted = frozenset(ids)
        return wanted - {row[0] for row in self._rows_of("key.id", wanted)}

    def _rows_of(self, columns: str, wanted: frozenset[KeyId]) -> Sequence[Any]:
        """Return the rows of these keys: by their ids, or by reading all when they are many."""
        if len(wanted) > _MANY:
            rows = self._replicas.rows(f"SELECT {columns} FROM main.key AS key")  # noqa: S608 - ours
            return [row for row in rows if row[0] in wanted]
        sql = (
            f"SELECT {columns} FROM json_each(?) AS wanted "  # noqa: S608 - ours
            "CROSS JOIN main.key AS key ON key.id = wanted.value"
        )
        # In order, so that neighbours in the file are read together.
        return self._replicas.rows(sql, (json.dumps(sorted(wanted)),))

    def _unwrap(self, epoch: str, rows: Sequence[tuple[KeyId, bytes]]) -> list[tuple[KeyId, bytes]]:
        """Unwrap all; when some do not open, halve until the one can be named."""
        if not rows:
            return []
        try:
            keys = self._service.unwrap(epoch, [wrapped for _, wrapped in rows])
        except Corrupt as error:
            if len(rows) <= 1:
                names = "".join(id_ for id_, _ in rows)
                raise Corrupt(
                    f"the key {names} does not open: {error.what}", error.remedy
                ) from error
            half = len(rows) // 2
            return self._unwrap(epoch, rows[:half]) + self._unwrap(epoch, rows[half:])
        return [(id_, key) for (id_, _), key in zip(rows, keys, strict=True)]

    def _rewrap(self, old: str, new: str) -> None:
        last = ""
        sql = "SELECT id, wrapped FROM main.key WHERE id > ? ORDER BY id LIMIT ?"
        update = "UPDATE main.key SET wrapped = ? WHERE id = ?"
        while rows := self._replicas.rows(sql, (last, _CHUNK)):
            opened = self._unwrap(old, rows)
            wrapped = self._service.wrap(new, [key for _, key in opened])
            pairs = zip(wrapped, opened, strict=True)
            self._replicas.main(update, ((bytes_, id_) for bytes_, (id_, _) in pairs))
            last = rows[-1][0]

    def _stale(self) -> Iterator[str]:
        epoch = self.epoch()
        for stale in self._service.epochs():
            if stale != epoch:
                yield f"epoch {stale} is stale and not destroyed; open the keyring again"

    def _closed(self, ids: Sequence[KeyId]) -> Iterator[str]:
        """Yield a sentence for each key that does not open, halving to find it."""
        try:
            self.get_many(ids)
        except LicetError as error:
            if len(ids) <= 1:
                yield str(error)
                return
            half = len(ids) // 2
            yield from self._closed(ids[:half])
            yield from self._closed(ids[half:])


def _check_id(id_: KeyId) -> None:
    kind, colon, rest = id_.partition(":")
    if not (kind and colon and rest) or not id_.isascii() or not id_.isprintable():
        raise ValueError(f"{id_!r} is not <kind>:<object id>")

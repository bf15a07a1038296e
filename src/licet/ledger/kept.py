"""Checkpoints that somebody outside saw, kept beside the tiles (docs/formats/witnessed.md).

A checkpoint that only its ledger signed proves nothing about the day it was signed: the
same key makes the same bytes at any time. So only what a witness cosigned or a timestamp
authority stamped is kept, for good, under its size. Nothing in here is ever lowered: of two
cosigned checkpoints the larger is the last one.
"""

from pathlib import Path

from licet.ledger import checkpoint as checkpoints
from licet.ledger.files import locked, replace, sync_folder, told
from licet.ledger.note import VerifierKey
from licet.ledger.witness import bare, merged
from licet.terms.errors import Corrupt
from licet.terms.ledger import Checkpoint

FOLDER = "checkpoints"
LAST = "witnessed"
STAMP = ".tsr"


class Kept:
    """The checkpoints in a mirror that witnesses or timestamp authorities saw."""

    def __init__(self, mirror: Path, key: VerifierKey | None = None) -> None:
        """Use ``mirror``; with ``key`` the ledger's signature is checked at each reading."""
        self._mirror, self._key = mirror, key

    @property
    def _folder(self) -> Path:
        return self._mirror / FOLDER

    def add(self, checkpoint: Checkpoint) -> Checkpoint:
        """Keep a cosigned checkpoint; return it with every cosignature known of it.

        Raises ``Corrupt`` when another tree of that size was kept: the two histories stay.
        """
        with told("keep a checkpoint in", self._folder), locked(self._folder):
            there = self.at(checkpoint.size)
            both = merged(there, checkpoint) if there else checkpoint
            self._write(self._folder / str(both.size), both.note.encode())
            last = self.last()
            if last is None or last.size <= both.size:
                self._write(self._mirror / LAST, both.note.encode())
        return both

    def add_stamp(self, checkpoint: Checkpoint, token: bytes) -> None:
        """Keep a timestamp of a checkpoint, and the checkpoint with it."""
        with told("keep a timestamp in", self._folder), locked(self._folder):
            there = self.at(checkpoint.size)
            both = merged(there, checkpoint) if there else checkpoint
            self._write(self._folder / str(both.size), both.note.encode())
            self._write(self._folder / f"{both.size}{STAMP}", token)

    def at(self, size: int) -> Checkpoint | None:
        """Return the checkpoint kept of this size, with its cosignatures. Raises ``Corrupt``."""
        found = self._read(self._folder / str(size))
        if found is not None and found.size != size:
            raise Corrupt(f"{self._folder / str(size)} is of {found.size} entries", _BRING)
        return found

    def last(self) -> Checkpoint | None:
        """Return the largest cosigned checkpoint. Raises ``Corrupt`` when it is damaged."""
        return self._read(self._mirror / LAST)

    def sizes(self) -> tuple[int, ...]:
        """Return the sizes of all checkpoints kept, in order."""
        return tuple(sorted(int(name) for name in self._names() if name.isdecimal()))

    def first_from(self, size: int) -> Checkpoint | None:
        """Return the first kept checkpoint that covers ``size`` entries."""
        found = next((one for one in self.sizes() if one >= size), None)
        return None if found is None else self.at(found)

    def stamp(self, size: int) -> bytes | None:
        """Return the timestamp of the checkpoint of this size, not checked."""
        try:
            return (self._folder / f"{size}{STAMP}").read_bytes()
        except FileNotFoundError:
            return None

    def stamped(self) -> tuple[int, ...]:
        """Return the sizes of all checkpoints that have a timestamp, in order."""
        stems = (name.removesuffix(STAMP) for name in self._names() if name.endswith(STAMP))
        return tuple(sorted(int(stem) for stem in stems if stem.isdecimal()))

    def bare(self, checkpoint: Checkpoint) -> Checkpoint:
        """Return a checkpoint as the ledger alone signed it: what a timestamp is over."""
        return bare(checkpoint, self._key) if self._key else checkpoint

    def _names(self) -> list[str]:
        try:
            return [path.name for path in self._folder.iterdir()]
        except FileNotFoundError:
            return []

    def _read(self, path: Path) -> Checkpoint | None:
        return checkpoints.read_file(path, self._key, _BRING)

    def _write(self, path: Path, data: bytes) -> None:
        replace(path, data)
        sync_folder(path.parent)


_BRING = "Bring that file back from where the mirror is copied to, or remove it to ask again"

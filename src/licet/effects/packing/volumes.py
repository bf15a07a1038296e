"""The files that a package is delivered in: locked, each small enough for a letter.

The first volume holds everything that is read; pictures fill it up and go on in further
ones. Each opens alone, and all of them unpack into one folder.
"""

from collections.abc import Iterable
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path
from types import TracebackType

from licet.ledger.package import Packed
from licet.vault.locked import LockedZip

LARGEST = 15 * 2**20
"""Bytes: a letter grows by a third on its way, and common mailboxes take 25 MB."""


def volume_name(volume: int) -> str:
    """Return the file name of a volume, counted from 1. It says nothing about anybody."""
    return f"package-{volume}.zip"


class Volumes:
    """Volumes while they are written. A context: on an error nothing of them is left open."""

    def __init__(self, folder: Path, secret: str, reserved: int, largest: int = LARGEST) -> None:
        """Write into ``folder``, which exists; keep ``reserved`` bytes of the first for texts."""
        self._folder, self._secret, self._largest = folder, secret, largest
        self._stack = ExitStack()
        self.files: list[Packed] = []
        self.count = 0
        self._room = max(0, largest - reserved)
        self._first = self._last = self._next()

    def __enter__(self) -> "Volumes":
        return self

    def _next(self) -> LockedZip:
        self.count += 1
        made = LockedZip(self._folder / volume_name(self.count), self._secret)
        return self._stack.enter_context(made)

    def add_picture(self, name: str, data: bytes) -> None:
        """Put a picture into the volume that is being filled, or into a further one."""
        if self._last.size + len(data) > self._room and self._started():
            if self._last is not self._first:
                self._last.close()
            self._last, self._room = self._next(), self._largest
        self._add(self._last, self.count, name, (data,), packed=False)

    def add(self, name: str, parts: Iterable[bytes], *, listed: bool = True) -> None:
        """Write a text into the first volume, as its parts come."""
        self._add(self._first, 1, name, parts, packed=True, listed=listed)

    def _started(self) -> bool:
        """Say whether the volume being filled holds anything, or is kept for texts anyway."""
        return self._last is self._first or self._last.size > 0

    def _add(
        self,
        into: LockedZip,
        volume: int,
        name: str,
        parts: Iterable[bytes],
        *,
        packed: bool,
        listed: bool = True,
    ) -> None:
        running, size = sha256(), 0
        with into.entry(name, packed=packed) as stream:
            for part in parts:
                stream.write(part)
                running.update(part)
                size += len(part)
        if listed:
            self.files.append(Packed(name, size, running.hexdigest(), volume))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.__exit__(kind, error, trace)

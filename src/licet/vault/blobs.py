"""Sealed files: kept copies, a part at a time (docs/formats/copy.md).

A file is its parts one after the other, each sealed by itself under the file's own key, so
that a video of hours is read at any place in bounded memory. Every part but the last one is
1 MiB in clear. A part is bound to its file, its number and whether it is the last one: none
can be moved, left out or cut off.

A file lies below the folder of its owner and is called as its id; while it is written its
name ends in ``.part``.
"""

import io
import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from shutil import copyfileobj
from typing import Any, BinaryIO

from licet.terms.errors import Corrupt, Setup
from licet.terms.ranged import ranged
from licet.vault.files import (
    PRIVATE_FILE,
    make_folder,
    overwrite_and_remove,
    sync_folder,
    told,
)
from licet.vault.seal import OVERHEAD, open_sealed, seal

PART = 1024 * 1024
"""Bytes in clear of every part but the last one."""

UNFINISHED = ".part"

_SEALED = PART + OVERHEAD


class Opened:
    """The bytes in clear of a sealed file (``size``): one part in memory at a time."""

    def __init__(self, file: BinaryIO, name: str, key: bytes) -> None:
        self._file, self._name, self._key = file, name, key
        whole = os.fstat(file.fileno()).st_size
        self._parts = -(-whole // _SEALED)
        self.size = _in_clear(whole)
        if self.size < 0 or not self._parts:
            file.close()
            raise Corrupt("a kept copy is cut off", _REMEDY)
        self._part: tuple[int, bytes] = (-1, b"")

    def fetch(self, start: int, end: int) -> bytes:
        """Return the bytes from ``start`` on, as far as ``end`` and their part go.

        Raises ``Corrupt`` for a part that was altered, moved or cut off.
        """
        if start >= self.size:
            return b""
        number, skip = divmod(start, PART)
        return self._of(number)[skip : skip + end - start]

    def close(self) -> None:
        """Close the file and let go of the part in memory."""
        self._file.close()
        self._part = (-1, b"")

    def _of(self, number: int) -> bytes:
        if self._part[0] != number:
            self._file.seek(number * _SEALED)
            sealed = self._file.read(_SEALED)
            where = _where(self._name, number, number == self._parts - 1)
            self._part = number, open_sealed(self._key, sealed, where)
        return self._part[1]


class Blobs:
    """The sealed files below one folder, each under the name of its owner."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, owner: str, name: str, key: bytes) -> "SealedWriter":
        """Return a new file to write to. Raises ``Setup`` when it cannot be made."""
        make_folder(self.root)
        make_folder(self.root / owner)
        return SealedWriter(self._path(owner, name), name, key)

    def open(self, owner: str, name: str, key: bytes) -> BinaryIO | None:
        """Return the bytes in clear as an open file, None when they are not there.

        Reading raises ``Corrupt`` for a part that was altered, moved or cut off.
        """
        opened = self.unsealed(owner, name, key)
        return ranged(opened.size, opened.fetch, opened.close) if opened is not None else None

    def unsealed(self, owner: str, name: str, key: bytes) -> Opened | None:
        """Return the bytes in clear, to be fetched by place; None when they are not there."""
        try:
            file = self._path(owner, name).open("rb")
        except FileNotFoundError:
            return None
        except OSError as error:
            raise Setup(f"a kept copy cannot be read: {error.strerror}", _REMEDY) from error
        return Opened(file, name, key)

    def size(self, owner: str, name: str) -> int:
        """Return how many bytes in clear a file holds by its length; -1 when it is not there."""
        try:
            return _in_clear(self._path(owner, name).stat().st_size)
        except FileNotFoundError:
            return -1

    def take(self, other: "Blobs", owner: str, name: str) -> bool:
        """Copy a finished file of another folder as it is, sealed; say whether it was there.

        It is durable before it has its name. Raises ``Setup``.
        """
        path = self._path(owner, name)
        unfinished = path.with_name(name + UNFINISHED)
        with told("copy", path), ExitStack() as stack:
            try:
                file = stack.enter_context(other._path(owner, name).open("rb"))
            except FileNotFoundError:
                return False
            make_folder(self.root)
            make_folder(self.root / owner)
            out = stack.enter_context(unfinished.open("wb"))
            unfinished.chmod(PRIVATE_FILE)
            copyfileobj(file, out, PART)
            out.flush()
            os.fsync(out.fileno())
            unfinished.rename(path)
            sync_folder(path.parent)
        return True

    def remove(self, owner: str, name: str) -> None:
        """Overwrite a file and remove it, finished or not. Absent already is well."""
        path = self._path(owner, name)
        with told("remove", path):
            for one in (path, path.with_name(name + UNFINISHED)):
                if one.exists():
                    overwrite_and_remove(one)
            _remove_if_empty(path.parent)

    def names(self) -> Iterator[tuple[str, str]]:
        """Give owner and name of every file, unfinished ones too, in order."""
        if not self.root.is_dir():
            return
        for folder in sorted(one for one in self.root.iterdir() if one.is_dir()):
            for name in sorted({one.name.removesuffix(UNFINISHED) for one in folder.iterdir()}):
                yield folder.name, name

    def _path(self, owner: str, name: str) -> Path:
        return self.root / owner / name


class SealedWriter(io.RawIOBase):
    """A sealed file while it is written: forwards, and again in its first part.

    Whoever writes a video comes back to its beginning once it knows how long it is. The
    first part waits for that in memory; all others are sealed as they are full.
    """

    def __init__(self, path: Path, name: str, key: bytes) -> None:
        self._path, self._name, self._key = path, name, key
        self._first = bytearray()
        self._tail = bytearray()
        self._number = 1
        self._at = 0
        self._unfinished = path.with_name(name + UNFINISHED)
        with told("write", self._unfinished):
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
            self._file = os.open(self._unfinished, flags, PRIVATE_FILE)

    @property
    def size(self) -> int:
        """How many bytes in clear were written."""
        if self._number == 1 and not self._tail:
            return len(self._first)
        return self._number * PART + len(self._tail)

    def writable(self) -> bool:
        """Say that it can be written."""
        return True

    def seekable(self) -> bool:
        """Say that there is a way back, into the first part."""
        return True

    def tell(self) -> int:
        """Return the place at which is written next."""
        return self._at

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go to the end, or to a place within the first part."""
        place = offset + (0, self._at, self.size)[whence]
        if place != self.size and not 0 <= place <= len(self._first):
            raise OSError("there is no way back but into the first part")
        self._at = place
        return place

    def write(self, data: Any, /) -> int:
        """Write at the place. Raises ``OSError`` past the first part but at the end."""
        content = bytes(data)
        left = content
        if self._at < PART:
            part = left[: PART - self._at]
            self._first[self._at : self._at + len(part)] = part
            self._at, left = self._at + len(part), left[len(part) :]
        if left:
            if self._at != self.size:
                raise OSError("only the first part is written again")
            self._tail += left
            self._at += len(left)
            while len(self._tail) > PART:
                self._put(self._number, bytes(self._tail[:PART]), last=False)
                del self._tail[:PART]
                self._number += 1
        return len(content)

    def finish(self) -> int:
        """Seal what is left, durable and under its own name; return its bytes in clear."""
        size = self.size
        with told("write", self._unfinished):
            if self._tail:
                self._put(self._number, bytes(self._tail), last=True)
            self._put(0, bytes(self._first), last=not self._tail)
            os.fsync(self._file)
            self.close()
            self._unfinished.rename(self._path)
            sync_folder(self._path.parent)
        return size

    def close(self) -> None:
        """Close the file; what is not finished is no whole file."""
        if not self.closed:
            os.close(self._file)
        super().close()

    def _put(self, number: int, part: bytes, *, last: bool) -> None:
        sealed = memoryview(seal(self._key, part, _where(self._name, number, last)))
        place = number * _SEALED
        with told("write", self._unfinished):
            while sealed:
                done = os.pwrite(self._file, sealed, place)
                sealed, place = sealed[done:], place + done


def _in_clear(sealed: int) -> int:
    return sealed + sealed // -_SEALED * OVERHEAD


def _where(name: str, number: int, last: bool) -> str:
    return f"copy:{name}:{number}:{'last' if last else 'more'}"


def _remove_if_empty(folder: Path) -> None:
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
        sync_folder(folder.parent)


_REMEDY = "Bring it back from your backups: `licet restore --copies FOLDER`"

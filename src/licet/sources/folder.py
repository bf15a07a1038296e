"""A folder as a source of items.

1. Nothing outside the root is ever opened: every name of a path is opened from the
   folder before it without following links, so that not even a link that is swapped
   in meanwhile leads out, and no loop exists.
2. Links are left out, also those that stay inside: what they point to is met where
   it lies, or belongs to another source.
3. Hidden files, files of systems and tools, catalogues of photo programs and notes beside
   photos are left out, as are pipes, sockets and devices. What is left out is never opened.
   But for notes in XMP: they are no items, and what they say of one is asked with it.
4. Every other file is an item, whatever its name says: names lie. Reading looks at the
   first bytes and refuses what is no photo before the rest is read; a video is opened and
   read where it lies.
5. The order of a walk is by the bytes of the names, folder by folder. It needs no
   state, so a walk resumes after any address, also after one that is gone.
6. A folder that cannot be listed is yielded as an address; reading it says why.
"""

import errno
import os
import secrets
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from licet.sources.address import Parts, to_address, to_parts
from licet.sources.contract import MOST_BYTES, NO_PHOTO, Address
from licet.sources.sniff import FIRST_BYTES, photo_format, video_format
from licet.sources.xmp import MOST_XMP
from licet.terms.errors import BadInput, Conflict
from licet.terms.face import Unreadable
from licet.terms.when import from_ms

LEFT_OUT_NAMES = frozenset(
    {
        b"#recycle",
        b"$recycle.bin",
        b"@eadir",
        b"__macosx",
        b"desktop.ini",
        b"digikam.uuid",
        b"ehthumbs.db",
        b"icon\r",
        b"lost+found",
        b"system volume information",
        b"thumbs.db",
    }
)
"""Names that systems leave behind, in lower case."""

LEFT_OUT_ENDINGS = (
    *(b".aae", b".crdownload", b".part", b".tmp", b".xmp", b"~"),
    # Lightroom's catalogue, what it writes beside it, and its folders of previews.
    *(b".lrcat", b".lrcat-data", b".lrcat.lock", b".lrdata"),
    *(b".lrcat-journal", b".lrcat-shm", b".lrcat-wal"),
)
"""Endings of notes beside photos, of files that are not finished, and of catalogues."""

_DIGIKAM = (b"digikam4.db", b"recognition.db", b"similarity.db", b"thumbnails-digikam.db")
_CATALOGUES = tuple(
    base + ending for base in _DIGIKAM for ending in (b"", b"-journal", b"-shm", b"-wal")
)
"""digiKam's databases: they hold who is in which photo."""

SIDECARS = (b".xmp", b".XMP")

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC

_GONE = Unreadable("the file is not there any more", "Nothing; it is skipped.")
_NOT_A_FILE = Unreadable("this is not a regular file", "Put a copy of the photo in its place.")
_TOO_LARGE = Unreadable(
    f"the file is larger than {MOST_BYTES // 1024 // 1024} MB",
    "Put a smaller copy of the photo in its place.",
)
_EMPTY = Unreadable("the file is empty", "Copy the photo again.")

_WHY = {
    errno.ENOENT: _GONE,
    errno.ENOTDIR: _GONE,
    errno.ELOOP: Unreadable("this is a link", "Put the photo itself in its place."),
    errno.EACCES: Unreadable("reading is not allowed", "Let this account read it."),
    errno.EPERM: Unreadable("reading is not allowed", "Let this account read it."),
    errno.ENXIO: _NOT_A_FILE,
    errno.EISDIR: Unreadable("this folder cannot be listed", "Let this account list it."),
}


class FolderSource:
    """The photos below one folder. ``path`` may be a link; what it leads to is the root.

    Raises ``BadInput`` when there is no such folder.
    """

    def __init__(self, path: Path) -> None:
        try:
            self.root = path.resolve(strict=True)
        except (OSError, RuntimeError) as problem:
            raise BadInput("there is no such folder", "Check the path.") from problem
        if not self.root.is_dir():
            raise BadInput("this is not a folder", "Name the folder that holds the photos.")

    def walk(self, after: str = "") -> Iterator[Address]:
        """Yield addresses in order. Raises ``BadInput`` when the root itself has gone."""
        floor = to_parts(after) if after else ()
        entries = self._list(())
        if entries is None:
            raise BadInput("the folder of the source cannot be listed", "Bring it back first.")
        waiting: list[tuple[Parts, bool]] = [((name,), inner) for name, inner in reversed(entries)]
        while waiting:
            parts, inner = waiting.pop()
            if parts < floor[: len(parts)]:
                continue
            below = self._list(parts) if inner else None
            if below is not None:
                waiting.extend(((*parts, name), deeper) for name, deeper in reversed(below))
            elif parts > floor and (not inner or self._is_folder(parts)):
                yield to_address(parts)

    def read(self, address: Address) -> bytes | Unreadable:
        """Return the bytes of the photo, or why not. At most 100 MB are read."""
        parts = to_parts(address)
        try:
            with self._open(parts, _FILE) as file:
                return _read(file)
        except OSError as problem:
            return _why(problem)

    def open_video(self, address: Address) -> BinaryIO | None:
        """Return the open video behind an address: hours of it do not fit into memory."""
        try:
            with self._open(to_parts(address), _FILE) as file:
                if not stat.S_ISREG(os.fstat(file).st_mode):
                    return None
                if video_format(os.pread(file, FIRST_BYTES, 0)) is None:
                    return None
                return os.fdopen(os.dup(file), "rb")
        except OSError:
            return None

    def sidecars(self, address: Address) -> tuple[bytes | None, ...]:
        """Return the XMP beside a file, by its whole name or without its ending."""
        *above, name = to_parts(address)
        stem = name.rpartition(b".")[0]
        names = [base + end for base in (name, stem) if base for end in SIDECARS]
        try:
            with self._open(tuple(above), _FOLDER) as folder:
                found = [_sidecar(folder, one) for one in names]
        except OSError:
            return ()
        return tuple(data for data in found if data != b"")

    def write_beside(
        self, address: Address, change: Callable[[bytes | None], bytes | None]
    ) -> bool:
        """Write the XMP beside a file by its whole name; whether anything changed.

        ``change`` gets what lies there, None for nothing, and returns what is to lie there:
        nothing for empty bytes, what lies there for None. The file is put in place whole, or
        not at all. Raises ``OSError``; ``Conflict`` for what is no file, or changed meanwhile.
        """
        *above, name = to_parts(address)
        beside = name + SIDECARS[0]
        with self._open(tuple(above), _FOLDER) as folder:
            before = _sidecar(folder, beside)
            if before is None:
                raise Conflict("what lies beside the photo is no file", "Look at it.")
            after = change(before or None)
            if after is None or after == before:
                return False
            _put(folder, beside, before, after)
        return True

    def count(self) -> int:
        """Return how many addresses a walk would yield now."""
        return sum(1 for _ in self.walk())

    def changed_at(self, address: Address) -> datetime | None:
        """Return when the file was last written, in UTC, or None when it is not there."""
        try:
            with self._open(to_parts(address), _FILE) as file:
                return from_ms(os.fstat(file).st_mtime_ns // 1_000_000)
        except OSError:
            return None

    def _list(self, parts: Parts) -> list[tuple[bytes, bool]] | None:
        """Return names in order, each with whether it is a folder; None if not allowed."""
        try:
            with self._open(parts, _FOLDER) as folder, os.scandir(folder) as entries:
                found = [
                    (os.fsencode(entry.name), entry.is_dir(follow_symlinks=False))
                    for entry in entries
                    if _is_item_or_folder(entry)
                ]
        except OSError:
            return None
        return sorted(found)

    def _is_folder(self, parts: Parts) -> bool:
        """Say whether a folder that could not be listed is still there."""
        try:
            with self._open(parts[:-1], _FOLDER) as folder:
                mode = os.stat(parts[-1], dir_fd=folder, follow_symlinks=False).st_mode
        except OSError:
            return False
        return stat.S_ISDIR(mode)

    @contextmanager
    def _open(self, parts: Parts, flags: int) -> Iterator[int]:
        """Open a path name by name. Raises ``OSError``."""
        handle = os.open(self.root, _FOLDER)
        try:
            for place, part in enumerate(parts, start=1):
                last = place == len(parts)
                inner = os.open(part, flags if last else _FOLDER, dir_fd=handle)
                os.close(handle)
                handle = inner
            yield handle
        finally:
            os.close(handle)


def _is_item_or_folder(entry: "os.DirEntry[str]") -> bool:
    if left_out(os.fsencode(entry.name).lower()):
        return False
    return entry.is_file(follow_symlinks=False) or entry.is_dir(follow_symlinks=False)


def left_out(name: bytes) -> bool:
    """Say whether a name is hidden or what a tool left behind."""
    if name.startswith(b".") or name in LEFT_OUT_NAMES or name in _CATALOGUES:
        return True
    return name.endswith(LEFT_OUT_ENDINGS)


def _sidecar(folder: int, name: bytes) -> bytes | None:
    """Return what a file beside a photo holds: b"" where there is none, None for no reading it.

    One byte more than any that is meant shows that it is larger. One that is empty is not
    what somebody wrote, but what was left of it.
    """
    try:
        file = os.open(name, _FILE, dir_fd=folder)
    except FileNotFoundError:
        return b""
    except OSError:
        return None
    with os.fdopen(file, "rb") as stream:
        mode = os.fstat(file).st_mode
        if stat.S_ISDIR(mode):
            return b""
        data = stream.read(MOST_XMP + 1) if stat.S_ISREG(mode) else b""
    return data or None


def _put(folder: int, name: bytes, before: bytes, after: bytes) -> None:
    """Put a file in place of another, by a name that no walk sees until it is whole."""
    made = b"." + name[:200] + b"." + secrets.token_hex(8).encode() + b".tmp"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        with os.fdopen(os.open(made, flags, 0o644, dir_fd=folder), "wb") as stream:
            stream.write(after)
            stream.flush()
            os.fsync(stream.fileno())
        if _sidecar(folder, name) != before:
            raise Conflict("somebody wrote beside the photo just now", "Try again.")
        if after:
            os.replace(made, name, src_dir_fd=folder, dst_dir_fd=folder)
        else:
            os.unlink(name, dir_fd=folder)
        os.fsync(folder)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(made, dir_fd=folder)


def _read(file: int) -> bytes | Unreadable:
    about = os.fstat(file)
    if stat.S_ISDIR(about.st_mode):
        return _WHY[errno.EISDIR]
    if not stat.S_ISREG(about.st_mode):
        return _NOT_A_FILE
    with os.fdopen(file, "rb", closefd=False) as stream:
        head = stream.read(FIRST_BYTES)
        if not head:
            return _EMPTY
        if photo_format(head) is None:
            return NO_PHOTO
        if about.st_size > MOST_BYTES:
            return _TOO_LARGE
        # Room for just what is there: room for the largest photo costs more than reading one.
        data = head + stream.read(about.st_size + 1 - len(head))
        if len(data) > about.st_size:
            data += stream.read(MOST_BYTES + 1 - len(data))
    return _TOO_LARGE if len(data) > MOST_BYTES else data


def _why(problem: OSError) -> Unreadable:
    found = None if problem.errno is None else _WHY.get(problem.errno)
    if found is not None:
        return found
    return Unreadable(f"the file cannot be read: {problem.strerror}", "Check the disk.")

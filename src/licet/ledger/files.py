"""Files of the ledger that must survive a power cut, and the errors they may give."""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from licet.terms.errors import Setup

_PRIVATE = 0o600


@contextmanager
def told(what: str, path: Path) -> Iterator[None]:
    """Turn an ``OSError`` inside into :class:`Setup`, saying what failed on ``path``."""
    try:
        yield
    except OSError as error:
        raise Setup(f"cannot {what} {path}: {error.strerror}", _remedy(error)) from error


def write_new(path: Path, data: bytes) -> None:
    """Write a private file that must not exist yet; durable before returning."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE)
    try:
        _write(handle, data)
    except OSError:
        path.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def replace(path: Path, data: bytes) -> None:
    """Put ``data`` in place of ``path`` at once or not at all. The name is not synced yet."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        _write(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644), data)
        fresh.replace(path)
    except OSError:
        fresh.unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """Make the names in ``folder`` durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write(handle: int, data: bytes) -> None:
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _remedy(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return "Free some space on that disk, then try again; nothing was lost"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "Let the account that runs licet read and write there"
    return "Check that the path is right and its disk is mounted"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Let those who write to a folder at once take turns; the folder is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, _PRIVATE)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)

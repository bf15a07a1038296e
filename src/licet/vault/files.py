"""Small files that must survive a power cut, and the errors they may give."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from licet.terms.errors import Setup

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700


@contextmanager
def told(what: str, path: Path) -> Iterator[None]:
    """Turn an ``OSError`` inside into :class:`Setup`, saying what failed on ``path``."""
    try:
        yield
    except OSError as error:
        raise Setup(f"cannot {what} {path}: {error.strerror}", _remedy(error)) from error


def make_folder(folder: Path) -> None:
    """Create ``folder``, readable by its owner alone, durable with its name. Raises Setup."""
    with told("create the folder", folder):
        if folder.is_dir():
            return
        folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in ``folder`` durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_new(path: Path, data: bytes) -> None:
    """Write a file that must not exist yet, mode 0600, durable before returning."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)


def overwrite_and_remove(path: Path) -> None:
    """Overwrite a file with zeros, then unlink it. Absent already is well.

    Best effort below the file system: SSDs and snapshots may keep old blocks
    (DESIGN, "the bound, stated honestly").
    """
    try:
        with path.open("r+b") as file:
            file.write(bytes(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
    except FileNotFoundError:
        return
    sync_folder(path.parent)


def _remedy(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return "Free some space on that disk, then try again; nothing was lost"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "Let the account that runs licet read and write there"
    return "Check that the path is right and its disk is mounted"

"""Files that people name: read whole with a clear reason why not, never overwritten."""

import errno
import hashlib
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from licet.terms.errors import BadInput, Conflict, Setup

STANDARD = Path("-")
"""Standard input or output in place of a file."""

MOST_BYTES = 100 * 2**20
"""A larger file is no photo and no document that a person signed."""

_REMEDIES = {
    errno.ENOSPC: "Free some space on that disk, then try again; nothing was lost",
    errno.EDQUOT: "Free some space within the quota, then try again; nothing was lost",
    errno.EFBIG: "Files may not grow further here; raise the limit or name another disk",
    errno.EACCES: "Let this account read and write there",
    errno.EPERM: "Let this account read and write there",
    errno.EROFS: "That disk is read-only; name another place",
    errno.ENOENT: "Check the path",
    errno.ENAMETOOLONG: "Choose a shorter name",
}


def remedy_of(error: OSError) -> str:
    """Return what to do about an error of the operating system."""
    return _REMEDIES.get(error.errno or 0, "Check that the path is right and its disk is mounted")


def read(path: Path, what: str) -> bytes:
    """Return the bytes of a file, or of standard input for ``-``.

    ``what`` names it in the message (``the photo``). Raises ``BadInput`` for a file that is
    absent, a folder, not a regular file, unreadable, empty or larger than 100 MB.
    """
    if path == STANDARD:
        return _whole(sys.stdin.buffer.read(MOST_BYTES + 1), what, path)
    try:
        about = path.stat()
        if stat.S_ISDIR(about.st_mode):
            raise BadInput(f"{what} {path} is a folder", "Name a file.")
        if not stat.S_ISREG(about.st_mode):
            raise BadInput(f"{what} {path} is not a regular file", "Name a file.")
        with path.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        remedy = remedy_of(error) if isinstance(error, OSError) else "Check the path"
        raise BadInput(f"{what} {path} cannot be read: {why}", remedy) from error
    return _whole(data, what, path)


def digest(path: Path, what: str) -> str:
    """Return the SHA-256 (hex) of a document. Raises ``BadInput`` as :func:`read` does."""
    return hashlib.sha256(read(path, what)).hexdigest()


def _whole(data: bytes, what: str, path: Path) -> bytes:
    if not data:
        raise BadInput(f"{what} {path} is empty", "Name the right file.")
    if len(data) > MOST_BYTES:
        raise BadInput(f"{what} {path} is larger than 100 MB", "Name a smaller file.")
    return data


@dataclass
class Handout:
    """A file that is to be handed out.

    Its place is taken before the act, so that what cannot be undone never ends without it.
    """

    path: Path
    written: bool = field(default=False)

    def write(self, data: bytes) -> None:
        """Write the file, durable before returning; ``-`` goes to standard output."""
        if self.path == STANDARD:
            sys.stdout.flush()
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
        else:
            with self.path.open("wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
        self.written = True


@contextmanager
def handout(path: Path) -> Iterator[Handout]:
    """Take the place of a new file (mode 0600); it goes again if nothing is written.

    Raises ``Conflict`` when something is there, ``BadInput`` or ``Setup`` when it cannot be
    written.
    """
    if path != STANDARD:
        _take(path)
    made = Handout(path)
    try:
        yield made
    except OSError as error:
        raise Setup(f"{path} cannot be written: {error.strerror}", remedy_of(error)) from error
    finally:
        if path != STANDARD and not made.written:
            with suppress(OSError):
                path.unlink()


def write_new(path: Path, data: bytes) -> None:
    """Write a file that must not be there yet. Raises as :func:`handout` does."""
    with handout(path) as file:
        file.write(data)


def _take(path: Path) -> None:
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError as error:
        raise Conflict(
            f"{path} exists", "Choose another name; licet never overwrites a file."
        ) from error
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        remedy = remedy_of(error) if isinstance(error, OSError) else "Check the path"
        raise BadInput(f"{path} cannot be written: {why}", remedy) from error


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Make a folder that is not there yet (mode 0700); it goes again if nothing is put there.

    Raises ``Conflict`` when something is there, ``BadInput`` or ``Setup`` when it cannot be
    written.
    """
    try:
        path.mkdir(mode=0o700)
    except FileExistsError as error:
        raise Conflict(f"{path} exists", "Choose another name.") from error
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        remedy = remedy_of(error) if isinstance(error, OSError) else "Check the path"
        raise BadInput(f"{path} cannot be written: {why}", remedy) from error
    try:
        yield path
    except OSError as error:
        raise Setup(f"{path} cannot be written: {error.strerror}", remedy_of(error)) from error
    finally:
        with suppress(OSError):  # Only an empty folder goes.
            path.rmdir()

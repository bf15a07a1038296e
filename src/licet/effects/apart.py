"""Reads a database's files in a process of their own.

A database keeps other processes away by locks that POSIX gives to a process and a file, not
to an open file: when a process closes any handle on the file, all its locks on it are gone
(SQLite, "How To Corrupt An SQLite Database File", 2.2). Another process would then take
itself for the last one, and remove the log in which this one writes. So whatever looks at
the bytes of such a file lets another process open it.
"""

import os
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

_READER = "/bin/cat"
_BESIDE = ("", "-wal", "-shm", "-journal")
"""What a database's file and the files beside it end in."""


def database_files(databases: Iterable[Path]) -> frozenset[Path]:
    """Return the files of these databases and all that may lie beside them."""
    return frozenset(
        Path(f"{database.resolve()}{end}") for database in databases for end in _BESIDE
    )


@contextmanager
def read_apart(file: Path) -> Iterator[IO[bytes]]:
    """Give a file's bytes, in order, without opening it here. Raises ``OSError``."""
    with subprocess.Popen(  # noqa: S603 - one program, and a file of our own
        [_READER, "--", os.fspath(file)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as reader:
        assert reader.stdout is not None  # noqa: S101 - asked for above
        yield reader.stdout
        # Who has seen enough stops in the middle: the reader then ends by the closed pipe.
        whole = not reader.stdout.read(1)
    if whole and reader.returncode != 0:
        raise OSError(f"{file.name} cannot be read")

"""Files for a person, locked with a secret that only they are sent (docs/formats/package.md).

A ZIP whose entries are encrypted with AES-256 (WinZip AE-2). The names of the entries can be
read without the secret, so names say nothing. The format stretches a password a thousand
times and no more, so the secret is made by chance and is long: 125 bits.
"""

import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

import pyzipper

from licet.terms.errors import BadInput, Corrupt
from licet.vault.seal import derive

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's 32 letters and digits: none that is taken for another when read aloud."""

GROUPS, GROUP = 5, 5
"""Five groups of five are 125 bits."""

MOST_FOLD, ALWAYS = 100, 64 * 2**20
"""What a file may unpack to: so many times its own size, or so many bytes; ours are below ten."""

_LABEL = "licet package secret v1\n"
_WAYS = frozenset({pyzipper.ZIP_STORED, pyzipper.ZIP_DEFLATED})


def secret_for(key: bytes, object_id: str) -> str:
    """Return the secret of one package: the same again for who builds it again.

    Made from a data key (32 bytes) that is destroyed with what it belongs to.
    """
    number = int.from_bytes(derive(key, _LABEL + object_id), "big")
    letters = [ALPHABET[number >> 5 * at & 31] for at in range(GROUPS * GROUP)]
    return "-".join("".join(letters[at : at + GROUP]) for at in range(0, len(letters), GROUP))


class LockedZip:
    """A new locked file. Nothing of it is on disk in clear at any moment.

    A context: what is left by an error is no whole file and is removed.
    """

    def __init__(self, path: Path, secret: str) -> None:
        self.path = path
        self._file = path.open("xb")
        self._zip = pyzipper.AESZipFile(
            self._file, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES
        )
        self._zip.setpassword(secret.encode())

    def __enter__(self) -> "LockedZip":
        return self

    @property
    def size(self) -> int:
        """How many bytes are written; the directory at the end is still to come."""
        return self._file.tell()

    @contextmanager
    def entry(self, name: str, *, packed: bool = True) -> Iterator[BinaryIO]:
        """Give a stream to write one entry to. ``packed`` False: it is compressed already."""
        info = self._zip.zipinfo_cls(name)
        info.compress_type = pyzipper.ZIP_DEFLATED if packed else pyzipper.ZIP_STORED
        info.external_attr = 0o600 << 16
        with self._zip.open(info, "w") as stream:
            yield stream

    def close(self) -> None:
        """End the file, durable before returning. Doing it again changes nothing."""
        if self._file.closed:
            return
        try:
            self._zip.close()
            self._file.flush()
            os.fsync(self._file.fileno())
        finally:
            self._file.close()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self.close()
        finally:
            if kind is not None:
                self.path.unlink(missing_ok=True)


class Opened:
    """A ZIP, locked or not, that can be read entry by entry."""

    def __init__(self, file: BinaryIO, secret: str = "") -> None:
        """Raise ``Corrupt`` when it is no ZIP, ``BadInput`` when the secret does not open it."""
        try:
            self._zip = pyzipper.AESZipFile(file)
            if secret:
                self._zip.setpassword(secret.strip().encode())
            infos = [info for info in self._zip.infolist() if not info.is_dir()]
        except (pyzipper.BadZipFile, EOFError, ValueError) as error:
            raise Corrupt("this is no ZIP file, or it is damaged") from error
        if any(info.compress_type not in _WAYS for info in infos):
            raise Corrupt("something in the file is packed in a way that licet does not use")
        # The reader stops at the size that an entry states, so these are all it unpacks to.
        if sum(info.file_size for info in infos) > max(ALWAYS, MOST_FOLD * _length(file)):
            raise Corrupt("the file unpacks to far more than such a file holds")
        self._infos = {info.filename: info for info in infos}
        if len(self._infos) != len(infos):
            raise Corrupt("two entries of the file have one name")
        for info in infos[:1]:
            with self.open(info.filename) as stream:
                stream.read(1)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all entries, in order."""
        return tuple(sorted(self._infos))

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        """Give a stream of an entry's bytes. Raises ``Corrupt``, ``BadInput``."""
        try:
            with self._zip.open(self._infos[name]) as stream:
                yield stream
        except KeyError as error:
            raise Corrupt(f"the file has no entry {name}") from error
        except RuntimeError as error:
            raise BadInput(
                "the secret does not open this file",
                "It came in a letter of its own: give it with --secret FILE.",
            ) from error
        except (pyzipper.BadZipFile, EOFError, zlib.error, NotImplementedError) as error:
            raise Corrupt(f"the entry {name} is damaged") from error


def _length(file: BinaryIO) -> int:
    return file.seek(0, os.SEEK_END)

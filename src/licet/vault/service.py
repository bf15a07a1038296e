"""The key service: holds epoch keys, wraps data keys under them, forgets them.

The rules of an epoch key file (docs/formats/keyring.md), in the order of the code:

1. It is text: a format line, the epoch, the key in base64, the check.
2. The check is SHA-256 over the lines before it: damage is found, not used.
3. The epoch inside must be the one in the file's name: a wrong file is found.
4. A wrapped key is nonce (12) | AES-256-GCM(epoch key, data key) with the epoch
   as associated data: 60 bytes.
"""

import base64
import os
import re
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from licet.terms.errors import Corrupt, KeyAbsent
from licet.terms.ids import new_id
from licet.vault.files import make_folder, overwrite_and_remove, told, write_new

KEY_BYTES = 32
WRAPPED_BYTES = 60
_NONCE = 12
_FORMAT = "licet epoch key v1"
_SUFFIX = ".epoch"
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LAYOUT = re.compile(
    rb"(?P<lines>licet epoch key v1\nepoch (?P<epoch>[0-9a-f-]{36})\n"
    rb"key (?P<key>[A-Za-z0-9+/]{43}=)\n)check (?P<check>[0-9a-f]{64})\n"
)
_BACK = "Bring that file back from where it was moved; without it the keys it wraps stay closed"


class KeyService(Protocol):
    """Where epoch keys live. An epoch key leaves it only if the service is a plain folder."""

    def new_epoch(self) -> str:
        """Make an epoch key, durable before this returns, and return the epoch's name."""
        ...

    def wrap(self, epoch: str, keys: Sequence[bytes]) -> list[bytes]:
        """Wrap data keys (32 bytes each). Raises KeyAbsent when the epoch was destroyed."""
        ...

    def unwrap(self, epoch: str, wrapped: Sequence[bytes]) -> list[bytes]:
        """Unwrap. Raises KeyAbsent when the epoch was destroyed, Corrupt on bytes of another."""
        ...

    def destroy(self, epoch: str) -> None:
        """Destroy the epoch's key; destroying it again is well."""
        ...

    def epochs(self) -> tuple[str, ...]:
        """Return the epochs that exist, sorted."""
        ...


class LocalKeyService:
    """Epoch keys as files in a folder, to be kept on another disk than the keyring.

    Nothing is cached: an epoch destroyed by one process is gone for all at once.
    """

    def __init__(self, folder: Path) -> None:
        """Use ``folder``, created for its owner alone when missing. Raises Setup."""
        self._folder = folder
        make_folder(folder)

    def new_epoch(self) -> str:
        """Write a new epoch key file (0600, file and folder synced). Raises Setup."""
        epoch = new_id()
        path = self._path(epoch)
        with told("write the epoch key", path):
            try:
                write_new(path, _file(epoch, AESGCM.generate_key(bit_length=256)))
            except OSError:
                path.unlink(missing_ok=True)
                raise
        return epoch

    def wrap(self, epoch: str, keys: Sequence[bytes]) -> list[bytes]:
        """Wrap data keys, about 1 us each. Raises KeyAbsent, Corrupt, ValueError (not 32 bytes)."""
        if any(len(key) != KEY_BYTES for key in keys):
            raise ValueError(f"a data key has {KEY_BYTES} bytes")
        encrypt, bound = AESGCM(self._read(epoch)).encrypt, epoch.encode()
        nonces = _nonces(len(keys))
        return [n + encrypt(n, key, bound) for n, key in zip(nonces, keys, strict=True)]

    def unwrap(self, epoch: str, wrapped: Sequence[bytes]) -> list[bytes]:
        """Unwrap data keys, about 1 us each. Raises KeyAbsent, Corrupt."""
        decrypt, bound = AESGCM(self._read(epoch)).decrypt, epoch.encode()
        if any(len(one) != WRAPPED_BYTES for one in wrapped):
            raise Corrupt("a wrapped key has the wrong length", _OTHER_REPLICA)
        try:
            return [decrypt(one[:_NONCE], one[_NONCE:], bound) for one in wrapped]
        except InvalidTag as error:
            raise Corrupt(
                f"a wrapped key does not open under epoch {epoch}", _OTHER_REPLICA
            ) from error

    def destroy(self, epoch: str) -> None:
        """Overwrite and unlink the epoch's file; well when it is gone. Raises Setup."""
        path = self._path(epoch)
        with told("destroy the epoch key", path):
            overwrite_and_remove(path)

    def epochs(self) -> tuple[str, ...]:
        """Return the epochs that have a file, sorted. Raises Setup."""
        with told("list the epoch keys in", self._folder):
            names = [path.name for path in self._folder.iterdir() if path.suffix == _SUFFIX]
        stems = (name.removesuffix(_SUFFIX) for name in names)
        return tuple(sorted(stem for stem in stems if _UUID.fullmatch(stem)))

    def _path(self, epoch: str) -> Path:
        if not _UUID.fullmatch(epoch):
            raise Corrupt(f"{epoch!r} is not the name of an epoch")
        return self._folder / f"{epoch}{_SUFFIX}"

    def _read(self, epoch: str) -> bytes:
        path = self._path(epoch)
        with told("read the epoch key", path):
            try:
                data = path.read_bytes()
            except FileNotFoundError as error:
                raise KeyAbsent(f"the epoch key {path} is not there", _BACK) from error
        return _key_in(data, epoch, path)


_OTHER_REPLICA = (
    "Run `licet doctor`: when only one replica of the keyring is damaged, "
    "move that file away and it is made again from the other"
)


def _nonces(count: int) -> Iterator[bytes]:
    """Yield random 96-bit nonces; one epoch wraps far fewer than 2**32 (SP 800-38D, 8.3)."""
    drawn = os.urandom(_NONCE * count)
    return (drawn[at : at + _NONCE] for at in range(0, len(drawn), _NONCE))


def _file(epoch: str, key: bytes) -> bytes:
    lines = f"{_FORMAT}\nepoch {epoch}\nkey {base64.b64encode(key).decode()}\n"
    return f"{lines}check {sha256(lines.encode()).hexdigest()}\n".encode()


def _key_in(data: bytes, epoch: str, path: Path) -> bytes:
    if not data.startswith(_FORMAT.encode() + b"\n"):
        raise Corrupt(f"{path} is not an epoch key file", _BACK)
    found = _LAYOUT.fullmatch(data)
    if found is None or sha256(found["lines"]).hexdigest().encode() != found["check"]:
        raise Corrupt(f"the epoch key file {path} is damaged", _BACK)
    if found["epoch"] != epoch.encode():
        raise Corrupt(f"{path} holds the key of another epoch", _BACK)
    return base64.b64decode(found["key"])

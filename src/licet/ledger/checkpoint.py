"""Signed checkpoints and the ledger's key (c2sp.org/tlog-checkpoint, docs/formats/checkpoint.md).

A checkpoint is a signed note of three lines: origin, size, root in base64. licet
writes no further lines and refuses any.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from licet.ledger import note as notes
from licet.ledger.files import told, write_new
from licet.ledger.note import ED25519, Note, VerifierKey
from licet.ledger.reading import from_base64, to_base64
from licet.terms.errors import BadInput, Conflict, Corrupt
from licet.terms.ledger import Checkpoint

_BODY = re.compile(r"(?P<origin>[^\s+]+)\n(?P<size>0|[1-9][0-9]{0,15})\n(?P<root>[^\n]+)\n")


class LedgerKey:
    """The key that signs checkpoints and receipts. Its name is the ledger's origin."""

    __slots__ = ("_key", "verifier")

    def __init__(self, verifier: VerifierKey, key: Ed25519PrivateKey) -> None:
        """Use :meth:`create` or :meth:`open`."""
        self.verifier = verifier
        self._key = key

    @classmethod
    def create(cls, path: Path, origin: str) -> "LedgerKey":
        """Make the ledger's key in a new file (0600). Raises Conflict, BadInput, Setup."""
        name = notes.check_name(origin)
        key = Ed25519PrivateKey.generate()
        with told("write the ledger's key", path):
            try:
                write_new(path, (notes.secret_text(name, key) + "\n").encode())
            except FileExistsError as error:
                raise Conflict(f"{path} exists already", "A ledger keeps its key") from error
        return cls(VerifierKey(name, ED25519, key.public_key().public_bytes_raw()), key)

    @classmethod
    def open(cls, path: Path) -> "LedgerKey":
        """Open the ledger's key. Raises Corrupt when the file is no such key, Setup."""
        with told("read the ledger's key", path):
            data = path.read_bytes()
        try:
            return cls(*notes.read_secret(data.decode()))
        except (UnicodeDecodeError, BadInput) as error:
            raise Corrupt(
                f"{path} is not the ledger's key, or is damaged",
                "Bring the key file back from its backup; without it nothing more can be signed",
            ) from error

    @property
    def origin(self) -> str:
        """The ledger's origin, the key's name."""
        return self.verifier.name

    @property
    def vkey(self) -> str:
        """The public key as one line of text, to be published."""
        return self.verifier.text

    def sign(self, data: bytes) -> bytes:
        """Return the Ed25519 signature (64 bytes)."""
        return self._key.sign(data)

    def __repr__(self) -> str:
        return f"LedgerKey({self.vkey})"


def sign(origin: str, size: int, root: bytes, key: LedgerKey) -> Checkpoint:
    """Sign a checkpoint. Raises BadInput when ``key`` is another ledger's."""
    if origin != key.origin:
        raise BadInput(f"the key of {key.origin} does not sign for {origin}")
    text = f"{origin}\n{size}\n{to_base64(root)}\n"
    line = notes.signature_line(key.verifier, key.sign(text.encode()))
    return Checkpoint(origin, size, root, f"{text}\n{line}")


def parse(note: str) -> tuple[Checkpoint, Note]:
    """Take a checkpoint apart without believing it. Raises Corrupt."""
    taken = notes.read_note(note)
    found = _BODY.fullmatch(taken.text)
    root = from_base64(found["root"]) if found else None
    if found is None or root is None or len(root) != sha256().digest_size:
        raise Corrupt("a checkpoint is three lines: origin, size, root in base64")
    return Checkpoint(found["origin"], int(found["size"]), root, note), taken


@lru_cache(maxsize=64)
def read(note: str, verifier_key: VerifierKey) -> Checkpoint:
    """Read a checkpoint that ``verifier_key`` signed. Raises Corrupt when it did not."""
    # The last one published is read before and after each act, and says the same each time.
    checkpoint, taken = parse(note)
    if checkpoint.origin != verifier_key.name:
        raise Corrupt(f"the checkpoint is of {checkpoint.origin}, not of {verifier_key.name}")
    if not taken.signed_by(verifier_key):
        raise Corrupt("the checkpoint's signature does not hold")
    return checkpoint


def read_file(path: Path, key: VerifierKey | None, remedy: str) -> Checkpoint | None:
    """Read a checkpoint's file, None where there is none; without a key nobody's word is taken.

    Raises Corrupt with ``remedy`` when it is damaged or not signed by ``key``.
    """
    try:
        note = path.read_text("utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        raise Corrupt(f"{path} is damaged", remedy) from error
    try:
        return read(note, key) if key else parse(note)[0]
    except Corrupt as error:
        raise Corrupt(f"{path}: {error.what}", remedy) from error


def witnesses(note: str, trusted: Iterable[VerifierKey]) -> tuple[tuple[str, int], ...]:
    """Return the trusted witnesses that cosigned, with when (seconds since 1970)."""
    _, taken = parse(note)
    seen = ((witness.name, taken.cosigned_by(witness)) for witness in set(trusted))
    return tuple(sorted((name, when) for name, when in seen if when is not None))


def add_cosignature(checkpoint: Checkpoint, line: str, witness: VerifierKey) -> Checkpoint:
    """Add a witness's signature line. Raises Corrupt when its cosignature does not hold."""
    note = checkpoint.note + line
    if not witnesses(note, (witness,)):
        raise Corrupt(f"the cosignature of {witness.name} does not hold")
    return Checkpoint(checkpoint.origin, checkpoint.size, checkpoint.root, note)

"""C2SP signed notes: text that keys have signed (c2sp.org/signed-note).

A note is its text, an empty line, and signature lines ``— <name> <base64>``, whose
base64 is a 4-byte key id and the signature. The key id is the start of SHA-256 over
``name | newline | type | public key``; type 1 is plain Ed25519, type 4 a witness's
timestamped cosignature (c2sp.org/tlog-cosignature).
"""

import re
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from licet.ledger.reading import from_base64, to_base64
from licet.terms.errors import BadInput, Corrupt

ED25519 = 1
COSIGNATURE = 4
MOST_SIGNATURES = 64
_NAME = re.compile(r"[^\s+]+")
_LINE = re.compile(r"— (?P<name>[^\s+]+) (?P<data>[A-Za-z0-9+/=]+)")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_SECRET = "PRIVATE+KEY+"  # noqa: S105 - the format's own prefix
_KEY = "Ask the operator for the ledger's key: one line, <name>+<8 hex digits>+<base64>"


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key by which notes are checked. ``type`` is 1 or 4; ``public`` has 32 bytes."""

    name: str
    type: int
    public: bytes

    @property
    def id(self) -> bytes:
        """The key id (4 bytes)."""
        return sha256(f"{self.name}\n".encode() + bytes([self.type]) + self.public).digest()[:4]

    @property
    def text(self) -> str:
        """The key as one line of text (a C2SP vkey)."""
        return f"{self.name}+{self.id.hex()}+{to_base64(bytes([self.type]) + self.public)}"

    @classmethod
    def read(cls, text: str) -> "VerifierKey":
        """Read a vkey line. Raises BadInput."""
        name, type_, public, id_ = _parts(text.strip())
        key = cls(name, type_, public)
        if key.id.hex() != id_:
            raise BadInput("the key does not agree with its own id", _KEY)
        return key

    def holds(self, data: bytes, signature: bytes) -> bool:
        """Say whether ``signature`` (64 bytes) is this key's over ``data``."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, data)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line, not yet checked: key name, key id (4 bytes), signature bytes."""

    name: str
    id: bytes
    value: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A note taken apart: its text (ending in a newline) and its signature lines."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def by(self, key: VerifierKey) -> tuple[bytes, ...]:
        """Return the signatures that say they are ``key``'s."""
        mine = (s for s in self.signatures if s.name == key.name and s.id == key.id)
        return tuple(signature.value for signature in mine)

    def signed_by(self, key: VerifierKey) -> bool:
        """Say whether ``key`` (type 1) signed; every line said to be its own must hold."""
        values = self.by(key)
        return bool(values) and all(key.holds(self.text.encode(), value) for value in values)

    def cosigned_by(self, witness: VerifierKey) -> int | None:
        """Return when ``witness`` (type 4) cosigned, in seconds since 1970, or None."""
        for value in self.by(witness):
            moment = int.from_bytes(value[:8], "big")
            said = f"cosignature/v1\ntime {moment}\n{self.text}".encode()
            if len(value) == 72 and moment < 2**63 and witness.holds(said, value[8:]):
                return moment
        return None


def read_note(text: str) -> Note:
    """Take a note apart. Raises Corrupt. Nothing in it is to be believed before it is checked."""
    if _CONTROL.search(text):
        raise Corrupt("a signed note holds no control characters but line ends")
    body, gap, lines = text.rpartition("\n\n")
    if not gap or not lines.endswith("\n"):
        raise Corrupt("this is not a signed note: text, an empty line, signature lines")
    signatures = tuple(_read_line(line) for line in lines[:-1].split("\n"))
    if len(signatures) > MOST_SIGNATURES:
        raise Corrupt(f"the note has more than {MOST_SIGNATURES} signatures")
    return Note(body + "\n", signatures)


def signature_line(key: VerifierKey, value: bytes) -> str:
    """Return the line by which ``key`` says that it made the signature ``value``."""
    return f"— {key.name} {to_base64(key.id + value)}\n"


def secret_text(name: str, key: Ed25519PrivateKey) -> str:
    """Return a private key as one line of text, as Go's sumdb notes keep it."""
    verifier = VerifierKey(name, ED25519, key.public_key().public_bytes_raw())
    seed = to_base64(bytes([ED25519]) + key.private_bytes_raw())
    return f"{_SECRET}{name}+{verifier.id.hex()}+{seed}"


def read_secret(text: str) -> tuple[VerifierKey, Ed25519PrivateKey]:
    """Read a private key line. Raises BadInput."""
    if not text.startswith(_SECRET):
        raise BadInput("this is not a ledger's private key")
    name, type_, seed, id_ = _parts(text.removeprefix(_SECRET).strip())
    key = Ed25519PrivateKey.from_private_bytes(seed)
    verifier = VerifierKey(name, type_, key.public_key().public_bytes_raw())
    if type_ != ED25519 or verifier.id.hex() != id_:
        raise BadInput("the private key does not agree with its own id")
    return verifier, key


def check_name(name: str) -> str:
    """Return ``name`` when it can name a key and a ledger. Raises BadInput."""
    if not _NAME.fullmatch(name) or not name.isprintable():
        raise BadInput(
            f"{name!r} cannot name a ledger", "Use an address without scheme: example.org/licet"
        )
    return name


def _parts(text: str) -> tuple[str, int, bytes, str]:
    name, _, rest = text.partition("+")
    id_, _, encoded = rest.partition("+")
    data = from_base64(encoded)
    if data is None or len(data) != 33 or data[0] not in (ED25519, COSIGNATURE):
        raise BadInput("this is not a key of a signed note", _KEY)
    return check_name(name), data[0], data[1:], id_


def _read_line(line: str) -> NoteSignature:
    found = _LINE.fullmatch(line)
    data = from_base64(found["data"]) if found else None
    if found is None or data is None or len(data) < 5:
        raise Corrupt("a signature line of the note is damaged")
    return NoteSignature(found["name"], data[:4], data[4:])

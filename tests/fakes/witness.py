"""A witness by the letter of c2sp.org/tlog-witness, sharing no code with licet.

It keeps its state in a file, written before it answers, and checks consistency by RFC
6962's own recursion.
"""

import base64
import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from tests.fakes.web import Said

PLAIN = "text/plain; charset=utf-8"


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _walk(
    old: int, new: int, whole: bool, steps: Iterator[bytes], root: bytes
) -> tuple[bytes, bytes]:
    """RFC 6962 2.1.2: the roots of ``old`` and ``new`` that SUBPROOF leads to."""
    if old == new:
        found = root if whole else next(steps)
        return found, found
    half = 1
    while half * 2 < new:
        half *= 2
    if old <= half:
        small, large = _walk(old, half, whole, steps, root)
        return small, _hash(large, next(steps))
    small, large = _walk(old - half, new - half, False, steps, root)
    left = next(steps)
    return _hash(left, small), _hash(left, large)


def consistent(old: int, old_root: bytes, new: int, new_root: bytes, path: list[bytes]) -> bool:
    """Whether the proof leads from one root to the other, using each step once."""
    if old == new:
        return not path and old_root == new_root
    if old == 0:
        return not path
    steps = iter(path)
    try:
        small, large = _walk(old, new, True, steps, old_root)
    except StopIteration:
        return False
    return (small, large) == (old_root, new_root) and next(steps, None) is None


@dataclass
class LocalWitness:
    """A witness with a name and a key; ``ledgers`` are the key lines of those it knows."""

    name: str
    seed: int
    state: Path
    ledgers: dict[str, str] = field(default_factory=dict)
    clock: Callable[[], int] = lambda: 1_772_441_000
    asked: list[tuple[int, int, int]] = field(default_factory=list)
    """Old size, size and status of every request that could be read."""
    signed: dict[int, set[bytes]] = field(default_factory=dict)
    """Every root that was ever cosigned, by size."""
    says: Said | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(bytes([self.seed]) * 32)

    @property
    def _public(self) -> bytes:
        return self.key.public_key().public_bytes_raw()

    @property
    def _id(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n\x04" + self._public).digest()[:4]

    @property
    def vkey(self) -> str:
        """Its key line."""
        return f"{self.name}+{self._id.hex()}+{_b64(bytes([4]) + self._public)}"

    def knows(self, vkey: str) -> "LocalWitness":
        """Let it know a ledger by its key line."""
        self.ledgers[vkey.split("+", 1)[0]] = vkey
        return self

    def answer(self, path: str, body: bytes) -> Said:
        """Answer one POST."""
        if not path.endswith("/add-checkpoint"):
            return 404, PLAIN, b""
        if self.says is not None:
            return self.says
        with self.lock:
            return self._add(body)

    def _add(self, body: bytes) -> Said:
        head, _, note = body.decode().partition("\n\n")
        first, *lines = head.split("\n")
        old = int(first.removeprefix("old "))
        path = [base64.b64decode(line, validate=True) for line in lines]
        text, _, signatures = note.partition("\n\n")
        origin, size_line, root_line = text.split("\n")
        size, root = int(size_line), base64.b64decode(root_line)
        status, media_type, data = self._judge(old, path, origin, size, root, text, signatures)
        self.asked.append((old, size, status))
        return status, media_type, data

    def _judge(
        self,
        old: int,
        path: list[bytes],
        origin: str,
        size: int,
        root: bytes,
        text: str,
        signatures: str,
    ) -> Said:
        if origin not in self.ledgers:
            return 404, PLAIN, b""
        if not self._signed(self.ledgers[origin], f"{text}\n", signatures):
            return 403, PLAIN, b""
        if old > size or len(path) > 63:
            return 400, PLAIN, b""
        state = json.loads(self.state.read_text()) if self.state.exists() else {}
        known, known_root = state.get(origin, (0, ""))
        if old != known:
            return 409, "text/x.tlog.size", f"{known}\n".encode()
        if old == size and root.hex() != known_root and old > 0:
            return 409, "text/x.tlog.size", f"{known}\n".encode()
        if not consistent(old, bytes.fromhex(known_root), size, root, path):
            return 422, PLAIN, b""
        state[origin] = (size, root.hex())
        self.state.write_text(json.dumps(state))
        self.signed.setdefault(size, set()).add(root)
        return 200, PLAIN, self.line(f"{text}\n").encode()

    def line(self, text: str) -> str:
        """Its cosignature/v1 line over the text of a checkpoint."""
        moment = self.clock()
        said = f"cosignature/v1\ntime {moment}\n{text}".encode()
        value = self._id + moment.to_bytes(8, "big") + self.key.sign(said)
        return f"— {self.name} {base64.b64encode(value).decode()}\n"

    @staticmethod
    def _signed(vkey: str, text: str, signatures: str) -> bool:
        name, _, encoded = vkey.split("+", 2)
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(encoded)[1:])
        for line in signatures.splitlines():
            dash, signer, value = line.split(" ")
            if (dash, signer) == ("—", name):
                try:
                    key.verify(base64.b64decode(value)[4:], text.encode())
                except InvalidSignature:
                    return False
                return True
        return False

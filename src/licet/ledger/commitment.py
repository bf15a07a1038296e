"""Naming somebody in the ledger so that only who holds their key can tell (DESIGN 7).

``value = HMAC-SHA-256(k, nonce | object id)`` with ``k = HKDF-SHA-256(key, info =
"licet commitment v1" newline nonce)``. Each commitment has a ``k`` of its own, so the
opening in a person's receipt opens that one entry and none of the others. Once the
key is shredded nobody can tell whom an entry is about, and proofs still hold.
"""

import os
from dataclasses import dataclass
from hmac import compare_digest, digest

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from licet.terms.ledger import Commitment

NONCE_BYTES = 16
_LABEL = b"licet commitment v1\n"


@dataclass(frozen=True, slots=True)
class Opening:
    """What shows, for one entry alone, that it is about ``object``.

    ``of`` says which commitment of the entry it opens: ``subject`` or ``actor``.
    ``key`` (32 bytes) opens that commitment only.
    """

    of: str
    object: str
    nonce: bytes
    key: bytes

    def opens(self, commitment: Commitment) -> bool:
        """Say whether this opens ``commitment``."""
        value = _value(self.key, self.nonce, self.object)
        return self.nonce == commitment.nonce and compare_digest(value, commitment.value)


def commit(key: bytes, object_id: str, nonce: bytes | None = None) -> Commitment:
    """Commit to ``object_id`` under ``key`` (32 bytes), with a fresh nonce unless one is given."""
    nonce = os.urandom(NONCE_BYTES) if nonce is None else nonce
    if len(nonce) != NONCE_BYTES:
        raise ValueError(f"a nonce has {NONCE_BYTES} bytes")
    return Commitment(nonce, _value(_single_key(key, nonce), nonce, object_id))


def opens(commitment: Commitment, key: bytes, object_id: str) -> bool:
    """Say whether ``commitment`` is to ``object_id`` under ``key``."""
    return opening("subject", key, object_id, commitment).opens(commitment)


def opening(of: str, key: bytes, object_id: str, commitment: Commitment) -> Opening:
    """Return what opens ``commitment`` and nothing else, for a receipt."""
    return Opening(of, object_id, commitment.nonce, _single_key(key, commitment.nonce))


def _single_key(key: bytes, nonce: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=_LABEL + nonce).derive(key)


def _value(single_key: bytes, nonce: bytes, object_id: str) -> bytes:
    return digest(single_key, nonce + object_id.encode(), "sha256")

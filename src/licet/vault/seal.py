"""Sealing rows, tagging values, deriving keys (docs/formats/sealed.md).

A sealed value is ``version (1) | nonce (12) | AES-256-GCM ciphertext and tag``.
Where it belongs (``template:<id>``) is associated data: a sealed value moved to
another row does not open.
"""

import os
from hmac import digest

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from licet.terms.errors import Corrupt

VERSION = b"\x01"
OVERHEAD = 29
_NONCE_ENDS = 13
_CONTEXT = b"licet sealed v1\n"


def seal(key: bytes, plaintext: bytes, where: str) -> bytes:
    """Return ``plaintext`` sealed under ``key`` (32 bytes), bound to ``where``; 29 bytes longer."""
    nonce = os.urandom(12)
    return VERSION + nonce + AESGCM(key).encrypt(nonce, plaintext, _CONTEXT + where.encode())


def open_sealed(key: bytes, sealed: bytes, where: str) -> bytes:
    """Return what :func:`seal` was given. Raises Corrupt: damage, other key, other place."""
    if len(sealed) < OVERHEAD or sealed[:1] != VERSION:
        raise Corrupt(f"the sealed bytes of {where} are not in a form this version reads", _REMEDY)
    nonce, body = sealed[1:_NONCE_ENDS], sealed[_NONCE_ENDS:]
    try:
        return AESGCM(key).decrypt(nonce, body, _CONTEXT + where.encode())
    except InvalidTag as error:
        raise Corrupt(
            f"the sealed bytes of {where} do not open under their key", _REMEDY
        ) from error


def derive(key: bytes, label: str) -> bytes:
    """Return 32 bytes of HKDF-SHA-256 (RFC 5869) over ``key`` with ``label`` as info, no salt."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=label.encode()).derive(key)


def tag(key: bytes, label: str, value: bytes) -> bytes:
    """Return a 32-byte tag of ``value``: HMAC-SHA-256 under the key derived for ``label``.

    Equal values have equal tags, so rows can be found by a value that is not kept;
    once ``key`` is shredded a tag means nothing.
    """
    return digest(derive(key, label), value, "sha256")


_REMEDY = "Restore the main store from a backup and run `licet doctor`"

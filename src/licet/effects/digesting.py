"""What members sign of an act's parts: one SHA-256 over all of them."""

import hashlib

from licet.terms.payload import to_bytes


def digest_of(*parts: str | bytes) -> str:
    """Return the SHA-256 (hex) over parts, each preceded by its length in bytes."""
    running = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        running.update(len(data).to_bytes(8, "big"))
        running.update(data)
    return running.hexdigest()


def digest_of_wish(wish: object) -> str:
    """Return the SHA-256 (hex) that members sign for a wish: every part of it, by name."""
    return digest_of(type(wish).__name__, to_bytes(wish))

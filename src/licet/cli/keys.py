"""Members' public keys as files: one line, ``licet member key v1`` and base64.

The key file itself never leaves its member; the file ending in ``.pub`` is for all.
"""

import binascii
import secrets
from base64 import b64decode, b64encode
from pathlib import Path

from licet.cli import files
from licet.terms.errors import BadInput

HEAD = "licet member key v1 "
PUBLIC_BYTES = 32


def to_line(public: bytes) -> str:
    """Return the line of a public key (32 bytes)."""
    return f"{HEAD}{b64encode(public).decode()}\n"


def read_public(word: str) -> bytes:
    """Return the public key (32 bytes) in a ``.pub`` file. Raises ``BadInput``."""
    path = Path(word)
    text = files.read(path, "the public key").decode(errors="replace").strip()
    if "PRIVATE KEY" in text:
        raise BadInput(
            f"{path} is a member's own key, which stays with the member",
            f"Give the file beside it: {path}.pub.",
        )
    try:
        public = b64decode(text.removeprefix(HEAD), validate=True)
    except (binascii.Error, ValueError):
        public = b""
    if not text.startswith(HEAD) or len(public) != PUBLIC_BYTES:
        raise BadInput(f"{path} is no public key of a member", "Make one with `licet member key`.")
    return public


def throwaway() -> bytes:
    """Return a public key that nobody can sign for.

    A sandbox names members and asks no keys; who signs with passkeys alone has no key file.
    """
    return secrets.token_bytes(PUBLIC_BYTES)

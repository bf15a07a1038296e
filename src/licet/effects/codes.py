"""One-time codes: what goes to a person's own contact, and comes back from nobody else."""

import hashlib
import hmac
import secrets
from datetime import timedelta

from licet.terms.contact import mailbox

CODE_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
"""No letter that is read as a digit or the other way round."""

CODE_LENGTH = 10
CODE_TRIES = 5
CODE_DAYS = timedelta(days=14)
RESEND_AFTER = timedelta(days=1)
"""So long a mailbox is left alone: nobody floods it by asking in somebody's name."""


def new_code() -> str:
    """Return a fresh code."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))


def salted(code: str) -> tuple[bytes, bytes]:
    """Return a fresh salt and the code's digest under it: what is kept of a code."""
    salt = secrets.token_bytes(16)
    return salt, digest_of_code(salt, code)


def digest_of_code(salt: bytes, code: str) -> bytes:
    """Return the digest of a code as somebody wrote it: blanks and small letters do no harm."""
    written = "".join(letter for letter in code.upper() if letter in CODE_LETTERS)
    return hashlib.sha256(salt + written.encode()).digest()


def is_the_code(salt: bytes, digest: bytes, code: str) -> bool:
    """Say whether this is the code that the digest was made of."""
    return hmac.compare_digest(digest, digest_of_code(salt, code))


def one_address(contact: str) -> bool:
    """Say whether a contact is one mail address: several are several readers."""
    return mailbox(contact) is not None

"""A contact is one mail address of a person's own: several are several readers."""

import re
import unicodedata
from email.errors import HeaderParseError
from email.headerregistry import Address

_ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]")
"""What a part of a local name may hold in ASCII (RFC 5322 atext)."""

_WORDS = {"Ll", "Lu", "Lt", "Lm", "Lo", "Mn", "Mc", "Nd", "Nl", "No"}
"""What it may hold beyond ASCII (RFC 6532), without anything that cannot be seen."""


def mailbox(contact: str) -> Address | None:
    """Return the one mail address that a contact is, or None.

    Names may hold letters of any script (RFC 6531); a domain in another script is
    written as every mail server knows it.
    """
    text = unicodedata.normalize("NFC", contact.strip())
    local, at, domain = text.rpartition("@")
    if not at or not local or not domain:
        return None
    try:
        domain = domain.encode("idna").decode("ascii") if not domain.isascii() else domain
        if local.isascii():
            read = Address(addr_spec=f"{local}@{domain}")
            return read if read.addr_spec == f"{local}@{domain}" else None
        # The local name is judged here; the domain as part of an address that is all ASCII.
        if not _is_name(local) or mailbox(f"x@{domain}") is None:
            return None
        return Address(username=local, domain=domain)
    except (HeaderParseError, UnicodeError, ValueError, IndexError):
        return None


def _is_name(local: str) -> bool:
    parts = local.split(".")
    return all(parts) and all(_ATOM.match(c) or _spoken(c) for part in parts for c in part)


def _spoken(letter: str) -> bool:
    return not letter.isascii() and unicodedata.category(letter) in _WORDS

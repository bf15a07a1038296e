"""Addresses in a folder: a relative path as text that UTF-8 can hold, and back.

Names on disk are bytes. The address is the path from the source's root with ``/``
between the names; ``%``, control characters, characters that break lines or turn the
writing direction, and bytes that are not UTF-8 are written ``%XX`` each byte, so
that every name has exactly one address and every address is safe to show.
"""

import unicodedata
from urllib.parse import unquote_to_bytes

from licet.sources.contract import Address
from licet.terms.errors import BadInput

Parts = tuple[bytes, ...]
"""A path as the bytes of its names. Tuples of names compare in the order of a walk."""

_ESCAPED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def to_address(parts: Parts) -> Address:
    """Return the address of a path."""
    return Address("/".join(_escape(part) for part in parts))


def to_parts(address: str) -> Parts:
    """Return the path of an address. Raises ``BadInput`` for one that leads elsewhere."""
    try:
        parts = tuple(unquote_to_bytes(part) for part in address.split("/"))
    except UnicodeEncodeError as problem:
        raise BadInput("this is no address of this source", _REMEDY) from problem
    if to_address(parts) != address or any(_leads_elsewhere(part) for part in parts):
        raise BadInput("this is no address of this source", _REMEDY)
    return parts


_REMEDY = "Use an address that the source listed."


def _leads_elsewhere(part: bytes) -> bool:
    return part in {b"", b".", b".."} or b"/" in part or b"\0" in part


def _escape(name: bytes) -> str:
    text = name.decode("utf-8", "surrogateescape")
    return "".join(_one(character) for character in text)


def _one(character: str) -> str:
    if character != "%" and unicodedata.category(character) not in _ESCAPED:
        return character
    data = character.encode("utf-8", "surrogateescape")
    return "".join(f"%{byte:02X}" for byte in data)

"""Files that the ledger's key signs: JSON in one layout, its signature inside.

Two blanks, sorted names, a newline at the end; no other layout is read, so that every
changed byte is found. The key signs the format's name, a newline, and the canonical JSON
(RFC 8785) of all parts but ``signature``.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from licet.ledger.canonical import Json, dumps, loads_any_layout
from licet.ledger.checkpoint import LedgerKey
from licet.ledger.note import VerifierKey
from licet.ledger.reading import as_bytes, as_object, as_text, to_base64
from licet.terms.errors import BadInput, Corrupt

_OURS = {"format", "signature", "signer"}


@dataclass(frozen=True, slots=True)
class SignedParts:
    """A signed file taken apart: its parts, who signed it, whether that signature holds."""

    parts: Mapping[str, Json]
    signer: VerifierKey
    holds: bool


def write_signed(kind: str, parts: Mapping[str, Json], key: LedgerKey) -> bytes:
    """Return the file of the format ``kind`` with these parts, signed."""
    whole = {**parts, "format": kind, "signer": key.vkey}
    signature = to_base64(key.sign(_signed_bytes(kind, whole)))
    return _laid_out({**whole, "signature": signature})


def read_signed(kind: str, data: bytes, names: set[str]) -> SignedParts:
    """Take a file of the format ``kind`` apart, of exactly these parts. Raises ``Corrupt``."""
    value = loads_any_layout(data)
    if not isinstance(value, Mapping) or value.get("format") != kind:
        raise Corrupt(f"this is not a file of the format {kind!r}")
    parts = as_object(value, "the file", names | _OURS)
    if _laid_out(parts) != data:
        raise Corrupt("the file is not laid out as licet lays it out: it was edited")
    try:
        signer = VerifierKey.read(as_text(parts["signer"], "the signer"))
    except BadInput as error:
        raise Corrupt(f"the file's signer is damaged: {error.what}") from error
    signature = as_bytes(parts["signature"], "the signature", 64)
    unsigned = {name: part for name, part in parts.items() if name != "signature"}
    return SignedParts(parts, signer, signer.holds(_signed_bytes(kind, unsigned), signature))


def _signed_bytes(kind: str, parts: Mapping[str, Json]) -> bytes:
    return kind.encode() + b"\n" + dumps(parts)


def _laid_out(parts: Mapping[str, Json]) -> bytes:
    return (json.dumps(parts, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()

"""Receipts and certificates: files for the person (docs/formats/receipt.md, certificate.md).

A receipt has two phases. At once it names the ledger entry (index and bytes); after
the next checkpoint :func:`complete` adds the proof that the entry is in the ledger.
The file is laid out for people (two blanks, sorted names) and has one layout only;
the ledger's key signs ``licet receipt v1``, a newline, and the canonical JSON of all
parts but the signature. Origins hold no blanks, so no checkpoint begins like that.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from licet.ledger import checkpoint as checkpoints
from licet.ledger import statement as statements
from licet.ledger.canonical import Json, dumps, loads_any_layout
from licet.ledger.checkpoint import LedgerKey
from licet.ledger.commitment import NONCE_BYTES, Opening
from licet.ledger.note import VerifierKey
from licet.ledger.reading import (
    as_bytes,
    as_list,
    as_moment,
    as_number,
    as_object,
    as_text,
    to_base64,
)
from licet.ledger.statement import Statement
from licet.ledger.tiles import Tiles
from licet.ledger.tree import leaf_hash
from licet.terms.errors import BadInput, Conflict, Corrupt
from licet.terms.ledger import Checkpoint, InclusionProof, Leaf
from licet.terms.when import to_text

FORMAT = "licet receipt v1"
_PARTS = {
    "format",
    "issued_at",
    "kind",
    "leaf",
    "openings",
    "origin",
    "proof",
    "signature",
    "signer",
    "statement",
}


class ReceiptKind(StrEnum):
    """What a receipt is for."""

    GRANT = "grant"
    CONFIRMATION = "confirmation"
    ENROLMENT = "enrolment"
    WITHDRAWAL = "withdrawal"
    RESTRICTION = "restriction"
    RELEASE = "release"
    RECTIFICATION = "rectification"
    RECORD = "record"
    ERASURE_CERTIFICATE = "erasure-certificate"
    SOURCE_CERTIFICATE = "source-certificate"
    CLOSING_CERTIFICATE = "closing-certificate"


@dataclass(frozen=True, slots=True)
class Proof:
    """That the entry is in the ledger: the path to the root, and the signed checkpoint."""

    inclusion: InclusionProof
    checkpoint: Checkpoint


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the person is handed. ``proof`` None is phase one."""

    kind: ReceiptKind
    origin: str
    issued_at: datetime
    leaf: Leaf
    openings: tuple[Opening, ...]
    statement: Statement
    proof: Proof | None = None


@dataclass(frozen=True, slots=True)
class TakenApart:
    """A receipt file taken apart: who signed it, and whether that signature holds."""

    receipt: Receipt
    signer: VerifierKey
    holds: bool


def complete(receipt: Receipt, tiles: Tiles, seen: Checkpoint | None = None) -> Receipt:
    """Return the receipt in phase two. Raises NotFound before the next checkpoint.

    ``seen`` is the last checkpoint that a witness cosigned: where it covers the entry, the
    proof leads to it.

    Raises Conflict when the published ledger holds another entry at that index.
    """
    inclusion, checkpoint = tiles.prove(receipt.leaf.index, seen)
    published = next(tiles.leaves(receipt.leaf.index, receipt.leaf.index + 1))
    if published.data != receipt.leaf.data:
        raise Conflict(
            f"entry {receipt.leaf.index} of the published ledger is not the receipt's",
            "Run `licet doctor`",
        )
    return replace(receipt, proof=Proof(inclusion, checkpoint))


def encode(receipt: Receipt, key: LedgerKey) -> bytes:
    """Return the signed file. Raises BadInput when ``key`` is another ledger's."""
    if key.origin != receipt.origin:
        raise BadInput(f"the key of {key.origin} does not sign for {receipt.origin}")
    parts = _to_json(receipt, key.vkey)
    return _laid_out({**parts, "signature": to_base64(key.sign(_signed_bytes(parts)))})


def decode(data: bytes) -> Receipt:
    """Read a receipt file. Raises Corrupt: damage, or the signer's signature does not hold.

    Whether the signer is the one to be trusted is for the reader to say; see
    :func:`licet.ledger.verify.verify_file`.
    """
    taken = take_apart(data)
    if not taken.holds:
        raise Corrupt("the receipt's signature does not hold")
    return taken.receipt


def take_apart(data: bytes) -> TakenApart:
    """Take a receipt file apart and check its signature by the key it names. Raises Corrupt."""
    value = loads_any_layout(data)
    if not isinstance(value, Mapping) or value.get("format") != FORMAT:
        raise Corrupt(f"this is not a file of the format {FORMAT!r}")
    parts = as_object(value, "the receipt", _PARTS)
    if _laid_out(parts) != data:
        raise Corrupt("the receipt is not laid out as licet lays it out: it was edited")
    try:
        signer = VerifierKey.read(as_text(parts["signer"], "the signer"))
    except BadInput as error:
        raise Corrupt(f"the receipt's signer is damaged: {error.what}") from error
    signature = as_bytes(parts["signature"], "the signature", 64)
    unsigned = {name: part for name, part in parts.items() if name != "signature"}
    return TakenApart(_read(parts), signer, signer.holds(_signed_bytes(unsigned), signature))


def _signed_bytes(parts: Mapping[str, Json]) -> bytes:
    return FORMAT.encode() + b"\n" + dumps(parts)


def _laid_out(parts: Mapping[str, Json]) -> bytes:
    return (json.dumps(parts, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()


def _to_json(receipt: Receipt, vkey: str) -> dict[str, Json]:
    proof = receipt.proof
    return {
        "format": FORMAT,
        "issued_at": to_text(receipt.issued_at),
        "kind": receipt.kind.value,
        "leaf": {"data": to_base64(receipt.leaf.data), "index": receipt.leaf.index},
        "openings": [
            {"key": to_base64(o.key), "nonce": to_base64(o.nonce), "object": o.object, "of": o.of}
            for o in receipt.openings
        ],
        "origin": receipt.origin,
        "proof": None
        if proof is None
        else {
            "checkpoint": proof.checkpoint.note,
            "path": [to_base64(step) for step in proof.inclusion.path],
            "size": proof.inclusion.size,
        },
        "signer": vkey,
        "statement": statements.to_json(receipt.statement),
    }


def _read(parts: Mapping[str, Json]) -> Receipt:
    kind = as_text(parts["kind"], "the receipt's kind")
    if kind not in [one.value for one in ReceiptKind]:
        raise Corrupt(f"the receipt is of a kind this licet does not know: {kind}")
    named = as_object(parts["leaf"], "the leaf", {"data", "index"})
    data = as_bytes(named["data"], "the leaf's bytes")
    leaf = Leaf(as_number(named["index"], "the leaf's index"), data, leaf_hash(data))
    return Receipt(
        kind=ReceiptKind(kind),
        origin=as_text(parts["origin"], "the origin"),
        issued_at=as_moment(parts["issued_at"], "the moment of issue"),
        leaf=leaf,
        openings=tuple(_opening(one) for one in as_list(parts["openings"], "the openings")),
        statement=statements.from_json(parts["statement"]),
        proof=_proof(parts["proof"], leaf.index),
    )


def _opening(value: Json) -> Opening:
    parts = as_object(value, "an opening", {"key", "nonce", "object", "of"})
    return Opening(
        of=as_text(parts["of"], "what an opening opens"),
        object=as_text(parts["object"], "an opening's object"),
        nonce=as_bytes(parts["nonce"], "an opening's nonce", NONCE_BYTES),
        key=as_bytes(parts["key"], "an opening's key", 32),
    )


def _proof(value: Json, index: int) -> Proof | None:
    if value is None:
        return None
    parts = as_object(value, "the proof", {"checkpoint", "path", "size"})
    steps = as_list(parts["path"], "the proof's path")
    path = tuple(as_bytes(step, "a step of the proof", 32) for step in steps)
    inclusion = InclusionProof(index, as_number(parts["size"], "the proof's size"), path)
    note = as_text(parts["checkpoint"], "the proof's checkpoint")
    return Proof(inclusion, checkpoints.parse(note)[0])

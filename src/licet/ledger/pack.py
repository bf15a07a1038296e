"""The pack that proves an order was carried out: its files and their forms (docs/formats/pack.md).

A ZIP that anybody can check offline. ``files.json`` lists every other file with its SHA-256
and is signed by the ledger's key. ``statement.json`` is what was done,
``ledger/entries.jsonl`` the entries that say so, ``ledger/nodes.jsonl`` what leads from all
of them to the root of the last checkpoint. Checkpoints are files named by their size, each
proved to continue the one before by a line of ``ledger/consistency.jsonl``.

What answers a person is a package, whose entries are opened for them alone:
:mod:`licet.ledger.package`.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from licet.ledger import order as orders
from licet.ledger import tree
from licet.ledger.canonical import Json, dumps, loads, loads_any_layout
from licet.ledger.checkpoint import LedgerKey
from licet.ledger.note import VerifierKey
from licet.ledger.order import OrderStatement
from licet.ledger.reading import (
    as_bytes,
    as_list,
    as_moment,
    as_number,
    as_object,
    as_text,
    to_base64,
)
from licet.ledger.signed import read_signed, write_signed
from licet.terms.errors import Corrupt
from licet.terms.ledger import ConsistencyProof, Leaf
from licet.terms.when import to_text

FORMAT = "licet pack v1"
LISTING = "files.json"
STATEMENT = "statement.json"
TEXT = "order.toml"
LETTER = "letter.pdf"
SCHEMA = "pack.schema.json"
ENTRIES = "ledger/entries.jsonl"
NODES = "ledger/nodes.jsonl"
CONSISTENCY = "ledger/consistency.jsonl"
CHECKPOINTS = "ledger/checkpoints/"
NOTE, STAMP = ".txt", ".tsr"
_CHECKPOINT = re.compile(r"ledger/checkpoints/(?P<size>0|[1-9][0-9]{0,15})\.txt")
NEEDED = frozenset({STATEMENT, TEXT, LETTER, SCHEMA, ENTRIES, NODES, CONSISTENCY})
"""Files that every pack has, beside its list and its checkpoints."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One file of a pack: its name, size, SHA-256 (hex)."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class PackListing:
    """What a pack is: of which ledger, about which order, as of when, and every file of it."""

    origin: str
    order: str
    as_of: datetime
    files: tuple[Listed, ...]


@dataclass(frozen=True, slots=True)
class TakenPack:
    """A pack's list taken apart: who signed it, and whether that signature holds."""

    listing: PackListing
    signer: VerifierKey
    holds: bool


def write_listing(listing: PackListing, key: LedgerKey) -> bytes:
    """Return ``files.json``, signed."""
    files: list[Json] = [
        {"name": one.name, "sha256": one.sha256, "size": one.size}
        for one in sorted(listing.files, key=lambda one: one.name)
    ]
    parts: dict[str, Json] = {
        "as_of": to_text(listing.as_of),
        "files": files,
        "order": listing.order,
        "origin": listing.origin,
    }
    return write_signed(FORMAT, parts, key)


def take_listing(data: bytes) -> TakenPack:
    """Take ``files.json`` apart. Raises ``Corrupt``."""
    taken = read_signed(FORMAT, data, {"as_of", "files", "order", "origin"})
    parts = taken.parts
    files = [
        as_object(one, "a file", {"name", "sha256", "size"})
        for one in as_list(parts["files"], "the files")
    ]
    listing = PackListing(
        origin=as_text(parts["origin"], "the origin"),
        order=as_text(parts["order"], "the order"),
        as_of=as_moment(parts["as_of"], "the moment"),
        files=tuple(
            Listed(
                as_text(one["name"], "a file's name"),
                as_number(one["size"], "a file's size"),
                as_text(one["sha256"], "a file's digest"),
            )
            for one in files
        ),
    )
    if len({file.name for file in listing.files}) != len(listing.files):
        raise Corrupt("two files of the list have one name")
    return TakenPack(listing, taken.signer, taken.holds)


def is_listing(data: bytes) -> bool:
    """Say whether a list of files is a pack's, and not another file's of that name."""
    try:
        value = loads_any_layout(data)
    except Corrupt:
        return False
    return isinstance(value, Mapping) and value.get("format") == FORMAT


def write_statement(statement: OrderStatement) -> bytes:
    """Return ``statement.json``, laid out for people, in one layout."""
    laid_out = json.dumps(orders.to_json(statement), indent=2, sort_keys=True, ensure_ascii=False)
    return laid_out.encode() + b"\n"


def read_statement(data: bytes) -> OrderStatement:
    """Read ``statement.json``. Raises ``Corrupt``, in another layout too."""
    statement = orders.from_json(loads_any_layout(data))
    if write_statement(statement) != data:
        raise Corrupt("the statement is not laid out as licet lays it out: it was edited")
    return statement


def entry_lines(leaves: Iterable[Leaf]) -> Iterator[bytes]:
    """Give the lines of ``entries.jsonl``: each entry's own bytes, as text."""
    for leaf in leaves:
        yield dumps({"data": leaf.data.decode(), "index": leaf.index}) + b"\n"


def read_entries(lines: Iterable[bytes]) -> tuple[Leaf, ...]:
    """Read ``entries.jsonl``. Raises ``Corrupt``, and when they are not in their order."""
    found: list[Leaf] = []
    for line in lines:
        parts = as_object(loads(line.rstrip(b"\n")), "an entry", {"data", "index"})
        data = as_text(parts["data"], "an entry's bytes").encode()
        index = as_number(parts["index"], "an entry's index")
        if found and found[-1].index >= index:
            raise Corrupt(f"entry {index} stands in the wrong place")
        found.append(Leaf(index, data, tree.leaf_hash(data)))
    return tuple(found)


def proof_lines(proofs: Iterable[ConsistencyProof]) -> Iterator[bytes]:
    """Give the lines of ``consistency.jsonl``."""
    for proof in proofs:
        path = [to_base64(step) for step in proof.path]
        yield dumps({"new": proof.new, "old": proof.old, "path": path}) + b"\n"


def read_proofs(lines: Iterable[bytes]) -> tuple[ConsistencyProof, ...]:
    """Read ``consistency.jsonl``. Raises ``Corrupt``."""
    return tuple(_proof(line) for line in lines)


def _proof(line: bytes) -> ConsistencyProof:
    parts = as_object(loads(line.rstrip(b"\n")), "a proof", {"new", "old", "path"})
    path = (as_bytes(step, "a proof's step", 32) for step in as_list(parts["path"], "a path"))
    old, new = (as_number(parts[name], "a proof's size") for name in ("old", "new"))
    return ConsistencyProof(old, new, tuple(path))


def checkpoint_name(size: int) -> str:
    """Return the name of the file that holds the checkpoint of ``size`` entries."""
    return f"{CHECKPOINTS}{size}{NOTE}"


def stamp_name(size: int) -> str:
    """Return the name of the file that holds the timestamp of that checkpoint."""
    return f"{CHECKPOINTS}{size}{STAMP}"


def sizes(names: Iterable[str]) -> tuple[int, ...]:
    """Return the sizes of the checkpoints among the files, smallest first."""
    found = (_CHECKPOINT.fullmatch(name) for name in names)
    return tuple(sorted(int(one["size"]) for one in found if one is not None))

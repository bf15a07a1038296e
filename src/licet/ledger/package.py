"""The package that answers a person: its files and their forms (docs/formats/package.md).

What proves that an authority's order was carried out is a pack: :mod:`licet.ledger.pack`.
``files.json`` lists every file of the package with its SHA-256 and is signed by the
ledger's key. ``ledger/entries.jsonl`` holds the entries about the person, one a line, each
with the opening that shows it is about them. ``ledger/nodes.jsonl`` holds the nodes that lead
from all of them to the root of ``ledger/checkpoint.txt`` (``nodes``).
"""

import json
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from licet.ledger import tree
from licet.ledger.canonical import Json, dumps, loads
from licet.ledger.checkpoint import LedgerKey
from licet.ledger.commitment import NONCE_BYTES, Opening, opening, opens
from licet.ledger.leaf import decode
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
from licet.ledger.signed import read_signed, write_signed
from licet.terms.errors import Corrupt
from licet.terms.ledger import Commitment, Leaf
from licet.terms.when import to_text

FORMAT = "licet package v1"
LISTING = "files.json"
ENTRIES = "ledger/entries.jsonl"
NODES = "ledger/nodes.jsonl"
CHECKPOINT = "ledger/checkpoint.txt"


@dataclass(frozen=True, slots=True)
class Packed:
    """One file of a package: its name, size, SHA-256 (hex), and the volume it is in."""

    name: str
    size: int
    sha256: str
    volume: int


@dataclass(frozen=True, slots=True)
class Listing:
    """What a package is: of which ledger, for which request and person, and every file of it."""

    origin: str
    issued_at: datetime
    request: str
    subject: str
    volumes: int
    files: tuple[Packed, ...]


@dataclass(frozen=True, slots=True)
class TakenListing:
    """A listing taken apart: who signed it, and whether that signature holds."""

    listing: Listing
    signer: VerifierKey
    holds: bool


@dataclass(frozen=True, slots=True)
class PackedEntry:
    """An entry about the person; ``opening`` None: it names what is theirs, and not them."""

    leaf: Leaf
    opening: Opening | None


def write_listing(listing: Listing, key: LedgerKey) -> bytes:
    """Return ``files.json``, signed."""
    parts: dict[str, Json] = {
        "files": [
            {"name": f.name, "sha256": f.sha256, "size": f.size, "volume": f.volume}
            for f in listing.files
        ],
        "issued_at": to_text(listing.issued_at),
        "origin": listing.origin,
        "request": listing.request,
        "subject": listing.subject,
        "volumes": listing.volumes,
    }
    return write_signed(FORMAT, parts, key)


def take_listing(data: bytes) -> TakenListing:
    """Take ``files.json`` apart. Raises ``Corrupt``."""
    names = {"files", "issued_at", "origin", "request", "subject", "volumes"}
    taken = read_signed(FORMAT, data, names)
    parts = taken.parts
    listing = Listing(
        origin=as_text(parts["origin"], "the origin"),
        issued_at=as_moment(parts["issued_at"], "the moment of issue"),
        request=as_text(parts["request"], "the request"),
        subject=as_text(parts["subject"], "the person"),
        volumes=as_number(parts["volumes"], "the number of volumes"),
        files=tuple(_packed(one) for one in as_list(parts["files"], "the files")),
    )
    if len({file.name for file in listing.files}) != len(listing.files):
        raise Corrupt("two files of the list have one name")
    return TakenListing(listing, taken.signer, taken.holds)


def entries_about(
    leaves: Iterable[Leaf],
    key: bytes | None,
    subject: str,
    objects: Container[str],
    indices: Container[int],
) -> Iterator[PackedEntry]:
    """Give the entries about a person, in order.

    An entry is about them when its commitment opens to them under ``key`` (None once it is
    destroyed), when it names one of ``objects`` (ids of their grants, plans, requests,
    searches), or when it is one of ``indices``: entries that their rows point at.
    """
    for leaf in leaves:
        # Millions of entries are somebody else's: what is read here is as little as may be.
        said = json.loads(leaf.data)
        theirs = key is not None and "subject" in said and _opens(said["subject"], key, subject)
        named = leaf.index in indices or any(one[1] in objects for one in said.get("objects", ()))
        if theirs:
            committed = decode(leaf.data).subject
            if key is not None and committed is not None:
                yield PackedEntry(leaf, opening("subject", key, subject, committed))
        elif named:
            yield PackedEntry(leaf, None)


def entry_line(entry: PackedEntry) -> bytes:
    """Return one line of ``entries.jsonl``."""
    found = entry.opening
    opened: Json = (
        None
        if found is None
        else {"key": to_base64(found.key), "nonce": to_base64(found.nonce), "of": found.of}
    )
    data = to_base64(entry.leaf.data)
    return dumps({"data": data, "index": entry.leaf.index, "opening": opened}) + b"\n"


def read_entry(line: bytes, subject: str) -> PackedEntry:
    """Read one line of ``entries.jsonl`` of a package for ``subject``. Raises ``Corrupt``."""
    parts = as_object(loads(line.rstrip(b"\n")), "an entry", {"data", "index", "opening"})
    data = as_bytes(parts["data"], "an entry's bytes")
    leaf = Leaf(as_number(parts["index"], "an entry's index"), data, tree.leaf_hash(data))
    if parts["opening"] is None:
        return PackedEntry(leaf, None)
    opened = as_object(parts["opening"], "an opening", {"key", "nonce", "of"})
    nonce = as_bytes(opened["nonce"], "an opening's nonce", NONCE_BYTES)
    key = as_bytes(opened["key"], "an opening's key", 32)
    return PackedEntry(leaf, Opening(as_text(opened["of"], "an opening"), subject, nonce, key))


def _opens(said: Mapping[str, str], key: bytes, subject: str) -> bool:
    nonce = as_bytes(said["nonce"], "a nonce", NONCE_BYTES)
    return opens(Commitment(nonce, as_bytes(said["value"], "a value", 32)), key, subject)


def _packed(value: Json) -> Packed:
    parts = as_object(value, "a file", {"name", "sha256", "size", "volume"})
    name = as_text(parts["name"], "a file's name")
    if name.startswith("/") or "\\" in name or ".." in name.split("/"):
        raise Corrupt("a file's name leads out of the package")
    return Packed(
        name,
        as_number(parts["size"], "a file's size"),
        as_text(parts["sha256"], "a file's digest"),
        as_number(parts["volume"], "a file's volume"),
    )

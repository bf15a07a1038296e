"""Checking a package offline: all of it, or the volumes that are here.

The checks, in the order of the code: the list of files is whole and signed; every file
that is here is the one that was listed; the checkpoint is signed by the same key; every
entry is in that ledger, and those with an opening are about this person; what the manifest
counts is what the package holds; which files of other volumes were not looked at.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from licet.ledger import checkpoint as checkpoints
from licet.ledger import leaf as leaves
from licet.ledger import stamp as stamps
from licet.ledger.beside import Beside, seen_outside
from licet.ledger.nodes import proves, read_lines
from licet.ledger.note import VerifierKey
from licet.ledger.package import (
    CHECKPOINT,
    ENTRIES,
    LISTING,
    NODES,
    Listing,
    PackedEntry,
    read_entry,
    take_listing,
)
from licet.ledger.verify import UNWITNESSED, Findings, Verdict, check_signer
from licet.terms.errors import Corrupt
from licet.terms.ledger import Checkpoint

DATA = "package.json"
KIND = "package"
_PART = 1 << 20
_NEEDED = {CHECKPOINT, ENTRIES, NODES}
_ENTRIES = "leaf"
"""The store whose rows are files of their own: the ledger's entries."""

Files = Callable[[str], AbstractContextManager[BinaryIO]]
"""Opens one file of the package by its name."""


def verify_package(
    names: Iterable[str],
    files: Files,
    trusted_vkey: str | None = None,
    witnesses: Sequence[str] = (),
    authorities: stamps.Authorities = (),
    mirror: Path | None = None,
) -> Verdict:
    """Check the files that are here. Raises BadInput on a malformed key line or no mirror."""
    trusted = VerifierKey.read(trusted_vkey) if trusted_vkey else None
    by = Beside(tuple(VerifierKey.read(line) for line in witnesses), authorities, mirror)
    here = frozenset(names)
    found = Findings()
    try:
        _check(found, here, files, trusted, by)
    except Corrupt as error:
        found.problems.append(error.what)
    return Verdict(
        KIND, not found.problems, tuple(found.proved), tuple(found.word), tuple(found.problems)
    )


def _check(
    found: Findings,
    here: frozenset[str],
    files: Files,
    trusted: VerifierKey | None,
    by: Beside,
) -> None:
    if LISTING not in here:
        raise Corrupt(f"there is no {LISTING} in it: give the first volume, or all of them")
    with files(LISTING) as stream:
        taken = take_listing(stream.read())
    check_signer(found, taken.signer, taken.holds, trusted)
    if taken.listing.origin != taken.signer.name:
        found.problems.append(
            f"it is of the ledger {taken.listing.origin}, signed by {taken.signer.name}"
        )
    _same_files(found, here, files, taken.listing)
    if not here >= _NEEDED:
        return
    checkpoint = _checkpoint(found, files, taken.signer, by)
    entries = _entries(found, files, taken.listing, checkpoint)
    if DATA in here:
        _manifest(found, files, entries)
    found.word.append("that nothing was done which was never entered into the ledger")
    found.word.append(
        "that nothing is kept elsewhere: the manifest counts what the operator's program keeps"
    )


def _same_files(found: Findings, here: frozenset[str], files: Files, listing: Listing) -> None:
    """Compare every file that is here with the list, and the list with what is here."""
    listed = {file.name: file for file in listing.files}
    for name in sorted(here - {LISTING}):
        if name not in listed:
            found.problems.append(f"{name} is not on the signed list")
        elif _digest(files, name) != (listed[name].size, listed[name].sha256):
            found.problems.append(f"{name} is not the file that was signed")
    away = [file for file in listing.files if file.name not in here]
    lost = sorted({file.name for file in away if file.volume == 1} | (_NEEDED - here))
    found.problems.extend(f"{name} is missing" for name in lost)
    if not found.problems:
        found.proved.append(f"{len(here) - 1} files are the ones that were signed")
    left = sum(file.volume > 1 for file in away)
    if left:
        found.word.append(f"{left} files in other volumes, which were not looked at")


def _checkpoint(found: Findings, files: Files, signer: VerifierKey, by: Beside) -> Checkpoint:
    with files(CHECKPOINT) as stream:
        note = stream.read().decode("utf-8", "replace")
    checkpoint, taken = checkpoints.parse(note)
    if not taken.signed_by(signer) or checkpoint.origin != signer.name:
        raise Corrupt("the checkpoint is not signed by the key that signed the list")
    if not seen_outside(found, checkpoint, signer, by):
        found.word.insert(0, UNWITNESSED)
    return checkpoint


def _entries(found: Findings, files: Files, listing: Listing, checkpoint: Checkpoint) -> int:
    """Check every entry and return how many there are."""
    with files(NODES) as stream:
        nodes = read_lines(stream)
    total = opened = 0
    for entry in _read(files, listing.subject):
        total += 1
        opened += entry.opening is not None
        if not proves(entry.leaf, nodes, checkpoint.size, checkpoint.root):
            found.problems.append(f"entry {entry.leaf.index} is not proved to be in the ledger")
        _opened(found, entry)
    if not found.problems:
        found.proved.append(
            f"{total} entries are in the ledger {checkpoint.origin} of {checkpoint.size} entries"
        )
        found.proved.append(f"{opened} of them are about {listing.subject}")
    return total


def _read(files: Files, subject: str) -> Iterator[PackedEntry]:
    with files(ENTRIES) as stream:
        for line in stream:
            yield read_entry(line, subject)


def _opened(found: Findings, entry: PackedEntry) -> None:
    """Note a problem unless the entry is whole and its opening opens it."""
    said = leaves.decode(entry.leaf.data)
    if entry.opening is None:
        return
    if said.subject is None or not entry.opening.opens(said.subject):
        found.problems.append(f"the opening of entry {entry.leaf.index} does not open it")


def _manifest(found: Findings, files: Files, entries: int) -> None:
    """Count what the package holds and compare it with what its manifest says."""
    with files(DATA) as stream:
        try:
            data = json.load(stream)
            said = {row["store"]: row["count"] for row in data["manifest"]}
            held = {r["store"]: _held(data, r["part"]) for r in data["manifest"] if r["part"]}
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise Corrupt(f"{DATA} is not in the form of its schema") from error
    held[_ENTRIES] = entries
    wrong = sorted(store for store, count in held.items() if count != said.get(store))
    found.hold(
        not wrong,
        f"the package holds what its manifest counts, in {len(held)} stores",
        f"the manifest counts something else than the package holds: {', '.join(wrong)}",
    )


def _held(data: Mapping[str, object], part: str) -> int:
    held = data[part]
    return len(held) if isinstance(held, list) else int(held is not None)


def _digest(files: Files, name: str) -> tuple[int, str]:
    running, size = sha256(), 0
    with files(name) as stream:
        while part := stream.read(_PART):
            running.update(part)
            size += len(part)
    return size, running.hexdigest()

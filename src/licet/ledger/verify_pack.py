"""Checking a pack about an authority's order offline, without a deployment.

The checks, in the order of the code: the list of files is whole and signed; every file is
the one that was listed; each checkpoint is signed by the same key and continues the one
before it; the order's text is the one that was registered; the entries lead to the root of
the last checkpoint; one of them proved this order, and commits to the statement; as many
belong to the order as that entry counted, and no other; the statement says what the entries
say; what it leaves in doubt; who outside saw the ledger, and when. What cannot be checked is
said, not left out.
"""

import tomllib
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, fields
from datetime import datetime
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

from licet.ledger import checkpoint as checkpoints
from licet.ledger import order as orders
from licet.ledger import pack, stamp, tree, witness
from licet.ledger.beside import Beside, seen_outside
from licet.ledger.findings import Findings, Verdict, check_signer
from licet.ledger.many import root_over
from licet.ledger.nodes import read_lines
from licet.ledger.note import VerifierKey
from licet.ledger.order import OrderStatement
from licet.ledger.order_claims import came_later, claims, refused
from licet.ledger.order_doubts import doubts, gone_otherwise, told
from licet.ledger.order_entries import (
    Read,
    belongs,
    drawn,
    entries_digest,
    followed_by,
    take_apart,
)
from licet.ledger.order_recount import recount
from licet.terms.errors import BadInput, Corrupt
from licet.terms.ledger import Checkpoint, Entry, EntryKind, Leaf
from licet.terms.when import from_ms

KIND = "pack"
UNWITNESSED = (
    "the ledger's history: no witness you named has seen it since the order was proved, so the "
    "operator could have written it anew, and could show others another one"
)
_SECOND = 1000
_PART = 1 << 20
_WHOLE = 1 << 26
"""Files that are read whole hold so many bytes at most; the entries are read line by line."""

Files = Callable[[str], AbstractContextManager[BinaryIO]]
"""Opens one file of the pack by its name."""


@dataclass(frozen=True, slots=True)
class _Proof:
    """The entry that proved the order, and those that it counted."""

    leaf: Leaf
    entry: Entry
    counted: tuple[Read, ...]


@dataclass(frozen=True, slots=True)
class Trusted:
    """Whom the reader trusts: the ledger's key, and what they bring beside it."""

    ledger: VerifierKey | None
    by: Beside


def verify_pack(
    names: Iterable[str],
    files: Files,
    trusted_vkey: str | None = None,
    witnesses: Sequence[str] = (),
    authorities: stamp.Authorities = (),
    mirror: Path | None = None,
) -> Verdict:
    """Check a pack. Raises BadInput on a malformed key line or no mirror.

    ``mirror`` is a copy of the published ledger: it tells who saw it since, and the order's
    entries are counted again over it.
    """
    ledger = VerifierKey.read(trusted_vkey) if trusted_vkey else None
    by = Beside(tuple(VerifierKey.read(line) for line in witnesses), authorities, mirror)
    found = Findings()
    try:
        _check(found, frozenset(names), files, Trusted(ledger, by))
    except Corrupt as error:
        found.problems.append(error.what)
    return Verdict(
        KIND, not found.problems, tuple(found.proved), tuple(found.word), tuple(found.problems)
    )


def _check(found: Findings, here: frozenset[str], files: Files, trusted: Trusted) -> None:
    if pack.LISTING not in here:
        raise Corrupt(f"there is no {pack.LISTING} in it, so nothing says what belongs to it")
    taken = pack.take_listing(_bytes(files, pack.LISTING))
    check_signer(found, taken.signer, taken.holds, trusted.ledger)
    if taken.listing.origin != taken.signer.name:
        found.problems.append(
            f"it is of the ledger {taken.listing.origin}, signed by {taken.signer.name}"
        )
    _same_files(found, here, files, taken.listing)
    lost = sorted(pack.NEEDED - here)
    if lost:
        raise Corrupt(f"it holds no {', '.join(lost)}")
    chain = _chain(found, here, files, taken.signer)
    statement = pack.read_statement(_bytes(files, pack.STATEMENT))
    text = _about(found, taken.listing, statement, files)
    with files(pack.ENTRIES) as stream:
        leaves = pack.read_entries(stream)
    _in_ledger(found, leaves, files, chain[-1])
    entries = tuple(take_apart(leaves))
    proof = _proof(entries, statement, chain[-1])
    _committed(found, statement, proof)
    _counted(found, statement, proof, entries)
    _agrees(found, statement, proof)
    _registered(found, statement, chain)
    if not found.problems:
        found.proved.extend(told(statement))
        if refusals := refused(statement, proof.counted):
            found.proved.append(f"of those requests, refused and not answered: {refusals}")
    found.problems.extend(doubts(statement, came_later(statement, proof.counted)))
    found.problems.extend(claims(statement, proof.counted, text))
    seen = _witnessed(found, chain, proof.leaf.index, taken.signer, trusted.by)
    _stamped(found, chain, files, here, taken.signer, trusted.by)
    if trusted.by.mirror is not None:
        seen = seen_outside(found, chain[-1], taken.signer, trusted.by) or seen
        index = proof.leaf.index
        recount(found, statement, index, proof.counted, trusted.by.mirror, taken.signer)
    _word(found, statement)
    if not seen:
        found.word.insert(0, UNWITNESSED)


def _same_files(
    found: Findings, here: frozenset[str], files: Files, listing: pack.PackListing
) -> None:
    """Compare every file with the list, and the list with what is here."""
    listed = {one.name: one for one in listing.files}
    before = len(found.problems)
    for name in sorted(here - {pack.LISTING}):
        if name not in listed:
            found.problems.append(f"{name} is not on the signed list")
        elif _digest(files, name) != (listed[name].size, listed[name].sha256):
            found.problems.append(f"{name} is not the file that was signed")
    found.problems.extend(f"{name} is missing" for name in sorted(listed.keys() - here))
    if len(found.problems) == before:
        found.proved.append(f"{len(listed)} files are the ones that were signed")


def _chain(
    found: Findings, here: frozenset[str], files: Files, signer: VerifierKey
) -> tuple[Checkpoint, ...]:
    """Return the checkpoints, smallest first: each signed, each continuing the one before."""
    chain = []
    for size in pack.sizes(here):
        name = pack.checkpoint_name(size)
        checkpoint, note = checkpoints.parse(_bytes(files, name).decode("utf-8", "replace"))
        if not note.signed_by(signer) or checkpoint.origin != signer.name:
            raise Corrupt(f"{name} is not signed by the key that signed the list")
        if checkpoint.size != size:
            raise Corrupt(f"{name} is of {checkpoint.size} entries")
        chain.append(checkpoint)
    if not chain:
        raise Corrupt("it holds no checkpoint of the ledger")
    with files(pack.CONSISTENCY) as stream:
        proofs = {(proof.old, proof.new): proof for proof in pack.read_proofs(stream)}
    for old, new in pairwise(chain):
        proof = proofs.pop((old.size, new.size), None)
        if proof is None:
            raise Corrupt(f"nothing proves that {old.size} entries became {new.size}")
        found.hold(
            tree.verify_consistency(proof, old.root, new.root),
            f"the ledger of {old.size} entries is the beginning of that of {new.size} entries",
            f"the ledger was rewritten: the signed {old.size} entries are not the beginning of "
            f"the signed {new.size}",
        )
    if proofs:
        raise Corrupt("it proves something of checkpoints that it does not hold")
    return tuple(chain)


def _about(
    found: Findings, listing: pack.PackListing, statement: OrderStatement, files: Files
) -> dict[str, object] | None:
    """Hold the text against the statement; return what it says, if it is the registered one."""
    if statement.order != listing.order:
        found.problems.append("the statement is about another order than the list")
    text = _bytes(files, pack.TEXT)
    same = found.hold(
        sha256(text).hexdigest() == statement.record.text,
        f"{pack.TEXT} is the text that was registered",
        f"{pack.TEXT} is not the text that was registered",
    )
    try:
        said = tomllib.loads(text.decode())
    except (ValueError, RecursionError) as error:  # ValueError: a number of 5,000 digits too
        raise Corrupt(f"{pack.TEXT} cannot be read") from error
    named = (statement.authority, statement.reference, statement.record.version)
    if named != (said.get("authority"), said.get("reference"), said.get("version")):
        found.problems.append(f"the statement names another order than {pack.TEXT}")
    return said if same else None


def _in_ledger(found: Findings, leaves: tuple[Leaf, ...], files: Files, last: Checkpoint) -> None:
    with files(pack.NODES) as stream:
        nodes = read_lines(stream)
    over = [leaf for leaf in leaves if leaf.index >= last.size]
    if over:
        raise Corrupt(
            f"the last checkpoint is stale: it is of {last.size} entries and does not cover "
            f"entry {over[0].index}"
        )
    root = root_over({leaf.index: leaf.hash for leaf in leaves}, nodes, last.size)
    found.hold(
        root == last.root,
        f"{len(leaves)} entries are in the ledger {last.origin} of {last.size} entries",
        "the entries do not lead to the signed root: one was changed, added or left out",
    )


def _proof(entries: tuple[Read, ...], statement: OrderStatement, last: Checkpoint) -> _Proof:
    """Return the entry that proved the order. Raises ``Corrupt`` without one of this order."""
    for at, one in enumerate(entries):
        proves = one.entry.kind is EntryKind.ORDER_PROVED
        if proves and ("order", statement.order) in one.entry.objects:
            return _Proof(one.leaf, one.entry, entries[:at])
    raise Corrupt(
        f"no entry here says that order {statement.order} was proved: the entries are another "
        f"order's, or end before it, in the ledger of {last.size} entries"
    )


def _committed(found: Findings, statement: OrderStatement, proof: _Proof) -> None:
    found.hold(
        dict(proof.entry.facts).get(orders.STATEMENT) == orders.digest(statement),
        f"entry {proof.leaf.index} commits to this statement",
        f"the statement is not the one that entry {proof.leaf.index} commits to",
    )


def _counted(
    found: Findings, statement: OrderStatement, proof: _Proof, entries: tuple[Read, ...]
) -> None:
    """Hold the entries against how many there are, and against their digest."""
    facts = dict(proof.entry.facts)
    said, held = facts.get(orders.ENTRIES), len(proof.counted)
    index = proof.leaf.index
    if said != held:
        less = isinstance(said, int) and held < said
        what = "an entry was left out" if less else "an entry does not belong to it"
        found.problems.append(f"{what}: entry {index} counts {said} of the order, here are {held}")
    else:
        found.hold(
            facts.get(orders.DIGEST) == entries_digest(one.leaf for one in proof.counted),
            f"they are all {held} entries that entry {index} counted for the order",
            f"the entries are not those that entry {index} counted",
        )
    followed = followed_by(statement.order, entries)
    strange = [
        one.leaf.index for one in entries if not belongs(one.entry, statement.order, followed)
    ]
    found.problems.extend(f"entry {at} does not belong to this order" for at in strange[:3])


def _agrees(found: Findings, statement: OrderStatement, proof: _Proof) -> None:
    """Draw the record again from the entries, and compare."""
    again = drawn(statement.order, proof.counted)
    other = [
        field.name
        for field in fields(again)
        if getattr(again, field.name) != getattr(statement.record, field.name)
    ]
    found.hold(
        not other,
        "the statement's record is what the entries say",
        f"the statement says something else than the entries: {', '.join(other)}",
    )


def _registered(found: Findings, statement: OrderStatement, chain: tuple[Checkpoint, ...]) -> None:
    """Say whether there is a checkpoint between registering and proving."""
    first = chain[0]
    if first.size <= statement.record.first:
        found.problems.append(
            f"the checkpoint of {first.size} entries is stale: it does not cover entry "
            f"{statement.record.first}, which registered the order"
        )
    elif len(chain) == 1:
        found.word.append("that the ledger of the order's first day is the beginning of this one")


def _witnessed(
    found: Findings,
    chain: tuple[Checkpoint, ...],
    proved: int,
    signer: VerifierKey,
    by: Beside,
) -> bool:
    """Say which trusted witness saw what when; return whether one saw the order's proof."""
    known = [one for one in by.witnesses if one.public != signer.public]
    saw = False
    for checkpoint in chain:
        for name, when in witness.saw(checkpoint, known):
            found.proved.append(
                f"the witness {name} saw {checkpoint.size} entries, "
                f"{_moment(from_ms(when * _SECOND))}"
            )
            saw = saw or checkpoint.size > proved
    return saw


def _stamped(
    found: Findings,
    chain: tuple[Checkpoint, ...],
    files: Files,
    here: frozenset[str],
    signer: VerifierKey,
    by: Beside,
) -> None:
    """Check the timestamps of the checkpoints that have one."""
    for checkpoint in chain:
        name = pack.stamp_name(checkpoint.size)
        if name not in here:
            continue
        if not by.authorities:
            found.word.append(f"{name}: you named no timestamp authority")
            continue
        try:
            held = stamp.check(
                _bytes(files, name), witness.bare(checkpoint, signer), by.authorities
            )
        except (Corrupt, BadInput) as error:
            found.problems.append(f"{name}: {error.what}")
            continue
        found.proved.append(
            f"{held.authority} stamped {checkpoint.size} entries, {_moment(held.at)}"
        )


def _word(found: Findings, statement: OrderStatement) -> None:
    """Say what nobody can prove by a ledger."""
    found.word.append("that nothing was done which was never entered into the ledger")
    found.word.append(
        "that these people were all whom the order reaches, and that nothing of them "
        "is kept elsewhere"
    )
    found.word.append("what each check found: the operator's own program looked")
    gone = gone_otherwise(statement)
    if gone:
        found.word.append(
            f"what became of people in the order's scope whom its plans did not erase: {gone}"
        )
    if statement.record.document:
        found.word.append(
            f"that the text is what the paper says: its SHA-256 is {statement.record.document}"
        )


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _bytes(files: Files, name: str) -> bytes:
    with files(name) as stream:
        data = stream.read(_WHOLE + 1)
    if len(data) > _WHOLE:
        raise Corrupt(f"{name} is far larger than such a file is")
    return data


def _digest(files: Files, name: str) -> tuple[int, str]:
    running, size = sha256(), 0
    with files(name) as stream:
        while part := stream.read(_PART):
            running.update(part)
            size += len(part)
    return size, running.hexdigest()

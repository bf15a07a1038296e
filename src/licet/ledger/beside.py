"""What a copy of the published ledger adds to one checkpoint: who saw it, and since when.

A file that was handed out at once carries the checkpoint of that moment, which nobody
outside had seen yet. A copy of the ledger, whoever's, holds later ones that witnesses
cosigned and timestamp authorities stamped. Each is proved to continue the file's own, so
whoever vouches for the later one vouches for that entry too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from licet.ledger import checkpoint as checkpoints
from licet.ledger import stamp as stamps
from licet.ledger import tree
from licet.ledger.findings import Findings
from licet.ledger.kept import Kept
from licet.ledger.note import VerifierKey
from licet.ledger.tiles import Tiles
from licet.terms.errors import BadInput, Corrupt
from licet.terms.ledger import Checkpoint
from licet.terms.when import from_ms

_SECOND = 1000


@dataclass(frozen=True, slots=True)
class Beside:
    """What a reader brings along: witnesses, timestamp authorities, a copy of the ledger."""

    witnesses: tuple[VerifierKey, ...] = ()
    authorities: stamps.Authorities = ()
    mirror: Path | None = None


def seen_outside(found: Findings, checkpoint: Checkpoint, signer: VerifierKey, by: Beside) -> bool:
    """Note who outside saw ``checkpoint``; return whether a witness that is trusted did.

    Raises ``BadInput`` when the mirror is none, ``Corrupt`` when a file of it is damaged.
    """
    others = [one for one in by.witnesses if one.public != signer.public]
    seen = checkpoints.witnesses(checkpoint.note, others)
    if seen:
        names = ", ".join(name for name, _ in seen)
        found.proved.append(f"{len(seen)} witnesses saw that checkpoint: {names}")
    if by.mirror is None:
        return bool(seen)
    return _in_copy(found, checkpoint, signer, by, by.mirror, others) or bool(seen)


def _in_copy(
    found: Findings,
    checkpoint: Checkpoint,
    signer: VerifierKey,
    by: Beside,
    mirror: Path,
    others: Sequence[VerifierKey],
) -> bool:
    tiles, kept = Tiles(mirror, signer), Kept(mirror, signer)
    copied = tiles.latest()
    if copied is None:
        raise BadInput(f"there is no copy of a ledger in {mirror}", "Name the folder of one.")
    if copied.size < checkpoint.size:
        found.problems.append(
            f"the copy ends at entry {copied.size}, before the file's {checkpoint.size}: "
            "take a later one"
        )
        return False
    if not _continues(tiles, checkpoint, copied):
        found.problems.append(
            "the copy is of another history than the file: keep both, they prove that the "
            "ledger was written twice"
        )
        return False
    found.proved.append(f"the ledger's copy of {copied.size} entries continues that checkpoint")
    later = [size for size in kept.sizes() if size >= checkpoint.size]
    _stamped(found, checkpoint, tiles, kept, later, by.authorities)
    return _witnessed(found, checkpoint, tiles, kept, later, others)


def _continues(tiles: Tiles, old: Checkpoint, new: Checkpoint) -> bool:
    proof = tiles.consistency(old.size, new.size)
    return tree.verify_consistency(proof, old.root, new.root)


def _witnessed(
    found: Findings,
    checkpoint: Checkpoint,
    tiles: Tiles,
    kept: Kept,
    later: Sequence[int],
    others: Sequence[VerifierKey],
) -> bool:
    """Note for each witness the first checkpoint that covers the file's and that it cosigned."""
    left = {one.name for one in others}
    for size in later:
        if not left:
            break
        one = kept.at(size)
        if one is None or not _continues(tiles, checkpoint, one):
            raise Corrupt(f"the checkpoint of {size} entries in the copy is of another history")
        for name, when in checkpoints.witnesses(one.note, others):
            if name in left:
                left.discard(name)
                moment = _moment(from_ms(when * _SECOND))
                found.proved.append(f"the witness {name} saw it by {moment}, in {size} entries")
    return len(left) < len(others)


def _stamped(
    found: Findings,
    checkpoint: Checkpoint,
    tiles: Tiles,
    kept: Kept,
    later: Sequence[int],
    authorities: stamps.Authorities,
) -> None:
    """Note the first timestamp of a checkpoint that covers the file's."""
    stamped = [size for size in kept.stamped() if size in set(later)]
    if not stamped or not authorities:
        return
    one, token = kept.at(stamped[0]), kept.stamp(stamped[0])
    if one is None or token is None or not _continues(tiles, checkpoint, one):
        raise Corrupt(f"the checkpoint of {stamped[0]} entries in the copy is of another history")
    stamp = stamps.check(token, kept.bare(one), authorities)
    found.proved.append(
        f"{stamp.authority} stamped it by {_moment(stamp.at)}, in {one.size} entries"
    )


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"

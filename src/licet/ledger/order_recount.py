"""Counting an order's entries again over a copy of the published ledger.

The entry that proved an order says how many entries there were, and the operator wrote it.
Who has a copy of the ledger, whoever's, counts them without believing that: every entry of
it is held against its root, and what belongs to the order is found by the same rule.
"""

from collections.abc import Sequence
from pathlib import Path

from licet.ledger.findings import Findings
from licet.ledger.note import VerifierKey
from licet.ledger.order import OrderStatement
from licet.ledger.order_entries import Read, belonging, entries_digest, may_belong, take_apart
from licet.ledger.tiles import Tiles


def recount(
    found: Findings,
    statement: OrderStatement,
    proved: int,
    counted: Sequence[Read],
    mirror: Path,
    signer: VerifierKey,
) -> None:
    """Find the order's entries in the copy, up to the one that ``proved`` it, and compare."""
    tiles = Tiles(mirror, signer)
    copied = tiles.latest()
    if copied is None or copied.size <= proved:
        return  # It was said that the copy does not reach so far.
    findings = tiles.check()
    if findings:
        found.problems.append(f"the copy of the ledger is damaged: {findings[0]}")
        return
    order = statement.order
    leaves = tiles.leaves(statement.record.first, proved)
    there = tuple(take_apart(leaf for leaf in leaves if may_belong(leaf, order)))
    again = belonging(order, there)
    found.hold(
        entries_digest(one.leaf for one in again) == entries_digest(one.leaf for one in counted),
        f"counted again over {copied.size} entries of the ledger's copy: nothing was left out",
        f"counted again over {copied.size} entries of the ledger's copy: {len(again)} belong to "
        f"the order, and entry {proved} counted {len(counted)}",
    )

"""Counting a report again over a copy of the published ledger.

The copy may be anybody's: a witness's, an archive's, one's own from last week. It is held
against its own checkpoint, which the ledger's key signed, and that against the report's.
"""

from pathlib import Path

from licet.ledger import tree
from licet.ledger.note import VerifierKey
from licet.ledger.report import ReportStatement
from licet.ledger.tiles import Tiles
from licet.ledger.usage import Period, Tally
from licet.ledger.verify import Findings
from licet.terms.errors import BadInput
from licet.terms.ledger import Checkpoint
from licet.terms.reporting import ReportKind


def recount(
    found: Findings,
    statement: ReportStatement,
    period: Period,
    checkpoint: Checkpoint,
    signer: VerifierKey,
    folder: Path,
    over: bool,
) -> None:
    """Count again over the copy in ``folder`` and compare. Raises ``Corrupt``, ``BadInput``.

    ``over`` says that the period was over when the report was made, so that nothing may
    have come after it.
    """
    tiles = Tiles(folder, signer)
    copied = tiles.latest()
    if copied is None:
        raise BadInput(f"there is no copy of a ledger in {folder}", "Name the folder of one.")
    if copied.size < checkpoint.size:
        found.problems.append(
            f"the copy ends at entry {copied.size}, before the report's {checkpoint.size}: "
            "take a later one"
        )
        return
    findings = tiles.check()
    if findings:
        found.problems.append(f"the copy of the ledger is damaged: {findings[0]}")
        return
    proof = tiles.consistency(checkpoint.size)
    if not tree.verify_consistency(proof, checkpoint.root, copied.root):
        found.problems.append("the copy is of another history than the report")
        return
    tally, late = _counted(statement, period, tiles)
    said = f"counted again over {copied.size} entries of the ledger's copy: "
    found.hold(
        _same(statement, tally),
        f"{said}nothing was left out",
        f"{said}it is not what the report says",
    )
    if late:
        (found.problems if over else found.word).append(
            f"{said}{late} more came within {period.text}, after the report"
        )


def _counted(statement: ReportStatement, period: Period, tiles: Tiles) -> tuple[Tally, int]:
    """Return what the report could count, and how often something came after it."""
    one = statement.organisations[0].organisation if statement.kind is ReportKind.USAGE else None
    before, after, late = Tally(period, one), Tally(period, one), 0
    for leaf in tiles.leaves():
        if leaf.index < statement.through:
            before.take(leaf)
        else:
            late += after.take(leaf)
    return before, late


def _same(statement: ReportStatement, tally: Tally) -> bool:
    if statement.kind is ReportKind.USAGE:
        about = statement.organisations[0]
        return tally.uses(about.organisation) == about.uses
    everybody = tuple((one.organisation, one.uses) for one in statement.organisations)
    return (everybody, statement.kinds, statement.told) == (
        tally.everybody(),
        tally.kinds(),
        tally.told(),
    )

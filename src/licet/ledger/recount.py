"""Counting a report again over a copy of the published ledger.

The copy may be anybody's: a witness's, an archive's, one's own from last week. That it
continues the report's checkpoint was checked before (:mod:`licet.ledger.beside`); here every
entry of it is held against its root, and counted.
"""

from licet.ledger.findings import Findings
from licet.ledger.report import ReportStatement
from licet.ledger.tiles import Tiles
from licet.ledger.usage import Period, Tally
from licet.terms.ledger import Checkpoint
from licet.terms.reporting import ReportKind


def recount(
    found: Findings,
    statement: ReportStatement,
    period: Period,
    checkpoint: Checkpoint,
    tiles: Tiles,
    over: bool,
) -> None:
    """Count again over the copy and compare. Raises ``Corrupt`` for an entry that is none.

    ``over`` says that the period was over when the report was made, so that nothing may
    have come after it.
    """
    copied = tiles.latest()
    if copied is None or copied.size < checkpoint.size:
        return  # It was said that the copy does not reach so far.
    findings = tiles.check()
    if findings:
        found.problems.append(f"the copy of the ledger is damaged: {findings[0]}")
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

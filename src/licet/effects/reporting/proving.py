"""The signed file of a report: its entry, what it counted, and the way to the checkpoint."""

from licet.app import App
from licet.ledger.nodes import Nodes
from licet.ledger.report import ReportFile, ReportStatement, write_report
from licet.ledger.usage import Tally
from licet.terms.errors import Conflict
from licet.terms.ledger import Leaf
from licet.terms.reporting import ReportKind


def signed_report(app: App, statement: ReportStatement, tally: Tally | None) -> bytes:
    """Return the file; the entry is mirrored and covered by a checkpoint.

    Raises ``Conflict`` while the published ledger ends before it.
    """
    checkpoint = app.tiles.latest()
    if checkpoint is None or checkpoint.size <= statement.through:
        raise Conflict("the ledger is not published up to this report", "Run `licet doctor`.")
    with app.store.read() as reader:
        (entry,) = reader.leaves.get(statement.through, statement.through + 1)
    usage = statement.kind is ReportKind.USAGE and tally is not None
    listed: tuple[Leaf, ...] = tuple(tally.counted) if usage and tally is not None else ()
    indices = [*(leaf.index for leaf in listed), entry.index]
    report = ReportFile(
        origin=checkpoint.origin,
        issued_at=app.clock(),
        statement=statement,
        entry=entry,
        listed=listed,
        nodes=Nodes(app.tiles.nodes_for(indices, checkpoint)),
        checkpoint=checkpoint.note,
    )
    return write_report(report, app.ledger_key)

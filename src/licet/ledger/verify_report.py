"""Checking a report offline, and counting again over the ledger's public copy.

The checks, in the order of the code: the file is whole and signed; the reader trusts that
key; the checkpoint is signed by it, and witnessed or not; the entry that commits to the
report is in that ledger; every entry that was counted is there, within the period, and
counts as the report says; the period was over; and, with the ledger's public copy, that
copy is the same ledger and its entries count to the same.
"""

from collections.abc import Sequence
from pathlib import Path

from licet.ledger import checkpoint as checkpoints
from licet.ledger import leaf as leaves
from licet.ledger import stamp as stamps
from licet.ledger.beside import Beside, seen_outside
from licet.ledger.findings import UNWITNESSED, Findings, Verdict, check_signer
from licet.ledger.nodes import proves
from licet.ledger.note import VerifierKey
from licet.ledger.recount import recount
from licet.ledger.report import FORMAT, ReportFile, ReportStatement, digest, take_report
from licet.ledger.tiles import Tiles
from licet.ledger.usage import Period, Tally, month, year
from licet.ledger.verify import STATEMENT_FACT
from licet.terms.errors import BadInput, Corrupt
from licet.terms.ledger import Checkpoint, Entry, EntryKind
from licet.terms.reporting import ReportKind

UNCOUNTED = (
    "that nothing was left out of the count: with the ledger's public copy "
    "anybody counts again (--mirror FOLDER)"
)


def is_report(data: bytes) -> bool:
    """Say whether a file says of itself that it is a report."""
    return f'"format": "{FORMAT}"'.encode() in data


def verify_report(
    data: bytes,
    trusted_vkey: str | None = None,
    witnesses: Sequence[str] = (),
    authorities: stamps.Authorities = (),
    mirror: Path | None = None,
) -> Verdict:
    """Check a report. Raises BadInput on a malformed key line or no mirror.

    ``mirror`` is the folder of the ledger's public copy, from whoever has one: the report is
    counted again over it. The rest is as for :func:`licet.ledger.verify.verify_file`.
    """
    trusted = VerifierKey.read(trusted_vkey) if trusted_vkey else None
    by = Beside(tuple(VerifierKey.read(line) for line in witnesses), authorities, mirror)
    found = Findings()
    kind = "report"
    try:
        taken = take_report(data)
        kind = f"{taken.report.statement.kind.value} report"
        check_signer(found, taken.signer, taken.holds, trusted)
        _check(found, taken.report, taken.signer, by)
    except Corrupt as error:
        found.problems.append(error.what)
    return Verdict(
        kind, not found.problems, tuple(found.proved), tuple(found.word), tuple(found.problems)
    )


def _check(
    found: Findings,
    report: ReportFile,
    signer: VerifierKey,
    by: Beside,
) -> None:
    if report.origin != signer.name:
        found.problems.append(f"it is of the ledger {report.origin}, signed by {signer.name}")
    checkpoint = _checkpoint(found, report, signer, by)
    entry = _entry(found, report, checkpoint)
    counted = report.statement.kind in (ReportKind.USAGE, ReportKind.ANNUAL)
    period = _period(report.statement) if counted else None
    if report.statement.kind is ReportKind.USAGE and period is not None:
        _listed(found, report, period, checkpoint)
    elif report.listed:
        found.problems.append("a report of this kind lists no entries, and this one does")
    if report.statement.sandbox:
        found.word.append("nothing about real people: it is of a sandbox")
    if period is None:
        found.word.append("what the report says: the operator's own program wrote it down")
        return
    over = entry.at >= period.end
    if not over:
        found.word.append(
            f"what came after {entry.at.date().isoformat()}: "
            f"the report was made before {period.text} was over"
        )
    if by.mirror is None:
        found.word.append(UNCOUNTED)
    else:
        recount(found, report.statement, period, checkpoint, Tiles(by.mirror, signer), over)
    found.word.append("that nobody searched without an entry in the ledger")
    found.word += [
        f"that organisation {one.organisation} is {one.name}: no entry says its name"
        for one in report.statement.organisations
    ]


def _checkpoint(found: Findings, report: ReportFile, signer: VerifierKey, by: Beside) -> Checkpoint:
    checkpoint, note = checkpoints.parse(report.checkpoint)
    if not note.signed_by(signer) or checkpoint.origin != signer.name:
        raise Corrupt("the checkpoint is not signed by the key that signed the report")
    if not seen_outside(found, checkpoint, signer, by):
        found.word.insert(0, UNWITNESSED)
    return checkpoint


def _entry(found: Findings, report: ReportFile, checkpoint: Checkpoint) -> Entry:
    """Check the entry that commits to the report; the report counts what came before it."""
    entry, statement = leaves.decode(report.entry.data), report.statement
    facts = dict(entry.facts)
    if entry.kind is not EntryKind.REPORTED:
        found.problems.append(f"the entry ({entry.kind.value}) is not one that a report is for")
    found.hold(
        facts.get(STATEMENT_FACT) == digest(statement),
        "the ledger entry commits to this report",
        "the report is not the one that the ledger entry commits to",
    )
    if statement.through != report.entry.index:
        found.problems.append(
            f"it says that it looked at {statement.through} entries, "
            f"and its own entry is number {report.entry.index}"
        )
    found.hold(
        proves(report.entry, report.nodes, checkpoint.size, checkpoint.root),
        f"the entry is number {report.entry.index} in the ledger {checkpoint.origin} "
        f"of {checkpoint.size} entries",
        "the proof does not lead from the entry to the checkpoint's root",
    )
    return entry


def _period(statement: ReportStatement) -> Period:
    reads = month if statement.kind is ReportKind.USAGE else year
    try:
        return reads(statement.period)
    except BadInput as error:
        raise Corrupt(f"the report's period is damaged: {error.what}") from error


def _listed(found: Findings, report: ReportFile, period: Period, checkpoint: Checkpoint) -> None:
    """Count the entries that the report lists, each proved to be in the ledger."""
    if len(report.statement.organisations) != 1:
        raise Corrupt("a usage report is about one organisation")
    about = report.statement.organisations[0]
    tally, last = Tally(period, about.organisation), -1
    wrong = len(found.problems)
    for leaf in report.listed:
        leaves.decode(leaf.data)
        if not last < leaf.index < report.statement.through:
            found.problems.append(f"entry {leaf.index} is listed twice, or out of order")
        last = leaf.index
        if not proves(leaf, report.nodes, checkpoint.size, checkpoint.root):
            found.problems.append(f"entry {leaf.index} is not proved to be in the ledger")
        if not tally.take(leaf):
            found.problems.append(
                f"entry {leaf.index} is no use by {about.organisation} in {period.text}"
            )
    if len(found.problems) > wrong:
        return
    found.hold(
        tally.uses(about.organisation) == about.uses,
        f"{_searches(about.uses.searches)} by organisation {about.organisation} in "
        f"{period.text}, counted from entries that are all in the ledger",
        "the entries that are listed do not count to what the report says",
    )


def _searches(number: int) -> str:
    return f"{number} search" if number == 1 else f"{number} searches"

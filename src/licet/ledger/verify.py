"""Checking a receipt or certificate offline, without a deployment.

The checks, in the order of the code: the file is whole and signed by the key it
names; that key is the one the reader trusts; the entry is a leaf of the kind that
such a receipt is for; the entry commits to this statement; the openings open; the
entry is in the checkpoint that the same key signed; which witnesses saw it; what the
statement itself leaves in doubt. What cannot be checked is said, not left out.
"""

from collections.abc import Sequence
from pathlib import Path

from licet.ledger import leaf as leaves
from licet.ledger import stamp as stamps
from licet.ledger import statement as statements
from licet.ledger import tree
from licet.ledger.beside import Beside, seen_outside
from licet.ledger.consent import GrantStatement
from licet.ledger.findings import UNWITNESSED, Findings, Verdict, check_signer
from licet.ledger.note import VerifierKey, read_note
from licet.ledger.receipt import Proof, Receipt, ReceiptKind, take_apart
from licet.ledger.statement import (
    Ended,
    EndingStatement,
    ErasureStatement,
    PlaintextScan,
    SealedBytes,
    Statement,
)
from licet.terms.errors import Corrupt
from licet.terms.ledger import Entry, EntryKind

__all__ = ["STATEMENT_FACT", "UNWITNESSED", "Findings", "Verdict", "check_signer", "verify_file"]

STATEMENT_FACT = "statement"
"""The leaf's fact that holds :func:`licet.ledger.statement.digest`."""

_ENTRIES = {
    ReceiptKind.GRANT: {EntryKind.GRANT_ASKED},
    ReceiptKind.CONFIRMATION: {EntryKind.GRANT_CONFIRMED},
    ReceiptKind.ENROLMENT: {EntryKind.ENROLLED},
    ReceiptKind.WITHDRAWAL: {EntryKind.GRANT_ENDING, EntryKind.GRANT_ENDED},
    ReceiptKind.RESTRICTION: {EntryKind.GRANT_RESTRICTED},
    ReceiptKind.RELEASE: {EntryKind.GRANT_RELEASED},
    ReceiptKind.RECTIFICATION: {EntryKind.TEMPLATE_DROPPED},
    ReceiptKind.RECORD: {EntryKind.LISTED},
    ReceiptKind.ERASURE_CERTIFICATE: {EntryKind.CERTIFIED, EntryKind.SUBJECT_ERASED},
    ReceiptKind.SOURCE_CERTIFICATE: {EntryKind.SOURCE_PURGED},
    ReceiptKind.CLOSING_CERTIFICATE: {EntryKind.DEPLOYMENT_CLOSED},
}
_STATEMENTS: dict[ReceiptKind, type[Statement]] = {
    ReceiptKind.ERASURE_CERTIFICATE: ErasureStatement,
    ReceiptKind.SOURCE_CERTIFICATE: EndingStatement,
    ReceiptKind.CLOSING_CERTIFICATE: EndingStatement,
}
"""What each certificate states; every other receipt states what became of a grant."""

_ENDINGS = {
    Ended.SOURCE: ReceiptKind.SOURCE_CERTIFICATE,
    Ended.DEPLOYMENT: ReceiptKind.CLOSING_CERTIFICATE,
}


def verify_file(
    data: bytes,
    trusted_vkey: str | None = None,
    witnesses: Sequence[str] = (),
    authorities: stamps.Authorities = (),
    mirror: Path | None = None,
) -> Verdict:
    """Check a receipt or certificate file. Raises BadInput on a malformed key line or no mirror.

    ``trusted_vkey`` is the ledger's key as published; None takes the key in the file
    on its word. ``witnesses`` are the key lines of witnesses the reader trusts,
    ``authorities`` the certificates of timestamp authorities; ``mirror`` is a copy of the
    published ledger, which tells who saw the file's entry since.
    """
    trusted = VerifierKey.read(trusted_vkey) if trusted_vkey else None
    by = Beside(tuple(VerifierKey.read(line) for line in witnesses), authorities, mirror)
    try:
        taken = take_apart(data)
    except Corrupt as error:
        return Verdict("unknown", False, (), (), (error.what,))
    found = Findings()
    check_signer(found, taken.signer, taken.holds, trusted)
    _origin(found, taken.receipt, taken.signer)
    _entry(found, taken.receipt)
    seen = _proof(found, taken.receipt, taken.signer, by)
    _says(found, taken.receipt)
    if not seen:
        found.word.insert(0, UNWITNESSED)
    return Verdict(
        taken.receipt.kind.value,
        not found.problems,
        tuple(found.proved),
        tuple(found.word),
        tuple(found.problems),
    )


def _origin(found: Findings, receipt: Receipt, signer: VerifierKey) -> None:
    if receipt.origin != signer.name:
        found.problems.append(f"it is of the ledger {receipt.origin}, signed by {signer.name}")


def _entry(found: Findings, receipt: Receipt) -> None:
    try:
        entry = leaves.decode(receipt.leaf.data)
    except Corrupt as error:
        found.problems.append(f"the ledger entry is damaged: {error.what}")
        return
    if entry.kind not in _ENTRIES[receipt.kind]:
        found.problems.append(
            f"the entry ({entry.kind.value}) is not one that a {receipt.kind.value} is for"
        )
    bound = dict(entry.facts).get(STATEMENT_FACT)
    if bound is None:
        found.word.append("the statement: it is signed, but the entry does not commit to it")
    else:
        found.hold(
            bound == statements.digest(receipt.statement),
            "the ledger entry commits to this statement",
            "the statement is not the one that the ledger entry commits to",
        )
    _openings(found, receipt, entry)


def _openings(found: Findings, receipt: Receipt, entry: Entry) -> None:
    committed = {"subject": entry.subject, "actor": entry.actor}
    for opening in receipt.openings:
        commitment = committed.get(opening.of)
        if commitment is None:
            found.problems.append(f"the entry has no {opening.of} that could be opened")
            continue
        found.hold(
            opening.opens(commitment),
            f"the entry's {opening.of} is {opening.object}",
            f"the opening of the entry's {opening.of} does not open it",
        )


def _proof(found: Findings, receipt: Receipt, signer: VerifierKey, by: Beside) -> bool:
    """Check the proof; say whether a trusted witness saw the checkpoint."""
    proof = receipt.proof
    if proof is None:
        found.word.append(
            "that the entry is in the ledger: this receipt has no proof yet, "
            "ask for the completed one after the next checkpoint"
        )
        return False
    if not _holds(found, receipt, proof, signer):
        return False
    try:
        return seen_outside(found, proof.checkpoint, signer, by)
    except Corrupt as error:
        found.problems.append(f"the copy of the ledger: {error.what}")
        return False


def _holds(found: Findings, receipt: Receipt, proof: Proof, signer: VerifierKey) -> bool:
    signed = read_note(proof.checkpoint.note).signed_by(signer)
    if not signed:
        found.problems.append("the checkpoint is not signed by the key that signed the file")
    if proof.checkpoint.origin != receipt.origin:
        found.problems.append(f"the checkpoint is of another ledger, {proof.checkpoint.origin}")
        return False
    if proof.inclusion.size != proof.checkpoint.size:
        found.problems.append("the proof and the checkpoint are of different sizes")
        return False
    leads = tree.verify_inclusion(receipt.leaf.hash, proof.inclusion, proof.checkpoint.root)
    if not leads:
        found.problems.append("the proof does not lead from the entry to the checkpoint's root")
    if not (signed and leads):
        return False
    index, size = receipt.leaf.index, proof.checkpoint.size
    found.proved.append(
        f"the entry is number {index} in the ledger {receipt.origin} of {size} entries"
    )
    return True


def _says(found: Findings, receipt: Receipt) -> None:
    found.word.append("that nothing was done which was never entered into the ledger")
    statement = receipt.statement
    if not isinstance(statement, _STATEMENTS.get(receipt.kind, GrantStatement)):
        found.problems.append(
            f"the statement is not of the sort that {receipt.kind.value} stands for"
        )
    if isinstance(statement, GrantStatement):
        return
    found.problems.extend(statement.doubts())
    found.word.append("what the certificate states: the operator's own checks found it")
    if isinstance(statement, EndingStatement):
        found.hold(
            receipt.kind is _ENDINGS[statement.ended],
            f"the {statement.ended.value} that ended is {statement.id}",
            f"it is of a {statement.ended.value}, not what {receipt.kind.value} stands for",
        )
        if statement.notice:
            found.proved.append(f"the notice that it answers has the SHA-256 {statement.notice}")
        return
    if statement.sealed_bytes is SealedBytes.MAY_REMAIN_UNREADABLE:
        found.word.append("that nobody kept the shredded keys: sealed bytes may remain, unreadable")
    if statement.plaintext_scan is PlaintextScan.PENDING:
        found.word.append("that no copy in clear is left: the scan for it is still pending")

"""Receipts made again for the person who may have lost them (GDPR 7(1), 15)."""

from dataclasses import replace

from licet.app import App
from licet.consent.purposes import table
from licet.effects.packing.parts import GrantPart, Package
from licet.effects.receipts import ending_statement, grant_statement, receipt_for
from licet.ledger.consent import GrantStatement
from licet.ledger.leaf import decode
from licet.ledger.package import PackedEntry
from licet.ledger.receipt import ReceiptKind
from licet.ledger.statement import digest
from licet.terms.grant import GrantState
from licet.terms.ids import GrantId, SubjectId
from licet.terms.ledger import Entry, EntryKind

_KINDS = {
    EntryKind.GRANT_CONFIRMED: (ReceiptKind.CONFIRMATION, GrantState.ACTIVE),
    EntryKind.ENROLLED: (ReceiptKind.ENROLMENT, GrantState.ACTIVE),
    EntryKind.GRANT_RESTRICTED: (ReceiptKind.RESTRICTION, GrantState.RESTRICTED),
    EntryKind.GRANT_RELEASED: (ReceiptKind.RELEASE, GrantState.ACTIVE),
    EntryKind.GRANT_ENDING: (ReceiptKind.WITHDRAWAL, GrantState.ENDING),
}
"""The entries that a receipt was handed out for, and how the grant stood after each."""


def receipts_of(
    app: App, package: Package, entries: tuple[PackedEntry, ...]
) -> tuple[Package, list[tuple[str, bytes]]]:
    """Return the package with its receipts' names, and the files.

    A receipt is made again only when it states what its entry commits to.
    """
    files: list[tuple[str, bytes]] = []
    of_grant: dict[str, list[str]] = {}
    for packed in entries:
        entry = decode(packed.leaf.data)
        for grant in (value for role, value in entry.objects if role == "grant"):
            made = _again(app, entry, packed, GrantId(grant), SubjectId(package.person.id))
            if made is not None:
                kind = _KINDS[entry.kind][0].value
                name = f"receipts/{packed.leaf.index}-{kind}.json"
                files.append((name, made))
                of_grant.setdefault(grant, []).append(name)
    return replace(package, grants=tuple(_named(one, of_grant) for one in package.grants)), files


def _again(
    app: App, entry: Entry, packed: PackedEntry, grant_id: GrantId, subject: SubjectId
) -> bytes | None:
    bound = dict(entry.facts).get("statement")
    if entry.kind not in _KINDS or bound is None or packed.opening is None:
        return None
    kind, state = _KINDS[entry.kind]
    statement = _statement(app, grant_id, state, entry)
    if statement is None or digest(statement) != bound:
        return None
    return receipt_for(app, kind, packed.leaf.index, statement, subject)


def _statement(
    app: App, grant_id: GrantId, state: GrantState, entry: Entry
) -> GrantStatement | None:
    """Return what was stated then; None for a purpose that was taken off the list since."""
    with app.store.read() as reader:
        grant = reader.grants.get(grant_id)
        if grant is None or table().get(grant.purpose) is None:
            return None
        if state is GrantState.ENDING:
            return ending_statement(app, reader, grant, entry)
        return grant_statement(app, reader, grant, state, entry.at)


def _named(grant: GrantPart, of_grant: dict[str, list[str]]) -> GrantPart:
    return replace(grant, receipts=tuple(of_grant.get(grant.id, ())))

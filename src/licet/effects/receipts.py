"""Receipts: what a person is handed for every act about their grants (GDPR 7(1), 12(1))."""

from dataclasses import dataclass

from licet.app import App
from licet.effects.record import Facts
from licet.effects.sealed import subject_key
from licet.ledger.commitment import Opening, opening
from licet.ledger.leaf import decode
from licet.ledger.receipt import Receipt, ReceiptKind, complete, encode
from licet.ledger.statement import GrantStatement, Statement, digest
from licet.store.unit import Reader, Unit
from licet.terms.errors import NotFound
from licet.terms.grant import Grant, GrantState
from licet.terms.ids import GrantId, SubjectId

_SAYS = {
    GrantState.ACTIVE: "You allowed this. You can take it back at any time.",
    GrantState.ENDING: "You took this back. From this entry on nobody finds you under it.",
    GrantState.RESTRICTED: "This is set aside. It is kept, and nobody finds you under it.",
}


@dataclass(frozen=True, slots=True)
class Receipted:
    """An act that is done: the grant, its ledger entry, and the receipt's file for the person."""

    grant: GrantId
    leaf: int
    receipt: bytes


def grant_statement(reader: Reader | Unit, grant: Grant, state: GrantState) -> GrantStatement:
    """Return what the receipt will state about a grant that goes over into ``state``."""
    organisation = (
        reader.governance.organisation(grant.organisation) if grant.organisation else None
    )
    return GrantStatement(
        grant=grant.id,
        organisation=organisation.name if organisation else "",
        purpose=grant.purpose,
        state=state,
        notice=grant.notice,
        expires=grant.expires,
        says=_SAYS.get(state, ""),
    )


def statement_fact(statement: Statement) -> Facts:
    """Return the fact by which a leaf commits to what a receipt states."""
    return (("statement", digest(statement)),)


def receipt_for(
    app: App, kind: ReceiptKind, leaf_index: int, statement: Statement, subject: SubjectId | None
) -> bytes:
    """Return the signed receipt of a mirrored entry, with its proof and the person's opening.

    Call after ``app.publish``. Raises ``NotFound`` when there is no such entry.
    """
    with app.store.read() as reader:
        leaves = reader.leaves.get(leaf_index, leaf_index + 1)
        issued_at = reader.now
    if not leaves:
        raise NotFound(f"there is no entry {leaf_index}", "Run `licet doctor`.")
    committed = decode(leaves[0].data).subject
    openings: tuple[Opening, ...] = ()
    if subject is not None and committed is not None:
        key = app.keyring.get(subject_key(subject))
        openings = (opening("subject", key, subject, committed),)
    receipt = Receipt(
        kind=kind,
        origin=app.deployment.origin,
        issued_at=issued_at,
        leaf=leaves[0],
        openings=openings,
        statement=statement,
    )
    return encode(complete(receipt, app.tiles), app.ledger_key)

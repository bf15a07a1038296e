"""Receipts: what a person is handed for every act about their grants (GDPR 7(1), 12(1))."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import UUID, uuid5

from licet.app import App
from licet.consent.purposes import table
from licet.effects.letters import sender_of
from licet.effects.letters.speech import words_of
from licet.effects.record import Facts
from licet.effects.sealed import subject_key
from licet.effects.witnessing import seen_last
from licet.ledger.commitment import Opening, opening
from licet.ledger.consent import (
    ActedBy,
    ConsentEvent,
    ConsentStatus,
    GrantStatement,
    Parties,
    Party,
    ShownNotice,
)
from licet.ledger.leaf import decode
from licet.ledger.receipt import Receipt, ReceiptKind, complete, encode
from licet.ledger.statement import Statement, digest
from licet.store.unit import Reader, Unit
from licet.terms.basis import LegalBasis
from licet.terms.errors import BadInput, NotFound
from licet.terms.grant import Grant, GrantState
from licet.terms.ids import GrantId, SubjectId
from licet.terms.ledger import Entry, EntryKind
from licet.terms.letters import Sender
from licet.terms.when import to_text

_PURPOSE_TYPES = {
    "archive_rights_clearance": "dpv:IPRManagement",
    "missing_person": "dpv:PublicBenefit",
    "rights_request": "dpv:RightsFulfilment",
}
"""What a purpose is in the W3C's vocabulary; every other one serves the person."""

_CAUSES = {"withdrawn": ConsentStatus.WITHDRAWN, "expired": ConsentStatus.EXPIRED}
"""What ends a consent, in the W3C's words; what else the controller does revokes it."""

Ended: TypeAlias = tuple[ConsentStatus, datetime]
"""How and when a consent ended."""

_BLOCK = 256
"""How many entries are read at a time."""

_ENDED = {GrantState.ENDING, GrantState.ENDED}


@dataclass(frozen=True, slots=True)
class Receipted:
    """An act that is done: the grant, its ledger entry, and the receipt's file for the person."""

    grant: GrantId
    leaf: int
    receipt: bytes


def grant_statement(
    app: App,
    reader: Reader | Unit,
    grant: Grant,
    state: GrantState,
    at: datetime,
    ended: Ended | None = None,
) -> GrantStatement:
    """Return what the receipt will state about a grant that goes over into ``state`` at ``at``.

    The same grant, state and moment make the same statement: a receipt can be made again.
    ``ended`` says how and when it ended, if not by being withdrawn at that moment. Raises
    ``BadInput`` for a purpose that is gone.
    """
    purpose = table().get(grant.purpose)
    told = purpose.shown(grant.notice) if purpose else None
    if purpose is None or told is None:
        raise BadInput(f"there is no purpose {grant.purpose}", "It was taken off the list.")
    sender = sender_of(app)
    says = words_of(told.language)["says"]
    return GrantStatement(
        receipt=str(uuid5(UUID(grant.id), f"{state.value} {to_text(at)}")),
        at=at,
        says=says.get(state.value, ""),
        leaving=says["leaving"].format(contact=sender.answer_to, grant=grant.id),
        grant=grant.id,
        subject=grant.subject,
        child=grant.guardian,
        state=state,
        parties=_parties(app, reader, grant, sender),
        purpose=grant.purpose,
        purpose_type=_PURPOSE_TYPES.get(purpose.name, "dpv:ServiceProvision"),
        basis=grant.basis,
        condition=grant.condition,
        shown=ShownNotice(told.language, told.title, told.notice, grant.notice_delivered_at),
        territories=tuple(sorted(grant.territories)),
        expires=grant.expires,
        events=_events(grant, ended or (ConsentStatus.WITHDRAWN, at) if state in _ENDED else None),
    )


def _parties(app: App, reader: Reader | Unit, grant: Grant, sender: Sender) -> Parties:
    organisation = (
        reader.governance.organisation(grant.organisation) if grant.organisation else None
    )

    def named(name: str) -> Party | None:
        # Who is known by name alone gets a number made of the name.
        return Party(str(uuid5(UUID(app.deployment.id), name)), name) if name else None

    return Parties(
        controller=Party(app.deployment.id, sender.controller, sender.answer_to),
        recipient=Party(organisation.id, organisation.name, organisation.contact)
        if organisation
        else None,
        representative=named(sender.representative),
        authority=named(sender.authority),
    )


def _events(grant: Grant, ended: Ended | None) -> tuple[ConsentEvent, ...]:
    """Return what happened to a consent, in order; vital interests are none and have none."""
    if grant.basis is not LegalBasis.CONSENT:
        return ()
    person = ActedBy.GUARDIAN if grant.guardian else ActedBy.PERSON
    found = []
    if grant.notice_delivered_at is not None:
        asked = (ConsentStatus.REQUESTED, grant.notice_delivered_at, ActedBy.CONTROLLER)
        found.append(ConsentEvent(*asked, "letter"))
    if grant.confirmed_at is not None:
        given = (ConsentStatus.GIVEN, grant.confirmed_at, person)
        found.append(ConsentEvent(*given, grant.confirmed_by))
    if ended is not None:
        by = person if ended[0] is ConsentStatus.WITHDRAWN else ActedBy.CONTROLLER
        found.append(ConsentEvent(*ended, by, ended[0].value.removeprefix("dpv:Consent").lower()))
    return tuple(found)


def ending_statement(app: App, reader: Reader | Unit, grant: Grant, entry: Entry) -> GrantStatement:
    """Return what a receipt states about a grant that was ended by an earlier entry."""
    return grant_statement(app, reader, grant, GrantState.ENDING, entry.at, _ended_by(entry))


def record_statement(app: App, reader: Reader | Unit, grant: Grant, at: datetime) -> GrantStatement:
    """Return a grant's whole consent record, as it stands at ``at``."""
    ended = _ending_of(reader, grant) if grant.state in _ENDED else None
    return grant_statement(app, reader, grant, grant.state, at, ended)


def _ended_by(entry: Entry) -> Ended:
    cause = dict(entry.facts).get("cause", "withdrawn")
    return _CAUSES.get(str(cause), ConsentStatus.REVOKED), entry.at


def _ending_of(reader: Reader | Unit, grant: Grant) -> Ended | None:
    """Return how and when a grant ended: its entry is at or not far before its last one."""
    for end in range(grant.leaf + 1, 0, -_BLOCK):
        for leaf in reversed(reader.leaves.get(max(end - _BLOCK, 0), end)):
            entry = decode(leaf.data)
            if entry.kind is EntryKind.GRANT_ENDING and ("grant", grant.id) in entry.objects:
                return _ended_by(entry)
    return None


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
    return encode(complete(receipt, app.tiles, seen_last(app)), app.ledger_key)

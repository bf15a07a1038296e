"""Entries, checkpoints and proofs (RFC 6962, C2SP)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from licet.terms.ids import OrganisationId


class EntryKind(StrEnum):
    """Every state change that the ledger knows."""

    DEPLOYMENT_OPENED = "deployment.opened"
    ORGANISATION_ADDED = "organisation.added"
    AGREEMENT_SIGNED = "agreement.signed"
    MEMBER_ADDED = "member.added"
    MEMBER_ENDED = "member.ended"
    MEMBER_INVITED = "member.invited"
    PASSKEY_ADDED = "passkey.added"
    PASSKEY_ENDED = "passkey.ended"
    PASSKEY_NAMED = "passkey.named"
    IDENTITY_BOUND = "identity.bound"
    IDENTITY_ENDED = "identity.ended"
    INVITATION_RECALLED = "invitation.recalled"
    ROLES_CHANGED = "member.roles_changed"
    API_KEY_MADE = "api_key.made"
    API_KEY_ENDED = "api_key.ended"
    ACT_SIGNED = "act.signed"
    ACT_ENDED = "act.ended"
    SIGNED_IN = "session.opened"
    SIGN_IN_FAILED = "session.failed"
    SIGNED_OUT = "session.ended"
    CASE_OPENED = "case.opened"
    CASE_APPROVED = "case.approved"
    CASE_CLOSED = "case.closed"
    PURPOSES_CHANGED = "purposes.changed"
    SUBJECT_ADDED = "subject.added"
    SUBJECT_BLOCKED = "subject.blocked"
    SUBJECT_ERASING = "subject.erasing"
    SUBJECT_ERASED = "subject.erased"
    GRANT_ASKED = "grant.asked"
    NOTICE_DELIVERED = "notice.delivered"
    GRANT_CONFIRMED = "grant.confirmed"
    CONFIRMATION_FAILED = "confirmation.failed"
    GRANT_RESTRICTED = "grant.restricted"
    GRANT_RELEASED = "grant.released"
    GRANT_ENDING = "grant.ending"
    GRANT_ENDED = "grant.ended"
    ENROLLED = "grant.enrolled"
    ENROLMENT_FAILED = "enrolment.failed"
    TEMPLATE_DROPPED = "template.dropped"
    CAPTURE_CHECKED = "capture.checked"
    LINK_OPENED = "link.opened"
    LINK_CLOSED = "link.closed"
    PERSON_SEEN = "link.person_seen"
    SOURCE_DECLARED = "source.declared"
    SOURCE_AUTHORISED = "source.authorised"
    SOURCE_PROVED = "source.proved"
    SOURCE_LAPSED = "source.lapsed"
    SOURCE_HELD = "source.held"
    SOURCE_RELEASED = "source.released"
    SOURCE_SAMPLED = "source.sampled"
    SOURCE_AUDITED = "source.audited"
    SOURCE_CEASED = "source.ceased"
    SOURCE_PURGED = "source.purged"
    COPY_KEPT = "copy.kept"
    COPY_NOT_KEPT = "copy.not_kept"
    COPIES_ENDED = "copy.ended"
    COPIES_OWED = "copy.owed"
    COLLECTING = "collect.started"
    COLLECTED = "collect.batch"
    BACKFILLED = "backfill.batch"
    APPEARANCE_UNCONFIRMED = "appearance.unconfirmed"
    UNLINKED_ENDED = "unlinked.ended"
    SUGGESTION_ACCEPTED = "suggestion.accepted"
    SUGGESTION_REJECTED = "suggestion.rejected"
    SUGGESTIONS_LAPSED = "suggestion.lapsed"
    SEARCHED = "search.released"
    REVIEWED = "search.reviewed"
    SEARCH_CLOSED = "search.closed"
    LISTS_FORGOTTEN = "search.forgotten"
    PROBE_DROPPED = "search.probe_dropped"
    SHOWN = "item.shown"
    REFUSED = "refused"
    BLOCK_PLACED = "block.placed"
    BLOCK_LIFTED = "block.lifted"
    EFFECT_DONE = "effect.done"
    EPOCH_TURNED = "epoch.turned"
    BACKED_UP = "backup.made"
    RESTORED = "restore.done"
    CERTIFIED = "certificate.issued"
    LISTED = "listed"
    APPEARANCE_CONFIRMED = "appearance.confirmed"
    REQUEST_RECEIVED = "request.received"
    REQUEST_JOINED = "request.joined"
    REQUEST_PROOF_FAILED = "request.proof_failed"
    REQUEST_PROVED = "request.proved"
    REQUEST_REMINDED = "request.reminded"
    REQUEST_IDENTITY_ASKED = "request.identity_asked"
    REQUEST_IDENTITY_ACCEPTED = "request.identity_accepted"
    REQUEST_PHOTO_ATTACHED = "request.photo_attached"
    REQUEST_PHOTO_CHECKED = "request.photo_checked"
    REQUEST_EXTENDED = "request.extended"
    REQUEST_ANSWERED = "request.answered"
    REQUEST_PLANNED = "request.planned"
    REQUEST_SCANNED = "request.scanned"
    REQUEST_DELIVERED = "request.delivered"
    REQUEST_REFUSED = "request.refused"
    REQUESTS_FORGOTTEN = "request.forgotten"
    SUBJECT_RECTIFIED = "subject.rectified"
    HOLD_PLACED = "hold.placed"
    HOLD_LIFTED = "hold.lifted"
    RECIPIENT_TOLD = "recipient.told"
    ACCOUNT_SEALED = "account.sealed"
    ACCOUNT_OPENED = "account.opened"
    ACCOUNT_DESTROYED = "account.destroyed"
    ITEMS_FORGOTTEN = "item.forgotten"
    QUESTION_ANSWERED = "question.answered"
    CLEARANCE_WRITTEN = "clearance.written"
    SEARCH_ASKED = "search.asked"
    FOUND_AGREED = "search.agreed"
    ORDER_REGISTERED = "order.registered"
    ORDER_FOUND = "order.found"
    ORDER_AMENDED = "order.amended"
    ORDER_CONFIRMED = "order.confirmed"
    ORDER_PLANNED = "order.planned"
    CLAUSE_MET = "clause.met"
    ORDER_PROVED = "order.proved"
    ORDER_SENT = "order.sent"
    ORDER_CLOSED = "order.closed"
    LETTER_FILED = "correspondence.filed"
    LETTER_ASSIGNED = "correspondence.assigned"
    LETTER_ANSWERED = "correspondence.answered"
    ALERTED = "alerted"
    BREACH_SUSPECTED = "breach.suspected"
    BREACH_CONFIRMED = "breach.confirmed"
    BREACH_TOLD = "breach.told"
    BREACH_CLOSED = "breach.closed"
    CANARY_PLACED = "canary.placed"
    CANARY_TOUCHED = "canary.touched"
    CANARY_RETIRED = "canary.retired"
    PAPER_FILED = "paper.filed"
    RESIDENCE_STATED = "residence.stated"
    TRANSFER_RECORDED = "transfer.recorded"
    TRANSFER_ENDED = "transfer.ended"
    DEPLOYMENT_PREPARED = "deployment.prepared"
    REPORTED = "reported"
    DEPLOYMENT_CLOSING = "deployment.closing"
    DEPLOYMENT_CLOSED = "deployment.closed"


@dataclass(frozen=True, slots=True)
class Commitment:
    """HMAC-SHA-256 over ``nonce | id`` under a key that can be shredded. Both 32 and 16 bytes."""

    nonce: bytes
    value: bytes


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened.

    ``organisation`` is in clear; ``actor`` and ``subject`` are commitments.
    ``objects`` name pseudonymous object ids by role (``("grant", "6f1c...")``).
    ``facts`` are short words and whole numbers. Neither may hold a direct
    identifier. Both keep their order out: they are sorted in the bytes.
    """

    kind: EntryKind
    at: datetime
    organisation: OrganisationId | None = None
    actor: Commitment | None = None
    subject: Commitment | None = None
    objects: tuple[tuple[str, str], ...] = ()
    facts: tuple[tuple[str, str | int | bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Head:
    """The ledger's head in the store: size, RFC 6962 frontier hashes, time of the last entry."""

    size: int
    frontier: tuple[bytes, ...]
    time: datetime


@dataclass(frozen=True, slots=True)
class Leaf:
    """A stored entry: index, the exact bytes, and their RFC 6962 leaf hash (32 bytes)."""

    index: int
    data: bytes
    hash: bytes


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A C2SP checkpoint: origin, size, root hash, and the signed note it came as."""

    origin: str
    size: int
    root: bytes
    note: str


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """RFC 6962 2.1.1: the leaf at ``index`` is in the tree of ``size``."""

    index: int
    size: int
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class ConsistencyProof:
    """RFC 6962 2.1.2: the tree of ``old`` entries is a prefix of the tree of ``new``."""

    old: int
    new: int
    path: tuple[bytes, ...]


class LeafMaker(Protocol):
    """How the store turns entries into leaves without knowing the ledger's formats."""

    def encode(self, entry: Entry) -> bytes:
        """Return the leaf's bytes."""
        ...

    def leaf_hash(self, data: bytes) -> bytes:
        """Return the RFC 6962 leaf hash of the leaf's bytes (32 bytes)."""
        ...

    def grow(self, frontier: tuple[bytes, ...], size: int, leaf_hash: bytes) -> tuple[bytes, ...]:
        """Return the frontier of ``size + 1`` leaves: roots of the full subtrees, largest first."""
        ...

"""What a receipt or certificate states, in typed parts and in one sentence for the person."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import TypeAlias

from licet.ledger import consent
from licet.ledger.canonical import Json, dumps
from licet.ledger.consent import GrantStatement
from licet.ledger.reading import (
    as_list,
    as_moment,
    as_number,
    as_object,
    as_text,
    as_truth,
    one_of,
)
from licet.terms.errors import Corrupt
from licet.terms.ids import SubjectId
from licet.terms.when import to_text


class SealedBytes(StrEnum):
    """What is left of the bytes that were sealed under the shredded keys."""

    GONE = "gone"
    MAY_REMAIN_UNREADABLE = "may_remain_unreadable"


class PlaintextScan(StrEnum):
    """Whether every file was searched for the person's bytes in clear."""

    PENDING = "pending"
    CLEAN = "clean"


@dataclass(frozen=True, slots=True)
class StoreCount:
    """How many rows or things of the person one store held before and after, zeros included."""

    store: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class ErasureTold:
    """Who was told of an erasure (GDPR 19), and what is kept of who searched (GDPR 5(2)).

    ``history`` says that the person was told who searched them. ``recipients`` is how many
    organisations are told, ``untold`` how many have no address to be told at.
    ``accountable_until`` is until when the accountability record lies sealed, None without.
    """

    history: bool
    recipients: int
    untold: int
    accountable_until: datetime | None


@dataclass(frozen=True, slots=True)
class ErasureStatement:
    """The separate facts of an erasure (GDPR 17, 19; DESIGN 6), each found by a check of its own.

    ``candidates_found`` is what a search with the person's own reference found
    afterwards. ``scanned_at`` is when the plaintext scan ended, None while pending.
    ``told`` is None where an older version erased.
    """

    subject: SubjectId
    asked_at: datetime
    keys_absent_from_keyring: bool
    keys_absent_from_key_service: bool
    sealed_bytes: SealedBytes
    plaintext_scan: PlaintextScan
    scanned_at: datetime | None
    candidates_found: int
    counts: tuple[StoreCount, ...]
    says: str
    told: ErasureTold | None = None

    def doubts(self) -> tuple[str, ...]:
        """Return why, by its own words, this is not an erasure; empty as a rule."""
        found = []
        if not self.keys_absent_from_keyring:
            found.append("the certificate says that a key is still in the keyring")
        if not self.keys_absent_from_key_service:
            found.append("the certificate says that the old epoch key is not destroyed")
        if self.candidates_found:
            found.append("the certificate says that a search still finds the person")
        left = ", ".join(count.store for count in self.counts if count.after)
        if left:
            found.append(f"the certificate says that something is left in: {left}")
        if (self.plaintext_scan is PlaintextScan.CLEAN) != (self.scanned_at is not None):
            found.append("the certificate's plaintext scan and its date contradict each other")
        return tuple(found)


class Ended(StrEnum):
    """What it was that ended for good."""

    SOURCE = "source"
    DEPLOYMENT = "deployment"


@dataclass(frozen=True, slots=True)
class EndingStatement:
    """What was destroyed when a source or a whole deployment ended (GDPR 5(1)(e), 17).

    ``id`` is the source's or deployment's; ``counts`` say what each store held before and
    holds after, ``told`` who was written to and answered, by name and number; ``keys_left``
    and ``epochs_left`` how many keys open anything of it still. ``notice`` is the SHA-256
    (hex) of the notice to cease that somebody sent, empty where nobody did.
    """

    ended: Ended
    id: str
    ordered_at: datetime
    counts: tuple[StoreCount, ...]
    told: tuple[tuple[str, int], ...]
    keys_left: int
    epochs_left: int
    says: str
    notice: str = ""

    def doubts(self) -> tuple[str, ...]:
        """Return why, by its own words, not all of it has ended; empty as a rule."""
        found = []
        if self.keys_left or self.epochs_left:
            found.append("the certificate says that a key is left")
        left = ", ".join(count.store for count in self.counts if count.after)
        if left:
            found.append(f"the certificate says that something is left in: {left}")
        return tuple(found)


Statement: TypeAlias = GrantStatement | ErasureStatement | EndingStatement


def digest(statement: Statement) -> str:
    """Return the SHA-256 (hex) that the leaf's fact ``statement`` holds, binding the two."""
    return sha256(dumps(to_json(statement))).hexdigest()


def to_json(statement: Statement) -> dict[str, Json]:
    """Return the statement as JSON parts."""
    if isinstance(statement, GrantStatement):
        return consent.to_json(statement)
    if isinstance(statement, EndingStatement):
        return {
            "about": "ending",
            "counts": _counts(statement.counts),
            "ended": statement.ended.value,
            "epochs_left": statement.epochs_left,
            "id": statement.id,
            "keys_left": statement.keys_left,
            **({"notice": statement.notice} if statement.notice else {}),
            "ordered_at": to_text(statement.ordered_at),
            "says": statement.says,
            "told": [{"number": number, "who": who} for who, number in statement.told],
        }
    scanned = statement.scanned_at
    return {
        "about": "erasure",
        "asked_at": to_text(statement.asked_at),
        "candidates_found": statement.candidates_found,
        "counts": _counts(statement.counts),
        "keys_absent_from_key_service": statement.keys_absent_from_key_service,
        "keys_absent_from_keyring": statement.keys_absent_from_keyring,
        "plaintext_scan": statement.plaintext_scan.value,
        "says": statement.says,
        "scanned_at": None if scanned is None else to_text(scanned),
        "sealed_bytes": statement.sealed_bytes.value,
        "subject": statement.subject,
        **({} if statement.told is None else {"told": _erasure_told(statement.told)}),
    }


def _erasure_told(told: ErasureTold) -> Json:
    until = told.accountable_until
    return {
        "accountable_until": None if until is None else to_text(until),
        "history": told.history,
        "recipients": told.recipients,
        "untold": told.untold,
    }


def _counts(counts: tuple[StoreCount, ...]) -> list[Json]:
    return [
        {"after": count.after, "before": count.before, "store": count.store} for count in counts
    ]


_ERASURE = {
    "about",
    "asked_at",
    "candidates_found",
    "counts",
    "keys_absent_from_key_service",
    "keys_absent_from_keyring",
    "plaintext_scan",
    "says",
    "scanned_at",
    "sealed_bytes",
    "subject",
}


_ENDING = {
    "about",
    "counts",
    "ended",
    "epochs_left",
    "id",
    "keys_left",
    "ordered_at",
    "says",
    "told",
}


def from_json(value: Json) -> Statement:
    """Read a statement. Raises Corrupt."""
    if not isinstance(value, Mapping):
        raise Corrupt("the statement is not an object")
    about = value.get("about")
    if about == "grant":
        return consent.from_json(value)
    if about == "erasure":
        return _erasure(value)
    if about == "ending":
        return _ending(value)
    raise Corrupt(f"the statement is about something this licet does not know: {about}")


def _erasure(value: Json) -> ErasureStatement:
    parts = as_object(value, "the statement", _ERASURE, {"told"})
    scanned = parts["scanned_at"]
    return ErasureStatement(
        subject=SubjectId(as_text(parts["subject"], "the subject")),
        asked_at=as_moment(parts["asked_at"], "the moment of asking"),
        keys_absent_from_keyring=as_truth(parts["keys_absent_from_keyring"], "the keyring's fact"),
        keys_absent_from_key_service=as_truth(
            parts["keys_absent_from_key_service"], "the key service's fact"
        ),
        sealed_bytes=one_of(SealedBytes, parts["sealed_bytes"]),
        plaintext_scan=one_of(PlaintextScan, parts["plaintext_scan"]),
        scanned_at=None if scanned is None else as_moment(scanned, "the scan's moment"),
        candidates_found=as_number(parts["candidates_found"], "the candidates found"),
        counts=tuple(_count(count) for count in as_list(parts["counts"], "the counts")),
        says=as_text(parts["says"], "the sentence"),
        told=_read_told(parts["told"]) if "told" in parts else None,
    )


def _read_told(value: Json) -> ErasureTold:
    names = {"accountable_until", "history", "recipients", "untold"}
    parts = as_object(value, "who was told", names)
    until = parts["accountable_until"]
    return ErasureTold(
        history=as_truth(parts["history"], "whether the person was told"),
        recipients=as_number(parts["recipients"], "the recipients told"),
        untold=as_number(parts["untold"], "the recipients not told"),
        accountable_until=None if until is None else as_moment(until, "the record's end"),
    )


def _ending(value: Json) -> EndingStatement:
    parts = as_object(value, "the statement", _ENDING, {"notice"})
    return EndingStatement(
        ended=one_of(Ended, parts["ended"]),
        id=as_text(parts["id"], "what ended"),
        ordered_at=as_moment(parts["ordered_at"], "the moment of ordering"),
        counts=tuple(_count(count) for count in as_list(parts["counts"], "the counts")),
        told=tuple(_told(one) for one in as_list(parts["told"], "who was told")),
        keys_left=as_number(parts["keys_left"], "the keys left"),
        epochs_left=as_number(parts["epochs_left"], "the epochs left"),
        says=as_text(parts["says"], "the sentence"),
        notice=as_text(parts["notice"], "the notice's digest") if "notice" in parts else "",
    )


def _told(value: Json) -> tuple[str, int]:
    parts = as_object(value, "who was told", {"number", "who"})
    return as_text(parts["who"], "who was told"), as_number(parts["number"], "how many")


def _count(value: Json) -> StoreCount:
    parts = as_object(value, "a count", {"after", "before", "store"})
    return StoreCount(
        as_text(parts["store"], "a store's name"),
        as_number(parts["before"], "a count before"),
        as_number(parts["after"], "a count after"),
    )

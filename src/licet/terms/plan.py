"""Plans, their effects, and runs: work that must reach its end whatever is killed."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from licet.terms.ids import GrantId, PlanId, RunId, SourceId, SubjectId


class PlanKind(StrEnum):
    """What a plan will have done when it is over."""

    WITHDRAW = "withdraw"
    ERASE = "erase"
    ANSWER = "answer"
    TELL = "tell"
    ORDER = "order"


class EffectKind(StrEnum):
    """One idempotent step of a plan."""

    DELIVER_HISTORY = "deliver_history"
    DELETE_ROWS = "delete_rows"
    SHRED_KEYS = "shred_keys"
    END_GRANTS = "end_grants"
    TURN_EPOCH = "turn_epoch"
    CHECK_UNFINDABLE = "check_unfindable"
    CHECK_KEYS = "check_keys"
    CHECK_BYTES = "check_bytes"
    CERTIFY = "certify"
    SCAN_BYTES = "scan_bytes"
    CERTIFY_SCAN = "certify_scan"
    FORGET_PLAN = "forget_plan"
    SEAL_ACCOUNT = "seal_account"
    TELL_RECIPIENTS = "tell_recipients"
    FORGET_ITEMS = "forget_items"
    DELIVER_CERTIFICATE = "deliver_certificate"
    SCAN_SOURCES = "scan_sources"
    BUILD_PACKAGE = "build_package"
    DELIVER_PACKAGE = "deliver_package"
    CLOSE_REQUEST = "close_request"
    FORGET_NEWCOMER = "forget_newcomer"


class WorkState(StrEnum):
    """open -> done; a worker holds an open one by a lease."""

    OPEN = "open"
    DONE = "done"


NOBODY = SubjectId("")
"""Whom a plan is about that ends the grants of many people at once."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be done to whom, and why. ``cause`` is a short word, ``sealed`` holds the rest.

    ``subject`` is :data:`NOBODY` where the plan ends the grants of many people.
    """

    id: PlanId
    kind: PlanKind
    cause: str
    subject: SubjectId
    grants: tuple[GrantId, ...]
    sealed: bytes
    state: WorkState
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Effect:
    """Step ``n`` of a plan. ``found`` says what it did, in whole numbers and short words."""

    plan: PlanId
    n: int
    kind: EffectKind
    state: WorkState
    found: tuple[tuple[str, str | int | bool], ...] = ()


class RunKind(StrEnum):
    """What a run walks through."""

    COLLECT = "collect"
    BACKFILL = "backfill"
    SCAN = "scan"
    PURGE = "purge"


@dataclass(frozen=True, slots=True)
class Run:
    """A walk over a source that can be stopped and resumed. ``cursor`` is opaque to the store."""

    id: RunId
    kind: RunKind
    source: SourceId
    grant: GrantId | None
    cursor: str
    state: WorkState
    lease_until: datetime | None

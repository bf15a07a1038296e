"""What the gallery holds and answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from licet.terms.face import Score, Template
from licet.terms.ids import (
    GrantId,
    ModelId,
    OrganisationId,
    PurposeId,
    SourceId,
    SubjectId,
    TemplateId,
    Territory,
)


class TemplateKind(StrEnum):
    """Why a template is kept."""

    REFERENCE = "reference"
    APPEARANCE = "appearance"


@dataclass(frozen=True, slots=True)
class Slot:
    """What the gallery must know of a grant to answer within a scope.

    ``usable`` says that the grant is active, its notice was delivered and no
    block covers it; the window is half open: ``not_before <= now < expires``.
    ``organisation`` None belongs to a rights request and is in no search scope;
    ``source`` None means all of the organisation's sources.
    """

    grant: GrantId
    subject: SubjectId
    organisation: OrganisationId | None
    purpose: PurposeId
    source: SourceId | None
    territories: frozenset[Territory]
    usable: bool
    not_before: datetime
    expires: datetime


@dataclass(frozen=True, slots=True)
class Row:
    """One template in the gallery.

    ``source`` and ``first_seen`` belong to appearances (the item's source and the
    moment its hash entered the ledger); both None for references.
    """

    id: TemplateId
    grant: GrantId
    kind: TemplateKind
    template: Template
    source: SourceId | None = None
    first_seen: datetime | None = None


@dataclass(frozen=True, slots=True)
class SlotBatch:
    """Many slots in columns of equal length, ids differing, to open a large gallery in seconds.

    Slot i is ``kinds[kind[i]]`` with a grant, a subject and a window of its own
    (milliseconds since 1970 in UTC): millions of grants are of few kinds.
    """

    kinds: Sequence[Slot]
    kind: Sequence[int]
    grants: Sequence[GrantId]
    subjects: Sequence[SubjectId]
    not_before: Sequence[int]
    expires: Sequence[int]


@dataclass(frozen=True, slots=True)
class RowBatch:
    """Many rows of one model in columns of equal length, ids differing.

    ``values`` are the templates' values. ``first_seen`` is milliseconds since 1970 in UTC
    for an appearance and None for a reference.
    """

    model: ModelId
    ids: Sequence[TemplateId]
    grants: Sequence[GrantId]
    values: Sequence[bytes]
    first_seen: Sequence[int | None]


@dataclass(frozen=True, slots=True)
class Scope:
    """The predicate of a permit: which rows may be looked at. All parts must hold.

    ``at`` is the moment against which windows are read. ``organisation`` and
    ``purposes`` must equal or contain the grant's. ``source`` (collecting and
    backfill) keeps grants for that source or for all sources. ``grants`` None
    means any; ``without`` leaves out one subject (the collision check at
    enrolment). ``seen_before`` keeps appearances of items whose hash entered the
    ledger at or before that moment (the 24 h floor).
    """

    at: datetime
    organisation: OrganisationId | None
    purposes: frozenset[PurposeId]
    kinds: frozenset[TemplateKind]
    model: ModelId
    source: SourceId | None = None
    grants: frozenset[GrantId] | None = None
    without: SubjectId | None = None
    any_organisation: bool = False
    seen_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A row at or above the threshold (ISO/IEC 2382-37). Higher scores first, then by id."""

    template: TemplateId
    grant: GrantId
    subject: SubjectId
    kind: TemplateKind
    score: Score

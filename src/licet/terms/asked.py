"""What people are asked on their own page under a grant, and what they say.

Three things are asked: whether one may be shown (an archive), who shall be told that one
looks for family, and whether one wants to be found by somebody who looks.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from licet.terms.gallery import TemplateKind
from licet.terms.ids import (
    CaseId,
    GrantId,
    ItemId,
    QuestionId,
    SearchId,
    SourceId,
    SubjectId,
    TemplateId,
)
from licet.terms.letters import Sender


@dataclass(frozen=True, slots=True)
class StoredQuestion:
    """What somebody is asked under a grant, sealed under its key with what they said.

    ``tag`` is an HMAC under that key of what is asked, so that it is asked once. ``until`` is
    when it is forgotten.
    """

    id: QuestionId
    grant: GrantId
    tag: bytes
    sealed: bytes
    until: datetime


@dataclass(frozen=True, slots=True)
class StoredTracing:
    """A search that asks first, and whom: of one length, sealed under the case's key."""

    search: SearchId
    case: CaseId
    sealed: bytes


@dataclass(frozen=True, slots=True)
class StoredSidecar:
    """What was written beside a photo, sealed under its source's key."""

    item: ItemId
    source: SourceId
    case: CaseId
    sealed: bytes
    at: datetime


class Said(StrEnum):
    """What somebody said to a question; ``open`` while they said nothing."""

    OPEN = "open"
    YES = "yes"
    NO = "no"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class ShownPayload:
    """Whether one may be shown in an archive's photos: from when, until when, and where.

    ``territories`` empty: everywhere. Dates are whole days in UTC; None: no such bound.
    """

    yes: bool
    not_before: str
    until: str
    territories: tuple[str, ...]
    at: datetime
    kind: str = "shown"


@dataclass(frozen=True, slots=True)
class SeekPayload:
    """Who shall be told that one looks for family: as whom, how related, and how to be reached."""

    told_as: str
    relation: str
    channel: str
    at: datetime
    kind: str = "seek"


@dataclass(frozen=True, slots=True)
class FoundPayload:
    """Somebody looks for this person, and what the person said to it.

    ``seeker`` is the grant of who looks: what they want to be told of them is read there, and
    goes with it. ``said_at`` is in milliseconds since
    1970, 0 while nothing was said; ``pad`` makes every answer as long as the others.
    """

    search: SearchId
    case: CaseId
    seeker: GrantId
    subject: SubjectId
    template: TemplateId
    template_kind: TemplateKind
    score: int
    in_scope: int
    threshold: int
    asked_at: datetime
    said: str = ""
    channel: str = ""
    said_at: int = 0
    pad: str = ""
    kind: str = "found"


@dataclass(frozen=True, slots=True)
class OwnQuestionLetter:
    """Something is asked on one's own page: not what, for others may read a mailbox."""

    kind: ClassVar[str] = "own_question"
    to_person: ClassVar[bool] = True
    sender: Sender


@dataclass(frozen=True, slots=True)
class TracingPayload:
    """Whom a search is to ask first, and for whom. ``pad`` makes every one of one length.

    Each found is (template, its kind, grant, subject, score).
    """

    seeker: GrantId
    in_scope: int
    threshold: int
    found: tuple[tuple[str, str, str, str, int], ...]
    pad: str = ""


@dataclass(frozen=True, slots=True)
class OwnQuestion:
    """A question on one's own page. ``told_as`` and ``relation`` are what who looks lets tell.

    ``shown`` is what was said to being shown, ``seek`` whom one lets be told that one looks.
    """

    id: QuestionId | None
    grant: GrantId
    asked: str
    organisation: str
    until: date
    said: Said = Said.OPEN
    told_as: str = ""
    relation: str = ""
    channel: str = ""
    shown: ShownPayload | None = None


@dataclass(frozen=True, slots=True)
class Introduction:
    """Two people who both agreed, as two verifiers found: how to bring them together."""

    search: SearchId
    told_as: str
    relation: str
    seeker_channel: str
    found_channel: str


@dataclass(frozen=True, slots=True)
class ShownWish:
    """What a person says to being shown. Dates in UTC; ``territories`` empty: everywhere."""

    yes: bool
    not_before: date | None = None
    until: date | None = None
    territories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SeekWish:
    """What a person who looks for family lets be told of them, and how they are reached."""

    told_as: str
    relation: str
    channel: str

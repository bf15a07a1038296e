"""Rights requests: what people may ask of a controller, and what becomes of it (GDPR 12-22)."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from licet.terms.ids import (
    AccountId,
    GrantId,
    HoldId,
    PlanId,
    RequestId,
    SourceId,
    SubjectId,
    Territory,
)


class RightKind(StrEnum):
    """What a person may ask for. A complaint is answered on the same clock."""

    ACCESS = "access"
    RECTIFICATION = "rectification"
    ERASURE = "erasure"
    RESTRICTION = "restriction"
    PORTABILITY = "portability"
    OBJECTION = "objection"
    WITHDRAWAL = "withdrawal"
    COMPLAINT = "complaint"


class RequestState(StrEnum):
    """received -> (identity_asked) -> open -> fulfilling -> delivered | refused.

    ``received``: the letter came, the clock runs, the channel is not proved yet.
    ``identity_asked``: a human had a reasonable doubt and said so (GDPR 12(6)).
    ``open``: the channel is proved. ``fulfilling``: a plan carries it out.
    """

    RECEIVED = "received"
    IDENTITY_ASKED = "identity_asked"
    OPEN = "open"
    FULFILLING = "fulfilling"
    DELIVERED = "delivered"
    REFUSED = "refused"


OPEN_REQUESTS = frozenset(
    {
        RequestState.RECEIVED,
        RequestState.IDENTITY_ASKED,
        RequestState.OPEN,
        RequestState.FULFILLING,
    }
)
"""The states of a request that is still to be answered."""


@dataclass(frozen=True, slots=True)
class RequestWish:
    """A person's letter, however it came.

    ``contact`` is where they wrote from and want the answer; nothing is delivered there
    before it is proved. ``name`` is how they sign. ``words`` is the letter itself.
    ``grants`` narrow a withdrawal, restriction or objection to some grants (none: all);
    ``templates`` name the wrong appearances of a rectification. ``sources``, ``since``,
    ``until`` and ``places`` let a person who is not enrolled say where to look, without a
    photo. ``representative`` is the name of who writes on the person's behalf,
    ``mandate`` the SHA-256 (hex) of their mandate and ``person_contact`` the person's own
    contact, where they are asked whether it is so; ``contact`` is the representative's
    then. ``received_on`` is the day on which a letter on paper came, if that was not today.
    ``photo_follows`` says that a photo will be with it: the answer waits for it.
    ``residence`` is asked of nobody.
    """

    kind: RightKind
    contact: str
    name: str = ""
    words: str = ""
    language: str = "en"
    grants: tuple[GrantId, ...] = ()
    templates: tuple[str, ...] = ()
    sources: tuple[SourceId, ...] = ()
    since: date | None = None
    until: date | None = None
    places: tuple[str, ...] = ()
    representative: str = ""
    mandate: str = ""
    person_contact: str = ""
    received_on: date | None = None
    photo_follows: bool = False
    residence: Territory | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """A rights request as stored. What was written and answered is in ``sealed``.

    ``subject`` is the data subject who asks; who was not known becomes one for as long as
    the request lasts (``newcomer``). ``grant`` is the temporary rights_request grant of
    somebody who is not enrolled, if one was made; ``plan`` what carries the request out.
    ``due`` is the last day to answer, as a moment: the end of that day, UTC.
    ``letters`` counts the first letter and its repeats. ``channel_proved_at`` is when the
    contact was proved theirs; ``identity_accepted_at`` when a human accepted, with a
    reason, that the photo is theirs. ``mandate`` is the SHA-256 (hex) of a
    representative's mandate, or empty. ``delivered_to`` is empty or the word for the way
    (``contact``). ``closed_at`` is when it was delivered or refused, ``alerted_at`` when
    somebody was warned last that its time runs out.
    """

    id: RequestId
    subject: SubjectId
    kind: RightKind
    newcomer: bool
    grant: GrantId | None
    plan: PlanId | None
    received_at: datetime
    due: datetime
    regime: str
    extended_at: datetime | None
    letters: int
    mandate: str
    channel_proved_at: datetime | None
    identity_accepted_at: datetime | None
    state: RequestState
    closed_at: datetime | None
    sealed: bytes
    leaf: int
    alerted_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is still to be answered."""
        return self.state in OPEN_REQUESTS


@dataclass(frozen=True, slots=True)
class Received:
    """A letter that was taken in. It says the same to everybody, known here or not.

    ``due`` is the last day to answer. ``letters`` counts this letter and those that it
    repeats; whoever is not proved to be the person and no member is told of this one alone.
    ``told`` says whether the code went out; if not, it goes out with the worker's next round.
    ``proved`` says that a receipt proved the person, so that no code is needed.
    """

    request: RequestId
    kind: RightKind
    due: datetime
    letters: int
    told: bool
    leaf: int
    proved: bool = False


@dataclass(frozen=True, slots=True)
class Proved:
    """A code came back: what was asked for is under way, or waits for a human."""

    request: RequestId
    state: RequestState
    leaf: int


@dataclass(frozen=True, slots=True)
class Decided:
    """What a human decided about a request, and where it stands now.

    ``told`` says whether a letter says so to the person; there is none for an answer that
    its plan delivers, and none with a human's words to a contact that was never proved.
    """

    request: RequestId
    state: RequestState
    due: datetime
    told: bool
    leaf: int


@dataclass(frozen=True, slots=True)
class RequestCode:
    """The one-time code that proves a request's contact: salted SHA-256, tries used, end."""

    request: RequestId
    salt: bytes
    digest: bytes
    tries: int
    expires: datetime


@dataclass(frozen=True, slots=True)
class Hold:
    """A legal hold (GDPR 17(3)(e)): the named grants' rows outlive an erasure for a while.

    ``instrument`` is the SHA-256 (hex) of the paper it rests on. What is held is never
    searchable, and the person sees that it is held.
    """

    id: HoldId
    subject: SubjectId
    grants: tuple[GrantId, ...]
    instrument: str
    placed_at: datetime
    until: datetime
    lifted_at: datetime | None
    leaf: int


@dataclass(frozen=True, slots=True)
class HoldWish:
    """A legal hold to place: on whom, on which of their grants, on what paper, until when.

    ``instrument`` is the SHA-256 (hex) of the paper.
    """

    subject: SubjectId
    grants: tuple[GrantId, ...]
    instrument: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Account:
    """An accountability record: who searched a person who was erased (GDPR 5(2)).

    ``sealed`` opens under a key of its own, which is destroyed at ``destroy_at``.
    ``plan`` is the erasure it was written by.
    """

    id: AccountId
    plan: PlanId
    made_at: datetime
    destroy_at: datetime
    sealed: bytes
    leaf: int

"""Letters from and to authorities, as a member files them and as the register shows them."""

from dataclasses import dataclass
from datetime import date

from licet.terms.ids import CorrespondenceId, MemberId, OrderId


@dataclass(frozen=True, slots=True)
class LetterWish:
    """A letter as a member files it.

    ``digest`` is the SHA-256 (hex) of its file. ``on`` is the day on which it came, or was
    sent where it is ``outgoing``; None is today. ``answer_by`` is the last day to answer,
    None where none is asked for; ``owner`` sees to it. ``says`` is what it is about, in
    one line that names nobody.
    """

    authority: str
    digest: str
    says: str
    outgoing: bool = False
    on: date | None = None
    answer_by: date | None = None
    owner: MemberId | None = None
    order: OrderId | None = None


@dataclass(frozen=True, slots=True)
class LetterPayload:
    """What a letter is about, and what a member wrote beside its answer."""

    says: str = ""
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Filed:
    """A letter on the register, and the entry that says so."""

    letter: CorrespondenceId
    answer_by: date | None
    leaf: int


@dataclass(frozen=True, slots=True)
class LetterLine:
    """A letter on the list.

    ``waits`` says that an answer is asked for and was not given, ``late`` that its last day
    is over. ``left`` are the days until then, negative afterwards. ``owner`` is empty where
    nobody sees to it, or nobody who still is a member.
    """

    id: CorrespondenceId
    authority: str
    outgoing: bool
    on: date
    says: str
    answer_by: date | None
    left: int | None
    waits: bool
    late: bool
    owner: str
    answered_on: date | None
    answer: str
    order: OrderId | None
    digest: str

"""What the inbox of people's requests tells: clocks and states, and never what is found."""

from dataclasses import dataclass
from datetime import date

from licet.terms.ids import RequestId
from licet.terms.rights import RequestState, RightKind


@dataclass(frozen=True, slots=True)
class RequestLine:
    """A request on the list. ``left`` are the days until its last day, below zero when late.

    ``waits_for`` says whose turn it is: ``person``, ``human``, ``worker`` or ``nobody``.
    It says nothing of who asks, and the same for people who are known and who are not.
    ``article`` is what a refusal rests on, empty for others and once it is forgotten.
    """

    id: RequestId
    kind: RightKind
    state: RequestState
    received_on: date
    due: date
    left: int
    late: bool
    letters: int
    extended: bool
    represented: bool
    regime: str
    waits_for: str
    article: str = ""


@dataclass(frozen=True, slots=True)
class RequestDetails:
    """A request for those who must look at it: the letter, and what was decided about it.

    What was written is empty once it is forgotten. ``steps_done`` of ``steps`` is how far
    its plan came. ``photo`` says that one is with it. What a plan finds goes to the person
    alone.
    """

    request: RequestLine
    name: str
    contact: str
    words: tuple[str, ...]
    representative: str
    person_contact: str
    mandate: str
    photo: bool
    proved: bool
    accepted: bool
    steps_done: int
    steps: int
    reason: str
    article: str
    answer: str

"""The pages of people: the list, one person with the faces found of them, one photo."""

from dataclasses import dataclass
from typing import ClassVar

from licet.terms.clip import clock_time
from licet.terms.grant import Restriction
from licet.terms.ids import PurposeId
from licet.terms.listing import UnlinkedLine
from licet.terms.people import CaseOf, People, PersonDetails, PersonFace
from licet.terms.permit import Refusal
from licet.web.pages.words import later

DONE = {
    "confirmed": later("The face is confirmed. It stays until somebody takes it off."),
    "unconfirmed": later("The confirmation is taken back. The face lapses unless somebody looks."),
    "unlinked": later("The face is taken off this person, and the person is told."),
    "relinked": later("It is undone. The face waits for a look once more, as a suggestion."),
    "split": later("The appearance is taken apart. What is not this person is forgotten."),
    "never": later("This face is never suggested for this person again."),
    "forgotten": later("The suggestion is forgotten. A later scan may make it again."),
}
"""What was just done, by the word in the address."""

WHY_ASIDE = {
    Restriction.ASKED: later("The person asked for it."),
    Restriction.OBJECTION: later("The person objects, and it is not decided yet."),
    Restriction.HOLD: later("A legal hold keeps it, and does nothing else."),
    Restriction.ENROLMENT_HELD: later("The data protection officer looks at the enrolment first."),
    Restriction.UNKNOWN: later("The entry that says why is not here."),
}
"""Why a grant is set aside."""


@dataclass(frozen=True, slots=True)
class PeopleList:
    """The people within reach, one page of them.

    ``only_waiting`` says that this member reads of those alone of whom a face waits.
    """

    template: ClassVar[str] = "people.html"

    people: People
    purposes: tuple[PurposeId, ...]
    purpose: PurposeId | None = None
    waiting: bool = False
    only_waiting: bool = False
    page: int = 1
    pages: int = 1

    def at(self, page: int) -> str:
        """The address of another page of the same list."""
        parts = (f"purpose={self.purpose}" if self.purpose else "", "waiting=1" * self.waiting)
        return "/console/people?" + "&".join([*filter(None, parts), f"page={page}"])


@dataclass(frozen=True, slots=True)
class FaceCard:
    """One face of a person on the grid: its picture, its own page, and where acts are posted.

    ``within`` says in which case one looks, as a query: acts lead back into it.
    """

    face: PersonFace
    picture: str
    address: str
    act: str
    within: str

    @property
    def during(self) -> str:
        """When in a video, "" for a photo."""
        return "-".join(clock_time(one) for one in self.face.span or ())


@dataclass(frozen=True, slots=True)
class May:
    """What to offer this member; whether it may be done, the flow says."""

    confirm: bool = False
    unlink: bool = False
    split: bool = False


@dataclass(frozen=True, slots=True)
class PersonPage:
    """One person. ``cards`` is None where no picture may be looked at, ``refusal`` says why.

    ``case`` is the one within which one looks; ``off`` are faces that members took off them.
    ``step_up`` says that to prove once more who one is changes the refusal.
    """

    template: ClassVar[str] = "person.html"

    details: PersonDetails
    may: May
    case: CaseOf | None = None
    cards: tuple[FaceCard, ...] | None = None
    more: str = ""
    off: tuple[UnlinkedLine, ...] = ()
    refusal: Refusal | None = None
    step_up: bool = False
    here: str = ""
    done: str = ""

    @property
    def name(self) -> str:
        """What a person is called here: the beginning of their pseudonym."""
        return self.details.line.subject[:8]

    @property
    def done_says(self) -> str:
        """What was just done, as a sentence of ours; "" for any other word."""
        return DONE.get(self.done, "")

    @property
    def asides(self) -> dict[Restriction, str]:
        """Why a grant may be set aside."""
        return WHY_ASIDE


@dataclass(frozen=True, slots=True)
class PersonPhoto:
    """One photo or video in which a person was found, with everybody else covered.

    ``faces`` are all of the person's in it: a video shows them at several times. ``pictures``
    is it with boxes and without; ``before`` and ``after`` lead to the next, "" at the ends.
    """

    template: ClassVar[str] = "person_photo.html"

    subject: str
    here: CaseOf
    card: FaceCard
    faces: tuple[FaceCard, ...]
    pictures: tuple[str, str]
    may: May
    back: str
    before: str = ""
    after: str = ""

"""The pages of data subjects: their door, what is kept of them, and every way to leave."""

from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar

from licet.terms.asked import OwnQuestion
from licet.terms.own import OwnKept, OwnPerson
from licet.terms.permit import Refusal
from licet.terms.rights import RightKind
from licet.web.pages.words import later

DONE = {
    "withdrawn": later("Your yes is taken back. Nobody finds you under it any more."),
    "declined": later("You said no. Nothing is kept, and nobody may ask you why."),
    "confirmed": later("You said yes. You can take it back here at any time."),
    "restricted": later("It is set aside: kept, and nobody finds you under it."),
    "released": later("It may be used again."),
    "not-me": later("The face is taken off you, and never put on you again."),
    "is-me": later("The face stays with you until you take it off or take your yes back."),
    "answered": later("It is kept as you said. Nobody else reads what you answered."),
    "asked": later("We have your request. You see its last day below."),
}
"""What was just done, by the word in the address: nothing else is ever said there."""

ASKABLE = (
    RightKind.ACCESS,
    RightKind.PORTABILITY,
    RightKind.RECTIFICATION,
    RightKind.OBJECTION,
    RightKind.RESTRICTION,
    RightKind.WITHDRAWAL,
    RightKind.ERASURE,
    RightKind.COMPLAINT,
)
"""What may be asked for in a form, in the order in which it stands there."""


@dataclass(frozen=True, slots=True)
class OwnDoor:
    """Where somebody gives their address, so that a code goes there."""

    template: ClassVar[str] = "own_door.html"

    errors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OwnCodePage:
    """Where the code is given back. ``failed`` says that it was not the one, and never why."""

    template: ClassVar[str] = "own_code.html"

    failed: bool = False


@dataclass(frozen=True, slots=True)
class PortalHome:
    """A person's own page: what is kept, who searched them, and how to leave.

    ``people`` are those whose contact it is: mostly one, or somebody with their children.
    """

    template: ClassVar[str] = "portal_home.html"

    people: tuple[OwnPerson, ...]
    questions: tuple[OwnQuestion, ...] = ()

    @property
    def asked(self) -> tuple[OwnQuestion, ...]:
        """The questions that wait for an answer: nobody needs to give one."""
        return tuple(one for one in self.questions if one.asked == "found" and one.said == "open")


@dataclass(frozen=True, slots=True)
class OwnGrantPage:
    """One yes of a person: what they are asked, the photos under it, and what they may do."""

    template: ClassVar[str] = "own_grant.html"

    kept: OwnKept
    questions: tuple[OwnQuestion, ...] = ()


@dataclass(frozen=True, slots=True)
class OwnConsent:
    """A yes that is asked for: read first, then said or not."""

    template: ClassVar[str] = "own_consent.html"

    kept: OwnKept


@dataclass(frozen=True, slots=True)
class OwnAsk:
    """A form to ask for something. ``known`` needs no address: the person is signed in."""

    template: ClassVar[str] = "own_ask.html"

    known: bool
    people: tuple[tuple[str, str], ...] = ()
    errors: dict[str, str] = field(default_factory=dict)
    kinds: tuple[RightKind, ...] = ASKABLE


@dataclass(frozen=True, slots=True)
class OwnAsked:
    """A letter that came: its number and last day, and where its code is given back.

    It says the same to everybody, known here or not. ``proved`` stands when the code was.
    """

    template: ClassVar[str] = "own_asked.html"

    request: str
    due: date | None
    address: str
    proved: bool = False
    failed: bool = False


@dataclass(frozen=True, slots=True)
class OwnContact:
    """Where a person gives a new address; it counts once its code came back."""

    template: ClassVar[str] = "own_contact.html"

    people: tuple[tuple[str, str], ...]
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OwnErased:
    """What a person reads whose erasure began."""

    template: ClassVar[str] = "own_erased.html"


@dataclass(frozen=True, slots=True)
class OwnRefused:
    """A refusal to a data subject: why, on what it rests, and where to complain."""

    template: ClassVar[str] = "own_refused.html"

    refusal: Refusal
    authority: str

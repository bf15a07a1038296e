"""The pages of people who are not signed in: the door of members, and the public page."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from licet.terms.public import PublicFacts
from licet.terms.vouching import Fault
from licet.web.pages.words import later


@dataclass(frozen=True, slots=True)
class SignIn:
    """The door of members. ``providers`` are pairs of an address and a name to sign in with.

    ``failed`` says that the last try did not work, and never why. ``bound`` says that an
    identity was bound just now, ``left`` that somebody signed out here and may still be
    signed in at their provider.
    """

    template: ClassVar[str] = "sign_in.html"

    passkeys: bool = True
    providers: tuple[tuple[str, str], ...] = ()
    failed: bool = False
    bound: bool = False
    left: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """What a fault is called, what happened, and what to do; ``%(name)s`` is the provider."""

    title: str
    says: str
    remedy: str


FAULTS: dict[Fault, Told] = {
    Fault.DOWN: Told(
        later("Your organisation's sign-in does not answer"),
        later("%(name)s cannot be reached, or does not say what it should."),
        later("Try again in a minute, or sign in with your passkey."),
    ),
    Fault.DENIED: Told(
        later("You were not signed in there"),
        later("%(name)s says no, or you turned back."),
        later("Begin again, or sign in with your passkey."),
    ),
    Fault.LATE: Told(
        later("This sign-in is over"),
        later("It was not begun in this browser, or more than ten minutes ago."),
        later("Begin again from the door. Never follow a link that somebody sent you."),
    ),
    Fault.REPLAYED: Told(
        later("This sign-in was used before"),
        later("Each one opens one session, so that nobody uses it after you."),
        later("Begin again from the door. If you did not sign in before, tell your steward."),
    ),
    Fault.MIXED_UP: Told(
        later("Somebody else answered"),
        later("What came back is not from %(name)s, or was meant for another service."),
        later("Nobody comes in by it. Tell whoever runs this deployment."),
    ),
    Fault.WRONG_NONCE: Told(
        later("This answer belongs to another sign-in"),
        later("%(name)s signed it, but not for what this browser asked."),
        later("Begin again from the door. If it happens twice, tell your steward."),
    ),
    Fault.CLOCK: Told(
        later("The clocks do not agree"),
        later("By our clock, what %(name)s signed is over, or not yet begun."),
        later("Tell whoever runs this deployment; until then, sign in with your passkey."),
    ),
    Fault.WEAK: Told(
        later("More proof is needed"),
        later("You proved who you are too long ago, or by too little."),
        later("Sign out at %(name)s and in again, or use your passkey here."),
    ),
    Fault.UNSOUND: Told(
        later("What came back cannot be believed"),
        later("%(name)s answered with something that its keys did not sign, or that is no answer."),
        later("Tell whoever runs this deployment; until then, sign in with your passkey."),
    ),
    Fault.NOT_BOUND: Told(
        later("Nobody here knows you by this"),
        later("%(name)s knows you, but no member of this deployment is bound to that."),
        later("Sign in with your passkey and bind it in your settings, or ask for an invitation."),
    ),
    Fault.LOCKED: Told(
        later("This way in is shut for a while"),
        later("Several sign-ins in your name failed, so it stays shut for a quarter of an hour."),
        later("Use your passkey, and tell your steward if it was not you."),
    ),
}
"""What each fault is to the person who meets it."""


@dataclass(frozen=True, slots=True)
class NotVouched:
    """Why nobody came in by the identity provider, and what to do."""

    template: ClassVar[str] = "not_vouched.html"

    fault: Fault
    name: str

    @property
    def told(self) -> Told:
        """What is said of the fault."""
        return FAULTS[self.fault]


@dataclass(frozen=True, slots=True)
class Invitation:
    """Where a member who was invited makes their passkey; the code is the browser's alone.

    ``provider`` is the name of the identity provider that they may bind instead, or "".
    """

    template: ClassVar[str] = "invitation.html"

    provider: str = ""


@dataclass(frozen=True, slots=True)
class OpenReport:
    """One organisation's usage in a month, and the address of its signed file."""

    organisation: str
    month: date
    searches: int
    leads: int
    address: str


@dataclass(frozen=True, slots=True)
class PublicPage:
    """What a deployment does, told to everybody.

    ``own_page`` is the address of a person's own page, "" where none is served.
    """

    template: ClassVar[str] = "public.html"

    facts: PublicFacts
    reports: tuple[OpenReport, ...] = ()
    own_page: str = ""

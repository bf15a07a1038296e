"""The pages of people who are not signed in: the door of members, and the public page."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from licet.terms.public import PublicFacts


@dataclass(frozen=True, slots=True)
class SignIn:
    """The door of members. ``providers`` are pairs of an address and a name to sign in with.

    ``failed`` says that the last try did not work, and never why.
    """

    template: ClassVar[str] = "sign_in.html"

    passkeys: bool = True
    providers: tuple[tuple[str, str], ...] = ()
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Invitation:
    """Where a member who was invited makes their passkey; the code is the browser's alone."""

    template: ClassVar[str] = "invitation.html"


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

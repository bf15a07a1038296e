"""The pages of people who are no members: the door, the public page, a person's own page."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from licet.terms.grant import GrantState
from licet.terms.ids import PurposeId
from licet.terms.public import PublicFacts
from licet.terms.rights import RequestState, RightKind
from licet.terms.search import SearchState


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


@dataclass(frozen=True, slots=True)
class OwnGrant:
    """One yes of a person, and what is kept under it."""

    address: str
    organisation: str
    purpose: PurposeId
    state: GrantState
    expires: date
    references: int
    appearances: int


@dataclass(frozen=True, slots=True)
class OwnSearch:
    """A search that listed a person: who, when, for what, and what became of it."""

    organisation: str
    at: datetime
    purpose: PurposeId
    state: SearchState


@dataclass(frozen=True, slots=True)
class OwnRequest:
    """A request of a person, with its clock."""

    kind: RightKind
    state: RequestState
    due: date
    left: int


@dataclass(frozen=True, slots=True)
class PortalHome:
    """A person's own page: what is kept of them, who searched them, and how to leave."""

    template: ClassVar[str] = "portal_home.html"

    grants: tuple[OwnGrant, ...]
    searches: tuple[OwnSearch, ...]
    requests: tuple[OwnRequest, ...]

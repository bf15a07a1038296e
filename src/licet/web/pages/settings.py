"""The pages of members about themselves and about their organisation."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from licet.papers import PaperLine
from licet.terms.duties import FilingKind
from licet.terms.equipping import LeaveLine, Mine
from licet.terms.ids import PurposeId
from licet.terms.listing import MemberLine, OrganisationLine
from licet.terms.organisation import Role


@dataclass(frozen=True, slots=True)
class Settings:
    """What one comes in with. ``provider`` is the identity provider's name, "" where none is.

    ``done`` says what was done just now.
    """

    template: ClassVar[str] = "settings.html"

    mine: Mine
    provider: str = ""
    done: str = ""


@dataclass(frozen=True, slots=True)
class May:
    """What whoever looks may begin here; the flows decide again, as always."""

    govern: bool = False
    file: bool = False
    read_papers: bool = False


@dataclass(frozen=True, slots=True)
class Members:
    """Members with their roles, leave to come in, agreements and papers.

    ``papers`` is None for whoever may not read them. ``now`` is when the page was made.
    """

    template: ClassVar[str] = "members.html"

    rows: tuple[MemberLine, ...]
    leave: tuple[LeaveLine, ...]
    organisations: tuple[OrganisationLine, ...]
    papers: tuple[PaperLine, ...] | None
    may: May
    now: datetime
    purposes: tuple[PurposeId, ...] = ()
    done: str = ""

    @property
    def today(self) -> date:
        """The day that forms begin with."""
        return self.now.date()

    @property
    def roles(self) -> tuple[Role, ...]:
        """Every role there is."""
        return tuple(Role)

    @property
    def kinds(self) -> tuple[FilingKind, ...]:
        """Every kind of paper that an organisation files."""
        return tuple(FilingKind)

    def left(self, ends: datetime) -> int:
        """Return how many days are left until something ends."""
        return (ends.date() - self.today).days

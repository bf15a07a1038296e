"""The pages of breaches: the register with its clocks, one breach, and people who do not exist."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from licet.terms.breaching import BreachDetails, BreachLine, CanaryLine, Risk
from licet.terms.duties import BreachState
from licet.terms.ids import OrganisationId, PurposeId

NEAR = 24
"""Hours before its end from which a clock warns."""


@dataclass(frozen=True, slots=True)
class BreachRow:
    """A breach with its clock."""

    line: BreachLine

    @property
    def state(self) -> BreachState:
        """How it stands."""
        return BreachState(self.line.state)

    @property
    def over(self) -> bool:
        """Whether it is over."""
        return self.state in {BreachState.CLOSED, BreachState.DISMISSED}

    @property
    def runs(self) -> bool:
        """Whether the 72 hours run: nobody told the authority, and somebody may have to."""
        return not self.over and self.line.authority_told_at is None and not self.spared

    @property
    def spared(self) -> bool:
        """Whether the authority need not be told: the hours are over and nothing is late."""
        return self.state is not BreachState.SUSPECTED and not self.line.late and self.line.left < 0

    @property
    def tone(self) -> str:
        """How near the end of the hours is."""
        return "bad" if self.line.left < 0 else "warn" if self.line.left <= NEAR else "good"


@dataclass(frozen=True, slots=True)
class BreachList:
    """Every breach, those that are not over first, and how the canaries are."""

    template: ClassVar[str] = "breaches.html"

    rows: tuple[BreachRow, ...]
    canaries: tuple[CanaryLine, ...] = ()
    may_report: bool = False
    alarms: bool = True

    @property
    def late(self) -> int:
        """How many authorities should have been told and were not."""
        return sum(one.line.late for one in self.rows)

    @property
    def touched(self) -> int:
        """How many canaries were touched."""
        return sum(one.touched_at is not None for one in self.canaries)


@dataclass(frozen=True, slots=True)
class NewBreach:
    """A form: what happened, and since when it is known."""

    template: ClassVar[str] = "breach_new.html"

    now: datetime


@dataclass(frozen=True, slots=True)
class OneBreach:
    """One breach: what is known, whom to tell, and what comes next."""

    template: ClassVar[str] = "breach.html"

    details: BreachDetails
    may_act: bool = False
    done: str = ""

    @property
    def row(self) -> BreachRow:
        """The breach with its clock."""
        return BreachRow(self.details.breach)

    @property
    def risk(self) -> Risk | None:
        """What it may come to, as far as that was found."""
        return Risk(self.details.risk) if self.details.risk else None

    @property
    def risks(self) -> tuple[Risk, ...]:
        """The risks that one may find, with what each asks for."""
        return tuple(Risk)

    @property
    def tells_authority(self) -> bool:
        """Whether the authority must be told, by what was found."""
        told = self.details.breach.authority_told_at is not None
        return not told and self.risk in {Risk.LIKELY, Risk.HIGH}

    @property
    def tells_people(self) -> bool:
        """Whether the people must be told."""
        return self.risk is Risk.HIGH and self.details.breach.people_told_at is None


@dataclass(frozen=True, slots=True)
class Canaries:
    """People who do not exist: when each was placed and touched, and a form that places more."""

    template: ClassVar[str] = "canaries.html"

    lines: tuple[CanaryLine, ...]
    organisations: tuple[tuple[OrganisationId, str], ...]
    purposes: tuple[PurposeId, ...]
    may_act: bool = False
    done: str = ""

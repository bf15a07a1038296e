"""The pages of authorities' orders: the list, the form, the preview, and one with its clock."""

from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import ClassVar

from licet.rights.blocking import BlockLine
from licet.rights.viewing import OrderPage, PersonReached
from licet.terms.clock import ClauseClock, Clock, OrderClock
from licet.terms.money import Money
from licet.terms.order import (
    OF_ONE,
    TOGETHER,
    ClauseKind,
    DataKind,
    OrderState,
    OrderWish,
    Reached,
)
from licet.web.pages.exposure import Chart, charts
from licet.web.pages.words import later

STORES: dict[str, str] = {
    "people": later("People in its scope"),
    "grants": later("Grants of theirs"),
    "templates": later("Templates under those"),
    "suggestions": later("Suggestions under those"),
    "items": later("Photos from sources in its scope"),
    "probes": later("Probes of searches that listed them"),
    "sources": later("Sources in its scope"),
    "waiting": later("Open access requests, answered first"),
    "held": later("People of whom a legal hold keeps something"),
}
"""What each count of an order is called."""

_STEP = {
    OrderState.FINAL: 2,
    OrderState.EXECUTING: 3,
    OrderState.PROVED: 5,
    OrderState.SENT: 6,
    OrderState.CLOSED: 6,
}

"""Which of the five steps is now: written down, signed, carried out, proved, sent."""

MOST = 50
"""People, requests or blocks that a page lists; the command line lists all."""

REGIMES = {
    "gdpr": "GDPR",
    "uk_gdpr": "UK GDPR",
    "bipa": "BIPA",
    "au_privacy": "Privacy Act 1988 (Australia)",
    "ai_act": "AI Act",
}
"""What regimes are called, which is the same in every language."""

ROWS = (
    ClauseKind.STOP_COLLECTING,
    ClauseKind.STOP_USE,
    ClauseKind.ANSWER_ACCESS,
    ClauseKind.ERASE,
    ClauseKind.ERASE,
    ClauseKind.PROVE,
)
"""The clauses that the form has room for; an order with others comes as a file."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many of one store: exactly, or which ten it lies in."""

    store: str
    number: int
    exact: bool = True

    @property
    def last(self) -> int:
        """The last number that it may be, where it is told in tens."""
        return self.number + TOGETHER - 1


def counts(reached: Reached, *, exact: bool) -> tuple[Count, ...]:
    """Return every count of what an order reaches, zeros too."""
    return tuple(
        Count(one.name, getattr(reached, one.name), exact or one.name not in OF_ONE)
        for one in fields(Reached)
    )


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order on the list with its clock; ``left`` are the days to its next last day."""

    clock: OrderClock
    left: int | None


@dataclass(frozen=True, slots=True)
class OrderList:
    """Every order, what is due first on top, and what they cost together."""

    template: ClassVar[str] = "orders.html"

    clock: Clock
    may_register: bool = False
    turnover: str = ""

    @property
    def rows(self) -> tuple[OrderRow, ...]:
        """The orders: those with a last day first, the nearest first."""
        rows = [OrderRow(one, _left(one)) for one in self.clock.orders]
        rows.sort(key=lambda one: (one.left is None, one.left or 0, one.clock.reference))
        return tuple(rows)

    @property
    def late(self) -> int:
        """How many are late."""
        return sum(one.late for one in self.clock.orders)

    @property
    def charts(self) -> tuple[Chart, ...]:
        """What is owed over time, a picture a currency."""
        return charts(self.clock)

    @property
    def highest(self) -> tuple[tuple[str, Money], ...]:
        """What not following an order may cost at most, by regime."""
        known = {one.regime: one.most for one in self.clock.orders if one.counts and one.most}
        return tuple((REGIMES.get(one, one), known[one]) for one in sorted(known))


def _left(one: OrderClock) -> int | None:
    return (
        min((c.left for c in one.clauses if c.done is None), default=None) if one.counts else None
    )


@dataclass(frozen=True, slots=True)
class ClauseWords:
    """One row of the form: whether it is ordered, its term, and which data it is about."""

    kind: ClauseKind
    ordered: bool = False
    months: str = ""
    by: str = ""
    data: frozenset[DataKind] = frozenset()


@dataclass(frozen=True, slots=True)
class OrderWords:
    """An order as the form holds it, all of it text."""

    authority: str = ""
    reference: str = ""
    version: str = "1"
    state: str = "final"
    decided: str = ""
    notified: str = ""
    published: str = ""
    regime: str = "gdpr"
    language: str = "en"
    contact: str = ""
    everything: bool = False
    territories: str = ""
    sources: str = ""
    subjects: str = ""
    clauses: tuple[ClauseWords, ...] = tuple(map(ClauseWords, ROWS))
    fine: str = ""
    per_day: str = ""
    cap: str = ""


@dataclass(frozen=True, slots=True)
class NewOrder:
    """A form for all that an order says, and a place to drop its file.

    ``problem`` is what is wrong with it, and what would mend it. ``regimes`` are those
    there are; ``older`` the reference of the order that this is a new version of.
    """

    template: ClassVar[str] = "order_new.html"

    words: OrderWords
    regimes: tuple[str, ...]
    today: date
    problem: tuple[str, str] | None = None
    older: str = ""

    @property
    def kinds(self) -> tuple[DataKind, ...]:
        """Which data a clause may erase, all of a person first."""
        return (DataKind.PEOPLE, DataKind.PHOTOS, DataKind.TEMPLATES, DataKind.PROBES)

    @property
    def named_regimes(self) -> tuple[tuple[str, str], ...]:
        """The regimes with their names, which are the same in every language."""
        return tuple((one, REGIMES.get(one, one)) for one in self.regimes)


@dataclass(frozen=True, slots=True)
class OrderPreview:
    """What an order would hit, before anything happens. ``people`` is None until asked for."""

    template: ClassVar[str] = "order_preview.html"

    wish: OrderWish
    text: str
    counts: tuple[Count, ...]
    terms: tuple[tuple[ClauseKind, datetime], ...]
    today: date
    people: tuple[PersonReached, ...] | None = None
    may_list: bool = False
    may_register: bool = False
    in_form: bool = True
    most: int = MOST


@dataclass(frozen=True, slots=True)
class WaitsFor:
    """An act that one member signed, and that another must sign too."""

    begun_by: str
    until: datetime
    yours: bool


@dataclass(frozen=True, slots=True)
class OneOrder:
    """One order: its clauses with a clock each, what runs now, and what comes next.

    ``now`` are today's counts, None while the page only renews itself. ``every`` so many
    seconds it does so while something runs, each time later than the last.
    """

    template: ClassVar[str] = "order.html"

    order: OrderPage
    clock: OrderClock
    now: tuple[Count, ...] | None = None
    charts: tuple[Chart, ...] = ()
    blocks: tuple[BlockLine, ...] = ()
    act: WaitsFor | None = None
    may_act: bool = False
    done: str = ""
    every: int = 2
    most: int = MOST

    @property
    def clauses(self) -> tuple[ClauseClock, ...]:
        """The clauses with their clocks, in the order of the paper."""
        return self.clock.clauses

    @property
    def state(self) -> OrderState:
        """How it stands."""
        return self.order.line.state

    @property
    def running(self) -> bool:
        """Whether the worker has something to do for it."""
        return self.state is OrderState.EXECUTING

    @property
    def step(self) -> int:
        """Which of the five steps is now, from 1; 6 when all are done."""
        return _STEP.get(self.state, 1)

    @property
    def met(self) -> int:
        """How many clauses are met."""
        return sum(one.done is not None for one in self.clock.clauses)

    @property
    def then(self) -> dict[str, Count]:
        """What was counted when it was registered, by store."""
        return {
            store: Count(store, number, self.order.exact or store not in OF_ONE)
            for store, number in self.order.found
            if isinstance(number, int)
        }

    @property
    def waiting(self) -> Count:
        """How many must be answered first."""
        return Count("waiting", self.order.waiting, self.order.exact)

    @property
    def held(self) -> Count:
        """Of how many a legal hold keeps something."""
        return Count("held", self.order.held, self.order.exact)

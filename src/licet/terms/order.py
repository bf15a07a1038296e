"""Orders of supervisory authorities: what must stop, be answered, be erased and be proved.

GDPR 58(2): an authority orders, and somebody must be able to show that it was carried out.
An order has clauses, each with a deadline of its own, and a scope; a version of it replaces
the one before, and what was blocked for it stays blocked until the authority's own release.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from licet.terms.ids import OrderId, PlanId, SourceId, SubjectId, Territory
from licet.terms.money import Money


class OrderState(StrEnum):
    """proposed -> final -> executing -> proved -> sent -> closed.

    ``proposed``: announced, nothing binds yet. ``final``: it binds, what it names is blocked,
    and it waits for two members before anybody is erased. ``executing``: requests are
    answered, then people erased. ``proved``: the ledger holds what was done. ``sent``: the
    pack went to the authority. ``appealed`` and ``superseded`` end a version, never a block.
    """

    PROPOSED = "proposed"
    FINAL = "final"
    EXECUTING = "executing"
    PROVED = "proved"
    SENT = "sent"
    CLOSED = "closed"
    APPEALED = "appealed"
    SUPERSEDED = "superseded"


BINDING = frozenset({OrderState.FINAL, OrderState.EXECUTING, OrderState.PROVED, OrderState.SENT})
"""The states in which an order still asks something of the operator."""


class ClauseKind(StrEnum):
    """What one clause of an order demands."""

    STOP_COLLECTING = "stop_collecting"
    STOP_USE = "stop_use"
    ANSWER_ACCESS = "answer_access"
    ERASE = "erase"
    PROVE = "prove"


class DataKind(StrEnum):
    """Which data a clause reaches. ``people``: all that is kept of a person, who they are too."""

    PHOTOS = "photos"
    TEMPLATES = "templates"
    PROBES = "probes"
    PEOPLE = "people"


@dataclass(frozen=True, slots=True)
class OrderScope:
    """Whom and what an order reaches: what any of its parts names; no part at all is everything.

    A person is inside a territory by residence, by a place of a grant of theirs (where it
    was given, where photos were taken) or by the source their grant names; a source by its
    own. What is not known is inside.
    """

    territories: tuple[Territory, ...] = ()
    sources: tuple[SourceId, ...] = ()
    subjects: tuple[SubjectId, ...] = ()

    @property
    def everything(self) -> bool:
        """Whether it names no part, and so reaches all."""
        return not (self.territories or self.sources or self.subjects)


@dataclass(frozen=True, slots=True)
class ClauseWish:
    """A clause as ordered: ``months`` from the notification, or else the day ``by``.

    ``data`` is what an ERASE clause destroys; empty elsewhere.
    """

    kind: ClauseKind
    months: int | None = None
    by: date | None = None
    data: frozenset[DataKind] = frozenset()


@dataclass(frozen=True, slots=True)
class PenaltyTerms:
    """What it costs: a fine once, and a sum for each day on which a clause is overdue.

    The daily sums together come to ``cap`` at most; the fine is on top of them.
    """

    fine: Money | None = None
    per_day: Money | None = None
    cap: Money | None = None


@dataclass(frozen=True, slots=True)
class OrderWish:
    """An authority's order as an operator writes it down.

    ``reference`` is the authority's own; with ``authority`` it names the order, ``version``
    counts from 1. ``state`` is ``proposed``, ``final`` or ``appealed``. ``notified`` is when
    the operator got it: terms in months run from that day. ``regime`` says how days are
    counted (``consent.regimes``). ``contact`` is where the pack goes; ``language`` what the
    letter is written in. ``document`` is the SHA-256 (hex) of the paper it came as.
    """

    authority: str
    reference: str
    version: int
    state: OrderState
    decided: date
    notified: date
    published: date | None
    regime: str
    language: str
    contact: str
    document: str
    scope: OrderScope
    clauses: tuple[ClauseWish, ...]
    penalties: PenaltyTerms


@dataclass(frozen=True, slots=True)
class Order:
    """An order as stored. The text it was read from is in ``sealed``, under its own key.

    ``confirmed_at`` is when two members, one of them the data protection officer, let it be
    carried out. ``checkpoint`` is the ledger's signed note right after it was registered,
    empty until that was mirrored: what came later is proved to extend it. ``found`` counts
    by store what it reached when it was registered. ``proof_leaf`` is the entry that says
    what was done; ``pack`` the SHA-256 (hex) of the pack that was sent. ``alerted_at`` is
    when who watches over it was warned last that a term runs out.
    """

    id: OrderId
    authority: str
    reference: str
    version: int
    state: OrderState
    decided: date
    notified: date
    published: date | None
    regime: str
    language: str
    document: str
    scope: OrderScope
    penalties: PenaltyTerms
    registered_at: datetime
    confirmed_at: datetime | None
    checkpoint: str
    found: tuple[tuple[str, str | int | bool], ...]
    proof_leaf: int | None
    pack: str
    sent_at: datetime | None
    closed_at: datetime | None
    sealed: bytes
    leaf: int
    alerted_at: datetime | None = None

    @property
    def binds(self) -> bool:
        """Whether it still asks something of the operator."""
        return self.state in BINDING


@dataclass(frozen=True, slots=True)
class Clause:
    """Clause ``n`` of an order: its last day as the end of that day, and when it was met."""

    order: OrderId
    n: int
    kind: ClauseKind
    data: frozenset[DataKind]
    due: datetime
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class OrderPart:
    """A plan that carries out a part of an order: ``people`` are those it reaches of this order.

    Orders that overlap share plans: nobody is erased twice.
    """

    order: OrderId
    plan: PlanId
    people: int


@dataclass(frozen=True, slots=True)
class Reached:
    """What an order reaches now, counted by store, zeros included.

    ``waiting`` are open access requests of people in its scope: they are answered first.
    ``held`` are people whom a legal hold keeps for now.
    """

    people: int = 0
    grants: int = 0
    templates: int = 0
    suggestions: int = 0
    items: int = 0
    probes: int = 0
    sources: int = 0
    waiting: int = 0
    held: int = 0


OF_ONE = frozenset({"templates", "suggestions", "probes", "waiting", "held"})
"""Of these a count says of a single person what was found of them, or what they asked."""

TOGETHER = 10
"""So many of them are told together to who may not know of one: statistical offices and health
registers publish no cell of fewer than ten people either."""

"""What orders demand to be destroyed, and whose demands a person falls under (GDPR 58(2)(g)).

Nothing is written down twice: which orders bind is a state of theirs, whom they still reach
is read from the store, and what was done for them hangs on the plans that did it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from licet.app import App
from licet.consent.decide import decide
from licet.consent.territory import order_reaches
from licet.effects.facts import read_facts
from licet.effects.reaching import here_to_ask
from licet.store.unit import Reader, Unit
from licet.terms.acting import WORKER
from licet.terms.grant import Grant, Subject
from licet.terms.ids import GrantId, SourceId, SubjectId
from licet.terms.order import Clause, ClauseKind, DataKind, Order, OrderState
from licet.terms.permit import Action, Ask, Permit, Refusal
from licet.terms.plan import Plan, PlanKind
from licet.terms.source import Source

Kinds = frozenset[DataKind]

EVERYTHING: Kinds = frozenset(DataKind)
OF_GRANTS: Kinds = frozenset({DataKind.PEOPLE, DataKind.TEMPLATES})
"""The kinds of data that go with the keys of people's grants."""

PAGE = 20_000
"""How many people are looked at together: finding the next page looks at every grant."""

UNDER_WAY = frozenset({OrderState.FINAL, OrderState.EXECUTING})
"""The states in which something is still to be done before an order is proved."""


@dataclass(frozen=True, slots=True)
class Demand:
    """An order that binds, its clauses, and the data that it wants destroyed (none: no such)."""

    order: Order
    clauses: tuple[Clause, ...]
    kinds: Kinds

    @property
    def due(self) -> datetime | None:
        """The end of the first day by which people are answered or erased; None without."""
        wanted = {ClauseKind.ANSWER_ACCESS, ClauseKind.ERASE}
        return min((one.due for one in self.clauses if one.kind in wanted), default=None)

    @property
    def confirmed(self) -> bool:
        """Whether two members let it be carried out, and it is not proved yet."""
        return self.order.confirmed_at is not None and self.order.state in UNDER_WAY


def demands(reader: Reader | Unit) -> tuple[Demand, ...]:
    """Return what every binding order demands, the oldest first."""
    found = []
    for order in reader.orders.binding():
        clauses = reader.orders.clauses(order.id)
        erase = [one for one in clauses if one.kind is ClauseKind.ERASE]
        kinds = frozenset[DataKind]().union(*(one.data or EVERYTHING for one in erase))
        found.append(Demand(order, clauses, kinds))
    return tuple(found)


def covers(done: Kinds, wanted: Kinds) -> bool:
    """Say whether destroying ``done`` of a person destroys what is ``wanted`` too.

    Everything of a person is more than each part of it.
    """
    return DataKind.PEOPLE in done or wanted <= done


def kinds_of(plan: Plan) -> Kinds:
    """Return which data of its people a plan destroys."""
    return EVERYTHING if plan.kind is PlanKind.ERASE else kinds_in(plan.cause)


def kinds_in(word: str) -> Kinds:
    """Return the kinds that a plan's cause names, and its entry; none for another cause."""
    known = {kind.value: kind for kind in DataKind}
    return frozenset(known[one] for one in word.split("+") if one in known)


def may_carry_out(app: App, reader: Reader | Unit, order: Order) -> Permit | Refusal:
    """Decide whether people may be erased for an order now (invariant 8)."""
    ask = Ask(Action.CARRY_OUT, WORKER.by, app.model, order=order.id)
    return decide(ask, read_facts(app, reader, ask, WORKER, reader.now), reader.now)


@dataclass(frozen=True, slots=True)
class Person:
    """A person with their grants, ended ones too."""

    subject: Subject
    grants: tuple[Grant, ...]

    @property
    def id(self) -> SubjectId:
        """Whose row it is."""
        return self.subject.id


def people_of(reader: Reader | Unit, subjects: Iterable[Subject]) -> tuple[Person, ...]:
    """Return people with their grants."""
    there = tuple(subjects)
    grants = reader.people.grants([one.id for one in there])
    return tuple(Person(one, tuple(grants[one.id])) for one in there)


def sources_of(reader: Reader | Unit) -> dict[SourceId, Source]:
    """Return all sources by id: there are few, and people's grants name them."""
    return {source.id: source for source in reader.sources.all()}


def reaches(demand: Demand, person: Person, sources: dict[SourceId, Source]) -> bool:
    """Say whether an order reaches a person."""
    named = {grant.source for grant in person.grants if grant.source in sources}
    theirs = [sources[one] for one in named if one is not None]
    return order_reaches(demand.order.scope, person.subject, person.grants, theirs)


@dataclass
class Left:
    """Whom an order still reaches: ``done`` are grants whose data was destroyed as it wants.

    Who is here for a request alone is not: what they wrote goes when they were answered, and
    a stranger's letter does not become an erasure.
    """

    demand: Demand
    done: set[GrantId]
    asking: frozenset[SubjectId]

    def pages(self, reader: Reader) -> Iterator[tuple[Person, ...]]:
        """Give them in the order of their ids, a page at a time."""
        after: SubjectId | None = None
        while page := reader.reach.people(self.demand.order.scope, after, PAGE):
            left = tuple(one for one in people_of(reader, page) if self.has(one))
            if left:
                yield left
            after = page[-1].id

    def has(self, person: Person) -> bool:
        """Say whether something of a person in scope is still to be destroyed."""
        if person.id in self.asking:
            return False
        if DataKind.PEOPLE in self.demand.kinds:
            return True
        return any(grant.id not in self.done for grant in person.grants)


def left_of(reader: Reader | Unit, demand: Demand) -> Left:
    """Return whom a demand still reaches, as its plans and the open requests say."""
    done: set[GrantId] = set()
    if DataKind.PEOPLE not in demand.kinds:
        plans = (reader.plans.get(part.plan) for part in reader.orders.parts(demand.order.id))
        done.update(grant for plan in plans if plan is not None for grant in plan.grants)
    return Left(demand, done, here_to_ask(reader))

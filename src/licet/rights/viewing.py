"""Reading the register of orders, and seeing what one would hit before anything happens.

Every look leaves an entry. How many an order reaches is the controller's to know; who they
are, by id and place alone, is seen by those who may list people at all. Counts that would say
of one person whether they were found, or asked for their data, are given in tens to all but
the data protection officer: an order can be made up that names one person, or one more.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from licet.app import App
from licet.effects.listing import About, Reach, listed
from licet.effects.ordering.counting import (
    as_facts,
    count_reached,
    held_in,
    in_tens,
    read_counts,
    told_exactly,
)
from licet.effects.ordering.writing import digest_of_text, due_of, resolved
from licet.effects.reaching import reached, waiting_for
from licet.effects.sealed import open_order
from licet.store.unit import Reader
from licet.terms.acting import Who
from licet.terms.errors import NotFound
from licet.terms.grant import Subject, SubjectState
from licet.terms.ids import OrderId, PlanId, RequestId, SubjectId, Territory
from licet.terms.order import (
    Clause,
    ClauseKind,
    DataKind,
    Order,
    OrderScope,
    OrderState,
    OrderWish,
    Reached,
)
from licet.terms.permit import Refusal, Register
from licet.terms.plan import WorkState

PAGE = 1_000
"""People read at a time."""


class Why(StrEnum):
    """By what an order reaches a person, the first that holds."""

    NAMED = "named"
    RESIDENCE = "residence"
    RESIDENCE_UNKNOWN = "residence_unknown"
    GRANT = "grant"
    SOURCE = "source"
    EVERYBODY = "everybody"


@dataclass(frozen=True, slots=True)
class Previewed:
    """What an order would reach if it came now, and its clauses' last days, in their order.

    Not ``exact``: counts of what tells of one person are rounded down to tens.
    """

    reached: Reached
    exact: bool
    terms: tuple[tuple[ClauseKind, datetime], ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """What an order reaches now. Not ``exact``: as in :class:`Previewed`."""

    reached: Reached
    exact: bool


@dataclass(frozen=True, slots=True)
class PersonReached:
    """A person in an order's scope: who, where they live as far as is known, and why."""

    subject: SubjectId
    residence: Territory | None
    why: Why


@dataclass(frozen=True, slots=True)
class OrderLine:
    """An order on the list. ``due`` is the last day of the next clause that is not met."""

    id: OrderId
    authority: str
    reference: str
    version: int
    state: OrderState
    notified: date
    confirmed_at: datetime | None
    due: datetime | None
    late: bool


@dataclass(frozen=True, slots=True)
class ClauseLine:
    """One clause: what it demands, until when, and when it was met."""

    n: int
    kind: ClauseKind
    data: tuple[DataKind, ...]
    due: datetime
    done_at: datetime | None
    late: bool


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A plan that carries an order out, and how many people of it."""

    plan: PlanId
    people: int


@dataclass(frozen=True, slots=True)
class OrderPage:
    """All of one order, and where it stands.

    ``found`` is what it reached when it was registered. ``waiting`` open requests are
    answered before anybody is erased; a legal hold keeps something of ``held`` people. Not
    ``exact``: these and some of ``found`` are rounded down to tens, and ``asking``, which
    says which requests these are, is empty. So many ``steps_done`` of ``steps`` of its plans
    were taken.
    """

    line: OrderLine
    contact: str
    document: str
    text: str
    scope: OrderScope
    clauses: tuple[ClauseLine, ...]
    exact: bool
    found: tuple[tuple[str, str | int | bool], ...]
    waiting: int
    held: int
    plans: tuple[PlanLine, ...]
    pack: str
    sent_at: datetime | None
    closed_at: datetime | None
    asking: tuple[RequestId, ...] = ()
    steps_done: int = 0
    steps: int = 0


ORDERS = About(Register.ORDERS)


def previewing(text: str) -> About:
    """Return what is asked when an order is previewed: how many it would reach."""
    return About(Register.ORDERS, asked=(("preview", digest_of_text(text)),))


def previewing_people(text: str) -> About:
    """Return what is asked when the people an order would reach are listed."""
    return About(Register.GRANTS, asked=(("preview", digest_of_text(text)),))


def showing(order: OrderId) -> About:
    """Return what is asked when one order is read."""
    return About(Register.ORDERS, asked=(("order_id", order),))


def counting(order: OrderId) -> About:
    """Return what is asked when what an order reaches is counted again."""
    return About(Register.ORDERS, asked=(("count", order),))


def preview(app: App, who: Who, wish: OrderWish, text: str) -> Previewed | Refusal:
    """Count what an order would reach, by store; nothing happens but the entry of the look.

    Raises ``NotFound`` for a source or a person not known.
    """

    def read(reader: Reader, _reach: Reach) -> tuple[Previewed, ...]:
        scope = resolved(reader, wish.scope)
        terms = tuple((one.kind, due_of(wish, one)) for one in wish.clauses)
        exact, counted = told_exactly(reader, who), count_reached(app, reader, scope)
        return (Previewed(counted if exact else in_tens(counted), exact, terms),)

    found = listed(app, who, previewing(text), read)
    return found if isinstance(found, Refusal) else found[0]


def preview_people(
    app: App, who: Who, wish: OrderWish, text: str
) -> tuple[PersonReached, ...] | Refusal:
    """List whom an order would reach, by id: of one's own organisation, or all of them.

    Who does not exist stands here as in every list: else this one would tell who they are.
    """

    def read(reader: Reader, reach: Reach) -> tuple[PersonReached, ...]:
        scope = resolved(reader, wish.scope)
        people = (*_people(reader, scope), *_invented(reader, scope))
        return tuple(
            PersonReached(one.id, one.residence, _why(reader, scope, one))
            for one in sorted(people, key=lambda one: one.id)
            if _is_seen(reader, reach, one)
        )

    return listed(app, who, previewing_people(text), read)


def list_orders(app: App, who: Who) -> tuple[OrderLine, ...] | Refusal:
    """List every order, the last registered first."""

    def read(reader: Reader, _reach: Reach) -> tuple[OrderLine, ...]:
        return tuple(_line(reader, one) for one in reader.orders.all())

    return listed(app, who, ORDERS, read)


def show_order(app: App, who: Who, order_id: OrderId) -> OrderPage | Refusal:
    """Return all of one order, and where it stands. Raises ``NotFound``."""

    def read(reader: Reader, _reach: Reach) -> tuple[OrderPage, ...]:
        order = reader.orders.get(order_id)
        if order is None:
            raise NotFound("there is no such order", "See `licet order list`.")
        return (_page(app, reader, order, exact=told_exactly(reader, who)),)

    found = listed(app, who, showing(order_id), read)
    return found if isinstance(found, Refusal) else found[0]


def count_again(app: App, who: Who, order_id: OrderId) -> Counted | Refusal:
    """Count what a registered order reaches now, by store, as it was counted at first.

    Raises ``NotFound``.
    """

    def read(reader: Reader, _reach: Reach) -> tuple[Counted, ...]:
        order = reader.orders.get(order_id)
        if order is None:
            raise NotFound("there is no such order", "See `licet order list`.")
        exact, counted = told_exactly(reader, who), count_reached(app, reader, order.scope)
        return (Counted(counted if exact else in_tens(counted), exact),)

    found = listed(app, who, counting(order_id), read)
    return found if isinstance(found, Refusal) else found[0]


def _page(app: App, reader: Reader, order: Order, *, exact: bool) -> OrderPage:
    payload = open_order(app, order)
    clauses = reader.orders.clauses(order.id)
    asking, parts = waiting_for(reader, order.scope), reader.orders.parts(order.id)
    steps = [step.state for part in parts for step in reader.plans.effects(part.plan)]
    now = Reached(waiting=len(asking), held=len(held_in(reader, order.scope)))
    found = order.found
    if not exact:
        now = in_tens(now)
        found = as_facts(in_tens(read_counts(found))) if found else ()
    return OrderPage(
        line=_line(reader, order),
        contact=payload.contact if payload else "",
        document=order.document,
        text=payload.text if payload else "",
        scope=order.scope,
        clauses=tuple(_clause(reader, order, one) for one in clauses),
        exact=exact,
        found=found,
        waiting=now.waiting,
        held=now.held,
        plans=tuple(PlanLine(one.plan, one.people) for one in parts),
        pack=order.pack,
        sent_at=order.sent_at,
        closed_at=order.closed_at,
        asking=tuple(one.id for one in asking) if exact else (),
        steps_done=sum(one is WorkState.DONE for one in steps),
        steps=len(steps),
    )


def _line(reader: Reader, order: Order) -> OrderLine:
    waiting = [one for one in reader.orders.clauses(order.id) if _waits(order, one)]
    due = min((one.due for one in waiting), default=None)
    return OrderLine(
        id=order.id,
        authority=order.authority,
        reference=order.reference,
        version=order.version,
        state=order.state,
        notified=order.notified,
        confirmed_at=order.confirmed_at,
        due=due,
        late=due is not None and due < reader.now,
    )


def _clause(reader: Reader, order: Order, clause: Clause) -> ClauseLine:
    return ClauseLine(
        n=clause.n,
        kind=clause.kind,
        data=tuple(sorted(clause.data)),
        due=clause.due,
        done_at=clause.done_at,
        late=_waits(order, clause) and clause.due < reader.now,
    )


def _waits(order: Order, clause: Clause) -> bool:
    """Say whether a clause still asks something of the operator."""
    return order.binds and clause.done_at is None


def _people(reader: Reader, scope: OrderScope) -> tuple[Subject, ...]:
    found: list[Subject] = []
    while True:
        last = found[-1].id if found else None
        part = reader.reach.people(scope, last, PAGE)
        found += part
        if len(part) < PAGE:
            return tuple(found)


def _invented(reader: Reader, scope: OrderScope) -> Iterator[Subject]:
    """Give the canaries in scope, whom no count and no order knows."""
    for canary in reader.breaches.canaries():
        person = reader.subjects.get(canary.subject)
        if person is None or person.state is SubjectState.ERASED:
            continue
        if reached(reader, scope, person):
            yield person


def _is_seen(reader: Reader, reach: Reach, person: Subject) -> bool:
    """Say whether a person is within a reader's reach; whoever only asks for themselves is not."""
    grants = reader.grants.of_subject(person.id)
    return any(reach.finds(grant.organisation) for grant in grants)


def _why(reader: Reader, scope: OrderScope, person: Subject) -> Why:
    grants = reader.grants.of_subject(person.id)
    places = {place for grant in grants for place in grant.territories}
    reasons = (
        (Why.EVERYBODY, scope.everything),
        (Why.NAMED, person.id in scope.subjects),
        (Why.RESIDENCE_UNKNOWN, bool(scope.territories) and person.residence is None),
        (Why.RESIDENCE, person.residence in scope.territories),
        (Why.GRANT, not places.isdisjoint(scope.territories)),
    )
    return next((why for why, holds in reasons if holds), Why.SOURCE)

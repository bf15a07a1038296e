"""Writes an order down: its row and clauses, what it stops, and its entry in the ledger.

The entry says all that is needed to hold the order again after a restore, and nothing that
names anybody: the authority's name and reference are in the order's text, under its own key,
and by the digest of that text; a person is named by their grants.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

from licet.app import App
from licet.consent.regimes import end_of, ordered_on
from licet.effects.acting import digest_of
from licet.effects.blocking import place_by
from licet.effects.record import Facts, Objects
from licet.effects.sealed import seal_order
from licet.ledger.order_entries import cause_of
from licet.store.unit import Reader, Unit
from licet.terms.errors import BadInput, Conflict, NotFound
from licet.terms.ids import BlockId, OrderId, SourceId
from licet.terms.money import Money
from licet.terms.order import (
    Clause,
    ClauseKind,
    ClauseWish,
    Order,
    OrderScope,
    OrderState,
    OrderWish,
)
from licet.terms.payload import OrderPayload, to_bytes
from licet.terms.permit import Block, Permit
from licet.terms.when import to_ms

UNNAMED = ""
"""The authority of an order that came back by a restore, until its text is handed in again."""

_STOPS_COLLECTING = frozenset({ClauseKind.STOP_COLLECTING, ClauseKind.ERASE})
_STOPS_USE = frozenset({ClauseKind.STOP_USE, ClauseKind.ERASE})
_SUMS = ("fine", "per_day", "cap")


def digest_of_text(text: str) -> str:
    """Return the SHA-256 (hex) of an order's text: its entry names the order by it."""
    return sha256(text.encode()).hexdigest()


def registering(wish: OrderWish, text: str) -> str:
    """Return the digest that a member signs to register an order: its text, and its paper."""
    return digest_of("register", to_bytes(wish), text)


def confirming(order: Order, clauses: Iterable[Clause]) -> str:
    """Return the digest that two members sign to confirm an order: whom it reaches, and what.

    So what was signed is what was read, also by whoever signs it a week later.
    """
    demands = (
        f"{one.n} {one.kind.value} {','.join(sorted(one.data))} {to_ms(one.due)}" for one in clauses
    )
    return digest_of("confirm", order.id, to_bytes(order.scope), *demands)


def resolved(reader: Reader | Unit, scope: OrderScope) -> OrderScope:
    """Return the scope with its sources by id, as it names them by name or id.

    Raises ``NotFound`` for a source or a person not known, ``BadInput`` for a name of two.
    """
    sources = tuple(dict.fromkeys(_source(reader, word) for word in scope.sources))
    for subject in scope.subjects:
        if reader.subjects.get(subject) is None:
            raise NotFound(f"there is no person {subject}", "See `licet grant list`.")
    return replace(scope, sources=sources)


def draft(app: App, unit: Unit, order: OrderId, wish: OrderWish, text: str) -> Order:
    """Return the order as it is stored, in the state in which it came."""
    return Order(
        id=order,
        authority=wish.authority,
        reference=wish.reference,
        version=wish.version,
        state=wish.state,
        decided=wish.decided,
        notified=wish.notified,
        published=wish.published,
        regime=wish.regime,
        language=wish.language,
        document=wish.document,
        scope=resolved(unit, wish.scope),
        penalties=wish.penalties,
        registered_at=unit.now,
        confirmed_at=None,
        checkpoint="",
        found=(),
        proof_leaf=None,
        pack="",
        sent_at=None,
        closed_at=None,
        sealed=seal_order(app, order, OrderPayload(text, wish.contact)),
        leaf=unit.head.size,
    )


def clauses_of(order: OrderId, wish: OrderWish) -> tuple[Clause, ...]:
    """Return an order's clauses, each with its last day as the regime counts it."""
    return tuple(
        Clause(order, n, one.kind, one.data, due_of(wish, one), None)
        for n, one in enumerate(wish.clauses, start=1)
    )


def due_of(wish: OrderWish, clause: ClauseWish) -> datetime:
    """Return the end of a clause's last day; one without a term is due on the day it came."""
    if clause.by is not None:
        return end_of(clause.by)
    if clause.months is None:
        return end_of(wish.notified)
    return end_of(ordered_on(wish.regime, wish.notified, clause.months))


def stops_of(clauses: Iterable[Clause]) -> Block:
    """Return what clauses stop, as a block without parts: whom they erase, they leave alone."""
    kinds = {one.kind for one in clauses}
    return Block(collecting=bool(kinds & _STOPS_COLLECTING), use=bool(kinds & _STOPS_USE))


def blocks_of(scope: OrderScope, clauses: Iterable[Clause]) -> tuple[Block, ...]:
    """Return what an order stops by its scope."""
    stops = stops_of(clauses)
    if not (stops.collecting or stops.use):
        return ()
    if scope.everything:
        return (stops,)
    return (
        *(replace(stops, territory=one) for one in scope.territories),
        *(replace(stops, source=one) for one in scope.sources),
        *(replace(stops, subject=one) for one in scope.subjects),
    )


def place_blocks(
    app: App, unit: Unit, permit: Permit, order: Order, clauses: Iterable[Clause]
) -> tuple[BlockId, ...]:
    """Place what an order stops. From the commit on it holds in every process.

    An order on a territory reaches people by the sources there too, and a block on a territory
    knows of a grant only its own places: so each such source's use is blocked by name. Whoever
    is reached by one grant of several follows in units of their own (``naming``).
    """
    scope, clauses = order.scope, tuple(clauses)
    if scope.territories and stops_of(clauses).use:
        sources = (*scope.sources, *unit.reach.sources(scope))
        scope = replace(scope, sources=tuple(dict.fromkeys(sources)))
    blocks = blocks_of(scope, clauses)
    return tuple(place_by(app, unit, block, cause_of(order.id), permit) for block in blocks)


def entry_objects(unit: Unit, order: Order) -> Objects:
    """Return what an order's entry names: itself, and its scope, people by their grants."""
    people = (grant.id for one in order.scope.subjects for grant in unit.grants.of_subject(one))
    return (
        ("order", order.id),
        *(("territory", one) for one in order.scope.territories),
        *(("source", one) for one in order.scope.sources),
        *(("grant", one) for one in people),
    )


def entry_facts(order: Order, clauses: Iterable[Clause], text: str) -> Facts:
    """Return what an order's entry says of it; a clause as its kind and what it destroys."""
    sums = {name: getattr(order.penalties, name) for name in _SUMS}
    known = {name: one for name, one in sums.items() if isinstance(one, Money)}
    currency = next((one.currency for one in known.values()), "")
    return (
        ("text", digest_of_text(text)),
        ("document", order.document),
        ("version", order.version),
        ("state", order.state.value),
        ("decided", order.decided.isoformat()),
        ("notified", order.notified.isoformat()),
        ("published", order.published.isoformat() if order.published else ""),
        ("regime", order.regime),
        ("language", order.language),
        ("named", len(order.scope.subjects)),
        ("currency", currency),
        *((name, one.minor) for name, one in known.items()),
        *(fact for one in clauses for fact in _clause_facts(one)),
    )


def without_text(reader: Reader | Unit, text: str) -> Order | None:
    """Return the order that a restore brought back without this text of its own, or None."""
    known = reader.orders.all()
    digest = digest_of_text(text)
    lost = (one for one in known if one.authority == UNNAMED and one.reference == digest)
    return next(lost, None)


def stands_for(reader: Reader | Unit, order: Order) -> Order:
    """Return the order that is asked about when one is confirmed.

    As a rule itself; of one that was appealed, the version before it that binds.
    """
    if order.state is not OrderState.APPEALED:
        return order
    return next(reversed(ended_by_confirming(reader, order)), order)


def ended_by_registering(reader: Reader | Unit, order: Order) -> tuple[Order, ...]:
    """Return the versions that end as soon as a later one is written down: those not binding."""
    ends = {OrderState.PROPOSED, OrderState.APPEALED}
    return tuple(one for one in _before(reader, order) if one.state in ends)


def ended_by_confirming(reader: Reader | Unit, order: Order) -> tuple[Order, ...]:
    """Return the versions that bind until two members confirm a later one.

    Else one member could end an order by writing down a version that asks for less.
    """
    if order.state is OrderState.PROPOSED:
        return ()
    return tuple(one for one in _before(reader, order) if one.binds)


def _before(reader: Reader | Unit, order: Order) -> tuple[Order, ...]:
    known = reader.orders.versions(order.authority, order.reference)
    return tuple(one for one in known if one.version < order.version)


def require_notified(wish: OrderWish, now: datetime) -> None:
    """Raise ``BadInput`` for an order that reaches us tomorrow: its months would run from then."""
    # A day more, because a day begins earlier elsewhere.
    if wish.notified > now.date() + timedelta(days=1):
        raise BadInput(
            f"the order says that it is notified on {wish.notified.isoformat()}, which is to come",
            "Write the day on which it reached you.",
        )


def require_newer(reader: Reader | Unit, wish: OrderWish) -> None:
    """Raise ``Conflict`` for a version that is here already, or older than what is."""
    known = reader.orders.versions(wish.authority, wish.reference)
    if any(one.version == wish.version for one in known):
        raise Conflict(
            f"version {wish.version} of {wish.reference} is registered already",
            "See `licet order list`; a changed order has a version of its own.",
        )
    if known and known[-1].version > wish.version:
        raise BadInput(
            f"a later version of {wish.reference} is registered already",
            "See `licet order list`; count the version on.",
        )


def end_versions(unit: Unit, ended: Iterable[Order], by: OrderId) -> Objects:
    """Mark versions as superseded; what was blocked for them stays blocked. Returns them."""
    objects: list[tuple[str, str]] = []
    for one in ended:
        unit.orders.set_state(one.id, OrderState.SUPERSEDED)
        objects.append(("order", one.id))
    return (*objects, ("successor", by)) if objects else ()


def _clause_facts(clause: Clause) -> Facts:
    data = ",".join(sorted(clause.data))
    said = f"{clause.kind.value}:{data}" if data else clause.kind.value
    return ((f"clause_{clause.n}", said), (f"due_{clause.n}", to_ms(clause.due)))


def _source(reader: Reader | Unit, word: str) -> SourceId:
    found = [one for one in reader.sources.all() if word in (one.id, one.name)]
    if not found:
        raise NotFound(f"there is no source {word}", "See `licet source list`.")
    if len(found) > 1:
        raise BadInput(f"there are several sources {word}", "Name it by its id instead.")
    return found[0].id

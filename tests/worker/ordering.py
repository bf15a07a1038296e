"""Orders as tests write them down, confirmed by two, and what the store says of them."""

import hashlib
from datetime import date, timedelta

from licet.rights.ordering import Confirmed, Registered, confirm, register
from licet.terms.ids import OrderId, SourceId, SubjectId, Territory
from licet.terms.order import (
    ClauseKind,
    ClauseWish,
    DataKind,
    Order,
    OrderScope,
    OrderState,
    OrderWish,
    PenaltyTerms,
)
from tests.fakes.deployment import World

FRANCE = Territory("FR")
DAYS = 60


def order_wish(
    world: World,
    *data: DataKind,
    authority: str = "CNIL",
    scope: OrderScope | None = None,
    days: int = DAYS,
    kinds: tuple[ClauseKind, ...] = (ClauseKind.ANSWER_ACCESS, ClauseKind.ERASE),
) -> OrderWish:
    """Return an order to answer who asks and then to erase people in France."""
    today = world.clock().date()
    by = today + timedelta(days=days)
    clauses = tuple(
        ClauseWish(kind, by=by, data=frozenset(data) if kind is ClauseKind.ERASE else frozenset())
        for kind in kinds
    )
    return OrderWish(
        authority=authority,
        reference="MED-2021-134",
        version=1,
        state=OrderState.FINAL,
        decided=date(2026, 2, 2),
        notified=today,
        published=None,
        regime="gdpr",
        language="fr",
        contact="greffe@cnil.example",
        document=hashlib.sha256(authority.encode()).hexdigest(),
        scope=scope or OrderScope(territories=(FRANCE,)),
        clauses=clauses,
        penalties=PenaltyTerms(),
    )


def ordered(world: World, wish: OrderWish, *, confirmed: bool = True) -> OrderId:
    """Register an order, and have two members confirm it."""
    done = register(world.app, world.who("steward"), wish)
    assert isinstance(done, Registered), done
    if confirmed:
        two = confirm(world.app, world.who("steward", "officer"), done.order)
        assert isinstance(two, Confirmed), two
    return done.order


def everything(*sources: SourceId, subjects: tuple[SubjectId, ...] = ()) -> OrderScope:
    """Return a scope that names sources or people."""
    return OrderScope(sources=tuple(sources), subjects=subjects)


def order_of(world: World, order: OrderId) -> Order:
    """Return an order as it stands."""
    with world.app.store.read() as reader:
        found = reader.orders.get(order)
    assert found is not None
    return found

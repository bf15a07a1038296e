"""Orders as tests write them down, confirmed by two, and what the store says of them."""

import hashlib
import json
from datetime import date, timedelta

from licet.rights.intake import prove, receive
from licet.rights.ordering import Confirmed, Registered, confirm, register
from licet.search import search
from licet.terms.acting import SUBJECT
from licet.terms.grant import GrantState, SubjectState
from licet.terms.ids import GrantId, OrderId, SourceId, SubjectId, Territory
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
from licet.terms.rights import Received, RequestWish, RightKind
from licet.terms.search import SearchResult
from licet.worker import run_once
from tests.fakes.deployment import CLEARANCE, World
from tests.fakes.vision import photo

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
        ClauseWish(
            kind,
            by=by,
            data=frozenset(data or DataKind) if kind is ClauseKind.ERASE else frozenset(),
        )
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


def asked(world: World, name: str, *, proved: bool = True) -> Received:
    """Somebody asks for their data, and shows by the code that they are who writes."""
    wish = RequestWish(RightKind.ACCESS, f"{name}@example.org", name, "What do you have of me?")
    done = receive(world.app, SUBJECT, wish)
    assert isinstance(done, Received), done
    if proved:
        prove(world.app, done.request, world.outbox.code())
    return done


def searched(world: World, name: str) -> SearchResult:
    """A member searches with a photo of somebody."""
    probe = photo(name, shot=9)
    case = world.case(probe)
    found = search(world.app, world.who("investigator"), case, CLEARANCE, probe)
    assert isinstance(found, SearchResult), found
    return found


def work(world: World) -> None:
    """Let the worker come by; nothing fails."""
    done = run_once(world.app)
    assert done.problems == (), done


def state_of(world: World, subject: SubjectId) -> SubjectState:
    """Return how it stands with a person."""
    with world.app.store.read() as reader:
        found = reader.subjects.get(subject)
    assert found is not None
    return found.state


def grant_state(world: World, grant: GrantId) -> GrantState:
    """Return how it stands with a grant."""
    with world.app.store.read() as reader:
        found = reader.grants.get(grant)
    assert found is not None
    return found.state


def kinds_told(world: World) -> list[str]:
    """Return what every entry of the ledger is, in order."""
    with world.app.store.read() as reader:
        entries = reader.leaves.get(0, reader.head.size)
    return [str(json.loads(leaf.data)["kind"]) for leaf in entries]

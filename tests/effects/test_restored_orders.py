"""A backup from before an order is no way out of it: what the ledger tells of it holds again."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from licet.effects.sealed import open_order
from licet.recovery import back_up
from licet.rights.blocking import lift
from licet.rights.ordering import Confirmed, Registered, close, confirm, register, sent
from licet.search import search
from licet.terms.grant import SubjectState
from licet.terms.ids import OrderId, SourceId, Territory
from licet.terms.ledger import Entry, EntryKind
from licet.terms.order import Clause, ClauseKind, ClauseWish, Order, OrderScope, OrderState
from licet.terms.permit import Block
from licet.terms.search import SearchResult
from licet.worker import run_once
from tests.fakes.deployment import CLEARANCE, World
from tests.fakes.ordering import an_order
from tests.fakes.vision import photo

GoBack = Callable[[Path], None]
FRANCE = Territory("FR")
TWO = ("officer", "steward")


def _backed_up(world: World, tmp_path: Path) -> Path:
    return back_up(world.app, tmp_path / "monday.licet").file


def _stored(world: World, order: OrderId) -> tuple[Order, tuple[Clause, ...]]:
    with world.app.store.read() as reader:
        found = reader.orders.get(order)
        assert found is not None
        return found, reader.orders.clauses(order)


def _active(world: World) -> set[Block]:
    with world.app.store.read() as reader:
        return set(reader.blocks.active())


def test_an_order_holds_again_and_is_taken_up_by_its_text(
    world: World, tmp_path: Path, go_back: GoBack
) -> None:
    """Blocked, not found, confirmed, then erased by the worker; its terms are the same."""
    _, anna = world.enrolled("anna", residence=FRANCE)
    album = world.source(world.folder(a=photo("anna")))
    probe = photo("anna", shot=9)
    case = world.case(probe)
    file = _backed_up(world, tmp_path)
    scope = OrderScope((FRANCE,), (SourceId("album"),), (anna,))
    wish = an_order(scope=scope, published=an_order().notified)
    done = register(world.app, world.who("steward"), wish)
    assert isinstance(done, Registered)
    assert isinstance(confirm(world.app, world.who(*TWO), done.order), Confirmed)
    before, clauses = _stored(world, done.order)
    go_back(file)
    after, again = _stored(world, done.order)
    lost = {"authority": "", "reference": after.reference, "sealed": b"", "checkpoint": ""}
    assert after == replace(before, **lost)  # type: ignore[arg-type]
    assert after.scope.sources == (album.id,)
    assert again == clauses
    assert open_order(world.app, after) is None
    assert len(_active(world)) == 3
    found = search(world.app, world.who("investigator"), case, CLEARANCE, probe)
    assert isinstance(found, SearchResult)
    assert found.candidates == ()
    taken_up = register(world.app, world.who("steward"), wish)
    assert isinstance(taken_up, Registered)
    assert (taken_up.order, taken_up.state) == (done.order, OrderState.EXECUTING)
    named, _ = _stored(world, done.order)
    assert (named.authority, named.reference) == (before.authority, before.reference)
    payload = open_order(world.app, named)
    assert payload is not None
    assert payload.contact == wish.contact
    run_once(world.app)
    with world.app.store.read() as reader:
        person = reader.subjects.get(anna)
    assert person is not None
    assert person.state is SubjectState.ERASED


def test_what_became_of_an_order_is_known_again(
    world: World, tmp_path: Path, go_back: GoBack
) -> None:
    """One was sent and closed, one superseded, one only announced; a lifted block stays lifted."""
    file = _backed_up(world, tmp_path)
    steward = world.who("steward")
    prove = (ClauseWish(ClauseKind.STOP_USE), ClauseWish(ClauseKind.PROVE, months=1))
    first = register(world.app, steward, an_order(clauses=prove))
    assert isinstance(first, Registered)
    with world.app.store.unit() as unit:
        order = unit.orders.get(first.order)
        assert order is not None
        objects = (("order", first.order),)
        leaf = unit.record(Entry(EntryKind.ORDER_PROVED, unit.now, objects=objects))
        unit.orders.put(replace(order, state=OrderState.PROVED, proof_leaf=leaf))
    assert isinstance(sent(world.app, steward, first.order, "ef" * 32), int)
    assert isinstance(close(world.app, steward, first.order), int)
    lift(world.app, world.who(*TWO), first.blocks[0], "aa" * 32)
    other = {"authority": "Another Office", "state": OrderState.PROPOSED}
    proposed = register(world.app, steward, an_order(**other))
    later = register(world.app, steward, an_order(**{**other, "version": 2}))
    assert isinstance(proposed, Registered)
    assert isinstance(later, Registered)
    ids = (first.order, proposed.order, later.order)
    before = [_stored(world, one) for one in ids]
    go_back(file)
    for one, (order, clauses) in zip(ids, before, strict=True):
        after, again = _stored(world, one)
        lost = {"authority": "", "reference": after.reference, "sealed": b"", "checkpoint": ""}
        assert after == replace(order, **lost)  # type: ignore[arg-type]
        assert again == clauses
    states = [_stored(world, one)[0].state for one in ids]
    assert states == [OrderState.CLOSED, OrderState.SUPERSEDED, OrderState.PROPOSED]
    assert _active(world) == set()


def test_an_order_on_people_who_are_not_in_the_backup_reaches_nobody(
    world: World, tmp_path: Path, go_back: GoBack
) -> None:
    """A scope that lost all its parts must not become one on everybody."""
    world.enrolled("bea")
    file = _backed_up(world, tmp_path)
    _, anna = world.enrolled("anna")
    done = register(world.app, world.who("steward"), an_order(scope=OrderScope(subjects=(anna,))))
    assert isinstance(done, Registered)
    assert isinstance(confirm(world.app, world.who(*TWO), done.order), Confirmed)
    go_back(file)
    order, _ = _stored(world, done.order)
    assert not order.scope.everything
    with world.app.store.read() as reader:
        assert reader.reach.count_people(order.scope) == 0
    assert _active(world) == set()


def test_a_version_that_was_appealed_is_not_carried_out_after_a_restore(
    world: World, tmp_path: Path, go_back: GoBack
) -> None:
    """Two confirmed that it ends the one before: it binds no more than it did."""
    file = _backed_up(world, tmp_path)
    first = register(world.app, world.who("steward"), an_order())
    appealed = an_order(version=2, state=OrderState.APPEALED)
    second = register(world.app, world.who("steward"), appealed)
    assert isinstance(first, Registered)
    assert isinstance(second, Registered)
    assert isinstance(confirm(world.app, world.who(*TWO), second.order), Confirmed)
    go_back(file)
    assert _stored(world, first.order)[0].state is OrderState.SUPERSEDED
    restored = _stored(world, second.order)[0]
    assert (restored.state, restored.confirmed_at) == (OrderState.APPEALED, None)
    assert _active(world) == {Block(territory=FRANCE)}

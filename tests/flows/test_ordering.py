"""Orders are written down by one, carried out by two, and end when their pack was sent."""

from datetime import UTC, datetime

from licet.effects.ordering.reading import spell_order
from licet.effects.sealed import open_order
from licet.rights import ordering
from licet.rights.ordering import Registered
from licet.terms.ids import OrderId, Territory
from licet.terms.ledger import EntryKind
from licet.terms.order import (
    DataKind,
    Order,
    OrderState,
    OrderWish,
    Reached,
)
from licet.terms.permit import Block
from tests.fakes.deployment import World
from tests.fakes.ordering import an_order

TWO = ("officer", "steward")


def _registered(world: World, wish: OrderWish, *names: str) -> Registered:
    done = ordering.register(world.app, world.who(*(names or ("steward",))), wish)
    assert isinstance(done, Registered), done
    return done


def _stored(world: World, order: OrderId) -> Order:
    with world.app.store.read() as reader:
        found = reader.orders.get(order)
    assert found is not None
    return found


def _blocks(world: World) -> set[Block]:
    with world.app.store.read() as reader:
        return set(reader.blocks.active())


def _kinds(world: World, since: int) -> list[EntryKind]:
    from licet.ledger.leaf import decode

    with world.app.store.read() as reader:
        return [decode(leaf.data).kind for leaf in reader.leaves.get(since, reader.head.size)]


def test_registering_blocks_in_the_same_unit_and_erases_nobody(world: World) -> None:
    """The entries say in which order it happened; the row holds text, terms and what was found."""
    _, anna = world.enrolled("anna", residence=Territory("FR"))
    world.enrolled("bea", residence=Territory("DE"))
    before = world.app.store.head().size
    wish = an_order()
    done = _registered(world, wish)
    assert _kinds(world, before) == [
        EntryKind.ORDER_REGISTERED,
        EntryKind.BLOCK_PLACED,
        EntryKind.CLAUSE_MET,
        EntryKind.ORDER_FOUND,
    ]
    assert _blocks(world) == {Block(territory=Territory("FR"))}
    assert done.found == Reached(people=1, grants=1, templates=1)
    order = _stored(world, done.order)
    payload = open_order(world.app, order)
    assert payload is not None
    assert (payload.text, payload.contact) == (spell_order(wish), wish.contact)
    assert (order.state, order.confirmed_at, order.leaf) == (OrderState.FINAL, None, before)
    assert order.checkpoint.split("\n")[1] == str(before + 3)
    with world.app.store.read() as reader:
        clauses = reader.orders.clauses(done.order)
        assert reader.subjects.get(anna).state.value == "known"  # type: ignore[union-attr]
        assert not reader.plans.open()
    assert [one.due for one in clauses] == [
        datetime(2026, 2, 27, 23, 59, 59, tzinfo=UTC),
        datetime(2026, 4, 27, 23, 59, 59, tzinfo=UTC),
    ]
    assert clauses[1].data == frozenset(DataKind)

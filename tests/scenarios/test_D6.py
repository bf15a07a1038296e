"""D6: any of twenty-seven authorities may act, and the orders change on their way.

Here many orders that overlap are carried out together: nobody is erased twice, the earliest
deadline holds, and every authority gets a proof of its own that verifies.
"""

from datetime import date
from io import BytesIO
from zipfile import ZipFile

import pytest

from licet.ledger.leaf import decode
from licet.rights.ordering import Confirmed, Registered, confirm, register
from licet.rights.proving import pack_of, require_pack
from licet.rights.viewing import list_orders
from licet.terms.grant import SubjectState
from licet.terms.ids import OrderId, Territory
from licet.terms.ledger import EntryKind
from licet.terms.order import ClauseKind, ClauseWish, DataKind, OrderScope, OrderState, OrderWish
from licet.terms.permit import Refusal
from licet.worker import run_once
from tests.fakes.deployment import World
from tests.fakes.ordering import an_order

UNION = (
    *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU"),
    *("IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
)


def _order_of(place: str, n: int, **parts: object) -> OrderWish:
    """Return the order of one country's authority: everybody's deadline is another day."""
    erase = ClauseWish(ClauseKind.ERASE, by=date(2026, 4, 1 + n), data=frozenset(DataKind))
    wish: dict[str, object] = {
        "authority": f"Authority of {place}",
        "scope": OrderScope(territories=(Territory(place),)),
        "clauses": (ClauseWish(ClauseKind.STOP_USE), erase),
    }
    return an_order(**{**wish, **parts})


def _ordered(world: World, wish: OrderWish) -> OrderId:
    done = register(world.app, world.who("steward"), wish)
    assert isinstance(done, Registered), done
    return done.order


@pytest.mark.soak("all")
@pytest.mark.parametrize("authorities", [UNION[:5], UNION], ids=["some", "all"])
def test_overlapping_orders_erase_once_and_are_proved_each(
    world: World, authorities: tuple[str, ...]
) -> None:
    """Anna lives nobody knows where, so every one of them reaches her; Bea is Austrian."""
    assert len(UNION) == 27
    _, anna = world.enrolled("anna")
    _, bea = world.enrolled("bea", residence=Territory("AT"))
    _, carl = world.enrolled("carl", residence=Territory("US"))
    two = world.who("officer", "steward")
    orders = {place: _ordered(world, _order_of(place, n)) for n, place in enumerate(authorities)}
    for order in orders.values():
        assert isinstance(confirm(world.app, two, order), Confirmed)
    assert run_once(world.app).problems == ()
    with world.app.store.read() as reader:
        entries = [decode(leaf.data) for leaf in reader.leaves.iterate()]
        states = [reader.subjects.get(one) for one in (anna, bea, carl)]
        parts = {place: reader.orders.parts(order) for place, order in orders.items()}
        known = {order: reader.orders.get(order) for order in orders.values()}
    assert [one.state for one in states if one] == [
        SubjectState.ERASED,
        SubjectState.ERASED,
        SubjectState.KNOWN,
    ]
    plans = {part.plan for named in parts.values() for part in named}
    assert len(plans) == 1
    assert {place: named[0].people for place, named in parts.items()} == {
        **dict.fromkeys(authorities, 1),
        "AT": 2,
    }
    assert sum(entry.kind is EntryKind.ORDER_PROVED for entry in entries) == len(authorities)
    assert all(one and one.state is OrderState.PROVED for one in known.values())
    packs = set()
    for order in orders.values():
        pack = pack_of(world.app, world.who("officer"), order)
        assert not isinstance(pack, Refusal)
        assert require_pack(world.app, order, pack.data) == pack.sha256
        packs.add(pack.sha256)
        assert ZipFile(BytesIO(pack.data)).testzip() is None
    assert len(packs) == len(authorities)


def test_versions_follow_one_another_and_the_earliest_deadline_is_shown(world: World) -> None:
    """A fine is proposed, becomes final, is changed, is appealed; another authority goes on."""
    first = _ordered(world, _order_of("FR", 9, state=OrderState.PROPOSED))
    final = _ordered(world, _order_of("FR", 5, version=2))
    two = world.who("officer", "steward")
    assert isinstance(confirm(world.app, two, final), Confirmed)
    appealed = _ordered(world, _order_of("FR", 5, version=3, state=OrderState.APPEALED))
    other = _ordered(world, _order_of("IT", 2))
    assert isinstance(confirm(world.app, two, appealed), Confirmed)
    lines = list_orders(world.app, world.who("officer"))
    assert not isinstance(lines, Refusal)
    assert {one.id: one.state for one in lines} == {
        first: OrderState.SUPERSEDED,
        final: OrderState.SUPERSEDED,
        appealed: OrderState.APPEALED,
        other: OrderState.FINAL,
    }
    due = [one.due.date() for one in lines if one.due is not None]
    assert due == [date(2026, 4, 3)]
    with world.app.store.read() as reader:
        places = {block.territory for block in reader.blocks.active()}
    assert places == {Territory("FR"), Territory("IT")}

"""Whom an order reaches by one grant of several is blocked by name, whatever is killed."""

from dataclasses import dataclass

import pytest

from licet.effects.ordering import naming
from licet.effects.ordering.counting import settle_orders
from licet.effects.ordering.naming import name_people
from licet.granting import ask_grant, confirm
from licet.rights.blocking import lift
from licet.rights.ordering import Registered, register
from licet.terms.granting import Asked
from licet.terms.ids import OrderId, SourceId, SubjectId, Territory
from licet.terms.order import ClauseKind, ClauseWish
from licet.terms.permit import Refusal
from licet.worker import run_once
from tests.fakes.deployment import World
from tests.fakes.ordering import an_order
from tests.worker.ordering import FRANCE

AWAY = Territory("DE")
USE = (ClauseWish(ClauseKind.STOP_USE),)


class Killed(BaseException):
    """The process ended here."""


@dataclass(frozen=True)
class Torn:
    """People who live elsewhere; each said yes for an archive inside and for one outside."""

    outside: SourceId
    people: frozenset[SubjectId]


def _torn(world: World) -> Torn:
    """Give two such people, and one whom no order reaches."""
    inside = world.source(world.folder("inside"), "inside", territory=FRANCE)
    outside = world.source(world.folder("outside"), "outside", territory=AWAY)
    people = set()
    for name in ("anna", "bea"):
        world.granted(name, source=inside.id, residence=AWAY)
        _, subject = world.granted(name, source=outside.id, residence=AWAY)
        people.add(subject)
    world.granted("cleo", source=outside.id, residence=AWAY)
    return Torn(outside.id, frozenset(people))


BEGINS = {"torn": _torn}


@pytest.fixture
def torn(world: World) -> Torn:
    """Give them."""
    assert isinstance(world.left, Torn)
    return world.left


def _named(world: World) -> set[SubjectId]:
    with world.app.store.read() as reader:
        return {one.subject for one in reader.blocks.active() if one.subject is not None}


def _order(world: World) -> OrderId:
    with world.app.store.read() as reader:
        return reader.orders.all()[0].id


def _met(world: World) -> bool:
    with world.app.store.read() as reader:
        return all(one.done_at is not None for one in reader.orders.clauses(_order(world)))


def _killed_at(world: World, boundary: str) -> None:
    def stop(name: str) -> None:
        if name == boundary:
            raise Killed

    app = world.reopen(stop)
    with pytest.raises(Killed):
        register(app, world.who("steward"), an_order(clauses=USE))
    app.close()


def test_the_register_unit_waits_for_no_names_and_they_follow_at_once(
    world: World, torn: Torn
) -> None:
    """Killed right after its commit: places hold, names do not yet, nothing counts as met."""
    _killed_at(world, "order.committed")
    with world.app.store.read() as reader:
        placed = reader.blocks.active()
    assert {FRANCE} <= {one.territory for one in placed}
    assert (_named(world), _met(world)) == (set(), False)
    assert run_once(world.app).problems == ()
    assert (_named(world), _met(world)) == (torn.people, True)


def test_who_is_killed_between_two_groups_names_the_rest_later_and_nobody_twice(
    world: World, torn: Torn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(naming, "GROUP", 1)
    _killed_at(world, "order.named")
    assert len(_named(world)) == 1
    assert not _met(world)
    settle_orders(world.app)
    assert (_named(world), _met(world)) == (torn.people, True)
    with world.app.store.read() as reader:
        names = [one.subject for one in reader.blocks.active() if one.subject]
    assert len(names) == 2
    size = world.app.store.head().size
    assert name_people(world.app, _order(world)) == ()
    assert world.app.store.head().size == size


def test_two_who_name_people_at_once_name_nobody_twice(
    world: World, torn: Torn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker settles the order while it is still being registered."""
    monkeypatch.setattr(naming, "GROUP", 1)

    def other(name: str) -> None:
        if name == "order.named":
            settle_orders(world.app)

    app = world.reopen(other)
    done = register(app, world.who("steward"), an_order(clauses=USE))
    app.close()
    assert isinstance(done, Registered)
    with world.app.store.read() as reader:
        named = [one.subject for one in reader.blocks.active() if one.subject]
    assert sorted(named) == sorted(torn.people)


def test_people_are_looked_for_until_none_is_left(
    world: World, torn: Torn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(naming, "MOST", 1)
    register(world.app, world.who("steward"), an_order(clauses=USE))
    assert _named(world) == torn.people


def test_a_name_that_two_members_lifted_stays_lifted(world: World, torn: Torn) -> None:
    done = register(world.app, world.who("steward"), an_order(clauses=USE))
    assert not isinstance(done, Refusal)
    with world.app.store.read() as reader:
        by_name = [known for known, one, _ in reader.blocks.listed() if one.subject]
    assert set(by_name) <= set(done.blocks)
    two = world.who("officer", "steward")
    assert not isinstance(lift(world.app, two, by_name[0], "ef" * 32), Refusal)
    assert name_people(world.app, done.order) == ()
    assert len(_named(world)) == 1
    assert _named(world) < torn.people


def test_one_more_grant_is_no_way_round_an_order(world: World, torn: Torn) -> None:
    """Reached by her one grant, which is blocked, she says yes to an archive elsewhere."""
    inside = world.source(world.folder("again"), "again", territory=FRANCE)
    _, dora = world.granted("dora", source=inside.id, residence=AWAY)
    wish = world.wish("dora", source=torn.outside, residence=AWAY)
    register(world.app, world.who("steward"), an_order(clauses=USE))
    assert dora not in _named(world)
    asked = ask_grant(world.app, world.who("steward"), wish)
    assert isinstance(asked, Asked)
    assert asked.subject == dora
    confirm(world.app, asked.grant, world.outbox.code())
    assert _named(world) == {*torn.people, dora}
    world.granted("elsa", source=torn.outside, residence=AWAY)
    assert _named(world) == {*torn.people, dora}

"""One legal hold that comes later delays the one whom it keeps, and nobody else in their part."""

from datetime import timedelta

import pytest

from licet.effects.carrying import splitting
from licet.effects.carrying.planning import plan_people
from licet.effects.certifying import certificate
from licet.effects.ordering.counting import settle_orders
from licet.effects.proving.packing import write_pack
from licet.effects.sealed import subject_key
from licet.ledger import receipt
from licet.ledger.leaf import decode
from licet.ledger.order import OrderStatement
from licet.ledger.statement import ErasureStatement
from licet.rights.hold import place
from licet.rights.proving import require_pack
from licet.terms.grant import GrantState, SubjectState
from licet.terms.ids import GrantId, HoldId, OrderId, SubjectId
from licet.terms.order import DataKind, OrderState
from licet.terms.plan import EffectKind, WorkState
from licet.terms.rights import HoldWish
from licet.worker import run_once
from tests.fakes.deployment import World
from tests.fakes.recipient import add_recipient
from tests.worker.ordering import (
    FRANCE,
    grant_state,
    order_of,
    order_wish,
    ordered,
    searched,
    state_of,
    work,
)

DESTROYED = "An authority ordered that your data be destroyed"
S = SubjectState


class Killed(BaseException):
    """A process that ends here."""


def _held(world: World, subject: SubjectId, grant: GrantId) -> HoldId:
    wish = HoldWish(subject, (grant,), "ef" * 32, world.clock() + timedelta(days=90))
    done = place(world.app, world.who("steward", "officer"), wish)
    assert isinstance(done, str), done
    return HoldId(done)


def _planned(world: World, *data: DataKind, people: int) -> OrderId:
    """Confirm an order, and let its one part be planned and no more."""
    order = ordered(world, order_wish(world, *data))
    settle_orders(world.app)
    assert plan_people(world.app) == people
    return order


def _parts(world: World, order: OrderId) -> list[int]:
    with world.app.store.read() as reader:
        return sorted(part.people for part in reader.orders.parts(order))


def _verified(world: World, order: OrderId) -> OrderStatement:
    assert order_of(world, order).state is OrderState.PROVED
    pack = write_pack(world.app, order)
    assert require_pack(world.app, order, pack.data) == pack.sha256
    return pack.statement


def _told(world: World) -> list[str]:
    return sorted(one.to for one in world.outbox.letters if one.subject == DESTROYED)


def test_who_is_held_later_waits_alone_and_all_others_go_on(world: World) -> None:
    """Shown as a plan of its own, named in the proof, erased and told when the hold is over."""
    grant, a = world.enrolled("anna", residence=FRANCE)
    others = [world.enrolled(name, residence=FRANCE)[1] for name in ("bea", "cleo")]
    order = _planned(world, people=3)
    hold = _held(world, a, grant)
    work(world)
    assert [state_of(world, one) for one in (a, *others)] == [S.ERASING, S.ERASED, S.ERASED]
    assert world.app.keyring.has(subject_key(a))
    assert _parts(world, order) == [1, 2]
    said = _verified(world, order)
    assert [one.hold for one in said.held] == [hold]
    assert sorted(one.people for one in said.record.parts) == [1, 2]
    assert said.people == 3
    world.clock.go(days=1)
    work(world)
    assert _told(world) == ["bea@example.org", "cleo@example.org"]
    world.clock.go(days=90)
    work(world)
    work(world)
    assert state_of(world, a) is S.ERASED
    assert not world.app.keyring.has(subject_key(a))
    assert _told(world) == ["anna@example.org", "bea@example.org", "cleo@example.org"]


def test_whom_no_order_reaches_any_more_is_moved_nowhere(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No plan goes on that hangs on nothing, and its keys are gone again."""
    grant, a = world.enrolled("anna", residence=FRANCE)
    world.enrolled("bea", residence=FRANCE)
    order = _planned(world, people=2)
    _held(world, a, grant)
    with world.app.store.read() as reader:
        (part,) = reader.orders.parts(order)
        plan = reader.plans.get(part.plan)
        before = {one.id for one in reader.plans.open()}
    assert plan is not None
    monkeypatch.setattr(splitting, "reaches", lambda *_about: False)
    assert splitting.split_held(world.app, plan, (a,)) == 0
    with world.app.store.read() as reader:
        assert {one.id for one in reader.plans.open()} == before
    assert _parts(world, order) == [2]


@pytest.mark.parametrize("data", [(), (DataKind.TEMPLATES,)])
def test_who_is_held_is_told_once_who_searched_them(
    world: World, data: tuple[DataKind, ...]
) -> None:
    """The part told them before they were taken out of it; their certificate says so."""
    club = add_recipient(world, contact="club@example.net")
    grant, a = club.enrolled("anna", residence=FRANCE)
    world.enrolled("bea", residence=FRANCE)
    searched(club, "anna")
    order = _planned(world, *data, people=2)
    _held(world, a, grant)
    work(world)
    with world.app.store.read() as reader:
        (own,) = {
            part.plan
            for part in reader.orders.parts(order)
            if any(e.state is WorkState.OPEN for e in reader.plans.effects(part.plan))
        }
    world.clock.go(days=91)
    work(world)
    work(world)
    sent = [(one.to, one.subject) for one in world.outbox.letters]
    assert sent.count(("anna@example.org", "Who searched you")) == (not data)
    assert [to for to, _ in sent].count("club@example.net") == 1
    with world.app.store.read() as reader:
        assert len(reader.accounts.all()) == (not data)
        entries = [decode(leaf.data) for leaf in reader.leaves.get(0, reader.head.size)]
    done = [dict(one.facts) for one in entries if ("plan", own) in one.objects]
    (told,) = [one for one in done if one.get("effect") == EffectKind.TELL_RECIPIENTS.value]
    assert (told["told"], told["untold"]) == (1, 0)
    if data:
        return
    said = receipt.decode(certificate(world.app, own)).statement
    assert isinstance(said, ErasureStatement)
    assert said.told is not None
    assert (said.told.history, said.told.recipients) == (True, 1)
    assert said.told.accountable_until is not None


@pytest.mark.parametrize("where", ["order.split.keys", "order.split", "unit.committed"])
def test_whoever_is_killed_while_somebody_is_taken_out_goes_on(world: World, where: str) -> None:
    grant, a = world.enrolled("anna", residence=FRANCE)
    _, b = world.enrolled("bea", residence=FRANCE)
    order = _planned(world, people=2)
    _held(world, a, grant)
    seen: list[str] = []

    def die(point: str) -> None:
        seen.append(point)
        after = where != "unit.committed" or "order.split.keys" in seen
        if point == where and after:
            raise Killed

    dying = world.reopen(die)
    with pytest.raises(Killed):
        run_once(dying)
    dying.close()
    world.clock.go(minutes=2)
    work(world)
    assert [state_of(world, one) for one in (a, b)] == [S.ERASING, S.ERASED]
    assert _parts(world, order) == [1, 1]
    assert _verified(world, order).people == 2


def test_a_part_of_which_everybody_is_held_leaves_nobody_behind(world: World) -> None:
    """What a hold does not name goes at once, of each of them."""
    people = {}
    for name in ("anna", "bea"):
        grant, subject = world.enrolled(name, residence=FRANCE)
        people[subject] = (grant, world.granted(name)[0])
    order = _planned(world, people=2)
    for subject, (grant, _) in people.items():
        _held(world, subject, grant)
    work(world)
    assert {state_of(world, one) for one in people} == {S.ERASING}
    assert _parts(world, order) == [0, 1, 1]
    assert _verified(world, order).people == 2
    world.clock.go(days=91)
    work(world)
    assert {state_of(world, one) for one in people} == {S.ERASED}


def test_of_templates_alone_the_others_lose_theirs(world: World) -> None:
    grant, a = world.enrolled("anna", residence=FRANCE)
    other, b = world.enrolled("bea", residence=FRANCE)
    order = _planned(world, DataKind.TEMPLATES, people=2)
    _held(world, a, grant)
    work(world)
    assert (grant_state(world, grant), grant_state(world, other)) == (
        GrantState.ENDING,
        GrantState.ENDED,
    )
    assert {state_of(world, a), state_of(world, b)} == {S.KNOWN}
    assert _verified(world, order).people == 2
    world.clock.go(days=91)
    work(world)
    assert grant_state(world, grant) is GrantState.ENDED

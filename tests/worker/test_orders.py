"""Orders that two members confirmed are carried out: answered first, then erased, then proved."""

from collections import Counter
from datetime import timedelta

import pytest

from licet.app import App
from licet.coming import ask_code, sign_in
from licet.effects.carrying import planning
from licet.effects.ordering.counting import settle_orders
from licet.effects.proving.packing import write_pack
from licet.effects.sealed import contact_tag, grant_key, search_key, subject_key
from licet.granting import withdraw
from licet.ledger.order import OrderStatement
from licet.rights.hold import place
from licet.rights.intake import prove, receive
from licet.store.unit import Reader, Unit
from licet.terms.acting import SUBJECT
from licet.terms.grant import GrantState, SubjectState
from licet.terms.ids import OrderId, Territory
from licet.terms.order import Order, OrderScope, OrderState
from licet.terms.permit import Permit, Refusal
from licet.terms.plan import PlanKind
from licet.terms.rights import HoldWish, Received, RequestState, RequestWish, RightKind
from licet.worker import run_once
from tests.fakes.deployment import World
from tests.worker.ordering import (
    FRANCE,
    grant_state,
    kinds_told,
    order_of,
    order_wish,
    ordered,
    searched,
    state_of,
    work,
)


def test_their_codes_and_sessions_go_with_them(world: World) -> None:
    """Of whoever stays the codes stay, so that no day that passed took them."""
    for name, where in (("anna", FRANCE), ("cleo", "DE")):
        world.enrolled(name, residence=where)
        asking = ask_code(world.app, f"{name}@example.org", "en")
        asking.send()
        assert sign_in(world.app, asking.word, world.outbox.code()) is not None
    tags = [contact_tag(world.app, f"{name}@example.org") for name in ("anna", "cleo")]
    order = ordered(world, order_wish(world))
    work(world)
    assert order_of(world, order).state is OrderState.PROVED
    with world.app.store.read() as reader:
        assert [reader.own.count(tag) for tag in tags] == [(0, 0), (1, 1)]


def _statement(world: World, order: OrderId) -> OrderStatement:
    return write_pack(world.app, order).statement


def test_people_in_scope_are_erased_together_and_others_stay(world: World) -> None:
    anna, a = world.enrolled("anna", residence=FRANCE)
    bea, b = world.enrolled("bea", residence=FRANCE)
    cleo, c = world.enrolled("cleo", residence="DE")
    found = searched(world, "anna")
    world.outbox.letters.clear()
    order = ordered(world, order_wish(world))
    work(world)
    assert [state_of(world, one) for one in (a, b)] == [SubjectState.ERASED] * 2
    assert state_of(world, c) is SubjectState.KNOWN
    assert grant_state(world, anna) is GrantState.ENDED
    assert grant_state(world, cleo) is GrantState.ACTIVE
    gone = {subject_key(a), subject_key(b), grant_key(anna), grant_key(bea)}
    gone.add(search_key(found.id))
    assert world.app.keyring.absent(gone) == gone
    with world.app.store.read() as reader:
        assert [part.people for part in reader.orders.parts(order)] == [2]
        assert reader.searches.candidates(found.id) == ()
        assert len(reader.accounts.all()) == 1
        assert reader.plans.open() == ()
    letters = [(one.to, one.subject) for one in world.outbox.letters]
    history = "Who searched you"
    told = "An authority ordered that your data be destroyed"
    assert letters.count(("anna@example.org", history)) == 1
    assert ("bea@example.org", history) not in letters
    assert letters.index(("anna@example.org", history)) < letters.index(("anna@example.org", told))
    assert [to for to, subject in letters if subject == told] == [
        "anna@example.org",
        "bea@example.org",
    ] or [to for to, subject in letters if subject == told] == [
        "bea@example.org",
        "anna@example.org",
    ]
    stored = order_of(world, order)
    assert stored.state is OrderState.PROVED
    statement = _statement(world, order)
    assert statement.people == 2
    assert statement.record.done.keys_left == statement.record.done.found == 0
    assert dict(statement.left)["people"] == 0


def test_nobody_is_erased_before_two_confirmed(world: World) -> None:
    _, a = world.enrolled("anna", residence=FRANCE)
    ordered(world, order_wish(world), confirmed=False)
    world.clock.go(days=90)
    work(world)
    assert state_of(world, a) is SubjectState.KNOWN
    assert "subject.erasing" not in kinds_told(world)


def test_a_proved_request_that_waits_for_a_human_is_answered_in_the_orders_last_week(
    world: World,
) -> None:
    """A photo that was announced and never came does not hold an order up."""
    _, a = world.enrolled("anna", residence=FRANCE)
    wish = RequestWish(
        RightKind.ACCESS, "anna@example.org", "anna", "What do you have of me?", photo_follows=True
    )
    done = receive(world.app, SUBJECT, wish)
    assert isinstance(done, Received), done
    prove(world.app, done.request, world.outbox.code())
    ordered(world, order_wish(world, days=14))
    world.clock.go(days=6)
    work(world)
    assert state_of(world, a) is SubjectState.KNOWN
    world.clock.go(days=2)
    work(world)
    assert state_of(world, a) is SubjectState.ERASED
    with world.app.store.read() as reader:
        assert reader.requests.get(done.request).state is RequestState.DELIVERED  # type: ignore[union-attr]


def test_what_a_hold_keeps_waits_and_is_told(world: World) -> None:
    anna, a = world.enrolled("anna", residence=FRANCE)
    _, b = world.enrolled("bea", residence=FRANCE)
    place(
        world.app,
        world.who("steward", "officer"),
        HoldWish(a, (anna,), "ef" * 32, world.clock() + timedelta(days=90)),
    )
    order = ordered(world, order_wish(world))
    work(world)
    assert state_of(world, b) is SubjectState.ERASED
    assert state_of(world, a) is SubjectState.ERASING
    statement = _statement(world, order)
    assert [one.instrument for one in statement.held] == ["ef" * 32]
    assert dict(statement.left)["held"] == 1
    world.clock.go(days=100)
    work(world)
    assert state_of(world, a) is SubjectState.ERASED


def test_orders_that_overlap_erase_once(world: World) -> None:
    _, a = world.enrolled("anna", residence=FRANCE)
    orders = [ordered(world, order_wish(world, authority=f"authority {n}")) for n in range(5)]
    late = ordered(world, order_wish(world, authority="late"), confirmed=False)
    work(world)
    assert state_of(world, a) is SubjectState.ERASED
    assert kinds_told(world).count("subject.erasing") == 1
    assert kinds_told(world).count("order.proved") == 5
    digests = {_statement(world, one).record.digest for one in orders}
    assert len(digests) == 5
    with world.app.store.read() as reader:
        assert len({reader.orders.parts(one)[0].plan for one in (*orders, late)}) == 1


def test_orders_that_overlap_are_decided_on_once_for_each_part(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each order's permit once before, and once inside the unit that plans for it: no square."""
    world.enrolled("anna", residence=FRANCE)
    decided: list[OrderId] = []
    decide = planning.may_carry_out

    def counting(app: App, reader: Reader | Unit, order: Order) -> Permit | Refusal:
        decided.append(order.id)
        return decide(app, reader, order)

    orders = [ordered(world, order_wish(world, authority=f"authority {n}")) for n in range(6)]
    elsewhere = OrderScope(territories=(Territory("DE"),))
    far = ordered(world, order_wish(world, authority="far", scope=elsewhere))
    settle_orders(world.app)
    monkeypatch.setattr(planning, "may_carry_out", counting)
    assert planning.plan_people(world.app) == 1
    assert Counter(decided) == {**dict.fromkeys(orders, 2), far: 1}


def test_a_withdrawal_in_between_is_nobodys_second_plan(world: World) -> None:
    """Who is on their way out by their own wish is waited for, and not planned twice."""
    anna, a = world.enrolled("anna", residence=FRANCE)
    withdraw(world.app, SUBJECT, anna)
    order = ordered(world, order_wish(world))
    work(world)
    assert state_of(world, a) is SubjectState.ERASED
    assert order_of(world, order).state is OrderState.PROVED
    with world.app.store.read() as reader:
        plans = [reader.plans.get(part.plan) for part in reader.orders.parts(order)]
    assert [plan.kind for plan in plans if plan is not None] == [PlanKind.ORDER]


def test_mail_that_is_down_holds_up_no_order_for_long(world: World) -> None:
    """Who was searched is told first for three days; what the authority waits for comes then."""
    from licet.terms.errors import Busy

    _, a = world.enrolled("anna", residence=FRANCE)
    searched(world, "anna")
    order = ordered(world, order_wish(world))
    send = world.outbox.send

    def down(_message: object) -> None:
        raise Busy("the mail server does not answer", "Try again.")

    world.outbox.send = down  # type: ignore[method-assign]
    work(world)
    assert state_of(world, a) is SubjectState.ERASING
    assert order_of(world, order).state is OrderState.EXECUTING
    world.clock.go(days=4)
    work(world)
    assert order_of(world, order).state is OrderState.PROVED
    world.outbox.send = send  # type: ignore[method-assign]
    world.clock.go(days=1)
    work(world)
    assert [one.to for one in world.outbox.letters][-1] == "anna@example.org"
    with world.app.store.read() as reader:
        assert reader.plans.open() == ()


def test_bytes_in_clear_stop_the_proof(world: World) -> None:
    """A note with a name in it: nothing is proved until it is mended, and then it is."""
    _, a = world.enrolled("annabella-lindqvist", residence=FRANCE)
    note = world.home / "note.txt"
    note.write_text("call annabella-lindqvist back")
    order = ordered(world, order_wish(world))
    done = run_once(world.app)
    assert [one.rpartition(": ")[2] for one in done.problems] == ["Integrity"]
    assert order_of(world, order).state is OrderState.EXECUTING
    assert state_of(world, a) is SubjectState.ERASED
    note.unlink()
    work(world)
    assert order_of(world, order).state is OrderState.PROVED

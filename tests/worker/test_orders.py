"""Orders that two members confirmed are carried out: answered first, then erased, then proved."""

import json
from datetime import timedelta
from typing import Any

import pytest

from licet.collect import collect
from licet.effects.proving.packing import write_pack
from licet.effects.sealed import grant_key, search_key, subject_key
from licet.granting import withdraw
from licet.ledger.order import OrderStatement
from licet.rights.hold import place
from licet.rights.intake import prove, receive
from licet.search import search
from licet.terms.acting import SUBJECT
from licet.terms.grant import GrantState, SubjectState
from licet.terms.ids import GrantId, OrderId, SubjectId
from licet.terms.order import DataKind, OrderScope, OrderState
from licet.terms.plan import PlanKind
from licet.terms.rights import HoldWish, Received, RequestState, RequestWish, RightKind
from licet.terms.search import SearchResult
from licet.worker import run_once
from tests.fakes.deployment import CLEARANCE, World
from tests.fakes.vision import photo
from tests.worker.ordering import FRANCE, order_of, order_wish, ordered

ACCESS = RightKind.ACCESS


def _entries(world: World) -> list[dict[str, Any]]:
    with world.app.store.read() as reader:
        return [json.loads(leaf.data) for leaf in reader.leaves.get(0, reader.head.size)]


def _kinds(world: World) -> list[str]:
    return [str(entry["kind"]) for entry in _entries(world)]


def _state(world: World, subject: SubjectId) -> SubjectState:
    with world.app.store.read() as reader:
        found = reader.subjects.get(subject)
    assert found is not None
    return found.state


def _grant_state(world: World, grant: GrantId) -> GrantState:
    with world.app.store.read() as reader:
        found = reader.grants.get(grant)
    assert found is not None
    return found.state


def _work(world: World) -> None:
    done = run_once(world.app)
    assert done.problems == (), done


def _asked(world: World, name: str, *, proved: bool = True) -> Received:
    wish = RequestWish(ACCESS, f"{name}@example.org", name, "What do you have of me?")
    done = receive(world.app, SUBJECT, wish)
    assert isinstance(done, Received), done
    if proved:
        prove(world.app, done.request, world.outbox.code())
    return done


def _searched(world: World, name: str) -> SearchResult:
    probe = photo(name, shot=9)
    case = world.case(probe)
    found = search(world.app, world.who("investigator"), case, CLEARANCE, probe)
    assert isinstance(found, SearchResult), found
    return found


def _statement(world: World, order: OrderId) -> OrderStatement:
    return write_pack(world.app, order).statement


def test_people_in_scope_are_erased_together_and_others_stay(world: World) -> None:
    anna, a = world.enrolled("anna", residence=FRANCE)
    bea, b = world.enrolled("bea", residence=FRANCE)
    cleo, c = world.enrolled("cleo", residence="DE")
    found = _searched(world, "anna")
    world.outbox.letters.clear()
    order = ordered(world, order_wish(world))
    _work(world)
    assert [_state(world, one) for one in (a, b)] == [SubjectState.ERASED] * 2
    assert _state(world, c) is SubjectState.KNOWN
    assert _grant_state(world, anna) is GrantState.ENDED
    assert _grant_state(world, cleo) is GrantState.ACTIVE
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
    _work(world)
    assert _state(world, a) is SubjectState.KNOWN
    assert "subject.erasing" not in _kinds(world)


def test_who_waits_for_their_data_is_answered_first(world: World) -> None:
    """And whoever never proves their mailbox keeps nobody waiting for ever."""
    _, a = world.enrolled("anna", residence=FRANCE)
    _, b = world.enrolled("bea", residence=FRANCE)
    request = _asked(world, "anna", proved=False)
    order = ordered(world, order_wish(world, days=10))
    _work(world)
    assert {_state(world, a), _state(world, b)} == {SubjectState.KNOWN}
    prove(world.app, request.request, world.outbox.code())
    stuck = _asked(world, "zoe", proved=False)
    _work(world)
    assert {_state(world, a), _state(world, b)} == {SubjectState.KNOWN}
    with world.app.store.read() as reader:
        assert reader.requests.get(request.request).state is RequestState.DELIVERED  # type: ignore[union-attr]
    world.clock.go(days=9, hours=20)
    _work(world)
    assert {_state(world, a), _state(world, b)} == {SubjectState.ERASED}
    with world.app.store.read() as reader:
        assert reader.requests.get(stuck.request).state is RequestState.REFUSED  # type: ignore[union-attr]
    kinds = _kinds(world)
    assert kinds.index("request.delivered") < kinds.index("subject.erasing")
    assert kinds.index("request.refused") < kinds.index("subject.erasing")
    assert _statement(world, order).record.open == ()


def test_a_proved_request_that_waits_for_a_human_is_answered_in_the_orders_last_week(
    world: World,
) -> None:
    """A photo that was announced and never came does not hold an order up."""
    _, a = world.enrolled("anna", residence=FRANCE)
    wish = RequestWish(
        ACCESS, "anna@example.org", "anna", "What do you have of me?", photo_follows=True
    )
    done = receive(world.app, SUBJECT, wish)
    assert isinstance(done, Received), done
    prove(world.app, done.request, world.outbox.code())
    ordered(world, order_wish(world, days=14))
    world.clock.go(days=6)
    _work(world)
    assert _state(world, a) is SubjectState.KNOWN
    world.clock.go(days=2)
    _work(world)
    assert _state(world, a) is SubjectState.ERASED
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
    _work(world)
    assert _state(world, b) is SubjectState.ERASED
    assert _state(world, a) is SubjectState.ERASING
    statement = _statement(world, order)
    assert [one.instrument for one in statement.held] == ["ef" * 32]
    assert dict(statement.left)["held"] == 1
    world.clock.go(days=100)
    _work(world)
    assert _state(world, a) is SubjectState.ERASED


def test_orders_that_overlap_erase_once(world: World) -> None:
    _, a = world.enrolled("anna", residence=FRANCE)
    orders = [ordered(world, order_wish(world, authority=f"authority {n}")) for n in range(5)]
    late = ordered(world, order_wish(world, authority="late"), confirmed=False)
    _work(world)
    assert _state(world, a) is SubjectState.ERASED
    assert _kinds(world).count("subject.erasing") == 1
    assert _kinds(world).count("order.proved") == 5
    digests = {_statement(world, one).record.digest for one in orders}
    assert len(digests) == 5
    with world.app.store.read() as reader:
        assert len({reader.orders.parts(one)[0].plan for one in (*orders, late)}) == 1


@pytest.mark.parametrize("kind", [DataKind.TEMPLATES, DataKind.PHOTOS, DataKind.PROBES])
def test_each_kind_of_data_alone(world: World, kind: DataKind) -> None:
    anna, a = world.enrolled("anna", residence=FRANCE)
    world.enrolled("cleo", residence="DE")
    photos = {"one": photo("anna", shot=5), "two": photo("anna", "cleo")}
    source = world.source(world.folder("regatta", **photos), territory="DE")
    collect(world.app, world.who("steward"), source.id)
    found = _searched(world, "anna")
    before = _kept(world, anna, found)
    order = ordered(world, order_wish(world, kind))
    _work(world)
    after = _kept(world, anna, found)
    assert order_of(world, order).state is OrderState.PROVED
    assert _state(world, a) is SubjectState.KNOWN
    references, appearances, items, probe = before
    assert before == (1, 2, 2, True)
    assert after == {
        DataKind.TEMPLATES: (0, 0, items, probe),
        DataKind.PHOTOS: (references, 1, 1, probe),
        DataKind.PROBES: (references, appearances, items, False),
    }[kind] or (kind is DataKind.TEMPLATES and after[:3] == (0, 0, items))
    ended = kind is DataKind.TEMPLATES
    assert (_grant_state(world, anna) is GrantState.ENDED) == ended
    assert bool(world.app.keyring.absent({grant_key(anna)})) == ended
    _work(world)
    assert _kinds(world).count("order.proved") == 1


def _kept(world: World, grant: GrantId, found: SearchResult) -> tuple[int, int, int, bool]:
    with world.app.store.read() as reader:
        templates = reader.templates.of_grant(grant)
        made = reader.searches.get(found.id)
        items = sum(len(reader.items.of_source(s.id, None, 99)) for s in reader.sources.all())
    references = sum(one.kind.value == "reference" for one in templates)
    assert made is not None
    probe = made.sealed_probe is not None
    return references, len(templates) - references, items, probe


def test_photos_of_a_source_in_scope_go_and_it_ceases(world: World) -> None:
    anna, a = world.enrolled("anna", residence="DE")
    source = world.source(world.folder("regatta", a=photo("anna"), b=photo("bea")))
    collect(world.app, world.who("steward"), source.id)
    scope = OrderScope(sources=(source.id,))
    order = ordered(world, order_wish(world, DataKind.PHOTOS, scope=scope))
    _work(world)
    assert order_of(world, order).state is OrderState.PROVED
    with world.app.store.read() as reader:
        assert reader.items.of_source(source.id, None, 9) == ()
        assert len(reader.templates.of_grant(anna)) == 1
        assert reader.sources.get(source.id).state.value == "purged"  # type: ignore[union-attr]
    assert _state(world, a) is SubjectState.KNOWN


def test_a_withdrawal_in_between_is_nobodys_second_plan(world: World) -> None:
    """Who is on their way out by their own wish is waited for, and not planned twice."""
    anna, a = world.enrolled("anna", residence=FRANCE)
    withdraw(world.app, SUBJECT, anna)
    order = ordered(world, order_wish(world))
    _work(world)
    assert _state(world, a) is SubjectState.ERASED
    assert order_of(world, order).state is OrderState.PROVED
    with world.app.store.read() as reader:
        plans = [reader.plans.get(part.plan) for part in reader.orders.parts(order)]
    assert [plan.kind for plan in plans if plan is not None] == [PlanKind.ORDER]


def test_mail_that_is_down_holds_up_no_order_for_long(world: World) -> None:
    """Who was searched is told first for three days; what the authority waits for comes then."""
    from licet.terms.errors import Busy

    _, a = world.enrolled("anna", residence=FRANCE)
    _searched(world, "anna")
    order = ordered(world, order_wish(world))
    send = world.outbox.send

    def down(_message: object) -> None:
        raise Busy("the mail server does not answer", "Try again.")

    world.outbox.send = down  # type: ignore[method-assign]
    _work(world)
    assert _state(world, a) is SubjectState.ERASING
    world.clock.go(days=4)
    _work(world)
    assert order_of(world, order).state is OrderState.PROVED
    world.outbox.send = send  # type: ignore[method-assign]
    world.clock.go(days=1)
    _work(world)
    assert [one.to for one in world.outbox.letters][-1] == "anna@example.org"
    with world.app.store.read() as reader:
        assert reader.plans.open() == ()

"""Who asks for their data is waited for, whatever an order's clauses say, and the pack says so."""

from licet.effects.carrying.planning import plan_people
from licet.effects.ordering.counting import settle_orders
from licet.effects.proving.packing import write_pack
from licet.ledger.order import OrderRecord
from licet.rights.intake import prove, receive
from licet.rights.proving import require_pack
from licet.terms.acting import SUBJECT
from licet.terms.errors import Busy
from licet.terms.grant import SubjectState
from licet.terms.ids import OrderId
from licet.terms.order import ClauseKind, OrderState
from licet.terms.rights import Received, RequestState, RequestWish, RightKind
from tests.fakes.deployment import World
from tests.worker.ordering import (
    FRANCE,
    asked,
    order_of,
    order_wish,
    ordered,
    searched,
    state_of,
    work,
)

ERASE = (ClauseKind.ERASE,)


def _proved(world: World, order: OrderId) -> OrderRecord:
    """Return what the pack says, once it was held to be one by its own verifier."""
    assert order_of(world, order).state is OrderState.PROVED
    pack = write_pack(world.app, order)
    assert require_pack(world.app, order, pack.data) == pack.sha256
    return pack.statement.record


def test_a_request_that_comes_after_an_order_without_an_answer_clause_is_in_its_pack(
    world: World,
) -> None:
    """Each of two orders names it, and that of a stranger who never proved that they ask."""
    world.enrolled("anna", residence=FRANCE)
    _, b = world.enrolled("bea", residence=FRANCE)
    orders = [ordered(world, order_wish(world, authority=one, kinds=ERASE)) for one in ("A", "B")]
    request = asked(world, "anna", proved=False)
    code = world.outbox.code()
    elsewhere = asked(world, "dora", proved=False)
    work(world)
    assert state_of(world, b) is SubjectState.KNOWN
    prove(world.app, request.request, code)
    world.clock.go(days=59, hours=20)
    work(world)
    assert state_of(world, b) is SubjectState.ERASED
    for one in orders:
        record = _proved(world, one)
        assert {answer.request for answer in record.answered} == {
            request.request,
            elsewhere.request,
        }
        assert record.erasing is not None
        assert all(answer.entry < record.erasing for answer in record.answered)


def test_who_asks_while_others_are_erased_is_answered_and_breaks_no_pack(world: World) -> None:
    """Their own part waits for them. Nobody could have answered them before they asked."""
    _, a = world.enrolled("anna", residence=FRANCE)
    searched(world, "anna")
    order = ordered(world, order_wish(world, kinds=ERASE))
    send = world.outbox.send
    settle_orders(world.app)
    assert plan_people(world.app) == 1

    def down(_message: object) -> None:
        raise Busy("the mail server does not answer", "Try again.")

    world.clock.go(hours=1)
    world.outbox.send = down  # type: ignore[method-assign]
    world.clock.go(days=4)
    from licet.effects.finishing import finish
    from licet.terms.plan import EffectKind

    with world.app.store.read() as reader:
        plan = reader.orders.parts(order)[0].plan
    finish(world.app, plan, EffectKind.FORGET_ITEMS)
    world.outbox.send = send  # type: ignore[method-assign]
    request = asked(world, "anna")
    work(world)
    assert state_of(world, a) is SubjectState.ERASED
    record = _proved(world, order)
    assert record.erasing is not None
    (answer,) = record.answered
    assert answer.request == request.request
    assert answer.entry > record.erasing


def test_who_is_here_for_a_request_alone_is_answered_and_then_forgotten(world: World) -> None:
    """Where they live is not known, so every order on a territory reaches them."""
    wish = RequestWish(RightKind.OBJECTION, "carl@example.org", "carl", "Leave me alone.")
    objection = receive(world.app, SUBJECT, wish)
    assert isinstance(objection, Received)
    prove(world.app, objection.request, world.outbox.code())
    request = asked(world, "zoe", proved=False)
    order = ordered(world, order_wish(world, days=10))
    work(world)
    assert order_of(world, order).state is OrderState.EXECUTING
    prove(world.app, request.request, world.outbox.code())
    world.clock.go(days=10)
    work(world)
    with world.app.store.read() as reader:
        kept = reader.requests.get(request.request)
        assert kept is not None
        person = reader.subjects.get(kept.subject)
    assert kept.state in {RequestState.DELIVERED, RequestState.REFUSED}
    assert person is not None
    assert person.state is SubjectState.ERASED
    assert [one.request for one in _proved(world, order).answered] == [request.request]

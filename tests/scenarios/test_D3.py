"""D3: deletion after fulfilling pending access requests: block, answer, then erase.

The order of the acts is the order of the ledger's entries, and the pack draws it from them.
"""

from licet.consent.reasons import Reason
from licet.effects.carrying.demands import may_carry_out
from licet.effects.proving.packing import write_pack
from licet.rights.intake import prove
from licet.search import search
from licet.terms.grant import SubjectState
from licet.terms.permit import Refusal
from licet.terms.rights import RequestState
from tests.fakes.deployment import CLEARANCE, World
from tests.fakes.vision import photo
from tests.worker.ordering import (
    FRANCE,
    asked,
    kinds_told,
    order_of,
    order_wish,
    ordered,
    state_of,
    work,
)


def test_block_answer_erase_prove_in_this_order(world: World) -> None:
    """From the order on nobody finds her; she gets her data; then nothing of her is left."""
    _, anna = world.enrolled("anna", residence=FRANCE)
    probe = photo("anna", shot=9)
    case = world.case(probe)
    asked(world, "anna")
    order = ordered(world, order_wish(world))
    found = search(world.app, world.who("investigator"), case, CLEARANCE, probe)
    assert isinstance(found, Refusal) or found.candidates == ()
    with world.app.store.read() as reader:
        refused = may_carry_out(world.app, reader, order_of(world, order))
    assert isinstance(refused, Refusal)
    assert refused.reason == Reason.ACCESS_OPEN
    work(world)
    assert state_of(world, anna) is SubjectState.ERASED
    kinds = kinds_told(world)
    steps = ("order.registered", "block.placed", "order.confirmed", "request.delivered")
    then = ("subject.erasing", "clause.met", "order.proved")
    places = [kinds.index(kind) for kind in (*steps, *then)]
    assert sorted(places[:5]) == places[:5]
    assert places[-1] == max(places)
    record = write_pack(world.app, order).statement.record
    assert record.open == ()
    assert record.erasing is not None
    assert [one.entry < record.erasing for one in record.answered] == [True]


def test_who_waits_for_their_data_is_answered_first(world: World) -> None:
    """And whoever never proves their mailbox keeps nobody waiting for ever."""
    _, a = world.enrolled("anna", residence=FRANCE)
    _, b = world.enrolled("bea", residence=FRANCE)
    request = asked(world, "anna", proved=False)
    order = ordered(world, order_wish(world, days=10))
    work(world)
    assert {state_of(world, a), state_of(world, b)} == {SubjectState.KNOWN}
    prove(world.app, request.request, world.outbox.code())
    stuck = asked(world, "zoe", proved=False)
    work(world)
    assert {state_of(world, a), state_of(world, b)} == {SubjectState.KNOWN}
    with world.app.store.read() as reader:
        assert reader.requests.get(request.request).state is RequestState.DELIVERED  # type: ignore[union-attr]
    world.clock.go(days=9, hours=20)
    work(world)
    assert {state_of(world, a), state_of(world, b)} == {SubjectState.ERASED}
    with world.app.store.read() as reader:
        assert reader.requests.get(stuck.request).state is RequestState.REFUSED  # type: ignore[union-attr]
    kinds = kinds_told(world)
    assert kinds.index("request.delivered") < kinds.index("subject.erasing")
    assert kinds.index("request.refused") < kinds.index("subject.erasing")
    assert write_pack(world.app, order).statement.record.open == ()

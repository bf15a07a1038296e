"""What authorities and documents are behind waits for a second member as everything else does."""

from licet.awaiting import find_act
from licet.cli import order_acts
from licet.deeds import Named, OnPaper, begin, complete, says
from licet.effects.ordering.reading import spell_order
from licet.rights import blocking, ordering
from licet.terms.acting import Who
from licet.terms.ids import BlockId
from licet.terms.permit import Block, By, Refusal
from licet.terms.waiting import Parked
from licet.vault.signing import sign_act
from tests.fakes.ordering import an_order
from tests.redteam.real import RealWorld

RELEASE = "ef" * 32


def second(real: RealWorld, parked: object, name: str) -> object:
    assert isinstance(parked, Parked), parked
    act = find_act(real.app, None, parked.act)
    made = sign_act(real.keys[name], real.people[name], act.act)
    who = Who(By.MEMBER, (real.people[name],), act.act, (made,))
    return complete(real.app, who, act.id)


def test_an_order_is_confirmed_by_two_one_after_the_other(real: RealWorld) -> None:
    wish = an_order()
    text = spell_order(wish)
    signed = real.signed(order_acts.registering(wish, text), "steward")
    done = ordering.register(real.app, signed, wish, text)
    assert isinstance(done, ordering.Registered)
    about = order_acts.confirming(real.app, done.order)
    parts = Named(done.order)
    parked = begin(real.app, real.signed(about, "steward"), "confirm_order", parts)
    assert isinstance(parked, Parked)
    line = says(real.app, find_act(real.app, None, parked.act))
    assert wish.reference in line
    refused = second(real, parked, "verifier")
    assert isinstance(refused, Refusal), "the officer is one of the two"
    assert isinstance(second(real, parked, "officer"), ordering.Confirmed)


def test_a_block_is_lifted_by_two_one_after_the_other(real: RealWorld) -> None:
    block = Block()
    placed = blocking.place(real.app, real.signed(order_acts.placing(block), "steward"), block)
    assert isinstance(placed, str), placed
    about = order_acts.lifting(BlockId(placed), RELEASE)
    parts = OnPaper(placed, RELEASE)
    parked = begin(real.app, real.signed(about, "officer"), "lift_block", parts)
    with real.app.store.read() as reader:
        assert len(reader.blocks.active()) == 1
    assert isinstance(second(real, parked, "steward"), int)
    with real.app.store.read() as reader:
        assert reader.blocks.active() == ()

"""What members sign about an order is held against this very order, and nothing else.

On a deployment for real people: a signature for one order confirms no other, one that was
made for what an order said before confirms nothing that it says now, and one key is one person.
"""

from dataclasses import replace

import pytest

from licet.cli import order_acts, signing
from licet.consent.reasons import Reason
from licet.effects.ordering.reading import spell_order
from licet.rights import blocking, ordering
from licet.rights.ordering import Confirmed, Registered
from licet.rights.viewing import preview, previewing
from licet.terms.acting import SUBJECT, WORKER
from licet.terms.ids import BlockId, MemberId, Territory
from licet.terms.ledger import Entry, EntryKind
from licet.terms.order import Order, OrderState, OrderWish
from licet.terms.permit import Block, Refusal
from tests.fakes.ordering import an_order
from tests.redteam.real import RealWorld

TWO = ("officer", "steward")
RELEASE = "ef" * 32
UNSIGNED = {Reason.NOT_SIGNED, Reason.TWO_SIGNERS_NEEDED}


def _registered(real: RealWorld, wish: OrderWish) -> Registered:
    text = spell_order(wish)
    who = real.signed(order_acts.registering(wish, text), "steward")
    done = ordering.register(real.app, who, wish, text)
    assert isinstance(done, Registered), done
    return done


def _stored(real: RealWorld, done: Registered) -> Order:
    with real.app.store.read() as reader:
        found = reader.orders.get(done.order)
    assert found is not None
    return found


def _reason(answer: object) -> str:
    assert isinstance(answer, Refusal), answer
    return answer.reason


def test_an_order_is_registered_with_the_signature_over_its_own_words(real: RealWorld) -> None:
    """Signed for France, handed in for Italy: refused, and nothing is blocked."""
    wish = an_order()
    for other, text in (
        (an_order(reference="2026-015"), spell_order(an_order(reference="2026-015"))),
        (wish, spell_order(wish) + "# and more"),
    ):
        who = real.signed(order_acts.registering(wish, spell_order(wish)), "steward")
        assert _reason(ordering.register(real.app, who, other, text)) == Reason.NOT_SIGNED
    for nobody in (SUBJECT, WORKER):
        assert _reason(ordering.register(real.app, nobody, wish)) == Reason.NOT_FOR_THIS_DOER
    with real.app.store.read() as reader:
        assert (reader.blocks.active(), reader.orders.all()) == ((), ())


def test_a_signature_confirms_one_order_and_what_it_says(real: RealWorld) -> None:
    first = _registered(real, an_order())
    second = _registered(real, an_order(reference="2026-015"))
    for_first = order_acts.confirming(real.app, first.order)
    refused = ordering.confirm(real.app, real.signed(for_first, *TWO), second.order)
    assert _reason(refused) in UNSIGNED
    with real.app.store.unit() as unit:  # whoever holds the database narrows the scope
        order = _stored(real, first)
        scope = replace(order.scope, territories=(Territory("IT"),))
        unit.orders.put(replace(order, scope=scope))
        unit.record(Entry(EntryKind.LISTED, unit.now))
    refused = ordering.confirm(real.app, real.signed(for_first, *TWO), first.order)
    assert _reason(refused) in UNSIGNED
    assert _stored(real, first).state is OrderState.FINAL
    real.clock.go(minutes=1)
    right = real.signed(order_acts.confirming(real.app, second.order), *TWO)
    real.clock.go(minutes=6)
    assert _reason(ordering.confirm(real.app, right, second.order)) in UNSIGNED
    right = real.signed(order_acts.confirming(real.app, second.order), *TWO)
    assert isinstance(ordering.confirm(real.app, right, second.order), Confirmed)


def test_one_key_is_one_person_when_an_order_is_confirmed(real: RealWorld) -> None:
    done = _registered(real, an_order())
    about = order_acts.confirming(real.app, done.order)
    for names in (("steward",), ("officer",), ("steward", "approver")):
        refused = ordering.confirm(real.app, real.signed(about, *names), done.order)
        assert _reason(refused) in {*UNSIGNED, Reason.OFFICER_NEEDED}
    alone = real.signed(about, "steward")
    named = replace(alone, members=(*alone.members, MemberId(real.people["officer"])))
    assert _reason(ordering.confirm(real.app, named, done.order)) in UNSIGNED


@pytest.mark.parametrize("release", [RELEASE, "aa" * 32])
def test_a_block_is_lifted_with_signatures_over_this_block_and_this_release(
    real: RealWorld, release: str
) -> None:
    block = Block(territory=Territory("FR"))
    placed = blocking.place(real.app, real.signed(order_acts.placing(block), "steward"), block)
    assert isinstance(placed, str)
    block_id = BlockId(placed)
    other = real.signed(order_acts.lifting(block_id, "bb" * 32), *TWO)
    assert _reason(blocking.lift(real.app, other, block_id, release)) in UNSIGNED
    right = real.signed(order_acts.lifting(block_id, release), *TWO)
    assert isinstance(blocking.lift(real.app, right, block_id, release), int)
    wider = Block()
    who = real.signed(order_acts.placing(block), "steward")
    assert _reason(blocking.place(real.app, who, wider)) == Reason.NOT_SIGNED


def test_a_preview_is_signed_for_the_order_it_looks_at(real: RealWorld) -> None:
    wish = an_order()
    who = real.signed(signing.listing(previewing("another text")), "officer")
    assert _reason(preview(real.app, who, wish, spell_order(wish))) == Reason.NOT_SIGNED
    who = real.signed(signing.listing(previewing(spell_order(wish))), "officer")
    assert not isinstance(preview(real.app, who, wish, spell_order(wish)), Refusal)

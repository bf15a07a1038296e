"""Orders that two members confirmed are carried out: answered first, then erased, then proved."""

import json

from licet.effects.sealed import grant_key, subject_key
from licet.terms.grant import GrantState, SubjectState
from licet.terms.order import OrderState
from licet.worker import run_once
from tests.fakes.deployment import World
from tests.worker.ordering import FRANCE, order_of, order_wish, ordered


def _entries(world: World) -> list[dict]:  # type: ignore[type-arg]
    with world.app.store.read() as reader:
        return [json.loads(leaf.data) for leaf in reader.leaves.get(0, reader.head.size)]


def test_people_in_scope_are_erased_together_and_others_stay(world: World) -> None:
    anna, a = world.enrolled("anna", residence=FRANCE)
    bea, b = world.enrolled("bea", residence=FRANCE)
    cleo, c = world.enrolled("cleo", residence="DE")
    order = ordered(world, order_wish(world))
    done = run_once(world.app)
    assert done.problems == (), done
    with world.app.store.read() as reader:
        states = {one: reader.subjects.get(one).state for one in (a, b, c)}  # type: ignore[union-attr]
        parts = reader.orders.parts(order)
        grants = {one: reader.grants.get(one).state for one in (anna, bea, cleo)}  # type: ignore[union-attr]
    assert states == {a: SubjectState.ERASED, b: SubjectState.ERASED, c: SubjectState.KNOWN}
    assert grants[anna] is GrantState.ENDED
    assert grants[cleo] is GrantState.ACTIVE
    assert [part.people for part in parts] == [2]
    gone = {subject_key(a), subject_key(b), grant_key(anna), grant_key(bea)}
    assert world.app.keyring.absent(gone) == gone
    assert order_of(world, order).state is OrderState.PROVED

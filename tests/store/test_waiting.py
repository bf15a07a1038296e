"""Acts that wait read back, end once, and are used up by the unit that decides on them."""

from licet.store.store import Store
from licet.store.unit import Unit
from licet.terms.errors import Conflict
from licet.terms.ids import ActId, MemberId, OrganisationId
from tests.store import comers, things
from tests.store.things import DAY, NOON, change, refused


def test_an_act_that_waits_is_found_by_whose_it_is(store: Store) -> None:
    member = things.furnished(store).member
    act = comers.a_waiting_act(member)
    later = comers.a_waiting_act(member, at=NOON + DAY, expires=NOON + 2 * DAY)
    change(store, lambda unit: unit.waiting.add(later), lambda unit: unit.waiting.add(act))
    with store.read() as reader:
        it = reader.waiting
        assert it.get(act.id) == act
        assert it.get(ActId("none")) is None
        assert it.of_organisation(member.organisation) == (act, later)
        assert it.of_member(member.id) == (act, later)
        assert it.of_organisation(OrganisationId("x")) == it.of_member(MemberId("x")) == ()
        assert it.over(NOON + DAY) == (act,)
        assert it.over(NOON) == ()


def test_an_act_ends_once(store: Store) -> None:
    member = things.furnished(store).member
    acts = [comers.a_waiting_act(member) for _ in range(4)]
    change(store, *(lambda unit, act=act: unit.waiting.add(act) for act in acts))
    ended: list[object] = []
    change(store, lambda unit: ended.append(unit.waiting.end(acts[0].id)))
    change(store, lambda unit: ended.append(unit.waiting.end(acts[0].id)))
    change(store, lambda unit: unit.waiting.stand(acts[1].id), lambda unit: unit.waiting.use_up())
    assert ended == [True, False]
    with store.read() as reader:
        left = {one.id for one in reader.waiting.of_member(member.id)}
    assert left == {acts[2].id, acts[3].id}
    change(store, lambda unit: ended.append(unit.waiting.end_of_member(member.id)))
    assert ended[2:] == [2]


def test_a_unit_that_decides_on_what_is_gone_does_nothing(store: Store) -> None:
    member = things.furnished(store).member
    act = comers.a_waiting_act(member)

    def twice(unit: Unit) -> None:
        unit.waiting.use_up()  # Nothing stands: nothing is used up.
        unit.waiting.stand(act.id)
        unit.waiting.use_up()

    refused(store, Conflict, twice)

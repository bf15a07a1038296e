"""What a unit of work promises, on both databases."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest

from licet.store import schema
from licet.store.store import Store
from licet.store.unit import UnitWithoutLeaf
from licet.terms.errors import BadInput, Busy, Conflict, Corrupt, NotFound
from licet.terms.grant import GrantState, SubjectState
from licet.terms.ids import RunId, SubjectId
from tests.databases import PlainLeaves
from tests.store import things
from tests.store.things import DAY, NOON, entry


class Killed(BaseException):
    """Stands for a process that ends in the middle."""


def test_leaves_are_written_at_the_head(store: Store) -> None:
    with store.unit() as unit:
        assert unit.head.size == 0
        assert [unit.record(entry(n=n)) for n in range(3)] == [0, 1, 2]
        assert unit.head.size == 3
    with store.unit() as unit:
        assert unit.record(entry(n=3)) == 3
    makes = PlainLeaves()
    frontier: tuple[bytes, ...] = ()
    with store.read() as reader:
        leaves = reader.leaves.get(0, 10)
        assert [leaf.index for leaf in leaves] == [0, 1, 2, 3]
        assert list(reader.leaves.iterate(1)) == list(leaves[1:])
        for leaf in leaves:
            assert leaf.data == makes.encode(entry(n=leaf.index))
            frontier = makes.grow(frontier, leaf.index, makes.leaf_hash(leaf.data))
        assert reader.head.frontier == frontier
        assert reader.head == store.head()


@pytest.mark.parametrize("raised", [ValueError, Killed, KeyboardInterrupt])
def test_whatever_is_raised_nothing_happened(store: Store, raised: type[BaseException]) -> None:
    before = store.head()

    def end_early() -> None:
        with store.unit() as unit:
            things.furnish(unit)
            raise raised

    with pytest.raises(raised):
        end_early()
    assert store.head() == before
    with store.read() as reader:
        assert list(reader.subjects.ids()) == []
        assert reader.leaves.get(0, 10) == ()
    things.furnished(store)  # and the head is free again


def test_a_change_without_a_leaf_is_refused(store: Store) -> None:
    with pytest.raises(UnitWithoutLeaf), store.unit() as unit:
        unit.subjects.add(things.a_subject())
    with pytest.raises(UnitWithoutLeaf), store.unit(bookkeeping=True) as unit:
        unit.subjects.add(things.a_subject())
    with store.read() as reader:
        assert list(reader.subjects.ids()) == []


def test_bookkeeping_needs_to_be_said(store: Store) -> None:
    house = things.furnished(store)
    with pytest.raises(UnitWithoutLeaf), store.unit() as unit:
        unit.runs.set_cursor(house.run.id, "further", None)
    with store.unit(bookkeeping=True) as unit:
        unit.runs.set_cursor(house.run.id, "further", None)
        assert unit.confirmations.count_try(house.grant.id) == 2
    with store.read() as reader:
        assert reader.runs.open()[0].cursor == "further"
    assert store.head().size == 1


def test_a_unit_that_changes_nothing_needs_no_leaf(store: Store) -> None:
    before = store.head()
    with store.unit() as unit:
        assert unit.templates.delete_of_grant(things.GrantId("none")) == 0
        assert unit.subjects.get(SubjectId("none")) is None
    assert store.head() == before


def test_now_never_goes_back(store_url: str) -> None:
    moment = [NOON]
    store = Store.open(store_url, PlainLeaves(), clock=lambda: moment[0])
    with store.unit() as unit:
        assert unit.now == NOON
        unit.record(entry(at=NOON + DAY))
    with store.unit() as unit:
        assert unit.now == NOON + DAY
        unit.record(entry(at=NOON))  # an older entry does not set the head back
    with store.read() as reader:
        assert reader.now == reader.head.time == NOON + DAY
    moment[0] = NOON + 2 * DAY
    with store.unit() as unit:
        assert unit.now == NOON + 2 * DAY
    store.close()


def test_boundaries_are_named_in_order(store_url: str) -> None:
    passed: list[str] = []
    store = Store.open(store_url, PlainLeaves(), at=passed.append)
    with store.unit() as unit:
        unit.subjects.add(things.a_subject())
        unit.record(entry())
    assert [name for name in passed if name != "unit.effects"] == [
        "unit.locked",
        "unit.recorded",
        "unit.commit",
        "unit.committed",
    ]
    assert passed.index("unit.locked") < passed.index("unit.effects")
    assert passed.index("unit.effects") < passed.index("unit.recorded")
    store.close()


def test_the_head_is_locked_before_facts_are_read(store_url: str) -> None:
    """The lock is taken on entry, not at the first write: nobody else may be in between."""
    first = Store.open(store_url, PlainLeaves())
    second = Store.open(store_url, PlainLeaves(), wait_seconds=0.1)
    with first.unit() as unit:
        assert unit.head.size == 0
        with pytest.raises(Busy, match="writing"), second.unit():
            pytest.fail("two units hold the head")
        with second.read() as reader:  # readers wait for nobody
            assert reader.head.size == 0
    with second.unit():
        pass
    first.close()
    second.close()


def test_threads_of_one_store_queue_and_give_up(store_url: str) -> None:
    store = Store.open(store_url, PlainLeaves(), wait_seconds=0.1)
    seen: list[BaseException] = []

    def other() -> None:
        try:
            with store.unit():
                pass
        except Busy as busy:
            seen.append(busy)

    with store.unit():
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert len(seen) == 1
    store.close()


def test_a_unit_inside_a_unit_is_a_conflict_not_a_deadlock(store: Store) -> None:
    with store.unit() as unit:
        with pytest.raises(Conflict, match="inside a unit"), store.unit():
            pytest.fail("a thread holds the head twice")
        unit.record(entry())
    assert store.head().size == 1


def test_after_a_refused_statement_the_unit_cannot_go_on(store: Store) -> None:
    house = things.furnished(store)

    def go_on() -> None:
        with store.unit() as unit:
            with pytest.raises(Conflict):
                unit.governance.add_organisation(things.an_organisation(house.organisation.name))
            with pytest.raises(Conflict):
                unit.subjects.add(things.a_subject())
            # Even a flow that swallows the error does not get half of its unit.

    with pytest.raises(Conflict, match="of this name"):
        go_on()
    assert store.head().size == 1


def test_a_reader_sees_one_moment(store: Store) -> None:
    things.furnished(store, "one")
    with store.read() as reader:
        things.furnished(store, "two")
        assert reader.head.size == 1
        assert len(reader.governance.organisations()) == 1
        assert len(list(reader.leaves.iterate())) == 1
    assert store.head().size == 2


def test_a_reader_cannot_write(store: Store) -> None:
    from licet.store.subjects import WriteSubjects

    with store.read() as reader:
        writer = WriteSubjects(reader.subjects._session)
        with pytest.raises(TypeError, match="reader"):
            writer.add(things.a_subject())


@pytest.mark.parametrize(
    ("name", "error"), [("a\x00b", BadInput), ("\ud800", BadInput)], ids=["nul", "surrogate"]
)
def test_text_no_database_holds_is_refused(store: Store, name: str, error: type[Exception]) -> None:
    with pytest.raises(error), store.unit() as unit:
        unit.governance.add_organisation(things.an_organisation(name))
    assert store.head().size == 0


def test_a_number_too_big_is_refused(store: Store) -> None:
    with pytest.raises(BadInput), store.unit() as unit:
        unit.grants.set_state(things.GrantId("none"), GrantState.ACTIVE, 2**70)


def test_the_row_must_be_there_and_willing(store: Store) -> None:
    house = things.furnished(store)

    def refused(change: Callable[[object], None], error: type[Exception]) -> None:
        with pytest.raises(error), store.unit() as unit:
            change(unit)

    erased = SubjectState.ERASED
    refused(lambda unit: unit.subjects.set_state(SubjectId("none"), erased), NotFound)
    refused(lambda unit: unit.runs.finish(RunId("none")), NotFound)
    with store.unit() as unit:
        unit.subjects.set_state(house.subject.id, erased)
        unit.record(entry())
    refused(lambda unit: unit.subjects.set_state(house.subject.id, SubjectState.KNOWN), Conflict)


def test_a_head_that_moved_under_its_lock(store: Store) -> None:
    """Somebody changed it past the store: nothing may be built on that."""

    def move() -> None:
        with store.unit() as unit:
            statement = schema.head.update().values(size=7)
            unit.leaves._session.write(statement, bookkeeping=True)
            unit.record(entry())

    with pytest.raises(Corrupt, match="moved"):
        move()
    assert store.head().size == 0


def test_moments_are_kept_to_the_millisecond(store: Store) -> None:
    exact = NOON + timedelta(milliseconds=7)
    house = things.furnished(store)
    with store.unit() as unit:
        unit.grants.notice_delivered(house.grant.id, exact + timedelta(microseconds=900), 1)
        unit.record(entry())
    with store.read() as reader:
        grant = reader.grants.get(house.grant.id)
        assert grant is not None
        assert grant.notice_delivered_at == exact

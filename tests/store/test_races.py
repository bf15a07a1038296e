"""Units under contention: order, no gaps, no write skew, and the database's own rule."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, text

from licet.store.engine import Begin, connect, parse, transaction
from licet.store.store import Store
from licet.store.unit import Unit
from licet.terms.errors import Conflict
from licet.terms.grant import GrantState
from licet.terms.ids import GrantId
from tests.databases import PlainLeaves
from tests.store import things
from tests.store.things import entry


@pytest.fixture(params=["one store", "a store for each"])
def stores(request: pytest.FixtureRequest, store_url: str) -> Iterator[list[Store]]:
    """Eight stores: one eight times (threads), or eight of them (as if processes)."""
    opened = [
        Store.open(store_url, PlainLeaves())
        for _ in range(1 if request.param == "one store" else 8)
    ]
    yield opened * (8 // len(opened))
    for store in opened:
        store.close()


def test_leaf_order_is_commit_order(stores: list[Store]) -> None:
    """Eight writers; the order in which commits return agrees with the leaves' indices."""
    committed: list[tuple[int, float, float]] = []
    rng = random.Random(7)
    pauses = [[rng.random() / 1000 for _ in range(10)] for _ in stores]

    def write(number: int) -> None:
        for pause in pauses[number]:
            with stores[number].unit() as unit:
                locked = time.monotonic()
                index = unit.record(entry(writer=number))
                time.sleep(pause)
            committed.append((index, locked, time.monotonic()))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    committed.sort()
    assert [index for index, _, _ in committed] == list(range(80))
    # Each unit got the lock after the one before it had it: they never overlapped.
    locks = [locked for _, locked, _ in committed]
    assert locks == sorted(locks)
    with stores[0].read() as reader:
        leaves = reader.leaves.get(0, 1000)
        assert [leaf.index for leaf in leaves] == list(range(80))
        frontier: tuple[bytes, ...] = ()
        for leaf in leaves:
            frontier = PlainLeaves().grow(frontier, leaf.index, leaf.hash)
        assert reader.head.frontier == frontier


def test_two_units_never_decide_on_the_same_facts(stores: list[Store]) -> None:
    """Write skew: a ceiling of five dependants holds against eight who add one each."""
    tag = b"c" * 32
    together = threading.Barrier(8)

    def add(number: int) -> bool:
        together.wait()
        with stores[number].unit() as unit:
            if len(unit.subjects.on_contact(tag)) >= 5:
                return False
            unit.subjects.add(things.a_subject(contact_tag=tag))
            unit.record(entry(writer=number))
            return True

    with ThreadPoolExecutor(8) as pool:
        added = list(pool.map(add, range(8)))
    assert added.count(True) == 5
    assert stores[0].head().size == 5
    with stores[0].read() as reader:
        assert len(reader.subjects.on_contact(tag)) == 5


def test_a_lease_is_held_by_one(stores: list[Store]) -> None:
    house = things.furnished(stores[0])
    until = datetime(2100, 1, 1, tzinfo=UTC)
    together = threading.Barrier(8)

    def claim(number: int) -> bool:
        together.wait()
        with stores[number].unit(bookkeeping=True) as unit:
            return unit.runs.claim(house.run.id, until)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(claim, range(8))).count(True) == 1


# --- the composite key, without the head lock's help ---


def _end(connection: Connection, grant: GrantId) -> None:
    statement = text("UPDATE \"grant\" SET state = 'ended' WHERE id = :id")
    connection.execute(statement, {"id": grant})


def _keep(connection: Connection, grant: GrantId) -> None:
    statement = text(
        'INSERT INTO template (id, "grant", kind, model, sealed, leaf)'
        " VALUES ('late', :id, 'reference', 'm', '', 0)"
    )
    connection.execute(statement, {"id": grant})


Deed = Callable[[Connection, GrantId], None]


@pytest.mark.parametrize(("first", "second"), [(_end, _keep), (_keep, _end)])
def test_no_template_under_an_ended_grant_even_in_a_race(
    store_url: str, first: Deed, second: Deed
) -> None:
    """Two raw connections, one ends the grant, one keeps a template: one of them must fail."""
    store = Store.open(store_url, PlainLeaves())
    house = things.furnished(store)
    grant = house.grant.id
    with store.unit() as unit:
        unit.templates.delete_of_grant(grant)
        unit.suggestions.delete_of_grant(grant)
        unit.record(entry())
    store.close()
    engine = connect(parse(store_url), 10)
    failed: list[BaseException] = []
    begun = threading.Event()

    def race() -> None:
        begun.set()
        try:
            with transaction(engine, Begin.UNIT) as connection:
                second(connection, grant)
                connection.commit()
        except Exception as error:  # noqa: BLE001 - whatever the driver calls it
            failed.append(error)

    with transaction(engine, Begin.UNIT) as connection:
        first(connection, grant)
        thread = threading.Thread(target=race)
        thread.start()
        begun.wait()
        time.sleep(0.05)  # the other one now waits for our lock
        connection.commit()
    thread.join()
    assert len(failed) == 1, "both went through"
    assert "FOREIGN KEY" in str(failed[0]).upper()
    with transaction(engine, Begin.SNAPSHOT) as connection:
        orphans = text(
            'SELECT count(*) FROM template t JOIN "grant" g ON g.id = t."grant"'
            " WHERE g.state = 'ended'"
        )
        assert connection.execute(orphans).scalar_one() == 0
    engine.dispose()


@pytest.mark.parametrize("what", ["template", "suggestion"])
def test_the_store_says_so_in_words(store: Store, what: str) -> None:
    house = things.furnished(store)
    with pytest.raises(Conflict), store.unit() as unit:
        unit.grants.set_state(house.grant.id, GrantState.ENDED, 1)
    with store.unit() as unit:
        assert unit.templates.delete_of_grant(house.grant.id) == 1
        assert unit.suggestions.delete_of_grant(house.grant.id) == 1
        unit.grants.set_state(house.grant.id, GrantState.ENDED, unit.record(entry()))

    def keep(unit: Unit) -> None:
        if what == "template":
            unit.templates.add(things.a_template(house.grant.id))
        else:
            unit.suggestions.add(things.a_suggestion(house.grant.id))

    with pytest.raises(Conflict, match="ended"), store.unit() as unit:
        keep(unit)
    with pytest.raises(Conflict, match="state"), store.unit() as unit:
        unit.grants.set_state(house.grant.id, GrantState.ACTIVE, 9)

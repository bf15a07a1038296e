"""Deleted bytes leave the files, or the store says that they have not."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from licet.store import files
from licet.store.store import Store
from licet.terms.ids import TemplateId
from tests.databases import PlainLeaves
from tests.store import things
from tests.store.things import entry

MARK = b"\xfe\x07-what was sealed here-\x00\xff"
Maker = Callable[[str], str]


@pytest.fixture
def sqlite(new_database: Maker) -> Store:
    """A store on SQLite."""
    return Store.open(new_database("sqlite"), PlainLeaves(), wait_seconds=1)


def holds(store: Store, mark: bytes) -> list[str]:
    """Return the names of the store's files that hold the bytes."""
    return [path.name for path in store.files() if mark in path.read_bytes()]


def keep(store: Store, count: int = 200) -> list[TemplateId]:
    """Keep templates with the mark in them, across several pages and units."""
    house = things.furnished(store)
    kept = [things.a_template(house.grant.id, sealed=MARK * (1 + n % 40)) for n in range(count)]
    for start in range(0, count, 50):
        with store.unit() as unit:
            unit.templates.add_many(kept[start : start + 50])
            unit.record(entry())
    return [template.id for template in kept]


def delete(store: Store, kept: list[TemplateId]) -> None:
    with store.unit() as unit:
        assert unit.templates.delete(kept) == len(kept)
        unit.record(entry())


@pytest.mark.parametrize("rewrite", [None, True, False])
def test_deleted_bytes_are_gone_from_every_file(sqlite: Store, rewrite: bool | None) -> None:
    kept = keep(sqlite)
    assert holds(sqlite, MARK), "the test looks where the bytes were"
    delete(sqlite, kept)
    assert holds(sqlite, MARK), "the log still has them, so wiping is not idle"
    finding = sqlite.wipe(rewrite)
    assert finding.emptied
    assert not finding.waiting
    assert finding.rewritten is (rewrite is not False)
    assert finding.removed is finding.rewritten
    if finding.removed:
        assert holds(sqlite, MARK) == []
    assert all(path.stat().st_size == 0 for path in sqlite.files() if path.name.endswith("-wal"))
    assert sqlite.head().size == 6
    sqlite.close()


def test_after_much_coming_and_going_only_a_rewrite_is_sure(sqlite: Store) -> None:
    """Pages split and merge; whatever a stale copy is, it is gone from the rewritten file."""
    rng = random.Random(3)
    house = things.furnished(sqlite)
    alive: dict[TemplateId, bytes] = {}
    dead: list[tuple[TemplateId, bytes]] = []
    for _ in range(12):
        made = [
            things.a_template(house.grant.id, sealed=rng.randbytes(16) * rng.randint(1, 90))
            for _ in range(rng.randint(20, 80))
        ]
        gone = rng.sample(sorted(alive), len(alive) // 3)
        with sqlite.unit() as unit:
            unit.templates.add_many(made)
            unit.templates.delete(gone)
            unit.record(entry())
        dead += [(template, alive.pop(template)) for template in gone]
        alive |= {template.id: template.sealed[:16] for template in made}
    assert len(dead) > 100
    assert sqlite.wipe().removed
    data = b"".join(path.read_bytes() for path in sqlite.files())
    assert not [mark for _, mark in dead if mark in data]
    assert not [template for template, _ in dead if template.encode() in data]
    assert all(mark in data for mark in alive.values()), "the living are all there"
    sqlite.close()


@pytest.mark.parametrize("rewrite", [True, False])
def test_an_open_reader_makes_it_wait(sqlite: Store, rewrite: bool) -> None:
    kept = keep(sqlite, 20)
    with sqlite.read() as reader:
        delete(sqlite, kept)
        finding = sqlite.wipe(rewrite)
        assert finding.waiting
        assert not finding.removed
        assert holds(sqlite, MARK), "and it says so because it is so"
        assert reader.templates.count() == 21
    again = sqlite.wipe(rewrite)
    assert (again.waiting, again.emptied, again.removed) == (False, True, rewrite)
    assert not (again.removed and holds(sqlite, MARK))
    sqlite.close()


def test_an_open_unit_makes_it_wait(sqlite: Store) -> None:
    kept = keep(sqlite, 20)
    delete(sqlite, kept)
    with sqlite.unit() as unit:
        unit.subjects.add(things.a_subject())
        finding = sqlite.wipe()
        assert finding.waiting
        unit.record(entry())
    assert sqlite.wipe().removed
    sqlite.close()


def test_a_big_file_is_not_rewritten_unasked(
    sqlite: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "REWRITE_BYTES", 1000)
    keep(sqlite, 5)
    finding = sqlite.wipe()
    assert (finding.emptied, finding.rewritten, finding.removed) == (True, False, False)
    assert "rewrite" in finding.says
    assert sqlite.wipe(rewrite=True).removed
    sqlite.close()


def test_postgresql_says_that_it_removes_nothing(new_database: Maker) -> None:
    store = Store.open(new_database("postgresql"), PlainLeaves())
    finding = store.wipe()
    assert finding == files.ON_POSTGRESQL
    assert not finding.removed
    assert "not removed" in finding.says
    assert store.files() == ()
    store.close()


def test_a_withdrawn_identity_is_gone_too(sqlite: Store) -> None:
    house = things.furnished(sqlite)
    with sqlite.unit() as unit:
        unit.subjects.add(things.a_subject(sealed_identity=MARK, contact_tag=MARK))
        erased = next(s for s in unit.subjects.on_contact(MARK))
        unit.record(entry())
    with sqlite.unit() as unit:
        unit.subjects.set_state(erased.id, things.SubjectState.ERASED)
        unit.record(entry())
    assert sqlite.wipe().removed
    assert holds(sqlite, MARK) == []
    assert holds(sqlite, house.subject.id.encode()) != []
    sqlite.close()


def test_files_are_those_that_exist(sqlite: Store, tmp_path: Path) -> None:
    things.furnished(sqlite)
    names = [path.name for path in sqlite.files()]
    assert [name.rsplit("db", 1)[1] for name in names] == ["", "-wal", "-shm"]
    sqlite.close()
    assert [name.rsplit("db", 1)[1] for name in (p.name for p in sqlite.files())] == [""]


def test_secure_delete_is_on_in_every_connection(sqlite: Store) -> None:
    """Without it a deleted row's bytes stay in the file until something else takes the page."""
    with sqlite.read() as reader:
        connection = reader.subjects._session.connection
        for pragma, value in [
            ("secure_delete", 1),
            ("foreign_keys", 1),
            ("synchronous", 2),
            ("journal_mode", "wal"),
            ("temp_store", 2),
        ]:
            assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar_one() == value, pragma
    sqlite.close()

"""Migrations and tables say the same, on both databases."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import IntegrityError

from licet.store import migrate
from licet.store.engine import Begin, connect, parse, transaction
from licet.store.migration import migrating
from licet.store.schema import METADATA, REVISION
from licet.store.store import Store
from licet.terms.errors import Corrupt, Setup
from tests.databases import Cluster, PlainLeaves
from tests.store import things


@pytest.fixture
def engine(store_url: str) -> Engine:
    """An engine for migrations: foreign keys are checked at the end."""
    return connect(parse(store_url), 5, foreign_keys=False)


def _shape(connection: Connection) -> dict[str, object]:
    """Return all that defines the tables, as the database itself tells it."""
    seen = inspect(connection)
    shape: dict[str, object] = {}
    for table in sorted(set(seen.get_table_names()) - {"alembic_version"}):
        columns = [
            (c["name"], str(c["type"]), c["nullable"], c["default"], c.get("computed"))
            for c in seen.get_columns(table)
        ]
        shape[table] = {
            "columns": sorted(columns, key=lambda column: column[0]),
            "key": seen.get_pk_constraint(table),
            "checks": sorted((c["name"], c["sqltext"]) for c in seen.get_check_constraints(table)),
            "uniques": sorted(
                (u["name"], u["column_names"]) for u in seen.get_unique_constraints(table)
            ),
            "references": sorted(
                (f["name"], f["constrained_columns"], f["referred_table"], f["referred_columns"])
                for f in seen.get_foreign_keys(table)
            ),
            "indexes": sorted(
                (i["name"], i["column_names"], i["unique"]) for i in seen.get_indexes(table)
            ),
        }
    return shape


def test_the_migrated_database_has_the_tables_of_the_schema(engine: Engine) -> None:
    with transaction(engine, Begin.SNAPSHOT) as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


def test_checks_and_computed_columns_too(engine: Engine) -> None:
    """Alembic does not compare these, so the database is asked: migrated against created."""
    with transaction(engine, Begin.UNIT) as connection:
        migrated = _shape(connection)
        for table in reversed(METADATA.sorted_tables):
            connection.execute(text(f'DROP TABLE "{table.name}"'))
        METADATA.create_all(connection)
        assert _shape(connection) == migrated
    assert len(migrated) == len(METADATA.tables)
    engine.dispose()


def test_the_revision_is_the_last_one() -> None:
    import licet.store.migration

    folder = Path(licet.store.migration.__file__).parent / "migrations"
    scripts = ScriptDirectory(str(folder))
    assert scripts.get_heads() == [REVISION]
    assert all((folder / "versions").glob(f"v{REVISION}_*.py"))


def test_down_and_up_each_step(engine: Engine, store_url: str) -> None:
    with transaction(engine, Begin.SNAPSHOT) as connection:
        before = _shape(connection)
    folder = Path(command.__file__).parent  # any folder: the scripts' place is in the config
    assert folder.is_dir()
    with migrating(engine) as config:
        scripts = ScriptDirectory.from_config(config)
    steps = [script.revision for script in scripts.walk_revisions()]
    for revision in steps:
        with migrating(engine) as config:
            command.downgrade(config, "-1")
        with migrating(engine) as config:
            command.upgrade(config, revision)
        with migrating(engine) as config:
            command.downgrade(config, "-1")
    with transaction(engine, Begin.SNAPSHOT) as connection:
        assert _shape(connection) == {}
    engine.dispose()
    migrate(store_url)
    again = connect(parse(store_url), 5)
    with transaction(again, Begin.SNAPSHOT) as connection:
        assert _shape(connection) == before
    again.dispose()
    store = Store.open(store_url, PlainLeaves())
    things.furnished(store)
    store.close()


def test_migrating_again_changes_nothing(store: Store, store_url: str) -> None:
    things.furnished(store)
    migrate(store_url)
    assert store.head().size == 1


def test_a_migration_that_breaks_a_reference_is_undone(new_database: Callable[[str], str]) -> None:
    url = new_database("sqlite")
    store = Store.open(url, PlainLeaves())
    things.furnished(store)
    engine = connect(parse(url), 5, foreign_keys=False)

    def migration() -> None:
        with migrating(engine) as config:
            config.attributes["connection"].execute(text("DELETE FROM organisation"))

    with pytest.raises(Corrupt, match="refers to nothing"):
        migration()
    with store.read() as reader:
        assert len(reader.governance.organisations()) == 1
    engine.dispose()
    store.close()


def test_a_newer_database_is_left_alone(engine: Engine, store_url: str) -> None:
    with transaction(engine, Begin.UNIT) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        connection.commit()
    engine.dispose()
    with pytest.raises(Setup, match="9999"):
        Store.open(store_url, PlainLeaves())
    with pytest.raises(Setup, match="newer"):
        migrate(store_url)


def test_a_database_without_tables_is_not_opened(
    tmp_path: Path, request: pytest.FixtureRequest, new_database: Callable[[str], str]
) -> None:
    file = tmp_path / "other.db"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE theirs (a)")
    connection.close()
    before = file.read_bytes()
    for attempt in (migrate, lambda url: Store.open(url, PlainLeaves())):
        with pytest.raises(Setup, match="not a licet database"):
            attempt(f"sqlite:///{file}")
    with sqlite3.connect(file) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master").fetchall()
    connection.close()
    assert tables == [("theirs",)]
    assert len(before) <= file.stat().st_size


def test_an_empty_postgresql_database_is_not_opened(cluster: Cluster) -> None:
    url = cluster.new_database(template="template1")
    with pytest.raises(Setup, match="no licet tables"):
        Store.open(url, PlainLeaves())
    migrate(url)
    Store.open(url, PlainLeaves()).close()
    cluster.drop(url)


def test_two_processes_may_migrate_at_once(cluster: Cluster) -> None:
    from concurrent.futures import ThreadPoolExecutor

    url = cluster.new_database(template="template1")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(migrate, [url] * 4))
    Store.open(url, PlainLeaves()).close()
    cluster.drop(url)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE subject SET state = 'gone'",
        "UPDATE \"grant\" SET basis = '6(1)(f)'",
        "UPDATE source SET kind = 'open_web'",
        "UPDATE template SET kept = false",
        "UPDATE leaf SET hash = data",
        "UPDATE head SET one = 2",
        "DELETE FROM subject",
        "DELETE FROM organisation",
        "UPDATE template SET \"grant\" = 'none'",
        "UPDATE face SET span_end = NULL WHERE span_start IS NOT NULL",
    ],
)
def test_the_database_refuses(store: Store, store_url: str, change: str) -> None:
    things.furnished(store)
    engine = connect(parse(store_url), 5)
    with transaction(engine, Begin.UNIT) as connection, pytest.raises(IntegrityError):
        connection.execute(text(change))
    engine.dispose()

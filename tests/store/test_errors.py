"""What is wrong with a database is said in words, with a remedy, and nothing is lost."""

import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import SQLAlchemyError

from licet.store import migrate
from licet.store.engine import Begin, connect, parse, transaction
from licet.store.explain import explain, explained
from licet.store.store import Store
from licet.terms.errors import BadInput, Busy, Conflict, Corrupt, LicetError, Setup
from tests.databases import Cluster, PlainLeaves
from tests.store import things

Maker = Callable[[str], str]
NOBODY = 65534


def opened(url: str) -> Store:
    return Store.open(url, PlainLeaves(), wait_seconds=1)


def file_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


@pytest.fixture
def url(new_database: Maker) -> str:
    """A fresh SQLite database."""
    return new_database("sqlite")


@contextmanager
def as_nobody() -> Iterator[None]:
    """Root may write anywhere, so root becomes somebody else for a while."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


# --- addresses ---


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "licet.db",
        "/var/lib/licet.db",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///x.db?mode=ro",
        "mysql://localhost/licet",
        "postgresql://localhost/licet",
        "postgresql+psycopg://host:port/licet",
    ],
)
@pytest.mark.parametrize("attempt", [migrate, opened])
def test_a_wrong_url(wrong: str, attempt: Callable[[str], object]) -> None:
    with pytest.raises(Setup) as caught:
        attempt(wrong)
    assert "sqlite:///" in caught.value.remedy


def test_a_url_is_not_repeated_with_its_password() -> None:
    with pytest.raises(Setup) as caught:
        opened("postgresql+psycopg://me:s3cret@host:port/licet")
    assert "s3cret" not in f"{caught.value!r} {caught.value} {caught.value.__context__}"


def test_no_file_and_no_folder(tmp_path: Path) -> None:
    missing = tmp_path / "none" / "licet.db"
    with pytest.raises(Setup, match="no folder"):
        migrate(f"sqlite:///{missing}")
    with pytest.raises(Setup, match="no database") as caught:
        opened(f"sqlite:///{missing}")
    assert caught.value.remedy
    with pytest.raises(Setup, match="no database"):
        opened(f"sqlite:///{tmp_path}/typo.db")
    assert list(tmp_path.iterdir()) == [], "looking must not make a file"


def test_a_folder_instead_of_a_file(tmp_path: Path) -> None:
    with pytest.raises(Setup):
        opened(f"sqlite:///{tmp_path}")
    with pytest.raises(Setup, match="cannot be opened"):
        migrate(f"sqlite:///{tmp_path}")


# --- rights ---


@pytest.fixture
def shared() -> Iterator[Path]:
    """A folder that others may enter."""
    with tempfile.TemporaryDirectory(prefix="licet-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def test_a_read_only_folder(shared: Path) -> None:
    shared.chmod(0o555)
    with as_nobody(), pytest.raises(Setup, match="cannot be opened") as caught:
        migrate(f"sqlite:///{shared}/licet.db")
    assert "may write" in caught.value.remedy
    assert list(shared.iterdir()) == []


def test_a_database_that_may_not_be_written(shared: Path) -> None:
    url = f"sqlite:///{shared}/licet.db"
    migrate(url)
    (shared / "licet.db").chmod(0o444)
    shared.chmod(0o555)
    with as_nobody(), pytest.raises(Setup, match=r"opened|written"):
        things.furnished(opened(url))
    shared.chmod(0o755)


def test_a_database_that_may_not_be_read(shared: Path) -> None:
    url = f"sqlite:///{shared}/licet.db"
    migrate(url)
    (shared / "licet.db").chmod(0)
    with as_nobody(), pytest.raises(Setup, match="opened"):
        opened(url)


# --- damage ---


def test_what_is_not_a_database(tmp_path: Path) -> None:
    file = tmp_path / "photo.db"
    file.write_bytes(b"\xff\xd8\xff\xe0 not a database at all" * 100)
    before = file.read_bytes()
    for attempt in (migrate, opened):
        with pytest.raises(Corrupt, match="not an SQLite database") as caught:
            attempt(f"sqlite:///{file}")
        assert caught.value.remedy
    assert file.read_bytes() == before


def test_an_empty_file_is_not_migrated_yet(tmp_path: Path) -> None:
    file = tmp_path / "licet.db"
    file.touch()
    with pytest.raises(Setup) as caught:
        opened(f"sqlite:///{file}")
    assert caught.value.remedy
    migrate(f"sqlite:///{file}")
    opened(f"sqlite:///{file}").close()


@pytest.mark.parametrize("damage", ["cut short", "overwritten"])
def test_a_damaged_file(url: str, damage: str) -> None:
    store = opened(url)
    for n in range(20):
        things.furnished(store, str(n))
    store.wipe()
    store.close()
    file = file_of(url)
    size = file.stat().st_size
    with file.open("r+b") as data:
        if damage == "cut short":
            data.truncate(size // 2)
        else:
            data.seek(4096)
            data.write(os.urandom(size - 4096))

    def use() -> None:
        store = opened(url)
        try:
            store.dump(lambda line: None)
        finally:
            store.close()

    with pytest.raises(Corrupt, match="damaged") as caught:
        use()
    assert "backup" in caught.value.remedy


def test_without_its_head(url: str) -> None:
    with sqlite3.connect(file_of(url)) as connection:
        connection.execute("DELETE FROM head")
    connection.close()
    store = opened(url)
    with pytest.raises(Setup, match="head"):
        store.head()
    store.close()


# --- no room ---


def test_the_disk_is_full(url: str) -> None:
    store = opened(url)
    house = things.furnished(store)
    with store.read() as reader:
        connection = reader.subjects._session.connection
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()

    @event.listens_for(store._engine, "checkout")
    def limit(connection: sqlite3.Connection, *_: object) -> None:
        # SQLite's own limit gives the same error as a full disk.
        connection.execute(f"PRAGMA max_page_count={pages + 2}")

    big = [things.a_template(house.grant.id, sealed=os.urandom(9000)) for _ in range(50)]
    with pytest.raises(Setup, match="full") as caught, store.unit() as unit:
        unit.templates.add_many(big)
    assert "space" in caught.value.remedy
    event.remove(store._engine, "checkout", limit)
    with store.read() as reader:
        assert reader.templates.count() == 1
    store.close()


@pytest.mark.parametrize(
    ("state", "error"),
    [
        ("53100", Setup),  # disk full
        ("53300", Busy),  # too many connections
        ("40001", Busy),  # serialization failure
        ("40P01", Busy),  # deadlock
        ("57P01", Busy),  # the server is stopping
        ("25006", Setup),  # a standby
        ("42501", Setup),  # no right
        ("XX001", Corrupt),
        ("XX002", Corrupt),
        ("58030", Setup),  # input or output failed
        ("22003", BadInput),
        ("23505", Conflict),
    ],
)
def test_what_postgresql_says(new_database: Maker, state: str, error: type[LicetError]) -> None:
    """The server itself raises each of them, through the driver."""
    engine = connect(parse(new_database("postgresql")), 1)
    block = f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{state}', MESSAGE = 'x'; END $$"

    def say() -> None:
        with transaction(engine, Begin.UNIT) as connection, explained():
            connection.execute(text(block))

    with pytest.raises(error) as caught:
        say()
    assert caught.value.remedy
    engine.dispose()


# --- servers ---


def test_no_server(tmp_path: Path) -> None:
    with pytest.raises(Setup, match="cannot be reached") as caught:
        opened(f"postgresql+psycopg://me@/licet?host={tmp_path}")
    assert "server" in caught.value.remedy


def test_no_such_database_on_the_server(cluster: Cluster) -> None:
    with pytest.raises(Setup):
        opened(cluster.url("none"))


def test_a_lost_connection_is_busy_and_the_next_one_works(new_database: Maker) -> None:
    url = new_database("postgresql")
    store, other = opened(url), opened(url)

    def cut() -> None:
        with store.unit() as unit:
            unit.subjects.add(things.a_subject())
            with transaction(other._engine, Begin.SNAPSHOT) as connection:
                connection.execute(
                    text(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                    )
                )
            unit.record(things.entry())

    with pytest.raises(Busy):
        cut()
    assert store.head().size == 0
    things.furnished(store)
    assert store.head().size == 1
    store.close()
    other.close()


def test_all_connections_in_use(url: str) -> None:
    store = Store.open(url, PlainLeaves(), wait_seconds=0.1)
    from contextlib import ExitStack

    from licet.store.engine import CONNECTIONS

    with ExitStack() as stack:
        for _ in range(CONNECTIONS):
            stack.enter_context(store.read())
        with pytest.raises(Busy, match="connections"):
            stack.enter_context(store.read())
    assert store.head().size == 0
    store.close()


# --- what is no error of the database's ---


def test_a_defect_of_ours_is_not_dressed_up(store: Store) -> None:
    with pytest.raises(SQLAlchemyError), store.read() as reader:
        reader.subjects._session.rows(text("SELEC nothing"))
    error = ValueError("ours")
    assert explain(error) is error


def test_values_stay_out_of_messages(store: Store) -> None:
    house = things.furnished(store)
    with pytest.raises(Conflict) as caught, store.unit() as unit:
        unit.governance.add_organisation(things.an_organisation(house.organisation.name))
    error: BaseException | None = caught.value
    said = []
    while error is not None:
        said.append(f"{error!r} {error} {getattr(error, 'remedy', '')}")
        error = error.__cause__
    assert house.organisation.name not in " ".join(said)

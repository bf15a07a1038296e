"""Both databases for tests, fresh and migrated, in milliseconds.

``store_url`` runs a test on SQLite and on a real PostgreSQL server. The server is private:
made in a temporary folder when the first test needs it, reached by a socket inside, gone
at the end. One for each worker of xdist. Without PostgreSQL's programs those tests are
skipped and say why; with ``LICET_REQUIRE_POSTGRES=1`` they fail instead.

A fresh database is a copy of a migrated one: a file, or ``CREATE DATABASE ... TEMPLATE``.
"""

import ctypes
import ctypes.util
import hashlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from licet.store import engine, migrate, migration
from licet.store.schema import METADATA
from licet.store.store import Store
from licet.terms.ledger import Entry
from licet.terms.when import to_text

DATABASES = ("sqlite", "postgresql")
_TEMPLATE = "licet_template"
_START_SECONDS = 60
_numbers = count(1)


def programs() -> Path | None:
    """Return the folder of ``initdb`` and ``postgres``, or None."""
    found = shutil.which("initdb")
    places = [Path(found).resolve().parent] if found else []
    debian = Path("/usr/lib/postgresql")
    places += sorted(debian.glob("*/bin"), key=lambda path: -float(path.parent.name))
    for place in places:
        if (place / "initdb").is_file() and (place / "postgres").is_file():
            return place
    return None


@dataclass(frozen=True)
class Cluster:
    """A running private server. ``folder`` holds its data and its socket."""

    folder: Path
    process: "subprocess.Popen[bytes]"

    def url(self, database: str) -> str:
        """Return the SQLAlchemy url of one of its databases."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"

    def run(self, statement: str) -> None:
        """Run one statement in the maintenance database."""
        with psycopg.connect(self._address(), autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]

    def new_database(self, template: str = _TEMPLATE) -> str:
        """Create a database from a template and return its url."""
        name = f"test_{next(_numbers)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return self.url(name)

    def drop(self, url: str) -> None:
        """Drop a database, whoever is still connected."""
        name = make_url(url).database
        self.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def wait(self) -> None:
        """Wait until it answers."""
        end = time.monotonic() + _START_SECONDS
        while True:
            try:
                psycopg.connect(self._address()).close()
            except psycopg.OperationalError:
                if self.process.poll() is not None or time.monotonic() > end:
                    log = (self.folder / "log").read_text(errors="replace")
                    raise RuntimeError(f"PostgreSQL did not start:\n{log}") from None
                time.sleep(0.02)
            else:
                return

    def stop(self) -> None:
        """End the server and remove all it wrote."""
        # SIGQUIT: at once. Nothing in it is needed again.
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(_START_SECONDS)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _address(self) -> str:
        return f"host={self.folder} user=postgres dbname=postgres"


def start_cluster(place: Path, fsync: bool = False) -> Cluster:
    """Make and start a server. ``fsync`` is for tests and measures of durability."""
    folder = new_folder(fsync)
    make = [str(place / "initdb"), "-D", str(folder / "data"), "-U", "postgres", "-A", "trust"]
    make += ["-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
    as_account(make, folder)
    return serve_data(place, folder, fsync)


def new_folder(fsync: bool = False) -> Path:
    """Make a folder for a server: short, because a socket's path may have 107 bytes.

    Not pytest's folder, which is root's alone when root runs the tests.
    """
    folder = Path(tempfile.mkdtemp(prefix="licet-pg-", dir="/tmp" if fsync else _roomy()))
    account = _account()
    if account:
        shutil.chown(folder, account)
    return folder


def as_account(command: list[str], folder: Path) -> None:
    """Run one of PostgreSQL's programs to its end, as who the server runs as."""
    account = _account()
    subprocess.run(
        command,
        check=True,
        capture_output=True,
        user=account,
        group=account,
        cwd=folder,
        stdin=subprocess.DEVNULL,
    )


def _account() -> str | None:
    # The server refuses root, so root runs it as the account that Debian made for it.
    return "postgres" if os.geteuid() == 0 else None


def serve_data(place: Path, folder: Path, fsync: bool = False) -> Cluster:
    """Start a server on the data that lies in a folder's ``data``."""
    data = folder / "data"
    account = _account()
    common = {"user": account, "group": account, "cwd": folder, "stdin": subprocess.DEVNULL}
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(folder),
        "fsync": "on" if fsync else "off",
        "full_page_writes": "on" if fsync else "off",
        "max_connections": "100",
        "shared_buffers": "32MB",
        "autovacuum": "off",
    }
    serve = [str(place / "postgres"), "-D", str(data)]
    for name, value in settings.items():
        serve += ["-c", f"{name}={value}"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            serve,
            stdout=log,
            stderr=log,
            preexec_fn=_end_with_parent,  # noqa: PLW1509 - one C call, no lock of ours
            **common,  # type: ignore[arg-type]
        )
    cluster = Cluster(folder, process)
    cluster.wait()
    return cluster


def _roomy() -> str:
    # Copies of a database are many small files: ten times faster in memory.
    memory = Path("/dev/shm")
    if memory.is_dir() and shutil.disk_usage(memory).free > 2**30:
        return str(memory)
    return "/tmp"


def _end_with_parent() -> None:
    # A killed test run must leave no server behind (prctl(2), PR_SET_PDEATHSIG).
    libc = ctypes.CDLL(ctypes.util.find_library("c"), use_errno=True)
    libc.prctl(1, signal.SIGQUIT)


def _without_postgresql(reason: str) -> None:
    if os.environ.get("LICET_REQUIRE_POSTGRES") == "1":
        pytest.fail(f"LICET_REQUIRE_POSTGRES is set, but {reason}", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A private PostgreSQL server with a migrated template database."""
    place = programs()
    if place is None:
        _without_postgresql("PostgreSQL's programs (initdb, postgres) are not installed")
        return
    running = start_cluster(place)
    try:
        running.run(f"CREATE DATABASE {_TEMPLATE}")
        migrate(running.url(_TEMPLATE))
        yield running
    finally:
        running.stop()


_upgrade = migration.upgrade
_MIGRATED: list[bytes] = []


def _upgrade_by_copy(url: str) -> None:
    """Migrate a database; a new SQLite file is a copy of the first one that was.

    To write sixty tables takes a seventh of a second, which every ``init`` and every
    restore would spend. The store's own tests have each of theirs migrated.
    """
    file = engine.file_of(engine.parse(url))
    own = os.environ.get("PYTEST_CURRENT_TEST", "").startswith("tests/store/")
    if file is None or own or file.exists() or not file.parent.is_dir():
        _upgrade(url)
    elif _MIGRATED:
        file.write_bytes(_MIGRATED[0])
    else:
        _upgrade(url)
        _MIGRATED.append(file.read_bytes())


migration.upgrade = _upgrade_by_copy


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to be copied."""
    file = tmp_path_factory.mktemp("template") / "licet.db"
    migrate(f"sqlite:///{file}")
    return file


@pytest.fixture
def new_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """A maker of fresh, migrated, empty databases: give ``sqlite`` or ``postgresql``."""
    made: list[tuple[Cluster, str]] = []

    def make(kind: str) -> str:
        if kind == "postgresql":
            server: Cluster = request.getfixturevalue("cluster")
            url = server.new_database()
            made.append((server, url))
            return url
        file = tmp_path / f"licet-{next(_numbers)}.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), file)
        return f"sqlite:///{file}"

    yield make
    for server, url in made:
        server.drop(url)


@pytest.fixture(params=DATABASES)
def store_url(request: pytest.FixtureRequest, new_database: Callable[[str], str]) -> str:
    """The url of a fresh, migrated, empty database; the test runs on both kinds."""
    return new_database(request.param)


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """A store on a fresh database, with plain leaves and the real clock."""
    opened = Store.open(store_url, PlainLeaves())
    yield opened
    opened.close()


Rows = bytes | dict[str, bytes]
"""A whole database as it lies there: SQLite's file, or PostgreSQL's tables in COPY's form."""


def rows_of(url: str) -> Rows:
    """Return what a database holds that nobody has open."""
    if url.startswith("sqlite"):
        return Path(make_url(url).database or "").read_bytes()
    found = {}
    with psycopg.connect(_plain(url)) as connection:
        for table in METADATA.sorted_tables:
            with connection.cursor().copy(f'COPY "{table.name}" TO STDOUT') as copy:
                data = b"".join(copy)
            if data:
                found[table.name] = data
    return found


def put_rows(url: str, rows: Rows) -> None:
    """Write rows into an empty, migrated database."""
    if isinstance(rows, bytes):
        Path(make_url(url).database or "").write_bytes(rows)
        return
    with psycopg.connect(_plain(url)) as connection:
        connection.execute("DELETE FROM head")  # which a migration makes
        for table, data in rows.items():
            with connection.cursor().copy(f'COPY "{table}" FROM STDIN') as copy:
                copy.write(data)


def _plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


class PlainLeaves:
    """A leaf maker for tests of the store alone: plain JSON, RFC 6962 hashes."""

    def encode(self, entry: Entry) -> bytes:
        """Return the entry as JSON."""
        facts = [list(pair) for pair in entry.facts]
        value = [entry.kind.value, to_text(entry.at), [list(o) for o in entry.objects], facts]
        return json.dumps(value).encode()

    def leaf_hash(self, data: bytes) -> bytes:
        """Return SHA-256 of 0x00 and the bytes."""
        return hashlib.sha256(b"\x00" + data).digest()

    def grow(self, frontier: tuple[bytes, ...], size: int, leaf_hash: bytes) -> tuple[bytes, ...]:
        """Return the roots of the full subtrees of ``size + 1`` leaves, largest first."""
        roots = [*frontier, leaf_hash]
        # Each trailing one of the size is a pair of equal subtrees that become one.
        while size & 1:
            right, left = roots.pop(), roots.pop()
            roots.append(hashlib.sha256(b"\x01" + left + right).digest())
            size >>= 1
        return tuple(roots)

"""Making and bringing up the tables (Alembic), and telling whether they are there."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import URL, Connection, Engine, text

from licet.store.engine import APPLICATION_ID, Begin, connect, file_of, parse, transaction
from licet.store.explain import explained
from licet.store.schema import REVISION
from licet.terms.errors import Corrupt, Setup

if TYPE_CHECKING:
    from alembic.config import Config

_SCRIPTS = Path(__file__).parent / "migrations"
_WAIT_SECONDS = 60.0
_HAS_TABLES = {
    "sqlite": text("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'alembic_version'"),
    "postgresql": text("SELECT to_regclass('alembic_version')"),
}
_ADVISORY_LOCK = 0x6C696374
"""Two processes that migrate one PostgreSQL database at a time take turns by this number."""


def upgrade(url: str) -> None:
    """Bring the database up to :data:`REVISION`; see ``licet.store.migrate``."""
    from alembic import command

    parsed = parse(url)
    file = file_of(parsed)
    if file is not None and not file.parent.is_dir():
        raise Setup(f"there is no folder {file.parent}", "create it first")
    engine = connect(parsed, _WAIT_SECONDS, foreign_keys=False)
    try:
        with migrating(engine) as config:
            command.upgrade(config, "head")
    finally:
        engine.dispose()


@contextmanager
def migrating(engine: Engine) -> Iterator["Config"]:
    """Give Alembic's configuration inside one transaction, committed on a clean end."""
    from alembic.config import Config

    with transaction(engine, Begin.UNIT) as connection, explained():
        _claim(connection)
        config = Config()
        config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
        config.attributes["connection"] = connection
        yield config
        if connection.dialect.name == "sqlite":
            # They were off, so that tables could be rebuilt; now they must hold.
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
            if broken is not None:
                raise Corrupt(f"a row of {broken[0]} refers to nothing", "restore a backup")
        connection.commit()


def connect_migrated(url: URL, wait_seconds: float) -> Engine:
    """Connect to a database that is there, licet's, and of this version.

    Raises ``Setup`` or ``Corrupt``, and leaves nothing open then.
    """
    file = file_of(url)
    if file is not None and not file.is_file():
        raise Setup(f"there is no database at {file}", "run `licet init`, or mend the path")
    engine = connect(url, wait_seconds)
    try:
        with transaction(engine, Begin.SNAPSHOT) as connection, explained():
            _require_ours(connection)
            _require_current(_revision(connection))
    except BaseException:
        engine.dispose()
        raise
    return engine


def _require_current(found: str | None) -> None:
    if found is None:
        raise Setup("the database has no licet tables", "run `licet init`")
    if found != REVISION:
        raise Setup(
            f"the database is of version {found}, this licet needs {REVISION}",
            "bring it up with `licet init`, or use the licet that made it",
        )


def _claim(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _ADVISORY_LOCK})
        found = _revision(connection)
    else:
        if connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one():
            _require_ours(connection)
        connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
        found = _revision(connection)
    if found is not None and not any(_SCRIPTS.glob(f"versions/v{found}_*.py")):
        raise Setup(f"the database is of version {found}, which is newer", "update licet")


def _require_ours(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    mark = connection.exec_driver_sql("PRAGMA application_id").scalar_one()
    if mark != APPLICATION_ID:
        raise Setup("this SQLite file is not a licet database", "name another file")


def _revision(connection: Connection) -> str | None:
    # Asked at every opening: one row of the catalogue, not the whole of the inspector.
    if connection.execute(_HAS_TABLES[connection.dialect.name]).scalar() is None:
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)

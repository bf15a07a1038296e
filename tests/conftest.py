"""What every test stands on: databases, and how far properties are explored."""

import os
import shutil
import signal
from collections.abc import Generator, Iterator
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import URL, Connection, Engine, create_engine, event

from licet.store import engine as store_engine
from licet.terms import ids
from tests.exploring import DAILY, DEEP

pytest_plugins = ["tests.databases"]

# Tests start hundreds of processes: what they import is compiled once for all of them,
# also where the environment says to keep nothing that is compiled.
_COMPILED = Path(__file__).absolute().parent.parent / ".cache" / "compiled"
os.environ.setdefault("PYTHONPYCACHEPREFIX", str(_COMPILED))
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# A deployment syncs each commit, which a disk takes fifty times as long for as memory does.
_MEMORY = Path("/dev/shm")
if _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > 2**32:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))

SOAKING = os.environ.get("LICET_SOAK") == "1"
"""Whether nothing is left out: ``make soak`` then chooses what it runs by its marker."""

SERVER = os.environ.get("LICET_SERVER") == "1"
"""Whether the tests that ``make test`` leaves to ``make test-server`` run, and they alone."""

COUNTED = frozenset(
    {"consent", "drill", "effects", "flows", "gallery", "ledger", "store", "vault", "web", "worker"}
)
"""The folders whose tests the coverage floors stand on: the rooms', and what runs effects."""

OWN_CODE = frozenset({"store"})
"""Where the second database runs code of its own, which is counted too."""

ON_BOTH = frozenset({"store"})
"""The folder whose tests run on both databases in ``make test``: there they differ.

The others run on SQLite then, and on PostgreSQL in ``make test-server``.
"""


def _folder(item: pytest.Item) -> str:
    return item.path.relative_to(item.config.rootpath / "tests").parts[0]


def _parameters(item: pytest.Item) -> str:
    return getattr(getattr(item, "callspec", None), "id", "")


def _is_for_soaking(item: pytest.Item) -> bool:
    """Say whether a test is left to ``make soak``: all of it, or on the databases it names."""
    known = _parameters(item)
    marks = item.iter_markers("soak")
    return any(not mark.args or any(one in known for one in mark.args) for mark in marks)


def _is_for_server(item: pytest.Item) -> bool:
    """Say whether a test is left to ``make test-server``."""
    if item.get_closest_marker("longer") is not None:
        return True
    return "postgresql" in _parameters(item) and _folder(item) not in ON_BOTH


def _is_counted(item: pytest.Item) -> bool:
    """Say whether coverage watches a test, which makes it take twice as long."""
    folder = _folder(item)
    on_server = "postgresql" in _parameters(item)
    return folder in COUNTED and (folder in OWN_CODE or not on_server)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave to the longer runs what finds, as a rule, what its neighbours find."""
    for item in items:
        if not _is_counted(item):
            item.add_marker("no_cover")
    if SOAKING:
        return
    chosen = [one for one in items if not _is_for_soaking(one) and _is_for_server(one) is SERVER]
    kept = set(chosen)
    left_out = [item for item in items if item not in kept]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = chosen


LONGEST = 900
"""Seconds after which a test hangs: the longest takes two minutes on a slow machine."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Let no test hang for ever: it fails, with the line on which it hung."""

    def over(_signal: int, _frame: object) -> None:
        pytest.fail(f"{item.nodeid} took longer than {LONGEST} seconds")

    before = signal.signal(signal.SIGALRM, over)
    signal.alarm(LONGEST)
    try:
        return (yield)
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _restore_ids() -> None:
    ids.uuid4 = uuid4  # type: ignore[attr-defined]


# A child draws for itself, or it would give its rows the names of its parent's.
os.register_at_fork(after_in_child=_restore_ids)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, None, None]:
    """Draw the same ids in each run of a test, so that a red run is red again.

    Ids decide the order of what came at one moment, and which digits a text holds.
    """
    draw = Random(item.nodeid)
    ids.uuid4 = lambda: UUID(int=draw.getrandbits(128), version=4)  # type: ignore[attr-defined]
    yield


_FIRST: dict[str, Engine] = {}


def _create_engine(url: URL, **options: Any) -> Engine:
    """Make an engine that knows the SQL of the ones before it.

    SQLAlchemy compiles each statement once for each engine, and a process has one; the
    tests open thousands, and would spend a third of their time on compiling the same.
    """
    engine = create_engine(url, **options)
    first = _FIRST.get(url.drivername)
    # One that never connected does not know its server yet.
    if first is None or not hasattr(first.dialect, "default_isolation_level"):
        _FIRST[url.drivername] = engine
    else:
        engine.dialect, engine._compiled_cache = first.dialect, first._compiled_cache
    return engine


store_engine.create_engine = _create_engine  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def _no_connection_outlives_its_test() -> Iterator[None]:
    """Close what a deployment that was killed in the middle left open, as its process would.

    Left to the collector, they warn in whatever test comes later.
    """
    used: set[Engine] = set()

    def note(connection: Connection) -> None:
        used.add(connection.engine)

    event.listen(Engine, "engine_connect", note)
    yield
    event.remove(Engine, "engine_connect", note)
    for engine in used:
        engine.dispose()


# A shared core is slow now and then: no test fails for time alone. Both profiles are
# repeatable, so that a red run is red again.
_CALM = [HealthCheck.too_slow]
settings.register_profile(
    "default",
    deadline=None,
    derandomize=True,
    max_examples=DAILY,
    suppress_health_check=_CALM,
)
settings.register_profile(
    "deep", deadline=None, max_examples=DEEP, suppress_health_check=_CALM, print_blob=True
)
settings.load_profile(os.environ.get("LICET_HYPOTHESIS", "default"))

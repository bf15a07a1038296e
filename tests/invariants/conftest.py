"""Houses to live through histories in, on both databases."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from licet.effects import walking
from tests.databases import DATABASES
from tests.invariants.acts import Acts
from tests.invariants.house import Builder, House
from tests.invariants.scenes import ANNA, BELA, Beginnings, Scene


def _folder() -> Path:
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > 2**30
    return Path(tempfile.mkdtemp(prefix="licet-invariants-", dir=memory if roomy else None))


@pytest.fixture(scope="session", params=DATABASES)
def builder(request: pytest.FixtureRequest) -> Iterator[Builder]:
    """Build houses on one kind of database."""
    folder = _folder()
    cluster = request.getfixturevalue("cluster") if request.param == "postgresql" else None
    yield Builder(request.param, folder, cluster)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def house(builder: Builder) -> Iterator[House]:
    """Give a fresh house, taken down at the end."""
    built = builder.new()
    yield built
    built.close()


@pytest.fixture(autouse=True)
def _ask_before_every_photo(monkeypatch: pytest.MonkeyPatch) -> None:
    # A walk asks again four times a second; here a second must not hide anything.
    monkeypatch.setattr(walking, "ASK_AGAIN_SECONDS", 0.0)


@pytest.fixture
def scene(house: House) -> Scene:
    """Give a house with nobody in it yet, and people ready to act."""
    return Scene(house, Acts(house))


@pytest.fixture(scope="session")
def beginnings(builder: Builder) -> Beginnings:
    """Give scenes that begin with people in them."""
    return Beginnings(builder)


@pytest.fixture
def with_anna(beginnings: Beginnings) -> Iterator[Scene]:
    """Give a house in which Anna is enrolled."""
    begun = beginnings.scene(Acts, ANNA)
    yield begun
    begun.house.close()


@pytest.fixture
def with_both(beginnings: Beginnings) -> Iterator[Scene]:
    """Give a house in which Anna and Bela are enrolled."""
    begun = beginnings.scene(Acts, ANNA, BELA)
    yield begun
    begun.house.close()

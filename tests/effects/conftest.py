"""A world to act in on both databases, a real deployment, and a way back from a backup."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from licet.recovery import restore
from tests.fakes.deployment import World, settings_of, world_of
from tests.redteam.real import RealWorld, new_real_world


@pytest.fixture
def world(request: pytest.FixtureRequest, tmp_path: Path, store_url: str) -> Iterator[World]:
    """Give a sandbox deployment with its people, closed at the end."""
    made = world_of(request, tmp_path / "home", store_url)
    yield made
    made.app.close()


@pytest.fixture
def real(tmp_path: Path, new_database: Callable[[str], str]) -> Iterator[RealWorld]:
    """Give a deployment for real people, in which every act is signed."""
    made = new_real_world(tmp_path / "home", new_database("sqlite"))
    yield made
    made.app.close()


@pytest.fixture
def fresh_url(store_url: str, new_database: Callable[[str], str]) -> str:
    """Give the url of one more empty database of the same kind."""
    return new_database("sqlite" if store_url.startswith("sqlite") else "postgresql")


@pytest.fixture
def go_back(world: World, fresh_url: str) -> Callable[[Path], None]:
    """Restore a backup into an empty store, and let the world go on in it."""

    def back(file: Path) -> None:
        world.app.close()
        restore(settings_of(world.home, fresh_url), file, world.clock)
        world.url = fresh_url
        world.app = world.reopen()

    return back

"""One sandbox for all checks of a module that change nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from licet.store import migrate
from tests.fakes.deployment import World, new_world
from tests.web.doors import browser, door_of


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A sandbox that a module's checks share."""
    folder = tmp_path_factory.mktemp("web")
    url = f"sqlite:///{folder / 'licet.db'}"
    migrate(url)
    made = new_world(folder / "home", url)
    yield made
    made.app.close()


@pytest.fixture(scope="module")
def door(shared: World) -> Iterator[TestClient]:
    """A browser at the shared sandbox's door."""
    with browser(door_of(shared.app)) as made:
        yield made


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where a deployment of one test lies."""
    return tmp_path / "home"

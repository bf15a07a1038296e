"""A sandbox and a real deployment to be attacked, each on a fresh SQLite file."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from licet.store import migrate
from tests.fakes.deployment import World, new_world
from tests.redteam.real import RealWorld, new_real_world


@pytest.fixture
def world(tmp_path: Path, new_database: Callable[[str], str]) -> Iterator[World]:
    """Give a sandbox with its people."""
    made = new_world(tmp_path / "home", new_database("sqlite"))
    yield made
    made.app.close()


@pytest.fixture
def real(tmp_path: Path, new_database: Callable[[str], str]) -> Iterator[RealWorld]:
    """Give a deployment for real people, in which every act is signed."""
    made = new_real_world(tmp_path / "home", new_database("sqlite"))
    yield made
    made.app.close()


@pytest.fixture
def at_home(tmp_path: Path) -> Iterator[World]:
    """Give a sandbox whose store is a file in its own folder, so that it can be swapped."""
    file = tmp_path / "home" / "store" / "licet.db"
    file.parent.mkdir(parents=True)
    url = f"sqlite:///{file}"
    migrate(url)
    made = new_world(tmp_path / "home", url)
    yield made
    made.app.close()

"""A world to act in, on both databases."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fakes.deployment import World, world_of


@pytest.fixture
def world(request: pytest.FixtureRequest, tmp_path: Path, store_url: str) -> Iterator[World]:
    """Give a sandbox deployment with its people, closed at the end."""
    made = world_of(request, tmp_path / "home", store_url)
    yield made
    made.app.close()


@pytest.fixture
def fresh_url(store_url: str, new_database: Callable[[str], str]) -> str:
    """Give the url of one more empty database of the same kind."""
    return new_database("sqlite" if store_url.startswith("sqlite") else "postgresql")

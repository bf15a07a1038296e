"""A world to act in, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.deployment import World, world_of


@pytest.fixture
def world(request: pytest.FixtureRequest, tmp_path: Path, store_url: str) -> Iterator[World]:
    """Give a sandbox deployment with its people, closed at the end."""
    made = world_of(request, tmp_path / "home", store_url)
    yield made
    made.app.close()

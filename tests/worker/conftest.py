"""A world to act in, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.deployment import World, new_world


@pytest.fixture
def world(tmp_path: Path, store_url: str) -> Iterator[World]:
    """Give a sandbox deployment with its people, closed at the end."""
    made = new_world(tmp_path / "home", store_url)
    yield made
    made.app.close()

"""A deployment for real people on both databases, prepared by the test itself."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.redteam.real import RealWorld, new_real_world


@pytest.fixture
def bare(tmp_path: Path, store_url: str) -> Iterator[RealWorld]:
    """Give a real deployment in which nothing was filed yet."""
    made = new_real_world(tmp_path / "home", store_url, filed=False)
    yield made
    made.app.close()

"""What the gates read is kept while they run, and no longer."""

from collections.abc import Iterator

import pytest

from tests.gates.tree import package


@pytest.fixture(scope="package", autouse=True)
def _trees_are_let_go() -> Iterator[None]:
    """Let go of the trees of the whole package, which other tests would drag along."""
    yield
    package.cache_clear()

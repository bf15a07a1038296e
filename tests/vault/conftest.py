"""A keyring in a folder of its own, closed after each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.vault.place import Place


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Where a test's keyring lives."""
    here = Place(tmp_path)
    yield here
    here.close()

"""The real engine on fixture photos; where these are absent the tests say so and are left out."""

import os
from pathlib import Path

import pytest

from licet.sources import fixtures
from licet.sources.fixtures import FixturePhoto
from licet.terms.errors import Setup
from licet.vision.engine import Engine

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def engine() -> Engine:
    models = os.environ.get("LICET_MODELS")
    return Engine.open(Path(models) if models else None, ROOT / ".cache" / "models")


@pytest.fixture(scope="session")
def photos() -> dict[str, FixturePhoto]:
    folder = Path(os.environ.get("LICET_FIXTURES", ROOT / ".cache" / "fixtures"))
    try:
        return {photo.name.split(".")[0]: photo for photo in fixtures.photos(folder)}
    except Setup as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(missing))

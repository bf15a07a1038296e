"""The real models on fixture photos, a stage to act on, and a world with fake photos."""

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from licet.app import open_app
from licet.demo.stage import Stage, set_up
from licet.sources import fixtures
from licet.sources.fixtures import FixturePhoto
from licet.vision.engine import Engine
from tests.fakes.deployment import World, new_world
from tests.scenarios.remembering import Remembering, composed

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def engine() -> Engine:
    """Give the real models, opened once, which look at each photo once."""
    return Remembering.open(None, ROOT / ".cache" / "models")


@pytest.fixture(scope="session")
def photos() -> tuple[FixturePhoto, ...]:
    """Give the fixture photos that setting up fetched."""
    return fixtures.photos(Path(os.environ.get("LICET_FIXTURES", ROOT / ".cache" / "fixtures")))


@pytest.fixture(scope="session")
def new_stage(engine: Engine, photos: tuple[FixturePhoto, ...]) -> Callable[[Path], Stage]:
    """Give a maker of sandboxes with group photos of real people."""

    def made(folder: Path) -> Stage:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("licet.demo.stage.compose", composed)
            return set_up(folder / "stage", photos, partial(open_app, vision=engine))

    return made


@pytest.fixture
def stage(tmp_path: Path, new_stage: Callable[[Path], Stage]) -> Iterator[Stage]:
    """Give a sandbox with group photos of real people."""
    made = new_stage(tmp_path)
    yield made
    made.app.close()


@pytest.fixture
def world(tmp_path: Path, store_url: str) -> Iterator[World]:
    """Give a sandbox with fake photos, on both databases."""
    made = new_world(tmp_path / "home", store_url)
    yield made
    made.app.close()

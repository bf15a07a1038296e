"""What every test of sites stands on."""

from collections.abc import Iterator

import pytest

from tests.sources.site.servers import OPEN, Web, serve


@pytest.fixture(autouse=True)
def _no_door_stays_open() -> Iterator[None]:
    yield
    while OPEN:
        OPEN.pop().close()


@pytest.fixture
def web() -> Iterator[Web]:
    """A website on this machine, empty at first."""
    with serve(Web()) as served:
        yield served

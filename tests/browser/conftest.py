"""One browser and one server for every test of this folder."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser import browsing
from tests.browser.stage import app


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """A running Chromium. It ends with this folder: its loop would be in the way of others'."""
    found = browsing.program()
    if found is None:
        if os.environ.get("LICET_REQUIRE_BROWSER") == "1":
            pytest.fail("no Chromium is installed, and LICET_REQUIRE_BROWSER asks for one")
        pytest.skip("no Chromium is installed (apt-get install chromium)")
    with sync_playwright() as playwright:
        # A test runs as root in a container, where Chromium's own sandbox cannot start.
        flags = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        started = playwright.chromium.launch(executable_path=found, args=flags)
        yield started
        started.close()


@pytest.fixture(scope="package")
def stage() -> Iterator[str]:
    """The address of a server with every sample page."""
    with browsing.serving(lambda _port: app) as address:
        yield address


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave every page, width and language to ``make test-browser``; one of each kind stays."""
    if os.environ.get("LICET_BROWSER") == "1":
        return
    left = [one for one in items if one.get_closest_marker("every_page")]
    config.hook.pytest_deselected(items=left)
    items[:] = [one for one in items if one not in left]

"""A served library, and its key in the environment."""

from collections.abc import Iterator

import pytest

from tests.sources.immich.server import SECRET, Library, serve


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    with serve(Library()) as found:
        monkeypatch.setenv("IMMICH_INSTANCE_URL", f"{found.origin}/api")
        monkeypatch.setenv("IMMICH_API_KEY", SECRET)
        yield found
    assert found.wrong == [], "every request is one that the description knows"

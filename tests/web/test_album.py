"""The way of a guest: from a link to one's own photos, and out again."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from licet.web.routes import album
from tests.fakes.deployment import World, new_world
from tests.web import guests
from tests.web.doors import browser, door_of
from tests.web.own import word_of

ANNA = "anna@example.org"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(album, "ANSWERS_IN", 0.0)


@pytest.fixture
def world(home: Path, new_database: Callable[[str], str]) -> Iterator[World]:
    made = new_world(home, new_database("sqlite"))
    yield made
    made.app.close()


@pytest.fixture
def here(world: World) -> Iterator[TestClient]:
    with browser(door_of(world.app)) as made:
        yield made


def test_from_a_link_to_ones_own_photos_and_out(world: World, here: TestClient) -> None:
    source = guests.party(world)
    _, place = guests.link_to(world, source)
    shown = here.get(place).text
    assert "Summer party" in shown
    to = guests.comes(here, world, place, ANNA, "anna")
    page = here.get(to).text
    assert page.count("<img") == 2
    picture = page.split('<img src="')[1].split('"')[0]
    assert here.get(picture).headers["content-type"] == "image/jpeg"
    word = {"csrf": word_of(here)}
    assert here.post(f"{to}/withdraw", data=word).status_code == 303
    assert here.get(picture).status_code != 200

"""The pages of members: shown to who may read them, refused with the reason to who may not."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.fakes.deployment import World
from tests.web.doors import browser, door_of


def comes(world: World, name: str) -> Iterator[TestClient]:
    with browser(door_of(world.app)) as made:
        assert made.post("/sign-in/name", data={"member": world.people[name]}).status_code == 303
        yield made


@pytest.fixture(scope="module")
def steward(shared: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    shared.source(Path(tmp_path_factory.mktemp("photos")), "Summer party")
    yield from comes(shared, "steward")


@pytest.fixture
def investigator(shared: World) -> Iterator[TestClient]:
    yield from comes(shared, "investigator")


def test_a_steward_sees_the_sources_and_requests(steward: TestClient) -> None:
    sources = steward.get("/console/sources", headers={"accept-language": "fr"})
    assert sources.status_code == 200
    assert "Summer party" in sources.text
    assert "Autorisée" in sources.text
    assert "Nobody has asked" in steward.get("/console/requests").text


@pytest.mark.parametrize("path", ["/console/sources", "/console/requests"])
def test_a_stranger_is_asked_to_sign_in(door: TestClient, path: str) -> None:
    answer = door.get(path)
    assert answer.status_code == 401
    assert 'href="/sign-in"' in answer.text


def test_who_may_not_read_a_register_is_told_why_and_finds_no_link(
    investigator: TestClient,
) -> None:
    assert 'href="/console/requests"' not in investigator.get("/console/sources").text
    answer = investigator.get("/console/requests")
    assert answer.status_code == 403
    assert "The member&#39;s roles do not cover this." in answer.text
    assert "GDPR" in answer.text


def test_every_page_that_is_linked_is_served(steward: TestClient) -> None:
    for path in ("/console/sources", "/console/requests", "/"):
        text = steward.get(path).text
        linked = {part.split('"')[0].partition("#")[0] for part in text.split('href="')[1:]}
        ours = {one.replace("&amp;", "&") for one in linked if one.startswith("/")}
        assert {one for one in ours if steward.get(one).status_code >= 400} == set()

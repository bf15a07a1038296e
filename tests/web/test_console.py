"""The pages of members: shown to who may read them, refused with the reason to who may not."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from licet.collect import collect
from licet.terms.ids import RunId
from licet.terms.plan import Run, RunKind, WorkState
from licet.terms.rights import RightKind
from tests.fakes.deployment import World
from tests.fakes.vision import photo
from tests.flows.test_intake import asked
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
    linked: set[str] = set()
    for path in ("/console/sources", "/console/requests", "/"):
        text = steward.get(path).text
        linked |= {part.split('"')[0].partition("#")[0] for part in text.split('href="')[1:]}
    ours = {one.replace("&amp;", "&") for one in linked if one.startswith("/")}
    assert {one for one in ours if steward.get(one).status_code >= 400} == set()


@pytest.fixture
def fresh(shared: World) -> Iterator[TestClient]:
    """A steward whose browser chose no language."""
    yield from comes(shared, "steward")


def test_a_source_has_a_page_with_what_became_of_its_files(
    fresh: TestClient, shared: World
) -> None:
    source = shared.source(shared.folder("read", a=photo("anna", shot=2)), "Read album")
    assert "Nothing was read yet" in fresh.get(f"/console/sources/{source.id}").text
    collect(shared.app, shared.who("steward"), source.id)
    text = fresh.get(f"/console/sources/{source.id}").text
    assert "Collected" in text
    assert "our photographer" in text
    assert f'href="/console/sources/{source.id}"' in fresh.get("/console/sources").text
    assert fresh.get("/console/sources/none").status_code == 404


def test_rows_renew_themselves_ever_more_seldom_and_stop(fresh: TestClient, shared: World) -> None:
    source = shared.source(shared.folder("walked", a=photo("anna", shot=7)), "Walked album")
    run = RunId("5a0c7a3e-0000-4000-8000-0000000000aa")
    until = shared.clock() + timedelta(minutes=2)
    with shared.app.store.unit(bookkeeping=True) as unit:
        walk = Run(run, RunKind.COLLECT, source.id, None, "", WorkState.OPEN, until)
        unit.runs.add(walk)
    page = fresh.get("/console/sources").text
    assert 'hx-get="/console/sources/live?after=2" hx-trigger="every 2s"' in page
    part = fresh.get("/console/sources/live?after=2").text
    assert "<html" not in part
    assert 'hx-get="/console/sources/live?after=4" hx-trigger="every 4s"' in part
    assert 'hx-trigger="every 60s"' in fresh.get("/console/sources/live?after=900").text
    assert "so far" in fresh.get(f"/console/sources/{source.id}").text
    with shared.app.store.unit(bookkeeping=True) as unit:
        unit.runs.finish(run)
    assert "hx-get" not in fresh.get("/console/sources/live?after=60").text


def test_a_request_has_a_page_for_who_must_look_at_it(
    fresh: TestClient, shared: World, investigator: TestClient
) -> None:
    made = asked(shared, RightKind.ERASURE)
    path = f"/console/requests/{made.request}"
    assert f'href="{path}"' in fresh.get("/console/requests").text
    assert "What was written" in fresh.get(path).text
    assert fresh.get("/console/requests/none").status_code == 404
    assert investigator.get(path).status_code == 403

"""Rights clearance in the console: chosen, filtered, handed out as a file, written beside."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from licet.appearances import confirm_appearance
from licet.clearance import say_shown
from licet.collect import collect
from licet.store import migrate
from licet.terms.acting import SUBJECT
from licet.terms.asked import ShownWish
from licet.terms.gallery import TemplateKind
from licet.terms.ids import CaseId, SourceId
from tests.fakes.deployment import World, begun
from tests.fakes.vision import photo
from tests.web.coming import by_name, word_of
from tests.web.doors import SERVING, browser, door_of


def cleared(world: World) -> tuple[CaseId, SourceId]:
    """Anna agreed; one photo shows her alone, one somebody else too, one is called a formula."""
    grant, _ = world.enrolled("anna")
    place = world.folder(alone=photo("anna", shot=7), crowd=photo("anna", "carl", shot=8))
    (place / "=1+1.jpg").write_bytes(photo("carl", shot=9))
    source = world.source(place)
    collect(world.app, world.who("steward"), source.id)
    with world.app.store.read() as reader:
        kept = reader.templates.of_grant(grant)
    for one in kept:
        if one.kind is TemplateKind.APPEARANCE:
            confirm_appearance(world.app, world.who("verifier"), one.id)
    say_shown(world.app, SUBJECT, grant, ShownWish(True))
    return world.case(b"a photo"), source.id


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    url = f"sqlite:///{tmp_path / 'licet.db'}"
    migrate(url)
    made = begun(tmp_path / "home", url, cleared)
    yield made
    made.app.close()


@pytest.fixture
def steward(world: World) -> Iterator[TestClient]:
    with browser(door_of(world.app)) as made:
        by_name(made, world.people["steward"])
        yield made


def address(world: World, more: str = "") -> str:
    case, source = world.left
    return f"/console/clearance{more}?case={case}&source={source}"


def test_it_is_chosen_and_filtered(world: World, steward: TestClient) -> None:
    empty = steward.get("/console/clearance").text
    assert "Choose a case and a source" in empty
    assert "2026-17" in empty
    page = steward.get(address(world)).text
    assert "alone.jpg" in page
    assert "May be shown" in page
    assert "anna" not in page.casefold()
    kinds = {state: steward.get(f"{address(world)}&state={state}").text for state in ("may", "not")}
    assert "alone.jpg" in kinds["may"]
    assert "crowd.jpg" not in kinds["may"]
    assert "crowd.jpg" in kinds["not"]
    assert "No photo like this" in steward.get(f"{address(world)}&state=embargo").text


def test_the_list_is_a_file_with_its_caveat(world: World, steward: TestClient) -> None:
    sheet = steward.get(address(world, "/clearance.csv"))
    assert sheet.headers["content-type"].startswith("text/csv")
    assert sheet.text.startswith("# This says who agreed")
    assert ",'=1+1.jpg," in sheet.text, "a name is never a formula"
    told = steward.get(address(world, "/clearance.json")).json()
    assert "withdraw at any time" in told["caveat"]
    assert len(told["photos"]) == 3


def test_it_is_written_by_a_members_own_press(world: World, steward: TestClient) -> None:
    case, source = world.left
    with world.app.store.read() as reader:
        place = Path(reader.sources.all()[0].place)
    post = {"case": case, "source": source}
    forged = steward.post("/console/clearance/write", data={**post, "csrf": "forged"})
    assert forged.status_code in {401, 403}
    assert list(place.glob("*.xmp")) == []
    word = word_of(steward.cookies[SERVING.cookie])
    done = steward.post("/console/clearance/write", data={**post, "csrf": word})
    assert done.status_code in {200, 303}
    assert len(list(place.glob("*.xmp"))) == 3


def test_it_is_not_everybodys_to_read(world: World) -> None:
    with browser(door_of(world.app)) as made:
        by_name(made, world.people["approver"])
        assert "/console/clearance" not in made.get("/console").text
        assert "alone.jpg" not in made.get(address(world)).text

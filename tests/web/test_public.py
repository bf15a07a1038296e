"""What everybody may read, and the language they read it in."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from licet.public import public_facts
from licet.terms.source import SourceState
from tests.fakes.deployment import World
from tests.store.things import entry
from tests.web.doors import browser, door_of


def test_the_public_page_says_who_is_responsible_and_for_what(
    shared: World, door: TestClient
) -> None:
    answer = door.get("/", headers={"accept-language": "de"})
    assert answer.status_code == 200
    assert '<html lang="de">' in answer.text
    assert shared.app.deployment.controller in answer.text
    assert "Die Fotos finden, auf denen ich bin" in answer.text
    nonce = answer.headers["content-security-policy"].split("'nonce-")[1].split("'")[0]
    assert f'nonce="{nonce}"' in answer.text


def test_no_number_of_people_is_told(shared: World) -> None:
    facts = public_facts(shared.app)
    held = [getattr(facts, name) for name in facts.__slots__]
    assert not any(isinstance(one, int) for one in held)


def test_nobody_s_own_right_is_listed_as_a_purpose(shared: World) -> None:
    assert "rights_request@1" not in public_facts(shared.app).purposes


def test_an_open_source_is_told_with_where_to_object_and_a_purged_one_is_not(
    shared: World, tmp_path: Path
) -> None:
    shared.source(tmp_path, "Summer party")
    told = {one.name: one for one in public_facts(shared.app).sources}
    assert told["Summer party"].contact
    assert told["Summer party"].organisation
    with shared.app.store.unit() as unit:
        (found,) = [one for one in unit.sources.all() if one.name == "Summer party"]
        unit.sources.set_state(found.id, SourceState.PURGED)
        unit.record(entry())
    assert "Summer party" not in {one.name for one in public_facts(shared.app).sources}


def test_every_page_that_is_linked_there_is_served(door: TestClient) -> None:
    text = door.get("/").text
    linked = {part.split('"')[0].partition("#")[0] for part in text.split('href="')[1:]}
    ours = {one.replace("&amp;", "&") for one in linked if one.startswith("/")}
    assert len(ours) > 5
    assert {
        one: door.get(one).status_code for one in ours if door.get(one).status_code >= 400
    } == {}


def test_a_language_is_kept_and_one_comes_back(door: TestClient) -> None:
    answer = door.get("/language?to=fr&back=/healthz")
    assert (answer.status_code, answer.headers["location"]) == (303, "/healthz")
    kept = answer.headers["set-cookie"]
    assert "licet-language=fr" in kept
    assert {"Secure", "HttpOnly"} <= {part.strip() for part in kept.split(";")}
    assert '<html lang="fr">' in door.get("/", headers={"accept-language": "de"}).text


@pytest.mark.parametrize("asked", ["to=xx&back=//e.example", "", "to=%0d%0aset-cookie:a"])
def test_what_is_no_language_and_no_way_back_leads_to_the_start(shared: World, asked: str) -> None:
    with browser(door_of(shared.app)) as fresh:
        answer = fresh.get(f"/language?{asked}")
    assert answer.headers["location"] == "/"
    assert "set-cookie" not in answer.headers

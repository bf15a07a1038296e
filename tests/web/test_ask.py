"""Asking without being enrolled: the fewest fields, and one answer for everybody."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from licet.store import migrate
from licet.terms.rights import RequestState, RightKind
from tests.fakes.deployment import World, new_world
from tests.web.doors import browser, door_of

ANNA = "anna@example.org"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    url = f"sqlite:///{tmp_path / 'licet.db'}"
    migrate(url)
    made = new_world(tmp_path / "home", url)
    made.granted("anna")
    yield made
    made.app.close()


@pytest.fixture
def here(world: World) -> Iterator[TestClient]:
    with browser(door_of(world.app)) as made:
        yield made


def fields(page: str) -> set[str]:
    """The names of a form's fields."""
    form = page.split("<main")[1]
    return set(re.findall(r'<(?:input|select|textarea)[^>]* name="([^"]+)"', form))


def test_two_fields_and_one_that_may_stay_empty(here: TestClient) -> None:
    page = here.get("/ask").text
    assert fields(page) == {"kind", "contact", "words"}
    assert 'type="file"' not in page
    assert re.findall(r'name="(\w+)"[^>]* required', page) == ["kind", "contact"]
    assert here.post("/ask", data={"kind": "access", "contact": ANNA}).status_code == 200


def test_the_door_asks_for_an_address_alone(here: TestClient) -> None:
    assert fields(here.get("/me/sign-in").text) == {"contact"}
    assert fields(here.get("/me/code").text) == {"code"}


@pytest.mark.parametrize("kind", RightKind)
def test_the_answer_is_the_same_whoever_asks(
    world: World, here: TestClient, kind: RightKind
) -> None:
    told = []
    for address in (ANNA, "nobody@example.org"):
        answer = here.post("/ask", data={"kind": kind.value, "contact": address})
        text = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "N", answer.text)
        told.append((answer.status_code, re.sub(r'nonce="[^"]+"', "", text)))
        assert world.outbox.letters[-1].to == address
    assert told[0] == told[1]


def test_the_code_proves_the_address_and_it_goes_on(world: World, here: TestClient) -> None:
    asked = here.post("/ask", data={"kind": "access", "contact": "nobody@example.org"})
    place = re.findall(r'action="(/ask/[^"]+)"', asked.text)[0]
    assert here.post(place, data={"code": "AAAAA AAAAA"}).status_code == 422
    answer = here.post(place, data={"code": world.outbox.code()})
    assert "Your address is proved" in answer.text
    with world.app.store.read() as reader:
        (request,) = reader.requests.all()
    assert request.state is RequestState.FULFILLING


def test_a_number_that_is_none_is_answered_as_a_wrong_code(here: TestClient) -> None:
    asked = here.post("/ask", data={"kind": "access", "contact": ANNA})
    real = re.findall(r'action="/ask/([^"]+)"', asked.text)[0]
    told = []
    for number in (real, "made-up"):
        answer = here.post(f"/ask/{number}", data={"code": "AAAAA AAAAA"})
        text = answer.text.replace(number, "N")
        told.append((answer.status_code, re.sub(r'nonce="[^"]+"', "", text)))
    assert told[0] == told[1]


def test_what_cannot_be_answered_is_said_in_the_form(here: TestClient) -> None:
    answer = here.post("/ask", data={"kind": "access", "contact": "by pigeon"})
    assert answer.status_code == 422
    assert 'id="error-contact"' in answer.text
    assert here.post("/ask", data={"kind": "gossip", "contact": ANNA}).status_code == 422

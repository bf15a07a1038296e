"""The way of a guest, from a link to their own photos and out again, and every way to misuse it."""

import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from licet import worker
from licet.albums import close_link
from licet.coming import CODES_A_DAY, ask_code
from licet.terms.grant import Grant, GrantState, SubjectState
from licet.web.guests import Guest, Guests
from licet.web.routes import album
from tests.fakes.deployment import START, World, new_world
from tests.fakes.vision import photo
from tests.web import guests
from tests.web.coming import by_name
from tests.web.doors import SERVING, browser, door_of
from tests.web.own import word_of

ANNA = "anna@example.org"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for the floor under the answer's time."""
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


def kept(world: World) -> list[Grant]:
    with world.app.store.read() as reader:
        return list(reader.grants.kept())


def people(world: World) -> int:
    with world.app.store.read() as reader:
        return len(reader.subjects.untouched_since(reader.now + timedelta(days=1)))


def test_from_a_link_to_ones_own_photos_and_out(world: World, here: TestClient) -> None:
    _, place = guests.link_to(world, guests.party(world))
    shown = here.get(place).text
    assert "Summer party" in shown
    assert "sealed" in shown
    to = guests.comes(here, world, place, ANNA, "anna")
    page = here.get(to).text
    assert page.count("<img") == 2
    assert "being looked for" not in page
    picture = page.split('<img src="')[1].split('"')[0]
    assert here.get(picture).headers["content-type"] == "image/jpeg"
    saved = here.get(picture.replace("small=1", "save=1"))
    assert "attachment" in saved.headers["content-disposition"]
    with zipfile.ZipFile(BytesIO(here.get(f"{to}/photos.zip").content)) as file:
        assert len(file.namelist()) == 2
        assert file.testzip() is None
    assert here.get(f"{place}/yes").headers["location"] == place
    word = {"csrf": word_of(here)}
    assert here.post(f"{to}/withdraw", data=word).status_code == 303
    assert here.get(picture).status_code != 200
    assert kept(world) == []


def test_who_has_it_already_is_led_there(world: World, here: TestClient) -> None:
    _, place = guests.link_to(world, guests.party(world))
    to = guests.comes(here, world, place, ANNA, "anna")
    here.post(f"{place}/code", data={"contact": ANNA})
    here.post(f"{place}/code/back", data={"code": world.outbox.code()})
    assert here.get(f"{place}/yes").headers["location"] == to


def test_nobody_uses_up_the_codes_of_a_guest_who_came_before(
    world: World, here: TestClient
) -> None:
    """A browser that was let in by the one door keeps codes of its own at both."""
    _, place = guests.link_to(world, guests.party(world))
    here.post(f"{place}/code", data={"contact": ANNA})
    here.post(f"{place}/code/back", data={"code": world.outbox.code()})
    for _ in range(CODES_A_DAY):
        ask_code(world.app, ANNA, "en").send()
    for door in (f"{place}/code", "/me/sign-in"):
        before = len(world.outbox.letters)
        here.post(door, data={"contact": ANNA})
        assert len(world.outbox.letters) == before + 1
    # What is erased leaves nothing in the browser either.
    assert SERVING.here_cookie in here.cookies
    here.get("/me/erased")
    assert SERVING.here_cookie not in here.cookies


def test_a_portrait_that_is_held_up_makes_nothing(world: World, here: TestClient) -> None:
    """Somebody gives their own address and holds a print before the camera."""
    _, place = guests.link_to(world, guests.party(world))
    before = people(world)
    guests.says_yes(here, world, place, "mallory@example.org")
    word = {"x-csrf-token": word_of(here), "accept": "application/json"}
    here.post(f"{place}/camera", headers=word)
    for n in range(12):
        still = photo("anna", shot=2000 + n)
        told = here.post(f"{place}/camera/frame", content=still, headers=word).json()
    assert told["done"] == 1
    assert told["to"] == ""
    assert kept(world) == []
    assert people(world) == before


def test_a_camera_gives_up_after_some_tries(world: World, here: TestClient) -> None:
    _, place = guests.link_to(world, guests.party(world))
    guests.says_yes(here, world, place, ANNA)
    word = {"x-csrf-token": word_of(here), "accept": "application/json"}
    done = [here.post(f"{place}/camera", headers=word).status_code for _ in range(7)]
    assert done[:6] == [200] * 6
    assert done[6] != 200
    assert "Let us help you" in here.get(f"{place}/camera").text


def test_the_face_of_somebody_enrolled_finds_nothing_and_they_are_told(
    world: World, here: TestClient
) -> None:
    """The answer has the same shape as to anybody; the other person gets a letter."""
    world.enrolled("bob")
    _, place = guests.link_to(world, guests.party(world))
    says = guests.says_yes(here, world, place, "mallory@example.org", name="Mallory")
    assert says == f"{place}/camera"
    caught = guests.before_camera(here, place, "bob")
    with browser(door_of(world.app)) as other:
        guests.says_yes(other, world, place, ANNA)
        honest = guests.before_camera(other, place, "anna")
        shown = other.get(honest["to"]).text
    assert caught.keys() == honest.keys()
    assert {**caught, "to": ""} == {**honest, "to": ""}
    page = here.get(caught["to"]).text
    assert "No photo of you" in page
    assert "<img" not in page
    assert shown.count("<img") == 2
    worker.run_once(world.app)
    told = [letter for letter in world.outbox.letters if letter.to == "bob@example.org"]
    assert "resembles yours" in told[-1].subject
    assert "mallory" not in told[-1].text.casefold()
    assert here.get(caught["to"]).text.count("<img") == 0


def test_a_child_comes_with_a_parent_and_is_always_seen(world: World, here: TestClient) -> None:
    _, place = guests.link_to(world, guests.party(world))
    here.post(f"{place}/code", data={"contact": ANNA})
    here.post(f"{place}/code/back", data={"code": world.outbox.code()})
    child = {**guests.YES, "born": "2016-05-17", "csrf": word_of(here)}
    alone = here.post(f"{place}/yes", data=child)
    assert alone.status_code == 403
    assert "GDPR 8(1)" in alone.text
    led = here.post(f"{place}/yes", data={**child, "whose": "child"})
    assert led.headers["location"] == f"{place}/desk"
    assert here.get(f"{place}/camera").headers["location"] == f"{place}/desk"
    assert guests.before_camera(here, place, "kim").get("to") is None
    assert kept(world) == []


@pytest.mark.parametrize("relationship", ["employment", "schooling", "care_dependence"])
def test_who_is_not_free_is_not_asked(world: World, here: TestClient, relationship: str) -> None:
    _, place = guests.link_to(world, guests.party(world))
    before = people(world)
    here.post(f"{place}/code", data={"contact": ANNA})
    here.post(f"{place}/code/back", data={"code": world.outbox.code()})
    fields = {**guests.YES, "relationship": relationship, "csrf": word_of(here)}
    refused = here.post(f"{place}/yes", data=fields)
    assert refused.status_code == 403
    assert "GDPR 7(4)" in refused.text
    assert people(world) == before


def test_nothing_is_chosen_before_and_nothing_goes_on_without_a_yes(
    world: World, here: TestClient
) -> None:
    _, place = guests.link_to(world, guests.party(world))
    here.post(f"{place}/code", data={"contact": ANNA})
    here.post(f"{place}/code/back", data={"code": world.outbox.code()})
    form = here.get(f"{place}/yes").text
    assert "checked" not in form
    assert "selected" not in form
    word = word_of(here)
    for left_out in ("yes", "whose", "name", "born", "relationship"):
        fields = {name: value for name, value in guests.YES.items() if name != left_out}
        assert here.post(f"{place}/yes", data={**fields, "csrf": word}).status_code == 422
    wrong = {**guests.YES, "born": "2999-01-01", "csrf": word}
    assert here.post(f"{place}/yes", data=wrong).status_code == 422
    assert here.post(f"{place}/yes", data=guests.YES).status_code == 401
    assert here.post(f"{place}/code", data={"contact": "nobody"}).status_code == 422


def test_without_a_code_there_is_no_way_in(world: World, here: TestClient) -> None:
    _, place = guests.link_to(world, guests.party(world))
    for step in ("yes", "desk", "camera", "desk/live"):
        assert here.get(f"{place}/{step}").headers["location"] == place
    here.post(f"{place}/code", data={"contact": ANNA})
    assert here.post(f"{place}/code/back", data={"code": "AAAAAAAAAA"}).status_code == 422
    assert here.get(f"{place}/code").status_code == 200
    assert here.get("/album/none").status_code == 404


def test_a_member_sees_who_comes(world: World, here: TestClient) -> None:
    link, place = guests.link_to(world, guests.party(world), presence=True)
    assert guests.says_yes(here, world, place, ANNA) == f"{place}/desk"
    assert guests.before_camera(here, place, "anna").get("to") is None
    code = here.get(f"{place}/desk").text.split('for the desk">')[1].split("<")[0]
    with browser(here.app) as desk:  # type: ignore[arg-type]
        by_name(desk, world.people["steward"])
        word = desk.headers["x-csrf-token"]
        wrong = desk.post("/console/albums/seen", data={"code": "nobody", "csrf": word})
        assert wrong.headers["location"].endswith("done=unknown")
        right = desk.post("/console/albums/seen", data={"code": code.lower(), "csrf": word})
        assert right.headers["location"].endswith("done=seen")
        listed = desk.get("/console/albums").text
    assert "Summer party" in listed
    assert link.id in listed
    assert "camera" in here.get(f"{place}/desk/live").text
    assert guests.before_camera(here, place, "anna", 50)["to"]


def test_a_steward_opens_prints_and_closes(world: World) -> None:
    source = guests.party(world)
    with browser(door_of(world.app)) as desk:
        by_name(desk, world.people["steward"])
        word = {"csrf": desk.headers["x-csrf-token"]}
        assert "No link yet" in desk.get("/console/albums").text
        fields = {"source": source.id, "closes": "3", "days": "20", "most": "40"}
        done = desk.post("/console/albums", data={**fields, **word})
        assert done.headers["location"].endswith("done=opened")
        wide = {**fields, "most": "80", "unseen": "yes", **word}
        assert desk.post("/console/albums", data=wide).status_code == 403
        page = desk.get("/console/albums?done=opened").text
        place = page.split("<code>")[1].split("<")[0]
        (link,) = re.findall(r"/console/albums/([0-9a-f-]+)/sheet", page)
        sheet = desk.get(f"/console/albums/{link}/sheet").text
        assert place in sheet
        assert all(f'lang="{one}"' in sheet for one in ("en", "de", "fr"))
        drawn = desk.get(f"/console/albums/{link}/code.svg")
        assert drawn.headers["content-type"] == "image/svg+xml"
        assert b"<script" not in drawn.content
        assert desk.get("/console/albums/none/sheet").status_code == 404
        done = desk.post(f"/console/albums/{link}/closing", data=word)
        assert done.headers["location"].endswith("done=closed")
        assert "not open" in desk.get(place.removeprefix("https://licet.example")).text
    with browser(door_of(world.app)) as other:
        by_name(other, world.people["investigator"])
        word = {"csrf": other.headers["x-csrf-token"]}
        assert other.post("/console/albums", data={**fields, **word}).status_code == 403


def test_a_link_that_closed_meanwhile_gives_nothing(world: World, here: TestClient) -> None:
    link, place = guests.link_to(world, guests.party(world))
    guests.says_yes(here, world, place, ANNA)
    close_link(world.app, world.who("steward"), link.id)
    told = guests.before_camera(here, place, "anna")
    assert told["status"] == 403
    assert kept(world) == []


def test_it_ends_by_itself_with_a_letter_and_nothing_of_a_guest_is_left(
    world: World, here: TestClient
) -> None:
    _, place = guests.link_to(world, guests.party(world), days=10)
    guests.comes(here, world, place, ANNA, "anna")
    (grant,) = kept(world)
    assert grant.expires == START + timedelta(days=10)
    world.clock.go(days=10, minutes=1)
    worker.run_once(world.app)
    assert kept(world) == []
    subjects = [one.subject for one in world.outbox.letters if one.to == ANNA]
    assert "Your photos are no longer looked for" in subjects
    assert subjects[-1] == "You are erased"
    with world.app.store.read() as reader:
        subject = reader.subjects.get(grant.subject)
    assert subject is None or subject.state is SubjectState.ERASED


def test_guests_are_forgotten() -> None:
    now = [0.0]
    held = Guests(lambda: now[0])
    held.come("a", Guest(guests.FIND, ANNA, desk="ABCDEF"))  # type: ignore[arg-type]
    assert held.at_desk(" abc def ") is held.of("a")
    assert held.at_desk("") is None
    assert held.moves("b", "c") is None
    moved = held.moves("a", "c")
    assert held.of("c") is moved
    now[0] = 3601.0
    assert held.of("c") is None
    for n in range(1001):
        held.come(str(n), Guest(guests.FIND, ANNA))  # type: ignore[arg-type]
    assert held.of("0") is None
    held.go("1000")
    assert held.of("1000") is None


def test_active_is_only_who_came_to_the_end(world: World, here: TestClient) -> None:
    _, place = guests.link_to(world, guests.party(world))
    guests.says_yes(here, world, place, ANNA)
    assert kept(world) == []
    guests.before_camera(here, place, "anna")
    assert [one.state for one in kept(world)] == [GrantState.ACTIVE]
    (grant,) = kept(world)
    assert grant.captured
    assert grant.notice_delivered_at is not None

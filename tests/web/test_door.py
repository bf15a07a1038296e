"""Signing in and out at the door, with a passkey, by invitation, and by name in a sandbox."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.fakes.authenticator import SoftAuthenticator
from tests.fakes.deployment import World
from tests.fakes.members import equipped, invited
from tests.redteam.real import RealWorld, new_real_world
from tests.web.coming import by_name, sign_in
from tests.web.doors import ORIGIN, SERVING, browser, door_of


@pytest.fixture
def real(tmp_path: Path, new_database: Callable[[str], str]) -> Iterator[RealWorld]:
    made = new_real_world(tmp_path / "home", new_database("sqlite"))
    yield made
    made.app.close()


@pytest.fixture
def here(real: RealWorld) -> Iterator[TestClient]:
    with browser(door_of(real.app)) as made:
        yield made


def test_a_member_comes_by_invitation_and_passkey(real: RealWorld, here: TestClient) -> None:
    code = invited(real, "investigator").code
    begun = here.post("/invitation/begin", json={"code": code}).json()
    device = SoftAuthenticator(ORIGIN)
    made = device.make(begun["options"]).decode()
    body = {"code": code, "challenge": begun["challenge"], "answer": made}
    assert here.post("/invitation", json=body).status_code == 201
    assert here.post("/invitation", json=body).status_code == 404
    sign_in(here, device)
    me = here.get("/api/v1/me").json()
    assert (me["name"], me["roles"], me["attended_by"]) == (
        "investigator",
        ["investigator"],
        "signed_in",
    )


def test_the_cookie_is_the_browsers_alone(real: RealWorld, here: TestClient) -> None:
    device, _ = equipped(real, "investigator")
    options = here.post("/sign-in/begin").text
    done = here.post("/sign-in", json={"answer": device.answer(options).decode()})
    cookie = done.headers["set-cookie"]
    assert cookie.startswith("__Host-licet=")
    for part in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"):
        assert part in cookie
    assert "Domain" not in cookie
    assert here.cookies[SERVING.cookie] not in done.text


def test_whoever_is_not_known_is_told_nothing_more(real: RealWorld, here: TestClient) -> None:
    device, _ = equipped(real, "investigator")
    thief = SoftAuthenticator(ORIGIN, credential=device.credential)
    stranger = SoftAuthenticator(ORIGIN)
    told = []
    for one in (thief, stranger):
        options = here.post("/sign-in/begin").text
        answer = here.post("/sign-in", json={"answer": one.answer(options).decode()})
        told.append((answer.status_code, {**answer.json(), "instance": ""}))
    assert told[0] == told[1]
    assert told[0][0] == 401
    assert here.post("/sign-in", json={"answer": "{}"}).status_code == 400
    assert here.get("/api/v1/me").status_code == 401


def test_signing_out_ends_it(real: RealWorld, here: TestClient) -> None:
    device, _ = equipped(real, "investigator")
    sign_in(here, device)
    token = here.cookies[SERVING.cookie]
    assert here.post("/sign-out").status_code == 401, "without the page's word"
    word = here.headers["x-csrf-token"]
    assert here.post("/sign-out", data={"csrf": word}).status_code == 303
    here.cookies.set(SERVING.cookie, token)
    assert here.get("/api/v1/me").status_code == 401


def test_signing_out_everywhere_ends_the_others(real: RealWorld, here: TestClient) -> None:
    device, _ = equipped(real, "investigator")
    with browser(door_of(real.app)) as phone:
        sign_in(phone, device)
        sign_in(here, device)
        word = here.headers["x-csrf-token"]
        here.post("/sign-out", data={"csrf": word, "everywhere": "true"})
        assert phone.get("/api/v1/me").status_code == 401


def test_nobody_comes_by_name_where_people_are_real(real: RealWorld, here: TestClient) -> None:
    told = here.post("/sign-in/name", data={"member": real.people["officer"]})
    assert told.status_code == 409
    assert SERVING.cookie not in here.cookies


def test_names_are_believed_in_a_sandbox(shared: World) -> None:
    with browser(door_of(shared.app)) as here:
        by_name(here, shared.people["steward"])
        assert here.get("/api/v1/me").json()["name"] == "steward"


def test_the_door_is_a_page_with_nothing_to_guess(door: TestClient) -> None:
    page = door.get("/sign-in", headers={"accept-language": "de"})
    assert page.status_code == 200
    assert 'lang="de"' in page.text
    assert json.loads(door.post("/sign-in/begin").text)["allowCredentials"] == []

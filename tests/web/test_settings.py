"""What a member does about what they come in with, and what stewards begin in the browser."""

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from licet.equipping import mine
from licet.store import migrate
from licet.terms.admission import Identity
from licet.terms.equipping import Mine
from licet.terms.ids import IdentityId, new_id
from tests.fakes.authenticator import SoftAuthenticator
from tests.fakes.deployment import CLEARANCE
from tests.fakes.members import come, equipped
from tests.redteam.real import RealWorld, new_real_world
from tests.store.things import change
from tests.web.coming import sign_in, signature
from tests.web.doors import ORIGIN, SERVING, browser, door_of

SETTINGS = "/console/settings"
MEMBERS = "/console/members"
PAPER = hashlib.sha256(b"signed").hexdigest()


@dataclass
class House:
    """A deployment for real people; some members have a passkey."""

    world: RealWorld
    opened: ExitStack
    devices: dict[str, SoftAuthenticator] = field(default_factory=dict)
    browsers: dict[str, TestClient] = field(default_factory=dict)

    def at(self, name: str) -> TestClient:
        """The browser in which a member is signed in; everybody signs in once."""
        if name not in self.browsers:
            self.devices[name] = equipped(self.world, name)[0]
            self.browsers[name] = self.opened.enter_context(browser(door_of(self.world.app)))
        here = self.browsers[name]
        if here.get("/api/v1/me").status_code != 200:
            here.headers.pop("x-csrf-token", None)
            here.cookies.clear()
            sign_in(here, self.devices[name])
        return here

    def mine(self, here: TestClient) -> Mine:
        """What whoever is signed in comes in with."""
        found = mine(self.world.app, come(self.world, here.cookies[SERVING.cookie]))
        assert isinstance(found, Mine), found
        return found


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("settings")
    url = f"sqlite:///{folder / 'licet.db'}"
    migrate(url)
    world = new_real_world(folder / "home", url)
    with ExitStack() as opened:
        yield House(world, opened)
    world.app.close()


def posted(here: TestClient, address: str, **more: object) -> Response:
    """Send a form of a page, as its script does."""
    headers = {"accept": "application/json", **more.pop("headers", {})}  # type: ignore[dict-item]
    body = {"csrf": here.headers["x-csrf-token"], **more}
    return here.post(address, data=body, headers=headers)


def tapped(here: TestClient, device: SoftAuthenticator, address: str, **more: object) -> Response:
    """Send a form, be told what to sign, sign it and send it again."""
    told = posted(here, address, **more)
    assert told.json().get("reason") == "not_signed", told.text
    return posted(here, address, headers=signature(told.json()["sign"], device), **more)


def test_a_second_passkey_is_signed_by_the_first(house: House) -> None:
    here = house.at("approver")
    first = house.devices["approver"]
    assert "It is your last way in." in here.get(SETTINGS).text
    done = tapped(here, first, f"{SETTINGS}/passkeys")
    house.world.clock.go(minutes=1)
    place, _, code = done.json()["to"].partition("#")
    assert place == "/invitation"
    begun = here.post("/invitation/begin", json={"code": code}).json()
    second = SoftAuthenticator(ORIGIN)
    answer = second.make(begun["options"]).decode()
    body = {"code": code, "challenge": begun["challenge"], "answer": answer}
    assert here.post("/invitation", json=body).status_code == 201
    named = tapped(
        here, second, f"{SETTINGS}/passkeys/{house.mine(here).passkeys[1].id}/name", name="Blue"
    )
    assert named.json()["to"] == f"{SETTINGS}?done=named"
    page = here.get(SETTINGS).text
    assert "Blue" in page
    assert "It is your last way in." not in page
    # Its own device may go; every other session of theirs is over, this one is not.
    with browser(door_of(house.world.app)) as elsewhere:
        sign_in(elsewhere, first)
        old = house.mine(here).passkeys[0].id
        gone = tapped(here, second, f"{SETTINGS}/passkeys/{old}/end")
        assert gone.json()["to"] == f"{SETTINGS}?done=ended"
        assert elsewhere.get("/api/v1/me").status_code == 401
    assert [one.name for one in house.mine(here).passkeys] == ["Blue"]
    house.devices["approver"] = second
    last = tapped(here, second, f"{SETTINGS}/passkeys/{house.mine(here).passkeys[0].id}/end")
    assert (last.status_code, last.json()["title"]) == (409, "this is your last way in")


def test_leave_that_one_gave_oneself_is_over_in_ten_minutes(house: House) -> None:
    here = house.at("second")
    done = tapped(here, house.devices["second"], f"{SETTINGS}/passkeys")
    code = done.json()["to"].partition("#")[2]
    house.world.clock.go(minutes=10)
    assert here.post("/invitation/begin", json={"code": code}).status_code == 404


def test_what_is_somebody_elses_looks_like_nothing(house: House) -> None:
    here = house.at("verifier")
    theirs = house.mine(house.at("steward"))
    here = house.at("verifier")
    device = house.devices["verifier"]
    for thing, ends in (
        (f"passkeys/{theirs.passkeys[0].id}", "end"),
        ("passkeys/none", "end"),
        ("identities/none", "end"),
    ):
        told = tapped(here, device, f"{SETTINGS}/{thing}/{ends}")
        assert told.status_code == 404, told.text
    named = tapped(here, device, f"{SETTINGS}/passkeys/{theirs.passkeys[0].id}/name", name="x")
    assert named.status_code == 404
    for thing in (f"sessions/{theirs.sessions[0].id}", "sessions/none", "keys/none"):
        assert posted(here, f"{SETTINGS}/{thing}/end").status_code == 404


def test_sessions_end_one_by_one_and_all_at_once(house: House) -> None:
    here = house.at("investigator")
    device = house.devices["investigator"]
    with (
        browser(door_of(house.world.app)) as phone,
        browser(door_of(house.world.app)) as tablet,
        browser(door_of(house.world.app)) as desk,
    ):
        for one in (phone, tablet, desk):
            sign_in(one, device)
        page = here.get(SETTINGS).text
        assert "End all others" in page
        (phones,) = [one.id for one in house.mine(phone).sessions if one.here]
        assert posted(here, f"{SETTINGS}/sessions/{phones}/end").json()["to"].endswith("sessions")
        assert phone.get("/api/v1/me").status_code == 401
        assert tablet.get("/api/v1/me").status_code == 200
        assert posted(here, f"{SETTINGS}/sessions/end").status_code == 200
        assert {tablet.get("/api/v1/me").status_code, desk.get("/api/v1/me").status_code} == {401}
    assert [one.here for one in house.mine(here).sessions] == [True]
    assert "End all others" not in here.get(SETTINGS).text
    assert here.post(f"{SETTINGS}/sessions/end").status_code == 401, "without the page's word"


def test_an_identity_is_unbound_where_a_passkey_is_left(house: House) -> None:
    world = house.world
    here = house.at("officer")
    whose = world.people["officer"]
    made = Identity(IdentityId(new_id()), whose, b"t" * 32, 0, None, world.clock())
    change(world.app.store, lambda unit: unit.admission.bind(made))
    assert "Bound to you" in here.get(SETTINGS).text
    done = tapped(here, house.devices["officer"], f"{SETTINGS}/identities/{made.id}/end")
    assert done.json()["to"] == f"{SETTINGS}?done=unbound"
    assert house.mine(here).identities == ()


def two(house: House, address: str, **more: object) -> Response:
    """Begin an act as the steward in the browser, and let the officer sign it there."""
    here = house.at("steward")
    begun = tapped(here, house.devices["steward"], f"{MEMBERS}/{address}", **more)
    assert begun.json().get("to") == "/console/acts?done=begun", begun.text
    here = house.at("officer")
    (line,) = here.get("/api/v1/acts").json()["items"]
    return tapped(here, house.devices["officer"], f"/console/acts/{line['id']}/signature")


def test_two_members_let_somebody_in_and_one_takes_it_back(house: House) -> None:
    member = house.world.people["second"]
    done = two(house, f"{member}/invitation")
    code = done.json()["detail"].partition("#")[2]
    here = house.at("steward")
    page = here.get(MEMBERS).text
    assert "Take it back" in page
    invitation = page.partition("/invitations/")[2].partition("/end")[0]
    gone = tapped(here, house.devices["steward"], f"{MEMBERS}/invitations/{invitation}/end")
    assert gone.json()["to"] == f"{MEMBERS}?done=recalled"
    assert here.post("/invitation/begin", json={"code": code}).status_code == 404
    again = tapped(here, house.devices["steward"], f"{MEMBERS}/invitations/{invitation}/end")
    assert again.status_code == 404


def test_roles_are_changed_by_two_and_never_the_last_steward(house: House) -> None:
    member = house.world.people["second"]
    done = two(house, f"{member}/roles", roles=["verifier", "approver"])
    assert done.json()["to"] == "/console/acts?done=carried"
    here = house.at("second")
    assert sorted(here.get("/api/v1/me").json()["roles"]) == ["approver", "verifier"]
    steward = house.world.people["steward"]
    last = two(house, f"{steward}/roles", roles=["verifier"])
    assert (last.status_code, last.json()["title"]) == (
        409,
        "nobody else is steward of the controller",
    )
    here = house.at("steward")
    none = posted(here, f"{MEMBERS}/{member}/roles")
    assert none.status_code == 400


def test_an_agreement_is_renewed_by_two(house: House) -> None:
    days = {"begins": "2026-03-03", "until": "2031-01-31"}
    organisation = house.world.organisation
    done = two(house, f"organisations/{organisation}/agreement", digest=PAPER, **days)
    assert done.json()["to"] == "/console/acts?done=carried", done.text
    house.world.clock.go(days=1)
    assert "until 31 Jan 2031" in house.at("steward").get(MEMBERS).text
    here = house.at("steward")
    missing = posted(here, f"{MEMBERS}/organisations/none/agreement", digest=PAPER, **days)
    assert missing.status_code == 404


def test_a_key_is_made_by_two_told_once_and_ended_by_who_holds_it(house: House) -> None:
    member = house.world.people["approver"]
    done = two(house, f"{member}/keys", purpose=CLEARANCE, until="2026-06-01")
    secret = done.json()["detail"].rpartition(" ")[2]
    with browser(door_of(house.world.app)) as program:
        program.headers["authorization"] = f"Bearer {secret}"
        del program.headers["origin"]
        assert program.get("/api/v1/me").status_code == 200
        here = house.at("approver")
        assert secret not in here.get(SETTINGS).text
        (key,) = house.mine(here).keys
        assert posted(here, f"{SETTINGS}/keys/{key.id}/end").status_code == 200
        assert program.get("/api/v1/me").status_code == 401
        # A program has no settings: it has no session, and no page's word.
        assert program.post(f"{SETTINGS}/sessions/end", data={"csrf": "x"}).status_code == 401


def test_a_steward_files_a_paper_alone(house: House) -> None:
    here = house.at("steward")
    said = {"kind": "training_record", "until": "2026-12-31", "digest": PAPER}
    done = tapped(here, house.devices["steward"], f"{MEMBERS}/papers", **said)
    assert done.json()["to"] == f"{MEMBERS}?done=filed"
    here = house.at("investigator")
    told = posted(here, f"{MEMBERS}/papers", **said)
    assert (told.status_code, told.json()["reason"]) == (403, "not_signed")
    signed = tapped(here, house.devices["investigator"], f"{MEMBERS}/papers", **said)
    assert signed.json()["reason"] == "wrong_role"


def test_a_membership_ends_by_two_and_its_passkey_opens_nothing(house: House) -> None:
    here = house.at("investigator")
    done = two(house, f"{house.world.people['investigator']}/end")
    assert done.json()["to"] == "/console/acts?done=carried"
    options = here.post("/sign-in/begin").text
    answer = house.devices["investigator"].answer(options).decode()
    assert here.post("/sign-in", json={"answer": answer}).status_code == 401

"""Acts of two members through the API: each in a browser of their own, hours apart."""

from collections.abc import Iterator

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from licet.deeds import DEEDS
from licet.web.pages.acts import KINDS
from tests.fakes.authenticator import SoftAuthenticator
from tests.fakes.deployment import World
from tests.fakes.members import equipped
from tests.redteam.real import RealWorld, new_real_world
from tests.web.coming import by_name, program, sign_in, signature
from tests.web.doors import browser, door_of


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealWorld]:
    from licet.store import migrate

    folder = tmp_path_factory.mktemp("acts")
    url = f"sqlite:///{folder / 'licet.db'}"
    migrate(url)
    made = new_real_world(folder / "home", url)
    for name in ("steward", "officer"):
        DEVICES[name] = equipped(made, name)[0]
    yield made
    made.app.close()


DEVICES: dict[str, SoftAuthenticator] = {}


@pytest.fixture
def steward(real: RealWorld) -> Iterator[TestClient]:
    with browser(door_of(real.app)) as made:
        sign_in(made, DEVICES["steward"])
        yield made


@pytest.fixture
def officer(real: RealWorld) -> Iterator[TestClient]:
    with browser(door_of(real.app)) as made:
        sign_in(made, DEVICES["officer"])
        yield made


def tapped(here: TestClient, path: str, device: str, body: object = None) -> Response:
    """Ask, be told what to sign, sign it."""
    told = here.post(f"/api/v1/{path}", json=body)
    assert (told.status_code, told.json()["reason"]) == (403, "not_signed"), told.text
    headers = signature(told.json()["sign"], DEVICES[device])
    return here.post(f"/api/v1/{path}", json=body, headers=headers)


def inviting(world: World, name: str = "verifier") -> dict[str, object]:
    return {"kind": "invite_member", "parts": {"id": world.people[name]}}


def test_one_begins_and_the_other_signs(
    real: RealWorld, steward: TestClient, officer: TestClient
) -> None:
    begun = tapped(steward, "acts", "steward", inviting(real))
    assert begun.status_code == 201, begun.text
    act = begun.json()["act"]
    (line,) = officer.get("/api/v1/acts").json()["items"]
    assert (line["id"], line["says"], line["yours"]) == (act, "Let verifier add a passkey", False)
    assert steward.get("/api/v1/acts").json()["items"][0]["yours"] is True
    assert steward.post(f"/api/v1/acts/{act}/signature").status_code == 409
    real.clock.go(hours=1)
    sign_in(officer, DEVICES["officer"])
    done = tapped(officer, f"acts/{act}/signature", "officer")
    assert done.status_code == 201, done.text
    assert len(done.json()["answer"]["code"]) >= 32
    assert officer.get("/api/v1/acts").json()["items"] == []
    assert officer.post(f"/api/v1/acts/{act}/signature").status_code == 404


def test_a_signature_of_another_moment_or_member_is_none(
    real: RealWorld, steward: TestClient, officer: TestClient
) -> None:
    act = tapped(steward, "acts", "steward", inviting(real)).json()["act"]
    path = f"/api/v1/acts/{act}/signature"
    sign = officer.post(path).json()["sign"]
    stolen = officer.post(path, headers=signature(sign, DEVICES["steward"]))
    assert (stolen.status_code, stolen.json()["reason"]) == (403, "two_signers_needed")
    real.clock.go(minutes=1)
    late = {**sign, "at": officer.post("/api/v1/acts", json=inviting(real)).json()["sign"]["at"]}
    assert officer.post(path, headers=signature(late, DEVICES["officer"])).status_code == 400
    ended = tapped(officer, f"acts/{act}/end", "officer")
    assert ended.json() == {"act": act, "why": "declined"}
    assert officer.post(path).status_code == 404


def test_a_program_begins_and_signs_nothing(real: RealWorld, steward: TestClient) -> None:
    act = tapped(steward, "acts", "steward", inviting(real)).json()["act"]
    with browser(door_of(real.app)) as other:
        program(other, real, "officer")
        for path, body in (
            ("acts", inviting(real)),
            (f"acts/{act}/signature", None),
            (f"acts/{act}/end", None),
        ):
            told = other.post(f"/api/v1/{path}", json=body)
            assert (told.status_code, told.json()["reason"]) == (403, "not_signed")
            assert "sign" not in told.json()
    assert tapped(steward, f"acts/{act}/end", "steward").json()["why"] == "withdrawn"


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "erase", "parts": {}},
        {"kind": "invite_member", "parts": {}},
        {"kind": "invite_member", "parts": {"id": "x", "more": 1}},
        {
            "kind": "make_api_key",
            "parts": {"member": "x", "purpose": "y", "expires": "2027-01-01T00:00:00"},
        },
    ],
)
def test_what_can_be_no_act_is_told(steward: TestClient, body: dict[str, object]) -> None:
    assert steward.post("/api/v1/acts", json=body).status_code == 400


def test_in_a_sandbox_names_are_believed_here_too(shared: World) -> None:
    with browser(door_of(shared.app)) as here:
        by_name(here, shared.people["steward"])
        act = here.post("/api/v1/acts", json=inviting(shared)).json()["act"]
        assert here.post(f"/api/v1/acts/{act}/signature").status_code == 409
        by_name(here, shared.people["officer"])
        assert here.post(f"/api/v1/acts/{act}/signature").status_code == 201


# --- in the console ---


def form(here: TestClient, path: str, **headers: str) -> Response:
    body = {"csrf": here.headers["x-csrf-token"]}
    there = {"accept": "application/json", **headers}
    return here.post(f"/console/acts{path}", data=body, headers=there)


def test_a_page_lists_what_waits_and_signs_it(
    real: RealWorld, steward: TestClient, officer: TestClient
) -> None:
    act = tapped(steward, "acts", "steward", inviting(real)).json()["act"]
    theirs, own = (one.get("/console/acts").text for one in (officer, steward))
    for page in (theirs, own):
        assert "Let verifier add a passkey" in page
        assert "Begun by steward" in page
    assert f"/console/acts/{act}/signature" in theirs
    assert f"/console/acts/{act}/signature" not in own
    assert form(steward, f"/{act}/signature").status_code == 409
    sign = form(officer, f"/{act}/signature").json()["sign"]
    done = form(officer, f"/{act}/signature", **signature(sign, DEVICES["officer"]))
    assert "/invitation#" in done.json()["detail"]
    assert "No act waits" in officer.get("/console/acts").text


def test_a_page_declines_and_takes_back(
    real: RealWorld, steward: TestClient, officer: TestClient
) -> None:
    for here, name in ((officer, "officer"), (steward, "steward")):
        act = tapped(steward, "acts", "steward", inviting(real)).json()["act"]
        sign = form(here, f"/{act}/end").json()["sign"]
        done = form(here, f"/{act}/end", **signature(sign, DEVICES[name]))
        assert done.json() == {"to": "/console/acts?done=ended"}
    assert "That is on record" in officer.get("/console/acts?done=ended").text


def test_a_page_says_what_was_done(real: RealWorld, steward: TestClient) -> None:
    member = real.people["investigator"]
    body = {"kind": "end_passkey", "parts": {"id": equipped(real, "investigator")[1]}}
    act = tapped(steward, "acts", "steward", body).json()["act"]
    with browser(door_of(real.app)) as here:
        sign_in(here, DEVICES["officer"])
        assert "End a passkey of investigator" in here.get("/console/acts").text
        sign = form(here, f"/{act}/signature").json()["sign"]
        done = form(here, f"/{act}/signature", **signature(sign, DEVICES["officer"]))
    assert done.json() == {"to": "/console/acts?done=carried"}
    with real.app.store.read() as reader:
        assert all(one.ended_at for one in reader.admission.passkeys(member))


def test_every_act_that_may_wait_has_a_name_on_its_page() -> None:
    assert set(KINDS) == set(DEEDS)

"""Signing in by an identity provider: a real one, in a process of its own, that can be bent."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlencode

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from licet.equipping import mine
from licet.ledger.leaf import decode
from licet.provider import Provider
from licet.search import search
from licet.store import migrate
from licet.terms.ledger import EntryKind
from licet.terms.permit import Refusal
from tests.fakes.authenticator import SoftAuthenticator
from tests.fakes.deployment import CLEARANCE
from tests.fakes.members import come, equipped, invited
from tests.fakes.provider import RealProvider, asked_of, real_provider
from tests.fakes.vision import photo
from tests.redteam.real import RealWorld, new_real_world
from tests.web.coming import remember_word, sign_in
from tests.web.doors import ORIGIN, SERVING, browser, door_of

BACK = "/sign-in/provider/back"


@dataclass
class House:
    """A deployment with a provider, to which the investigator is bound as ``anna``."""

    world: RealWorld
    provider: RealProvider
    device: SoftAuthenticator

    def says(self, subject: str, **claims: object) -> None:
        """Let the provider vouch for somebody now, by the deployment's clock."""
        now = int(self.world.clock().timestamp())
        told = {"iat": now, "exp": now + 600, "auth_time": now, **claims}
        self.provider.says(subject, **told)

    def kinds(self, since: int) -> list[tuple[EntryKind, dict[str, object]]]:
        """What the ledger holds since."""
        with self.world.app.store.read() as reader:
            leaves = reader.leaves.get(since, self.size)
        entries = [decode(leaf.data) for leaf in leaves]
        return [(one.kind, dict(one.facts)) for one in entries]

    @property
    def size(self) -> int:
        return self.world.app.store.head().size


@pytest.fixture(scope="module")
def provider() -> Iterator[RealProvider]:
    with real_provider() as made:
        yield made


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, provider: RealProvider) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("vouching")
    (folder / "secret").write_text("between us\n", "utf-8")
    url = f"sqlite:///{folder / 'licet.db'}"
    migrate(url)
    world = new_real_world(folder / "home", url)
    more = {
        "oidc_issuer": provider.issuer,
        "oidc_client_id": "licet",
        "oidc_client_secret_file": folder / "secret",
        "oidc_name": "Harbour Login",
    }
    world.app = replace(world.app, settings=world.app.settings.model_copy(update=more))
    made = House(world, provider, equipped(world, "investigator")[0])
    with browser(door_of(world.app)) as here:
        made.says("anna")
        assert bound(made, here, "anna", invited(world, "investigator").code).status_code == 303
    yield made
    world.app.close()


@pytest.fixture
def here(house: House) -> Iterator[TestClient]:
    with browser(door_of(house.world.app)) as made:
        yield made


def bound(house: House, here: TestClient, subject: str, code: str) -> Response:
    """Go to the provider with an invitation, and come back as somebody."""
    told = here.post("/invitation/provider", json={"code": code})
    assert told.status_code == 200, told.text
    return here.get(BACK, params=house.provider.answered(told.json()["to"], subject))


def through(house: House, here: TestClient, subject: str, **brought: str) -> Response:
    """Go to the provider from the door, and come back as somebody, with more or other parts."""
    left = here.get("/sign-in/provider")
    assert left.status_code == 303, left.text
    back = house.provider.answered(left.headers["location"], subject)
    return here.get(BACK, params={**back, **brought})


def refused(answer: Response, words: str) -> None:
    """It is a page that says what is wrong, and nobody is signed in."""
    assert answer.status_code in (400, 403, 503), answer.text
    assert words in answer.text
    assert SERVING.cookie not in answer.cookies


def test_a_member_reads_by_it_and_nothing_more(house: House, here: TestClient) -> None:
    house.says("anna", acr="high", amr=["mfa"])
    before = house.size
    done = through(house, here, "anna")
    assert (done.status_code, done.headers["location"]) == (303, "/console")
    assert (EntryKind.SIGNED_IN, {"with": "provider"}) in house.kinds(before)
    remember_word(here)
    me = here.get("/api/v1/me").json()
    assert (me["name"], me["attended_by"]) == ("investigator", "vouched")
    assert here.get("/console/cases").status_code == 200
    probe = photo("anna", shot=9)
    case = house.world.case(probe)
    who = come(house.world, here.cookies[SERVING.cookie])
    said = search(house.world.app, who, case, CLEARANCE, probe)
    assert isinstance(said, Refusal)
    assert said.reason == "sign_in_again"
    told = here.post("/api/v1/acts", json={"kind": "invite_member", "parts": {"id": "x"}})
    assert told.status_code in (403, 404)
    asked = here.get("/console/search")
    assert "step-up" in asked.text
    sign_in(here, house.device)
    assert "step-up" not in here.get("/console/search").text


def test_what_is_asked_is_bound_to_the_browser(house: House, here: TestClient) -> None:
    asked = asked_of(here.get("/sign-in/provider").headers["location"])
    assert (asked["scope"], asked["response_type"]) == ("openid", "code")
    assert asked["redirect_uri"] == f"{ORIGIN}{BACK}"
    assert asked["code_challenge_method"] == "S256"
    assert asked["max_age"] == str(12 * 3600)
    again = asked_of(here.get("/sign-in/provider").headers["location"])
    for part in ("state", "nonce", "code_challenge"):
        assert len(asked[part]) >= 43
        assert asked[part] != again[part]


def test_what_another_browser_began_is_nothing_here(house: House, here: TestClient) -> None:
    house.says("anna")
    place = here.get("/sign-in/provider").headers["location"]
    back = house.provider.answered(place, "anna")
    with browser(door_of(house.world.app)) as other:
        refused(other.get(BACK, params=back), "This sign-in is over")
        other.get("/sign-in/provider")  # One of its own has another state.
        refused(other.get(BACK, params=back), "This sign-in is over")
    refused(here.get(BACK, params={**back, "state": "x" * 43}), "This sign-in is over")


def test_it_is_over_after_ten_minutes(house: House, here: TestClient) -> None:
    place = here.get("/sign-in/provider").headers["location"]
    house.world.clock.go(minutes=10)
    house.says("anna")
    back = house.provider.answered(place, "anna")
    refused(here.get(BACK, params=back), "This sign-in is over")


def test_nobody_is_signed_in_who_turned_back(house: House, here: TestClient) -> None:
    asked = asked_of(here.get("/sign-in/provider").headers["location"])
    back = {"state": asked["state"], "error": "access_denied"}
    refused(here.get(BACK, params=back), "You were not signed in there")


def test_an_answer_that_was_used_is_counted_in_its_members_name(
    house: House, here: TestClient
) -> None:
    house.says("anna")
    place = here.get("/sign-in/provider").headers["location"]
    kept = here.cookies[SERVING.leaving_cookie]
    back = house.provider.answered(place, "anna")
    assert here.get(BACK, params=back).status_code == 303
    assert SERVING.leaving_cookie not in here.cookies
    here.cookies.clear()
    here.cookies.set(SERVING.leaving_cookie, kept, domain="licet.example", path="/")
    before = house.size
    refused(here.get(BACK, params=back), "This sign-in was used before")
    assert house.kinds(before) == [(EntryKind.SIGN_IN_FAILED, {"count": 1})]


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({"iss": "https://elsewhere.example"}, "Somebody else answered"),
        ({"aud": ["another"]}, "Somebody else answered"),
        ({"nonce": "another"}, "This answer belongs to another sign-in"),
        ({"exp": 1}, "The clocks do not agree"),
        ({"auth_time": 1}, "More proof is needed"),
        ({"auth_time": None}, "More proof is needed"),
        ({"azp": "another"}, "What came back cannot be believed"),
    ],
)
def test_a_token_that_says_something_else_lets_nobody_in(
    house: House, here: TestClient, claims: dict[str, object], words: str
) -> None:
    house.world.clock.go(minutes=16)  # What failed before in her name locks nothing here.
    house.says("anna", **claims)
    refused(through(house, here, "anna"), words)


def test_a_token_of_the_future_is_of_another_clock(house: House, here: TestClient) -> None:
    ahead = int(house.world.clock().timestamp()) + 90
    house.says("anna", iat=ahead, exp=ahead + 600)
    refused(through(house, here, "anna"), "The clocks do not agree")
    near = ahead - 45
    house.says("anna", iat=near, exp=near + 600)
    assert through(house, here, "anna").status_code == 303


def test_another_issuer_in_the_answer_is_a_mix_up(house: House, here: TestClient) -> None:
    house.says("anna")
    answer = through(house, here, "anna", iss="https://elsewhere.example")
    refused(answer, "Somebody else answered")
    assert through(house, here, "anna", iss=house.provider.issuer).status_code == 303


def test_keys_that_were_changed_are_believed_at_once(house: House, here: TestClient) -> None:
    house.says("anna")
    assert through(house, here, "anna").status_code == 303
    house.provider.turn()
    assert through(house, here, "anna").status_code == 303


def test_a_mail_address_binds_nobody(house: House, here: TestClient) -> None:
    house.says("mallory", email="investigator@licet.example", email_verified=True)
    before = house.size
    refused(through(house, here, "mallory"), "Nobody here knows you by this")
    assert house.size == before, "nothing is written for who is not known"


def test_failures_in_somebodys_name_shut_the_door_for_a_while(
    house: House, here: TestClient
) -> None:
    before = house.size
    house.says("anna", nonce="another")
    for _ in range(5):
        refused(through(house, here, "anna"), "another sign-in")
    counts = [facts["count"] for kind, facts in house.kinds(before)]
    assert counts == [1, 2, 3, 4, 5]
    house.says("anna")
    refused(through(house, here, "anna"), "This way in is shut for a while")
    house.world.clock.go(minutes=16)
    house.says("anna")
    assert through(house, here, "anna").status_code == 303


def test_an_invitation_binds_one_identity_once(house: House, here: TestClient) -> None:
    house.says("vera")
    code = invited(house.world, "verifier").code
    before = house.size
    done = bound(house, here, "vera", code)
    assert done.headers["location"] == "/sign-in?bound=true"
    assert house.kinds(before)[-1][0] is EntryKind.IDENTITY_BOUND
    assert "It is bound to you." in here.get("/sign-in?bound=true").text
    assert here.post("/invitation/provider", json={"code": code}).status_code == 404
    assert through(house, here, "vera").headers["location"] == "/console"
    # It is hers alone: another invitation does not take it.
    second = invited(house.world, "approver").code
    assert bound(house, here, "vera", second).status_code == 409


def test_signing_out_here_offers_to_sign_out_there(house: House, here: TestClient) -> None:
    house.says("anna")
    through(house, here, "anna")
    remember_word(here)
    out = here.post("/sign-out", data={"csrf": here.headers["x-csrf-token"]})
    assert out.headers["location"] == "/sign-in?left=true"
    assert "/sign-out/provider" in here.get("/sign-in?left=true").text
    there = here.get("/sign-out/provider").headers["location"]
    assert there.startswith(f"{house.provider.issuer}/oauth2/end_session?")
    assert asked_of(there)["post_logout_redirect_uri"] == f"{ORIGIN}/sign-in"
    assert here.get("/api/v1/me").status_code == 401


def test_levels_and_methods_that_the_operator_asks_for_must_be_there(
    house: House, here: TestClient
) -> None:
    app = house.world.app
    asks = {"oidc_acr": ("gold",), "oidc_amr": ("mfa", "hwk")}
    strict = replace(app, settings=app.settings.model_copy(update=asks))
    with browser(door_of(strict)) as other:
        house.says("anna", acr="silver", amr=["mfa"])
        refused(through(house, other, "anna"), "More proof is needed")
        house.says("anna", acr="gold", amr=["pwd"])
        refused(through(house, other, "anna"), "More proof is needed")
        house.says("anna", acr="gold", amr=["pwd", "hwk"])
        assert through(house, other, "anna").status_code == 303
        place = other.get("/sign-in/provider").headers["location"]
        assert asked_of(place)["acr_values"] == "gold"


def test_a_provider_that_is_not_there_is_said_at_once(house: House) -> None:
    app = house.world.app
    gone = app.settings.model_copy(update={"oidc_issuer": "http://localhost:9"})
    with browser(door_of(replace(app, settings=gone))) as other:
        refused(other.get("/sign-in/provider"), "does not answer")
        began = time.monotonic()
        refused(other.get("/sign-in/provider"), "does not answer")
        assert time.monotonic() - began < 2
        assert other.get("/sign-out/provider").headers["location"] == "/sign-in"


def test_a_provider_that_calls_itself_something_else_is_not_believed(house: House) -> None:
    app = house.world.app
    other_name = house.provider.issuer.replace("localhost", "127.0.0.1")
    renamed = app.settings.model_copy(update={"oidc_issuer": f"{other_name}/"})
    with browser(door_of(replace(app, settings=renamed))) as other:
        refused(other.get("/sign-in/provider"), "does not answer")


def test_the_code_is_good_for_who_began_alone(house: House, here: TestClient) -> None:
    """A code that somebody caught is no use with another verifier (RFC 7636)."""
    house.says("anna")
    place = here.get("/sign-in/provider").headers["location"]
    caught = house.provider.answered(place, "anna")
    with browser(door_of(house.world.app)) as thief:
        own = asked_of(thief.get("/sign-in/provider").headers["location"])
        answer = thief.get(BACK, params={"code": caught["code"], "state": own["state"]})
        refused(answer, "This sign-in was used before")


def test_an_ended_member_comes_in_by_no_provider(house: House, here: TestClient) -> None:
    world = house.world
    with world.app.store.read() as reader:
        held = reader.admission.identities(world.people["investigator"])
    assert len(held) == 1
    found = mine(world.app, come(world, _token(house, here)))
    assert not isinstance(found, Refusal)
    assert found.identities[0].id == held[0].id


def _token(house: House, here: TestClient) -> str:
    house.says("anna")
    through(house, here, "anna")
    return str(here.cookies[SERVING.cookie])


def test_settings_that_are_not_right_are_said_when_it_starts(house: House) -> None:
    from licet.terms.errors import Setup

    settings = house.world.app.settings
    for change in (
        {"oidc_issuer": "http://licet.example"},
        {"oidc_client_id": ""},
        {"oidc_client_secret_file": settings.home / "none"},
    ):
        with pytest.raises(Setup):
            Provider(settings.model_copy(update=change), house.world.clock)


def test_where_there_is_no_provider_there_is_no_way_to_one(house: House) -> None:
    app = house.world.app
    without = app.settings.model_copy(update={"oidc_issuer": ""})
    with browser(door_of(replace(app, settings=without))) as other:
        assert "/sign-in/provider" not in other.get("/sign-in").text
        assert other.get("/sign-in/provider").status_code == 404
        assert other.get(f"{BACK}?{urlencode({'state': 'x', 'code': 'y'})}").status_code == 404

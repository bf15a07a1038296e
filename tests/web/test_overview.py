"""Where a member begins: what is theirs to see of clocks and health, and nothing else."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from licet.doctor import at_a_glance
from licet.glance import glance, reads
from licet.search import search
from licet.terms.ids import MemberId
from licet.terms.rights import RightKind
from tests.fakes.deployment import CLEARANCE, World
from tests.fakes.vision import photo
from tests.flows.test_intake import asked
from tests.web.coming import by_name
from tests.web.doors import browser, door_of


@pytest.fixture
def here(shared: World) -> Iterator[TestClient]:
    with browser(door_of(shared.app)) as made:
        yield made


def seen(here: TestClient, world: World, name: str, language: str = "en") -> str:
    by_name(here, world.people[name])
    answer = here.get("/console", headers={"accept-language": language})
    assert answer.status_code == 200
    return answer.text


def test_an_officer_sees_clocks_and_health(shared: World, here: TestClient) -> None:
    asked(shared, RightKind.ERASURE)
    text = seen(here, shared, "officer")
    assert "Erasure of their data" in text
    assert "How things stand" in text
    assert "Your searches today" not in text
    assert "nobody else saw it" in text
    assert "Löschung der eigenen Daten" in seen(here, shared, "officer", "de")


def test_an_investigator_sees_their_own_searches_and_nobodys_requests(
    shared: World, here: TestClient
) -> None:
    probe = photo("nobody", shot=4)
    case = shared.case(probe, reference="glance")
    search(shared.app, shared.who("investigator"), case, CLEARANCE, probe)
    text = seen(here, shared, "investigator")
    assert "Your searches today" in text
    assert "of 50" in text
    assert "Erasure of their data" not in text
    assert "How things stand" not in text
    assert 'href="/console/requests"' not in text
    member = shared.people["investigator"]
    found = glance(shared.app, member)
    assert (found.searches, found.left_today) == (1, 49)
    shared.clock.go(days=1, seconds=1)
    assert glance(shared.app, member).left_today == 50


def test_nobody_unknown_reads_anything(shared: World) -> None:
    assert reads(shared.app, MemberId("nobody")) == reads(shared.app, MemberId("other"))
    assert not reads(shared.app, MemberId("nobody")).registers


def test_a_glance_does_not_look_where_it_takes_its_time(shared: World) -> None:
    parts = {one.part for one in at_a_glance(shared.app).findings}
    assert "readiness" in parts
    assert not parts & {"files", "models", "keyring", "ledger", "copies"}

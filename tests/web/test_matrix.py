"""Every role at every documented operation of the API, of one's own organisation and another.

What is expected is not written here: it is read from the tables that decide
(``consent.registers``, ``consent.rules.governed``). An operation without a row fails.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from licet.consent.registers import READERS
from licet.consent.rules.governed import ROLES
from licet.deeds import Named, begin
from licet.governance import add_member, add_organisation
from licet.search import search
from licet.store import migrate
from licet.terms.governing import MemberWish, OrganisationWish
from licet.terms.ids import MemberId
from licet.terms.organisation import OrganisationKind, Role
from licet.terms.permit import Action, Register
from licet.terms.search import SearchResult
from licet.terms.waiting import Parked
from tests.fakes.deployment import CLEARANCE, World, new_world
from tests.fakes.vision import photo
from tests.store.things import DAY
from tests.web.coming import by_name
from tests.web.doors import browser, door_of
from tests.web.test_document import OPERATIONS

PROBE = photo("anna", shot=9)
EVERYBODY = frozenset(Role)

NEEDS: dict[str, frozenset[Role]] = {
    "me": EVERYBODY,
    "list_sources": READERS[Register.SOURCES],
    "show_source": READERS[Register.SOURCES],
    "report_source": READERS[Register.SOURCES],
    "list_grants": READERS[Register.GRANTS],
    "show_grant": READERS[Register.GRANTS],
    "list_cases": READERS[Register.CASES],
    "list_searches": READERS[Register.SEARCHES],
    "show_search": READERS[Register.SEARCHES],
    "approve_case": ROLES[Action.APPROVE],
    "search": ROLES[Action.SEARCH],
    "list_acts": READERS[Register.MEMBERS],
    "begin_act": ROLES[Action.GOVERN],
    "sign_act": EVERYBODY,  # Beside the first, whose role the act needs.
    "end_act": EVERYBODY,
}
"""Which roles may, within their own organisation."""


@dataclass
class House:
    """A sandbox with a member of each role in two organisations, and things of the first."""

    world: World
    theirs: dict[Role, MemberId]
    ours: dict[Role, MemberId]
    things: dict[str, str]

    def act(self) -> str:
        """An act that the steward signed and that waits."""
        member = Named(self.world.people["investigator"])
        parked = begin(self.world.app, self.world.who("steward"), "invite_member", member)
        assert isinstance(parked, Parked)
        return parked.act


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("matrix")
    url = f"sqlite:///{folder / 'licet.db'}"
    migrate(url)
    world = new_world(folder / "home", url)
    two, now = world.who("steward", "officer"), world.clock()
    wish = OrganisationWish("The Gazette", OrganisationKind.RECIPIENT, "cd" * 32, now, now + DAY)
    other = add_organisation(world.app, two, wish)
    assert isinstance(other, str)
    members: list[dict[Role, MemberId]] = [{}, {}]
    for n, organisation in enumerate((world.organisation, other)):
        for m, role in enumerate(Role):
            key = bytes([60 + 10 * n + m]) * 32
            added = MemberWish(organisation, f"the {role.value}", frozenset({role}), key)
            members[n][role] = MemberId(str(add_member(world.app, two, added)))
    grant, _ = world.enrolled("anna")
    case = world.case(PROBE)
    source = world.source(world.folder(a=photo("anna")))
    found = search(world.app, world.who("investigator"), case, CLEARANCE, PROBE)
    assert isinstance(found, SearchResult), found
    things = {"case": case, "source": source.id, "grant": grant, "search": found.id}
    yield House(world, members[1], members[0], things)
    world.app.close()


def asked(here: TestClient, house: House, path: str, method: str, name: str) -> Response:
    """Ask for one operation, about the things of the controller."""
    things = {**house.things, "act": house.act() if "{act}" in path else ""}
    more: dict[str, Any] = {}
    if name == "search":
        more = {"data": {"purpose": CLEARANCE}, "files": {"photo": ("p.jpg", PROBE, "image/jpeg")}}
    if name == "begin_act":
        member = house.world.people["investigator"]
        more = {"json": {"kind": "invite_member", "parts": {"id": member}}}
    return here.request(method, path.format(**things), **more)


def test_each_operation_has_its_row() -> None:
    assert {told["operationId"] for _, _, told in OPERATIONS} == set(NEEDS)


@pytest.mark.parametrize("role", list(Role))
def test_a_role_may_what_the_table_says_and_nothing_more(house: House, role: Role) -> None:
    with browser(door_of(house.world.app)) as here:
        by_name(here, house.ours[role])
        for path, method, told in OPERATIONS:
            name = told["operationId"]
            answer = asked(here, house, path, method, name)
            if role in NEEDS[name]:
                assert answer.status_code in (200, 201), (name, answer.text)
            else:
                assert answer.status_code == 403, (name, answer.text)
                assert answer.json()["reason"] == "wrong_role", name


@pytest.mark.parametrize("role", list(Role))
def test_another_organisation_reaches_nothing_of_it(house: House, role: Role) -> None:
    """Its things look like missing ones, lists hold none of them, and it governs nobody."""
    there = {*house.things.values(), *house.world.people.values()}
    with browser(door_of(house.world.app)) as here:
        by_name(here, house.theirs[role])
        for path, method, told in OPERATIONS:
            name = told["operationId"]
            answer = asked(here, house, path, method, name)
            assert not any(one in answer.text for one in there - {_in(path, house)}), name
            if "{" in path:
                assert answer.status_code in (403, 404), (name, answer.text)
            elif method == "get" and role in NEEDS[name]:
                assert answer.status_code == 200, name
                assert answer.json().get("items", []) == [], name
            else:
                assert answer.status_code == 403, (name, answer.text)


def _in(path: str, house: House) -> str:
    """The thing that an address names: an answer may say again what was asked."""
    return next((value for key, value in house.things.items() if f"{{{key}}}" in path), "")

"""Every role at every documented operation of the API, of one's own organisation and another.

What is expected is not written here: it is read from the tables that decide
(``consent.registers``, ``consent.rules.governed``). An operation without a row fails.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from licet.consent.registers import READERS
from licet.consent.rules.governed import ROLES
from licet.governance import add_member, add_organisation
from licet.terms.governing import MemberWish, OrganisationWish
from licet.terms.ids import MemberId
from licet.terms.organisation import OrganisationKind, Role
from licet.terms.permit import Action, Register
from tests.store.things import DAY
from tests.web.coming import by_name
from tests.web.doors import browser, door_of
from tests.web.full import House, new_house
from tests.web.test_document import OPERATIONS

pytestmark = pytest.mark.longer

EVERYBODY = frozenset(Role)
ANY = READERS[Register.MEMBERS]

NEEDS: dict[str, frozenset[Role]] = {
    "me": EVERYBODY,
    "list_sources": READERS[Register.SOURCES],
    "show_source": READERS[Register.SOURCES],
    "show_source_details": READERS[Register.SOURCES],
    "report_source": READERS[Register.SOURCES],
    "trace_source": READERS[Register.SOURCES],
    "cease_source": ROLES[Action.CEASE],
    "hand_in": ROLES[Action.UPLOAD],
    "list_grants": READERS[Register.GRANTS],
    "show_grant": READERS[Register.GRANTS],
    "ask_grant": ROLES[Action.GRANT],
    "send_notice": ROLES[Action.GRANT],
    "end_grant": ROLES[Action.WITHDRAW],
    "restrict_grant": ROLES[Action.RESTRICT],
    "list_appearances": READERS[Register.APPEARANCES],
    "confirm_appearance": ROLES[Action.CONFIRM_APPEARANCE],
    "unconfirm_appearance": ROLES[Action.CONFIRM_APPEARANCE],
    "unlink_appearance": ROLES[Action.RECTIFY],
    "list_suggestions": READERS[Register.SUGGESTIONS],
    "accept_suggestion": ROLES[Action.ACCEPT],
    "never_suggest": ROLES[Action.RECTIFY],
    "list_cases": READERS[Register.CASES],
    "open_case": ROLES[Action.OPEN_CASE],
    "close_case": ROLES[Action.CLOSE_CASE],
    "list_searches": READERS[Register.SEARCHES],
    "show_search": READERS[Register.SEARCHES],
    "approve_case": ROLES[Action.APPROVE],
    "search": ROLES[Action.SEARCH],
    "list_verifications": READERS[Register.CASES],
    "show_candidate": ROLES[Action.REVIEW],
    "review_candidate": ROLES[Action.REVIEW],
    "list_requests": READERS[Register.REQUESTS],
    "show_request": READERS[Register.REQUESTS],
    "receive_request": ROLES[Action.RECEIVE],
    "doubt_request": ROLES[Action.ANSWER],
    "accept_requester": ROLES[Action.ANSWER],
    "extend_request": ROLES[Action.ANSWER],
    "refuse_request": ROLES[Action.ANSWER],
    "answer_request": ROLES[Action.ANSWER],
    "list_orders": READERS[Register.ORDERS],
    "show_order": READERS[Register.ORDERS],
    "reckon_orders": READERS[Register.ORDERS],
    "preview_order": READERS[Register.ORDERS],
    "pack_order": READERS[Register.ORDERS],
    "register_order": ROLES[Action.REGISTER_ORDER],
    "confirm_order": ROLES[Action.CONFIRM_ORDER],
    "record_order_sent": ROLES[Action.SEND_ORDER],
    "close_order": ROLES[Action.CLOSE_ORDER],
    "list_blocks": READERS[Register.BLOCKS],
    "place_block": ROLES[Action.PLACE_BLOCK],
    "lift_block": ROLES[Action.LIFT_BLOCK],
    "list_letters": READERS[Register.CORRESPONDENCE],
    "file_letter": ROLES[Action.CORRESPOND],
    "answer_letter": ROLES[Action.CORRESPOND],
    "assign_letter": ROLES[Action.CORRESPOND],
    "list_breaches": READERS[Register.BREACHES],
    "show_breach": READERS[Register.BREACHES],
    "report_breach": ROLES[Action.BREACH],
    "confirm_breach": ROLES[Action.BREACH],
    "tell_authority_of_breach": ROLES[Action.BREACH],
    "tell_people_of_breach": ROLES[Action.BREACH],
    "list_organisations": READERS[Register.ORGANISATIONS],
    "list_members": READERS[Register.MEMBERS],
    "list_papers": READERS[Register.PAPERS],
    "file_paper": ROLES[Action.FILE],
    "make_report": ROLES[Action.REPORT],
    "checkpoint": EVERYBODY,  # The ledger holds nobody's data, and is published.
    "ledger_key": EVERYBODY,
    "list_entries": EVERYBODY,
    "prove_inclusion": EVERYBODY,
    "prove_consistency": EVERYBODY,
    "tile": EVERYBODY,
    "list_acts": READERS[Register.MEMBERS],
    "begin_act": ROLES[Action.GOVERN],
    "sign_act": EVERYBODY,  # Beside the first, whose role the act needs.
    "end_act": EVERYBODY,
}
"""Which roles may, within their own organisation."""

LEDGER = frozenset(name for name in NEEDS if NEEDS[name] is EVERYBODY)


@dataclass
class Manned:
    """A full sandbox with a member of each role in two organisations."""

    house: House
    theirs: dict[Role, MemberId]
    ours: dict[Role, MemberId]


@pytest.fixture(scope="module")
def manned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Manned]:
    house = new_house(tmp_path_factory.mktemp("matrix"))
    world = house.world
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
    yield Manned(house, members[1], members[0])
    world.app.close()


DAILY = {Role.STEWARD, Role.VERIFIER}
"""The outsiders who reach for the most; the others wait for `make soak`."""


def test_each_operation_has_its_row() -> None:
    assert {told["operationId"] for _, _, told in OPERATIONS} == set(NEEDS)


@pytest.mark.parametrize("role", list(Role))
def test_a_role_may_what_the_table_says_and_nothing_more(manned: Manned, role: Role) -> None:
    """What changes something may be done already; that another role may not is not its state."""
    with browser(door_of(manned.house.world.app)) as here:
        by_name(here, manned.ours[role])
        for path, method, told in OPERATIONS:
            name = told["operationId"]
            answer = manned.house.asked(here, path, method, name)
            assert answer.status_code < 500, (name, answer.text)
            if role not in NEEDS[name]:
                # What is over already (409) is so for everybody.
                may_come = (403, 404, 409) if name != "record_order_sent" else (400,)
                assert answer.status_code in may_come, (name, answer.text)
                assert answer.json().get("reason", "wrong_role") == "wrong_role", name
            elif method == "get" and name not in STATEFUL:
                assert answer.status_code == 200, (name, answer.text)
            else:
                assert answer.json().get("reason") != "wrong_role", (name, answer.text)


STATEFUL = {"pack_order", "show_candidate"}
"""What is there to read only at a certain time."""


@pytest.mark.parametrize(
    "role",
    [
        pytest.param(role, marks=() if role in DAILY else pytest.mark.soak, id=role.value)
        for role in Role
    ],
)
def test_another_organisation_reaches_nothing_of_it(manned: Manned, role: Role) -> None:
    """Its things look like missing ones, lists hold none of them, and it governs nobody."""
    house = manned.house
    there = {*house.things.values(), *house.world.people.values()} - {"missing"}
    with browser(door_of(house.world.app)) as here:
        by_name(here, manned.theirs[role])
        for path, method, told in OPERATIONS:
            name = told["operationId"]
            answer = house.asked(here, path, method, name)
            assert not any(one in answer.text for one in there - {_in(path, house)}), name
            if name in LEDGER and method == "get":
                assert answer.status_code == 200, name
            elif "{" in path or name in NAMES_ANOTHER:
                assert answer.status_code in (403, 404), (name, answer.text)
            elif method == "get" and role in NEEDS[name] and answer.status_code == 200:
                assert answer.json() == [] or not _theirs(answer.json(), house), name
            elif name == "file_paper" and role in NEEDS[name]:
                assert answer.status_code == 201, name  # Of their own organisation.
            else:
                assert answer.status_code == 403, (name, answer.text)


NAMES_ANOTHER = {"open_case", "ask_grant", "make_report"}
"""Whose body names the organisation."""


def _theirs(told: Any, house: House) -> bool:
    """Whether something of the controller is in an answer."""
    return "Harbour" in str(told) or house.world.organisation in str(told)


def _in(path: str, house: House) -> str:
    """The thing that an address names: an answer may say again what was asked."""
    return next((value for key, value in house.things.items() if f"{{{key}}}" in path), "")

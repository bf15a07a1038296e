"""Endings of cases and memberships, and that a restore brings neither back."""

import pytest

from licet.consent.reasons import Reason
from licet.governance import add_member, close_case, end_member
from licet.recovery import back_up, restore
from licet.search import search
from licet.terms.errors import Conflict, NotFound
from licet.terms.governing import MemberWish
from licet.terms.ids import CaseId, MemberId, new_id
from licet.terms.organisation import CaseState, MemberState, Role
from licet.terms.permit import Refusal
from licet.terms.search import SearchResult, SearchState
from tests.fakes.deployment import CLEARANCE, World, settings_of
from tests.fakes.recipient import add_recipient
from tests.fakes.vision import photo

PROBE = photo("anna", shot=9)


def state_of(world: World, member: MemberId) -> MemberState:
    with world.app.store.read() as reader:
        found = reader.governance.member(member)
    assert found is not None
    return found.state


def test_a_closed_case_closes_its_searches_and_keeps_no_probe(world: World) -> None:
    world.enrolled("anna")
    case = world.case(PROBE)
    found = search(world.app, world.who("investigator"), case, CLEARANCE, PROBE)
    assert isinstance(found, SearchResult)
    refused = close_case(world.app, world.who("verifier"), case)
    assert isinstance(refused, Refusal)
    assert refused.reason == Reason.WRONG_ROLE
    assert isinstance(close_case(world.app, world.who("investigator"), case), int)
    with world.app.store.read() as reader:
        kept, matter = reader.searches.get(found.id), reader.governance.case(case)
    assert kept is not None
    assert matter is not None
    assert (kept.state, kept.sealed_probe) == (SearchState.CLOSED, None)
    assert matter.state is CaseState.CLOSED
    again = search(world.app, world.who("investigator"), case, CLEARANCE, PROBE)
    assert isinstance(again, Refusal)
    assert again.reason == Reason.CASE_CLOSED
    with pytest.raises(NotFound):
        close_case(world.app, world.who("investigator"), CaseId(new_id()))


def test_an_organisation_closes_its_own_cases_alone(world: World) -> None:
    club = add_recipient(world)
    case = world.case(PROBE)
    refused = close_case(world.app, club.who("investigator"), case)
    assert isinstance(refused, Refusal)


def test_who_is_a_member_no_more_does_nothing_more(world: World) -> None:
    two = world.who("steward", "officer")
    verifier = world.people["verifier"]
    for who in (world.who("steward"), world.who("verifier", "second")):
        assert isinstance(end_member(world.app, who, verifier), Refusal)
    assert isinstance(end_member(world.app, two, verifier), int)
    assert state_of(world, verifier) is MemberState.ENDED
    with pytest.raises(Conflict, match="has ended"):
        end_member(world.app, two, verifier)
    with pytest.raises(NotFound):
        end_member(world.app, two, MemberId(new_id()))


@pytest.mark.parametrize("name", ["steward", "officer"])
def test_the_last_of_the_controllers_steward_and_officer_stays(world: World, name: str) -> None:
    two = world.who("steward", "officer")
    with pytest.raises(Conflict, match="nobody else is"):
        end_member(world.app, two, world.people[name])
    role = Role.STEWARD if name == "steward" else Role.DATA_PROTECTION_OFFICER
    wish = MemberWish(world.organisation, "another", frozenset({role}), bytes([77]) * 32)
    assert isinstance(add_member(world.app, two, wish), str)
    assert isinstance(end_member(world.app, two, world.people[name]), int)


def test_a_recipient_may_lose_its_last_steward(world: World) -> None:
    club = add_recipient(world)
    two = world.who("steward", "officer")
    assert isinstance(end_member(world.app, two, club.people["steward"]), int)


def test_a_restore_ends_a_membership_again(world: World, fresh_url: str) -> None:
    """By a commitment that only the organisation's key opens: the entry names nobody."""
    club = add_recipient(world)
    two = world.who("steward", "officer")
    backup = world.home.parent / "before.licet"
    back_up(world.app, backup)
    ended = [world.people["verifier"], club.people["investigator"]]
    for member in ended:
        assert isinstance(end_member(world.app, two, member), int)
    case = world.case(PROBE)
    world.app.close()
    restore(settings_of(world.home, fresh_url), backup, world.clock)
    world.url = fresh_url
    world.app = world.reopen()
    assert [state_of(world, member) for member in ended] == [MemberState.ENDED] * 2
    assert state_of(world, world.people["second"]) is MemberState.ACTIVE
    with world.app.store.read() as reader:
        assert reader.governance.case(case) is None, "what was added since is lost, that is so"

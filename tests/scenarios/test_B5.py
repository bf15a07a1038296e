"""B5: nobody searches without organisation, agreement, role, case, purpose and approval.

Each cell of role x action x organisation is decided, from the tables that decide; then every
thing that a search rests on is taken away, one at a time. The API's own cells, operation by
operation, are in ``tests/web/test_matrix.py``.
"""

from dataclasses import replace
from typing import Any

import pytest

from licet.consent.decide import decide
from licet.consent.registers import READERS
from licet.consent.rules.governed import ROLES
from licet.deeds import begin, complete
from licet.search import search
from licet.terms.acting import Who
from licet.terms.errors import Conflict
from licet.terms.governing import MemberWish
from licet.terms.ids import MemberId, OrganisationId
from licet.terms.organisation import Member, OrganisationKind, Role
from licet.terms.permit import By, Permit, Refusal
from licet.terms.waiting import Parked
from tests.consent.acts import ACTS
from tests.consent.world import NOW, Act
from tests.fakes.deployment import CLEARANCE, World
from tests.fakes.vision import photo

BY_MEMBER = tuple(name for name, act in ACTS.items() if act.ask.by is By.MEMBER)
ELSEWHERE = OrganisationId("another")


def acting(act: Act, **parts: Any) -> Act:
    """The same act, by a member who is changed."""
    member = act.facts.member
    assert member is not None
    changed: Member = replace(member, **parts)
    signers = tuple(changed if one.id == member.id else one for one in act.facts.signers)
    return act.with_facts(member=changed, signers=signers)


def decided(act: Act) -> Permit | Refusal:
    return decide(act.ask, act.facts, NOW)


@pytest.mark.parametrize("name", BY_MEMBER)
def test_a_role_does_its_own_work_and_no_other(name: str) -> None:
    act = ACTS[name]
    allowed = ROLES[act.ask.action]
    if act.ask.register is not None:
        allowed &= READERS[act.ask.register]
    for role in Role:
        answer = decided(acting(act, roles=frozenset({role})))
        if role not in allowed:
            assert isinstance(answer, Refusal), (name, role)
            assert answer.reason == "wrong_role", (name, role)
        else:
            assert isinstance(answer, Permit) or answer.reason != "wrong_role", (name, role)
    assert isinstance(decided(act), Permit)


@pytest.mark.parametrize("name", BY_MEMBER)
def test_a_member_of_another_organisation_does_none_of_it(name: str) -> None:
    act = ACTS[name]
    for role in Role:
        there = acting(act, roles=frozenset({role}), organisation=ELSEWHERE)
        assert isinstance(decided(there), Refusal), (name, role)
    assert isinstance(decided(acting(act, roles=frozenset())), Refusal)


LACKING: dict[str, dict[str, Any]] = {
    "organisation_unknown": {"organisation": None},
    "agreement": {"agreement": None},
    "member": {"member": None},
    "signature": {"signers": ()},
    "case": {"case": None},
    "purpose": {"purpose": None},
    "approval": {"approvals": ()},
    "papers": {"filings": ()},
}


@pytest.mark.parametrize("lacking", LACKING)
def test_a_search_rests_on_every_one_of_these(lacking: str) -> None:
    act = ACTS["search"]
    assert isinstance(decided(act), Permit)
    assert isinstance(decided(act.with_facts(**LACKING[lacking])), Refusal)


def test_there_is_no_trial() -> None:
    """No kind of organisation and no role is one that is tried first."""
    words = {one.value for kind in (OrganisationKind, Role) for one in kind}
    assert not {word for word in words if "trial" in word or "guest" in word or "demo" in word}
    assert len(OrganisationKind) == 4


def test_who_is_no_member_searches_nothing(world: World) -> None:
    world.enrolled("anna")
    probe = photo("anna", shot=9)
    case = world.case(probe)
    for who in (Who(By.MEMBER), Who(By.MEMBER, (MemberId("an officer"),))):
        assert isinstance(search(world.app, who, case, CLEARANCE, probe), Refusal)


def test_two_person_acts_take_two_people_wherever_they_are(world: World) -> None:
    wish = MemberWish(world.organisation, "newcomer", frozenset({Role.APPROVER}), b"k" * 32)
    parked = begin(world.app, world.who("steward"), "add_member", wish)
    assert isinstance(parked, Parked)
    with pytest.raises(Conflict):
        complete(world.app, world.who("steward"), parked.act)
    assert isinstance(complete(world.app, world.who("officer"), parked.act), str)

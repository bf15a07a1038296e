"""A second organisation, to which data is disclosed, and an auditor at the controller."""

from dataclasses import replace
from datetime import timedelta

from licet.governance import add_member, add_organisation
from licet.terms.governing import MemberWish, OrganisationWish
from licet.terms.ids import MemberId, OrganisationId
from licet.terms.organisation import OrganisationKind, Role
from tests.fakes.deployment import World

ROLES = {
    "steward": Role.STEWARD,
    "investigator": Role.INVESTIGATOR,
    "approver": Role.APPROVER,
    "verifier": Role.VERIFIER,
    "second": Role.VERIFIER,
    "officer": Role.DATA_PROTECTION_OFFICER,
}


def add_recipient(world: World, name: str = "The Rowing Club", contact: str = "") -> World:
    """Add an organisation with a member of each role; return the world as they see it."""
    two = world.who("steward", "officer")
    now = world.clock()
    wish = OrganisationWish(
        name, OrganisationKind.RECIPIENT, "cd" * 32, now, now + timedelta(days=3650), contact
    )
    added = add_organisation(world.app, two, wish)
    assert isinstance(added, str), added
    organisation = OrganisationId(added)
    people: dict[str, MemberId] = {}
    for n, (who, role) in enumerate(ROLES.items()):
        key = bytes([64 + n]) * 16 + name.encode()[:16].ljust(16)
        member = add_member(world.app, two, MemberWish(organisation, who, frozenset({role}), key))
        assert isinstance(member, str), member
        people[who] = MemberId(member)
    seen = replace(world, organisation=organisation, people=people)
    seen.app = world.app
    return seen


def add_auditor(world: World) -> None:
    """Let an auditor join the controller."""
    wish = MemberWish(world.organisation, "auditor", frozenset({Role.AUDITOR}), b"\x21" * 32)
    member = add_member(world.app, world.who("steward", "officer"), wish)
    assert isinstance(member, str), member
    world.people["auditor"] = MemberId(member)

"""Roles, agreements and identities: who may change them, and what no restore brings back."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from licet.admitting import end_identity, list_authenticators
from licet.effects import signing
from licet.equipping import (
    end_own_passkey,
    invite_oneself,
    name_passkey,
    open_leave,
    recall,
    unbind,
)
from licet.governance import change_roles, renew_agreement
from licet.recovery import back_up, restore
from licet.terms.admission import Identity, Invited
from licet.terms.errors import BadInput, Conflict, NotFound
from licet.terms.governing import AgreementWish, RolesWish
from licet.terms.ids import (
    IdentityId,
    InvitationId,
    MemberId,
    OrganisationId,
    PasskeyId,
    new_id,
)
from licet.terms.organisation import Role
from licet.terms.permit import Refusal
from tests.fakes.deployment import settings_of
from tests.fakes.members import equipped, invited, tapped
from tests.redteam.real import RealWorld, new_real_world
from tests.store.things import change

AGREED = hashlib.sha256(b"agreed").hexdigest()


@pytest.fixture
def real(tmp_path: Path, new_database: Callable[[str], str]) -> Iterator[RealWorld]:
    made = new_real_world(tmp_path / "home", new_database("sqlite"))
    yield made
    made.app.close()


def two(world: RealWorld, wish: RolesWish) -> int | Refusal:
    return change_roles(
        world.app, world.signed(signing.changing_roles(wish), "steward", "officer"), wish
    )


def roles_of(world: RealWorld, name: str) -> frozenset[Role]:
    with world.app.store.read() as reader:
        found = reader.governance.member(world.people[name])
    assert found is not None
    return found.roles


def bound(world: RealWorld, name: str) -> IdentityId:
    made = IdentityId(new_id())
    row = Identity(made, world.people[name], new_id().encode()[:32], 0, None, world.clock())
    change(world.app.store, lambda unit: unit.admission.bind(row))
    return made


def restored(world: RealWorld, backup: Path) -> None:
    world.app.close()
    restore(settings_of(world.home, world.url), backup, world.clock)
    world.app = world.reopen()


def test_roles_take_two_members_and_at_least_one_role(real: RealWorld) -> None:
    wish = RolesWish(real.people["verifier"], frozenset({Role.APPROVER}))
    alone = change_roles(real.app, real.signed(signing.changing_roles(wish), "steward"), wish)
    assert isinstance(alone, Refusal)
    assert alone.reason == "two_signers_needed"
    other = replace(wish, roles=frozenset({Role.STEWARD}))
    swapped = change_roles(
        real.app, real.signed(signing.changing_roles(other), "steward", "officer"), wish
    )
    assert isinstance(swapped, Refusal), "they signed other roles"
    assert isinstance(two(real, wish), int)
    assert roles_of(real, "verifier") == {Role.APPROVER}
    with pytest.raises(Conflict):
        two(real, wish)
    with pytest.raises(BadInput):
        two(real, replace(wish, roles=frozenset()))
    with pytest.raises(NotFound):
        two(real, replace(wish, member=MemberId(new_id())))
    for name in ("steward", "officer"):
        with pytest.raises(Conflict):
            two(real, RolesWish(real.people[name], frozenset({Role.VERIFIER})))


def test_roles_that_were_taken_away_come_back_by_no_restore(
    real: RealWorld, tmp_path: Path
) -> None:
    both = frozenset({Role.VERIFIER, Role.APPROVER})
    two(real, RolesWish(real.people["verifier"], both))
    backup = tmp_path / "there.backup"
    back_up(real.app, backup)
    two(real, RolesWish(real.people["verifier"], frozenset({Role.APPROVER})))
    two(real, RolesWish(real.people["investigator"], frozenset({Role.AUDITOR})))
    restored(real, backup)
    assert roles_of(real, "verifier") == {Role.APPROVER}
    assert roles_of(real, "investigator") == {Role.AUDITOR}
    assert roles_of(real, "approver") == {Role.APPROVER}


def test_an_agreement_is_renewed_by_two_for_a_real_term(real: RealWorld) -> None:
    real.clock.go(hours=1)  # The one before began with the deployment.
    now = real.clock()
    wish = AgreementWish(real.organisation, AGREED, now, now + timedelta(days=900))

    def renew(wish: AgreementWish, *by: str) -> object:
        return renew_agreement(real.app, real.signed(signing.renewing_agreement(wish), *by), wish)

    assert isinstance(renew(wish, "steward"), Refusal)
    assert isinstance(renew(wish, "steward", "officer"), str)
    with real.app.store.read() as reader:
        held = reader.governance.agreement_at(real.organisation, now)
    assert held is not None
    assert (held.digest, held.valid_to) == (AGREED, wish.valid_to)
    for wrong in (
        replace(wish, agreement="the paper"),
        replace(wish, valid_to=now),
        replace(wish, valid_from=wish.valid_to),
    ):
        with pytest.raises(BadInput):
            renew(wrong, "steward", "officer")
    with pytest.raises(NotFound):
        renew(replace(wish, organisation=OrganisationId(new_id())), "steward", "officer")


def test_two_unbind_an_identity_and_no_restore_binds_it_again(
    real: RealWorld, tmp_path: Path
) -> None:
    identity, kept = bound(real, "verifier"), bound(real, "approver")
    backup = tmp_path / "there.backup"
    back_up(real.app, backup)
    about = signing.ending_identity(identity)
    assert isinstance(end_identity(real.app, real.signed(about, "steward"), identity), Refusal)
    both = real.signed(about, "steward", "officer")
    assert isinstance(end_identity(real.app, both, identity), int)
    with pytest.raises(NotFound):
        end_identity(real.app, real.signed(about, "steward", "officer"), identity)
    restored(real, backup)
    with real.app.store.read() as reader:
        assert reader.admission.identity(identity) is None
        assert reader.admission.identity(kept) is not None


def test_what_a_member_has_is_listed_to_who_may_read_it(real: RealWorld) -> None:
    from licet.admitting import AUTHENTICATORS

    bound(real, "verifier")
    reads = real.signed(signing.listing(AUTHENTICATORS), "steward")
    lines = list_authenticators(real.app, reads, real.people["verifier"])
    assert not isinstance(lines, Refusal)
    assert [one.kind for one in lines] == ["identity"]


def test_what_is_ones_own_is_signed_for_it_alone(real: RealWorld) -> None:
    device, passkey = equipped(real, "verifier")
    mine = ("verifier", device)
    for name in ("", "x" * 61, "a\nb"):
        with pytest.raises(BadInput):
            name_passkey(real.app, tapped(real, signing.inviting_oneself(), mine), passkey, name)
    named = tapped(real, signing.naming_passkey(passkey, "Blue"), mine)
    assert isinstance(name_passkey(real.app, named, passkey, "Red"), Refusal)
    assert isinstance(name_passkey(real.app, named, passkey, " Blue "), int)
    with pytest.raises(Conflict):
        end_own_passkey(real.app, tapped(real, signing.ending_own_passkey(passkey), mine), passkey)
    unsigned = replace(named, signatures=())
    assert isinstance(invite_oneself(real.app, unsigned), Refusal)
    gone = PasskeyId(new_id())
    with pytest.raises(NotFound):
        end_own_passkey(real.app, tapped(real, signing.ending_own_passkey(gone), mine), gone)
    for identity in (IdentityId(new_id()), bound(real, "approver")):
        with pytest.raises(NotFound):
            unbind(real.app, tapped(real, signing.unbinding(identity), mine), identity)
    own = bound(real, "verifier")
    assert isinstance(unbind(real.app, tapped(real, signing.unbinding(own), mine), own), int)


def test_leave_is_taken_back_by_one_member_of_the_controller(real: RealWorld) -> None:
    from licet.equipping import LEAVE

    made = invited(real, "approver")
    reads = real.signed(signing.listing(LEAVE), "officer")
    lines = open_leave(real.app, reads)
    assert not isinstance(lines, Refusal)
    assert [(one.id, one.name) for one in lines] == [(made.invitation, "approver")]
    about = signing.recalling(made.invitation)
    by_approver = recall(real.app, real.signed(about, "approver"), made.invitation)
    assert isinstance(by_approver, Refusal)
    assert by_approver.reason == "wrong_role"
    assert isinstance(recall(real.app, real.signed(about, "officer"), made.invitation), int)
    with pytest.raises(NotFound):
        recall(real.app, real.signed(about, "officer"), made.invitation)
    unknown = InvitationId(new_id())
    with pytest.raises(NotFound):
        recall(real.app, real.signed(signing.recalling(unknown), "officer"), unknown)


def test_a_member_with_a_passkey_lets_themselves_add_another(real: RealWorld) -> None:
    device, _ = equipped(real, "second")
    done = invite_oneself(real.app, tapped(real, signing.inviting_oneself(), ("second", device)))
    assert isinstance(done, Invited)
    assert done.expires - real.clock() == timedelta(minutes=10)

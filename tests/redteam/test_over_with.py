"""What members come in with, at the end of a deployment and after a restore."""

from datetime import timedelta
from pathlib import Path

import pytest

from licet import admitting, signing_in
from licet.cli import signing
from licet.deeds import Named, begin
from licet.governance import end_member
from licet.recovery import back_up, restore
from licet.rights.closing import close_deployment
from licet.terms.admission import ApiKeyMade, ApiKeyWish
from licet.terms.errors import Ended, NotFound
from licet.terms.waiting import Parked
from licet.worker import run_once
from tests.fakes.deployment import CLEARANCE, World, settings_of
from tests.fakes.members import PLACE, equipped, invited, member_of, signed_in
from tests.redteam.real import RealWorld


def held(world: World) -> tuple[str, str, Parked]:
    """A session, an API key and an act that waits, of a sandbox."""
    two = world.who("steward", "officer")
    wish = ApiKeyWish(world.people["verifier"], CLEARANCE, world.clock() + timedelta(days=90))
    made = admitting.make_api_key(world.app, two, wish)
    assert isinstance(made, ApiKeyMade)
    session = signing_in.sign_in_by_name(world.app, world.people["steward"])
    member = Named(world.people["verifier"])
    parked = begin(world.app, world.who("steward"), "invite_member", member)
    assert isinstance(parked, Parked)
    return session.token, made.secret, parked


def test_a_deployment_ends_with_sessions_open_and_acts_waiting(at_home: World) -> None:
    """They hold nothing up; after the last entry nothing opens, and what waited is unreadable."""
    held(at_home)
    file = at_home.home / "store" / "licet.db"
    two = at_home.who("steward", "officer")
    close_deployment(at_home.app, two, at_home.organisation)
    assert run_once(at_home.app).closed
    at_home.app.close()
    with pytest.raises(Ended):
        at_home.reopen()
    at_home.app = at_home.reopen(recovering=True)
    assert at_home.app.keyring.ids() == ()
    assert b'"id":"' + at_home.people["verifier"].encode() not in file.read_bytes()


def test_while_it_ends_a_member_still_comes_in_and_answers_people(at_home: World) -> None:
    token, _, _ = held(at_home)
    at_home.enrolled("anna")
    close_deployment(at_home.app, at_home.who("steward", "officer"), at_home.organisation)
    assert signing_in.come(at_home.app, token) is not None


def test_after_a_restore_only_passkeys_and_keys_that_did_not_end_hold(
    real: RealWorld, tmp_path: Path
) -> None:
    kept, _ = equipped(real, "investigator")
    lost, lost_id = equipped(real, "verifier")
    gone, _ = equipped(real, "approver")
    wish = ApiKeyWish(real.people["second"], CLEARANCE, real.clock() + timedelta(days=30))
    key = admitting.make_api_key(
        real.app, real.signed(signing.making_api_key(wish), "steward", "officer"), wish
    )
    assert isinstance(key, ApiKeyMade)
    token, code = signed_in(real, kept).token, invited(real, "second").code
    back_up(real.app, tmp_path / "there")
    two = real.signed(signing.ending_passkey(lost_id), "steward", "officer")
    assert isinstance(admitting.end_passkey(real.app, two, lost_id), int)
    member = member_of(real, "approver")
    two = real.signed(signing.ending_member(member), "steward", "officer")
    assert isinstance(end_member(real.app, two, member.id), int)
    late, _ = equipped(real, "officer")
    real.app.close()
    restore(settings_of(real.home, real.url), tmp_path / "there", real.clock)
    real.app = real.reopen()
    assert signing_in.come(real.app, token) is None, "a session"
    assert signed_in(real, kept)
    for device in (lost, gone, late):
        begun = signing_in.begin(real.app, PLACE.relying_party)
        answer = signing_in.sign_in(real.app, device.answer(begun))
        assert isinstance(answer, signing_in.NotSignedIn)
    assert signing_in.come(real.app, key.secret) is not None
    with pytest.raises(NotFound):
        admitting.begin_passkey(real.app, code, PLACE)

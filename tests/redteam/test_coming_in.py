"""Coming in by a browser or a program: what is lost, borrowed, replayed or old opens nothing."""

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest

from licet import admitting, signing_in
from licet.cli import signing
from licet.enrol import enrol
from licet.governance import add_member, approve_case, end_member, open_case
from licet.ledger.leaf import decode
from licet.listing import list_cases, list_sources
from licet.recovery import back_up, restore
from licet.reviewing import review
from licet.search import search
from licet.terms.acting import Who
from licet.terms.admission import ApiKeyMade, ApiKeyWish, SignedIn
from licet.terms.errors import BadInput, Conflict, NotFound
from licet.terms.governing import CaseWish, MemberWish
from licet.terms.ids import CaseId, MemberId, PurposeId
from licet.terms.ledger import EntryKind
from licet.terms.organisation import Role
from licet.terms.permit import By, Refusal
from licet.terms.search import Finding, SearchResult
from tests.fakes.authenticator import SoftAuthenticator
from tests.fakes.deployment import CLEARANCE, World
from tests.fakes.members import (
    ORIGIN,
    PLACE,
    come,
    equipped,
    invited,
    member_of,
    signed_in,
    tapped,
)
from tests.fakes.vision import photo
from tests.redteam.real import RealWorld


def reason(answer: object) -> str:
    assert isinstance(answer, Refusal), answer
    return answer.reason


def api_key(world: RealWorld, name: str, purpose: PurposeId = CLEARANCE, days: int = 30) -> str:
    wish = ApiKeyWish(world.people[name], purpose, world.clock() + timedelta(days=days))
    two = world.signed(signing.making_api_key(wish), "steward", "officer")
    made = admitting.make_api_key(world.app, two, wish)
    assert isinstance(made, ApiKeyMade), made
    return made.secret


def kinds(world: World) -> list[EntryKind]:
    with world.app.store.read() as reader:
        leaves = reader.leaves.get(0, reader.head.size)
    return [decode(leaf.data).kind for leaf in leaves]


# --- invitations ---


def test_nobody_lets_a_member_in_alone(real: RealWorld) -> None:
    """Refused ``two_signers_needed``: an invitation is an authenticator of somebody."""
    member = member_of(real, "investigator")
    alone = real.signed(signing.inviting(member), "steward")
    assert reason(admitting.invite(real.app, alone, member.id)) == "two_signers_needed"


def test_an_invitation_signed_for_one_member_lets_in_no_other(real: RealWorld) -> None:
    two = real.signed(signing.inviting(member_of(real, "investigator")), "steward", "officer")
    assert reason(admitting.invite(real.app, two, real.people["approver"])) == "not_signed"


def test_an_invitation_is_used_once_and_in_time(real: RealWorld) -> None:
    code = invited(real, "investigator").code
    challenge, options = admitting.begin_passkey(real.app, code, PLACE)
    made = SoftAuthenticator(ORIGIN).make(options)
    admitting.add_passkey(real.app, code, challenge, made, PLACE)
    other = SoftAuthenticator(ORIGIN).make(options)
    with pytest.raises(NotFound):
        admitting.add_passkey(real.app, code, challenge, other, PLACE)
    late = invited(real, "investigator").code
    real.clock.go(days=3)
    for wrong in (late, code, "guess", ""):
        with pytest.raises(NotFound):
            admitting.begin_passkey(real.app, wrong, PLACE)


def test_a_passkey_of_one_member_is_not_anothers_too(real: RealWorld) -> None:
    """One device cannot be both of the two whom an act asks for."""
    device, _ = equipped(real, "investigator")
    code = invited(real, "approver").code
    challenge, options = admitting.begin_passkey(real.app, code, PLACE)
    with pytest.raises(Conflict):
        admitting.add_passkey(real.app, code, challenge, device.make(options), PLACE)


def test_a_registration_that_takes_too_long_begins_again(real: RealWorld) -> None:
    code = invited(real, "investigator").code
    challenge, options = admitting.begin_passkey(real.app, code, PLACE)
    made = SoftAuthenticator(ORIGIN).make(options)
    real.clock.go(minutes=6)
    with pytest.raises(BadInput):
        admitting.add_passkey(real.app, code, challenge, made, PLACE)


# --- signing acts ---


def test_two_passkeys_are_two_members(real: RealWorld) -> None:
    """A member is added in a browser, by two, each with a passkey of their own."""
    steward, officer = equipped(real, "steward")[0], equipped(real, "officer")[0]
    wish = MemberWish(real.organisation, "new", frozenset({Role.AUDITOR}), b"\x07" * 32)
    about = signing.adding_member(wish)
    two = tapped(real, about, ("steward", steward), ("officer", officer))
    assert isinstance(add_member(real.app, two, wish), str)
    once = replace(wish, name="other", public_key=b"\x08" * 32)
    assert reason(add_member(real.app, two, once)) == "not_signed"


def test_one_passkey_is_one_member(real: RealWorld) -> None:
    steward, _ = equipped(real, "steward")
    wish = MemberWish(real.organisation, "new", frozenset({Role.AUDITOR}), b"\x07" * 32)
    about = signing.adding_member(wish)
    two = tapped(real, about, ("steward", steward), ("officer", steward))
    assert reason(add_member(real.app, two, wish)) == "two_signers_needed"


def test_an_approval_by_passkey_holds_as_long_as_it_was_given_in_time(real: RealWorld) -> None:
    """And one made with a passkey that had ended approves nothing."""
    probe = photo("anna", shot=9)
    device, passkey = equipped(real, "approver")
    case = unapproved(real, probe)
    about = signing.approving(real.matter(case))
    approve_case(real.app, tapped(real, about, ("approver", device)), case)
    signed = tapped(real, about, ("approver", device))
    real.clock.go(minutes=1)
    two = real.signed(signing.ending_passkey(passkey), "steward", "officer")
    assert isinstance(admitting.end_passkey(real.app, two, passkey), int)
    assert isinstance(searched(real, case, probe), SearchResult)
    assert reason(approve_case(real.app, signed, case)) == "not_signed"


def unapproved(world: RealWorld, probe: bytes) -> CaseId:

    digests = frozenset({hashlib.sha256(probe).hexdigest()})
    wish = CaseWish(world.organisation, CLEARANCE, "2026-17", digests, 5)
    case = open_case(world.app, world.signed(signing.opening_case(wish), "investigator"), wish)
    assert isinstance(case, str), case
    return CaseId(case)


def searched(world: RealWorld, case: CaseId, probe: bytes) -> SearchResult | Refusal:
    who = world.signed(world.searching(case, probe), "investigator")
    return search(world.app, who, case, CLEARANCE, probe)


# --- sessions ---


def test_a_session_reads_and_searches_while_it_is_fresh(real: RealWorld) -> None:
    real.enrolled("anna")
    probe = photo("anna", shot=9)
    case = real.case(probe)
    who = come(real, signed_in(real, equipped(real, "investigator")[0]).token)
    assert not isinstance(list_sources(real.app, who), Refusal)
    assert isinstance(search(real.app, who, case, CLEARANCE, probe), SearchResult)
    real.clock.go(minutes=6)
    assert reason(search(real.app, who, case, CLEARANCE, probe)) == "sign_in_again"
    assert not isinstance(list_sources(real.app, who), Refusal)


def test_a_session_signs_nothing(real: RealWorld) -> None:
    """Not an approval, not a member, not one of two: refused ``not_signed``."""
    probe = photo("anna", shot=9)
    case = unapproved(real, probe)
    approver = come(real, signed_in(real, equipped(real, "approver")[0]).token)
    assert reason(approve_case(real.app, approver, case)) == "not_signed"
    steward = come(real, signed_in(real, equipped(real, "steward")[0]).token)
    both = replace(steward, members=(*steward.members, real.people["officer"]))
    wish = MemberWish(real.organisation, "new", frozenset({Role.AUDITOR}), b"\x07" * 32)
    assert reason(add_member(real.app, both, wish)) == "not_signed"
    grant, _ = real.granted("anna")
    photos = tuple(photo("anna", shot=n) for n in range(3))
    assert reason(enrol(real.app, both, grant, photos, 1)) == "not_signed"


def test_a_session_is_its_own_members(real: RealWorld) -> None:
    """Somebody else's token under one's own name: refused ``not_signed``."""
    who = come(real, signed_in(real, equipped(real, "investigator")[0]).token)
    borrowed = replace(who, members=(real.people["officer"],))
    assert reason(list_cases(real.app, borrowed)) == "not_signed"


@pytest.mark.parametrize("way", ["idle", "absolute", "out", "everywhere", "member", "passkey"])
def test_a_session_ends(real: RealWorld, way: str) -> None:
    device, passkey = equipped(real, "investigator")
    first, second = signed_in(real, device), signed_in(real, device)
    who = come(real, second.token)
    if way == "idle":
        real.clock.go(minutes=31)
    elif way == "absolute":
        for _ in range(25):
            real.clock.go(minutes=29)
            signing_in.come(real.app, second.token)
    elif way == "member":
        about = signing.ending_member(member_of(real, "investigator"))
        end_member(real.app, real.signed(about, "steward", "officer"), real.people["investigator"])
    elif way == "passkey":
        two = real.signed(signing.ending_passkey(passkey), "steward", "officer")
        admitting.end_passkey(real.app, two, passkey)
    else:
        ended = signing_in.sign_out(real.app, first.token, everywhere=way == "everywhere")
        assert ended == (2 if way == "everywhere" else 1)
        assert signing_in.sign_out(real.app, first.token) == 0
    still = way == "out"
    assert (signing_in.come(real.app, second.token) is not None) is still
    assert signing_in.come(real.app, first.token) is None
    assert isinstance(list_sources(real.app, who), Refusal) is not still


def test_a_session_that_is_used_lives_on(real: RealWorld) -> None:
    session = signed_in(real, equipped(real, "investigator")[0])
    for _ in range(4):
        real.clock.go(minutes=29)
        assert signing_in.come(real.app, session.token) is not None


def test_a_sign_in_is_used_once(real: RealWorld) -> None:
    device, _ = equipped(real, "investigator")
    device.counts = False
    answer = device.answer(signing_in.begin(real.app, "licet.example"))
    assert isinstance(signing_in.sign_in(real.app, answer), SignedIn)
    with pytest.raises(Conflict):
        signing_in.sign_in(real.app, answer)


def test_a_challenge_of_somebody_else_or_of_yesterday_opens_nothing(real: RealWorld) -> None:
    device, _ = equipped(real, "investigator")
    answer = device.answer(signing_in.begin(real.app, "licet.example"))
    real.clock.go(minutes=6)
    made_up = device.sign(b"c" * 40, "licet.example")
    for wrong in (answer, made_up):
        assert signing_in.sign_in(real.app, wrong) == signing_in.NotSignedIn()
    unknown = SoftAuthenticator(ORIGIN).answer(signing_in.begin(real.app, "licet.example"))
    before = len(kinds(real))
    assert signing_in.sign_in(real.app, unknown) == signing_in.NotSignedIn()
    assert len(kinds(real)) == before


def test_who_fails_too_often_waits(real: RealWorld) -> None:
    """Five failures lock the passkey for a quarter of an hour, its owner too."""
    device, _ = equipped(real, "investigator")
    thief = SoftAuthenticator(ORIGIN, credential=device.credential)
    tries = [
        signing_in.sign_in(real.app, thief.answer(signing_in.begin(real.app, "licet.example")))
        for _ in range(5)
    ]
    assert tries == [signing_in.NotSignedIn()] * 4 + [signing_in.NotSignedIn(locked=True)]
    own = device.answer(signing_in.begin(real.app, "licet.example"))
    assert signing_in.sign_in(real.app, own) == signing_in.NotSignedIn(locked=True)
    assert kinds(real)[-6:] == [EntryKind.SIGN_IN_FAILED] * 6
    real.clock.go(minutes=15)
    signed_in(real, device)


def test_every_sign_in_is_an_entry_that_names_nobody(real: RealWorld) -> None:
    device, _ = equipped(real, "investigator")
    session = signed_in(real, device)
    signing_in.sign_out(real.app, session.token)
    assert kinds(real)[-2:] == [EntryKind.SIGNED_IN, EntryKind.SIGNED_OUT]
    with real.app.store.read() as reader:
        leaves = reader.leaves.get(reader.head.size - 5, reader.head.size)
    written = b"".join(leaf.data for leaf in leaves)
    assert real.people["investigator"].encode() not in written
    assert b"investigator" not in written
    assert session.token.encode() not in written


def test_nobody_signs_in_by_name_where_people_are_real(real: RealWorld) -> None:
    with pytest.raises(Conflict):
        signing_in.sign_in_by_name(real.app, real.people["investigator"])


def test_names_are_believed_in_a_sandbox(world: World) -> None:
    session = signing_in.sign_in_by_name(world.app, world.people["investigator"])
    found = signing_in.come(world.app, session.token)
    assert found is not None
    assert found[1].name == "investigator"
    with pytest.raises(NotFound):
        signing_in.sign_in_by_name(world.app, MemberId("nobody"))


# --- API keys ---


def test_an_api_key_reads_and_searches_for_its_purpose_alone(real: RealWorld) -> None:
    real.enrolled("anna")
    probe = photo("anna", shot=9)
    case = real.case(probe)
    who = come(real, api_key(real, "investigator"))
    assert not isinstance(list_cases(real.app, who), Refusal)
    found = search(real.app, who, case, CLEARANCE, probe)
    assert isinstance(found, SearchResult)
    other = come(real, api_key(real, "investigator", PurposeId("family_tracing@1")))
    refused = search(real.app, other, case, CLEARANCE, probe)
    assert reason(refused) == "key_for_other_purpose"
    verifier = come(real, api_key(real, "verifier"))
    reviewed = review(real.app, verifier, found.candidates[0].id, Finding.SAME)
    assert reason(reviewed) == "not_signed"


def test_an_api_key_signs_nothing_not_even_in_a_sandbox(world: World) -> None:
    """Refused ``not_signed``: a program is nobody's second person."""
    expires = world.clock() + timedelta(days=30)
    wish = ApiKeyWish(world.people["steward"], CLEARANCE, expires)
    made = admitting.make_api_key(world.app, world.who("steward", "officer"), wish)
    assert isinstance(made, ApiKeyMade)
    found = signing_in.come(world.app, made.secret)
    assert found is not None
    both = replace(found[0], members=(*found[0].members, world.people["officer"]))
    new = MemberWish(world.organisation, "new", frozenset({Role.AUDITOR}), b"\x07" * 32)
    assert reason(add_member(world.app, both, new)) == "not_signed"


def test_an_api_key_ends(real: RealWorld) -> None:
    secret = api_key(real, "investigator")
    assert signing_in.come(real.app, secret) is not None
    with real.app.store.read() as reader:
        (key,) = reader.admission.api_keys(real.people["investigator"])
    two = real.signed(signing.ending_api_key(key.id), "steward", "officer")
    assert isinstance(admitting.end_api_key(real.app, two, key.id), int)
    assert signing_in.come(real.app, secret) is None
    late = api_key(real, "investigator", days=1)
    real.clock.go(days=1)
    assert signing_in.come(real.app, late) is None
    assert secret not in str(key)


@pytest.mark.parametrize(("purpose", "days"), [("scraping@1", 1), (CLEARANCE, 0), (CLEARANCE, 366)])
def test_no_api_key_is_for_ever_or_for_anything(real: RealWorld, purpose: str, days: int) -> None:
    with pytest.raises(BadInput):
        api_key(real, "investigator", PurposeId(purpose), days)


def test_what_members_come_in_with_is_listed_without_what_opens(real: RealWorld) -> None:
    _, passkey = equipped(real, "investigator")
    secret = api_key(real, "investigator")
    about = signing.listing(admitting.AUTHENTICATORS)
    member = real.people["investigator"]
    rows = admitting.list_authenticators(real.app, real.signed(about, "steward"), member)
    assert not isinstance(rows, Refusal)
    assert [one.kind for one in rows] == ["passkey", "API key"]
    assert rows[0].id == passkey
    assert secret not in str(rows)
    nobody = MemberId("nobody")
    with pytest.raises(NotFound):
        admitting.list_authenticators(real.app, real.signed(about, "steward"), nobody)


def test_nobody_makes_an_api_key_alone(real: RealWorld) -> None:
    expires = real.clock() + timedelta(days=1)
    wish = ApiKeyWish(real.people["steward"], CLEARANCE, expires)
    alone = real.signed(signing.making_api_key(wish), "steward")
    assert reason(admitting.make_api_key(real.app, alone, wish)) == "two_signers_needed"


def test_a_made_up_bearer_opens_nothing(real: RealWorld) -> None:
    assert signing_in.come(real.app, "licet_made_up") is None
    made_up = Who(By.MEMBER, (real.people["officer"],), bearer=b"m" * 32)
    assert reason(list_cases(real.app, made_up)) == "not_signed"


# --- a restore ---


def test_a_restore_lets_nobody_back_in(at_home: World) -> None:
    """Sessions are over; an API key that ended since the backup stays ended."""
    app, two = at_home.app, at_home.who("steward", "officer")
    expires = at_home.clock() + timedelta(days=30)
    wish = ApiKeyWish(at_home.people["steward"], CLEARANCE, expires)
    made = admitting.make_api_key(app, two, wish)
    assert isinstance(made, ApiKeyMade)
    session = signing_in.sign_in_by_name(app, at_home.people["steward"])
    back_up(app, at_home.home / "backup")
    admitting.end_api_key(app, two, made.key)
    app.close()
    restore(app.settings, at_home.home / "backup", at_home.clock)
    again = at_home.app = at_home.reopen()
    assert signing_in.come(again, session.token) is None
    assert signing_in.come(again, made.secret) is None

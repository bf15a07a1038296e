"""An act of two members waits for the second: alone, late, twice or changed it is nothing."""

from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from licet.app import App
from licet.awaiting import WAITING, both, end_act, end_overdue, ending, find_act, waiting_acts
from licet.cli import signing
from licet.cli.keys import throwaway
from licet.deeds import DEEDS, begin, complete, says
from licet.effects.acting import digest_of
from licet.governance import add_member, end_member
from licet.ledger.leaf import decode
from licet.recovery import back_up, restore
from licet.store import migrate
from licet.store.unit import Unit
from licet.store.waiting import WriteWaiting
from licet.terms.acting import Who
from licet.terms.errors import Conflict, NotFound
from licet.terms.governing import MemberWish
from licet.terms.ids import ActId, MemberId
from licet.terms.ledger import EntryKind
from licet.terms.organisation import Role, Signature
from licet.terms.permit import Action, By, Refusal
from licet.terms.waiting import ActEnd, Parked, WaitingAct
from licet.vault.passkeys import challenge_of, read_assertion
from licet.vault.signing import sign_act
from tests.fakes.deployment import World, settings_of
from tests.fakes.members import PLACE, equipped, tapped
from tests.redteam.real import RealWorld, new_real_world


def wish(world: World, name: str = "newcomer") -> MemberWish:
    key = digest_of(name).encode()[:32]
    return MemberWish(world.organisation, name, frozenset({Role.VERIFIER}), key)


def begun(world: RealWorld, name: str = "newcomer", by: str = "steward") -> WaitingAct:
    """An act that one member signed: adding a member."""
    about = signing.adding_member(wish(world, name))
    parked = begin(world.app, world.signed(about, by), "add_member", wish(world, name))
    assert isinstance(parked, Parked), parked
    return find_act(world.app, None, parked.act)


def also(world: RealWorld, act: WaitingAct, name: str, key: str = "") -> Who:
    """Another member with their signature over the very act that waits."""
    member = world.people[name]
    made = sign_act(world.keys[key or name], member, act.act)
    return Who(By.MEMBER, (member,), act.act, (made,))


def done(world: RealWorld, act: WaitingAct, name: str, key: str = "") -> object:
    return complete(world.app, also(world, act, name, key), act.id)


def named(world: World, name: str) -> bool:
    with world.app.store.read() as reader:
        return reader.governance.member_named(world.organisation, name) is not None


def last(world: World) -> tuple[EntryKind, dict[str, object]]:
    with world.app.store.read() as reader:
        leaf = reader.leaves.get(reader.head.size - 1, reader.head.size)[0]
    entry = decode(leaf.data)
    return entry.kind, dict(entry.facts)


# --- what it is for ---


def test_two_members_sign_one_after_the_other(real: RealWorld) -> None:
    act = begun(real)
    assert says(real.app, act) == "Add newcomer to The Harbour Archive as verifier"
    real.clock.go(days=2)
    assert not named(real, "newcomer")
    assert isinstance(done(real, act, "officer"), str)
    assert named(real, "newcomer")
    with pytest.raises(NotFound):
        done(real, act, "officer")


def test_a_passkey_and_a_key_file_sign_one_act(real: RealWorld) -> None:
    device, _ = equipped(real, "steward")
    other, _ = equipped(real, "approver")
    about = signing.adding_member(wish(real))
    parked = begin(real.app, tapped(real, about, ("steward", device)), "add_member", wish(real))
    assert isinstance(parked, Parked)
    act = find_act(real.app, None, parked.act)
    challenge = challenge_of(real.people["approver"], act.act)
    value = read_assertion(other.sign(challenge, PLACE.relying_party)).signature
    member = real.people["approver"]
    second = Who(By.MEMBER, (member,), act.act, (Signature(member, value),))
    assert isinstance(complete(real.app, second, act.id), str)


def test_it_waits_on_the_list_of_its_organisation(real: RealWorld) -> None:
    act = begun(real)
    about = signing.listing(WAITING)
    listed = waiting_acts(real.app, real.signed(about, "verifier"))
    assert isinstance(listed, tuple)
    assert [one.id for one in listed] == [act.id]
    assert b"newcomer" not in act.sealed
    real.clock.go(days=4)
    assert waiting_acts(real.app, real.signed(about, "verifier")) == ()


# --- misuse ---


def test_nobody_is_the_second_to_themselves(real: RealWorld) -> None:
    act = begun(real)
    with pytest.raises(Conflict):
        done(real, act, "steward")
    forged = replace(also(real, act, "officer"), signatures=())
    refused = complete(real.app, forged, act.id)
    assert isinstance(refused, Refusal)
    wrong = done(real, act, "officer", key="steward")
    assert isinstance(wrong, Refusal)
    assert refused.reason == wrong.reason == "two_signers_needed"
    assert not named(real, "newcomer")
    assert isinstance(done(real, act, "officer"), str), "a bad signature ends nothing"


def test_what_waits_cannot_be_signed_for_something_else(real: RealWorld) -> None:
    """Two acts that wait at once: the signature of one carries out no other."""
    one, two = begun(real, "one"), begun(real, "two")
    mixed = also(real, one, "officer")
    refused = complete(real.app, mixed, two.id)
    assert isinstance(refused, Refusal)
    assert not named(real, "one")
    assert not named(real, "two")


def test_an_old_signature_is_believed_for_what_waits_alone(real: RealWorld) -> None:
    """Refused ``not_signed``: both signatures, taken from an act that was ended."""
    act = begun(real)
    second = also(real, act, "officer")
    assert end_act(real.app, real.signed(ending(act), "officer"), act.id) is ActEnd.DECLINED
    real.clock.go(minutes=6)
    first = Signature(act.member, act.signature)
    both = Who(By.MEMBER, (act.member, *second.members), act.act, (first, *second.signatures))
    for who in (both, replace(both, waiting=act.id), replace(both, waiting=ActId("none"))):
        refused = add_member(real.app, who, wish(real))
        assert isinstance(refused, Refusal)
        assert refused.reason == "not_signed"


def test_what_is_over_is_carried_out_by_nobody_who_calls_the_flow_itself(real: RealWorld) -> None:
    act = begun(real)
    who = both(act, also(real, act, "officer"))
    real.clock.go(hours=72)
    refused = add_member(real.app, who, wish(real))
    assert isinstance(refused, Refusal)
    assert refused.reason == "not_signed"


def test_who_has_no_key_file_is_one_of_two_once_invited(real: RealWorld) -> None:
    """Their key is one that nobody has: before their passkey they sign nothing."""
    assert isinstance(real.add("pia", Role.APPROVER, key=throwaway()), str)
    act = begun(real)
    assert isinstance(done(real, act, "pia"), Refusal)
    device, _ = equipped(real, "pia")
    value = read_assertion(
        device.sign(challenge_of(real.people["pia"], act.act), PLACE.relying_party)
    ).signature
    second = Who(By.MEMBER, (real.people["pia"],), act.act, (Signature(real.people["pia"], value),))
    assert isinstance(complete(real.app, second, act.id), str)


def test_an_act_ends_with_its_time(real: RealWorld) -> None:
    act = begun(real)
    real.clock.go(hours=72)
    with pytest.raises(NotFound):
        done(real, act, "officer")
    assert end_overdue(real.app) == 1
    assert last(real) == (EntryKind.ACT_ENDED, {"why": "expired"})
    assert end_overdue(real.app) == 0


def test_who_began_takes_it_back_and_another_declines(real: RealWorld) -> None:
    act = begun(real)
    unsigned = Who(By.MEMBER, (real.people["officer"],))
    refused = end_act(real.app, unsigned, act.id)
    assert isinstance(refused, Refusal)
    assert refused.reason == "not_signed"
    assert end_act(real.app, real.signed(ending(act), "steward"), act.id) is ActEnd.WITHDRAWN
    assert last(real) == (EntryKind.ACT_ENDED, {"why": "withdrawn"})
    for late in (lambda: done(real, act, "officer"), lambda: _end(real, act)):
        with pytest.raises(NotFound):
            late()


def _end(world: RealWorld, act: WaitingAct) -> object:
    return end_act(world.app, world.signed(ending(act), "officer"), act.id)


def test_what_changed_meanwhile_overtakes_it(real: RealWorld) -> None:
    act = begun(real)
    real.add("newcomer", Role.APPROVER)
    with pytest.raises(Conflict):
        done(real, act, "officer")
    assert last(real) == (EntryKind.ACT_ENDED, {"why": "overtaken"})
    with real.app.store.read() as reader:
        assert reader.waiting.get(act.id) is None


def test_a_member_who_ended_signs_nothing_that_waits(real: RealWorld) -> None:
    act = begun(real, by="steward")
    real.add("another", Role.STEWARD)
    member = real.people["steward"]
    two = real.signed(
        signing.About(Action.GOVERN, digest=digest_of("end", member)), "another", "officer"
    )
    assert isinstance(end_member(real.app, two, member), int)
    with pytest.raises(NotFound):
        done(real, act, "officer")
    assert not named(real, "newcomer")


def test_a_member_fills_no_list(real: RealWorld) -> None:
    for n in range(20):
        begun(real, f"newcomer {n}")
    with pytest.raises(Conflict):
        begun(real, "one more")


def test_another_organisations_act_looks_like_a_missing_one(real: RealWorld) -> None:
    act = begun(real)
    with pytest.raises(NotFound):
        find_act(real.app, Who(By.MEMBER, (MemberId("of another"),)), act.id)


def test_no_first_signature_comes_back_by_a_restore(real: RealWorld, tmp_path: Path) -> None:
    act = begun(real)
    backup = tmp_path / "there.backup"
    back_up(real.app, backup)
    real.app.close()
    restore(settings_of(real.home, real.url), backup, real.clock)
    real.app = real.reopen()
    with pytest.raises(NotFound):
        done(real, act, "officer")


def test_no_act_about_one_person_waits() -> None:
    told = {one.name for deed in DEEDS.values() for one in fields(deed.parts)}
    assert not told & {"subject", "grant", "identity", "photos", "candidate", "request"}
    assert not {"place_hold", "correct", "confirm_grant", "enrol", "release_grant"} & set(DEEDS)


# --- in any order ---


class Killed(BaseException):
    """The process ends here."""


def _second(world: RealWorld, act: WaitingAct, where: str) -> bool:
    """Let the second member sign, and kill it somewhere; whether it was carried out."""
    with pytest.MonkeyPatch.context() as patch:
        if where in KILLS:
            patch.setattr(*KILLS[where], _kill)
            with pytest.raises(Killed):
                done(world, act, "officer")
            return where == "killed after"
        return isinstance(done(world, act, "officer"), str)


def _kill(*_parts: object) -> None:
    raise Killed


KILLS = {
    "killed after": (App, "publish"),
    "killed before": (WriteWaiting, "use_up"),
    "killed within": (Unit, "record"),
}
"""After the unit that carries it out was committed, and twice before."""


def _wait(world: RealWorld, _act: WaitingAct) -> bool:
    world.clock.go(hours=73)
    return True


def _quietly(deed: Callable[[RealWorld, WaitingAct], object]) -> Callable[..., bool]:
    def tried(world: RealWorld, act: WaitingAct) -> bool:
        try:
            answer = deed(world, act)
        except (Conflict, NotFound):
            return False
        return isinstance(answer, ActEnd)

    return tried


ACTS: dict[str, Callable[[RealWorld, WaitingAct], bool]] = {
    "first again": _quietly(lambda world, act: done(world, act, "steward")),
    "no key": _quietly(lambda world, act: done(world, act, "officer", key="verifier")),
    "decline": _quietly(_end),
    "wait": _wait,
    "worker": _quietly(lambda world, _act: end_overdue(world.app)),
    "second": _quietly(lambda world, act: done(world, act, "officer")),
}


STEPS = st.lists(
    st.sampled_from(("first again", "second", "no key", "decline", "wait", "worker", *KILLS)),
    max_size=6,
)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_nothing_happens_without_two_members(many: RealWorld, steps: list[str]) -> None:
    """Whatever is signed, declined, late or killed, in any order: two members, or nothing."""
    world = many
    name = f"newcomer {world.app.store.head().size}"
    act = begun(world, name)
    over = carried = False
    for step in steps:
        if step in ("second", *KILLS) and not over:
            carried = over = _second(world, act, step)
        elif step in ACTS:
            over = ACTS[step](world, act) or over
        assert named(world, name) == carried
    with world.app.store.read() as reader:
        there = reader.waiting.get(act.id)
    assert there is None or not carried


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> RealWorld:
    """One deployment for all orders of events."""
    folder = tmp_path_factory.mktemp("waiting")
    url = f"sqlite:///{folder / 'licet.db'}"
    migrate(url)
    return new_real_world(folder / "home", url)

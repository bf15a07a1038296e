"""Setting a grant aside and using it again, on both databases (GDPR 18)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from licet.consent.reasons import Reason
from licet.effects.standing import causes, freed, release_within, restrict_within
from licet.enrol import enrol
from licet.granting import ask_grant, confirm, withdraw
from licet.ledger.leaf import decode
from licet.ledger.verify import verify_file
from licet.recovery import back_up, restore
from licet.search import search
from licet.standing import release, restrict
from licet.terms.acting import SUBJECT, WORKER
from licet.terms.errors import BadInput, Busy, Conflict, NotFound
from licet.terms.grant import Grant, GrantState, Restriction
from licet.terms.granting import Asked, FailureToEnrol, Message
from licet.terms.ids import GrantId, HoldId, new_id
from licet.terms.ledger import EntryKind
from licet.terms.permit import Refusal
from licet.terms.rights import Hold
from licet.terms.search import SearchResult
from licet.worker import run_once
from tests.fakes.deployment import CLEARANCE, World, settings_of
from tests.fakes.recipient import add_recipient
from tests.fakes.vision import photo


def grant_of(world: World, grant: GrantId) -> Grant:
    with world.app.store.read() as reader:
        found = reader.grants.get(grant)
    assert found is not None
    return found


def why(world: World, grant: GrantId) -> frozenset[Restriction]:
    with world.app.store.read() as reader:
        return causes(reader, grant_of(world, grant))


def found(world: World, reference: str) -> int:
    """How many candidates a search by another process lists."""
    probe = photo("anna", shot=9)
    case = world.case(probe, reference=reference)
    other = world.reopen()
    listed = search(other, world.who("investigator"), case, CLEARANCE, probe)
    other.close()
    assert isinstance(listed, SearchResult), listed
    return len(listed.candidates)


def reason_of(refused: object) -> str:
    assert isinstance(refused, Refusal), refused
    return refused.reason


def test_a_person_sets_a_grant_aside_and_uses_it_again(world: World) -> None:
    grant, _ = world.enrolled("anna")
    assert found(world, "before") == 1
    letters = len(world.outbox.letters)
    aside = restrict(world.app, SUBJECT, grant)
    assert not isinstance(aside, Refusal)
    assert verify_file(aside.receipt, world.app.ledger_key.vkey).ok
    assert grant_of(world, grant).state is GrantState.RESTRICTED
    assert why(world, grant) == {Restriction.ASKED}
    assert found(world, "aside") == 0
    freely = release(world.app, SUBJECT, grant, "")
    assert not isinstance(freely, Refusal)
    assert verify_file(freely.receipt, world.app.ledger_key.vkey).ok
    assert grant_of(world, grant).state is GrantState.ACTIVE
    assert found(world, "after") == 1
    assert len(world.outbox.letters) == letters, "who acts themselves needs no letter about it"


def test_a_search_that_runs_already_finds_nobody_who_was_set_aside(world: World) -> None:
    grant, _ = world.enrolled("anna")
    probe = photo("anna", shot=9)
    case = world.case(probe)

    def between(name: str) -> None:
        if name == "search.found":
            restrict(world.app, SUBJECT, grant)

    other = world.reopen(between)
    listed = search(other, world.who("investigator"), case, CLEARANCE, probe)
    other.close()
    assert isinstance(listed, SearchResult)
    assert listed.candidates == ()


def test_members_tell_the_person_before_they_release(world: World) -> None:
    grant, _ = world.enrolled("anna")
    two = world.who("steward", "officer")
    assert not isinstance(restrict(world.app, world.who("steward"), grant), Refusal)
    assert "set aside" in world.outbox.letters[-1].subject
    assert reason_of(release(world.app, world.who("steward"), grant, "a mistake")) == (
        Reason.TWO_SIGNERS_NEEDED
    )
    before = len(world.outbox.letters)
    with pytest.raises(BadInput, match="for a reason"):
        release(world.app, two, grant, " ")
    assert len(world.outbox.letters) == before, "nobody is told of what is not done"
    done = release(world.app, two, grant, "You asked us by telephone.")
    assert not isinstance(done, Refusal)
    assert "You asked us by telephone." in world.outbox.letters[-1].text
    with world.app.store.read() as reader:
        entry = decode(reader.leaves.get(done.leaf, done.leaf + 1)[0].data)
    assert entry.kind is EntryKind.GRANT_RELEASED
    assert {"told_at", "reason"} <= dict(entry.facts).keys()


def test_who_cannot_be_told_stays_set_aside(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    grant, _ = world.enrolled("anna")
    restrict(world.app, SUBJECT, grant)

    def away(_message: Message) -> None:
        raise Busy("the mail server is away", "Wait.")

    monkeypatch.setattr(world.outbox, "send", away)
    with pytest.raises(Busy):
        release(world.app, world.who("steward", "officer"), grant, "a mistake")
    assert grant_of(world, grant).state is GrantState.RESTRICTED


def test_a_pending_grant_goes_back_to_pending(world: World) -> None:
    asked = ask_grant(world.app, world.who("steward"), world.wish("anna"))
    assert isinstance(asked, Asked)
    code = world.outbox.code()
    restrict(world.app, SUBJECT, asked.grant)
    assert reason_of(confirm(world.app, asked.grant, code)) == Reason.GRANT_NOT_PENDING
    release(world.app, SUBJECT, asked.grant, "")
    assert grant_of(world, asked.grant).state is GrantState.PENDING
    assert not isinstance(confirm(world.app, asked.grant, code), Refusal)
    assert grant_of(world, asked.grant).state is GrantState.ACTIVE


def test_each_cause_goes_by_itself(world: World) -> None:
    grant, _ = world.enrolled("anna")
    for cause in (Restriction.ASKED, Restriction.HOLD, Restriction.HOLD):
        with world.app.store.unit() as unit:
            restrict_within(world.app, unit, cause, [grant_of(world, grant)])
    assert why(world, grant) == {Restriction.ASKED, Restriction.HOLD}
    with world.app.store.unit() as unit:
        release_within(world.app, unit, frozenset({Restriction.HOLD}), [grant_of(world, grant)])
    assert why(world, grant) == {Restriction.ASKED}
    assert grant_of(world, grant).state is GrantState.RESTRICTED
    with world.app.store.unit() as unit:
        release_within(world.app, unit, frozenset({Restriction.ASKED}), [grant_of(world, grant)])
    assert grant_of(world, grant).state is GrantState.ACTIVE
    assert why(world, grant) == frozenset()


def test_what_is_ending_is_not_set_aside(world: World) -> None:
    grant, _ = world.enrolled("anna")
    other, _ = world.enrolled("bruno")
    withdraw(world.app, SUBJECT, grant)
    assert reason_of(restrict(world.app, SUBJECT, grant)) == Reason.GRANT_ENDED
    with world.app.store.unit() as unit:
        unit.grants.set_state(other, GrantState.ENDING, unit.head.size)
        restrict_within(world.app, unit, Restriction.ASKED, [grant_of(world, grant)])
    with world.app.store.unit() as unit:
        restrict_within(world.app, unit, Restriction.HOLD, [grant_of(world, other)])
    assert grant_of(world, other).state is GrantState.ENDING
    with pytest.raises(Conflict, match="ending"):
        restrict(world.app, SUBJECT, other)


def test_a_held_enrolment_is_the_officers_to_release(world: World) -> None:
    """A twin is held; neither they nor two stewards free it; the officer looks, then it goes."""
    world.enrolled("anna")
    twin, _ = world.granted("berta")
    photos = tuple(photo("anna", shot=n) for n in range(4, 7))
    two = world.who("steward", "officer")
    held = enrol(world.app, two, twin, photos, 1)
    assert isinstance(held, FailureToEnrol)
    assert why(world, twin) == {Restriction.ENROLMENT_HELD}
    assert reason_of(release(world.app, SUBJECT, twin, "")) == Reason.OFFICER_NEEDED
    stewards = world.who("steward", "verifier")
    assert reason_of(release(world.app, stewards, twin, "a twin")) == Reason.OFFICER_NEEDED
    assert not isinstance(release(world.app, two, twin, "They are twins."), Refusal)
    assert not isinstance(enrol(world.app, two, twin, photos, 1), FailureToEnrol | Refusal)
    again = enrol(world.app, two, twin, photos, 1)
    assert isinstance(again, FailureToEnrol), "one look is for one enrolment"


def test_nobody_releases_what_a_hold_or_an_objection_keeps(world: World) -> None:
    grant, subject = world.enrolled("anna")
    restrict(world.app, SUBJECT, grant)
    now = world.app.clock()
    hold = Hold(
        HoldId(new_id()), subject, (grant,), "ab" * 32, now, now + timedelta(days=9), None, 0
    )
    with world.app.store.unit() as unit:
        unit.holds.add(hold)
        restrict_within(world.app, unit, Restriction.HOLD, [grant_of(world, grant)])
    two = world.who("steward", "officer")
    for who, reason in ((SUBJECT, ""), (two, "over")):
        assert reason_of(release(world.app, who, grant, reason)) == Reason.GRANT_HELD
    world.clock.go(days=10)
    assert not isinstance(release(world.app, two, grant, "The claim is settled."), Refusal)


def test_a_restriction_whose_entry_is_not_here_takes_the_officer(world: World) -> None:
    grant, _ = world.enrolled("anna")
    with world.app.store.unit() as unit:
        restrict_within(world.app, unit, Restriction.ASKED, [grant_of(world, grant)])
        unit.grants.set_state(grant, GrantState.RESTRICTED, 0)
    assert why(world, grant) == {Restriction.UNKNOWN}
    assert reason_of(release(world.app, SUBJECT, grant, "")) == Reason.OFFICER_NEEDED


def test_who_was_given_candidates_is_told(world: World) -> None:
    """A recipient whose search lists the person hears of it once, and of no name (GDPR 19)."""
    club = add_recipient(world, contact="club@example.net")
    grant, _ = club.enrolled("anna")
    assert found(club, "matter") == 1
    restrict(world.app, SUBJECT, grant)
    restrict(world.app, SUBJECT, grant)
    run_once(world.app)
    (letter,) = [one for one in world.outbox.letters if one.to == "club@example.net"]
    assert "matter" in letter.text
    assert "anna" not in letter.text.lower()


def test_what_is_not_there_is_not_found(world: World) -> None:
    nobody = GrantId(new_id())
    with pytest.raises(NotFound):
        restrict(world.app, SUBJECT, nobody)
    with pytest.raises(NotFound):
        release(world.app, SUBJECT, nobody, "")


def test_the_worker_releases_nothing(world: World) -> None:
    grant, _ = world.enrolled("anna")
    restrict(world.app, SUBJECT, grant)
    assert reason_of(release(world.app, WORKER, grant, "")) == Reason.NOT_FOR_THIS_DOER


def test_freed_is_what_the_person_said(world: World) -> None:
    grant, _ = world.granted("anna")
    kept = grant_of(world, grant)
    assert freed(kept) is GrantState.ACTIVE
    assert freed(replace(kept, confirmed_at=None)) is GrantState.PENDING


def test_a_restore_sets_aside_again_and_knows_why(world: World, fresh_url: str) -> None:
    """A pending grant that was released goes back to pending, a confirmed one to active."""
    kept, _ = world.enrolled("anna")
    freely, _ = world.granted("bruno")
    asked = ask_grant(world.app, world.who("steward"), world.wish("carla"))
    assert isinstance(asked, Asked)
    backup = world.home.parent / "before.licet"
    back_up(world.app, backup)
    for grant in (kept, freely, asked.grant):
        restrict(world.app, SUBJECT, grant)
    for grant in (freely, asked.grant):
        release(world.app, SUBJECT, grant, "")
    world.app.close()
    restore(settings_of(world.home, fresh_url), backup, world.clock)
    world.url = fresh_url
    world.app = world.reopen()
    assert why(world, kept) == {Restriction.ASKED}
    assert grant_of(world, freely).state is GrantState.ACTIVE
    assert grant_of(world, asked.grant).state is GrantState.PENDING
    assert found(world, "after") == 0
    assert not isinstance(release(world.app, SUBJECT, kept, ""), Refusal)
    assert found(world, "free") == 1

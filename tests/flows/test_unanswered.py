"""Who was asked and never answered is not kept; nor is an invitation that ran out."""

from dataclasses import replace
from datetime import timedelta

import pytest

from licet.effects.codes import CODE_DAYS
from licet.effects.record import record_machine
from licet.effects.unanswered import WAITS
from licet.granting import ask_grant, confirm, resend
from licet.ledger.leaf import decode
from licet.terms.admission import Invitation
from licet.terms.grant import GrantState, SubjectState
from licet.terms.granting import Asked
from licet.terms.ids import InvitationId, new_id
from licet.terms.ledger import EntryKind
from tests.fakes.deployment import World
from tests.worker.ordering import asked as wrote
from tests.worker.ordering import grant_state, state_of, work

OVER = CODE_DAYS + WAITS


def asked(world: World, name: str, **parts: object) -> Asked:
    done = ask_grant(world.app, world.who("steward"), world.wish(name, **parts))
    assert isinstance(done, Asked), done
    return done


def come_again(world: World, after: timedelta) -> None:
    world.clock.go(seconds=after.total_seconds())
    work(world)


def test_who_never_answered_is_erased_a_month_after_the_code(world: World) -> None:
    one = asked(world, "anna")
    come_again(world, OVER - timedelta(hours=1))
    assert grant_state(world, one.grant) is GrantState.PENDING
    come_again(world, timedelta(days=1))
    assert state_of(world, one.subject) is SubjectState.ERASED
    assert not world.app.keyring.has(f"subject:{one.subject}")  # type: ignore[arg-type]
    with world.app.store.read() as reader:
        assert reader.confirmations.get(one.grant) is None
        entries = [decode(leaf.data) for leaf in reader.leaves.iterate(0)]
    (entry,) = (one for one in entries if one.kind is EntryKind.SUBJECT_ERASING)
    assert dict(entry.facts)["cause"] == "unanswered"


def test_who_was_sent_a_new_code_is_waited_for(world: World) -> None:
    one = asked(world, "anna")
    world.clock.go(days=30)
    assert isinstance(resend(world.app, world.who("steward"), one.grant), Asked)
    come_again(world, timedelta(days=20))
    assert grant_state(world, one.grant) is GrantState.PENDING
    resend(world.app, world.who("steward"), one.grant)
    confirm(world.app, one.grant, world.outbox.code())
    come_again(world, OVER)
    assert grant_state(world, one.grant) is GrantState.ACTIVE


def test_who_gave_another_grant_loses_only_what_they_never_gave(world: World) -> None:
    given, anna = world.enrolled("anna")
    one = asked(world, "anna", subject=anna)
    come_again(world, OVER + timedelta(days=1))
    assert grant_state(world, one.grant) is GrantState.ENDED
    assert grant_state(world, given) is GrantState.ACTIVE
    assert state_of(world, anna) is SubjectState.KNOWN


def test_who_wrote_to_us_is_kept_as_long_as_the_law_says(world: World) -> None:
    """That they were answered must be shown; what they were asked goes all the same."""
    one = asked(world, "anna")
    wrote(world, "anna")
    come_again(world, OVER + timedelta(days=1))
    assert grant_state(world, one.grant) is GrantState.ENDED
    assert state_of(world, one.subject) is SubjectState.KNOWN


@pytest.mark.parametrize("used", [False, True])
def test_invitations_that_ran_out_are_deleted(world: World, used: bool) -> None:
    member, now = world.people["verifier"], world.clock()
    at = now if used else None
    late = Invitation(InvitationId(new_id()), member, b"l" * 32, now + timedelta(hours=1), at)
    other = replace(late, id=InvitationId(new_id()), digest=b"o" * 32, expires=now + OVER)
    with world.app.store.unit() as unit:
        unit.admission.invite(late)
        unit.admission.invite(other)
        record_machine(unit, EntryKind.MEMBER_INVITED)
    work(world)
    come_again(world, timedelta(days=2))
    with world.app.store.read() as reader:
        assert reader.admission.invitations(member) == (other,)

"""A restore loses no request and answers none twice."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from licet.effects.requests import open_request, own_contact
from licet.recovery import back_up
from licet.rights.answering import (
    accept_identity,
    answer_now,
    ask_identity,
    extend,
    refuse_request,
)
from licet.rights.inbox import show_request
from licet.rights.intake import prove
from licet.terms.errors import Conflict
from licet.terms.grant import GrantState
from licet.terms.inbox import RequestDetails
from licet.terms.rights import Decided, Proved, RequestState, RightKind
from licet.worker import run_once
from tests.fakes.deployment import World
from tests.flows.test_answering import RITA, represented
from tests.flows.test_intake import ANNA, STRANGER, asked, entries, kept, proved, state_of

GoBack = Callable[[Path], None]


def _backed(world: World, tmp_path: Path) -> Path:
    return back_up(world.app, tmp_path / "monday.licet").file


def test_a_request_after_the_backup_keeps_its_clock(
    world: World, tmp_path: Path, go_back: GoBack
) -> None:
    """Its number, kind and day are in the ledger; a human is told to find the letter."""
    file = _backed(world, tmp_path)
    lost = asked(world, RightKind.COMPLAINT, received_on=date(2026, 2, 20))
    asked(world, RightKind.COMPLAINT)
    world.clock.go(days=2)
    go_back(file)
    request = kept(world, lost.request)
    assert (request.kind, request.state, request.letters) == (
        RightKind.COMPLAINT,
        RequestState.RECEIVED,
        2,
    )
    assert (request.received_at.date(), request.due) == (date(2026, 2, 20), lost.due)
    shown = show_request(world.app, world.who("officer"), lost.request)
    assert isinstance(shown, RequestDetails)
    assert (shown.contact, shown.request.waits_for) == ("", "human")
    assert "file it again" in shown.words[0]
    told = [e for e in entries(world, 0) if ("restored", True) in e.facts]
    assert [dict(e.objects)["request"] for e in told] == [lost.request]
    letters = len(world.outbox.letters)
    world.clock.go(days=60)
    assert run_once(world.app).late == 1
    since = [one.subject for one in world.outbox.letters[letters:]]
    late = "Alarm: the time to answer somebody's request is over"
    assert since == [late], "there is nobody to write to but who watches"
    done = refuse_request(
        world.app, world.who("officer"), lost.request, "filed again", "GDPR 12(6)"
    )
    assert isinstance(done, Decided)
    assert (done.told, len(world.outbox.letters)) == (False, letters + 1)


def test_a_request_that_came_and_went_since_is_nothing(
    world: World, tmp_path: Path, go_back: GoBack
) -> None:
    world.granted("anna")
    file = _backed(world, tmp_path)
    proved(world, RightKind.RESTRICTION)
    erasure = proved(world, RightKind.ERASURE, STRANGER)
    for _ in range(3):
        run_once(world.app)
    assert kept(world, erasure.id).state is RequestState.DELIVERED
    go_back(file)
    with world.app.store.read() as reader:
        assert reader.requests.all() == ()


def test_what_was_answered_since_is_not_answered_again(
    world: World, tmp_path: Path, go_back: GoBack
) -> None:
    """A package goes out once; so does a refusal."""
    world.enrolled("anna")
    access = proved(world, RightKind.ACCESS)
    complaint = proved(world, RightKind.COMPLAINT)
    file = _backed(world, tmp_path)
    run_once(world.app)
    refuse_request(world.app, world.who("officer"), complaint.id, "why", "GDPR 12(5)")
    letters = len(world.outbox.letters)
    go_back(file)
    assert kept(world, access.id).state is RequestState.DELIVERED
    assert kept(world, complaint.id).state is RequestState.REFUSED
    world.clock.go(days=40)
    run_once(world.app)
    assert len(world.outbox.letters) == letters
    with world.app.store.read() as reader:
        assert reader.plans.open() == ()


def test_a_package_that_went_out_since_is_not_sent_again(
    world: World, tmp_path: Path, go_back: GoBack
) -> None:
    """Killed between the delivery and the closing, then restored: the closing goes on."""
    world.enrolled("anna")
    access = proved(world, RightKind.ACCESS)
    file = _backed(world, tmp_path)

    class Killed(BaseException):
        pass

    def stop(name: str) -> None:
        if name == "effect.deliver_package.done":
            raise Killed

    app = world.reopen(stop)
    with pytest.raises(Killed):
        run_once(app)
    app.publish()
    app.close()
    letters = len(world.outbox.letters)
    go_back(file)
    assert kept(world, access.id).state is RequestState.FULFILLING
    world.clock.go(minutes=2)
    run_once(world.app)
    assert kept(world, access.id).state is RequestState.DELIVERED
    assert len(world.outbox.letters) == letters


@pytest.mark.parametrize(
    "kind", [RightKind.ACCESS, RightKind.WITHDRAWAL, RightKind.RESTRICTION, RightKind.ERASURE]
)
def test_a_code_that_came_back_since_need_not_come_again(
    world: World, tmp_path: Path, go_back: GoBack, kind: RightKind
) -> None:
    """What it set off goes on, once, and the same code opens nothing more."""
    anna, _ = world.granted("anna")
    done = asked(world, kind)
    code = world.outbox.code()
    file = _backed(world, tmp_path)
    assert isinstance(prove(world.app, done.request, code), Proved)
    go_back(file)
    with pytest.raises(Conflict, match="the code is over"):
        prove(world.app, done.request, code)
    for _ in range(3):
        run_once(world.app)
    assert kept(world, done.request).state is RequestState.DELIVERED
    ends = {RightKind.ACCESS: GrantState.ACTIVE, RightKind.RESTRICTION: GrantState.RESTRICTED}
    assert state_of(world, anna) is ends.get(kind, GrantState.ENDED)


def test_a_doubt_of_since_still_keeps_the_answer_back(
    world: World, tmp_path: Path, go_back: GoBack
) -> None:
    request = proved(world, RightKind.ACCESS, photo_follows=True)
    file = _backed(world, tmp_path)
    ask_identity(world.app, world.who("officer"), request.id, "two people share it")
    go_back(file)
    world.clock.go(days=60)
    run_once(world.app)
    assert kept(world, request.id).state is RequestState.IDENTITY_ASKED


def test_a_doubt_that_was_lifted_since_is_lifted(
    world: World, tmp_path: Path, go_back: GoBack
) -> None:
    request = proved(world, RightKind.COMPLAINT)
    ask_identity(world.app, world.who("officer"), request.id, "two people share it")
    file = _backed(world, tmp_path)
    accept_identity(world.app, world.who("officer"), request.id, "she came by")
    go_back(file)
    assert kept(world, request.id).state is RequestState.OPEN
    done = answer_now(world.app, world.who("officer"), request.id, "We are sorry.")
    assert isinstance(done, Decided)


def test_more_time_is_not_taken_again(world: World, tmp_path: Path, go_back: GoBack) -> None:
    request = proved(world, RightKind.COMPLAINT)
    file = _backed(world, tmp_path)
    extend(world.app, world.who("officer"), request.id, "the archive moves")
    go_back(file)
    assert kept(world, request.id).due == request.due


def test_a_mandate_that_was_accepted_since_opens_no_more_than_before(
    world: World, tmp_path: Path, go_back: GoBack
) -> None:
    """The representative's own code is still missing."""
    world.granted("anna")
    done = represented(world)
    file = _backed(world, tmp_path)
    prove(world.app, done.request, world.outbox.code())
    accept_identity(world.app, world.who("steward"), done.request, "notary's stamp")
    go_back(file)
    request = kept(world, done.request)
    payload = open_request(world.app, request)
    assert (request.state, payload.proved) == (RequestState.OPEN, (ANNA,))
    assert own_contact(payload) == ANNA
    world.clock.now = request.due - timedelta(days=7)
    run_once(world.app)
    to_rita = [letter.subject for letter in world.outbox.letters if letter.to == RITA]
    assert to_rita == ["We have your request"], "a code, and nothing else"
    assert kept(world, done.request).state is RequestState.DELIVERED

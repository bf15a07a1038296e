"""Answering: what humans decide with a reason, and what happens when nobody does anything."""

from datetime import date, timedelta

import pytest

from licet.effects.facts import read_facts
from licet.effects.requests import open_request
from licet.governance import add_member, add_organisation
from licet.rights.answering import (
    accept_identity,
    answer_now,
    ask_identity,
    extend,
    refuse_request,
)
from licet.rights.intake import prove, receive
from licet.terms.acting import SUBJECT, WORKER
from licet.terms.errors import BadInput, Busy, Conflict, NotFound
from licet.terms.governing import MemberWish, OrganisationWish
from licet.terms.grant import GrantState, SubjectState
from licet.terms.granting import Message
from licet.terms.ids import MemberId, RequestId
from licet.terms.organisation import OrganisationKind, Role
from licet.terms.permit import Action, Ask, By, Refusal
from licet.terms.plan import EffectKind
from licet.terms.rights import Decided, Proved, Received, RequestState, RequestWish, RightKind
from licet.worker import run_once
from tests.fakes.deployment import World
from tests.flows.test_intake import ANNA, MANDATE, STRANGER, asked, entries, kept, proved, state_of

RITA = "rita@example.org"


def decided(answer: Decided | Refusal) -> Decided:
    assert isinstance(answer, Decided), answer
    return answer


def planned(world: World, request: RequestId) -> list[EffectKind]:
    plan = kept(world, request).plan
    if plan is None:
        return []
    with world.app.store.read() as reader:
        return [effect.kind for effect in reader.plans.effects(plan)]


# --- a human's decisions ---


def test_a_doubt_is_told_with_its_reason_and_keeps_the_answer_back(world: World) -> None:
    """GDPR 12(6): the clock goes on, and nothing is delivered over a doubt."""
    world.granted("anna")
    request = proved(world, RightKind.ACCESS, photo_follows=True)
    said = decided(ask_identity(world.app, world.who("officer"), request.id, "two people share it"))
    assert (said.state, said.told) == (RequestState.IDENTITY_ASKED, True)
    assert "two people share it" in world.outbox.letters[-1].text
    assert said.due == request.due
    world.clock.now = request.due + timedelta(days=1)
    done = run_once(world.app)
    assert (planned(world, request.id), done.late) == ([], 1)
    back = decided(accept_identity(world.app, world.who("officer"), request.id, "she came by"))
    assert back.state is RequestState.OPEN
    assert open_request(world.app, kept(world, request.id)).reason == "she came by"
    run_once(world.app)
    assert EffectKind.BUILD_PACKAGE in planned(world, request.id)


def test_only_an_open_request_is_doubted(world: World) -> None:
    """Until the code came back it asks all there is to ask."""
    done = asked(world, RightKind.ACCESS)
    with pytest.raises(Conflict, match="only an open request"):
        ask_identity(world.app, world.who("officer"), done.request, "who is this?")
    with pytest.raises(Conflict, match="nobody doubts"):
        accept_identity(world.app, world.who("officer"), done.request, "I know her")


def test_longer_once_inside_the_month_and_by_a_letter(world: World) -> None:
    request = proved(world, RightKind.COMPLAINT)
    said = decided(extend(world.app, world.who("officer"), request.id, "the archive moves"))
    assert (said.due.date(), said.told) == (date(2026, 6, 2), True)
    assert "the archive moves" in world.outbox.letters[-1].text
    with pytest.raises(Conflict, match="extended before"):
        extend(world.app, world.who("officer"), request.id, "once more")
    again = asked(world, RightKind.COMPLAINT)
    assert (again.letters, again.due) == (2, said.due)


def test_a_members_try_tells_nothing_of_who_is_known(world: World) -> None:
    """Neither more time nor an answer is possible before the code, also for who said yes before."""
    world.granted("anna")
    for contact in (ANNA, STRANGER):
        done = asked(world, RightKind.COMPLAINT, contact)
        for act in (extend, answer_now):
            with pytest.raises(Conflict, match="not proved yet"):
                act(world.app, world.who("officer"), done.request, "because")


def test_no_longer_after_the_month(world: World) -> None:
    """The letter goes inside the first month, also where the answer is due a weekend later."""
    world.clock.now = world.clock.now.replace(month=1, day=31)
    world.clock.now = world.clock.now.replace(month=3, day=2)
    request = proved(world, RightKind.COMPLAINT, received_on=date(2026, 1, 31))
    assert request.due.date() == date(2026, 3, 2)
    with pytest.raises(Conflict, match="the month is over"):
        extend(world.app, world.who("officer"), request.id, "the archive moves")


def test_nobody_takes_longer_who_cannot_tell_the_person(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = asked(world, RightKind.COMPLAINT, STRANGER)
    with pytest.raises(Conflict, match="not proved yet"):
        extend(world.app, world.who("officer"), done.request, "the archive moves")
    request = proved(world, RightKind.COMPLAINT)

    def down(_message: Message) -> None:
        raise Busy("down", "")

    monkeypatch.setattr(world.outbox, "send", down)
    with pytest.raises(Busy):
        extend(world.app, world.who("officer"), request.id, "the archive moves")
    assert kept(world, request.id).extended_at is None


def test_a_refusal_has_reason_article_and_the_way_to_complain(world: World) -> None:
    request = proved(world, RightKind.COMPLAINT)
    who = world.who("officer")
    for reason, article in (("", "GDPR 12(5)"), ("why", ""), ("why", "because of Anna Berg")):
        with pytest.raises(BadInput):
            refuse_request(world.app, who, request.id, reason, article)
    size = world.app.store.head().size
    said = decided(refuse_request(world.app, who, request.id, "not ours", "GDPR 12(5)(b)"))
    assert (said.state, said.told) == (RequestState.REFUSED, True)
    text = world.outbox.letters[-1].text
    assert all(part in text for part in ("not ours", "GDPR 12(5)(b)", "supervisory authority"))
    (entry,) = entries(world, size)
    assert ("article", "GDPR_12(5)(b)") in entry.facts
    assert "not ours" not in str(entry)
    with pytest.raises(Conflict, match="is answered"):
        refuse_request(world.app, who, request.id, "again", "GDPR 12(5)")


def test_a_refusal_to_nobody_proved_says_nothing_of_what_was_written(world: World) -> None:
    """And who was here for that request alone is forgotten."""
    done = asked(world, RightKind.ACCESS, STRANGER)
    said = decided(
        refuse_request(
            world.app, world.who("officer"), done.request, "Anna is his wife", "GDPR 12(6)"
        )
    )
    assert said.told
    assert (world.outbox.letters[-1].to, "wife" in world.outbox.letters[-1].text) == (
        STRANGER,
        False,
    )
    subject = kept(world, done.request).subject
    assert planned(world, done.request) == [EffectKind.FORGET_NEWCOMER]
    run_once(world.app)
    with world.app.store.read() as reader:
        assert reader.subjects.get(subject).state is SubjectState.ERASED


def test_what_is_carried_out_is_not_refused(world: World) -> None:
    world.granted("anna")
    request = proved(world, RightKind.WITHDRAWAL)
    with pytest.raises(Conflict, match="being carried out"):
        refuse_request(world.app, world.who("officer"), request.id, "no", "GDPR 12(5)")
    with pytest.raises(Conflict, match="being carried out"):
        answer_now(world.app, world.who("officer"), request.id, "no")


@pytest.mark.parametrize("who", [SUBJECT, WORKER])
def test_a_machine_and_a_stranger_decide_nothing(world: World, who: object) -> None:
    request = proved(world, RightKind.COMPLAINT)
    for act in (ask_identity, accept_identity, extend, answer_now):
        refused = _try(act, world, who, request.id)
        assert refused.reason == "not_for_this_doer"
    refused = refuse_request(world.app, who, request.id, "no", "GDPR 12(5)")
    assert isinstance(refused, Refusal)
    assert kept(world, request.id).state is RequestState.OPEN


def _try(act: object, world: World, who: object, request: RequestId) -> Refusal:
    refused = act(world.app, who, request, "because")  # type: ignore[operator]
    assert isinstance(refused, Refusal), refused
    return refused


def test_members_of_others_and_of_other_roles_decide_nothing(world: World) -> None:
    request = proved(world, RightKind.COMPLAINT)
    later = world.clock() + timedelta(days=99)
    wish = OrganisationWish("Friends", OrganisationKind.RECIPIENT, "ab" * 32, world.clock(), later)
    two = world.who("steward", "officer")
    friends = add_organisation(world.app, two, wish)
    steward = add_member(
        world.app, two, MemberWish(friends, "fred", frozenset({Role.STEWARD}), bytes([9]) * 32)
    )
    world.people["fred"] = MemberId(steward)
    for name, reason in (("fred", "not_the_controller"), ("verifier", "wrong_role")):
        refused = answer_now(world.app, world.who(name), request.id, "sold")
        assert isinstance(refused, Refusal)
        assert refused.reason == reason


def test_a_complaint_is_answered_by_words(world: World) -> None:
    request = proved(world, RightKind.COMPLAINT, words="you do not answer")
    who = world.who("officer")
    with pytest.raises(BadInput, match="own words"):
        answer_now(world.app, who, request.id)
    decided(answer_now(world.app, who, request.id, "We are sorry, and have done it."))
    run_once(world.app)
    letter = world.outbox.letters[-1]
    assert (letter.to, "We are sorry" in letter.text) == (ANNA, True)
    closed = kept(world, request.id)
    assert (closed.state, closed.closed_at is None) == (RequestState.DELIVERED, False)
    with pytest.raises(NotFound):
        answer_now(world.app, who, RequestId("none"), "sorry")


def test_words_go_to_nobody_who_is_not_proved(world: World) -> None:
    done = asked(world, RightKind.COMPLAINT, STRANGER)
    with pytest.raises(Conflict, match="not proved yet"):
        answer_now(world.app, world.who("officer"), done.request, "Anna is enrolled here")


# --- when nobody acts ---


def test_an_objection_that_nobody_refuses_is_upheld(world: World) -> None:
    anna, _ = world.granted("anna")
    request = proved(world, RightKind.OBJECTION)
    world.clock.now = request.due - timedelta(days=8)
    run_once(world.app)
    assert state_of(world, anna) is GrantState.RESTRICTED
    world.clock.go(days=1)
    for _ in range(2):
        run_once(world.app)
    assert state_of(world, anna) is GrantState.ENDED
    assert kept(world, request.id).state is RequestState.DELIVERED


def test_who_never_gave_back_the_code_is_reminded_once(world: World) -> None:
    done = asked(world, RightKind.ACCESS, STRANGER)
    due = kept(world, done.request).due
    world.clock.now = due - timedelta(days=7)
    for _ in range(3):
        run_once(world.app)
        world.clock.go(hours=30)
    theirs = [letter for letter in world.outbox.letters if letter.to == STRANGER]
    assert len(theirs) == 2
    world.outbox.letters[:] = theirs
    assert isinstance(prove(world.app, done.request, world.outbox.code()), Proved)


def test_a_contact_that_said_yes_is_answered_without_a_code(world: World) -> None:
    """A week before the last day, and there alone: it was proved when the grant was confirmed."""
    world.granted("anna")
    done = asked(world, RightKind.ACCESS)
    run_once(world.app)
    assert planned(world, done.request) == []
    world.clock.now = kept(world, done.request).due - timedelta(days=7)
    run_once(world.app)
    assert kept(world, done.request).state is RequestState.DELIVERED
    assert {letter.to for letter in world.outbox.letters[-2:]} == {ANNA}


def test_nothing_irreversible_without_a_code(world: World) -> None:
    """Anybody can write in Anna's name; nobody has her erased by it."""
    anna, subject = world.granted("anna")
    for kind in (RightKind.ERASURE, RightKind.WITHDRAWAL, RightKind.OBJECTION):
        asked(world, kind)
    world.clock.go(days=60)
    done = run_once(world.app)
    assert (state_of(world, anna), done.late) == (GrantState.ACTIVE, 3)
    with world.app.store.read() as reader:
        assert reader.subjects.get(subject).state is SubjectState.KNOWN


def test_an_answer_that_waits_for_a_photo_waits_no_longer_than_it_may(world: World) -> None:
    request = proved(world, RightKind.ACCESS, STRANGER, photo_follows=True)
    run_once(world.app)
    assert planned(world, request.id) == []
    world.clock.now = request.due - timedelta(days=7)
    run_once(world.app)
    assert kept(world, request.id).state is RequestState.DELIVERED


def test_a_year_later_everything_is_late_and_nothing_is_lost(world: World) -> None:
    """A clock that jumps: what needs nobody is answered, the rest is red."""
    request = proved(world, RightKind.ACCESS)
    complaint = proved(world, RightKind.COMPLAINT)
    world.clock.go(days=366)
    done = run_once(world.app)
    assert kept(world, request.id).state is RequestState.DELIVERED
    assert (kept(world, complaint.id).state, done.late) == (RequestState.OPEN, 2)
    assert run_once(world.app).late == 1


# --- representatives ---


def represented(world: World, who: str = "officer") -> Received:
    wish = RequestWish(
        RightKind.ACCESS,
        RITA,
        "anna",
        representative="Rita Berg",
        mandate=MANDATE,
        person_contact=ANNA,
    )
    done = receive(world.app, world.who(who), wish)
    assert isinstance(done, Received), done
    return done


def test_a_mandate_needs_the_person_a_human_and_the_representative(world: World) -> None:
    """Each of the three alone opens nothing; with all of them the answer goes where they say."""
    world.granted("anna")
    done = represented(world)
    assert world.outbox.letters[-1].to == ANNA, "the person is asked, at their own contact"
    assert isinstance(prove(world.app, done.request, world.outbox.code()), Proved)
    run_once(world.app)
    assert planned(world, done.request) == []
    with pytest.raises(Conflict, match="who filed the letter"):
        accept_identity(world.app, world.who("officer"), done.request, "it looks real")
    decided(accept_identity(world.app, world.who("steward"), done.request, "notary's stamp"))
    assert world.outbox.letters[-1].to == RITA, "the representative's contact is proved too"
    run_once(world.app)
    assert planned(world, done.request) == []
    assert isinstance(prove(world.app, done.request, world.outbox.code()), Proved)
    run_once(world.app)
    assert kept(world, done.request).state is RequestState.DELIVERED
    assert {letter.to for letter in world.outbox.letters[-2:]} == {RITA}


def test_a_mandate_that_nobody_gave_opens_nothing(world: World) -> None:
    """Even when a human is deceived by it: the person's own code is not there."""
    world.granted("anna")
    done = represented(world)
    decided(accept_identity(world.app, world.who("steward"), done.request, "it looks real"))
    world.clock.go(days=60)
    for _ in range(3):
        run_once(world.app)
    to_rita = [letter for letter in world.outbox.letters if letter.to == RITA]
    assert to_rita == []
    assert kept(world, done.request).state is RequestState.DELIVERED, "Anna herself is answered"


def test_a_mandate_that_nobody_looked_at_answers_the_person(world: World) -> None:
    world.granted("anna")
    done = represented(world)
    prove(world.app, done.request, world.outbox.code())
    world.clock.now = kept(world, done.request).due - timedelta(days=7)
    run_once(world.app)
    assert kept(world, done.request).state is RequestState.DELIVERED
    assert RITA not in {letter.to for letter in world.outbox.letters}


def test_what_a_person_says_through_somebody_is_done_on_their_own_code(world: World) -> None:
    anna, _ = world.granted("anna")
    wish = RequestWish(
        RightKind.WITHDRAWAL,
        RITA,
        representative="Rita Berg",
        mandate=MANDATE,
        person_contact=ANNA,
    )
    done = receive(world.app, world.who("officer"), wish)
    assert state_of(world, anna) is GrantState.ACTIVE
    prove(world.app, done.request, world.outbox.code())
    assert state_of(world, anna) is GrantState.ENDING


def test_what_else_was_open_of_an_erased_person_ends_with_it(world: World) -> None:
    """Nobody is left to be answered, and the entry says why."""
    _, subject = world.granted("anna")
    complaint = asked(world, RightKind.COMPLAINT)
    code = world.outbox.code()
    proved(world, RightKind.ERASURE)
    for _ in range(3):
        run_once(world.app)
    with world.app.store.read() as reader:
        assert reader.subjects.get(subject).state is SubjectState.ERASED
    assert kept(world, complaint.request).state is RequestState.DELIVERED
    with pytest.raises(Conflict, match="the code is over"):
        prove(world.app, complaint.request, code)


def test_what_was_written_in_an_erasures_request_goes_too(world: World) -> None:
    world.granted("anna")
    request = proved(world, RightKind.ERASURE)
    for _ in range(3):
        run_once(world.app)
    closed = kept(world, request.id)
    assert (closed.state, closed.sealed) == (RequestState.DELIVERED, b"")


def test_an_access_is_answered_before_what_it_is_about_is_destroyed(world: World) -> None:
    """Both asked on one day: first the package, then the erasure (GDPR 15, 17)."""
    world.enrolled("anna")
    erasure = proved(world, RightKind.ERASURE)
    access = proved(world, RightKind.ACCESS)
    for _ in range(3):
        run_once(world.app)
    assert kept(world, access.id).state is RequestState.DELIVERED
    assert kept(world, erasure.id).state is RequestState.DELIVERED
    done = [(e.kind.value, dict(e.facts).get("effect")) for e in entries(world, 0)]
    assert done.index(("effect.done", "deliver_package")) < done.index(
        ("effect.done", "delete_rows")
    )


def test_an_objection_that_anybody_may_have_written_keeps_nothing_set_aside(world: World) -> None:
    """Only the person's code makes it theirs; then a release waits for its answer."""
    anna, _ = world.granted("anna")
    two = world.who("officer", "steward")
    done = asked(world, RightKind.OBJECTION)
    with world.app.store.read() as reader:
        grant = reader.grants.get(anna)
        ask = Ask(
            Action.RELEASE,
            By.MEMBER,
            world.app.model,
            world.organisation,
            two.member,
            grant=anna,
            subject=grant.subject,
        )
        assert not read_facts(world.app, reader, ask, two, reader.now).objecting
    prove(world.app, done.request, world.outbox.code())
    with world.app.store.read() as reader:
        assert read_facts(world.app, reader, ask, two, reader.now).objecting

"""People's rights, attacked: answers led astray, held back, lost, and mailboxes that are dead.

Whoever writes in somebody's name, doubts them, lets a mailbox die or brings yesterday's
backup back must neither get an answer nor keep somebody else from theirs.
"""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from licet.app import App
from licet.collect import collect
from licet.effects.finishing import finish
from licet.effects.newcomers import go_live
from licet.effects.requests import PATIENCE, open_request
from licet.effects.sealed import open_identity
from licet.recovery import back_up, restore
from licet.rectifying import correct
from licet.rights.answering import accept_identity, ask_identity, refuse_request
from licet.rights.closing import close_deployment
from licet.rights.erase import erase
from licet.rights.hold import place
from licet.rights.inbox import show_request
from licet.rights.intake import prove, receive
from licet.sourcing import cease_source
from licet.terms.acting import SUBJECT
from licet.terms.errors import Busy, Conflict
from licet.terms.gallery import TemplateKind
from licet.terms.grant import GrantState, SubjectState
from licet.terms.granting import Message
from licet.terms.ids import GrantId, SubjectId
from licet.terms.permit import Refusal
from licet.terms.plan import EffectKind
from licet.terms.rectifying import Correction
from licet.terms.rights import (
    Decided,
    HoldWish,
    Proved,
    Received,
    RequestState,
    RequestWish,
    RightKind,
)
from licet.terms.source import Source, SourceState
from licet.worker import run_once
from tests.fakes.asking import asks
from tests.fakes.deployment import World, settings_of
from tests.fakes.vision import photo
from tests.flows.test_intake import ANNA, MANDATE, asked, kept, proved, state_of

HERS = "anna.lind@example.net"
MALLORY, LAWYER = "mallory@example.com", "law@example.com"


def _to(world: World, contact: str) -> list[Message]:
    return [letter for letter in world.outbox.letters if letter.to == contact]


def _dead(world: World, *contacts: str) -> Callable[[], None]:
    """Let mailboxes take nothing any more; return what brings them back."""
    send = world.outbox.send

    def down(message: Message) -> None:
        if message.to in contacts:
            raise Busy("the mailbox takes nothing", "later")
        send(message)

    world.outbox.send = down  # type: ignore[method-assign]  # mailboxes that are gone

    def again() -> None:
        world.outbox.send = send  # type: ignore[method-assign]  # as it was

    return again


def _state(world: World, subject: SubjectId) -> SubjectState:
    with world.app.store.read() as reader:
        found = reader.subjects.get(subject)
    assert found is not None
    return found.state


# --- answers that are led astray ---


def _through(world: World, name: str, contact: str, mandate: str) -> Received:
    wish = RequestWish(
        RightKind.ACCESS,
        contact,
        "anna",
        representative=name,
        mandate=mandate,
        person_contact=ANNA,
    )
    done = receive(world.app, world.who("officer"), wish)
    assert isinstance(done, Received), done
    return done


def test_a_lawyers_letter_joins_no_strangers(world: World) -> None:
    """Mallory writes first in Anna's name; her lawyer's letter and her code are not his."""
    world.granted("anna")
    first = _through(world, "Mallory", MALLORY, MANDATE)
    second = _through(world, "Lea Law", LAWYER, "ab" * 32)
    assert second.request != first.request
    assert isinstance(prove(world.app, second.request, world.outbox.code()), Proved)
    yes = accept_identity(world.app, world.who("steward"), second.request, "the mandate is real")
    assert isinstance(yes, Decided)
    assert (len(_to(world, MALLORY)), len(_to(world, LAWYER))) == (0, 1)


def test_the_same_representative_still_repeats_one_letter(world: World) -> None:
    world.granted("anna")
    first = _through(world, "Lea Law", LAWYER, MANDATE)
    assert _through(world, "Lea Law", LAWYER, MANDATE).request == first.request


def _moved(world: World, subject: SubjectId) -> None:
    """Let Anna leave a mailbox that somebody else reads."""
    new = proved(world, RightKind.RECTIFICATION, HERS)
    done = correct(world.app, world.who("steward", "officer"), Correction(subject, request=new.id))
    assert not isinstance(done, Refusal)


def test_an_open_request_follows_her_to_her_new_mailbox(world: World) -> None:
    """Whoever asked for her data from her old mailbox gets nothing there any more."""
    _, subject = world.enrolled("anna")
    request = proved(world, RightKind.ACCESS)
    _moved(world, subject)
    before = len(_to(world, ANNA))
    run_once(world.app)
    assert kept(world, request.id).state is RequestState.DELIVERED
    assert len(_to(world, ANNA)) == before, "the old mailbox is not hers"
    assert any(letter.attachments for letter in _to(world, HERS))


def test_a_code_in_the_old_mailbox_is_over(world: World) -> None:
    _, subject = world.enrolled("anna")
    request = asked(world, RightKind.ERASURE)
    code = world.outbox.code()
    _moved(world, subject)
    with pytest.raises(Conflict, match="the code is over"):
        prove(world.app, request.request, code)
    run_once(world.app)
    assert world.outbox.letters[-1].to == HERS, "a new code went where she is now"
    assert isinstance(prove(world.app, request.request, world.outbox.code()), Proved)


def _back(world: World, file: Path, url: str) -> None:
    world.app.close()
    restore(settings_of(world.home, url), file, world.clock)
    world.url = url
    world.app = world.reopen()


def test_yesterdays_backup_gives_no_mailbox_back(
    world: World, tmp_path: Path, new_database: Callable[[str], str]
) -> None:
    """The new contact is in no ledger, so nobody is written to at the old one."""
    _, subject = world.enrolled("anna")
    request = proved(world, RightKind.ACCESS)
    file = back_up(world.app, tmp_path / "monday.licet").file
    _moved(world, subject)
    _back(world, file, new_database("sqlite"))
    with world.app.store.read() as reader:
        identity = open_identity(world.app, reader.subjects.get(subject))
    assert identity is not None
    assert identity.contact == ""
    before = len(_to(world, ANNA))
    world.clock.go(days=40)
    run_once(world.app)
    asked(world, RightKind.ACCESS)
    assert kept(world, request.id).is_open
    assert [one.attachments for one in _to(world, ANNA)[before:]] == [()], "a code, no data"


def test_a_lost_letter_is_not_answered_to_nobody(
    world: World, tmp_path: Path, new_database: Callable[[str], str]
) -> None:
    """It came and was proved after the backup: a human finds it, and it is late until then."""
    world.enrolled("anna")
    file = back_up(world.app, tmp_path / "monday.licet").file
    lost = proved(world, RightKind.ACCESS)
    _back(world, file, new_database("sqlite"))
    world.clock.go(days=40)
    assert run_once(world.app).late == 1
    assert kept(world, lost.id).state is RequestState.RECEIVED
    assert kept(world, lost.id).channel_proved_at is None
    assert _to(world, "") == []


# --- answers that are not true, held back or lost ---


def test_nobody_is_told_that_a_yes_is_ended_which_is_not(world: World) -> None:
    """She gave it under another name: she hears that nothing was found, and how to write."""
    grant, _ = world.enrolled("anna")
    proved(world, RightKind.WITHDRAWAL, name="Änne")
    run_once(world.app)
    letter = world.outbox.letters[-1]
    assert (letter.to, letter.subject) == (ANNA, "We found nothing to do")
    assert state_of(world, grant) is GrantState.ACTIVE
    proved(world, RightKind.WITHDRAWAL, name="Anna")
    run_once(world.app)
    assert world.outbox.letters[-1].subject == "What you asked for is done"
    assert state_of(world, grant) is GrantState.ENDED


def test_a_doubt_destroys_no_answer(world: World) -> None:
    """Who has something to hide doubts her request, so that she is erased without an answer."""
    _, subject = world.enrolled("anna")
    access = proved(world, RightKind.ACCESS, photo_follows=True)
    doubted = ask_identity(world.app, world.who("officer"), access.id, "the name is spelt oddly")
    assert isinstance(doubted, Decided)
    proved(world, RightKind.ERASURE)
    run_once(world.app)
    assert _state(world, subject) is SubjectState.ERASING
    assert kept(world, access.id).is_open
    yes = accept_identity(world.app, world.who("steward"), access.id, "it is her")
    assert isinstance(yes, Decided)
    world.clock.now = kept(world, access.id).due - timedelta(days=7)
    for _ in range(3):
        run_once(world.app)
    assert any(letter.attachments for letter in _to(world, ANNA))
    assert _state(world, subject) is SubjectState.ERASED


def test_neither_a_doubt_nor_a_dead_mailbox_keeps_somebody_for_ever(world: World) -> None:
    """What cannot be delivered keeps nobody longer than a fortnight after its last day."""
    _, anna = world.enrolled("anna")
    _, bea = world.enrolled("bea")
    access = proved(world, RightKind.ACCESS, photo_follows=True)
    assert isinstance(ask_identity(world.app, world.who("officer"), access.id, "odd"), Decided)
    hers = proved(world, RightKind.ACCESS, "bea@example.org")
    _dead(world, "bea@example.org")
    erase(world.app, SUBJECT, anna)
    erase(world.app, SUBJECT, bea)
    world.clock.now = max(kept(world, one.id).due for one in (access, hers))
    run_once(world.app)
    assert {_state(world, anna), _state(world, bea)} == {SubjectState.ERASING}
    world.clock.now += PATIENCE + timedelta(days=1)
    for _ in range(4):
        run_once(world.app)
        world.clock.go(days=7)
    assert {_state(world, anna), _state(world, bea)} == {SubjectState.ERASED}
    with world.app.store.read() as reader:
        assert reader.plans.open() == ()


def test_a_letter_that_comes_while_the_keys_go_keeps_its_own(world: World) -> None:
    """An erasure was killed between the rows and the keys; she writes again meanwhile."""
    _, subject = world.enrolled("anna")
    world.app = _killing(world, "erase.committed")
    with pytest.raises(_KilledError):
        erase(world.app, SUBJECT, subject)
    world.app.close()
    world.app = world.reopen()
    with world.app.store.read() as reader:
        (plan,) = (p.id for p in reader.plans.open() if p.subject == subject)
    finish(world.app, plan, EffectKind.SHRED_KEYS)
    again = asked(world, RightKind.ACCESS)
    code = world.outbox.code()
    for _ in range(3):
        assert run_once(world.app).problems == ()
    assert _state(world, subject) is SubjectState.ERASED
    assert isinstance(prove(world.app, again.request, code), Proved)
    run_once(world.app)
    assert kept(world, again.request).state is RequestState.DELIVERED


class _KilledError(BaseException):
    """A process that ends here."""


def _killing(world: World, boundary: str) -> App:
    def at(where: str) -> None:
        if where == boundary:
            raise _KilledError

    world.app.close()
    return world.reopen(at)


def test_a_flooded_mailbox_loses_no_deadline(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody lets so many codes go to her that hers never goes: a week before, it is answered."""
    world.enrolled("anna")
    monkeypatch.setattr("licet.effects.coding.LETTERS_A_DAY", 0)
    access = asked(world, RightKind.ACCESS)
    assert open_request(world.app, kept(world, access.request)).coded_on == ""
    world.clock.now = kept(world, access.request).due - timedelta(days=7)
    run_once(world.app)
    assert kept(world, access.request).state is RequestState.DELIVERED


def test_a_dead_mailbox_floods_no_living_one(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two are near a photo; one of them cannot be told, and the other is told once."""
    _, bea = world.enrolled("bea")
    _, anna = world.enrolled("anna")
    request = asks(world, "mallory@example.org", photo("anna", shot=8))
    monkeypatch.setattr("licet.effects.newcomers.people_near", lambda *_: (anna, bea))
    _dead(world, "bea@example.org")
    before = len(_to(world, ANNA))
    for _ in range(5):
        go_live(world.app, request)
    assert len(_to(world, ANNA)) == before + 1


def test_a_dead_mailbox_does_not_keep_a_deployment_from_its_end(world: World) -> None:
    """One who complained cannot be told; everybody else's end does not wait for that."""
    world.enrolled("bea")
    proved(world, RightKind.COMPLAINT, "dead@example.org")
    other = proved(world, RightKind.COMPLAINT, "well@example.org")
    stuck = proved(world, RightKind.ACCESS, "bea@example.org")
    _dead(world, "dead@example.org", "bea@example.org")
    close_deployment(world.app, world.who("steward", "officer"), world.organisation)
    run_once(world.app)
    assert kept(world, other.id).state is RequestState.REFUSED
    world.clock.now = kept(world, stuck.id).due + PATIENCE + timedelta(days=1)
    run_once(world.app)
    world.clock.go(days=190)
    closed = False
    for _ in range(4):
        closed = closed or run_once(world.app).closed
        world.clock.go(days=15)
    assert closed


def _ceased(world: World) -> Source:
    """Let the steward alone be rid of a source in which Anna and Bea were found."""
    source = world.source(world.folder(a=photo("anna", shot=7), b=photo("bea", shot=7)))
    collect(world.app, world.who("steward"), source.id)
    return source


def _appearances(world: World, grant: GrantId) -> int:
    with world.app.store.read() as reader:
        found = reader.templates.of_grant(grant)
    return sum(one.kind is TemplateKind.APPEARANCE for one in found)


def test_no_source_ceases_to_be_rid_of_what_an_answer_shows(world: World) -> None:
    """Her access is proved: what it is about goes after it was handed to her, others' at once."""
    anna, _ = world.enrolled("anna")
    bea, _ = world.enrolled("bea")
    source = _ceased(world)
    access = proved(world, RightKind.ACCESS, photo_follows=True)
    cease_source(world.app, world.who("steward"), source.id)
    assert (_appearances(world, anna), _appearances(world, bea)) == (1, 0)
    size = world.app.store.head().size
    run_once(world.app)
    world.clock.go(minutes=5)
    run_once(world.app)
    assert world.app.store.head().size <= size + 1, "waiting leaves no entries"
    assert _appearances(world, anna) == 1
    world.clock.now = kept(world, access.id).due - timedelta(days=7)
    for _ in range(3):
        run_once(world.app)
    assert kept(world, access.id).state is RequestState.DELIVERED
    assert _appearances(world, anna) == 0
    with world.app.store.read() as reader:
        found = reader.sources.get(source.id)
    assert found is not None
    assert found.state is SourceState.PURGED


def test_no_source_ceases_to_be_rid_of_what_a_hold_keeps(world: World) -> None:
    anna, subject = world.enrolled("anna")
    source = _ceased(world)
    wish = HoldWish(subject, (anna,), "cd" * 32, world.clock() + timedelta(days=90))
    assert not isinstance(place(world.app, world.who("steward", "officer"), wish), Refusal)
    cease_source(world.app, world.who("steward"), source.id)
    run_once(world.app)
    assert _appearances(world, anna) == 1
    world.clock.go(days=91)
    for _ in range(2):
        run_once(world.app)
    assert _appearances(world, anna) == 0


def test_a_refusal_does_not_tell_who_is_known(world: World) -> None:
    """Who is not here is forgotten by a plan after it; who is here is not, and it looks alike."""
    world.enrolled("anna")
    seen = []
    for contact in (ANNA, "stranger@example.net"):
        request = proved(world, RightKind.RECTIFICATION, contact).id
        refused = refuse_request(
            world.app, world.who("officer"), request, "Nothing is wrong.", "GDPR 16"
        )
        assert isinstance(refused, Decided), refused
        run_once(world.app)
        shown = show_request(world.app, world.who("steward"), request)
        assert not isinstance(shown, Refusal)
        seen.append((shown.steps_done, shown.steps, shown.request.state, shown.request.waits_for))
        world.clock.go(days=1)
    assert seen[0] == seen[1]
    assert seen[0][1] == 0

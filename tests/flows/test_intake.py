"""Intake: letters start clocks, codes prove contacts, and nobody learns who is known."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from licet.effects.codes import CODE_TRIES
from licet.effects.coding import LETTERS_A_DAY
from licet.effects.requests import open_request, request_key
from licet.granting import ask_grant, confirm
from licet.ledger.leaf import decode
from licet.rights.answering import extend
from licet.rights.erase import erase
from licet.rights.intake import prove, receive
from licet.terms.acting import SUBJECT, Who
from licet.terms.errors import BadInput, Busy, Conflict, NotFound
from licet.terms.grant import GrantState, SubjectState
from licet.terms.granting import Message, WrongCode
from licet.terms.ids import GrantId, PurposeId, RequestId, Territory
from licet.terms.ledger import Entry, EntryKind
from licet.terms.permit import By, Refusal
from licet.terms.plan import EffectKind
from licet.terms.rights import Proved, Received, Request, RequestState, RequestWish, RightKind
from licet.worker import run_once
from tests.fakes.deployment import World

ANNA, STRANGER = "anna@example.org", "stranger@example.org"
MANDATE = "cd" * 32


def asked(world: World, kind: RightKind, contact: str = ANNA, **parts: object) -> Received:
    """Let a member file a letter."""
    done = receive(world.app, world.who("officer"), RequestWish(kind, contact, **parts))
    assert isinstance(done, Received), done
    return done


def proved(world: World, kind: RightKind, contact: str = ANNA, **parts: object) -> Request:
    """Let somebody write and give back the code."""
    done = asked(world, kind, contact, **parts)
    answered = prove(world.app, done.request, world.outbox.code())
    assert isinstance(answered, Proved), answered
    return kept(world, done.request)


def kept(world: World, request: RequestId) -> Request:
    with world.app.store.read() as reader:
        found = reader.requests.get(request)
    assert found is not None
    return found


def state_of(world: World, grant: GrantId) -> GrantState:
    with world.app.store.read() as reader:
        found = reader.grants.get(grant)
    assert found is not None
    return found.state


def entries(world: World, since: int) -> list[Entry]:
    with world.app.store.read() as reader:
        return [decode(leaf.data) for leaf in reader.leaves.get(since, reader.head.size)]


def plain(message: Message) -> str:
    """A letter without what differs from one request to the next."""
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<id>", message.text)
    return re.sub(r"[A-Z2-9]{5} [A-Z2-9]{5}", "<code>", text)


class Killed(BaseException):
    """A process that ends here."""


def _stopping(boundary: str) -> Callable[[str], None]:
    def stop(name: str) -> None:
        if name == boundary:
            raise Killed

    return stop


def _later(world: World) -> datetime:
    return world.clock() + timedelta(days=1)


@pytest.mark.parametrize("kind", RightKind)
def test_known_and_unknown_are_told_the_same(world: World, kind: RightKind) -> None:
    """Answer, letter, entries and keys are of one shape: the door tells nobody who is here."""
    world.enrolled("anna")
    seen = []
    for contact in (ANNA, STRANGER):
        size, keys = world.app.store.head().size, len(world.app.keyring.older_than(_later(world)))
        done = asked(world, kind, contact)
        made = len(world.app.keyring.older_than(_later(world))) - keys
        shapes = [
            (
                entry.kind,
                entry.subject is not None,
                [role for role, _ in entry.objects],
                [name for name, _ in entry.facts],
            )
            for entry in entries(world, size)
        ]
        letter = plain(world.outbox.letters[-1])
        told = replace(done, request=RequestId(""), leaf=0)
        seen.append((told, letter, shapes, made, len(done.request)))
        assert world.outbox.letters[-1].to == contact
    assert seen[0] == seen[1]


def test_a_contact_and_a_kind_are_enough(world: World) -> None:
    done = asked(world, RightKind.ACCESS, STRANGER)
    request = kept(world, done.request)
    assert (request.state, request.newcomer, request.letters) == (RequestState.RECEIVED, True, 1)
    assert (request.regime, request.due.date()) == ("gdpr", date(2026, 4, 2))


def test_the_letter_with_the_code_repeats_nothing(world: World) -> None:
    """It may reach somebody who never asked."""
    asked(world, RightKind.COMPLAINT, STRANGER, name="Berta Quill", words="you sold my face")
    text = world.outbox.letters[-1].text
    assert "Berta" not in text
    assert "face" not in text
    assert re.search(r"[A-Z2-9]{5} [A-Z2-9]{5}", text)


def test_repeats_join_and_do_not_move_the_day(world: World) -> None:
    first = asked(world, RightKind.ACCESS)
    for _ in range(6):
        world.clock.go(days=3)
        again = asked(world, RightKind.ACCESS, words="I asked before!")
        assert (again.request, again.due) == (first.request, first.due)
    assert again.letters == 7
    assert len(open_request(world.app, kept(world, first.request)).words) == 6


def test_another_right_or_another_wish_is_another_request(world: World) -> None:
    """Joined to one that is proved, a stranger's wider wish would be carried out with it."""
    anna, _ = world.granted("anna")
    narrow = asked(world, RightKind.WITHDRAWAL, grants=(anna,))
    wide = asked(world, RightKind.WITHDRAWAL)
    other = asked(world, RightKind.RESTRICTION)
    assert len({narrow.request, wide.request, other.request}) == 3


def test_an_answered_request_is_not_joined(world: World) -> None:
    world.granted("anna")
    first = proved(world, RightKind.RESTRICTION)
    run_once(world.app)
    assert kept(world, first.id).state is RequestState.DELIVERED
    again = asked(world, RightKind.RESTRICTION)
    assert (again.request != first.id, again.letters) == (True, 1)


def test_a_letter_that_came_earlier_was_due_earlier(world: World) -> None:
    """The clock runs from the day the letter came, not from when somebody filed it."""
    done = asked(world, RightKind.ACCESS, received_on=date(2026, 2, 16))
    assert done.due.date() == date(2026, 3, 16)
    later = asked(world, RightKind.ERASURE)
    earlier = asked(world, RightKind.ERASURE, received_on=date(2026, 2, 10))
    assert (earlier.request, earlier.due.date()) == (later.request, date(2026, 3, 10))
    with pytest.raises(BadInput, match="lies ahead"):
        asked(world, RightKind.ACCESS, received_on=date(2026, 3, 3))
    wish = RequestWish(RightKind.ACCESS, ANNA, received_on=date(2020, 1, 1))
    with pytest.raises(BadInput, match="filed by a member"):
        receive(world.app, SUBJECT, wish)


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ({"contact": "nobody"}, "one mail address"),
        ({"contact": "a@example.org, b@example.org"}, "one mail address"),
        ({"since": date(2026, 2, 1), "until": date(2026, 1, 1)}, "ends before"),
        ({"representative": "Rita"}, "go together"),
        ({"mandate": MANDATE}, "go together"),
        ({"representative": "Rita", "mandate": "paper"}, "SHA-256"),
        ({"representative": "Rita", "mandate": MANDATE}, "own contact"),
    ],
)
def test_a_letter_that_cannot_be_answered(
    world: World, parts: dict[str, object], says: str
) -> None:
    wish = replace(RequestWish(RightKind.ACCESS, ANNA), **parts)
    with pytest.raises(BadInput, match=says):
        receive(world.app, world.who("officer"), wish)


def test_a_member_of_the_controller_files_and_nobody_else(world: World) -> None:
    wish = RequestWish(RightKind.ACCESS, ANNA)
    refused = receive(world.app, world.who("investigator"), wish)
    assert isinstance(refused, Refusal)
    assert refused.reason == "wrong_role"
    assert isinstance(receive(world.app, SUBJECT, wish), Received)


def test_who_is_not_proved_hears_of_their_own_letter_alone(world: World) -> None:
    """Neither how often somebody wrote before, nor since when, is a stranger's to know."""
    asked(world, RightKind.ACCESS)
    world.clock.go(days=5)
    done = receive(world.app, SUBJECT, RequestWish(RightKind.ACCESS, ANNA))
    assert isinstance(done, Received)
    assert (done.letters, done.due.date()) == (1, date(2026, 4, 7))
    assert kept(world, done.request).due.date() == date(2026, 4, 2)


def test_the_regime_follows_the_residence(world: World) -> None:
    done = asked(world, RightKind.ACCESS, STRANGER, residence=Territory("GB"))
    assert kept(world, done.request).regime == "uk_gdpr"


def test_where_thirty_days_hold_there_is_no_more_time(world: World) -> None:
    """In Australia: 2 March and thirty days, and nobody may take longer."""
    done = asked(world, RightKind.ACCESS, STRANGER, residence=Territory("AU"))
    prove(world.app, done.request, world.outbox.code())
    assert done.due.date() == date(2026, 4, 1)
    with pytest.raises(Conflict, match="knows no more time"):
        extend(world.app, world.who("officer"), done.request, "we are few")


def test_a_wrong_code_is_counted_and_the_right_one_does_not_help_after_five(world: World) -> None:
    done = asked(world, RightKind.ACCESS)
    code = world.outbox.code()
    for left in reversed(range(CODE_TRIES)):
        assert prove(world.app, done.request, "AAAAA AAAAA") == WrongCode(left)
    with pytest.raises(Conflict, match="too often"):
        prove(world.app, done.request, code)
    failed = [e for e in entries(world, 0) if e.kind.value == "request.proof_failed"]
    assert [dict(e.facts)["try"] for e in failed] == [1, 2, 3, 4, 5]


def test_a_code_lapses_and_a_repeat_brings_a_new_one(world: World) -> None:
    done = asked(world, RightKind.ACCESS)
    old = world.outbox.code()
    world.clock.go(days=14)
    with pytest.raises(Conflict, match="the code is over"):
        prove(world.app, done.request, old)
    asked(world, RightKind.ACCESS)
    assert isinstance(prove(world.app, done.request, world.outbox.code()), Proved)


def test_repeats_in_a_day_bring_one_letter(world: World) -> None:
    """Nobody floods a mailbox by asking in its owner's name."""
    for _ in range(4):
        asked(world, RightKind.ACCESS)
    assert len(world.outbox.letters) == 1
    for n in range(LETTERS_A_DAY + 3):
        asked(world, RightKind.ACCESS, places=(f"quay {n}",))
    assert len(world.outbox.letters) == LETTERS_A_DAY
    world.clock.go(days=1)
    run_once(world.app)
    assert len(world.outbox.letters) == LETTERS_A_DAY + 4, "the rest goes out on another day"


def test_no_such_request_and_one_that_is_answered(world: World) -> None:
    with pytest.raises(NotFound):
        prove(world.app, RequestId("none"), "AAAAA AAAAA")
    world.granted("anna")
    done = proved(world, RightKind.RESTRICTION)
    with pytest.raises(Conflict, match="over"):
        prove(world.app, done.id, world.outbox.code())


def test_a_withdrawal_is_at_once_and_answered_when_it_is_done(world: World) -> None:
    anna, _ = world.granted("anna")
    request = proved(world, RightKind.WITHDRAWAL)
    assert (request.state, state_of(world, anna)) == (RequestState.FULFILLING, GrantState.ENDING)
    run_once(world.app)
    run_once(world.app)
    assert state_of(world, anna) is GrantState.ENDED
    assert kept(world, request.id).state is RequestState.DELIVERED
    assert "is done" in world.outbox.letters[-1].subject


def test_grants_that_are_named_are_the_only_ones(world: World) -> None:
    anna, subject = world.granted("anna")
    wish = world.wish("anna", subject=subject, purpose=PurposeId("find_my_photos@1"))
    other = ask_grant(world.app, world.who("steward"), wish)
    confirm(world.app, other.grant, world.outbox.code())
    proved(world, RightKind.RESTRICTION, grants=(anna,))
    assert state_of(world, anna) is GrantState.RESTRICTED
    assert state_of(world, other.grant) is GrantState.ACTIVE


def test_an_objection_stops_the_use_and_waits_for_a_human(world: World) -> None:
    anna, _ = world.granted("anna")
    request = proved(world, RightKind.OBJECTION)
    assert (request.state, request.plan) == (RequestState.OPEN, None)
    assert state_of(world, anna) is GrantState.RESTRICTED


def test_an_erasure_makes_the_person_unfindable_at_once(world: World) -> None:
    _, subject = world.enrolled("anna")
    request = proved(world, RightKind.ERASURE)
    with world.app.store.read() as reader:
        assert reader.subjects.get(subject).state is SubjectState.ERASING
        steps = [effect.kind for effect in reader.plans.effects(request.plan)]
    assert EffectKind.CLOSE_REQUEST in steps


def test_an_erasure_that_is_under_way_is_joined(world: World) -> None:
    """Somebody else began it: one plan is enough, and it ends the request too."""
    _, subject = world.enrolled("anna")
    app = world.reopen(_stopping("erase.committed"))
    with pytest.raises(Killed):
        erase(app, world.who("steward"), subject, world.organisation)
    app.close()
    request = proved(world, RightKind.ERASURE)
    with world.app.store.read() as reader:
        (plan,) = reader.plans.open()
    assert (request.subject, request.plan) == (subject, plan.id)


@pytest.mark.parametrize("letters", [1, 2])
def test_a_receipt_proves_the_person_in_one_step(world: World, letters: int) -> None:
    """No code is asked of who holds what was handed to them, whoever wrote the same before."""
    grant = ask_grant(world.app, world.who("steward"), world.wish("anna"))
    said = confirm(world.app, grant.grant, world.outbox.code())
    who = Who(By.SUBJECT, proof=said.receipt)
    if letters == 2:
        asked(world, RightKind.WITHDRAWAL)
    done = receive(world.app, who, RequestWish(RightKind.WITHDRAWAL, ANNA))
    assert isinstance(done, Received)
    assert (done.proved, done.letters) == (True, letters)
    assert state_of(world, grant.grant) is GrantState.ENDING
    assert not re.search(r"[A-Z2-9]{5} [A-Z2-9]{5}", world.outbox.letters[-1].text)


def test_who_objects_again_by_a_receipt_is_heard_once(world: World) -> None:
    """A repeat of what was proved is counted, and restricts nothing once more; no code is made."""
    grant = ask_grant(world.app, world.who("steward"), world.wish("anna"))
    said = confirm(world.app, grant.grant, world.outbox.code())
    who, wish = Who(By.SUBJECT, proof=said.receipt), RequestWish(RightKind.OBJECTION, ANNA)
    since = world.app.store.head().size
    first = receive(world.app, who, wish)
    again = receive(world.app, who, wish)
    assert isinstance(first, Received)
    assert isinstance(again, Received)
    assert (again.request, again.letters, again.proved) == (first.request, 2, True)
    kinds = [entry.kind for entry in entries(world, since)]
    assert kinds.count(EntryKind.GRANT_RESTRICTED) == 1
    assert kinds.count(EntryKind.REQUEST_JOINED) == 1
    assert state_of(world, grant.grant) is GrantState.RESTRICTED


def test_mail_that_is_down_stops_no_clock(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The letter is taken in; its code goes out with the worker."""
    send = world.outbox.send

    def down(_message: Message) -> None:
        raise Busy("down", "")

    monkeypatch.setattr(world.outbox, "send", down)
    done = asked(world, RightKind.ACCESS)
    assert not done.told
    run_once(world.app)
    monkeypatch.setattr(world.outbox, "send", send)
    run_once(world.app)
    assert world.outbox.letters == [], "one try a day, so that the ledger is not filled"
    world.clock.go(days=1)
    run_once(world.app)
    assert isinstance(prove(world.app, done.request, world.outbox.code()), Proved)


@pytest.mark.parametrize("name", ["", "anna", "Anna Berg", "  ANNA "])
def test_people_sign_as_they_like(world: World, name: str) -> None:
    _, subject = world.granted("anna")
    assert kept(world, asked(world, RightKind.ACCESS, name=name).request).subject == subject


def test_another_name_on_a_known_mailbox_is_nobody_known(world: World) -> None:
    """They get an answer of their own, with nothing in it that is Anna's."""
    _, subject = world.granted("anna")
    first = kept(world, asked(world, RightKind.ACCESS, name="Bruno").request)
    assert (first.subject != subject, first.newcomer) == (True, True)
    second = kept(world, asked(world, RightKind.ERASURE, name="Bruno Berg").request)
    third = kept(world, asked(world, RightKind.OBJECTION, name="Carla").request)
    assert {second.subject, third.subject} == {first.subject}, "one mailbox, one newcomer"
    assert kept(world, asked(world, RightKind.OBJECTION).request).subject == subject


def test_the_answer_goes_to_the_contact_that_was_confirmed(world: World) -> None:
    """``anna+x@`` is Anna's mailbox to us; whoever's it is, the letter goes to Anna."""
    world.granted("anna")
    asked(world, RightKind.ACCESS, "anna+x@example.org")
    assert world.outbox.letters[-1].to == ANNA


def test_a_killed_process_leaves_a_request_or_none(world: World) -> None:
    """Killed before the letter went: the worker sends the code."""

    app = world.reopen(_stopping("request.committed"))
    with pytest.raises(Killed):
        receive(app, world.who("officer"), RequestWish(RightKind.ACCESS, ANNA))
    app.close()
    assert world.outbox.letters == []
    run_once(world.app)
    with world.app.store.read() as reader:
        (request,) = reader.requests.open()
    assert isinstance(prove(world.app, request.id, world.outbox.code()), Proved)


def test_keys_of_requests_that_never_came_are_swept(world: World) -> None:
    """A repeat needs no key of its own; the request that stands keeps its."""
    done = asked(world, RightKind.COMPLAINT)
    asked(world, RightKind.COMPLAINT)
    world.clock.go(days=9)
    run_once(world.app)
    moment = world.clock() + timedelta(days=1)
    left = [key for key in world.app.keyring.older_than(moment) if key.startswith("request:")]
    assert left == [request_key(done.request)]

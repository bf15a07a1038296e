"""A legal hold keeps what it names, and nothing else waits for it (GDPR 17(3)(e))."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from licet.cli import signing
from licet.collect import collect
from licet.consent import ceilings
from licet.effects.certifying import certificate
from licet.granting import withdraw
from licet.ledger.leaf import decode as read_leaf
from licet.ledger.receipt import decode
from licet.ledger.statement import ErasureStatement
from licet.recovery import back_up
from licet.rights.erase import erase
from licet.rights.hold import HoldLine, lift, list_holds, place
from licet.search import search
from licet.terms.acting import SUBJECT
from licet.terms.errors import BadInput, Conflict, NotFound
from licet.terms.grant import GrantState, SubjectState
from licet.terms.granting import Message
from licet.terms.ids import GrantId, HoldId, PlanId, SubjectId, new_id
from licet.terms.ledger import EntryKind
from licet.terms.permit import Refusal
from licet.terms.plan import EffectKind, WorkState
from licet.terms.rights import HoldWish
from licet.terms.search import SearchResult, SearchState
from licet.worker import run_once
from tests.fakes.deployment import CLEARANCE, World
from tests.fakes.recipient import add_recipient
from tests.fakes.vision import photo
from tests.redteam.real import RealWorld

PAPER = hashlib.sha256(b"court order 7 O 12/26").hexdigest()
GoBack = Callable[[Path], None]


class _Killed(BaseException):
    """The process dies here."""


def _wish(world: World, subject: SubjectId, *grants: GrantId, days: int = 90) -> HoldWish:
    return HoldWish(subject, grants, PAPER, world.clock() + timedelta(days=days))


def _held(world: World, subject: SubjectId, *grants: GrantId, days: int = 90) -> HoldId:
    wish = _wish(world, subject, *grants, days=days)
    placed = place(world.app, world.who("officer", "steward"), wish)
    assert not isinstance(placed, Refusal), placed
    return placed


def _searched(world: World, name: str) -> SearchState:
    probe = photo(name, shot=9)
    case = world.case(probe, reference=new_id())
    found = search(world.app, world.who("investigator"), case, CLEARANCE, probe)
    assert isinstance(found, SearchResult), found
    return found.state


def _state(world: World, grant: GrantId) -> GrantState:
    with world.app.store.read() as reader:
        found = reader.grants.get(grant)
    assert found is not None
    return found.state


def _templates(world: World, grant: GrantId) -> int:
    with world.app.store.read() as reader:
        return len(reader.templates.of_grant(grant))


def _subjects(world: World) -> list[str]:
    return [letter.subject for letter in world.outbox.letters]


def _letters(world: World, subject: str) -> list[Message]:
    return [letter for letter in world.outbox.letters if letter.subject == subject]


def _done(world: World, plan: PlanId) -> set[EffectKind]:
    with world.app.store.read() as reader:
        effects = reader.plans.effects(plan)
    return {effect.kind for effect in effects if effect.state is WorkState.DONE}


def test_an_erasure_waits_for_what_is_held_and_for_nothing_else(world: World) -> None:
    """Two grants, one held: the other one's rows and key are gone at once."""
    club = add_recipient(world)
    held, subject = world.enrolled("anna")
    free, same = club.enrolled("anna")
    assert same == subject
    _held(world, subject, held)
    plan = erase(world.app, SUBJECT, subject)
    assert not isinstance(plan, Refusal)
    assert (_templates(world, held), _templates(world, free)) == (1, 0)
    assert world.app.keyring.has(f"grant:{held}")  # type: ignore[arg-type]
    assert not world.app.keyring.has(f"grant:{free}")  # type: ignore[arg-type]
    assert _searched(world, "anna") is SearchState.NONE
    assert _searched(club, "anna") is SearchState.NONE
    size = world.app.store.head().size
    assert run_once(world.app).waiting == 1
    assert EffectKind.DELETE_ROWS not in _done(world, plan)
    world.clock.go(minutes=5)
    before = world.app.store.head().size
    run_once(world.app)
    assert world.app.store.head().size == before > size, "waiting leaves no entries"
    world.clock.go(days=91)
    assert run_once(world.app).problems == ()
    assert _templates(world, held) == 0
    statement = decode(certificate(world.app, plan)).statement
    assert isinstance(statement, ErasureStatement)
    counts = {one.store: (one.before, one.after) for one in statement.counts}
    assert counts["templates"] == (2, 0), "what went early is counted too"
    assert counts["holds"] == (1, 0)
    assert world.app.keyring.absent({f"grant:{held}", f"subject:{subject}"}) == {  # type: ignore[arg-type]
        f"grant:{held}",
        f"subject:{subject}",
    }


def test_a_held_grant_is_found_by_nobody_and_the_person_is_told(world: World) -> None:
    """At once and in every process; the letter says what, and until when."""
    other = world.reopen()
    anna, subject = world.enrolled("anna")
    hold = _held(world, subject, anna)
    assert _state(world, anna) is GrantState.RESTRICTED
    assert _searched(world, "anna") is SearchState.NONE
    other.close()
    assert _letters(world, "Some of your data is kept for a legal claim") == []
    run_once(world.app)
    (letter,) = _letters(world, "Some of your data is kept for a legal claim")
    assert letter.to == "anna@example.org"
    assert anna in letter.text
    assert hold in letter.text


def test_lifting_lets_everything_go_on(world: World) -> None:
    """What was withdrawn meanwhile ends; what the person left alone may be found again."""
    anna, subject = world.enrolled("anna")
    bea, other = world.enrolled("bea")
    first, second = _held(world, subject, anna), _held(world, other, bea)
    withdraw(world.app, SUBJECT, anna)
    run_once(world.app)
    assert (_state(world, anna), _templates(world, anna)) == (GrantState.ENDING, 1)
    for hold in (first, second):
        assert isinstance(lift(world.app, world.who("officer", "steward"), hold), int)
    run_once(world.app)
    assert (_state(world, anna), _templates(world, anna)) == (GrantState.ENDED, 0)
    assert _state(world, bea) is GrantState.ACTIVE
    assert _searched(world, "bea") is SearchState.CANDIDATES
    assert len(_letters(world, "A legal hold on your data is over")) == 2
    with pytest.raises(Conflict):
        lift(world.app, world.who("officer", "steward"), first)


def test_a_hold_ends_by_itself_on_its_day(world: World) -> None:
    """The worker ends it, says so, and tells the person."""
    anna, subject = world.enrolled("anna")
    hold = _held(world, subject, anna, days=30)
    world.clock.go(days=31)
    run_once(world.app)
    assert _state(world, anna) is GrantState.ACTIVE
    with world.app.store.read() as reader:
        kept = reader.holds.get(hold)
        kinds = [read_leaf(leaf.data).kind for leaf in reader.leaves.iterate()]
    assert kept is not None
    assert kept.lifted_at == world.clock()
    assert kinds.count(EntryKind.HOLD_LIFTED) == 1
    assert "A legal hold on your data is over" in _subjects(world)


def test_two_holds_on_one_grant_both_count(world: World) -> None:
    """The first one's end frees nothing that the second one names."""
    anna, subject = world.enrolled("anna")
    first = _held(world, subject, anna, days=30)
    _held(world, subject, anna, days=60)
    lift(world.app, world.who("officer", "steward"), first)
    assert _state(world, anna) is GrantState.RESTRICTED
    withdraw(world.app, SUBJECT, anna)
    run_once(world.app)
    assert _templates(world, anna) == 1
    world.clock.go(days=61)
    run_once(world.app)
    assert _templates(world, anna) == 0


def test_a_hold_placed_while_an_erasure_waits_for_mail_still_counts(world: World) -> None:
    """The rows are there yet: the plan waits before it deletes them."""
    from licet.terms.errors import Busy

    anna, subject = world.enrolled("anna")
    send = world.outbox.send

    def down(_message: Message) -> None:
        raise Busy("the mail server does not answer", "Try again later.")

    world.outbox.send = down  # type: ignore[method-assign]
    erase(world.app, SUBJECT, subject)
    _held(world, subject, anna)
    assert _state(world, anna) is GrantState.ENDING
    world.outbox.send = send  # type: ignore[method-assign]
    run_once(world.app)
    assert _templates(world, anna) == 1
    with world.app.store.read() as reader:
        found = reader.subjects.get(subject)
    assert found is not None
    assert found.state is SubjectState.ERASING


@pytest.mark.parametrize("where", ["effect.shred_keys.start", "effect.end_grants.start"])
def test_no_hold_promises_to_keep_what_is_deleted(world: World, where: str) -> None:
    """The grant has not ended, but its rows are gone: the claim is told so at once."""
    anna, subject = world.enrolled("anna")

    def stop(name: str) -> None:
        if name == where:
            raise _Killed

    world.app.close()
    world.app = world.reopen(stop)
    with pytest.raises(_Killed):
        withdraw(world.app, SUBJECT, anna)
    world.app.close()
    world.app = world.reopen()
    assert _state(world, anna) is GrantState.ENDING
    with pytest.raises(Conflict, match="nothing is left"):
        _held(world, subject, anna)
    assert list_holds(world.app, world.who("officer")) == ()


def test_appearances_of_a_held_grant_do_not_lapse(world: World) -> None:
    """The claim may rest on them; without a hold they are gone after ninety days."""
    anna, subject = world.enrolled("anna")
    bea, _ = world.enrolled("bea")
    source = world.source(world.folder(a=photo("anna", "bea")))
    collect(world.app, world.who("steward"), source.id)
    _held(world, subject, anna, days=180)
    world.clock.go(days=91)
    run_once(world.app)
    assert (_templates(world, anna), _templates(world, bea)) == (2, 1)
    world.clock.go(days=90)
    run_once(world.app)
    assert _templates(world, anna) == 1


@pytest.mark.parametrize("days", [0, -1, ceilings.HOLD_TERM.days + 1])
def test_a_hold_is_for_six_months_at_most_and_not_over(world: World, days: int) -> None:
    """Whoever needs longer places another one, and two people look again."""
    anna, subject = world.enrolled("anna")
    with pytest.raises(BadInput):
        _held(world, subject, anna, days=days)


def test_a_hold_names_what_is_there_and_theirs(world: World) -> None:
    """Nobody's, another's, a pending one: each is said, and nothing is placed."""
    anna, subject = world.enrolled("anna")
    bea, _ = world.enrolled("bea")
    withdrawn, same = world.granted("cleo")
    withdraw(world.app, SUBJECT, withdrawn)
    two = world.who("officer", "steward")
    for wish in (
        _wish(world, subject),
        _wish(world, subject, GrantId(new_id())),
        _wish(world, subject, anna, bea),
        _wish(world, same, withdrawn),
    ):
        with pytest.raises(Conflict):
            place(world.app, two, wish)
    with pytest.raises(NotFound):
        place(world.app, two, _wish(world, SubjectId(new_id()), anna))
    with pytest.raises(NotFound):
        lift(world.app, two, HoldId(new_id()))
    assert list_holds(world.app, world.who("officer")) == ()


def test_the_officer_and_a_second_member_of_the_controller_place_it(world: World) -> None:
    """Neither alone, nor others together, nor without a paper; each no is in the ledger."""
    anna, subject = world.enrolled("anna")
    wish = _wish(world, subject, anna)
    club = add_recipient(world)
    for who in (
        world.who("officer"),
        world.who("steward"),
        world.who("steward", "approver"),
        club.who("officer", "steward"),
        SUBJECT,
    ):
        assert isinstance(place(world.app, who, wish), Refusal)
    no_paper = replace(wish, instrument="")
    assert isinstance(place(world.app, world.who("officer", "steward"), no_paper), Refusal)
    hold = _held(world, subject, anna)
    assert isinstance(lift(world.app, world.who("steward"), hold), Refusal)


def test_a_hold_is_signed_with_everything_it_says(real: RealWorld) -> None:
    """A signature for thirty days places none for ninety; placing is not lifting."""
    anna, subject = real.enrolled("anna")
    wish = _wish(real, subject, anna, days=30)
    names = ("officer", "steward")
    longer = real.signed(signing.placing(_wish(real, subject, anna, days=90)), *names)
    assert isinstance(place(real.app, longer, wish), Refusal)
    hold = place(real.app, real.signed(signing.placing(wish), *names), wish)
    assert isinstance(hold, str), hold
    placing = real.signed(signing.placing(wish), *names)
    assert isinstance(lift(real.app, placing, HoldId(hold)), Refusal)
    lifting = real.signed(signing.lifting(real.app, HoldId(hold)), *names)
    assert isinstance(lift(real.app, lifting, HoldId(hold)), int)


def test_holds_are_listed_for_who_oversees_them(world: World) -> None:
    """With their paper, their day and whether they still hold."""
    anna, subject = world.enrolled("anna")
    first = _held(world, subject, anna, days=10)
    world.clock.go(days=5)
    second = _held(world, subject, anna, days=10)
    world.clock.go(days=6)
    listed = list_holds(world.app, world.who("officer"))
    assert not isinstance(listed, Refusal)
    assert all(isinstance(one, HoldLine) for one in listed)
    assert [(one.id, one.in_force) for one in listed] == [(second, True), (first, False)]
    assert listed[0].instrument == PAPER
    assert isinstance(list_holds(world.app, world.who("investigator")), Refusal)


def test_a_restore_knows_the_holds_of_since(world: World, tmp_path: Path, go_back: GoBack) -> None:
    """Placed since: it holds again. Lifted since: it holds no more."""
    anna, subject = world.enrolled("anna")
    bea, other = world.enrolled("bea")
    lifted = _held(world, other, bea)
    file = back_up(world.app, tmp_path / "monday.licet").file
    hold = _held(world, subject, anna)
    cleo, third = world.enrolled("cleo")
    _held(world, third, cleo)
    lift(world.app, world.who("officer", "steward"), lifted)
    erase(world.app, SUBJECT, subject)
    go_back(file)
    with world.app.store.read() as reader:
        (kept,) = reader.holds.in_force(reader.now)
    assert (kept.id, kept.grants, kept.instrument) == (hold, (anna,), PAPER)
    assert _state(world, bea) is GrantState.ACTIVE
    run_once(world.app)
    assert _templates(world, anna) == 1
    world.clock.go(days=91)
    assert run_once(world.app).problems == ()
    assert _templates(world, anna) == 0

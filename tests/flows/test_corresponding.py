"""Letters with authorities: who may file them, what is refused, what the ledger says."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from licet.governance import end_member
from licet.ledger.leaf import decode
from licet.rights.corresponding import Which, answer, assign, file_letter, list_letters
from licet.terms.corresponding import Filed, LetterLine, LetterWish
from licet.terms.errors import BadInput, Conflict, NotFound
from licet.terms.ids import CorrespondenceId, MemberId, OrderId
from licet.terms.ledger import Entry, EntryKind
from licet.terms.permit import Refusal
from tests.fakes.deployment import START, World

TODAY = START.date()
DUE = TODAY + timedelta(days=30)
ANSWER = "cd" * 32


def wish(world: World, **parts: Any) -> LetterWish:
    """Return a letter that asks for an answer in thirty days."""
    asked = LetterWish(
        authority="CNIL",
        digest="ab" * 32,
        says="asks which sources are collected",
        answer_by=DUE,
        owner=world.people["officer"],
    )
    return replace(asked, **parts)


def filed(world: World, **parts: Any) -> Filed:
    """File a letter as the steward."""
    done = file_letter(world.app, world.who("steward"), wish(world, **parts))
    assert isinstance(done, Filed), done
    return done


def lines(world: World, *, everything: bool = False) -> tuple[LetterLine, ...]:
    """Return the list as the officer reads it."""
    found = list_letters(world.app, world.who("officer"), Which(everything))
    assert not isinstance(found, Refusal), found
    return found


def entry(world: World, leaf: int) -> Entry:
    """Return one entry of the ledger."""
    with world.app.store.read() as reader:
        return decode(reader.leaves.get(leaf, leaf + 1)[0].data)


def test_a_letter_is_filed_answered_and_stays_on_the_list(world: World) -> None:
    done = filed(world)
    (line,) = lines(world)
    assert (line.authority, line.on, line.answer_by, line.left) == ("CNIL", TODAY, DUE, 30)
    assert (line.owner, line.waits, line.late) == ("officer", True, False)
    assert line.says == "asks which sources are collected"
    world.clock.go(days=3)
    answered = answer(world.app, world.who("officer"), done.letter, ANSWER, "sent by courier")
    assert isinstance(answered, Filed)
    assert lines(world) == ()
    (line,) = lines(world, everything=True)
    assert (line.answered_on, line.answer, line.waits) == (TODAY + timedelta(days=3), ANSWER, False)


def test_the_ledger_holds_the_digests_and_the_term_and_no_words(world: World) -> None:
    done = filed(world)
    answered = answer(world.app, world.who("officer"), done.letter, ANSWER, "by courier")
    assert isinstance(answered, Filed)
    first, last = entry(world, done.leaf), entry(world, answered.leaf)
    assert (first.kind, last.kind) == (EntryKind.LETTER_FILED, EntryKind.LETTER_ANSWERED)
    assert dict(first.facts)["digest"] == "ab" * 32
    assert dict(last.facts)["answer"] == ANSWER
    assert dict(last.facts)["late"] is False
    told = repr((first, last))
    assert "CNIL" not in told
    assert "courier" not in told
    assert world.people["officer"] not in told


@pytest.mark.parametrize("name", ["investigator", "approver", "verifier"])
def test_it_is_the_work_of_steward_and_officer(world: World, name: str) -> None:
    refused = file_letter(world.app, world.who(name), wish(world))
    assert isinstance(refused, Refusal)
    assert refused.reason == "wrong_role"
    seen = list_letters(world.app, world.who(name))
    assert isinstance(seen, Refusal)


@pytest.mark.parametrize(
    ("parts", "error", "says"),
    [
        ({"authority": " \u200b "}, BadInput, "authority is missing"),
        ({"digest": "letter.pdf"}, BadInput, "SHA-256"),
        ({"owner": None}, BadInput, "somebody who sees to it"),
        ({"answer_by": None}, BadInput, "somebody who sees to it"),
        ({"outgoing": True}, BadInput, "asks nothing of us"),
        ({"on": TODAY + timedelta(days=1)}, BadInput, "in the future"),
        ({"answer_by": TODAY - timedelta(days=1)}, BadInput, "before the letter"),
        ({"order": OrderId("none")}, NotFound, "no such order"),
        ({"owner": MemberId("nobody")}, Conflict, "can see to it"),
        ({"says": "x" * 301}, BadInput, "300 letters"),
    ],
)
def test_what_cannot_be_is_not_filed(
    world: World, parts: dict[str, Any], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        filed(world, **parts)
    assert lines(world, everything=True) == ()


def test_who_left_sees_to_nothing(world: World) -> None:
    """Neither a new letter nor an old one: the list says that nobody does."""
    done = filed(world, owner=world.people["approver"])
    end_member(world.app, world.who("steward", "officer"), world.people["approver"])
    with pytest.raises(Conflict, match="can see to it"):
        filed(world, owner=world.people["approver"])
    assert lines(world)[0].owner == ""
    given = assign(world.app, world.who("steward"), done.letter, world.people["officer"])
    assert isinstance(given, Filed)
    assert given.answer_by == DUE, "the day stays"
    assert lines(world)[0].owner == "officer"
    assert entry(world, given.leaf).kind is EntryKind.LETTER_ASSIGNED


def test_an_answer_is_given_once_and_only_to_what_was_asked(world: World) -> None:
    done = filed(world)
    ours = filed(world, outgoing=True, answer_by=None, owner=None)
    who = world.who("officer")
    with pytest.raises(BadInput, match="SHA-256"):
        answer(world.app, who, done.letter, "by phone")
    with pytest.raises(NotFound, match="no such letter"):
        answer(world.app, who, CorrespondenceId("none"), ANSWER)
    with pytest.raises(Conflict, match="wrote this letter ourselves"):
        answer(world.app, who, ours.letter, ANSWER)
    answer(world.app, who, done.letter, ANSWER)
    with pytest.raises(Conflict, match="answered already"):
        answer(world.app, who, done.letter, ANSWER)
    with pytest.raises(Conflict, match="answered already"):
        assign(world.app, who, done.letter, world.people["steward"])


def test_who_may_not_file_may_not_answer_nor_assign(world: World) -> None:
    done = filed(world)
    who = world.who("investigator")
    assert isinstance(answer(world.app, who, done.letter, ANSWER), Refusal)
    assert isinstance(assign(world.app, who, done.letter, world.people["steward"]), Refusal)
    assert lines(world)[0].owner == "officer"


def test_the_first_due_comes_first_and_the_newest_after(world: World) -> None:
    late, soon = DUE + timedelta(days=9), DUE - timedelta(days=9)
    filed(world, says="late", answer_by=late)
    filed(world, says="soon", answer_by=soon)
    filed(world, says="older", answer_by=None, owner=None, on=date(2026, 1, 5))
    filed(world, says="newer", answer_by=None, owner=None)
    assert [line.says for line in lines(world)] == ["soon", "late"]
    every = [line.says for line in lines(world, everything=True)]
    assert every == ["soon", "late", "newer", "older"]

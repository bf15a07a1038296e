"""A restore loses no authority's letter: its term runs on, and what was answered stays so."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from licet.effects.corresponding import LETTERS_AGAIN
from licet.effects.record import record_machine
from licet.ledger.leaf import decode
from licet.recovery import back_up
from licet.rights.corresponding import Which, answer, assign, file_letter, list_letters
from licet.terms.corresponding import Filed, LetterLine, LetterWish
from licet.terms.ids import CorrespondenceId
from licet.terms.ledger import EntryKind
from licet.worker import run_once
from tests.fakes.deployment import START, World

GoBack = Callable[[Path], None]
DUE = START.date() + timedelta(days=30)
ANSWER = "cd" * 32


def _filed(world: World, authority: str) -> CorrespondenceId:
    owner = world.people["officer"]
    wish = LetterWish(authority, "ab" * 32, "what is kept", answer_by=DUE, owner=owner)
    done = file_letter(world.app, world.who("steward"), wish)
    assert isinstance(done, Filed), done
    return done.letter


def _lines(world: World) -> dict[CorrespondenceId, LetterLine]:
    found = list_letters(world.app, world.who("officer"), Which(everything=True))
    assert isinstance(found, tuple), found
    return {one.id: one for one in found}


def test_letters_after_the_backup_come_back_with_their_day(
    world: World, tmp_path: Path, go_back: GoBack
) -> None:
    """Without their words and without an owner: a human takes the letter out of its folder."""
    known = _filed(world, "CNIL")
    file = back_up(world.app, tmp_path / "monday.licet").file
    answer(world.app, world.who("officer"), known, ANSWER)
    lost, done = _filed(world, "ICO"), _filed(world, "AEPD")
    answer(world.app, world.who("officer"), done, ANSWER)
    go_back(file)
    lines = _lines(world)
    assert (lines[known].authority, lines[known].waits, lines[known].answer) == (
        "CNIL",
        False,
        ANSWER,
    )
    assert (lines[lost].authority, lines[lost].says, lines[lost].owner) == ("", "", "")
    assert (lines[lost].answer_by, lines[lost].waits) == (DUE, True)
    assert (lines[done].waits, lines[done].answer) == (False, ANSWER)
    _replay_once_more(world)
    assert _lines(world) == lines, "doing it again changes nothing"
    world.clock.go(days=31)
    assert run_once(world.app).late_letters == 1


def _replay_once_more(world: World) -> None:
    with world.app.store.unit() as unit:
        for leaf in unit.leaves.get(0, unit.head.size):
            entry = decode(leaf.data)
            if entry.kind in LETTERS_AGAIN:
                LETTERS_AGAIN[entry.kind](unit, entry, leaf.index)
        record_machine(unit, EntryKind.RESTORED)


def test_a_letter_that_came_back_is_taken_up_and_answered(
    world: World, tmp_path: Path, go_back: GoBack
) -> None:
    """Also after the sweep took its key along: nothing was sealed under it any more."""
    file = back_up(world.app, tmp_path / "monday.licet").file
    lost = _filed(world, "ICO")
    go_back(file)
    for _ in range(2):
        world.clock.go(days=8)
        run_once(world.app)
    given = assign(world.app, world.who("steward"), lost, world.people["steward"])
    assert isinstance(given, Filed)
    assert _lines(world)[lost].owner == "steward"
    done = answer(world.app, world.who("steward"), lost, ANSWER, "found it in the folder")
    assert isinstance(done, Filed)
    assert not _lines(world)[lost].waits

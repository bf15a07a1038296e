"""D11: an authority's letter has a last day and an owner; unanswered, it alarms."""

from datetime import date, datetime, timedelta

from licet.doctor import Finding, Weight, examine
from licet.rights.corresponding import Which, answer, file_letter, list_letters
from licet.terms.corresponding import Filed, LetterLine, LetterWish
from licet.terms.permit import Refusal
from licet.worker import run_once
from tests.fakes.deployment import START, World, settings_of

DUE = START.date() + timedelta(days=30)


def _file(world: World, by: date = DUE) -> Filed:
    wish = LetterWish(
        authority="Data Protection Office",
        digest="ab" * 32,
        says="which sources are there",
        answer_by=by,
        owner=world.people["officer"],
    )
    done = file_letter(world.app, world.who("steward"), wish)
    assert isinstance(done, Filed), done
    return done


def _list(world: World) -> tuple[LetterLine, ...]:
    found = list_letters(world.app, world.who("officer"), Which(everything=True))
    assert not isinstance(found, Refusal), found
    return found


def _terms(world: World) -> list[Finding]:
    settings = settings_of(world.home, world.url)
    found = examine(settings, world.clock, lambda _settings: world.reopen())
    return [one for one in found.findings if one.part == "terms"]


def _alarms(world: World) -> list[str]:
    return [one.subject for one in world.outbox.letters if one.subject.startswith("Alarm")]


def test_it_warns_a_week_and_two_days_before_and_when_it_is_over(world: World) -> None:
    """Once each, however often anybody looks, and to nobody who would not have to know."""
    done = _file(world)
    midnight = datetime.combine(DUE, datetime.min.time(), START.tzinfo)
    for days_before, alarms, late in (
        (20, 0, 0),
        (6, 1, 0),
        (5, 1, 0),
        (1, 2, 0),
        (0, 2, 0),
        (-1, 3, 1),
        (-30, 3, 1),
    ):
        world.clock.now = midnight + timedelta(days=-days_before, hours=12)
        for _ in range(2):
            assert run_once(world.app).late_letters == late, days_before
        assert len(_alarms(world)) == alarms, days_before
    text = world.outbox.letters[-1].text
    assert done.letter in text
    assert "Data Protection Office" not in text, "a mailbox is no safe place"


def test_it_is_red_until_it_is_answered(world: World) -> None:
    """In the list, in the worker and in the doctor; the answer ends all three."""
    done = _file(world)
    world.clock.go(days=25)
    assert [one.weight for one in _terms(world)] == [Weight.WATCH]
    world.clock.go(days=380)
    (line,) = _list(world)
    assert (line.late, line.left) == (True, -375)
    assert run_once(world.app).late_letters == 1
    (found,) = _terms(world)
    assert (found.weight, found.says) == (
        Weight.MEND,
        "authorities' letters that are late: 1, by 375 days",
    )
    answered = answer(world.app, world.who("officer"), done.letter, "cd" * 32)
    assert isinstance(answered, Filed)
    assert run_once(world.app).late_letters == 0
    assert _terms(world) == []
    (line,) = _list(world)
    assert (line.waits, line.late, line.answer) == (False, False, "cd" * 32)


def test_an_answer_in_time_ends_the_warnings(world: World) -> None:
    done = _file(world)
    answer(world.app, world.who("officer"), done.letter, "cd" * 32)
    world.clock.go(days=100)
    assert run_once(world.app).late_letters == 0
    assert _alarms(world) == []

"""C3: the first letter starts the clock; repeats join it and change nothing about it."""

from datetime import date

from licet.rights.inbox import list_requests
from licet.rights.intake import receive
from licet.terms.permit import Refusal
from licet.terms.rights import Received, RequestWish, RightKind
from licet.worker import run_once
from tests.fakes.deployment import World


def test_seven_letters_one_due_date(world: World) -> None:
    """However they sign and whoever files them, it is one request with seven letters."""
    letters = ("", "anna", "Anna", "ANNA BERG", "", "Berg, Anna", "anna")
    world.granted("anna")
    answers = []
    for n, name in enumerate(letters):
        wish = RequestWish(RightKind.ACCESS, "anna@example.org", name, f"letter {n}")
        done = receive(world.app, world.who("officer" if n % 2 else "steward"), wish)
        assert isinstance(done, Received), done
        answers.append(done)
        world.clock.go(days=3)
        run_once(world.app)
    assert len({done.request for done in answers}) == 1
    assert {done.due.date() for done in answers} == {date(2026, 4, 2)}
    assert [done.letters for done in answers] == [1, 2, 3, 4, 5, 6, 7]
    inbox = list_requests(world.app, world.who("officer"))
    assert not isinstance(inbox, Refusal)
    (line,) = inbox
    assert (line.letters, line.due) == (7, date(2026, 4, 2))


def test_a_letter_that_lay_about_started_the_clock_when_it_came(world: World) -> None:
    """Filed three weeks late, it is due a week from now."""
    wish = RequestWish(RightKind.ACCESS, "anna@example.org", received_on=date(2026, 2, 9))
    done = receive(world.app, world.who("officer"), wish)
    assert isinstance(done, Received)
    assert done.due.date() == date(2026, 3, 9)

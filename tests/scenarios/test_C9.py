"""C9: complaints have a register with a clock; what is overdue is red and raises an alarm."""

from pathlib import Path

import pytest

from licet.cli.commands.request import _row
from licet.doctor import examine
from licet.rights.answering import answer_now
from licet.rights.inbox import Which, list_requests
from licet.rights.intake import prove, receive
from licet.terms.inbox import RequestLine
from licet.terms.permit import Refusal
from licet.terms.rights import Decided, Received, RequestState, RequestWish, RightKind
from licet.worker import run_once
from tests.fakes.deployment import World, settings_of

COMPLAINTS = Which(kind=RightKind.COMPLAINT, everything=True)


def _register(world: World) -> tuple[RequestLine, ...]:
    found = list_requests(world.app, world.who("officer"), COMPLAINTS)
    assert not isinstance(found, Refusal), found
    return found


def _complained(world: World) -> Received:
    wish = RequestWish(RightKind.COMPLAINT, "anna@example.org", words="you never answer")
    done = receive(world.app, world.who("officer"), wish)
    assert isinstance(done, Received), done
    prove(world.app, done.request, world.outbox.code())
    return done


def test_an_overdue_complaint_is_red_and_alarms_until_it_is_answered(world: World) -> None:
    """It stays on the list for years if need be, and answering it ends the alarm."""
    done = _complained(world)
    world.clock.now = done.due
    assert (run_once(world.app).late, _register(world)[0].late) == (0, False)
    world.clock.go(days=400)
    assert run_once(world.app).late == 1
    (line,) = _register(world)
    assert (line.late, line.left) == (True, -400)
    assert "late by 400 days" in _row(line, line.waits_for)
    settings = settings_of(world.home, world.url)
    found = examine(settings, world.clock, lambda _settings: world.reopen())
    assert any("late: 1" in one.says for one in found.findings), found.findings
    assert not found.healthy
    said = answer_now(world.app, world.who("officer"), done.request, "We are sorry.")
    assert isinstance(said, Decided)
    run_once(world.app)
    assert run_once(world.app).late == 0
    (line,) = _register(world)
    assert (line.state, line.late) == (RequestState.DELIVERED, False)


def test_the_row_is_drawn_in_red(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Red on a terminal, and a word for who does not see it."""
    from rich.console import Console

    from licet.cli.output import Grid, _print

    del tmp_path
    grid = Grid(("left",), (("3",), ("late by 2 days",)), "", frozenset({1}))
    console = Console(force_terminal=True, color_system="standard", width=40, markup=False)
    _print(console, grid)
    calm, late = capsys.readouterr().out.splitlines()[1:]
    assert "\x1b[1;31mlate by 2 days" in late
    assert "\x1b[1;31m" not in calm

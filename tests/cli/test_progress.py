"""Bars are for people at a terminal: with counts, and for nobody else."""

import io
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from pathlib import Path

import pytest

from licet.cli import opening
from licet.cli.progress import progress, wanted
from tests.cli.stage import Player


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@contextmanager
def terminal() -> Iterator[Terminal]:
    """Give a terminal in the place of stderr; pytest puts its own there between phases."""
    with redirect_stderr(Terminal()) as made:
        yield made


def test_a_bar_counts_at_a_terminal() -> None:
    with terminal() as shown, progress(False, "collecting album") as tell:
        tell(3, 7)
    assert "collecting album" in shown.getvalue()
    assert "3/7" in shown.getvalue()


def test_a_document_comes_without_a_bar() -> None:
    with terminal() as shown, progress(True, "collecting album") as tell:
        tell(3, 7)
    assert shown.getvalue() == ""


def test_a_pipe_gets_no_bar() -> None:
    with redirect_stderr(io.StringIO()):
        assert not wanted(False)


def test_opening_a_large_gallery_draws_a_bar(
    player: Player, monkeypatch: pytest.MonkeyPatch
) -> None:
    player.play(Path(__file__).with_name("sessions").joinpath("stop.txt").read_text())
    monkeypatch.setattr(opening, "WORTH_A_BAR", 1)
    from licet.effects.shelf import fresh_gallery
    from licet.settings import Settings

    app = player.theatre.open(Settings.read(Path("home")))
    app.shelf.watch = opening.drawn
    with terminal() as shown:
        rows = fresh_gallery(app).stats.rows
    assert rows > 0
    assert f"{rows}/{rows}" in shown.getvalue()
    app.close()

"""Sessions at the command line, word for word."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.stage import Player, writing

FOLDER = Path(__file__).parent / "sessions"
SESSIONS = sorted(file.stem for file in FOLDER.glob("*.txt"))
ON_BOTH = ("archive", "recovery")
"""Sessions that are played on a PostgreSQL server too."""


ON_A_SERVER = (
    "  on the operator's word: that nobody kept the shredded keys: "
    "sealed bytes may remain, unreadable\n"
)
"""The one difference: what a server deletes may stay in its files, sealed for ever."""


def hold(player: Player, name: str, more: str = "") -> None:
    """Play a session and hold what happened against the file; ``more`` comes on top."""
    file = FOLDER / f"{name}.txt"
    script = file.read_text(encoding="utf-8")
    played = player.play(script)
    assert "a defect of licet" not in played
    assert more in played
    played = played.replace(more, "") if more else played
    if writing() and not more:
        file.write_text(played, encoding="utf-8")
    assert played == script


@pytest.mark.parametrize("name", SESSIONS)
def test_a_session_goes_word_for_word(player: Player, name: str) -> None:
    player.variables["DATABASE"] = ""
    hold(player, name)


@pytest.mark.parametrize("name", ON_BOTH)
def test_a_session_goes_the_same_on_a_server(
    player: Player, new_database: Callable[[str], str], name: str
) -> None:
    player.variables["DATABASE"] = f"--database '{new_database('postgresql')}'"
    hold(player, name, ON_A_SERVER)

"""A player in an empty folder, with nothing of the machine's own settings."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.stage import Player


@pytest.fixture
def player(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Player:
    """Give a player whose current folder is empty."""
    for name in [name for name in os.environ if name.startswith("LICET_")]:
        monkeypatch.delenv(name)
    place = tmp_path / "stage"
    place.mkdir()
    monkeypatch.chdir(place)
    monkeypatch.setenv("LICET_HOME", "home")
    return Player(place, monkeypatch)


@pytest.fixture
def archive(player: Player) -> Player:
    """Give a player in a sandbox with members, one enrolled person and a collected source."""
    player.play(OPENING)
    return player


Play = Callable[[str], str]

OPENING = """
> file licence.txt we may
> folder album
> photo album/harbour.jpg anna x y
> photo album/quay.jpg z
> photo anna-1.jpg anna shot=1
> photo anna-2.jpg anna shot=2
> photo anna-3.jpg anna shot=3
$ licet init --sandbox --controller "Harbour Archive"
$ licet member add ines --role investigator --as steward,officer
$ licet member add arno --role approver --as steward,officer
$ licet member add vera --role verifier --as steward,officer
$ licet member add vito --role verifier --as steward,officer
$ licet grant ask Anna --contact anna@example.org --born 1980-05-17 \
--purpose archive_rights_clearance --relationship pictured --as steward
"""

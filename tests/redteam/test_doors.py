"""What the command line tells whom: nothing about a person without a member who answers for it."""

from pathlib import Path

import pytest

from licet.app import App
from licet.cli import main
from licet.cli.outside import Outside
from licet.collect import collect
from licet.settings import Settings
from tests.fakes.deployment import World
from tests.fakes.vision import photo
from tests.redteam.real import RealWorld


class Door(Outside):
    """The command line onto a world that a test made."""

    def __init__(self, world: World) -> None:
        self.world = world

    def open(self, settings: Settings) -> App:
        """Open the world's deployment once more."""
        return self.world.reopen()


def _run(world: World, *words: str) -> int:
    return main([*words, "--home", str(world.home)], Door(world))


def test_nobody_looks_up_who_is_enrolled(
    real: RealWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    """Invariant 3: no member, no role, no case, and the ledger does not know of it."""
    grant, _ = real.granted("anna")
    assert _run(real, "grant", "list", "--contact", "anna@example.org", "--json") != 0
    assert _run(real, "grant", "show", grant, "--json") != 0
    assert grant not in capsys.readouterr().out


def test_nobody_reads_what_a_case_searched(
    real: RealWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever has a shell reads every organisation's cases, searches and suggestions."""
    real.case(photo("anna", shot=9), reference="the-anna-matter")
    for words in (("case", "list"), ("search", "list", "the-anna-matter"), ("suggestion", "list")):
        assert _run(real, *words, "--json") != 0
    assert "the-anna-matter" not in capsys.readouterr().out


@pytest.mark.parametrize(
    "words", [("member", "list"), ("org", "list"), ("source", "list"), ("appearance", "list")]
)
def test_no_register_is_read_for_nobody_in_particular(
    real: RealWorld, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """Names of members are theirs, and what was seen of people is nobody's to browse."""
    assert _run(real, *words, "--json") != 0
    assert "steward" not in capsys.readouterr().out


def test_names_act_nowhere_real(real: RealWorld, capsys: pytest.CaptureFixture[str]) -> None:
    """``--as`` and ``--as-person`` are refused outside a sandbox."""
    grant, subject = real.granted("anna")
    assert _run(real, "withdraw", grant, "--as", "steward") != 0
    assert _run(real, "withdraw", grant, "--as-person") != 0
    assert _run(real, "erase", subject, "--as-person") != 0
    assert "this deployment is real" in capsys.readouterr().err


def test_another_persons_receipt_ends_nothing(
    real: RealWorld, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A receipt opens its own person's commitment alone."""
    wish = real.wish("mallory")
    from licet.cli import signing
    from licet.granting import ask_grant, confirm

    asked = ask_grant(real.app, real.signed(signing.asking_grant(wish), "steward"), wish)
    receipt = confirm(real.app, asked.grant, real.outbox.code()).receipt
    (tmp_path / "mine.json").write_bytes(receipt)
    grant, _ = real.granted("anna")
    assert _run(real, "withdraw", grant, "--proof", str(tmp_path / "mine.json")) != 0
    assert "not this person's" in capsys.readouterr().err


def test_no_file_name_is_printed(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Addresses are sealed in the store, and would stand in clear in every log of the command."""
    told = tmp_path / "unread.txt"
    place = world.folder(**{"anna-lindqvist-chemotherapy": b"no photo"})
    source = world.source(place)
    collect(world.app, world.who("steward"), source.id)
    for words in ((), ("--json",)):
        assert _run(world, "collect", "album", "--as", "steward", *words) == 0
        assert "lindqvist" not in capsys.readouterr().out
    assert _run(world, "collect", "album", "--as", "steward", "--unreadable", str(told)) == 0
    assert "lindqvist" in told.read_text()
    assert told.stat().st_mode & 0o077 == 0, "who runs the command reads it, and nobody else"

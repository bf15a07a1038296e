"""Witnesses and timestamps at the command line: shown, stamped, examined, verified by others."""

import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from licet.cli.exits import Exit
from tests.cli.stage import Done, Player, run
from tests.fakes.authority import LocalAuthority
from tests.fakes.web import http_server
from tests.fakes.witness import LocalWitness


@dataclass
class Harbour:
    """An archive with one witness and one timestamp authority."""

    player: Player
    witness: LocalWitness
    authority: LocalAuthority

    def licet(self, *words: str) -> Done:
        return run(self.player.theatre, list(words))

    @property
    def vkey(self) -> str:
        return self.licet("ledger", "key").out.strip()


@pytest.fixture
def harbour(archive: Player, tmp_path: Path) -> Iterator[Harbour]:
    witness = LocalWitness("w.example/1", 11, tmp_path / "seen.json")
    authority = LocalAuthority(clock=archive.theatre.clock)
    made = Harbour(archive, witness, authority)
    witness.knows(made.vkey)
    Path("roots").write_bytes(authority.pem)
    shutil.copy("roots", "home/roots")
    Path("witness.vkey").write_text(witness.vkey + "\n", encoding="utf-8")
    with ExitStack() as served:
        url = served.enter_context(http_server(witness.answer))
        time = served.enter_context(http_server(authority.answer))
        with Path("home/licet.toml").open("a", encoding="utf-8") as file:
            file.write(
                f'witnesses = ["{witness.vkey}"]\nwitness_urls = ["{url}"]\n'
                f'timestamp_url = "{time}"\ntimestamp_authorities = "roots"\n'
            )
        yield made


def test_the_ledger_is_shown_stamped_and_verified_by_anybody(harbour: Harbour) -> None:
    head = harbour.licet("ledger", "head").out
    Path("noted").write_text(head, encoding="utf-8")
    size = int(head.split("\n")[1])
    shown = harbour.licet("ledger", "witness")
    assert (shown.code, shown.out) == (0, f"w.example/1: {size} of {size} entries\n")
    stamped = harbour.licet("ledger", "timestamp")
    says = f"{size} entries, stamped at 2026-03-02T09:00:00+00:00 by CN=Harbour Time.\n"
    assert (stamped.code, stamped.out) == (0, says)
    assert json.loads(harbour.licet("ledger", "witness", "--json").out)["witnesses"] == [
        {"witness": "w.example/1", "size": size, "at": "2026-03-02T08:43:20.000Z",
         "problem": "", "alarm": False},
    ]  # fmt: skip
    examined = harbour.licet("doctor").out
    assert f"witness: w.example/1 saw {size} of {size} entries" in examined
    assert f"timestamp: {size} entries were stamped on 2026-03-02" in examined

    assert harbour.licet("ledger", "export", "copy").code == 0
    trust = ("--vkey", harbour.vkey, "--witness", "witness.vkey")
    noted = harbour.licet("verify", "noted", *trust, "--mirror", "copy")
    assert noted.code == 0
    assert f"the witness w.example/1 saw it by 2026-03-02 08:43:20 UTC, in {size} entries" in (
        noted.out
    )
    kept = ("verify", f"copy/checkpoints/{size}", *trust, "--timestamp-authority", "roots")
    assert "CN=Harbour Time stamped that checkpoint: 2026-03-02 09:00:00 UTC" in (
        harbour.licet(*kept).out
    )
    # Without the key nobody can tell whose it is.
    assert harbour.licet("verify", "noted").code == Exit.BAD_INPUT


def test_a_witness_that_fails_is_named_with_its_exit_code(harbour: Harbour) -> None:
    harbour.witness.says = (500, "text/plain", b"")
    down = harbour.licet("ledger", "witness")
    assert (down.code, down.out) == (
        Exit.BUSY, "w.example/1: nothing - w.example/1 answered 500\n",
    )  # fmt: skip
    harbour.witness.says = (422, "text/plain", b"")
    forked = harbour.licet("ledger", "witness")
    assert forked.code == Exit.TO_MEND
    assert "saw another history of this ledger" in forked.out
    examined = harbour.licet("doctor")
    assert examined.code == Exit.TO_MEND
    assert "MEND  witness: no witness saw this ledger" in examined.out
    harbour.authority.odd = "other"
    assert harbour.licet("ledger", "timestamp").code == Exit.CORRUPT


def test_the_doctor_tells_when_a_witness_lags(harbour: Harbour) -> None:
    harbour.licet("ledger", "witness")
    harbour.player.play("> clock +30h")
    case = ("case", "open", "2026-17", "--purpose", "archive_rights_clearance")
    done = harbour.licet(*case, "--evidence", "licence.txt", "--as", "ines")
    assert done.code == 0, done.err
    assert "MEND" not in harbour.licet("doctor").out.split("witness: ", 1)[1].split("\n")[0]
    harbour.player.play("> clock +25h")
    examined = harbour.licet("doctor").out
    assert "MEND  witness: no witness saw what was entered since 2026-03-03T15:00" in examined


def test_bad_settings_are_named(harbour: Harbour) -> None:
    file = Path("home/licet.toml")
    whole = file.read_text()
    for old, new, says in (
        (harbour.witness.vkey, "nonsense", "witnesses in licet.toml: this is not a key"),
        ('witness_urls = ["http', 'witness_urls = ["file', "is not an address to ask at"),
        ('"roots"', '"nowhere"', "cannot be read"),
    ):
        file.write_text(whole.replace(old, new))
        shown = harbour.licet("ledger", "witness")
        stamped = harbour.licet("ledger", "timestamp")
        assert says in shown.err + shown.out + stamped.err
        assert harbour.licet("doctor").code == Exit.TO_MEND

"""E5: an outsider checks whatever licet hands out, in one place, with nothing but the file.

A receipt, a certificate of an erasure, an access package, the pack about an order and a
usage report go to somebody who has no deployment, no account and no network. One command
checks each, and finds one changed byte in each.
"""

import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from licet.effects.certifying import certificate
from licet.granting import ask_grant, confirm
from licet.reporting import Reported, report
from licet.rights import ordering
from licet.rights.erase import erase
from licet.rights.proving import pack_of
from licet.search import search
from licet.terms.ids import PlanId, Territory
from licet.terms.permit import Refusal
from licet.terms.reporting import ReportKind, ReportWish
from licet.worker import run_once
from tests.fakes.asking import proves, writes
from tests.fakes.deployment import CLEARANCE, World, new_world
from tests.fakes.ordering import an_order
from tests.fakes.vision import photo

ALONE = """
import json, sys

home, words = json.loads(sys.argv[1])

def watch(event, given):
    if event.startswith("socket.") and event != "socket.__new__":
        sys.exit(f"it called out: {event}")
    if event == "open" and str(given[0]).startswith(home):
        sys.exit(f"it looked into the deployment: {given[0]}")

sys.addaudithook(watch)
from licet.cli import main

for one in words:
    print("\\x1e", end="", flush=True)
    code = main(["verify", *one, "--json"])
    print("\\x1f", code, sep="", end="", flush=True)
"""
"""Runs `licet verify` again and again in a process that may neither call out nor look in."""


@dataclass(frozen=True)
class Checked:
    """What one check said."""

    code: int
    said: dict[str, Any]

    @property
    def proved(self) -> str:
        return " / ".join(self.said["proved"])


@dataclass
class Outsider:
    """Somebody with a folder of files, the ledger's key and a copy of the ledger."""

    folder: Path
    home: Path
    vkey: str
    secret: str = ""

    def check(self, *commands: list[str]) -> list[Checked]:
        """Check files one after the other, far from the deployment, with an empty environment."""
        given = json.dumps([str(self.home), commands])
        done = subprocess.run(
            [sys.executable, "-I", "-c", ALONE, given],
            cwd=self.folder,
            env={"LANG": "C.UTF-8", "HOME": str(self.folder)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        answers = [one.partition("\x1f") for one in done.stdout.split("\x1e")[1:]]
        return [Checked(int(code), json.loads(said)) for said, _, code in answers]

    def command(self, name: str) -> list[str]:
        """Return the words after `licet verify` for one of the files."""
        words = [name, "--vkey", self.vkey]
        return [*words, "--secret", self.secret] if name == "package.zip" else words


FILES = ("receipt.json", "certificate.json", "package.zip", "pack.zip", "report.json")


def _hand_out(world: World, folder: Path) -> Outsider:
    """Let all of it happen in one deployment, and give what came out of it to an outsider."""
    app, steward, officer = world.app, world.who("steward"), world.who("officer")
    france = Territory("FR")
    asked = ask_grant(app, steward, world.wish("bea"))
    confirmed = confirm(app, asked.grant, world.outbox.code())  # type: ignore[union-attr]
    (folder / "receipt.json").write_bytes(confirmed.receipt)  # type: ignore[union-attr]
    plan = erase(app, steward, asked.subject, world.organisation)  # type: ignore[union-attr]
    (folder / "certificate.json").write_bytes(certificate(app, PlanId(str(plan))))
    world.enrolled("anna", residence=france)
    probe = photo("anna", shot=9)
    search(app, world.who("investigator"), world.case(probe), CLEARANCE, probe)
    proves(world, writes(world, "anna@example.org", photo_follows=False))
    assert run_once(app).problems == ()
    ready, opens = [one for one in world.outbox.letters if one.to == "anna@example.org"][-2:]
    (folder / "package.zip").write_bytes(ready.attachments[0].data)
    found = re.search(r"[0-9a-z]{5}(-[0-9a-z]{5}){4}", opens.text)
    assert found, opens.text
    done = ordering.register(app, steward, an_order())
    assert not isinstance(done, Refusal), done
    ordering.confirm(app, world.who("officer", "steward"), done.order)
    assert run_once(app).problems == ()
    pack = pack_of(app, officer, done.order)
    assert not isinstance(pack, Refusal), pack
    (folder / "pack.zip").write_bytes(pack.data)
    world.clock.go(days=31)
    march = ReportWish(ReportKind.USAGE, "2026-03", world.organisation)
    made = report(app, officer, march)
    assert isinstance(made, Reported), made
    (folder / "report.json").write_bytes(made.file)
    shutil.copytree(app.settings.place(app.settings.tiles), folder / "copy")
    return Outsider(folder, world.home, app.ledger_key.vkey, found.group())


@pytest.fixture(scope="module")
def outsider(tmp_path_factory: pytest.TempPathFactory) -> Outsider:
    """Give somebody everything that was handed out; the deployment is closed by then."""
    base = tmp_path_factory.mktemp("outsider")
    world = new_world(base / "home", f"sqlite:///{base / 'licet.db'}")
    (base / "folder").mkdir()
    made = _hand_out(world, base / "folder")
    world.app.close()
    return made


KINDS = ("confirmation", "erasure-certificate", "package", "pack", "usage report")
PROVES = (
    "the ledger entry commits to this statement",
    "the ledger entry commits to this statement",
    "of them are about",
    "clause 2 (erase) was met in time",
    "1 search by organisation ",
)


def test_whatever_is_handed_out_is_checked_in_one_place(outsider: Outsider) -> None:
    """Each holds, and each says what still rests on the operator's word."""
    found = outsider.check(*(outsider.command(name) for name in FILES))
    assert [one.code for one in found] == [0] * len(FILES), [one.said for one in found]
    assert [one.said["kind"] for one in found] == list(KINDS)
    for one, says in zip(found, PROVES, strict=True):
        assert says in one.proved
        assert "signed by the key you trust" in one.proved
        assert "no witness" in one.said["rests_on_word"][0]
        assert any(
            "never entered" in w or "without an entry" in w for w in one.said["rests_on_word"]
        )


def test_a_copy_of_the_ledger_vouches_for_each(outsider: Outsider) -> None:
    names = [name for name in FILES if name.endswith(".json")]
    found = outsider.check(*([*outsider.command(name), "--mirror", "copy"] for name in names))
    assert [one.code for one in found] == [0] * len(names), [one.said for one in found]
    assert all("continues that checkpoint" in one.proved for one in found)
    assert "counted again" in found[-1].proved


def test_a_changed_byte_in_any_is_found(outsider: Outsider) -> None:
    for name in FILES:
        _change(outsider.folder / name, outsider.folder / f"bent-{name}")
    commands = [outsider.command(name) for name in FILES]
    found = outsider.check(*([f"bent-{words[0]}", *words[1:]] for words in commands))
    assert all(one.code != 0 for one in found), [one.said for one in found]


def _change(whole: Path, into: Path) -> None:
    """Change one byte: of a file's own words, or of the last file in a pack."""
    if whole.name == "pack.zip":
        with ZipFile(whole) as old, ZipFile(into, "w") as new:
            for name in old.namelist():
                data = old.read(name)
                new.writestr(name, data[:-2] + b"!\n" if name == old.namelist()[-1] else data)
        return
    data = bytearray(whole.read_bytes())
    data[len(data) // 2] ^= 1
    into.write_bytes(bytes(data))

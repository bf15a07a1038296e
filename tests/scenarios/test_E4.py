"""E4: who answers for data protection sees every clock, every register, and publishes reports.

The officer alone, with nothing but the command line: a request, a letter of an authority, an
order and a breach each have a last day, and what is late is told. The reports count all of
it, and are checked by anybody.
"""

import json
from pathlib import Path
from typing import Any

import pypdf
import pytest

from tests.cli.conftest import player
from tests.cli.stage import Player, run

__all__ = ["player"]

BEGINNING = """
> file letter.txt Please answer us.
> lines order.toml authority = "Data Protection Office" | reference = "2026-014" | version = 1 | \
state = "final" | decided = 2026-02-20 | notified = 2026-02-27 | regime = "gdpr" | \
language = "fr" | contact = "orders@authority.example" | [scope] | territories = ["FR"] | \
[[clauses]] | kind = "stop_use" | [[clauses]] | kind = "erase" | months = 2 | \
[penalties] | per_day = "100000 EUR"
$ licet init --sandbox --controller "Harbour Archive"
$ licet request receive complaint --contact bert@example.org --as officer
> code
$ licet letter add letter.txt --authority "Data Protection Office" --about "Questions" \
--answer-by 2026-03-20 --owner officer --as officer
$ licet breach report --what "a disk was lost" --people 3 --as officer
$ licet order register order.toml --paper letter.txt --as officer
"""
REGISTERS = (
    ("block", "list"),
    ("hold", "list"),
    ("audit", "list"),
    ("transfer", "list"),
    ("residence", "list"),
)
CLOCKED = (("request", "list"), ("letter", "list"), ("breach", "list"), ("order", "clock"))
REPORTS = (("usage", "2026-03"), ("annual", "2026"), ("processing",), ("assessment",))


def _told(player: Player, *words: str) -> str:
    done = run(player.theatre, [*words, "--as", "officer"])
    assert done.code == 0, (words, done.out, done.err)
    return done.out


def _report(player: Player, folder: str, *words: str) -> dict[str, Any]:
    """Have a report made, and check all three of its files as a stranger would."""
    _told(player, "report", *words, folder)
    checked = run(player.theatre, ["verify", f"{folder}/report.json", "--mirror", "home/mirror"])
    assert checked.code == 0, checked.out
    page = Path(folder, "report.html").read_text(encoding="utf-8")
    pdf = pypdf.PdfReader(Path(folder, "report.pdf"))
    assert pdf.trailer["/Root"]["/MarkInfo"]["/Marked"]
    said = json.loads(Path(folder, "report.json").read_text(encoding="utf-8"))["statement"]
    everything = page + "".join(one.extract_text() for one in pdf.pages) + json.dumps(said)
    for word in ("bert", "a disk was lost", "Please answer us", "orders@authority"):
        assert word not in everything
    return said  # type: ignore[no-any-return]


def test_the_officer_sees_every_clock_and_publishes_reports(player: Player) -> None:
    assert "error:" not in player.play(BEGINNING)
    for register in REGISTERS:
        _told(player, *register)
    early = {words: _told(player, *words) for words in CLOCKED}
    assert "late" not in "".join(early.values())
    assert "2026-03-20" in early["letter", "list"]
    player.theatre.clock.go(days=70)
    late = {words: _told(player, *words) for words in CLOCKED}
    for words in CLOCKED[:3]:
        assert "late" in late[words], late[words]
    assert "EUR" in late["order", "clock"]
    _the_reports_tell_of_it(player)


def _the_reports_tell_of_it(player: Player) -> None:
    said = {words[0]: _report(player, words[0], *words) for words in REPORTS}
    kinds = {one["kind"]: one["number"] for one in said["annual"]["kinds"]}
    assert kinds["request.received"] == kinds["order.registered"] == 1
    assert kinds["breach.suspected"] + kinds.get("breach.confirmed", 0) == 1
    (counted,) = [one for one in said["assessment"]["sections"] if one["name"] == "open"]
    assert dict(counted["rows"])["Orders of authorities that bind"] == "1"
    assert dict(counted["rows"])["Breaches that are not closed"] == "1"
    articles = {one["article"] for one in said["processing"]["sections"]}
    assert any(one.startswith("GDPR 30(1)(a)") for one in articles)


@pytest.mark.parametrize("kind", ["annual", "processing"])
def test_nobody_else_publishes_for_the_controller(player: Player, kind: str) -> None:
    player.play(BEGINNING.split("$ licet request", maxsplit=1)[0])
    player.play("$ licet member add ines --role investigator --as steward,officer")
    period = ["2026"] if kind == "annual" else []
    done = run(player.theatre, ["report", kind, *period, "here", "--as", "ines"])
    assert done.code == 3
    assert not Path("here").exists()

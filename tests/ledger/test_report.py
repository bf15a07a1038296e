"""A report in all its parts: whatever is changed, left out or made up is found."""

import json
import re
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest

from licet.ledger import checkpoint as checkpoints
from licet.ledger.checkpoint import add_cosignature
from licet.ledger.nodes import Nodes
from licet.ledger.report import (
    OrganisationUses,
    ReportFile,
    ReportStatement,
    digest,
    from_json,
    take_report,
    to_json,
    write_report,
)
from licet.ledger.usage import Tally, Uses, month, year
from licet.ledger.verify import UNWITNESSED, Verdict
from licet.ledger.verify_report import UNCOUNTED, is_report, verify_report
from licet.terms.errors import BadInput, Corrupt
from licet.terms.ids import OrganisationId
from licet.terms.ledger import Entry, EntryKind
from licet.terms.reporting import ReportKind, Section
from tests.ledger.making import ORGANISATION, ORIGIN, Ledger, Witness, ledger_key, published

OTHER = OrganisationId("6f1c2e1a-0f0b-4c1d-9a5e-444444444444")
MARCH, APRIL = datetime(2026, 3, 9, tzinfo=UTC), datetime(2026, 4, 2, tzinfo=UTC)
KEY = ledger_key()


def _searched(n: int, whose: OrganisationId = ORGANISATION, at: datetime = MARCH) -> Entry:
    facts = (("by", "member"), ("candidates", n % 2), ("purpose", "missing_person@1"))
    objects = (("case", "case-1"), ("search", f"search-{n}"))
    return Entry(EntryKind.SEARCHED, at, whose, objects=objects, facts=facts)


class Archive:
    """A ledger of two organisations' searches, its mirror, and reports about it."""

    def __init__(self, folder: Path, searches: int = 5) -> None:
        self.folder = folder
        self.ledger = Ledger()
        for n in range(searches):
            self.ledger.record(_searched(n))
            self.ledger.record(_searched(n, OTHER))

    def report(
        self, kind: ReportKind = ReportKind.USAGE, at: datetime = APRIL, **changed: object
    ) -> ReportFile:
        """Count, commit and prove; ``changed`` are parts of the statement the operator bends."""
        usage = kind is ReportKind.USAGE
        period = month("2026-03") if usage else year("2026")
        tally = Tally(period, ORGANISATION if usage else None)
        for leaf in self.ledger.leaves:
            tally.take(leaf)
        whose = ((ORGANISATION, "City Archive"), (OTHER, "Museum"))[: 1 if usage else 2]
        statement = ReportStatement(
            kind,
            "Harbour Archive",
            period.text,
            self.ledger.head.size,
            sandbox=False,
            organisations=tuple(OrganisationUses(i, n, tally.uses(i)) for i, n in whose),
            kinds=() if usage else tally.kinds(),
            told=() if usage else tally.told(),
        )
        statement = replace(statement, **changed)  # type: ignore[arg-type]
        facts = (("statement", digest(statement)),)
        entry = self.ledger.record(Entry(EntryKind.REPORTED, at, ORGANISATION, facts=facts))
        tiles = published(self.folder, self.ledger)
        latest = tiles.latest()
        assert latest is not None
        listed = tuple(tally.counted)
        indices = [*(leaf.index for leaf in listed), entry.index]
        nodes = Nodes(tiles.nodes_for(indices, latest))
        return ReportFile(ORIGIN, at, statement, entry, listed, nodes, latest.note)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "mirror")


def _check(report: ReportFile, mirror: Path | None = None) -> Verdict:
    return verify_report(write_report(report, KEY), KEY.vkey, mirror=mirror)


def test_a_report_holds_and_says_what_rests_on_a_word(archive: Archive) -> None:
    report = archive.report()
    found = _check(report)
    assert (found.kind, found.ok) == ("usage report", True)
    assert found.rests_on_word[0] == UNWITNESSED
    assert UNCOUNTED in found.rests_on_word
    proved = f"5 searches by organisation {ORGANISATION} in 2026-03, counted from entries"
    assert proved in str(found.proved)
    assert "City Archive" not in str(found.proved)
    assert f"that organisation {ORGANISATION} is City Archive: no entry says its name" in (
        found.rests_on_word
    )
    again = _check(report, archive.folder)
    assert again.ok
    assert UNCOUNTED not in again.rests_on_word
    assert (
        "counted again over 11 entries of the ledger's copy: nothing was left out" in again.proved
    )


def test_a_report_of_a_year_is_counted_again_whole(archive: Archive) -> None:
    report = archive.report(ReportKind.ANNUAL)
    assert report.listed == ()
    assert _check(report, archive.folder).ok
    kinds = replace(report.statement, kinds=(("search.released", 9),))
    bent = archive.report(ReportKind.ANNUAL, kinds=kinds.kinds)
    assert _check(bent).ok  # The operator committed to it; only counting again finds it.
    problems = _check(bent, archive.folder).problems
    assert problems == (
        "counted again over 12 entries of the ledger's copy: it is not what the report says",
    )


def test_a_witness_that_the_reader_trusts_is_told(archive: Archive) -> None:
    report, witness = archive.report(), Witness("witness.example", 7)
    checkpoint, note = checkpoints.parse(report.checkpoint)
    line = witness.line(note.text, 1_775_000_000)
    seen = add_cosignature(checkpoint, line, witness.verifier).note
    data = write_report(replace(report, checkpoint=seen), KEY)
    found = verify_report(data, KEY.vkey, (witness.verifier.text,))
    assert found.ok
    assert UNWITNESSED not in found.rests_on_word
    assert "1 witnesses saw that checkpoint: witness.example" in found.proved


def test_every_changed_byte_is_found(archive: Archive) -> None:
    data = write_report(archive.report(), KEY)
    for at in range(0, len(data), 29):
        changed = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        assert not verify_report(changed, KEY.vkey).ok, at


def test_every_part_is_needed(archive: Archive) -> None:
    whole = json.loads(write_report(archive.report(), KEY))
    for part in whole:
        less = {name: value for name, value in whole.items() if name != part}
        assert not verify_report(json.dumps(less, indent=2).encode()).ok, part


def _other_ledger(archive: Archive) -> ReportFile:
    return replace(archive.report(), origin="somewhere.example/else")


def _left_out(archive: Archive) -> ReportFile:
    report = archive.report()
    return replace(report, listed=report.listed[:-1])


def _twice(archive: Archive) -> ReportFile:
    report = archive.report()
    return replace(report, listed=(*report.listed, report.listed[-1]))


def _theirs(archive: Archive) -> ReportFile:
    report = archive.report()
    return replace(report, listed=(*report.listed[:1], archive.ledger.leaves[3]))


def _made_up(archive: Archive) -> ReportFile:
    report = archive.report()
    made = Ledger().record(_searched(9))
    return replace(report, listed=(replace(made, index=1), *report.listed[1:]))


def _bent(archive: Archive) -> ReportFile:
    report = archive.report()
    return replace(report, statement=replace(report.statement, controller="Somebody else"))


def _not_a_report(archive: Archive) -> ReportFile:
    report = archive.report()
    return replace(report, entry=archive.ledger.leaves[0])


def _moved(archive: Archive) -> ReportFile:
    return archive.report(through=3)


def _no_period(archive: Archive) -> ReportFile:
    return archive.report(period="2026-33")


def _nobody(archive: Archive) -> ReportFile:
    return archive.report(organisations=())


def _unsigned(archive: Archive) -> ReportFile:
    report = archive.report()
    other = ledger_key(2, ORIGIN)
    checkpoint, _ = checkpoints.parse(report.checkpoint)
    signed = checkpoints.sign(ORIGIN, checkpoint.size, checkpoint.root, other)
    return replace(report, checkpoint=signed.note)


def _lists(archive: Archive) -> ReportFile:
    usage = archive.report()
    return replace(archive.report(ReportKind.ANNUAL), listed=usage.listed)


@pytest.mark.parametrize(
    ("bend", "says"),
    [
        (_other_ledger, "it is of the ledger somewhere.example/else, signed by"),
        (_left_out, "do not count to what the report says"),
        (_twice, "is listed twice, or out of order"),
        (_theirs, "is no use by"),
        (_made_up, "is not proved to be in the ledger"),
        (_bent, "not the one that the ledger entry commits to"),
        (_not_a_report, "is not one that a report is for"),
        (_moved, "it says that it looked at 3 entries"),
        (_no_period, "the report's period is damaged"),
        (_nobody, "a usage report is about one organisation"),
        (_unsigned, "not signed by the key that signed the report"),
        (_lists, "lists no entries, and this one does"),
    ],
)
def test_what_is_bent_is_named(archive: Archive, bend, says: str) -> None:  # type: ignore[no-untyped-def]
    found = _check(bend(archive))
    assert not found.ok
    assert any(says in one for one in found.problems), found.problems


def test_another_key_is_not_the_operators(archive: Archive) -> None:
    data = write_report(archive.report(), KEY)
    assert not verify_report(data, ledger_key(3).vkey).ok
    assert any("is the operator's" in one for one in verify_report(data).rests_on_word)


def test_a_month_that_was_not_over_is_said(archive: Archive) -> None:
    report = archive.report(at=MARCH)
    assert any("before 2026-03 was over" in one for one in _check(report).rests_on_word)
    archive.ledger.record(_searched(8))
    published(archive.folder, archive.ledger)
    found = _check(report, archive.folder)
    assert found.ok
    assert any("1 more came within 2026-03" in one for one in found.rests_on_word)


def test_an_entry_that_is_dated_back_is_found(archive: Archive) -> None:
    report = archive.report()
    archive.ledger.record(_searched(8))
    published(archive.folder, archive.ledger)
    problems = _check(report, archive.folder).problems
    assert any("1 more came within 2026-03, after the report" in one for one in problems)


def test_a_copy_is_held_against_the_report(archive: Archive, tmp_path: Path) -> None:
    report = archive.report()
    with pytest.raises(BadInput, match="no copy of a ledger"):
        _check(report, tmp_path / "nothing")
    short = Ledger().fill(3)
    published(tmp_path / "short", short)
    assert "the copy ends at entry 3" in str(_check(report, tmp_path / "short").problems)
    forked = Ledger()
    for n in range(15):
        forked.record(_searched(n, OTHER))
    published(tmp_path / "forked", forked)
    assert "another history" in str(_check(report, tmp_path / "forked").problems)
    strange = archive.ledger.fill(1)
    published(archive.folder, strange)
    assert "cannot be read" in str(_check(report, archive.folder).problems)


def test_a_damaged_copy_is_found(archive: Archive) -> None:
    report = archive.report()
    (bundle,) = archive.folder.glob("tile/entries/**/11")
    data = bytearray(bundle.read_bytes())
    data[-3] ^= 1
    bundle.write_bytes(bytes(data))
    assert "the copy of the ledger is damaged" in str(_check(report, archive.folder).problems)


def test_what_is_told_in_words_rests_on_the_operator(archive: Archive) -> None:
    section = Section("controller", "GDPR 30(1)(a)", "Who", ("a",), ("What", "Who"), (("x", "y"),))
    report = archive.report(
        kind=ReportKind.ANNUAL,
    )
    statement = ReportStatement(
        ReportKind.PROCESSING,
        "Harbour Archive",
        "2026-04-02",
        11,
        sandbox=True,
        sections=(section,),
    )
    facts = (("statement", digest(statement)),)
    archive.ledger.record(Entry(EntryKind.REPORTED, APRIL, ORGANISATION, facts=facts))
    entry = archive.ledger.leaves[-1]
    tiles = published(archive.folder, archive.ledger)
    latest = tiles.latest()
    assert latest is not None
    nodes = Nodes(tiles.nodes_for([entry.index], latest))
    found = _check(ReportFile(ORIGIN, APRIL, statement, entry, (), nodes, latest.note))
    assert found.ok, found.problems
    assert "nothing about real people: it is of a sandbox" in found.rests_on_word
    assert any("own program wrote it down" in one for one in found.rests_on_word)
    assert from_json(to_json(statement)) == statement
    assert report.statement.kind is ReportKind.ANNUAL


def test_a_report_is_read_as_it_was_written(archive: Archive) -> None:
    report = archive.report()
    data = write_report(report, KEY)
    assert take_report(data).report == report
    assert is_report(data)
    assert not is_report(b'{"format": "licet receipt v1"}')
    with pytest.raises(Corrupt):
        take_report(b"{}")


PAGE = Path(__file__).parents[2] / "docs/formats/report.md"
SCHEMA = json.loads((PAGE.parent / "report.schema.json").read_text(encoding="utf-8"))
FENCE = re.compile(r"^```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def example(folder: Path) -> ReportFile:
    """Return the report that the page shows: one search of one organisation."""
    archive = Archive(folder, searches=1)
    return archive.report()


def test_the_page_shows_a_report_that_holds(tmp_path: Path) -> None:
    file, vkey = FENCE.findall(PAGE.read_text(encoding="utf-8"))[:2]
    made = write_report(example(tmp_path), KEY).decode()
    assert file == made
    found = verify_report(file.encode(), vkey.strip())
    assert (found.kind, found.ok) == ("usage report", True)


def test_the_page_names_every_part() -> None:
    told = set(re.findall(r"`(\w+)`", PAGE.read_text(encoding="utf-8")))
    statement = to_json(ReportStatement(ReportKind.USAGE, "", "", 0, sandbox=False))
    assert statement.keys() <= told
    assert {part.name for part in fields(Uses)} <= told
    assert {kind.value for kind in ReportKind} <= told


@pytest.mark.parametrize("kind", [ReportKind.USAGE, ReportKind.ANNUAL])
def test_a_report_is_as_the_schema_says(archive: Archive, kind: ReportKind) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    data = json.loads(write_report(archive.report(kind), KEY))
    jsonschema.validate(data, SCHEMA)
    data["statement"]["more"] = 1
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, SCHEMA)

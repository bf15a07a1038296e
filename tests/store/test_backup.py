"""The logical backup: equal bytes back, on either database; damage loads nothing."""

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from licet.store import backup, schema
from licet.store.store import Store
from licet.terms.errors import Conflict, Corrupt, Ended, LicetError, Setup
from licet.terms.grant import GrantState
from licet.terms.plan import NOBODY
from tests.databases import DATABASES, PlainLeaves
from tests.exploring import examples
from tests.store import comers, duties, things
from tests.store.things import entry

PAGE = Path(__file__).parents[2] / "docs" / "formats" / "backup.md"
Maker = Callable[[str], str]


def dumped(store: Store) -> list[bytes]:
    """Return the backup's lines."""
    lines: list[bytes] = []
    store.dump(lines.append)
    return lines


def resealed(lines: list[bytes]) -> list[bytes]:
    """Return the lines with a trailer that fits them: damage that only meaning can show."""
    body = lines[:-1]
    rows = sum(line.startswith(b"[") for line in body)
    digest = hashlib.sha256(b"".join(body)).hexdigest()
    return [*body, json.dumps({"rows": rows, "sha256": digest}).encode() + b"\n"]


@pytest.fixture
def full(store: Store) -> Store:
    """A store with two of each and an ended grant."""
    things.claimed(store, "one")
    house = things.claimed(store, "two")
    with store.unit() as unit:
        duties.charge(unit, house)
        unit.deployment.put(things.a_deployment(fpir_search=0.1 + 0.2, closing_at=things.NOON))
        unit.governance.add_organisation(
            replace(things.an_organisation("Told"), contact="privacy@museum.example")
        )
        unit.sources.add(things.a_source(house.organisation.id, "short", retention_days=30))
        unit.searches.add(
            things.a_search(house.case.id, house.member.id, sealed_probe=None, probe_until=None)
        )
        unit.plans.add(things.a_plan(NOBODY), [])
        comers.admit(unit, house)
        unit.deployment.add_generated("ab" * 32)
        unit.subjects.add(things.a_subject(residence=None, sealed_identity=b""))
        unit.grants.add(things.a_grant(house.subject.id, None, state=GrantState.ENDED))
        unit.record(entry())
    return store


@pytest.mark.parametrize("into", DATABASES)
def test_loaded_is_what_was_dumped(full: Store, new_database: Maker, into: str) -> None:
    lines = dumped(full)
    copy = Store.open(new_database(into), PlainLeaves())
    rows = copy.load(iter(lines))
    assert rows == json.loads(lines[-1])["rows"] > 40
    assert dumped(copy) == lines, "byte for byte, whatever the two databases are"
    assert copy.head() == full.head()
    # It is a living store: the ledger goes on where it was.
    things.furnished(copy, "three")
    assert copy.head().size == full.head().size + 1
    with copy.read() as reader, full.read() as original:
        assert reader.deployment.get() == original.deployment.get()
    copy.close()


def test_a_store_that_was_ended_stays_ended(full: Store, new_database: Maker) -> None:
    with full.unit() as unit:
        deployment = unit.deployment.get()
        assert deployment is not None
        unit.deployment.put(replace(deployment, closed_at=things.NOON))
        unit.record(entry())
    lines = dumped(full)
    copy = Store.open(new_database("sqlite"), PlainLeaves())
    copy.load(lines)
    assert dumped(copy) == lines
    things.refused(copy, Ended, lambda unit: things.furnish(unit, "after"))
    copy.close()


def test_every_table_is_in_a_full_dump(full: Store) -> None:
    """A table that the tests leave empty would be a table whose backup nobody tried."""
    lines = [json.loads(line) for line in dumped(full)]
    filled = {
        line["table"]
        for line, after in pairwise(lines)
        if isinstance(line, dict) and "table" in line and isinstance(after, list)
    }
    assert filled == {table.name for table in schema.METADATA.tables.values()} - {"head"}


_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1)


@settings(max_examples=examples(4), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_TEXT, unique=True, max_size=4), st.binary(), st.permutations(DATABASES))
def test_any_text_and_bytes_survive(
    new_database: Maker, texts: list[str], sealed: bytes, pair: list[str]
) -> None:
    first = Store.open(new_database(pair[0]), PlainLeaves())
    with first.unit() as unit:
        for text in texts:
            house = things.furnish(unit, text)
            things.claim(unit, house)
            unit.templates.add(things.a_template(house.grant.id, sealed=sealed))
        unit.record(entry())
    lines = dumped(first)
    second = Store.open(new_database(pair[1]), PlainLeaves())
    second.load(lines)
    assert dumped(second) == lines
    with second.read() as reader:
        names = {organisation.name for organisation in reader.governance.organisations()}
        assert names == {f"Museum {text}" for text in texts}
        kept = [template.sealed for template in reader.templates.all()]
        assert kept.count(sealed) >= len(texts)
    first.close()
    second.close()


def test_a_backup_holds_one_moment(full: Store) -> None:
    lines: list[bytes] = []

    def write(line: bytes) -> None:
        if not lines:
            things.furnished(full, "meanwhile")
        lines.append(line)

    full.dump(write)
    assert b"meanwhile" not in b"".join(lines)
    assert full.head().size == json.loads(lines[0])["head"][0] + 1


# --- refused ---


def _refuse(
    new_database: Maker,
    lines: list[bytes],
    error: type[LicetError],
    says: str,
    kind: str = "sqlite",
) -> None:
    store = Store.open(new_database(kind), PlainLeaves())
    with pytest.raises(error, match=says):
        store.load(lines)
    with store.read() as reader:
        assert reader.head.size == 0
        assert reader.governance.organisations() == ()
        assert list(reader.leaves.iterate()) == []
    things.furnished(store)
    store.close()


def test_a_store_with_rows_takes_no_backup(full: Store, store_url: str) -> None:
    lines = dumped(full)
    with pytest.raises(Conflict, match="ledger"):
        full.load(lines)
    assert dumped(full) == lines


def test_rows_without_a_ledger_are_rows_too(store: Store, full_lines: list[bytes]) -> None:
    with store.unit(bookkeeping=True) as unit:
        unit._session.write(schema.generated.insert(), {"sha256": "ab"}, bookkeeping=True)
    with pytest.raises(Conflict, match="generated"):
        store.load(full_lines)


@pytest.fixture
def full_lines(new_database: Maker) -> list[bytes]:
    """The backup of a store with one of each."""
    store = Store.open(new_database("sqlite"), PlainLeaves())
    things.claimed(store)
    things.claimed(store, "two")
    lines = dumped(store)
    store.close()
    return lines


def test_cut_short_anywhere(new_database: Maker, full_lines: list[bytes]) -> None:
    for length in range(0, len(full_lines), 7):
        _refuse(new_database, full_lines[:length], Corrupt, "cut short")
    last = full_lines[-1]
    _refuse(new_database, [*full_lines[:-1], last[:-9]], Corrupt, "damaged")


def test_any_line_damaged(new_database: Maker, full_lines: list[bytes]) -> None:
    for n in range(0, len(full_lines), 5):
        damaged = list(full_lines)
        middle = len(damaged[n]) // 2
        flipped = bytes([damaged[n][middle] ^ 1])
        damaged[n] = damaged[n][:middle] + flipped + damaged[n][middle + 1 :]
        store = Store.open(new_database("sqlite"), PlainLeaves())
        with pytest.raises(LicetError) as caught:
            store.load(damaged)
        assert isinstance(caught.value, (Corrupt, Conflict, Setup)), caught.value
        assert store.head().size == 0
        store.close()


@pytest.mark.parametrize("change", ["left out", "twice", "swapped"])
def test_rows_moved_about(new_database: Maker, full_lines: list[bytes], change: str) -> None:
    # Two leaves: the rows after the line that names their table.
    n = next(i for i, line in enumerate(full_lines) if b'"table":"leaf"' in line) + 1
    lines = list(full_lines)
    if change == "left out":
        del lines[n + 1]
    elif change == "twice":
        lines.insert(n, lines[n])
    else:
        lines[n], lines[n + 1] = lines[n + 1], lines[n]
    error = Conflict if change == "twice" else Corrupt
    _refuse(new_database, lines, error, "rule" if change == "twice" else "hash")
    if change == "left out":
        _refuse(new_database, resealed(lines), Corrupt, "head")


def test_a_leaf_rewritten_with_a_fitting_trailer(
    new_database: Maker, full_lines: list[bytes]
) -> None:
    n = next(i for i, line in enumerate(full_lines) if b'"table":"leaf"' in line) + 1
    index, data, digest = json.loads(full_lines[n])
    lines = list(full_lines)
    other = base64.b64encode(base64.b64decode(data) + b" ").decode()
    lines[n] = json.dumps([index, other, digest]).encode() + b"\n"
    _refuse(new_database, resealed(lines), Corrupt, "leaf 0")


@pytest.mark.parametrize(
    ("old", "new", "error", "says"),
    [
        (b'"format":"licet-backup"', b'"format":"other"', Corrupt, "not a licet backup"),
        (b'"version":1', b'"version":2', Setup, "version 2"),
        (f'"schema":"{schema.REVISION}"'.encode(), b'"schema":"9999"', Setup, "9999"),
        (b'"head":[2,', b'"head":[3,', Corrupt, "head"),
        (b'"head":[', b'"head":[1,1,', Corrupt, "header"),
        (b'{"table":"generated"', b'{"table":"genarated"', Corrupt, "genarated"),
        (b'{"table":"generated","columns":["sha256"]}\n', b"", Corrupt, "lacks the table"),
        (b'"columns":["sha256"]', b'"columns":["sha512"]', Corrupt, "generated"),
        (b'"columns":["sha256"]', b'"columns":7', Corrupt, "generated"),
    ],
)
def test_another_meaning_with_a_fitting_trailer(
    new_database: Maker,
    full_lines: list[bytes],
    old: bytes,
    new: bytes,
    error: type[LicetError],
    says: str,
) -> None:
    lines = [line.replace(old, new) for line in full_lines]
    assert lines != full_lines
    _refuse(new_database, resealed([line for line in lines if line]), error, says)


@pytest.mark.parametrize("kind", DATABASES)
@pytest.mark.parametrize(
    ("row", "says"),
    [
        (["id", "name", "controller", "contact", "more"], "too many"),
        (["id", "name", "controller"], "too few"),
        (["id", 7, "controller", ""], "another type"),
        (["id", {"a": 1}, "controller", ""], "another type"),
        (["id", "a\x00b", "controller", ""], "NUL"),
        (["id", "\ud800", "controller", ""], "damaged"),
        (["id", None, "controller", ""], "rule"),
        (["id", "name", "pirate", ""], "rule"),
        (["id", "name", "controller", None], "rule"),
    ],
)
def test_rows_that_are_none(
    new_database: Maker, full_lines: list[bytes], kind: str, row: list[object], says: str
) -> None:
    n = next(i for i, line in enumerate(full_lines) if b'"table":"organisation"' in line) + 1
    lines = [*full_lines[:n], json.dumps(row).encode() + b"\n", *full_lines[n:]]
    error = Conflict if says == "rule" else Corrupt
    _refuse(new_database, resealed(lines), error, says, kind)


@pytest.mark.parametrize("text", ["!" * 44, "é" * 44, "A"])
def test_bytes_that_are_none(new_database: Maker, full_lines: list[bytes], text: str) -> None:
    n = next(i for i, line in enumerate(full_lines) if b'"table":"leaf"' in line) + 1
    index, data, _ = json.loads(full_lines[n])
    lines = list(full_lines)
    lines[n] = json.dumps([index, data, text]).encode() + b"\n"
    _refuse(new_database, resealed(lines), Corrupt, "bytes")


@pytest.mark.parametrize(
    "lines",
    [[], [b"\n"], [b"\xff\xfe\n"], [b"7\n"], [b"[]\n"], [b'{"format":"licet-backup"}\n']],
    ids=["nothing", "empty", "bytes", "number", "row", "header alone"],
)
def test_what_is_no_backup(new_database: Maker, lines: list[bytes]) -> None:
    _refuse(new_database, lines, Corrupt, "backup")


def test_more_after_the_end(new_database: Maker, full_lines: list[bytes]) -> None:
    _refuse(new_database, [*full_lines, b"[]\n"], Corrupt, "goes on")


def test_lines_without_their_newlines_are_the_same(
    new_database: Maker, full_lines: list[bytes]
) -> None:
    store = Store.open(new_database("sqlite"), PlainLeaves())
    store.load(line.rstrip(b"\n") for line in full_lines)
    assert dumped(store) == full_lines
    store.close()


def test_the_page_shows_a_backup_that_loads(new_database: Maker) -> None:
    """The example in ``docs/formats/backup.md`` is a whole backup."""
    example = PAGE.read_text().split("```json\n")[1].split("```")[0]
    lines = [line.encode() + b"\n" for line in example.splitlines()]
    store = Store.open(new_database("sqlite"), PlainLeaves())
    assert store.load(lines) == 3
    assert dumped(store) == lines
    store.close()


def test_the_page_names_every_table() -> None:
    text = PAGE.read_text()
    for table in backup.tables():
        assert f"`{table.name}`" in text, table.name
        for column in backup.columns(table):
            assert column.name in text, (table.name, column.name)


def test_equal_stores_in_another_order(new_database: Maker) -> None:
    """Rows are written in the order of their keys, not in that of their making."""
    subjects = [things.a_subject() for _ in range(5)]
    lines = []
    for order in (subjects, subjects[::-1]):
        store = Store.open(new_database("sqlite"), PlainLeaves(), clock=lambda: things.NOON)
        with store.unit() as unit:
            unit.subjects.add_many(replace(subject) for subject in order)
            unit.record(entry())
        lines.append(dumped(store))
        store.close()
    assert lines[0] == lines[1]

"""What of the ledger goes into a package: found, written, read, proved, and told in the docs."""

import re
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest

from licet.effects.packing.parts import Package
from licet.ledger.commitment import commit
from licet.ledger.nodes import Nodes, node_lines, proves, read_lines
from licet.ledger.package import (
    CHECKPOINT,
    ENTRIES,
    LISTING,
    NODES,
    Listing,
    Packed,
    PackedEntry,
    entries_about,
    entry_line,
    read_entry,
    take_listing,
    write_listing,
)
from licet.ledger.verify_package import verify_package
from licet.terms.errors import Corrupt, NotFound
from licet.terms.ledger import Entry, EntryKind, Leaf
from tests.ledger.making import (
    NOW,
    ORIGIN,
    SUBJECT,
    SUBJECT_KEY,
    Ledger,
    entry_for,
    grant_statement,
    ledger_key,
    published,
)

PAGE = Path(__file__).parents[2] / "docs/formats/package.md"
REQUEST = "6f1c2e1a-0f0b-4c1d-9a5e-444444444444"
DATA = b'{"manifest":[{"store":"leaf","kind":"table","count":1,"part":"","says":""}]}\n'


def filled(strangers: int = 2) -> tuple[Ledger, int]:
    """Return a ledger with one entry about the person among strangers', and its index."""
    ledger = others(Ledger(), strangers)
    index = ledger.record(entry_for(EntryKind.GRANT_ASKED, grant_statement())).index
    return others(ledger, 2), index


def others(ledger: Ledger, count: int) -> Ledger:
    """Let things happen to other people, and things that are about nobody."""
    for n in range(count):
        key = bytes([n % 251 + 1]) * 32
        subject = commit(key, f"stranger-{n}", nonce=bytes(16)) if n % 2 else None
        ledger.record(Entry(EntryKind.LISTED, NOW, subject=subject, objects=(("run", f"r{n}"),)))
    return ledger


def about(ledger: Ledger, key: bytes | None = SUBJECT_KEY, **more: object) -> list[PackedEntry]:
    objects, indices = more.get("objects", ()), more.get("indices", ())
    return list(entries_about(ledger.leaves, key, SUBJECT, objects, indices))


def packed(folder: Path) -> dict[str, bytes]:
    """Return a whole small package, the same each time."""
    ledger, _ = filled()
    tiles = published(folder, ledger)
    checkpoint = tiles.latest()
    assert checkpoint is not None
    entries = about(ledger)
    nodes = Nodes(tiles.nodes_for((one.leaf.index for one in entries), checkpoint))
    files = {
        "package.json": DATA,
        ENTRIES: b"".join(map(entry_line, entries)),
        NODES: b"".join(node_lines(nodes)),
        CHECKPOINT: checkpoint.note.encode(),
    }
    listed = tuple(
        Packed(name, len(data), sha256(data).hexdigest(), 1) for name, data in sorted(files.items())
    )
    listing = Listing(ORIGIN, NOW, REQUEST, SUBJECT, 1, listed)
    return {**files, LISTING: write_listing(listing, ledger_key())}


def test_entries_are_found_by_commitment_object_and_index() -> None:
    ledger, index = filled(300)
    (own,) = about(ledger)
    assert own.leaf.index == index
    assert own.opening is not None
    assert about(ledger, bytes(32)) == about(ledger, None) == []
    named = about(ledger, None, objects={grant_statement().grant})
    assert [(one.leaf.index, one.opening) for one in named] == [(index, None)]
    pointed = about(ledger, None, indices={7, index})
    assert [one.leaf.index for one in pointed] == [7, index]


@pytest.mark.parametrize("strangers", [0, 1, 7, 255, 300])
def test_nodes_prove_every_entry_and_no_other(tmp_path: Path, strangers: int) -> None:
    ledger, _ = filled(strangers)
    tiles = published(tmp_path, ledger)
    checkpoint = tiles.latest()
    assert checkpoint is not None
    wanted = list(range(0, checkpoint.size, 3))
    nodes = read_lines(node_lines(Nodes(tiles.nodes_for(wanted, checkpoint))))
    for index in wanted:
        leaf = ledger.leaves[index]
        assert proves(leaf, nodes, checkpoint.size, checkpoint.root)
        assert not proves(leaf, nodes, checkpoint.size, bytes(32))
        other = Leaf(index, leaf.data, bytes(32))
        assert not proves(other, nodes, checkpoint.size, checkpoint.root)
    beyond = Leaf(checkpoint.size, b"", bytes(32))
    assert not proves(beyond, nodes, checkpoint.size, checkpoint.root)
    assert not proves(ledger.leaves[0], Nodes({}), checkpoint.size, checkpoint.root) or (
        checkpoint.size == 1
    )
    with pytest.raises(NotFound):
        tiles.nodes_for((checkpoint.size,), checkpoint)


def test_lines_are_read_as_they_were_written(tmp_path: Path) -> None:
    ledger, _ = filled()
    for entry in (*about(ledger), PackedEntry(ledger.leaves[0], None)):
        assert read_entry(entry_line(entry), SUBJECT) == entry
    for broken in (b"", b"{}", b"[]", entry_line(about(ledger)[0])[:-9]):
        with pytest.raises(Corrupt):
            read_entry(broken, SUBJECT)
    with pytest.raises(Corrupt):
        read_lines([b'{"hash":"","index":0,"level":0}'])


@pytest.mark.parametrize("name", ["/etc/passwd", "../x", "a/../../x", "a\\b"])
def test_a_file_never_leads_out_of_its_package(name: str) -> None:
    listing = Listing(ORIGIN, NOW, REQUEST, SUBJECT, 1, (Packed(name, 0, "", 1),))
    with pytest.raises(Corrupt):
        take_listing(write_listing(listing, ledger_key()))


def test_one_name_stands_once() -> None:
    twice = (Packed("a", 0, "", 1), Packed("a", 1, "", 2))
    with pytest.raises(Corrupt):
        take_listing(write_listing(Listing(ORIGIN, NOW, REQUEST, SUBJECT, 2, twice), ledger_key()))


def test_a_commitment_to_somebody_else_is_not_theirs() -> None:
    """The same id under another key, another id under the same key."""
    other = commit(bytes(32), SUBJECT)
    assert about(others(Ledger(), 9)) == []
    assert other.value != commit(SUBJECT_KEY, SUBJECT, other.nonce).value


def test_the_page_shows_a_package_that_verifies(tmp_path: Path) -> None:
    files = packed(tmp_path)
    assert verify_package(files, lambda name: BytesIO(files[name]), ledger_key().vkey).ok
    examples = re.findall(r"^```\w+\n(.*?)^```$", PAGE.read_text("utf-8"), re.M | re.S)
    assert files[LISTING].decode() in examples
    assert files[ENTRIES].decode() in examples
    assert files[NODES].decode() in examples


def test_the_page_tells_every_part() -> None:
    page = PAGE.read_text("utf-8")
    told = set(re.findall(r"^\| `(\w+)` \|", page, re.M))
    assert told == set(Package.__dataclass_fields__)

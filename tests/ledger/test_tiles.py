"""Tiles: the layout of the specification, never a smaller or other tree, whatever is killed."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.ledger import checkpoint as checkpoints
from licet.ledger import tree
from licet.ledger.tile_paths import bundle, name, unbundle, width_of
from licet.ledger.tiles import BOUNDARIES, Tiles
from licet.terms.errors import BadInput, Conflict, Corrupt, NotFound, Setup
from licet.terms.ledger import Head, Leaf
from tests.ledger.making import NOW, Ledger, ledger_key, published, signer

KEY = ledger_key()


class Crash(BaseException):
    """The process ends here."""


def _tiles(folder: Path) -> Tiles:
    return Tiles(folder, KEY.verifier)


def _files(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file() and path.name != ".lock")
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


@pytest.mark.parametrize(
    ("level", "index", "width", "path"),
    [
        (0, 0, 256, "tile/0/000"),
        (1, 1234067, 256, "tile/1/x001/x234/067"),
        (0, 999, 1, "tile/0/999.p/1"),
        (63, 1000, 255, "tile/63/x001/000.p/255"),
        ("entries", 273, 112, "tile/entries/273.p/112"),
    ],
)
def test_names_are_those_of_the_specification(
    level: int | str, index: int, width: int, path: str
) -> None:
    assert name(level, index, width) == path


def test_widths_are_those_of_the_specifications_example() -> None:
    """A tree of 70,000: 273 full level 0 tiles and one of 112, one full level 1 and 17, then 1."""
    size = 70_000
    assert [width_of(0, n, size) for n in (0, 272, 273, 274)] == [256, 256, 112, 0]
    assert [width_of(1, n, size) for n in (0, 1, 2)] == [256, 17, 0]
    assert [width_of(2, n, size) for n in (0, 1)] == [1, 0]
    assert [width_of(level, 0, 256) for level in (0, 1, 2)] == [256, 1, 0]


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_bundles_hold_what_was_put_in(entries: list[bytes]) -> None:
    assert unbundle(bundle(entries), "x") == entries


@pytest.mark.parametrize("data", [b"\0", b"\0\5abc", b"\0\1a\0"])
def test_half_a_bundle_is_corrupt(data: bytes) -> None:
    with pytest.raises(Corrupt, match="middle of an entry"):
        unbundle(data, "x")


def test_a_first_publishing_writes_tiles_entries_and_checkpoint(tmp_path: Path) -> None:
    ledger = Ledger().fill(300)
    tiles = published(tmp_path / "public", ledger)
    files = _files(tmp_path / "public")
    assert set(files) == {
        "checkpoint",
        "tile/0/000",
        "tile/0/001.p/44",
        "tile/1/000.p/1",
        "tile/entries/000",
        "tile/entries/001.p/44",
    }
    hashes = [leaf.hash for leaf in ledger.leaves]
    assert files["tile/0/000"] == b"".join(hashes[:256])
    assert files["tile/0/001.p/44"] == b"".join(hashes[256:])
    assert files["tile/1/000.p/1"] == tree.nodes_of(hashes[:256])(8, 0)
    assert unbundle(files["tile/entries/001.p/44"], "")[3] == ledger.leaves[259].data
    latest = tiles.latest()
    assert latest == checkpoints.read(files["checkpoint"].decode(), KEY.verifier)
    assert latest is not None
    assert (latest.size, latest.root) == (300, ledger.root)
    assert tiles.check() == ()
    assert list(tiles.leaves()) == ledger.leaves
    assert list(tiles.leaves(250, 260)) == ledger.leaves[250:260]


def test_an_empty_ledger_publishes_its_empty_root(tmp_path: Path) -> None:
    tiles = published(tmp_path, Ledger())
    assert set(_files(tmp_path)) == {"checkpoint"}
    latest = tiles.latest()
    assert latest is not None
    assert latest.root == tree.EMPTY_ROOT
    assert list(tiles.leaves()) == []
    assert tiles.check() == ()


def test_nothing_published_yet(tmp_path: Path) -> None:
    tiles = _tiles(tmp_path)
    assert tiles.latest() is None
    assert tiles.check() == ()
    assert list(tiles.leaves()) == []
    with pytest.raises(NotFound, match="not in a published checkpoint yet"):
        tiles.prove(0)


@settings(max_examples=12)
@given(st.lists(st.integers(0, 400), min_size=1, max_size=5))
def test_in_steps_or_at_once_the_tiles_are_the_same(
    tmp_path_factory: pytest.TempPathFactory, steps: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("steps", numbered=True)
    ledger, tiles, sign = Ledger(), _tiles(folder / "a"), signer()
    for step in steps:
        ledger.fill(step)
        tiles.publish(ledger.read, ledger.head, sign)
        assert tiles.check() == ()
        assert tiles.reports == ()
    whole = published(folder / "b", ledger)
    stepped, once = _files(folder / "a"), _files(folder / "b")
    assert once.items() <= stepped.items()
    # What is left over are partial tiles of earlier checkpoints, as the layout asks.
    assert all(".p/" in extra for extra in stepped.keys() - once.keys())
    assert sign.sizes == sorted(set(sign.sizes))
    assert list(whole.leaves()) == list(tiles.leaves())


def test_many_levels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("licet.ledger.files.os.fsync", lambda _handle: None)
    ledger = Ledger().fill(65_600)
    tiles = published(tmp_path, ledger)
    assert {"tile/1/000", "tile/1/001.p/0"} & set(_files(tmp_path)) == {"tile/1/000"}
    assert (tmp_path / "tile/2/000.p/1").read_bytes() == tree.nodes_of(
        [leaf.hash for leaf in ledger.leaves[:65_536]]
    )(16, 0)
    for index in (0, 255, 256, 40_000, 65_535, 65_536, 65_599):
        proof, checkpoint = tiles.prove(index)
        assert tree.verify_inclusion(ledger.leaves[index].hash, proof, checkpoint.root)
    ledger.fill(300)
    tiles.publish(ledger.read, ledger.head, signer())
    assert tiles.reports == ()
    assert tiles.check() == ()


def test_proofs_from_tiles_are_those_from_memory(tmp_path: Path) -> None:
    ledger = Ledger().fill(700)
    tiles = published(tmp_path, ledger)
    node = tree.nodes_of([leaf.hash for leaf in ledger.leaves])
    for index in (*range(0, 700, 37), 699):
        assert tiles.prove(index)[0] == tree.inclusion(index, 700, node)
    for old in (0, 1, 255, 256, 257, 512, 699, 700):
        assert tiles.consistency(old) == tree.consistency(old, 700, node)
    assert tiles.consistency(100, 600) == tree.consistency(100, 600, node)
    with pytest.raises(BadInput, match="only 700"):
        tiles.consistency(1, 701)
    with pytest.raises(NotFound):
        tiles.prove(700)
    with pytest.raises(BadInput, match="not within the 700"):
        list(tiles.leaves(0, 701))


def test_again_is_well_and_signs_nothing_new(tmp_path: Path) -> None:
    ledger, sign = Ledger().fill(10), signer()
    tiles = _tiles(tmp_path)
    first = tiles.publish(ledger.read, ledger.head, sign)
    files = _files(tmp_path)
    assert tiles.publish(ledger.read, ledger.head, sign) == first
    assert sign.sizes == [10]
    assert _files(tmp_path) == files


def test_a_smaller_size_is_never_signed(tmp_path: Path) -> None:
    ledger, shorter, sign = Ledger().fill(10), Ledger().fill(9), signer()
    tiles = _tiles(tmp_path)
    tiles.publish(ledger.read, ledger.head, sign)
    with pytest.raises(Conflict, match="fewer than were published"):
        tiles.publish(shorter.read, shorter.head, sign)
    with pytest.raises(Conflict, match="fewer than were published"):
        _tiles(tmp_path / "lost").publish(ledger.read, ledger.head, sign, floor=11)
    assert sign.sizes == [10]


@pytest.mark.parametrize("size", [10, 11, 300, 700])
def test_another_tree_is_never_signed(tmp_path: Path, size: int) -> None:
    """As large or larger, but not the published one continued: changed anywhere before."""
    for changed in (0, 5, 9):
        folder = tmp_path / str(changed)
        ledger, sign = Ledger().fill(10), signer()
        tiles = _tiles(folder)
        tiles.publish(ledger.read, ledger.head, sign)
        before = _files(folder)
        other = Ledger()
        for n in range(size):
            other.append(b"changed" if n == changed else ledger.fill(1).leaves[n].data)
        with pytest.raises(Conflict, match="does not continue the published"):
            tiles.publish(other.read, other.head, sign)
        assert sign.sizes == [10]
        assert before.items() <= _files(folder).items()
        assert tiles.check() == ()
        good = Ledger().fill(10).fill(400)
        for n in range(10):
            assert good.leaves[n] == ledger.leaves[n]
        tiles.publish(good.read, good.head, sign)
        assert tiles.check() == ()


def test_leaves_that_are_not_what_they_say_are_never_signed(tmp_path: Path) -> None:
    ledger, sign = Ledger().fill(10), signer()
    tiles = _tiles(tmp_path)
    good = ledger.leaves[4]
    for bad, says in (
        (replace(good, data=b"other"), "do not have the stored hash"),
        (replace(good, index=5), "leaf 4 is missing"),
    ):
        ledger.leaves[4] = bad
        with pytest.raises(Corrupt, match=says):
            tiles.publish(ledger.read, ledger.head, sign)
    ledger.leaves[4] = good
    with pytest.raises(Corrupt, match="lacks leaves between 0 and 10"):
        tiles.publish(lambda start, end: ledger.leaves[start : end - 1], ledger.head, sign)
    with pytest.raises(Conflict, match="does not continue"):
        tiles.publish(ledger.read, Head(10, (bytes(32), bytes(32)), NOW), sign)
    with pytest.raises(BadInput, match="signed something else"):
        tiles.publish(ledger.read, ledger.head, lambda _, root: signer()(9, root))
    assert (sign.sizes, tiles.latest()) == ([], None)


@pytest.mark.parametrize("boundary", BOUNDARIES)
@pytest.mark.parametrize("before", [0, 250])
def test_crash_and_publish_again(tmp_path: Path, boundary: str, before: int) -> None:
    def at(reached: str) -> None:
        if reached == boundary:
            raise Crash

    ledger = Ledger().fill(before)
    _tiles(tmp_path).publish(ledger.read, ledger.head, signer())
    ledger.fill(20)
    with pytest.raises(Crash):
        Tiles(tmp_path, KEY.verifier, at).publish(ledger.read, ledger.head, signer())
    tiles = _tiles(tmp_path)
    latest = tiles.latest()
    assert latest is not None
    assert latest.size == (before + 20 if boundary.endswith("published") else before)
    assert tiles.check() == ()
    ledger.fill(7)
    tiles.publish(ledger.read, ledger.head, signer())
    assert tiles.check() == ()
    assert tiles.reports == ()
    assert list(tiles.leaves()) == ledger.leaves


KILLED = """
import os, signal, sys
from pathlib import Path
from licet.ledger.tiles import Tiles
from tests.ledger.making import *
def at(reached):
    if reached == sys.argv[2]:
        os.kill(os.getpid(), signal.SIGKILL)
ledger = Ledger().fill(270)
Tiles(Path(sys.argv[1]), ledger_key().verifier, at).publish(ledger.read, ledger.head, signer())
"""


@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_killed_and_published_again(tmp_path: Path, boundary: str) -> None:
    child = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path), boundary], capture_output=True
    )
    assert child.returncode == -signal.SIGKILL, child.stderr
    ledger = Ledger().fill(280)
    tiles = published(tmp_path, ledger)
    assert tiles.check() == ()
    assert list(tiles.leaves()) == ledger.leaves


@pytest.mark.parametrize("damage", ["lost", "short", "changed"])
@pytest.mark.parametrize("tile", ["tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/001.p/44"])
def test_damaged_tiles_are_found_and_written_again(tmp_path: Path, tile: str, damage: str) -> None:
    ledger = Ledger().fill(300)
    tiles = published(tmp_path, ledger)
    path = tmp_path / tile
    whole = path.read_bytes()
    match damage:
        case "lost":
            path.unlink()
        case "short":
            path.write_bytes(whole[:-1])
        case "changed":
            path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    findings = tiles.check()
    assert findings
    assert any(str(path) in line or "checkpoint's root" in line for line in findings)
    ledger.fill(1)
    tiles.publish(ledger.read, ledger.head, signer())
    assert "written again from the store" in tiles.reports[0]
    assert tiles.check() == ()


def test_a_store_that_changed_is_not_used_to_write_tiles_again(tmp_path: Path) -> None:
    tiles = published(tmp_path, Ledger().fill(10))
    (tmp_path / "tile/0/000.p/10").unlink()
    other = Ledger()
    for n in range(20):
        other.append(f"other {n}".encode())
    with pytest.raises(Conflict, match="does not continue"):
        tiles.publish(other.read, other.head, signer())


def test_every_changed_byte_is_found_by_check(tmp_path: Path) -> None:
    published(tmp_path, Ledger().fill(3))
    for path in [p for p in tmp_path.rglob("*") if p.is_file() and p.name != ".lock"]:
        whole = path.read_bytes()
        for at in range(len(whole)):
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 2]) + whole[at + 1 :])
            assert _tiles(tmp_path).check() != (), (path, at)
        path.write_bytes(whole)
    assert _tiles(tmp_path).check() == ()


def test_a_bundle_that_disagrees_with_its_hashes_is_not_read(tmp_path: Path) -> None:
    tiles = published(tmp_path, Ledger().fill(3))
    path = tmp_path / "tile/entries/000.p/3"
    path.write_bytes(bundle([b"a", b"b", b"c"]))
    with pytest.raises(Corrupt, match="do not have the hashes of their tile"):
        list(tiles.leaves())
    path.write_bytes(bundle([b"a", b"b"]))
    with pytest.raises(Corrupt, match="does not have 3 entries"):
        list(tiles.leaves())
    path.unlink()
    with pytest.raises(NotFound, match="is missing"):
        list(tiles.leaves())


def test_a_false_checkpoint_is_corrupt_and_never_replaced(tmp_path: Path) -> None:
    ledger = Ledger().fill(3)
    tiles = published(tmp_path, ledger)
    path = tmp_path / "checkpoint"
    true = path.read_text()
    ledger.fill(1)
    for text in ("", "nonsense", true.replace("\n3\n", "\n2\n"), "\udcff"):
        path.write_bytes(text.encode(errors="surrogateescape"))
        for deed in (tiles.latest, lambda: tiles.publish(ledger.read, ledger.head, signer())):
            with pytest.raises(Corrupt, match="never made anew"):
                deed()
        assert tiles.check() != ()
    path.write_text(true)
    assert tiles.latest() is not None
    assert Tiles(tmp_path).latest() == tiles.latest()


def test_partial_tiles_go_when_the_full_one_is_published(tmp_path: Path) -> None:
    ledger = Ledger()
    tiles = _tiles(tmp_path)
    for step in (10, 10, 236, 1):
        ledger.fill(step)
        tiles.publish(ledger.read, ledger.head, signer())
    files = set(_files(tmp_path))
    assert not any(file.startswith("tile/0/000.p") for file in files)
    assert {"tile/0/000", "tile/0/001.p/1", "tile/1/000.p/1"} <= files


def test_a_folder_that_cannot_be_written_is_a_clear_message(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(Setup, match="cannot publish the ledger"):
        published(tmp_path / "file" / "public", Ledger())


def test_a_full_disk_leaves_the_published_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = Ledger().fill(10)
    tiles = published(tmp_path, ledger)
    before = _files(tmp_path)
    ledger.fill(10)

    def refuse(_handle: int) -> None:
        raise OSError(28, os.strerror(28))

    with monkeypatch.context() as patched:
        patched.setattr("licet.ledger.files.os.fsync", refuse)
        with pytest.raises(Setup, match=r"Free some space.*nothing was lost"):
            tiles.publish(ledger.read, ledger.head, signer())
    assert _files(tmp_path) == before
    tiles.publish(ledger.read, ledger.head, signer())
    assert tiles.check() == ()


WAITING = """
import sys, time
from pathlib import Path
from licet.ledger.tiles import Tiles
from tests.ledger.making import *
def at(reached):
    if reached == "tiles.publish.written":
        print(reached, flush=True)
        time.sleep(0.4)
ledger = Ledger().fill(270)
Tiles(Path(sys.argv[1]), ledger_key().verifier, at).publish(ledger.read, ledger.head, signer())
"""


def test_two_publishers_take_turns(tmp_path: Path) -> None:
    """A second one that knows less waits for the first, and then refuses to go back."""
    with subprocess.Popen(
        [sys.executable, "-c", WAITING, str(tmp_path)], stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"tiles.publish.written\n"
        ledger, tiles = Ledger().fill(20), _tiles(tmp_path)
        with pytest.raises(Conflict, match="fewer than were published"):
            tiles.publish(ledger.read, ledger.head, signer())
    assert child.returncode == 0
    latest = tiles.latest()
    assert latest is not None
    assert latest.size == 270
    assert tiles.check() == ()


def test_everything_is_synced_before_it_is_signed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A power cut cannot be had here, so the calls are watched: files, folders, then the name."""
    synced: list[Path] = []
    really = os.fsync

    def watch(handle: int) -> None:
        synced.append(Path(f"/proc/self/fd/{handle}").readlink())
        really(handle)

    def at(reached: str) -> None:
        synced.append(Path(reached))

    monkeypatch.setattr("licet.ledger.files.os.fsync", watch)
    ledger = Ledger().fill(3)
    Tiles(tmp_path / "new", KEY.verifier, at).publish(ledger.read, ledger.head, signer())
    folder = tmp_path / "new"
    before = synced[: synced.index(Path("tiles.publish.written"))]
    after = synced[synced.index(Path("tiles.publish.signed")) :]
    for tile in ("tile/0/000.p", "tile/entries/000.p"):
        written = next(path for path in before if (folder / tile) in path.parents)
        assert before.index(written) < before.index(folder / tile)
    assert {folder, folder.parent, folder / "tile", folder / "tile/0"} <= set(before)
    assert after.index(folder) > 0
    assert [path.name.split(".")[0] for path in after[1:-2]] == ["checkpoint"]


def test_a_leaf_is_found_where_it_was_put(tmp_path: Path) -> None:
    ledger = Ledger().fill(5)
    tiles = published(tmp_path, ledger)
    found: list[Leaf] = list(tiles.leaves(2, 3))
    assert found == [ledger.leaves[2]]

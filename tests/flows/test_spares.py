"""Kept copies beside a backup: sealed, only what is new, and nothing of what has ended."""

import shutil
from pathlib import Path

import pytest

from licet.effects.sealed import copy_key
from licet.effects.shelving import end_copies, look_over_copies, open_copy, sweep_copies
from licet.recovery import back_up, restore
from licet.terms.errors import BadInput, Conflict
from licet.terms.source import KeptCopy, Source, SourceKind
from licet.terms.uploading import Handed, Uploaded
from licet.uploading import upload
from licet.worker import run_once
from tests.fakes.deployment import World, settings_of
from tests.fakes.vision import photo

NAMES = ("a.jpg", "b.jpg")


def _handed_in(world: World) -> Source:
    source = world.source(Path("upload:"), "handed in", kind=SourceKind.UPLOAD, retention_days=30)
    for name in NAMES:
        hand_in(world, source, name)
    return source


BEGINS = {"shelf": _handed_in}


@pytest.fixture
def shelf(world: World) -> Source:
    source: Source = world.left
    return source


def hand_in(world: World, source: Source, name: str) -> None:
    handed = Handed(name, photo("ada", scene=name))
    done = upload(world.app, world.who("steward"), source.id, handed)
    assert isinstance(done, Uploaded), done


def copies_of(world: World, source: Source) -> tuple[KeptCopy, ...]:
    with world.app.store.read() as reader:
        return reader.copies.of_source(source.id, "", 9)


def files(folder: Path) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in folder.rglob("*") if one.is_file()}


def brought_back(world: World, file: Path, url: str, spares: Path) -> int:
    world.app.close()
    done = restore(settings_of(world.home, url), file, world.clock, spares)
    world.url = url
    world.app = world.reopen()
    return done.copies


def test_a_backup_takes_copies_along_and_a_restore_brings_them_back(
    world: World, shelf: Source, fresh_url: str, tmp_path: Path
) -> None:
    spares = tmp_path / "spares"
    file = tmp_path / "monday.licet"
    kept = {one.id: _bytes(world, one) for one in copies_of(world, shelf)}
    sealed = files(world.home / "copies")
    done = back_up(world.app, file, spares)
    assert (done.copies, done.spared and (done.spared.copies, done.spared.new)) == (2, (2, 2))
    assert files(spares) == sealed
    shutil.rmtree(world.home / "copies")
    assert brought_back(world, file, fresh_url, spares) == 2
    assert {one.id: _bytes(world, one) for one in copies_of(world, shelf)} == kept
    assert files(world.home / "copies") == sealed


def _bytes(world: World, copy: KeptCopy) -> bytes:
    found = open_copy(world.app, copy)
    assert found is not None
    with found:
        return found.read()


def test_the_next_backup_writes_what_is_new_and_removes_what_ended(
    world: World, shelf: Source, tmp_path: Path
) -> None:
    spares, strange = tmp_path / "spares", tmp_path / "spares" / "another" / "one"
    back_up(world.app, tmp_path / "monday.licet", spares)
    strange.parent.mkdir()
    strange.write_bytes(b"of another deployment")
    gone = copies_of(world, shelf)[0]
    hand_in(world, shelf, "c.jpg")
    with world.app.store.unit() as unit:
        end_copies(unit, [gone])
    run_once(world.app)
    done = back_up(world.app, tmp_path / "tuesday.licet", spares)
    assert done.spared is not None
    assert (done.spared.copies, done.spared.new, done.spared.removed) == (2, 1, 1)
    assert gone.id not in files(spares)
    assert strange.read_bytes() == b"of another deployment"


def test_nothing_that_ended_since_comes_back_by_the_folder(
    world: World, shelf: Source, fresh_url: str, tmp_path: Path
) -> None:
    spares, file = tmp_path / "spares", tmp_path / "monday.licet"
    back_up(world.app, file, spares)
    gone, stays = copies_of(world, shelf)
    with world.app.store.unit() as unit:
        end_copies(unit, [gone])
    run_once(world.app)
    hand_in(world, shelf, "later.jpg")
    (later,) = [one for one in copies_of(world, shelf) if one != stays]
    assert brought_back(world, file, fresh_url, spares) == 0
    assert copies_of(world, shelf) == (stays,)
    assert world.app.keyring.absent([copy_key(gone.id)])
    assert set(files(world.home / "copies")) == {stays.id, later.id}
    world.clock.go(days=2)
    assert sweep_copies(world.app) == 1, "what came after the backup goes after a day"
    assert look_over_copies(world.app).gone == 0


def test_a_copy_that_was_cut_off_in_the_folder_is_not_brought_back(
    world: World, shelf: Source, tmp_path: Path
) -> None:
    spares = tmp_path / "spares"
    back_up(world.app, tmp_path / "monday.licet", spares)
    short = copies_of(world, shelf)[0]
    (spares / shelf.id / short.id).write_bytes(b"cut")
    shutil.rmtree(world.home / "copies")
    world.app.close()
    done = restore(settings_of(world.home, world.url), None, world.clock, spares)
    world.app = world.reopen()
    assert done.copies == 1
    assert look_over_copies(world.app).gone == 1


def test_a_backup_without_a_folder_says_how_many_it_leaves_out(
    world: World, shelf: Source, tmp_path: Path
) -> None:
    done = back_up(world.app, tmp_path / "monday.licet")
    assert (done.copies, done.spared) == (len(NAMES), None)


@pytest.mark.parametrize("place", ["copies", "copies/more", "."])
def test_the_folder_of_the_copies_themselves_is_refused(
    world: World, shelf: Source, tmp_path: Path, place: str
) -> None:
    with pytest.raises(Conflict, match="themselves"):
        back_up(world.app, tmp_path / "monday.licet", world.home / place)
    assert not (tmp_path / "monday.licet").exists()
    with pytest.raises(BadInput, match="no folder"):
        restore(settings_of(world.home, world.url), None, world.clock, tmp_path / "none")

"""Backups bring back nobody (GDPR 17; DESIGN 6)."""

import shutil
from pathlib import Path

import pytest

from licet.collect import collect
from licet.granting import withdraw
from licet.recovery import back_up, restore
from licet.rights.erase import erase
from licet.search import search
from licet.store import migrate
from licet.terms.acting import SUBJECT
from licet.terms.errors import Conflict, Quarantine
from licet.terms.grant import GrantState, SubjectState
from licet.terms.search import SearchResult, SearchState
from licet.worker import run_once
from tests.fakes.deployment import CLEARANCE, World, settings_of
from tests.fakes.vision import photo


def _collected(world: World) -> tuple[object, bytes]:
    place = world.folder(a=photo("anna", "bea"), b=photo("stranger"))
    source = world.source(place)
    collect(world.app, world.who("steward"), source.id)
    probe = photo("anna", shot=9)
    return world.case(probe), probe


def _restored(world: World, file: Path, fresh_url: str) -> World:
    """Restore a backup into an empty store and open it."""
    world.app.close()
    settings = settings_of(world.home, fresh_url)
    restore(settings, file, world.clock)
    world.url = fresh_url
    world.app = world.reopen()
    return world


def test_an_erased_person_stays_erased(world: World, fresh_url: str, tmp_path: Path) -> None:
    """The backup holds Anna; after her erasure a restore of it does not."""
    anna, subject = world.enrolled("anna")
    bea, _ = world.enrolled("bea")
    case, probe = _collected(world)
    backed = back_up(world.app, tmp_path / "monday.licet")
    erase(world.app, SUBJECT, subject)
    world = _restored(world, backed.file, fresh_url)
    with world.app.store.read() as reader:
        assert reader.templates.of_grant(anna) == ()
        assert reader.grants.get(anna).state is GrantState.ENDED
        assert reader.subjects.get(subject).state is SubjectState.ERASED
        assert reader.subjects.get(subject).sealed_identity == b""
        assert len(reader.templates.of_grant(bea)) == 2
    found = search(world.app, world.who("investigator"), case, CLEARANCE, probe)
    assert isinstance(found, SearchResult)
    assert found.state is SearchState.NONE


def test_a_withdrawn_grant_stays_withdrawn(world: World, fresh_url: str, tmp_path: Path) -> None:
    """A grant withdrawn after the backup is ended again, whatever became of its key."""
    anna, _ = world.enrolled("anna")
    backed = back_up(world.app, tmp_path / "monday.licet")
    withdraw(world.app, SUBJECT, anna)
    world = _restored(world, backed.file, fresh_url)
    with world.app.store.read() as reader:
        assert not reader.grants.get(anna).kept
        assert reader.templates.of_grant(anna) == ()


def test_a_withdrawal_killed_before_its_key_went_is_taken_up(
    world: World, fresh_url: str, tmp_path: Path
) -> None:
    """The entry was mirrored, the key is still there: the restore ends the grant by a plan."""
    anna, _ = world.enrolled("anna")
    backed = back_up(world.app, tmp_path / "monday.licet")

    class Killed(BaseException):
        pass

    def stop(name: str) -> None:
        if name == "effect.delete_rows.start":
            raise Killed

    app = world.reopen(stop)
    with pytest.raises(Killed):
        withdraw(app, SUBJECT, anna)
    app.close()
    world = _restored(world, backed.file, fresh_url)
    with world.app.store.read() as reader:
        assert reader.grants.get(anna).state is GrantState.ENDING
    world.clock.go(minutes=2)
    run_once(world.app)
    with world.app.store.read() as reader:
        assert reader.grants.get(anna).state is GrantState.ENDED
        assert reader.templates.of_grant(anna) == ()


def test_an_older_copy_put_in_place_does_not_serve(tmp_path: Path) -> None:
    """Quarantine until it was restored; then what was withdrawn is gone."""
    from tests.fakes.deployment import new_world

    file = tmp_path / "home" / "store" / "licet.db"
    file.parent.mkdir(parents=True)
    url = f"sqlite:///{file}"
    migrate(url)
    world = new_world(tmp_path / "home", url)
    anna, _ = world.enrolled("anna")
    world.app.close()
    shutil.copy(file, tmp_path / "old.db")
    world.app = world.reopen()
    withdraw(world.app, SUBJECT, anna)
    world.app.close()
    for old in file.parent.glob("licet.db*"):
        old.unlink()
    shutil.copy(tmp_path / "old.db", file)
    with pytest.raises(Quarantine):
        world.reopen()
    restore(settings_of(world.home, url), None, world.clock)
    world.app = world.reopen()
    with world.app.store.read() as reader:
        assert not reader.grants.get(anna).kept
    world.app.close()


def test_without_a_mirror_nothing_is_restored(world: World, fresh_url: str, tmp_path: Path) -> None:
    """Nobody could tell what was erased since."""
    world.enrolled("anna")
    backed = back_up(world.app, tmp_path / "monday.licet")
    world.app.close()
    shutil.rmtree(world.home / "mirror")
    with pytest.raises(Quarantine, match="no mirror"):
        restore(settings_of(world.home, fresh_url), backed.file, world.clock)


def test_a_backup_is_never_overwritten(world: World, tmp_path: Path) -> None:
    """Two backups have two names."""
    back_up(world.app, tmp_path / "monday.licet")
    with pytest.raises(Conflict):
        back_up(world.app, tmp_path / "monday.licet")


def test_a_backup_holds_no_key_and_no_name(world: World, tmp_path: Path) -> None:
    """Sealed rows alone; the keyring is another matter."""
    world.enrolled("anna")
    backed = back_up(world.app, tmp_path / "monday.licet")
    data = backed.file.read_bytes()
    assert b"anna" not in data
    key = world.app.keyring.get(world.app.keyring.ids()[0])
    assert key not in data
    import base64

    assert base64.b64encode(key)[:40] not in data


def test_a_store_without_mirror_and_mark_does_not_serve(world: World) -> None:
    """Nobody could tell whether it is the newest, and an older one would undo withdrawals."""
    world.enrolled("anna")
    world.app.close()
    shutil.move(world.home / "mirror", world.home / "elsewhere")
    (world.home / "ledger" / "signed").unlink()
    with pytest.raises(Quarantine, match="neither the mirror"):
        world.reopen()
    shutil.move(world.home / "elsewhere", world.home / "mirror")
    world.app = world.reopen()


def test_the_newest_store_makes_its_mirror_again(world: World) -> None:
    """The mark says that nothing is missing, so the mirror is written anew from the store."""
    anna, _ = world.enrolled("anna")
    size = world.app.store.head().size
    world.app.close()
    shutil.rmtree(world.home / "mirror")
    world.app = world.reopen()
    withdraw(world.app, SUBJECT, anna)
    assert world.app.tiles.check() == ()
    latest = world.app.tiles.latest()
    assert latest is not None
    assert latest.size > size

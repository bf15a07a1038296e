"""Looking at a database's bytes takes no lock from the database."""

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from licet.effects.apart import database_files, read_apart
from licet.effects.scanning import scan_for
from licet.terms.errors import Busy
from licet.vault.keyring import Keyring
from tests.fakes.deployment import World

_LOCKED = """
import fcntl, sys
with open(sys.argv[1], "r+b") as file:
    try:
        # The bytes on which SQLite's connections hold their shared locks (os_unix.c).
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 510, 0x40000002)
    except OSError:
        sys.exit(7)
"""


def _is_locked(file: Path) -> bool:
    """Say whether this process holds a lock on a database, as another process sees it."""
    asked = subprocess.run([sys.executable, "-I", "-c", _LOCKED, str(file)], check=False)
    assert asked.returncode in {0, 7}
    return asked.returncode == 7


def _file(world: World) -> Path:
    (file,) = (one for one in world.app.store.files() if one.suffix == ".db")
    return file


def test_a_look_through_the_files_lets_the_store_keep_its_locks(world: World) -> None:
    """Without them another worker would take itself for the last, and remove our log."""
    if not world.url.startswith("sqlite"):
        pytest.skip("PostgreSQL's files are the server's own")
    with world.app.store.read() as reader:
        assert reader.head.size
    file = _file(world)
    assert _is_locked(file)
    scan_for(world.app, {b"nobody is called so"})
    assert _is_locked(file)


def test_opening_a_keyring_again_lets_the_first_keep_its_locks(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = world.app.settings
    place = settings.place(settings.keyring)
    held = world.app.keyring._replicas._connection
    held.execute("BEGIN IMMEDIATE")
    held.execute("SELECT count(*) FROM main.key").fetchone()
    assert _is_locked(place)
    monkeypatch.setattr("licet.vault.replicas.WAIT_SECONDS", 0.0)
    service = world.app.keyring._service
    with suppress(Busy):
        Keyring.open(place, settings.place(settings.keyring_replica), service).close()
    assert _is_locked(place)
    held.execute("ROLLBACK")


def test_a_file_is_read_whole_and_in_part(tmp_path: Path) -> None:
    file = tmp_path / "-odd name.db"
    file.write_bytes(bytes(range(256)) * 5000)
    with read_apart(file) as stream:
        assert stream.read() == file.read_bytes()
    with read_apart(file) as stream:
        assert stream.read(10) == bytes(range(10))


def test_a_file_that_is_gone_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="cannot be read"), read_apart(tmp_path / "gone.db"):
        pass


def test_the_files_beside_a_database_are_its_own(tmp_path: Path) -> None:
    found = database_files([tmp_path / "a.db"])
    assert {file.name for file in found} == {"a.db", "a.db-wal", "a.db-shm", "a.db-journal"}

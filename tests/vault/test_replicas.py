"""Replicas that are missing, damaged, lagging, foreign, held, full or read-only."""

import os
import sqlite3
import sys
import threading
from pathlib import Path

import pytest

from licet.terms.errors import Busy, Corrupt, Setup
from licet.terms.ids import KeyId
from licet.vault import replicas
from licet.vault.keyring import Keyring
from tests.vault.place import A, B, C, Place


def _edit(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def _both(place: Place) -> list[Path]:
    return [place.main, place.replica]


@pytest.mark.parametrize("which", [0, 1])
def test_a_key_deleted_in_one_replica_is_deleted(place: Place, which: int) -> None:
    place.ring().create(A, B)
    place.close()
    _edit(_both(place)[which], "DELETE FROM key WHERE id = 'grant:a'")
    ring = place.ring()
    assert ring.ids() == (B,)
    assert "differed" in ring.reports[0]
    assert ring.check() == ()
    place.close()
    assert place.ring().reports == ()


@pytest.mark.parametrize("which", [0, 1])
def test_a_replica_from_before_catches_up_in_both_directions(place: Place, which: int) -> None:
    lagging = _both(place)[which]
    place.ring().create(A, B)
    place.close()
    old = lagging.read_bytes()
    ring = place.ring()
    ring.shred(A)
    ring.create(C)
    ring.turn()
    keys = ring.get_many((B, C))
    place.close()
    lagging.write_bytes(old)
    ring = place.ring()
    assert ring.get_many((A, B, C)) == keys
    assert str(lagging) in ring.reports[0]
    assert ring.check() == ()


@pytest.mark.parametrize("which", [0, 1])
def test_deleted_in_the_older_one_is_deleted_and_made_later_is_kept(
    place: Place, which: int
) -> None:
    lagging = _both(place)[which]
    place.ring().create(A, B)
    place.close()
    old = lagging.read_bytes()
    place.ring().create(C)
    place.close()
    lagging.write_bytes(old)
    _edit(lagging, "DELETE FROM key WHERE id = 'grant:a'")
    assert place.ring().ids() == (B, C)


@pytest.mark.parametrize("which", [0, 1])
def test_a_damaged_replica_is_named_with_its_remedy_and_the_remedy_works(
    place: Place, which: int
) -> None:
    ring = place.ring()
    ring.create(A, B)
    keys = ring.get_many((A, B))
    place.close()
    damaged = _both(place)[which]
    damaged.write_bytes(b"not a database" * 1000)
    with pytest.raises(Corrupt, match="is damaged") as caught:
        place.ring()
    assert str(damaged) in str(caught.value)
    assert f"Move {damaged} away" in caught.value.remedy
    damaged.rename(place.folder / "away")
    ring = place.ring()
    assert ring.get_many((A, B)) == keys
    assert ring.check() == ()


@pytest.mark.parametrize("which", [0, 1])
def test_pages_damaged_under_an_open_keyring_are_found(place: Place, which: int) -> None:
    ring = place.ring()
    ring.create(*(KeyId(f"grant:{n}") for n in range(300)))
    place.close()
    damaged = _both(place)[which]
    with damaged.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 4096 * 3)
    with pytest.raises(Corrupt) as caught:
        place.ring()
    assert str(damaged) in str(caught.value)


@pytest.mark.parametrize("which", [0, 1])
def test_check_names_the_damaged_file(place: Place, which: int) -> None:
    ring = place.ring()
    ring.create(*(KeyId(f"grant:{n}") for n in range(300)))
    damaged = _both(place)[which]
    with damaged.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 4096 * 3)
    # Pages that this connection holds in memory are read again after another one's write.
    _edit(_both(place)[1 - which], "PRAGMA user_version = 1")
    place.close()
    raw = Keyring(replicas.Replicas(*_both(place)), place.service(), print, lambda: None)  # type: ignore[arg-type,return-value]
    findings = raw.check()
    raw.close()
    assert findings
    assert all(str(damaged) in line for line in findings)


def test_check_tells_a_difference_before_it_is_mended(place: Place) -> None:
    ring = place.ring()
    ring.create(A, B)
    _edit(place.replica, "DELETE FROM key WHERE id = 'grant:a'")
    findings = ring.check()
    assert any("differ" in line for line in findings)
    assert any(f"1 keys of {place.main}" in line for line in findings)


def test_replicas_of_different_keyrings_are_not_mixed(place: Place) -> None:
    place.ring().create(A)
    place.close()
    _edit(place.replica, "UPDATE keyring SET id = 'another'")
    with pytest.raises(Corrupt, match="different keyrings"):
        place.ring()


def test_another_database_is_not_a_keyring(place: Place) -> None:
    place.main.parent.mkdir()
    _edit(place.main, "CREATE TABLE letters (text)")
    with pytest.raises(Corrupt, match="is not a keyring"):
        place.ring()


def test_a_keyring_of_a_later_format_asks_for_an_update(place: Place) -> None:
    place.ring()
    place.close()
    _edit(place.main, "PRAGMA user_version = 2")
    with pytest.raises(Setup, match=r"format 2, not 1\. Update licet"):
        place.ring()


def test_a_keyring_without_its_row_is_damaged(place: Place) -> None:
    place.ring()
    place.close()
    _edit(place.main, "DELETE FROM keyring")
    with pytest.raises(Corrupt, match="has no keyring row"):
        place.ring()


def test_a_file_in_wal_mode_is_brought_back(place: Place) -> None:
    place.ring().create(A)
    place.close()
    _edit(place.replica, "PRAGMA journal_mode = WAL")
    ring = place.ring()
    assert ring.has(A)
    ring.close()
    mode = sqlite3.connect(place.replica).execute("PRAGMA journal_mode").fetchone()
    assert mode == ("delete",)


@pytest.mark.parametrize("which", ["main", "replica"])
def test_both_files_are_synced_to_the_utmost_and_overwrite_what_they_delete(
    place: Place, which: str
) -> None:
    held = place.ring()._replicas
    assert held.rows(f"PRAGMA {which}.synchronous") == [(3,)]
    assert held.rows(f"PRAGMA {which}.secure_delete") == [(1,)]
    assert held.rows(f"PRAGMA {which}.journal_mode") == [("delete",)]


def test_a_file_held_in_wal_mode_by_another_is_refused(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.ring()
    place.close()
    monkeypatch.setattr(replicas, "WAIT_SECONDS", 0.05)
    holder = sqlite3.connect(place.replica, isolation_level=None)
    holder.execute("PRAGMA journal_mode = WAL")
    holder.execute("BEGIN")
    holder.execute("SELECT * FROM key").fetchall()
    with pytest.raises((Busy, Setup)):
        place.ring()
    holder.close()


def test_a_keyring_held_too_long_is_busy(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replicas, "WAIT_SECONDS", 0.05)
    ring = place.ring()
    ring.create(A)
    holder = sqlite3.connect(place.replica, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    for deed in (lambda: ring.create(B), lambda: ring.shred(A), ring.turn):
        with pytest.raises(Busy, match="another process holds the keyring"):
            deed()
    assert ring.get(A)
    holder.execute("ROLLBACK")
    holder.close()
    assert ring.create(B) == 1


def test_a_full_disk_loses_nothing(place: Place) -> None:
    ring = place.ring()
    ring.create(A)
    key = ring.get(A)
    ring._replicas.execute("PRAGMA replica.max_page_count = 4")
    with pytest.raises(Setup, match=r"full.*nothing was lost"):
        ring.create(*(KeyId(f"grant:{n}") for n in range(1000)))
    assert ring.ids() == (A,)
    ring._replicas.execute("PRAGMA replica.max_page_count = 1000000")
    assert ring.turn().keys == 1
    assert ring.get(A) == key
    assert ring.check() == ()


READ_ONLY = """
os.setgid(65534); os.setuid(65534)
from licet.terms.errors import LicetError
import contextlib
for deed in sys.argv[2:]:
    try:
        exec(deed)
        print("done", deed)
    except LicetError as error:
        print(type(error).__name__, error)
"""


@pytest.mark.skipif(
    not sys.platform.startswith("linux") or os.geteuid() != 0, reason="needs another account"
)
def test_read_only_folders_give_clear_errors(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Another account, which may read everything and write nothing."""
    folder = tmp_path_factory.mktemp("shared")
    place = Place(folder)
    place.ring().create(A)
    place.close()
    for path in (folder, *folder.rglob("*")):
        path.chmod(path.stat().st_mode | 0o055)
    for above in folder.parents:
        if above.is_relative_to(tmp_path_factory.getbasetemp().parent):
            above.chmod(0o755)
    child = place.child(READ_ONLY, "place.ring()", "place.service().new_epoch()")
    lines = child.output.decode().splitlines()  # type: ignore[attr-defined]
    assert [line.split()[0] for line in lines] == ["Setup", "Setup"], child.errors  # type: ignore[attr-defined]
    assert all("Let the account that runs licet" in line for line in lines)


def test_a_path_through_a_file_is_a_clear_message(place: Place) -> None:
    place.folder.joinpath("file").write_text("x")
    place.main = place.folder / "file" / "keyring.db"
    with pytest.raises(Setup, match=r"cannot create the folder.*Check that the path is right"):
        place.ring()


def test_threads_share_one_keyring(place: Place) -> None:
    ring = place.ring()
    failures: list[BaseException] = []

    def work(name: str) -> None:
        try:
            for n in range(10):
                ids = [KeyId(f"grant:{name}{n}-{i}") for i in range(3)]
                ring.create(*ids)
                assert ring.get_many(ids).keys() == set(ids)
                ring.shred(ids[0])
                assert ring.absent(ids) == {ids[0]}
                if n % 4 == 0:
                    ring.turn()
        except BaseException as error:  # noqa: BLE001 - shown by the test's own thread
            failures.append(error)

    threads = [threading.Thread(target=work, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(ring.ids()) == 60
    assert ring.check() == ()


SHARING = """
name = sys.argv[2]
ring = place.ring()
for n in range(25):
    ids = [KeyId(f"grant:{name}{n}-{i}") for i in range(4)]
    ring.create(*ids)
    assert ring.get_many(ids).keys() == set(ids)
    ring.shred(ids[0])
    assert ring.absent(ids) == {ids[0]}
    if n % 5 == 0:
        ring.turn()
    if n % 7 == 0:
        ring.close(); ring = place.ring(); assert ring.reports == ()
print("well")
"""


def test_processes_share_one_keyring(place: Place) -> None:
    children = [place.child(SHARING, name, wait=False) for name in "ab"]
    answers = [child.communicate(timeout=60) for child in children]
    assert [out for out, _ in answers] == [b"well\n"] * 2, answers
    ring = place.ring()
    assert len(ring.ids()) == 150
    assert ring.check() == ()


def test_reading_while_another_turns_reads_again(place: Place) -> None:
    """The epoch is turned between reading the wrapped key and unwrapping it."""
    ring, other = place.ring(), place.ring()
    ring.create(A)
    key = ring.get(A)
    unwrap, turned = ring._service.unwrap, []

    def late(epoch: str, wrapped: list[bytes]) -> list[bytes]:
        if not turned:
            turned.append(other.turn())
        return unwrap(epoch, wrapped)

    ring._service.unwrap = late  # type: ignore[method-assign,assignment]
    assert ring.get(A) == key
    assert turned


def test_a_keyring_emptied_under_us_is_said(place: Place) -> None:
    ring = place.ring()
    for path in _both(place):
        _edit(path, "DROP TABLE key", "DROP TABLE keyring")
    with pytest.raises(Corrupt, match="emptied under us"):
        ring.create(A)

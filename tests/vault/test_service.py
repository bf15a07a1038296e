"""The local key service: files that are private, durable, and found out when wrong."""

import base64
import errno
import os
import stat
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from licet.terms.errors import Corrupt, KeyAbsent, Setup
from licet.vault import files
from licet.vault.service import KeyService, LocalKeyService

KEYS = [bytes([n]) * 32 for n in range(5)]


@pytest.fixture
def service(tmp_path: Path) -> LocalKeyService:
    return LocalKeyService(tmp_path / "deep" / "epochs")


def _path(service: LocalKeyService, epoch: str) -> Path:
    return service._folder / f"{epoch}.epoch"


def test_it_is_a_key_service(service: LocalKeyService) -> None:
    held: KeyService = service
    assert held.epochs() == ()


def test_wrapping_and_unwrapping_give_the_keys_back(service: LocalKeyService) -> None:
    epoch = service.new_epoch()
    wrapped = service.wrap(epoch, KEYS)
    assert {len(one) for one in wrapped} == {60}
    assert len({one[:12] for one in wrapped}) == len(KEYS)
    assert service.unwrap(epoch, wrapped) == KEYS
    assert service.wrap(epoch, []) == service.unwrap(epoch, []) == []


def test_the_format_is_plain_gcm_under_the_key_in_the_file(service: LocalKeyService) -> None:
    epoch = service.new_epoch()
    lines = _path(service, epoch).read_text().splitlines()
    assert lines[:2] == ["licet epoch key v1", f"epoch {epoch}"]
    assert lines[3] == "check " + sha256("".join(x + "\n" for x in lines[:3]).encode()).hexdigest()
    key = base64.b64decode(lines[2].removeprefix("key "))
    wrapped = service.wrap(epoch, KEYS)[1]
    assert AESGCM(key).decrypt(wrapped[:12], wrapped[12:], epoch.encode()) == KEYS[1]


def test_files_and_folder_are_private(service: LocalKeyService) -> None:
    path = _path(service, service.new_epoch())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_destroyed_is_gone_for_every_process_and_again_is_well(service: LocalKeyService) -> None:
    epoch, other = service.new_epoch(), service.new_epoch()
    wrapped = service.wrap(epoch, KEYS)
    assert service.epochs() == tuple(sorted((epoch, other)))
    service.destroy(epoch)
    service.destroy(epoch)
    assert service.epochs() == (other,)
    with pytest.raises(KeyAbsent, match=r"is not there\. Bring that file back"):
        service.unwrap(epoch, wrapped)
    with pytest.raises(Corrupt, match="does not open under epoch"):
        service.unwrap(other, wrapped)


def test_destroying_overwrites_before_it_unlinks(service: LocalKeyService) -> None:
    epoch = service.new_epoch()
    path = _path(service, epoch)
    link = path.with_suffix(".link")
    os.link(path, link)
    service.destroy(epoch)
    assert set(link.read_bytes()) == {0}


@pytest.mark.parametrize("wrong", [b"", b"x" * 59, b"x" * 61])
def test_wrapped_bytes_of_a_wrong_length_are_corrupt(
    service: LocalKeyService, wrong: bytes
) -> None:
    with pytest.raises(Corrupt, match="wrong length"):
        service.unwrap(service.new_epoch(), [wrong])


def test_a_key_of_a_wrong_length_is_a_mistake(service: LocalKeyService) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        service.wrap(service.new_epoch(), [b"short"])


def test_every_changed_byte_of_an_epoch_file_is_found(service: LocalKeyService) -> None:
    epoch = service.new_epoch()
    path = _path(service, epoch)
    whole = path.read_bytes()
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(Corrupt):
            service.wrap(epoch, KEYS)
    for damaged in (b"", whole[:-1], whole + b"\n", whole[: len(whole) // 2]):
        path.write_bytes(damaged)
        with pytest.raises(Corrupt):
            service.wrap(epoch, KEYS)


def test_each_wrong_file_has_its_own_message(service: LocalKeyService) -> None:
    epoch, other = service.new_epoch(), service.new_epoch()
    path, whole = _path(service, epoch), _path(service, epoch).read_bytes()
    for data, says in (
        (b"\xff\xfenonsense", "is not an epoch key file"),
        (whole.replace(b"\nkey ", b"\nkee "), "is damaged"),
        (_path(service, other).read_bytes(), "holds the key of another epoch"),
    ):
        path.write_bytes(data)
        with pytest.raises(Corrupt, match=says):
            service.wrap(epoch, KEYS)


def test_other_files_in_the_folder_are_no_epochs(service: LocalKeyService) -> None:
    (service._folder / "README.epoch").write_text("x")
    (service._folder / "notes.txt").write_text("x")
    assert service.epochs() == ()
    with pytest.raises(Corrupt, match="not the name of an epoch"):
        service.destroy("../../etc/passwd")


def test_a_folder_that_went_away_is_a_clear_message(service: LocalKeyService) -> None:
    service._folder.rmdir()
    with pytest.raises(Setup, match=r"cannot list the epoch keys in .*disk is mounted"):
        service.epochs()
    with pytest.raises(Setup, match="cannot write the epoch key"):
        service.new_epoch()


@pytest.mark.parametrize(
    ("number", "remedy"),
    [(errno.ENOSPC, "Free some space"), (errno.EROFS, "Let the account"), (errno.EIO, "Check")],
)
def test_a_disk_that_refuses_leaves_no_half_a_file(
    service: LocalKeyService, monkeypatch: pytest.MonkeyPatch, number: int, remedy: str
) -> None:
    def refuse(_handle: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(files.os, "fsync", refuse)
    with pytest.raises(Setup, match=remedy):
        service.new_epoch()
    assert list(service._folder.iterdir()) == []

"""Locked files: opened by their secret alone, and never half written."""

import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from licet.terms.errors import BadInput, Corrupt
from licet.vault.locked import ALPHABET, LockedZip, Opened, secret_for

SECRET = secret_for(bytes(32), "6f1c2e1a")


def written(path: Path, **files: bytes) -> bytes:
    with LockedZip(path, SECRET) as locked:
        for name, data in files.items():
            with locked.entry(name, packed=not name.startswith("p")) as stream:
                stream.write(data)
    return path.read_bytes()


def read(opened: Opened, name: str) -> bytes:
    with opened.open(name) as stream:
        return stream.read()


def test_what_was_written_is_read(tmp_path: Path) -> None:
    data = written(tmp_path / "a.zip", text=b"hello " * 1000, picture=b"\xff" * 1000)
    opened = Opened(BytesIO(data), f" {SECRET}\n")
    assert opened.names == ("picture", "text")
    assert read(opened, "text") == b"hello " * 1000
    assert read(opened, "picture") == b"\xff" * 1000
    assert b"hello" not in data
    assert len(data) < 2000


def test_the_common_reader_sees_names_and_nothing_else(tmp_path: Path) -> None:
    """The format is AE-2: encrypted, with no checksum of what is inside."""
    data = written(tmp_path / "a.zip", text=b"hello")
    with zipfile.ZipFile(BytesIO(data)) as plain:
        (entry,) = plain.infolist()
        assert (entry.compress_type, entry.CRC, entry.flag_bits & 1) == (99, 0, 1)
        assert entry.date_time == (1980, 1, 1, 0, 0, 0)


@pytest.mark.parametrize("secret", ["", "wrong", SECRET[:-1], SECRET.upper()])
def test_another_secret_opens_nothing(tmp_path: Path, secret: str) -> None:
    data = written(tmp_path / "a.zip", text=b"hello")
    with pytest.raises(BadInput):
        Opened(BytesIO(data), secret)


def test_every_changed_byte_of_what_is_inside_is_found(tmp_path: Path) -> None:
    data = written(tmp_path / "a.zip", picture=b"x" * 40)
    start = data.index(b"picture") + len(b"picture") + 11
    for at in range(start + 18, start + 18 + 40):
        changed = bytearray(data)
        changed[at] ^= 1
        with pytest.raises((Corrupt, BadInput)):
            read(Opened(BytesIO(bytes(changed)), SECRET), "picture")


@pytest.mark.parametrize("data", [b"", b"PK", b"no zip at all"])
def test_what_is_no_zip_is_said_to_be_none(data: bytes) -> None:
    with pytest.raises(Corrupt):
        Opened(BytesIO(data))


def test_one_name_stands_once_and_must_be_there(tmp_path: Path) -> None:
    twice = BytesIO()
    with zipfile.ZipFile(twice, "w") as plain:
        plain.writestr("a", "1")
        with pytest.warns(UserWarning, match="Duplicate"):
            plain.writestr("a", "2")
    with pytest.raises(Corrupt):
        Opened(twice)
    opened = Opened(BytesIO(written(tmp_path / "a.zip", text=b"")), SECRET)
    with pytest.raises(Corrupt):
        read(opened, "other")


def test_what_fails_in_the_middle_leaves_no_file(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"

    def killed() -> None:
        with LockedZip(path, SECRET) as locked, locked.entry("text") as stream:
            stream.write(b"hello")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        killed()
    assert not path.exists()


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    written(path, text=b"first")
    with pytest.raises(FileExistsError):
        LockedZip(path, SECRET)


def test_a_secret_belongs_to_one_key_and_one_thing() -> None:
    assert secret_for(bytes(32), "a") == secret_for(bytes(32), "a")
    others = {secret_for(bytes([n]) * 32, name) for n in range(8) for name in ("a", "b")}
    assert len(others) == 16
    assert all(set(one) <= {*ALPHABET, "-"} and len(one) == 29 for one in others)

"""Sealed files: every byte comes back, from any place, and no part can be moved or cut off."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from licet.terms.errors import Corrupt
from licet.vault import blobs as room
from licet.vault.blobs import Blobs
from licet.vault.seal import OVERHEAD

KEY = bytes(range(32))
PART = 16


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make parts small: sixteen bytes."""
    monkeypatch.setattr(room, "PART", PART)
    monkeypatch.setattr(room, "_SEALED", PART + OVERHEAD)


def kept(root: Path, content: bytes, name: str = "one") -> Blobs:
    blobs = Blobs(root / "copies")
    with blobs.write("owner", name, KEY) as file:
        file.write(content)
        assert file.finish() == len(content)
    return blobs


def read(blobs: Blobs, name: str = "one") -> bytes:
    file = blobs.open("owner", name, KEY)
    assert file is not None
    with file:
        return file.read()


@pytest.mark.parametrize("size", [0, 1, 15, 16, 17, 31, 32, 33, 160])
def test_every_byte_comes_back_and_none_lies_in_clear(tmp_path: Path, size: int) -> None:
    content = os.urandom(size)
    blobs = kept(tmp_path, content)
    assert read(blobs) == content
    assert blobs.size("owner", "one") == size
    [file] = (tmp_path / "copies" / "owner").iterdir()
    assert size < 8 or content[:8] not in file.read_bytes()
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(blobs.names()) == [("owner", "one")]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(
    st.binary(min_size=1, max_size=70),
    st.lists(st.tuples(st.integers(0, 80), st.integers(0, 40)), max_size=6),
)
def test_any_place_can_be_read(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, reads: list[tuple[int, int]]
) -> None:
    blobs = kept(tmp_path_factory.mktemp("blobs"), content)
    file = blobs.open("owner", "one", KEY)
    assert file is not None
    with file:
        for place, size in reads:
            assert file.seek(place) == place
            assert file.read(size) == content[place : place + size]
        assert file.seek(-1, 2) == len(content) - 1


def test_the_first_part_is_written_again_and_no_other(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    with blobs.write("owner", "one", KEY) as file:
        file.write(b"0123456789" * 5)
        file.seek(4)
        file.write(b"here")
        assert file.seek(0, 2) == 50 == file.size
        file.write(b"end")
        with pytest.raises(OSError, match="no way back"):
            file.seek(30)
        file.seek(15)
        with pytest.raises(OSError, match="first part"):
            file.write(b"ab")
        file.seek(0, 2)
        file.finish()
    assert read(blobs)[:10] == b"0123here89"
    assert read(blobs)[-5:] == b"89end"


def test_what_is_not_finished_is_no_file(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    with blobs.write("owner", "one", KEY) as file:
        file.write(b"half")
    assert blobs.size("owner", "one") == -1
    assert blobs.open("owner", "one", KEY) is None
    assert list(blobs.names()) == [("owner", "one")]
    blobs.remove("owner", "one")
    blobs.remove("owner", "one")
    assert list(blobs.names()) == []
    assert not (tmp_path / "owner").exists()


def cut(data: bytes) -> bytes:
    return data[: 2 * (PART + OVERHEAD)]


def swapped(data: bytes) -> bytes:
    sealed = PART + OVERHEAD
    return data[sealed : 2 * sealed] + data[:sealed] + data[2 * sealed :]


def altered(data: bytes) -> bytes:
    return data[:40] + bytes([data[40] ^ 1]) + data[41:]


def doubled(data: bytes) -> bytes:
    return data[: 2 * (PART + OVERHEAD)] + data[PART + OVERHEAD :]


@pytest.mark.parametrize("bent", [cut, swapped, altered, doubled, lambda _data: b"x"])
def test_no_part_can_be_moved_altered_or_cut_off(
    tmp_path: Path, bent: Callable[[bytes], bytes]
) -> None:
    blobs = kept(tmp_path, b"0123456789" * 4)
    file = tmp_path / "copies" / "owner" / "one"
    file.write_bytes(bent(file.read_bytes()))
    with pytest.raises(Corrupt):
        read(blobs)


def test_one_file_is_not_another(tmp_path: Path) -> None:
    blobs = kept(tmp_path, b"0123456789")
    folder = tmp_path / "copies" / "owner"
    (folder / "two").write_bytes((folder / "one").read_bytes())
    with pytest.raises(Corrupt):
        read(blobs, "two")

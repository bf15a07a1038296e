"""A folder as a source: what is listed, in which order, and what is never opened."""

import errno
import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.sources import folder as room
from licet.sources.address import to_parts
from licet.sources.contract import MOST_BYTES, Address, ItemSource
from licet.sources.folder import FolderSource
from licet.terms.errors import BadInput
from licet.terms.face import Unreadable
from tests.exploring import examples

JPEG = b"\xff\xd8\xff\xe0 a photo"


def put(root: Path, *names: str, data: bytes = JPEG) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def listed(root: Path, after: str = "") -> list[str]:
    return list(FolderSource(root).walk(after))


def why(root: Path, address: str) -> str:
    found = FolderSource(root).read(Address(address))
    assert isinstance(found, Unreadable), found
    assert found.remedy
    return found.reason


def test_it_is_an_item_source(tmp_path: Path) -> None:
    source: ItemSource = FolderSource(tmp_path)
    assert list(source.walk()) == []
    assert source.count() == 0


def test_the_order_is_by_the_bytes_of_names_folder_by_folder(tmp_path: Path) -> None:
    put(tmp_path, "b.jpg", "a/z.jpg", "a/b/c.jpg", "a.jpg", "B.jpg", "é.jpg", "a/Z.jpg", "zz/1")
    assert listed(tmp_path) == [
        "B.jpg",
        "a/Z.jpg",
        "a/b/c.jpg",
        "a/z.jpg",
        "a.jpg",
        "b.jpg",
        "zz/1",
        "é.jpg",
    ]


def test_a_walk_resumes_after_any_address_also_one_that_is_gone(tmp_path: Path) -> None:
    put(tmp_path, "a/1", "a/3", "b/1", "b/c/1", "d")
    everything = listed(tmp_path)
    for place, address in enumerate(everything):
        assert listed(tmp_path, address) == everything[place + 1 :]
    assert listed(tmp_path, "a/2") == ["a/3", "b/1", "b/c/1", "d"]
    assert listed(tmp_path, "a") == everything
    assert listed(tmp_path, "b/zz") == ["d"]
    assert listed(tmp_path, "zzz") == []


def test_resuming_where_a_file_became_a_folder(tmp_path: Path) -> None:
    put(tmp_path, "a/1", "b")
    assert listed(tmp_path, "a") == ["a/1", "b"]


def test_photos_are_read_whatever_their_name(tmp_path: Path) -> None:
    put(tmp_path, "notes.txt", "no-ending")
    source = FolderSource(tmp_path)
    assert [source.read(address) for address in source.walk()] == [JPEG, JPEG]


@pytest.mark.parametrize(
    "name",
    [
        ".hidden.jpg",
        ".folder/a.jpg",
        "._a.jpg",
        "Thumbs.db",
        "desktop.ini",
        "@eaDir/a.jpg",
        "__MACOSX/a.jpg",
        "$RECYCLE.BIN/a.jpg",
        "a.jpg.xmp",
        "a.AAE",
        "a.jpg.part",
        "a.crdownload",
        "a.tmp",
        "a.jpg~",
    ],
)
def test_what_systems_leave_behind_is_left_out(tmp_path: Path, name: str) -> None:
    put(tmp_path, name, "kept.jpg")
    assert listed(tmp_path) == ["kept.jpg"]


# Links and places that are no files


def test_links_are_left_out_and_never_followed(tmp_path: Path) -> None:
    root = tmp_path / "root"
    put(tmp_path, "secret.jpg", "elsewhere/a.jpg", "root/in/a.jpg")
    (root / "out.jpg").symlink_to(tmp_path / "secret.jpg")
    (root / "folder").symlink_to(tmp_path / "elsewhere")
    (root / "inside.jpg").symlink_to(root / "in/a.jpg")
    (root / "broken.jpg").symlink_to(root / "nothing")
    assert listed(root) == ["in/a.jpg"]
    assert why(root, "out.jpg") == "this is a link"
    assert why(root, "inside.jpg") == "this is a link"
    assert why(root, "folder/a.jpg")


def test_link_loops_end(tmp_path: Path) -> None:
    put(tmp_path, "a/b/1.jpg")
    (tmp_path / "a/b/up").symlink_to(tmp_path)
    (tmp_path / "self").symlink_to(tmp_path / "self")
    assert listed(tmp_path) == ["a/b/1.jpg"]


def test_the_root_may_be_a_link(tmp_path: Path) -> None:
    put(tmp_path, "real/a.jpg")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert listed(tmp_path / "link") == ["a.jpg"]


def test_a_folder_swapped_for_a_link_leads_nowhere(tmp_path: Path) -> None:
    root = tmp_path / "root"
    put(tmp_path, "secret/a.jpg", "root/in/a.jpg", data=JPEG)
    source = FolderSource(root)
    walk = source.walk()
    address = next(walk)
    assert address == "in/a.jpg"
    (root / "in/a.jpg").unlink()
    (root / "in").rmdir()
    (root / "in").symlink_to(tmp_path / "secret")
    assert isinstance(source.read(address), Unreadable)
    assert list(source.walk()) == []


def test_pipes_sockets_and_devices_are_left_out_and_do_not_block(tmp_path: Path) -> None:
    put(tmp_path, "a.jpg")
    os.mkfifo(tmp_path / "pipe.jpg")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.path.relpath(tmp_path / "socket.jpg"))
        assert listed(tmp_path) == ["a.jpg"]
        assert why(tmp_path, "socket.jpg") == "this is not a regular file"
    assert why(tmp_path, "pipe.jpg") == "this is not a regular file"


# What cannot be read says why


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "the file is empty"),
        (b"hello, this is a note", "the file is not a photo in a known format"),
        (b"%PDF-1.7 and so on", "the file is not a photo in a known format"),
        (b"\xff\xd8", "the file is not a photo in a known format"),
    ],
)
def test_a_file_that_is_no_photo_says_so(tmp_path: Path, data: bytes, reason: str) -> None:
    put(tmp_path, "a.jpg", data=data)
    assert listed(tmp_path) == ["a.jpg"]
    assert why(tmp_path, "a.jpg") == reason


def test_a_file_that_is_too_large_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (tmp_path / "huge.jpg").open("wb") as file:
        file.write(JPEG)
        file.truncate(MOST_BYTES + 1)
    started = time.perf_counter()
    assert why(tmp_path, "huge.jpg") == "the file is larger than 100 MB"
    assert time.perf_counter() - started < 0.5
    put(tmp_path, "small.jpg", data=JPEG * 10)
    monkeypatch.setattr(room, "MOST_BYTES", 50)
    assert why(tmp_path, "small.jpg") == "the file is larger than 100 MB"
    put(tmp_path, "just.jpg", data=JPEG.ljust(50))
    assert FolderSource(tmp_path).read(Address("just.jpg")) == JPEG.ljust(50)


def test_a_file_that_grows_while_it_is_read_stays_within_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "a.jpg", data=JPEG)
    monkeypatch.setattr(room, "MOST_BYTES", len(JPEG) + 5)
    seen = room.photo_format

    def and_grow(head: bytes) -> str | None:
        with (tmp_path / "a.jpg").open("ab") as file:
            file.write(b"x" * 1000)
        return seen(head)

    monkeypatch.setattr(room, "photo_format", and_grow)
    monkeypatch.setattr(room, "FIRST_BYTES", 12)
    assert why(tmp_path, "a.jpg") == "the file is larger than 100 MB"


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    put(tmp_path, "a.jpg")
    assert why(tmp_path, "gone.jpg") == "the file is not there any more"
    assert why(tmp_path, "a.jpg/b") == "the file is not there any more"


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (errno.EACCES, "reading is not allowed"),
        (errno.EPERM, "reading is not allowed"),
        (errno.EIO, "the file cannot be read: Input/output error"),
        (errno.ENAMETOOLONG, "the file cannot be read: File name too long"),
    ],
)
def test_what_the_system_says_is_passed_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, reason: str
) -> None:
    """The same as a file without read permission, for accounts that may read everything."""
    put(tmp_path, "a.jpg")
    source = FolderSource(tmp_path)
    opened = os.open

    def failing(path: object, flags: int, **rest: int) -> int:
        if path == b"a.jpg":
            raise OSError(number, os.strerror(number))
        return opened(path, flags, **rest)  # type: ignore[arg-type, call-overload]  # passed on as it came

    monkeypatch.setattr(os, "open", failing)
    found = source.read(Address("a.jpg"))
    assert isinstance(found, Unreadable)
    assert found.reason == reason


@pytest.fixture
def closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A root with a folder that cannot be listed, also for accounts that may read all."""
    put(tmp_path, "a.jpg", "closed/b.jpg", "z.jpg")
    opened = os.open

    def failing(path: object, flags: int, **rest: int) -> int:
        if path == b"closed" and flags & os.O_DIRECTORY:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return opened(path, flags, **rest)  # type: ignore[arg-type, call-overload]  # passed on as it came

    monkeypatch.setattr(os, "open", failing)
    return tmp_path


def test_a_folder_that_cannot_be_listed_is_not_lost(closed: Path) -> None:
    assert listed(closed) == ["a.jpg", "closed", "z.jpg"]
    assert listed(closed, "closed") == ["z.jpg"]
    assert FolderSource(closed).count() == 3
    assert why(closed, "closed") == "this folder cannot be listed"
    assert why(closed, "closed/b.jpg") == "reading is not allowed"


@pytest.mark.skipif(os.geteuid() == 0, reason="this account may read everything")
def test_permissions_of_the_file_system(tmp_path: Path) -> None:
    put(tmp_path, "a.jpg", "closed/b.jpg")
    (tmp_path / "a.jpg").chmod(0)
    (tmp_path / "closed").chmod(0)
    try:
        assert listed(tmp_path) == ["a.jpg", "closed"]
        assert why(tmp_path, "a.jpg") == "reading is not allowed"
        assert why(tmp_path, "closed") == "reading is not allowed"
    finally:
        (tmp_path / "closed").chmod(0o700)


def test_a_root_that_is_no_folder_is_bad_input(tmp_path: Path) -> None:
    put(tmp_path, "a.jpg")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for name in ("missing", "a.jpg", "loop"):
        with pytest.raises(BadInput):
            FolderSource(tmp_path / name)


def test_a_root_that_goes_away_stops_the_walk(tmp_path: Path) -> None:
    """An album that is not mounted must not look like an album without photos."""
    root = tmp_path / "root"
    root.mkdir()
    source = FolderSource(root)
    root.rmdir()
    with pytest.raises(BadInput):
        list(source.walk())


def test_what_vanishes_during_a_walk_is_passed_over(tmp_path: Path) -> None:
    put(tmp_path, "a/1", "b/1", "c/1")
    source = FolderSource(tmp_path)
    walk = source.walk()
    assert next(walk) == "a/1"
    (tmp_path / "b/1").unlink()
    (tmp_path / "b").rmdir()
    (tmp_path / "c/1").unlink()
    assert list(walk) == []


def test_files_come_and_go_under_a_walk(tmp_path: Path) -> None:
    put(tmp_path, *(f"{folder}/{number:03}" for folder in "abcdef" for number in range(40)))
    stop = threading.Event()

    def disturb() -> None:
        while not stop.is_set():
            for path in (tmp_path / "c/010", tmp_path / "e/020"):
                path.unlink(missing_ok=True)
                path.write_bytes(JPEG)

    other = threading.Thread(target=disturb)
    other.start()
    try:
        for _ in range(20):
            found = listed(tmp_path)
            assert found == sorted(found)
            assert len(found) >= 238
    finally:
        stop.set()
        other.join()


# Names


NAMES = [
    "photo 100%.jpg",
    "café.jpg",
    "cafe\u0301.jpg",
    "写真.jpg",
    "line\nbreak.jpg",
    "bidi\u202egpj.jpg",
    "tab\t.jpg",
    "percent%41.jpg",
    "quote'\".jpg",
    "-rf",
    "🎉" * 30,
    "a" * 255,
]


def test_odd_names_are_listed_and_read(tmp_path: Path) -> None:
    put(tmp_path, *NAMES)
    raw = os.fsencode(tmp_path) + b"/bytes-\xff\xfe.jpg"
    with open(raw, "wb") as file:  # noqa: PTH123 - a name that is not text
        file.write(JPEG)
    source = FolderSource(tmp_path)
    found = list(source.walk())
    assert len(set(found)) == len(NAMES) + 1
    for address in found:
        assert source.read(address) == JPEG
        assert address.isprintable()
        address.encode("utf-8")
    assert "bytes-%FF%FE.jpg" in found
    assert "photo 100%25.jpg" in found
    assert "line%0Abreak.jpg" in found


names = st.binary(min_size=1, max_size=40).filter(
    lambda name: b"/" not in name and b"\0" not in name and name not in {b".", b".."}
)


@settings(max_examples=examples(20))
@given(st.sets(st.lists(names, min_size=1, max_size=3).map(tuple), max_size=12))
def test_walks_are_complete_ordered_and_resumable(
    tmp_path_factory: pytest.TempPathFactory, wanted: set[tuple[bytes, ...]]
) -> None:
    root = tmp_path_factory.mktemp("walk")
    made = set()
    for parts in wanted:
        path = Path(os.fsdecode(os.path.join(os.fsencode(root), *parts)))  # noqa: PTH118 - bytes
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(JPEG)
        except (FileExistsError, NotADirectoryError, IsADirectoryError):
            continue
        if not any(room.left_out(part.lower()) for part in parts):
            made.add(parts)
    found = listed(root)
    assert [to_parts(address) for address in found] == sorted(made)
    assert FolderSource(root).count() == len(found)
    for place, address in enumerate(found):
        assert listed(root, address) == found[place + 1 :]


# Size


def test_ten_thousand_files_are_listed_quickly(tmp_path: Path) -> None:
    for number in range(100):
        folder = tmp_path / f"{number:02}"
        folder.mkdir()
        for photo in range(100):
            (folder / f"{photo:02}.jpg").touch()
    started = time.process_time()
    source = FolderSource(tmp_path)
    assert source.count() == 10_000
    assert len(list(source.walk("49/99.jpg"))) == 5_000
    assert time.process_time() - started < 5


@pytest.fixture
def deep(tmp_path: Path) -> Iterator[int]:
    """A tree deeper than the interpreter's stack; returns its depth and takes it down again."""
    depth = sys.getrecursionlimit() + 50
    handles = [os.open(tmp_path, os.O_DIRECTORY)]
    try:
        for _ in range(depth):
            os.mkdir("d", dir_fd=handles[-1])
            inner = os.open("d", os.O_DIRECTORY, dir_fd=handles[-1])
            os.close(handles.pop())
            handles.append(inner)
        file = os.open("a.jpg", os.O_CREAT | os.O_WRONLY, dir_fd=handles[-1])
        os.write(file, JPEG)
        os.close(file)
        yield depth
    finally:
        os.unlink("a.jpg", dir_fd=handles[-1])
        for _ in range(depth):
            above = os.open("..", os.O_DIRECTORY, dir_fd=handles[-1])
            os.close(handles.pop())
            handles.append(above)
            os.rmdir("d", dir_fd=above)
        os.close(handles.pop())


def test_deep_trees_need_no_deep_stack(tmp_path: Path, deep: int) -> None:
    source = FolderSource(tmp_path)
    (address,) = source.walk()
    assert address.count("/") == deep
    assert source.read(address) == JPEG


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def test_nothing_stays_open(tmp_path: Path) -> None:
    put(tmp_path, "a/1", "b/2", "notes")
    source = FolderSource(tmp_path)
    before = open_files()
    for address in source.walk():
        source.read(address)
        source.changed_at(address)
    source.read(Address("missing/deep/er"))
    walk = source.walk()
    next(walk)
    assert open_files() == before


def test_when_a_file_was_last_written(tmp_path: Path) -> None:
    put(tmp_path, "a.jpg")
    os.utime(tmp_path / "a.jpg", (0, 1_700_000_000.25))
    source = FolderSource(tmp_path)
    moment = datetime.fromtimestamp(1_700_000_000.25, UTC)
    assert source.changed_at(Address("a.jpg")) == moment
    assert source.changed_at(Address("b.jpg")) is None

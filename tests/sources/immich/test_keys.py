"""A key is sent to the server that it is for, and is said nowhere."""

from pathlib import Path

import pytest

from licet.sources.immich.keys import Key, key_of
from licet.sources.immich.place import read_place
from licet.terms.errors import Setup
from tests.sources.immich.server import SECRET

OURS = read_place("immich+https://photos.club.example/")
THEIRS = read_place("immich+https://photos.elsewhere.example/")
NAS = "http://nas:2283/?at=192.168.1.20"
AT_HOME = read_place(f"immich+{NAS}")


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("IMMICH_INSTANCE_URL", "IMMICH_API_KEY", "IMMICH_KEYS_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))


def write(file: Path, text: str, mode: int = 0o600) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    file.chmod(mode)
    return file


@pytest.mark.parametrize(
    "server", ["https://photos.club.example/api", "https://photos.club.example"]
)
def test_the_environment_gives_it_for_one_server(
    monkeypatch: pytest.MonkeyPatch, server: str
) -> None:
    monkeypatch.setenv("IMMICH_INSTANCE_URL", server)
    monkeypatch.setenv("IMMICH_API_KEY", f"{SECRET}\n")
    assert key_of(OURS).value == SECRET
    for other in (THEIRS, AT_HOME, read_place("immich+https://photos.club.example:2283/")):
        with pytest.raises(Setup, match="no key for"):
            key_of(other)


def test_a_file_gives_it_for_several(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    lines = f"# keys\n#https://photos.club.example {'x' * 20}\n{NAS} {SECRET}2\nhalf\n"
    write(tmp_path / ".config/licet/immich-keys", f"{lines}https://photos.club.example/ {SECRET}\n")
    assert key_of(OURS).value == SECRET
    assert key_of(AT_HOME).value == f"{SECRET}2"
    named = write(tmp_path / "named", f"https://photos.club.example {SECRET}3\n")
    monkeypatch.setenv("IMMICH_KEYS_FILE", str(named))
    assert key_of(OURS).value == f"{SECRET}3"


@pytest.mark.parametrize(
    "server", [NAS, "http://192.168.1.20:2283", "http://192.168.1.20:2283/api"]
)
def test_in_clear_it_is_for_an_address(monkeypatch: pytest.MonkeyPatch, server: str) -> None:
    """A name is no server: whoever opens a place says where it leads."""
    monkeypatch.setenv("IMMICH_INSTANCE_URL", server)
    monkeypatch.setenv("IMMICH_API_KEY", SECRET)
    assert key_of(AT_HOME).value == SECRET
    theirs = ("http://nas:2283/?at=192.168.1.66", "http://nas:2284/?at=192.168.1.20")
    for other in (*theirs, "http://mine:2283/?at=192.168.1.66", "https://nas:2283"):
        with pytest.raises(Setup, match="no key for"):
            key_of(read_place(other))


@pytest.mark.parametrize(
    "server", ["http://nas:2283", "https://nas:2283", "http://192.168.1.66:2283"]
)
def test_in_clear_a_name_alone_is_nobodys(monkeypatch: pytest.MonkeyPatch, server: str) -> None:
    monkeypatch.setenv("IMMICH_INSTANCE_URL", server)
    monkeypatch.setenv("IMMICH_API_KEY", SECRET)
    with pytest.raises(Setup, match=r"no key for http://nas:2283 at 192\.168\.1\.20"):
        key_of(AT_HOME)


def test_a_file_that_others_may_read_holds_no_key(tmp_path: Path) -> None:
    file = tmp_path / ".config/licet/immich-keys"
    write(file, f"https://photos.club.example {SECRET}\n", 0o640)
    with pytest.raises(Setup, match="others may read"):
        key_of(OURS)


def test_a_file_that_is_named_is_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("IMMICH_KEYS_FILE", str(tmp_path / "gone"))
    with pytest.raises(Setup, match="there is no file"):
        key_of(OURS)
    monkeypatch.setenv("IMMICH_KEYS_FILE", str(tmp_path / "\0".replace("\0", "dir")))
    (tmp_path / "dir").mkdir(mode=0o700)
    with pytest.raises(Setup, match="cannot be read"):
        key_of(OURS)


@pytest.mark.parametrize(
    "bad", ["short", "two words here", "line\nbreak-in-the-middle", "ключключ"]
)
def test_what_is_no_key_is_not_sent_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, bad: str
) -> None:
    monkeypatch.setenv("IMMICH_INSTANCE_URL", "https://photos.club.example")
    monkeypatch.setenv("IMMICH_API_KEY", bad)
    with pytest.raises(Setup) as refused:
        key_of(OURS)
    assert bad not in str(refused.value)


def test_what_is_printed_of_a_key_is_not_the_key() -> None:
    assert SECRET not in f"{Key(SECRET)!r} {Key(SECRET)}"

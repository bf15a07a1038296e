"""Sitemaps: which pages, photos and videos a site lists itself (sitemaps.org, extensions).

They come from outside: documents with a DOCTYPE are refused, so that no entity is ever
expanded; packed ones are unpacked up to a bound; what is not well-formed gives what was
read until then.
"""

import zlib
from dataclasses import dataclass, field
from xml.parsers import expat

from licet.sources.site.place import spell

MOST_BYTES = 50 * 1024 * 1024
"""Unpacked; the protocol allows no more."""

MOST_PACKED = 10 * 1024 * 1024
MOST_ENTRIES = 50_000

_GZIP = b"\x1f\x8b"
_IMAGES = "http://www.google.com/schemas/sitemap-image/1.1"
_VIDEOS = "http://www.google.com/schemas/sitemap-video/1.1"


@dataclass
class Sitemap:
    """What a sitemap lists: further sitemaps, and pages, each with its photos and videos.

    ``live`` are the videos that it says are being broadcast.
    """

    maps: list[str] = field(default_factory=list)
    pages: dict[str, list[str]] = field(default_factory=dict)
    live: set[str] = field(default_factory=set)


def read_sitemap(data: bytes, base: str) -> Sitemap:
    """Read a sitemap, an index of sitemaps, or a list of addresses, one a line."""
    plain = unpacked(data)
    if plain.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return _Reader(base).read(plain)
    found = Sitemap()
    for line in plain.decode("utf-8", "replace").splitlines()[:MOST_ENTRIES]:
        address = spell(line, base)
        if line.strip() and isinstance(address, str):
            found.pages.setdefault(address, [])
    return found


def unpacked(data: bytes) -> bytes:
    """Return data unpacked if it is packed: at most 50 MB, nothing for a damaged one."""
    if not data.startswith(_GZIP):
        return data
    reader = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        plain = reader.decompress(data, MOST_BYTES)
    except zlib.error:
        return b""
    return b"" if reader.unconsumed_tail else plain


class _Refused(Exception):
    """The document is of a kind that is not read further."""


class _Reader:
    """Reads one document. Texts of elements are gathered until the element ends."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._found = Sitemap()
        self._text: list[str] = []
        self._page: str | None = None
        self._photos: list[str] = []
        self._entries = 0
        self._film: str | None = None
        self._on_air = False

    def read(self, data: bytes) -> Sitemap:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text.append
        try:
            parser.Parse(data, True)
        except (expat.ExpatError, _Refused):
            return self._found
        return self._found

    def _doctype(self, *_declared: object) -> None:
        raise _Refused

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        self._text.clear()
        if _local(name) in {"url", "sitemap"}:
            self._page, self._photos = None, []
            self._entries += 1
            if self._entries > MOST_ENTRIES:
                raise _Refused

    def _end(self, name: str) -> None:
        local = _local(name)
        if local == "loc":
            address = spell("".join(self._text), self._base)
            if isinstance(address, str) and name.startswith(f"{_IMAGES} "):
                self._photos.append(address)
            elif isinstance(address, str):
                self._page = address
        elif name.startswith(f"{_VIDEOS} "):
            self._video(local)
        elif local == "url" and self._page is not None:
            self._found.pages.setdefault(self._page, []).extend(self._photos)
        elif local == "sitemap" and self._page is not None:
            self._found.maps.append(self._page)
        self._text.clear()

    def _video(self, local: str) -> None:
        """Take a video's own address; its player is a page, and pages are listed as such."""
        text = "".join(self._text).strip()
        if local == "content_loc":
            address = spell(text, self._base)
            self._film = address if isinstance(address, str) else None
            if self._film is not None:
                self._photos.append(self._film)
        elif local == "live":
            self._on_air = text.lower() == "yes"
        elif local == "video":
            if self._on_air and self._film is not None:
                self._found.live.add(self._film)
            self._film, self._on_air = None, False


def _local(name: str) -> str:
    return name.rpartition(" ")[2].lower()

"""Sitemaps of every kind, and those made to do harm."""

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.sources.site import sitemaps
from licet.sources.site.sitemaps import read_sitemap, unpacked

BASE = "https://www.album.example/sitemap.xml"
SPACES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    ' xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'
)
URLS = f"""<?xml version="1.0" encoding="UTF-8"?>
<urlset {SPACES}>
  <url><loc>https://www.album.example/a?x=1&amp;y=2</loc><lastmod>2026-01-01</lastmod>
    <image:image><image:loc> /1.jpg </image:loc></image:image>
    <image:image><image:loc>https://www.album.example/2.jpg</image:loc></image:image>
  </url>
  <url><loc>/b</loc></url>
  <url><lastmod>2026-01-01</lastmod></url>
  <url><loc>javascript:x</loc></url>
</urlset>"""


def at(*paths: str) -> list[str]:
    return [f"https://www.album.example{path}" for path in paths]


def test_pages_and_their_photos_are_listed() -> None:
    found = read_sitemap(URLS.encode(), BASE)
    (a, b) = at("/a?x=1&y=2", "/b")
    assert found.pages == {a: at("/1.jpg", "/2.jpg"), b: []}
    assert found.maps == []


def test_packed_ones_are_unpacked() -> None:
    assert read_sitemap(gzip.compress(URLS.encode()), BASE) == read_sitemap(URLS.encode(), BASE)


def test_an_index_names_further_ones() -> None:
    index = f"<sitemapindex {SPACES}><sitemap><loc>/1.xml</loc></sitemap></sitemapindex>"
    assert read_sitemap(index.encode(), BASE).maps == at("/1.xml")


def test_a_list_of_lines_is_a_sitemap() -> None:
    found = read_sitemap(b"https://www.album.example/a\n\n  /b  \nmailto:x\n", BASE)
    assert list(found.pages) == at("/a", "/b")


def test_what_breaks_off_gives_what_came_before() -> None:
    cut = URLS.encode()[: URLS.index("<url><loc>/b")]
    assert list(read_sitemap(cut, BASE).pages) == at("/a?x=1&y=2")
    assert read_sitemap(b"<html><body>Not here", BASE).pages == {}
    assert read_sitemap(b"", BASE).pages == {}


def test_entities_are_never_expanded() -> None:
    small = '<!DOCTYPE x [<!ENTITY e "/page">]><urlset><url><loc>&e;</loc></url></urlset>'
    assert read_sitemap(small.encode(), BASE).pages == {}
    lol = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
    bomb = f'<!DOCTYPE x [<!ENTITY l0 "/lol">{lol}]><urlset><url><loc>&l9;</loc></url></urlset>'
    assert read_sitemap(bomb.encode(), BASE).pages == {}
    outside = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><urlset><url><loc>&f;</loc>'
    assert read_sitemap(outside.encode(), BASE).pages == {}


def test_a_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemaps, "MOST_BYTES", 100_000)
    assert unpacked(gzip.compress(b"a" * 100_000)) == b"a" * 100_000
    assert unpacked(gzip.compress(b"a" * 10_000_000)) == b""


def test_damaged_packing_gives_nothing() -> None:
    whole = gzip.compress(URLS.encode())
    assert unpacked(whole[:10] + b"\xff" * 20) == b""
    assert read_sitemap(whole[:10] + b"\xff" * 20, BASE).pages == {}
    assert zlib.decompress(whole, 31) == URLS.encode()


def test_only_so_many_entries_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemaps, "MOST_ENTRIES", 10)
    many = "<urlset>" + "".join(f"<url><loc>/{n}</loc></url>" for n in range(50)) + "</urlset>"
    assert len(read_sitemap(many.encode(), BASE).pages) == 10
    assert len(read_sitemap(b"\n".join(b"/%d" % n for n in range(50)), BASE).pages) == 10


@given(st.binary(max_size=200))
def test_any_bytes_are_read(data: bytes) -> None:
    read_sitemap(data, BASE)
    read_sitemap(b"<urlset><url><loc>" + data, BASE)

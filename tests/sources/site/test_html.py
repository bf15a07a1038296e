"""What a page names, and what it says about it."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.sources.site import html as room
from licet.sources.site.door import Answer
from licet.sources.site.html import intricate, looks_like_photo, read_page, srcset
from licet.sources.site.memory import Page
from licet.sources.site.place import site_of
from licet.sources.site.trace import Rule, Stop
from tests.sources.site.servers import NOW

SITE = site_of("https://www.album.example/club/")
BASE = "https://www.album.example/club/2024/"


def read(html: str | bytes, *fields: tuple[str, str]) -> Page:
    data = html.encode() if isinstance(html, str) else html
    page = read_page(SITE, Answer(f"{BASE}index.html", 200, fields, data), NOW)
    assert isinstance(page, Page)
    return page


def photos(html: str) -> list[tuple[str, ...]]:
    return [tuple(one.removeprefix(BASE) for one in copies) for copies in read(html).photos]


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ('<img src="a.jpg">', [("a.jpg",)]),
        ("<IMG SRC=a.jpg>", [("a.jpg",)]),
        ('<img src="a.jpg"><img src="a.jpg">', [("a.jpg",)]),
        ('<img srcset="s.jpg 400w, l.jpg 1600w" src="m.jpg">', [("l.jpg", "s.jpg", "m.jpg")]),
        ('<img srcset="a.jpg, b.jpg 2x" src="c.jpg">', [("b.jpg", "a.jpg", "c.jpg")]),
        (
            '<picture><source srcset="l.avif 16w"><source srcset="l.webp 12w"><img src="a.jpg">',
            [("l.avif", "l.webp", "a.jpg")],
        ),
        ('<a href="large.jpg"><img src="small.jpg"></a>', [("large.jpg", "small.jpg")]),
        (
            '<a href="x.jpg"><picture><source srcset="y.jpg 9w"><img src="z.jpg"></picture></a>',
            [("x.jpg", "y.jpg", "z.jpg")],
        ),
        ('<a href="page.html"><img src="small.jpg"></a>', [("small.jpg",)]),
        ('<a href="large.JPG?v=1">see</a>', [("large.JPG?v=1",)]),
        ('<img data-src="lazy.jpg" src="data:image/gif;base64,R0lG">', [("lazy.jpg",)]),
        ('<meta property="og:image" content="card.jpg">', [("card.jpg",)]),
        ('<meta name="twitter:image" content="card.jpg">', [("card.jpg",)]),
        ('<link rel="image_src" href="card.jpg">', [("card.jpg",)]),
        ('<link rel="preload" as="image" href="card.jpg">', [("card.jpg",)]),
        ('<link rel="preload" as="font" href="card.woff">', []),
        ('<img src="logo.svg"><img src="favicon.ico">', []),
        ("<img><img src><img srcset=''><source srcset='x 1x'>", []),
        ('<noscript><img src="a.jpg"></noscript>', [("a.jpg",)]),
        ('<img src="a b.jpg#x">', [("a%20b.jpg",)]),
    ],
)
def test_photos_that_a_page_names(html: str, found: list[tuple[str, ...]]) -> None:
    assert photos(html) == found


def test_photos_elsewhere_are_named_too() -> None:
    page = read('<img src="https://cdn.example/a.jpg"><img src="/other/b.jpg">')
    assert page.photos == ()
    assert page.outside == ("https://cdn.example/a.jpg", "https://www.album.example/other/b.jpg")
    both = read('<img srcset="https://cdn.example/l.jpg 2x" src="s.jpg">')
    assert both.photos == ((f"{BASE}s.jpg",),)
    assert both.outside == ()


def links(html: str, *fields: tuple[str, str]) -> list[str]:
    return [
        one.removeprefix("https://www.album.example/club/") for one in read(html, *fields).links
    ]


def test_links_within_the_place_are_followed() -> None:
    html = (
        '<a href="b.html">b</a><a href="/club/c">c</a><a href="/d">d</a><a href="b.html#x">b</a>'
        '<a href="https://evil.example/">e</a><area href="f"><iframe src="g"></iframe>'
        '<link rel="next" href="?p=2"><link rel="stylesheet" href="s.css">'
        '<a href="mailto:x@y.example">m</a><a href="h.jpg">h</a><a>none</a><a href>e</a>'
    )
    assert links(html) == ["2024/b.html", "c", "2024/f", "2024/g", "2024/index.html?p=2"]


def test_links_that_are_not_to_be_followed_are_not() -> None:
    assert links('<a href="a" rel="nofollow">a</a><a href="b" rel="noopener">b</a>') == ["2024/b"]
    assert links('<meta name="robots" content="nofollow"><a href="a">a</a>') == []
    assert links('<a href="a">a</a>', ("x-robots-tag", "nofollow")) == []


def test_a_base_is_kept_to() -> None:
    assert photos('<base href="../2025/"><img src="a.jpg">') == [
        ("https://www.album.example/club/2025/a.jpg",)
    ]
    page = read('<base href="https://evil.example/"><img src="a.jpg"><a href="b">b</a>')
    assert (page.photos, page.links) == ((), ())
    assert page.outside == ("https://evil.example/a.jpg",)
    assert photos('<base href="javascript:x"><img src="a.jpg">') == [("a.jpg",)]


@pytest.mark.parametrize(
    "said",
    [
        '<meta name="robots" content="noai">',
        '<meta name="ROBOTS" content="NOIMAGEAI">',
        '<meta name="licet" content="noindex">',
        '<meta name="tdm-reservation" content="1">',
    ],
)
def test_a_page_may_reserve_its_photos(said: str) -> None:
    page = read(f'{said}<img src="a.jpg">')
    assert page.reserved
    assert page.photos
    assert not read('<img src="a.jpg">').reserved
    assert read('<img src="a.jpg">', ("x-robots-tag", "noai")).reserved


@pytest.mark.parametrize(
    ("data", "fields"),
    [
        ("<img src='ä.jpg'>".encode("latin-1"), (("content-type", "text/html; charset=latin1"),)),
        (b"<meta charset=latin1>" + "<img src='ä.jpg'>".encode("latin-1"), ()),
        ("<img src='ä.jpg'>".encode("utf-16"), ()),
        ("\ufeff<img src='ä.jpg'>".encode(), ()),
        ("<img src='ä.jpg'>".encode(), (("content-type", "text/html; charset=klingon"),)),
    ],
)
def test_pages_come_in_many_characters(data: bytes, fields: tuple[tuple[str, str], ...]) -> None:
    page = read_page(SITE, Answer(BASE, 200, fields, data), NOW)
    assert isinstance(page, Page)
    assert page.photos == ((f"{BASE}%C3%A4.jpg",),)


def test_a_page_names_only_so_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST_NAMED", 50)
    html = "".join(f'<a href="p{n}">x</a><img src="{n}.jpg">' for n in range(60))
    page = read(html)
    assert (len(page.links), len(page.photos)) == (50, 50)


def test_pages_made_to_hold_up_a_parser_are_not_parsed() -> None:
    many = " ".join(f"a{n}" for n in range(501))
    for html in (
        "<div>" * 2_001,
        f"<div {many}>",
        f"<p>it's</p><div x='>' {many}>",
        f"<div/{many.replace(' ', '/')}>",
        "<div>" * 1_500 + "</p>" * 1_500 + "<b>" * 1_500,
    ):
        found = read_page(SITE, Answer(BASE, 200, (), html.encode()), NOW)
        assert isinstance(found, Stop), html[:40]
        assert found.rule is Rule.TRAP


def test_long_pages_are_parsed() -> None:
    html = "<ul>" + "<li><p>x<br>" * 5_000 + "</ul>" + "<div>x</div>" * 5_000 + '<img src="a.jpg">'
    assert photos(f"{html}<img alt='{'word ' * 2_000}' src='b.jpg'>") == [("a.jpg",), ("b.jpg",)]


@pytest.mark.parametrize("text", ["<a" * 200_000, "<a b=" * 100_000, "<a b='" * 100_000, "=" * 500])
def test_looking_at_a_page_takes_no_longer_than_its_length(text: str) -> None:
    began = time.process_time()
    intricate(text)
    assert time.process_time() - began < 2


@given(st.text(max_size=200))
def test_any_text_is_read(html: str) -> None:
    page = read(f"<img src='a.jpg' {html}")
    assert all(SITE.outside(one) is None for copies in page.photos for one in copies)


@given(st.text("ab.,wx12 \t()", max_size=40))
def test_any_srcset_is_read(text: str) -> None:
    assert all((address and size > 0) or size == 0 for size, address in srcset(text))


def test_a_srcset_may_hold_commas() -> None:
    assert srcset("a,b.jpg 1x, c.jpg") == [(1.0, "a,b.jpg"), (1.0, "c.jpg")]
    assert srcset("data:image/png;base64,AA 1x, c.jpg 300w") == [
        (1.0, "data:image/png;base64,AA"),
        (30_000.0, "c.jpg"),
    ]
    assert srcset("a.jpg 100w 50h, b.jpg nonsense") == [(10_000.0, "a.jpg"), (1.0, "b.jpg")]


def test_names_of_photos() -> None:
    assert looks_like_photo("https://a.example/x.JPEG?y")
    assert not looks_like_photo("https://a.example/x?y=a.jpg")


HOSTILE = {
    "a long srcset": '<img srcset="' + "a 1x," * 300_000 + '">',
    "many in one picture": "<picture>" + '<source srcset="a 1x"><img src=a>' * 20_000,
    "many, each nested deep": "<div>" * 1_900 + "<img src=a.jpg>" * 40_000,
    "a link without end": f'<img src="{"%" * 1_500_000}">',
    "steps without end": f'<img src="{"../" * 500_000}">',
}


@pytest.mark.parametrize("what", HOSTILE)
def test_no_page_holds_up_who_reads_it(what: str) -> None:
    """Two megabytes that took minutes: a run would lose its lease meanwhile."""
    began = time.process_time()
    read(HOSTILE[what])
    assert time.process_time() - began < 5


@pytest.mark.parametrize("name", ["X-Robots-Tag", "x-robots-tag "])
def test_a_tag_may_stand_for_a_header(name: str) -> None:
    found = read(f'<meta http-equiv="{name}" content="noai"><img src="a.jpg">')
    assert found.reserved

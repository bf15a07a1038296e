"""A whole site as a source: what is walked, what is read, what is left out and why."""

import gzip
from collections.abc import Mapping
from html import escape
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.sources.contract import Address, ItemSource
from licet.sources.site.line import Line
from licet.sources.site.source import Visitor, open_site
from licet.sources.site.trace import Decision, Rule
from licet.terms.errors import BadInput, Conflict, Setup
from licet.terms.face import Unreadable
from tests.sources.site.servers import (
    HERE,
    HOST,
    NOW,
    PHOTO,
    PHOTOS,
    Reply,
    Web,
    album,
    all_read,
    opener,
    serve,
    source,
    walked,
    why,
)

# Walking


def test_a_site_is_walked_in_order_and_resumed(web: Web) -> None:
    album(web)
    place: ItemSource = source(web, "/club/")
    found = [one.removeprefix(web.at("")) for one in place.walk()]
    assert found == PHOTOS
    assert place.count() == 3
    for number, address in enumerate(PHOTOS):
        assert [one.removeprefix(web.at("")) for one in place.walk(web.at(address))] == PHOTOS[
            number + 1 :
        ]
    assert list(place.walk(web.at("/club/2023/aa.jpg"))) == [web.at(one) for one in PHOTOS[1:]]


def test_pages_are_read_once_and_photos_only_when_asked_for(web: Web) -> None:
    album(web)
    place = source(web, "/club/")
    place.count()
    list(place.walk())
    assert sorted(web.asked) == [
        "/.well-known/tdmrep.json",
        "/club/",
        "/club/2023/",
        "/club/2024/",
        "/club/sitemap.xml",
        "/robots.txt",
    ]
    assert web.asked[:2] == ["/robots.txt", "/.well-known/tdmrep.json"]
    assert place.read(Address(web.at(PHOTOS[0]))) == PHOTO + PHOTOS[0].encode()


def test_nothing_is_asked_before_the_first_walk(web: Web) -> None:
    album(web)
    place = source(web, "/club/")
    walk = place.walk()
    assert web.asked == []
    next(walk)
    assert web.asked


def test_nothing_outside_the_place_is_ever_asked_for(web: Web) -> None:
    album(web)
    place = source(web, "/club/")
    for address in place.walk():
        place.read(address)
    assert not [one for one in web.asked if one.startswith("/staff")]


ODD = [
    "a.jpg",
    "b/",
    "../x.jpg",
    "/staff/",
    "//evil.example/a.jpg",
    "http://evil.example/",
    "http://127.0.0.1/a.jpg",
    "http://localhost:22/",
    "http://[::1]/",
    "http://169.254.169.254/latest/",
    "http://www.album.example:22/club/a.jpg",
    "http://www.album.example@evil.example/club/a.jpg",
    "/club/%2e%2e/staff/",
    "/club/..%2f..%2fstaff",
    "fetch?url=http://evil.example/a.jpg",
    "file:///etc/passwd",
    "gopher://evil.example/",
    "a\r\nX-Evil: 1.jpg",
    "\\\\evil.example\\a.jpg",
    "",
]
links = st.lists(st.sampled_from(ODD) | st.text(max_size=12), max_size=5)


@settings(max_examples=25)
@given(links, links, links, st.sampled_from(ODD), st.sampled_from(ODD))
def test_no_site_leads_anywhere_else(
    anchors: list[str], photos: list[str], listed: list[str], moved: str, base: str
) -> None:
    """Whatever its pages, sitemaps, redirects and robots.txt say: one host, one path."""
    looked_up: set[str] = set()
    with serve(Web()) as web:

        def names(host: str, _port: int) -> list[str]:
            looked_up.add(host)
            return [HERE]

        html = "".join(f"<a href='{escape(one)}'>x</a>" for one in anchors)
        html += "".join(f"<img src='{escape(one)}' srcset='{escape(one)} 2x'>" for one in photos)
        web.page("/club/", html)
        web.page("/club/b/", f"<base href='{escape(base)}'>{html}")
        web.photo("/club/b/a.jpg", "/staff/a.jpg")
        there = {"Location": moved.replace("\r\n", "")}
        web.pages["/club/a.jpg"] = Reply(status=302, headers=there)
        web.pages["/club/sitemap.xml"] = Reply(status=301, headers=there)
        maps = "".join(f"Sitemap: {one}\n" for one in listed if one.isascii())
        web.pages["/robots.txt"] = Reply(maps, type="text/plain")
        place = source(web, "/club/", line=Line(names, lambda _one: None))
        for address in place.walk():
            place.read(address)
        place.close()
        root = {"/robots.txt", "/.well-known/tdmrep.json"}
        if not listed:
            outside = {one for one in web.asked if not f"{one}/".startswith("/club/")} - root
            # A sitemap may be moved to anywhere on the host; a photo may not.
            assert len(outside) <= 1
        assert not any(one.startswith("/staff/a.jpg") for one in web.asked)
        assert not any("x-evil" in headers for headers in web.headers)
    assert looked_up <= {HOST}


def test_two_walks_of_one_site_are_alike(web: Web) -> None:
    album(web)
    assert walked(web, source(web, "/club/")) == walked(web, source(web, "/club/"))


paths = st.lists(st.sampled_from([f"p{n}/" for n in range(6)]), max_size=4)


@settings(max_examples=15)
@given(st.dictionaries(st.sampled_from([f"p{n}/" for n in range(6)]), paths, max_size=6))
def test_what_can_be_reached_is_found(links: Mapping[str, list[str]]) -> None:
    """Against a search of our own through any graph of pages."""
    with serve(Web()) as web:
        web.page("/", '<a href="p0/">x</a>')
        for page, onward in links.items():
            anchors = "".join(f'<a href="/{one}">x</a>' for one in onward)
            web.page(f"/{page}", f'{anchors}<img src="photo.jpg">')
        reached, waiting = set(), ["p0/"]
        while waiting:
            page = waiting.pop()
            if page not in reached and page in links:
                reached.add(page)
                waiting += links[page]
        place = source(web)
        assert walked(web, place) == sorted(f"/{page}photo.jpg" for page in reached)
        assert all_read(place)
        place.close()


def test_sitemaps_name_pages_and_photos_that_nothing_links_to(web: Web) -> None:
    image = "<image:image><image:loc>/club/listed.jpg</image:loc></image:image>"
    spaces = 'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'
    listed = (
        f"<urlset {spaces}><url><loc>/club/alone</loc>{image}</url><url><loc>/staff/</loc></url>"
    )
    index = "<sitemapindex><sitemap><loc>/deep.xml.gz</loc></sitemap></sitemapindex>"
    web.pages["/robots.txt"] = Reply("Sitemap: /index.xml", type="text/plain")
    web.pages["/index.xml"] = Reply(index, type="application/xml")
    web.pages["/deep.xml.gz"] = Reply(gzip.compress(f"{listed}</urlset>".encode()), type="x/gzip")
    web.page("/club/", "nothing")
    web.page("/club/alone", '<img src="alone.jpg">')
    assert walked(web, source(web, "/club/")) == ["/club/alone.jpg", "/club/listed.jpg"]
    assert "/staff/" not in web.asked


def test_what_a_page_reserves_is_reserved_in_the_sitemap_too(web: Web) -> None:
    image = "<image:image><image:loc>/only.jpg</image:loc></image:image>"
    spaces = 'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'
    listed = f"<urlset {spaces}><url><loc>/page</loc>{image}</url></urlset>"
    web.pages["/sitemap.xml"] = Reply(listed, type="application/xml")
    web.page("/page", "nothing")
    assert walked(web, source(web)) == ["/only.jpg"]
    web.page("/page", '<meta name="robots" content="noimageai">')
    assert walked(web, source(web)) == []


def test_sitemaps_that_name_each_other_end(web: Web) -> None:
    index = "<sitemapindex><sitemap><loc>/sitemap.xml</loc></sitemap></sitemapindex>"
    web.pages["/sitemap.xml"] = Reply(index, type="application/xml")
    assert walked(web, source(web)) == []
    assert web.count("/sitemap.xml") == 1


def test_the_largest_copy_that_may_be_taken_is(web: Web) -> None:
    web.pages["/robots.txt"] = Reply("User-agent: *\nDisallow: /xl/", type="text/plain")
    web.page("/", '<img srcset="xl/a.jpg 3x, l/a.jpg 2x" src="s/a.jpg">')
    place = source(web)
    assert walked(web, place) == ["/l/a.jpg"]
    found = why(place)
    assert found["xl/a.jpg"].rule is Rule.ROBOTS
    assert found["s/a.jpg"].rule is Rule.VARIANT


def test_a_link_that_is_a_photo_after_all_is_one(web: Web) -> None:
    web.page("/", '<a href="show?id=1">x</a><a href="film">y</a>')
    web.photo("/show?id=1")
    web.pages["/film"] = Reply(b"film", type="video/mp4")
    place = source(web)
    found = list(place.walk())
    assert found == [web.at("/film"), web.at("/show?id=1")]
    assert place.read(found[1]) == PHOTO + b"/show?id=1"


# Reading


def test_an_address_that_no_walk_can_give_is_refused(web: Web) -> None:
    place = source(web, "/club/")
    for address in (
        "",
        "a.jpg",
        web.at("/staff/s.jpg"),
        web.at("/club/../staff/s.jpg"),
        web.at("/club/%61.jpg"),
        web.at("/club/a.jpg#x"),
        "https://evil.example/club/a.jpg",
        "file:///etc/passwd",
    ):
        with pytest.raises(BadInput):
            place.read(Address(address))
    assert web.asked == []


@pytest.mark.parametrize(
    ("reply", "rule"),
    [
        (Reply("gone", 404), Rule.ANSWER),
        (Reply("no", 403), Rule.ANSWER),
        (Reply("broken", 500), Rule.ANSWER),
        (Reply(b"", type="image/jpeg"), Rule.KIND),
        (Reply("<html>" * 50), Rule.KIND),
        (Reply("<html>"), Rule.KIND),
        (Reply(gzip.compress(PHOTO), headers={"Content-Encoding": "gzip"}), Rule.KIND),
        (Reply(PHOTO, headers={"X-Robots-Tag": "noimageai"}), Rule.RESERVATION),
        (Reply(PHOTO, headers={"tdm-reservation": "1"}), Rule.RESERVATION),
        (Reply(b"\xff\xd8\xff", headers={"TDM-Reservation": "1"}), Rule.RESERVATION),
        (Reply(status=302, headers={"Location": "/staff/s.jpg"}), Rule.OUTSIDE),
        (Reply(status=302, headers={"Location": "http://10.0.0.1/s.jpg"}), Rule.OUTSIDE),
        (Reply(status=302, headers={"Location": "no.jpg"}), Rule.ROBOTS),
        (Reply(status=304), Rule.ANSWER),
    ],
)
def test_what_cannot_be_read_says_why(web: Web, reply: Reply, rule: Rule) -> None:
    web.pages["/robots.txt"] = Reply("User-agent: *\nDisallow: /club/no", type="text/plain")
    web.photo("/staff/s.jpg", "/club/no.jpg")
    web.pages["/club/a.jpg"] = reply
    place = source(web, "/club/")
    found = place.read(Address(web.at("/club/a.jpg")))
    assert isinstance(found, Unreadable)
    assert found.reason
    assert found.remedy
    (trace,) = place.traces()
    assert (trace.decision, trace.rule, trace.because) == (Decision.LEFT_OUT, rule, found.reason)
    assert not {"/staff/s.jpg", "/club/no.jpg"} & set(web.asked)


def test_a_photo_too_large_is_not_read(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("licet.sources.site.source.MOST_BYTES", 50)
    web.photo("/a.jpg")
    found = source(web).read(Address(web.at("/a.jpg")))
    assert isinstance(found, Unreadable)
    assert "larger" in found.reason


def test_names_and_types_lie_and_first_bytes_do_not(web: Web) -> None:
    web.pages["/a"] = Reply(PHOTO, type="text/plain")
    assert source(web).read(Address(web.at("/a"))) == PHOTO


# Reservations


def test_a_photo_that_any_page_reserves_is_left_out(web: Web) -> None:
    web.page("/", '<a href="a">a</a><a href="b">b</a><img src="1.jpg"><img src="2.jpg">')
    web.page("/a", '<meta name="robots" content="noai"><img src="1.jpg"><a href="c">c</a>')
    web.page("/b", '<img src="3.jpg"><img src="1.jpg">', tdm_reservation="1")
    web.page("/c", '<img src="4.jpg">')
    place = source(web)
    assert walked(web, place) == ["/2.jpg", "/4.jpg"]
    found = why(place)
    assert found["1.jpg"].rule is found["3.jpg"].rule is Rule.RESERVATION
    assert "noai" in found["1.jpg"].because


def test_links_of_a_page_that_says_nofollow_are_not_followed(web: Web) -> None:
    web.page("/", '<img src="1.jpg"><a href="a">a</a>', X_Robots_Tag="nofollow")
    web.page("/a", '<img src="2.jpg">')
    assert walked(web, source(web)) == ["/1.jpg"]


def test_what_the_host_reserves_is_not_asked_for(web: Web) -> None:
    album(web)
    reserved = '[{"location": "/club/2023/", "tdm-reservation": 1}]'
    web.pages["/.well-known/tdmrep.json"] = Reply(reserved, type="application/json")
    place = source(web, "/club/")
    assert walked(web, place) == ["/club/2024/z.jpg"]
    assert "/club/2023/" not in web.asked
    assert isinstance(place.read(Address(web.at(PHOTOS[0]))), Unreadable)
    assert PHOTOS[0] not in web.asked


def test_a_host_that_wants_no_robots_is_not_walked(web: Web) -> None:
    album(web)
    web.pages["/robots.txt"] = Reply("no", 403)
    place = source(web, "/club/")
    for ask in (
        place.count,
        lambda: list(place.walk()),
        lambda: place.read(Address(web.at(PHOTOS[0]))),
    ):
        with pytest.raises(Conflict):
            ask()
    assert set(web.asked) == {"/robots.txt"}


# Decisions


def test_every_photo_has_its_decision(web: Web) -> None:
    album(web)
    web.page("/club/", '<a href="2023/">x</a><a href="2024/">y</a><img src="//cdn.example/c.jpg">')
    web.pages["/club/2023/b.jpg"] = Reply("gone", 410)
    place = source(web, "/club/")
    for address in place.walk():
        place.read(address)
    found = {one.address: one for one in place.traces()}
    collected = found[web.at("/club/2023/a.jpg")]
    assert (collected.decision, collected.rule) == (Decision.COLLECTED, Rule.AUTHORITY)
    assert web.at("/club/2023/") in collected.because
    assert found[web.at("/club/2023/b.jpg")].rule is Rule.ANSWER
    assert found[web.at("/staff/s.jpg")].rule is Rule.OUTSIDE
    assert found["http://cdn.example/c.jpg"].rule is Rule.OUTSIDE
    assert place.traces() == ()


# Permission


def test_without_permission_nothing_is_asked(web: Web) -> None:
    album(web)
    place = source(web, "/club/", may=lambda: False)
    assert list(place.walk()) == []
    assert place.count() == 0
    found = place.read(Address(web.at(PHOTOS[0])))
    assert isinstance(found, Unreadable)
    assert "may not" in found.reason
    assert web.asked == []


@pytest.mark.parametrize("after", range(14))
def test_permission_that_ends_ends_the_asking_at_once(web: Web, after: int) -> None:
    """Wherever it ends, nothing is asked for from then on."""
    album(web)
    asked: list[int] = []

    def may() -> bool:
        asked.append(len(web.asked))
        return len(asked) <= after

    place = source(web, "/club/", may=may)
    for address in place.walk():
        place.read(address)
    # It is asked before each request and again after its pause.
    assert len(web.asked) == min(after // 2, 9)


# The ordinary way


def test_a_source_is_opened_without_asking_anything() -> None:
    visitor = Visitor("ask@album.example", lambda: True, lambda: NOW)
    place = open_site(f"https://{HOST}/club", visitor)
    assert place.site.start == f"https://{HOST}/club/"
    place.close()
    with pytest.raises(BadInput):
        open_site("https://192.168.1.1/", visitor)
    with pytest.raises(Setup):
        open_site(f"https://{HOST}/", Visitor("", lambda: True, lambda: NOW))


def test_the_ordinary_way_leads_to_no_machine_of_ours(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    album(web)
    answers = [(2, 1, 6, "", ("127.0.0.1", web.port))]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_args, **_more: answers)
    place = open_site(web.at("/club/"), Visitor("a@b.example", lambda: True, lambda: NOW))
    with pytest.raises(Conflict, match="this machine"):
        place.count()
    place.close()
    assert web.asked == []


def test_orders_are_by_letters(web: Web) -> None:
    web.page("/", "".join(f'<img src="{name}">' for name in ("b.jpg", "a/z.jpg", "B.jpg", "ä.jpg")))
    found = list(source(web).walk())
    assert all(one < other for one, other in pairwise(found))


def test_what_stands_in_for_the_ordinary_way_reads_a_served_site(web: Web) -> None:
    album(web)
    place = opener()(web.at("/club/"), Visitor("a@b.example", lambda: True, lambda: NOW))
    assert walked(web, place) == PHOTOS


def test_a_photo_that_a_page_reserves_is_not_taken_by_another_name(web: Web) -> None:
    web.page("/", '<img src="a.jpg"><a href="b.html">b</a>')
    web.page("/b.html", '<meta name="robots" content="noai"><img src="b.jpg">')
    web.photo("/b.jpg")
    web.pages["/a.jpg"] = Reply(status=302, headers={"Location": "/b.jpg"})
    place = source(web)
    assert walked(web, place) == ["/a.jpg"]
    found = place.read_changed(Address(web.at("/a.jpg")))
    assert isinstance(found, Unreadable)
    assert "redirected: a page reserves it" in found.reason
    assert web.count("/b.jpg") == 0

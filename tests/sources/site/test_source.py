"""A whole site as a source: what is walked, what is read, what is left out and why."""

import gzip
from collections.abc import Iterator, Mapping
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.sources.contract import Address, ItemSource
from licet.sources.site.memory import ShortMemory, Validators
from licet.sources.site.pace import Budget
from licet.sources.site.source import SiteSource, Unchanged, Visitor, open_site
from licet.sources.site.trace import Decision, Rule, Trace
from licet.terms.errors import BadInput, Busy, Conflict, Setup
from licet.terms.face import Unreadable
from tests.sources.site.servers import HOST, NOW, PHOTO, Clock, Reply, Web, serve, source


@pytest.fixture
def web() -> Iterator[Web]:
    with serve(Web()) as served:
        yield served


def walked(web: Web, place: SiteSource, after: str = "") -> list[str]:
    return [one.removeprefix(web.at("")) for one in place.walk(after)]


def why(place: SiteSource) -> dict[str, Trace]:
    """Return the last decision on each path."""
    return {one.address.partition(HOST)[2].partition("/")[2]: one for one in place.traces()}


def album(web: Web) -> None:
    """Three pages under /club/ with four photos, and things beside them."""
    web.page("/club/", '<a href="2023/">2023</a><a href="2024/">2024</a><a href="/staff/">x</a>')
    web.page("/club/2023/", '<img src="a.jpg"><img src="b.jpg"><a href="../">up</a>')
    web.page("/club/2024/", '<img src="z.jpg"><img src="/club/2023/a.jpg"><img src="/staff/s.jpg">')
    web.page("/staff/", '<img src="s.jpg">')
    web.photo("/club/2023/a.jpg", "/club/2023/b.jpg", "/club/2024/z.jpg", "/staff/s.jpg")


PHOTOS = ["/club/2023/a.jpg", "/club/2023/b.jpg", "/club/2024/z.jpg"]


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
        assert place.complete
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
    assert found == [web.at("/show?id=1")]
    assert place.read(found[0]) == PHOTO + b"/show?id=1"


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


# What was read before


def with_etags(web: Web, *photos: str) -> None:
    """Pages and photos that say 304 to whoever has them."""

    def keep(path: str, reply: Reply) -> None:
        tag = f'"{path}"'

        def answer(asked: Mapping[str, str]) -> Reply:
            if asked.get("if-none-match") == tag:
                return Reply(status=304)
            return Reply(reply.body, type=reply.type, headers={"ETag": tag})

        web.pages[path] = answer

    keep("/", Reply("".join(f'<img src="{one}">' for one in photos)))
    for one in photos:
        keep(f"/{one}", Reply(PHOTO + one.encode(), type="image/jpeg"))


def test_a_second_walk_reads_only_what_changed(web: Web) -> None:
    with_etags(web, "a.jpg", "b.jpg")
    memory = ShortMemory()
    first = source(web, memory=memory)
    for address in first.walk():
        assert isinstance(first.read_changed(address), bytes)
        memory.photos[address] = first.validators_of(address)
    web.photo("/b.jpg")
    second = source(web, memory=memory)
    found = [second.read_changed(address) for address in second.walk()]
    assert found == [Unchanged(), PHOTO + b"/b.jpg"]
    decisions = [one.decision for one in second.traces() if one.rule is Rule.AUTHORITY]
    assert decisions == [Decision.UNCHANGED, Decision.COLLECTED]
    assert second.read(Address(web.at("/a.jpg"))) == PHOTO + b"a.jpg"


def test_a_photo_that_was_not_kept_is_read_whole(web: Web) -> None:
    with_etags(web, "a.jpg")
    memory = ShortMemory()
    for _ in range(2):
        place = source(web, memory=memory)
        assert isinstance(place.read_changed(Address(web.at("/a.jpg"))), bytes)
        assert place.validators_of(Address(web.at("/a.jpg"))) == Validators('"/a.jpg"')


def test_a_page_that_did_not_change_may_reserve_now(web: Web) -> None:
    with_etags(web, "a.jpg")
    memory = ShortMemory()
    assert walked(web, source(web, memory=memory)) == ["/a.jpg"]
    web.pages["/"] = Reply(status=304, headers={"X-Robots-Tag": "noai"})
    assert walked(web, source(web, memory=memory)) == []


def test_a_photo_that_did_not_change_may_be_reserved_now(web: Web) -> None:
    memory = ShortMemory(photos={web.at("/a.jpg"): Validators('"1"')})
    place = source(web, memory=memory)
    web.pages["/a.jpg"] = Reply(status=304)
    assert place.read_changed(Address(web.at("/a.jpg"))) == Unchanged()
    web.pages["/a.jpg"] = Reply(status=304, headers={"X-Robots-Tag": "noai"})
    assert isinstance(place.read_changed(Address(web.at("/a.jpg"))), Unreadable)


def test_a_page_that_may_not_be_read_any_more_names_nothing(web: Web) -> None:
    """Even where the budget does not reach as far as asking for it again."""
    web.page("/", '<a href="more">x</a>')
    web.page("/more", '<img src="b.jpg">')
    memory = ShortMemory()
    assert walked(web, source(web, memory=memory)) == ["/b.jpg"]
    assert walked(web, source(web, memory=memory, budget=Budget(documents=1))) == ["/b.jpg"]
    web.pages["/robots.txt"] = Reply("User-agent: *\nDisallow: /more", type="text/plain")
    assert walked(web, source(web, memory=memory, budget=Budget(documents=1))) == []


def test_what_is_gone_from_a_page_is_gone_from_the_walk(web: Web) -> None:
    web.page("/", '<img src="a.jpg"><a href="more">x</a>')
    web.page("/more", '<img src="b.jpg">')
    memory = ShortMemory()
    assert walked(web, source(web, memory=memory)) == ["/a.jpg", "/b.jpg"]
    web.page("/", '<img src="c.jpg">')
    del web.pages["/more"]
    again = source(web, memory=memory)
    assert walked(web, again) == ["/c.jpg"]
    assert set(memory.pages) == {web.at("/")}


def test_what_is_remembered_is_judged_by_the_place_of_today(web: Web) -> None:
    album(web)
    web.page("/", '<a href="/club/">x</a><img src="/staff/s.jpg">')
    memory = ShortMemory()
    assert "/staff/s.jpg" in walked(web, source(web, memory=memory))
    assert walked(web, source(web, "/club/", memory=memory)) == PHOTOS


# Budgets


def chain(web: Web, pages: int) -> None:
    for number in range(pages):
        web.page(f"/{number}", f'<img src="{number}.jpg"><a href="{number + 1}">x</a>')
        web.photo(f"/{number}.jpg")
    web.page("/", '<a href="0">x</a>')


def test_a_site_too_large_for_one_go_is_known_further_after_each(web: Web) -> None:
    chain(web, 9)
    memory, sizes = ShortMemory(), []
    for _ in range(6):
        place = source(web, memory=memory, budget=Budget(documents=4))
        sizes.append(place.count())
        assert place.complete is False or sizes[-1] == 9
    assert sizes == sorted(sizes)
    assert sizes[0] < 4
    assert sizes[-1] == 9


def test_a_walk_over_its_budget_goes_on_later_from_there(web: Web) -> None:
    chain(web, 4)
    clock = Clock()
    place = source(web, budget=Budget(seconds=60), clock=clock)
    walk = place.walk()
    first = next(walk)
    clock.now += 60
    with pytest.raises(Busy):
        next(walk)
    with pytest.raises(Busy):
        place.read(first)
    later = source(web, clock=clock)
    assert walked(web, later, first) == ["/1.jpg", "/2.jpg", "/3.jpg"]


def test_an_endless_calendar_ends(web: Web) -> None:
    def month(number: int) -> Reply:
        return Reply(f'<a href="/?month={number + 1}">next</a><img src="m{number}.jpg">')

    web.pages |= {f"/?month={n}": month(n) for n in range(40)}
    web.pages["/"] = month(0)
    place = source(web, budget=Budget(of_page=10))
    assert len(walked(web, place)) == 11
    assert why(place)["?month=11"].rule is Rule.TRAP


def test_no_site_fills_the_memory(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("licet.sources.site.survey.MOST_NAMED", 30)
    chain(web, 40)
    memory = ShortMemory()
    place = source(web, memory=memory)
    assert place.count() == 15
    assert not place.complete
    again = source(web, memory=memory)
    assert again.count() == 15
    listed = "".join(f"<url><loc>/s{n}</loc></url>" for n in range(40))
    web.pages["/sitemap.xml"] = Reply(f"<urlset>{listed}</urlset>", type="text/xml")
    assert not source(web).complete


def test_progress_is_told_while_pages_are_read(web: Web) -> None:
    chain(web, 3)
    told: list[tuple[int, int]] = []
    place = source(web, tell=lambda done, known: told.append((done, known)))
    place.count()
    assert told == [(1, 2), (2, 3), (3, 4), (4, 5), (5, 6)]


def test_many_photos_behind_one_path_are_found_up_to_a_bound(web: Web) -> None:
    web.page("/", "".join(f'<img src="show?id={n}">' for n in range(30)))
    place = source(web, budget=Budget(of_photo=20))
    assert place.count() == 20


def test_the_pauses_are_kept_over_a_whole_walk(web: Web) -> None:
    album(web)
    web.pages["/robots.txt"] = Reply("User-agent: *\nCrawl-delay: 3", type="text/plain")
    clock = Clock()
    place = source(web, "/club/", clock=clock)
    for address in place.walk():
        place.read(address)
    assert clock.slept == [3.0] * (len(web.asked) - 1)


# Permission


def test_without_permission_nothing_is_asked(web: Web) -> None:
    album(web)
    place = source(web, "/club/", may=lambda: False)
    assert list(place.walk()) == []
    assert place.count() == 0
    assert not place.complete
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

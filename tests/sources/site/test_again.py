"""Walks over a site after the first: what is remembered, and what one go may take."""

from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest

from licet.sources.contract import Address
from licet.sources.site.memory import ShortMemory, Validators
from licet.sources.site.pace import Budget
from licet.sources.site.source import Unchanged
from licet.sources.site.trace import Decision, Rule
from licet.terms.errors import Busy
from licet.terms.face import Unreadable
from tests.sources.site.servers import (
    NOW,
    PHOTO,
    PHOTOS,
    Clock,
    Reply,
    Web,
    album,
    all_read,
    source,
    walked,
    why,
)

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
        assert not all_read(place) or sizes[-1] == 9
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
    assert not all_read(place)
    again = source(web, memory=memory)
    assert again.count() == 15
    listed = "".join(f"<url><loc>/s{n}</loc></url>" for n in range(40))
    web.pages["/sitemap.xml"] = Reply(f"<urlset>{listed}</urlset>", type="text/xml")
    third = source(web)
    assert third.count() < 15
    assert not all_read(third)


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


# A photo that is read once more, without a walk


def _read_once_more(web: Web, memory: ShortMemory, days: float = 0) -> bytes | Unreadable:
    place = source(web, memory=memory, now=NOW + timedelta(days=days))
    return place.read(Address(web.at("/a.jpg")))


def test_the_word_of_a_page_is_asked_again_after_a_day(web: Web) -> None:
    with_etags(web, "a.jpg")
    memory = ShortMemory()
    assert walked(web, source(web, memory=memory)) == ["/a.jpg"]
    web.asked.clear()
    assert isinstance(_read_once_more(web, memory), bytes)
    assert web.count("/") == 0
    assert isinstance(_read_once_more(web, memory, days=1), bytes)
    assert isinstance(_read_once_more(web, memory, days=1.5), bytes)
    assert web.count("/") == 1
    web.page("/", '<meta name="robots" content="noimageai"><img src="a.jpg">')
    web.asked.clear()
    found = _read_once_more(web, memory, days=3)
    assert isinstance(found, Unreadable)
    assert "noimageai" in found.reason
    assert web.count("/a.jpg") == 0
    web.page("/", '<img src="a.jpg">')
    assert isinstance(_read_once_more(web, memory, days=3.5), Unreadable), "for a day"
    assert isinstance(_read_once_more(web, memory, days=5), bytes)


@pytest.mark.parametrize(
    ("reply", "reads"),
    [
        (Reply(status=404), False),
        (Reply(status=403), False),
        (Reply(status=500), False),
        (Reply("<div>" * 3000), False),
        (Reply("%PDF", type="application/pdf"), True),
        (Reply("", headers={"X-Robots-Tag": "noai"}), False),
        (Reply("", headers={"TDM-Reservation": "1"}), False),
        (Reply("nothing of it here"), True),
    ],
    ids=["gone", "closed", "broken", "nested", "no page", "header", "protocol", "elsewhere"],
)
def test_a_page_that_cannot_be_asked_says_no(web: Web, reply: Reply, reads: bool) -> None:
    web.page("/", '<img src="a.jpg">')
    web.photo("/a.jpg")
    memory = ShortMemory()
    assert walked(web, source(web, memory=memory)) == ["/a.jpg"]
    web.pages["/"] = reply
    assert isinstance(_read_once_more(web, memory, days=2), bytes) is reads


def test_a_clock_that_went_back_believes_no_page(web: Web) -> None:
    web.page("/", '<img src="a.jpg">')
    web.photo("/a.jpg")
    memory = ShortMemory()
    walked(web, source(web, memory=memory))
    web.page("/", '<meta name="robots" content="noai"><img src="a.jpg">')
    assert isinstance(_read_once_more(web, memory, days=-1), Unreadable)


def test_a_date_passes_though_nothing_changed(web: Web) -> None:
    """A page and a photo that say until when they may be taken are read whole each time."""
    until = NOW + timedelta(days=10)
    says = f"unavailable_after: {until.isoformat()}"
    tag = f'<meta name="robots" content="{says}">'
    pages = {
        "/": Reply(f'{tag}<img src="a.jpg">', headers={"ETag": '"1"'}),
        "/b.html": Reply('<img src="b.jpg">', headers={"ETag": '"2"'}),
        "/a.jpg": Reply(PHOTO, type="image/jpeg", headers={"ETag": '"3"'}),
        "/b.jpg": Reply(
            PHOTO + b"b", type="image/jpeg", headers={"ETag": '"4"', "X-Robots-Tag": says}
        ),
        "/sitemap.xml": Reply("/b.html\n", type="text/plain"),
    }
    for path, reply in pages.items():
        web.pages[path] = unchanged(reply)
    memory, taken = ShortMemory(), []
    for days in (0, 5, 11):
        place = source(web, memory=memory, now=NOW + timedelta(days=days))
        for address in place.walk():
            if not isinstance(place.read_changed(address), Unreadable):
                taken.append((days, address[-5:]))
            memory.photos[address] = place.validators_of(address)
    assert taken == [(0, "a.jpg"), (0, "b.jpg"), (5, "a.jpg"), (5, "b.jpg")]


def unchanged(reply: Reply) -> Callable[[Mapping[str, str]], Reply]:
    """Answer 304, without the other fields, to whoever has it."""

    def answer(asked: Mapping[str, str]) -> Reply:
        same = asked.get("if-none-match") == reply.headers.get("ETag", "none")
        return Reply(status=304) if same else reply

    return answer

"""robots.txt and the TDM file: what a host says before anything of it is read."""

import gzip

import pytest

from licet.sources.site.gate import READ_AGAIN_SECONDS, Gate, trap
from licet.sources.site.place import Site, site_of
from licet.sources.site.robots import MOST_BYTES, Robots, read_robots
from licet.sources.site.trace import Rule
from licet.terms.errors import Busy, Conflict
from tests.sources.site.servers import Clock, Reply, Web, local_door, local_line

AT = "https://www.album.example"


def allows(text: str, path: str = "/a.jpg") -> bool:
    return Robots(text).stop(AT + path) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "User-agent: *\nDisallow:",
        "User-agent: *\nDisallow: /b",
        "User-agent: other\nDisallow: /",
        "User-agent: *\nDisallow: /\n\nUser-agent: licet\nDisallow: /b",
        "user-agent: LICET\nallow: /\nuser-agent: *\ndisallow: /",
        "User-agent: licet/0.1\nAllow: /\nUser-agent: *\nDisallow: /",
        "User-agent: *\nDisallow: /*.png$\nDisallow: /a.jpg$x",
        "User-agent: *\nDisallow: /\nAllow: /a",
        "<html><body>Not found</body></html>",
        "Disallow: /",
    ],
)
def test_what_may_be_fetched(text: str) -> None:
    assert allows(text)


@pytest.mark.parametrize(
    "text",
    [
        "User-agent: *\nDisallow: /",
        "User-agent: *\nDisallow: /*.jpg$",
        "User-agent: *\nDisallow: /a\nAllow: /",
        "\ufeffUser-agent: *\r\nDisallow: /\r\n",
        "User-agent: *\nAllow: /\n\nUser-agent: licet\nDisallow: /",
        "User-agent: *\nAllow: /\n\nUser-agent: Licet/2.0 # us\nDisallow: /",
        "User-agent: other\nUser-agent: licet\nDisallow: /",
        "User-agent: licet\nDisallow: /x\nUser-agent: licet\nDisallow: /a",
        "User-agent: li\nAllow: /\n\nUser-agent: *\nDisallow: /",
        "User-agent: lice\nAllow: /\n\nUser-agent: *\nDisallow: /",
        "User-agent: *\nDisallow: /%61.jpg",
    ],
)
def test_what_may_not(text: str) -> None:
    assert not allows(text)


def test_longer_pauses_and_sitemaps_are_named() -> None:
    text = "User-agent: *\nCrawl-delay: 7\nSitemap: /a.xml\nSitemap: https://x.example/b.xml"
    found = Robots(text)
    assert found.pause == 7
    assert found.sitemaps == ("/a.xml", "https://x.example/b.xml")
    assert Robots("User-agent: *\nRequest-rate: 1/20").pause == 20
    assert Robots("User-agent: licet\nCrawl-delay: 9\nUser-agent: *\nCrawl-delay: 1").pause == 9
    assert Robots("User-agent: *\nCrawl-delay: soon").pause == 0
    assert Robots("").pause == 0


@pytest.mark.parametrize(
    ("line", "reserved"),
    [
        ("Content-Usage: train-ai=n", {"/a.jpg", "/b.jpg"}),
        ("Content-Usage: /a train-ai=n # not these", {"/a.jpg"}),
        ("Content-Signal: search=yes, ai-train=no", {"/a.jpg", "/b.jpg"}),
        ("content-usage: /%61 bots=n", {"/a.jpg"}),
        ("Content-Usage: train-ai", {"/a.jpg", "/b.jpg"}),
        ("Content-Signal: search=yes,ai-input=yes", set()),
        ("Content-Usage: train-ai=y;x=1, search=y", set()),
        ("# Content-Signal: ai-train=no", set()),
    ],
)
def test_what_robots_says_of_use_by_machines_is_obeyed(
    web: Web, line: str, reserved: set[str]
) -> None:
    """For whichever robot it stands there."""
    web.pages["/robots.txt"] = Reply(f"User-agent: other\n{line}\n", type="text/plain")
    found = gate(web)
    stops = {path: found.judge(web.at(path)) for path in ("/a.jpg", "/b.jpg")}
    assert {path for path, stop in stops.items() if stop} == reserved
    assert all(stop.rule is Rule.RESERVATION for stop in stops.values() if stop)


def gate(web: Web, path: str = "/", clock: Clock | None = None) -> Gate:
    return Gate(site_of(web.at(path)), local_door(clock=clock))


def test_a_host_without_rules_is_read(web: Web) -> None:
    for status in (404, 410):
        web.pages["/robots.txt"] = Reply(status=status)
        assert gate(web).judge(web.at("/a.jpg")) is None


@pytest.mark.parametrize("status", [400, 401, 402, 403, 405, 407, 418, 429, 451])
def test_a_host_that_turns_robots_away_is_not_read(web: Web, status: int) -> None:
    web.pages["/robots.txt"] = Reply("no", status)
    with pytest.raises(Conflict, match="wants no robots"):
        gate(web).judge(web.at("/a.jpg"))
    assert web.asked == ["/robots.txt"]


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_host_that_cannot_say_now_is_not_read_now(web: Web, status: int) -> None:
    web.pages["/robots.txt"] = Reply("no", status)
    with pytest.raises(Busy):
        gate(web).judge(web.at("/a.jpg"))


def test_a_host_that_does_not_answer_is_not_read_now() -> None:
    nowhere = Gate(Site("http", "www.album.example", 9, "/"), local_door())
    with pytest.raises(Busy):
        nowhere.judge("http://www.album.example:9/a.jpg")


def test_a_host_at_home_is_never_read(web: Web) -> None:
    names = {"www.album.example": ["192.168.1.1"]}
    inner = Gate(site_of(web.at("/")), local_door(local_line(names)))
    with pytest.raises(Conflict, match="private network"):
        inner.judge(web.at("/a.jpg"))


def test_rules_come_from_this_host_alone(web: Web) -> None:
    web.pages["/robots.txt"] = Reply(status=302, headers={"Location": "https://x.example/r.txt"})
    with pytest.raises(Conflict, match="redirected"):
        gate(web).judge(web.at("/a.jpg"))
    web.pages["/robots.txt"] = Reply(status=301, headers={"Location": "/r.txt"})
    web.pages["/r.txt"] = Reply("User-agent: *\nDisallow: /", type="text/plain")
    stop = gate(web).judge(web.at("/a.jpg"))
    assert stop is not None
    assert stop.rule is Rule.ROBOTS


def test_rules_too_long_to_be_read_are_not_read_in_part(web: Web) -> None:
    web.pages["/robots.txt"] = Reply("#" * (MOST_BYTES + 1), type="text/plain")
    with pytest.raises(Conflict, match="larger"):
        gate(web).judge(web.at("/a.jpg"))


def test_a_pause_that_nobody_can_keep_is_said(web: Web) -> None:
    web.pages["/robots.txt"] = Reply("User-agent: *\nCrawl-delay: 86400", type="text/plain")
    with pytest.raises(Conflict, match="86400 seconds"):
        gate(web).judge(web.at("/a.jpg"))


def test_the_order_of_the_rules(web: Web) -> None:
    """What lies outside is decided without asking the host anything."""
    web.pages["/robots.txt"] = Reply("User-agent: *\nDisallow: /club/x", type="text/plain")
    web.pages["/.well-known/tdmrep.json"] = Reply(
        '[{"location": "/club/ö", "tdm-reservation": 1}]', type="application/json"
    )
    judge = gate(web, "/club/").judge
    for path, rule in (("/", Rule.OUTSIDE), ("/club/" + "a/" * 9, Rule.TRAP)):
        stop = judge(web.at(path))
        assert stop is not None
        assert stop.rule is rule
    assert web.asked == []
    for path, rule in (("/club/x", Rule.ROBOTS), ("/club/%C3%B6/a.jpg", Rule.RESERVATION)):
        stop = judge(web.at(path))
        assert stop is not None
        assert stop.rule is rule
    assert judge(web.at("/club/a.jpg")) is None
    assert web.asked == ["/robots.txt", "/.well-known/tdmrep.json"]


def test_what_a_host_says_is_read_again_after_an_hour(web: Web) -> None:
    clock = Clock()
    judge = gate(web, clock=clock).judge
    assert judge(web.at("/a.jpg")) is None
    web.pages["/robots.txt"] = Reply("User-agent: *\nDisallow: /", type="text/plain")
    assert judge(web.at("/a.jpg")) is None
    clock.now += READ_AGAIN_SECONDS
    assert judge(web.at("/a.jpg")) is not None
    assert web.count("/robots.txt") == 2


@pytest.mark.parametrize(
    ("reply", "reserved"),
    [
        (Reply("{", type="application/json"), True),
        (Reply("no", 403), True),
        (Reply("no", 429), True),
        (Reply("<html>", type="text/html"), False),
        (Reply("no", 410), False),
        (Reply("[]", type="application/json"), False),
        (Reply('[{"location":"/","tdm-reservation":1}]', type="text/plain"), True),
        (Reply('[{"location":"*.jpg","tdm-reservation":1}]', type="text/plain"), True),
        (Reply('[{"location":"*.png","tdm-reservation":1}]', type="text/plain"), False),
    ],
)
def test_the_tdm_file_of_a_host(web: Web, reply: Reply, *, reserved: bool) -> None:
    web.pages["/.well-known/tdmrep.json"] = reply
    stop = gate(web).judge(web.at("/a.jpg"))
    assert (stop is not None) is reserved
    assert stop is None or stop.rule is Rule.RESERVATION


def test_a_tdm_file_that_cannot_be_read_stops_everything(web: Web) -> None:
    web.pages["/.well-known/tdmrep.json"] = Reply("no", 500)
    with pytest.raises(Busy):
        gate(web).judge(web.at("/a.jpg"))
    web.pages["/.well-known/tdmrep.json"] = Reply(status=302, headers={"Location": "//x.example/"})
    with pytest.raises(Conflict):
        gate(web).judge(web.at("/a.jpg"))


def test_sitemaps_are_those_that_the_host_names(web: Web) -> None:
    text = "Sitemap: /a.xml\nSitemap: https://x.example/b.xml\nSitemap: mailto:x"
    web.pages["/robots.txt"] = Reply(f"User-agent: *\nDisallow: /no\n{text}", type="text/plain")
    one = gate(web, "/club/")
    named = (web.at("/a.xml"), "https://x.example/b.xml", web.at("/club/sitemap.xml"))
    assert one.sitemaps() == named
    assert one.judge_sitemap(web.at("/a.xml")) is None
    for address, rule in ((named[1], Rule.OUTSIDE), (web.at("/no.xml"), Rule.ROBOTS)):
        stop = one.judge_sitemap(address)
        assert stop is not None
        assert stop.rule is rule


@pytest.mark.parametrize(
    ("path", "trapped"),
    [
        ("/a/b/c.html", False),
        ("/2024/2024/2024/a", False),
        ("/a/a/a/a/", True),
        ("/x/y" * 4, True),
        ("/" + "/".join(str(n) for n in range(21)), True),
        ("/" + "x" * 2_000, True),
        ("/a?" + "x" * 2_000, True),
    ],
)
def test_endless_paths_are_left(path: str, *, trapped: bool) -> None:
    assert (trap(AT + path) is not None) is trapped


@pytest.mark.parametrize(
    "reply",
    [
        Reply(gzip.compress(b"User-agent: *\nDisallow: /"), headers={"Content-Encoding": "gzip"}),
        Reply("User-agent: *\nDisallow: /".encode("utf-16"), type="text/plain"),
        Reply("User-agent: *\nDisallow: /".encode("utf-16-le"), type="text/plain"),
    ],
)
def test_rules_that_cannot_be_seen_let_nothing_be_fetched(web: Web, reply: Reply) -> None:
    """Read as they come they would be no rules at all."""
    web.pages["/robots.txt"] = reply
    with local_door() as door, pytest.raises(Conflict, match="no plain text"):
        read_robots(site_of(web.at("/")), door)

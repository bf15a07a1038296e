"""Videos of a site: those it names within its place, read once and never kept; no streams."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import pytest

from licet.sources.contract import NO_PHOTO, Address
from licet.sources.site import door, films
from licet.sources.site.source import SiteSource, Unchanged
from licet.sources.site.trace import Decision, Rule, Trace
from licet.terms.face import Unreadable
from tests.sources.site.servers import PHOTO, VIDEO, Reply, Web, source


@pytest.fixture
def room(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "videos"


def reading(web: Web, room: Path, may: Callable[[], bool] = lambda: True) -> SiteSource:
    place = source(web, may=may)
    place._visitor = replace(place._visitor, room=room)
    return place


def put(web: Web, *paths: str, **headers: str) -> None:
    for path in paths:
        web.pages[path] = Reply(VIDEO + path.encode(), type="video/mp4", headers=headers)


def opened(place: SiteSource, address: str) -> BinaryIO:
    """Read a video as a walk does."""
    assert place.read(Address(address)) == NO_PHOTO
    film = place.open_video(Address(address))
    assert film is not None
    return film


def last(place: SiteSource) -> Trace:
    return place.traces()[-1]


def test_every_video_that_a_page_or_sitemap_names_is_found(web: Web, room: Path) -> None:
    web.page(
        "/",
        """<meta property="og:video" content="/og.mp4"><video src="a.mp4" poster="a.jpg"></video>
        <video><source src="b.webm" type="video/webm"><source src="c.mp4"></video>
        <a href="d.mov">our film</a><a href="e.mkv"><img src="e.jpg"></a>
        <video src="https://elsewhere.example/x.mp4"></video>""",
    )
    web.pages["/robots.txt"] = Reply(f"Sitemap: {web.at('/map.xml')}", type="text/plain")
    listed = (
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
        ' xmlns:video="http://www.google.com/schemas/sitemap-video/1.1"><url>'
        f"<loc>{web.at('/')}</loc><video:video><video:content_loc>{web.at('/f.mp4')}"
        "</video:content_loc><video:player_loc>/player</video:player_loc></video:video>"
        f"<video:video><video:content_loc>{web.at('/now.mp4')}</video:content_loc>"
        "<video:live>YES</video:live></video:video></url></urlset>"
    )
    web.pages["/map.xml"] = Reply(listed, type="application/xml")
    place = reading(web, room)
    found = [address.removeprefix(web.at("/")) for address in place.walk()]
    assert found == [
        *("a.jpg", "a.mp4", "b.webm", "c.mp4", "d.mov", "e.jpg", "e.mkv", "f.mp4", "og.mp4")
    ]
    traces = {one.address: one for one in place.traces()}
    assert traces["https://elsewhere.example/x.mp4"].rule is Rule.OUTSIDE
    assert traces[web.at("/now.mp4")].rule is Rule.STREAM
    assert not {"/d.mov", "/e.mkv", "/x.mp4", "/player"} & set(web.asked)


def test_a_video_is_read_once_and_nothing_of_it_stays(web: Web, room: Path) -> None:
    put(web, "/a.mp4")
    place = reading(web, room)
    film = opened(place, web.at("/a.mp4"))
    assert film.read() == VIDEO + b"/a.mp4"
    assert list(room.iterdir()) == [], "a folder lists it"
    assert os.fstat(film.fileno()).st_nlink == 0
    film.close()
    assert web.count("/a.mp4") == 1
    assert last(place).decision is Decision.COLLECTED
    unopened = place.read(Address(web.at("/a.mp4")))
    assert unopened == NO_PHOTO
    waiting = place._film
    place.close()
    assert waiting is not None
    assert waiting[1].closed


def test_a_video_asked_for_by_itself_is_read(web: Web, room: Path) -> None:
    """Whoever shows a frame opens it without reading it first; a photo is none."""
    put(web, "/a.mp4")
    web.photo("/p.jpg")
    place = reading(web, room)
    film = place.open_video(Address(web.at("/a.mp4")))
    assert film is not None
    film.close()
    assert place.open_video(Address(web.at("/p.jpg"))) is None
    assert place.open_video(Address(web.at("/gone.mp4"))) is None
    assert place.read(Address(web.at("/p.jpg"))) == PHOTO + b"/p.jpg"


def test_a_video_that_did_not_change_is_not_read_again(web: Web, room: Path) -> None:
    def answer(asked: object) -> Reply:
        same = isinstance(asked, dict) and asked.get("if-none-match") == '"1"'
        return Reply(b"" if same else VIDEO, 304 if same else 200, "video/mp4", {"ETag": '"1"'})

    web.pages["/a.mp4"] = answer
    place = reading(web, room)
    address = Address(web.at("/a.mp4"))
    opened(place, address).close()
    known = place.validators_of(address)
    assert isinstance(place._read(address, known), Unchanged)


@pytest.mark.parametrize(
    "reply",
    [
        Reply("#EXTM3U\n#EXT-X-TARGETDURATION:6\n" + "#EXTINF:6,\na.ts\n" * 9, type="text/plain"),
        Reply(b"<?xml?><MPD/>" * 9, type="application/dash+xml"),
        Reply(b"--frame\r\n" + PHOTO * 3, type="multipart/x-mixed-replace; boundary=frame"),
        Reply(VIDEO, type="video/mp4", endless=True),
    ],
    ids=["hls", "dash", "camera", "endless"],
)
def test_a_stream_is_no_item(web: Web, room: Path, reply: Reply) -> None:
    """Whatever its name says: what goes on for as long as somebody reads shows what happens now."""
    web.pages["/a.mp4"] = reply
    place = reading(web, room)
    found = place.read(Address(web.at("/a.mp4")))
    assert isinstance(found, Unreadable)
    assert found != NO_PHOTO
    assert last(place).rule is Rule.STREAM
    assert place._film is None


def test_a_list_of_a_streams_parts_is_not_even_asked_for(web: Web, room: Path) -> None:
    web.page(
        "/", '<video src="a.m3u8"></video><video><source src="b.mpd?x=1"></video><a href="c.m3u8">'
    )
    place = reading(web, room)
    assert list(place.walk()) == []
    assert {one.rule for one in place.traces()} == {Rule.STREAM}
    assert not [path for path in web.asked if path.startswith(("/a.", "/b.", "/c."))]


def test_what_reserves_a_video_is_obeyed(web: Web, room: Path) -> None:
    put(web, "/a.mp4", X_Robots_Tag="noai")
    web.page("/", '<video src="a.mp4"></video><video src="b.mp4"></video>')
    web.pages["/robots.txt"] = Reply("User-agent: *\nDisallow: /b.mp4", type="text/plain")
    put(web, "/b.mp4")
    place = reading(web, room)
    [address] = place.walk()
    assert isinstance(place.read(address), Unreadable)
    assert last(place).rule is Rule.RESERVATION
    assert web.count("/b.mp4") == 0


def test_a_video_is_bounded_and_stops_when_it_may_not_be_read_any_more(
    web: Web, room: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    web.pages["/a.mp4"] = Reply(VIDEO * 2000, type="video/mp4")
    address = Address(web.at("/a.mp4"))
    monkeypatch.setattr(films, "MOST_VIDEO_BYTES", 100_000)
    monkeypatch.setattr(door, "MOST_VIDEO_BYTES", 100_000)
    place = reading(web, room)
    assert isinstance(place.read(address), Unreadable)
    assert last(place).rule is Rule.SIZE
    monkeypatch.setattr(door, "MOST_VIDEO_BYTES", 10_000_000)
    monkeypatch.setattr(door, "_ASK_AGAIN_SECONDS", 0.0)
    web.asked.clear()
    place = reading(web, room, lambda: "/a.mp4" not in web.asked)
    assert isinstance(place.read(address), Unreadable)
    assert last(place).rule is Rule.PERMISSION
    assert list(room.iterdir()) == []


def test_without_a_room_videos_are_left_out(web: Web) -> None:
    put(web, "/a.mp4")
    place = source(web)
    assert isinstance(place.read(Address(web.at("/a.mp4"))), Unreadable)
    assert last(place).rule is Rule.KIND


def test_a_video_for_which_there_is_no_room_is_left_out(
    web: Web, room: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(web, "/a.mp4")

    def full(place: Path) -> BinaryIO:
        return Path("/dev/full").open("r+b", buffering=0)

    monkeypatch.setattr(door, "nameless", full)
    place = reading(web, room)
    assert isinstance(place.read(Address(web.at("/a.mp4"))), Unreadable)
    assert last(place).rule is Rule.SIZE

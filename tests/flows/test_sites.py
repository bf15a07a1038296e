"""A website from opening to ceasing, on a real server: proved, polite, and left alone."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from licet.backfill import backfill
from licet.collect import collect
from licet.effects import running, visiting, walking
from licet.effects import sourcing as opening
from licet.effects.blocking import place as place_block
from licet.effects.sourcing import token_for
from licet.effects.tracing import read_traces
from licet.sources.site.proof import TOKEN_PATH
from licet.sources.site.source import SiteSource, Visitor
from licet.sourcing import add_source, cease_source
from licet.terms.collecting import Collected
from licet.terms.errors import BadInput, Busy, Setup
from licet.terms.governing import SourceWish
from licet.terms.permit import Block, Refusal
from licet.terms.source import Control, Fate, Source, SourceKind, SourceState
from tests.fakes.deployment import World
from tests.fakes.vision import photo, video
from tests.sources.site.servers import OPEN, Reply, Web, opener, prover, serve

MAY_READ = "User-agent: *\nAllow: /\n"
PAGE = """
<p>Our summer</p>
<img src="a.jpg"><img src="b.jpg"><img src="kept.jpg"><a href="more.html">more</a>
"""
MORE = '<meta name="robots" content="noai"><img src="reserved.jpg">'


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    """An album on a website; nothing else that a site source opens exists here."""
    monkeypatch.setattr(visiting, "open_site", opener())
    monkeypatch.setattr(opening, "prove_site", prover())
    site = Web()
    site.pages["/robots.txt"] = Reply(MAY_READ, type="text/plain")
    site.page("/album/", PAGE)
    site.page("/album/more.html", MORE)
    for name, who in (("a", "anna"), ("b", "bert"), ("kept", "carl"), ("reserved", "anna")):
        _put(site, name, photo(who))
    site.pages["/album/kept.jpg"] = Reply(photo("carl"), 403, "image/jpeg")
    with serve(site):
        yield site
    while OPEN:
        OPEN.pop().close()


@pytest.fixture(autouse=True)
def _somebody_to_write_to(world: World) -> None:
    settings = world.app.settings.model_copy(update={"answer_to": "office@archive.example"})
    world.app = replace(world.app, settings=settings)


class Greedy:
    """Sees as the other does, and reads all there is before it looks at the first."""

    def __init__(self, vision: Any, many: Callable[[Any], Any]) -> None:
        self._vision, self._many = vision, many

    def inspect_many(self, photos: Any, **_more: object) -> Any:
        return self._many(photos)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._vision, name)


def _put(site: Web, name: str, data: bytes) -> None:
    """Put a photo there that says whether it changed (RFC 9110, 13.1.2)."""
    tag = f'"{len(data)}-{hash(data)}"'

    def answer(asked: object) -> Reply:
        same = isinstance(asked, dict) and asked.get("if-none-match") == tag
        return Reply(b"" if same else data, 304 if same else 200, "image/jpeg", {"ETag": tag})

    site.pages[f"/album/{name}.jpg"] = answer


def _wish(world: World, web: Web, **parts: object) -> SourceWish:
    wish = world.source_wish(Path(), "site", kind=SourceKind.SITE, **parts)
    wish = replace(wish, control=Control.WELL_KNOWN_TOKEN)
    return replace(wish, place=web.at("/album/"))


def _prove(world: World, web: Web) -> None:
    token = token_for(world.app.deployment.id, world.organisation)
    web.pages[TOKEN_PATH] = Reply(token + "\n", type="text/plain")


def _opened(world: World, web: Web) -> Source:
    _prove(world, web)
    opened = add_source(world.app, world.who("steward", "officer"), _wish(world, web))
    assert isinstance(opened, Source), opened
    return opened


def _collected(world: World, source: Source) -> Collected:
    found = collect(world.app, world.who("steward"), source.id)
    assert isinstance(found, Collected), found
    return found


def test_it_is_collected_and_each_photo_says_why(world: World, web: Web) -> None:
    world.enrolled("anna")
    source = _opened(world, web)
    assert web.asked == [TOKEN_PATH], "nothing of it is read before it is authorised"
    found = _collected(world, source)
    assert (found.items, found.appearances) == (2, 1)
    with world.app.store.read() as reader:
        traces = {one.address: one for one in read_traces(world.app, reader, source.id)}
    told = {
        address.removeprefix(web.at("/album/")): (trace.fate, trace.rule)
        for address, trace in traces.items()
    }
    assert told["a.jpg"] == (Fate.COLLECTED, "first_met")
    assert told["kept.jpg"][0] is not Fate.COLLECTED
    assert told["reserved.jpg"] == (Fate.LEFT_OUT, "reservation")
    assert web.count("/album/reserved.jpg") == 0


def test_only_what_changed_is_read_again(world: World, web: Web) -> None:
    source = _opened(world, web)
    assert _collected(world, source).items == 2
    _put(web, "b", photo("bert", shot=7))
    again = _collected(world, source)
    assert (again.items, again.known) == (1, 1)
    a, b = (
        [head for path, head in zip(web.asked, web.headers, strict=True) if path == one][-1]
        for one in ("/album/a.jpg", "/album/b.jpg")
    )
    assert "if-none-match" in a
    assert "if-none-match" in b


class _Killed(BaseException):
    """The process ended here."""


def test_what_was_read_ahead_and_not_looked_at_is_read_again(
    world: World, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its state is remembered with what was found in it, not when it was read."""
    source = _opened(world, web)
    _collected(world, source)
    for name, who in (("a", "dora"), ("b", "emil")):
        _put(web, name, photo(who))
    monkeypatch.setattr(walking, "BATCH_PHOTOS", 1)
    inspect = world.app.vision.inspect_many
    greedy = Greedy(world.app.vision, lambda photos: inspect(iter(list(photos))))

    def die(boundary: str) -> None:
        if boundary == "collect.committed":
            raise _Killed

    with pytest.raises(_Killed):
        collect(
            replace(world.app, open_vision=lambda: greedy, at=die), world.who("steward"), source.id
        )
    world.clock.go(minutes=3)
    assert _collected(world, source).items == 1
    with world.app.store.read() as reader:
        assert reader.items.count(source.id) == 4


def test_a_site_that_reserves_everything_says_so(world: World, web: Web) -> None:
    web.page("/album/", f'<meta name="robots" content="noai">{PAGE}')
    source = _opened(world, web)
    assert _collected(world, source).items == 0
    with world.app.store.read() as reader:
        traces = read_traces(world.app, reader, source.id)
    assert {one.rule for one in traces} == {"reservation"}
    assert len(traces) == 4


def test_who_enrols_later_is_found_in_photos_that_did_not_change(world: World, web: Web) -> None:
    source = _opened(world, web)
    _collected(world, source)
    _collected(world, source)
    later, _ = world.enrolled("bert")
    found = backfill(world.app, later, source.id)
    assert isinstance(found, Collected)
    assert found.appearances == 1


def test_a_site_without_a_token_is_not_read(world: World, web: Web) -> None:
    """Being reachable is no authority (row A2): one request, for the token, and no more."""
    with pytest.raises(BadInput, match="control of the place is not proved"):
        add_source(world.app, world.who("steward", "officer"), _wish(world, web))
    assert web.asked == [TOKEN_PATH]


def test_nothing_is_asked_for_somebody_who_may_not_open_it(world: World, web: Web) -> None:
    """Not even for the token: one member alone, and a wish without a condition."""
    _prove(world, web)
    alone = add_source(world.app, world.who("steward"), _wish(world, web))
    assert isinstance(alone, Refusal)
    assert alone.reason == "two_signers_needed"
    without = _wish(world, web, bystander_condition=None)
    unstated = add_source(world.app, world.who("steward", "officer"), without)
    assert isinstance(unstated, Refusal)
    assert unstated.reason == "no_bystander_condition"
    assert web.asked == []


@pytest.mark.parametrize("how", ["ceased", "blocked", "licence over", "proof too old"])
def test_without_a_live_authority_there_is_no_contact(world: World, web: Web, how: str) -> None:
    source = _opened(world, web)
    _collected(world, source)
    web.asked.clear()
    if how == "ceased":
        ceased = cease_source(world.app, world.who("steward"), source.id)
        assert isinstance(ceased, Source)
        assert ceased.state is SourceState.PURGED
    elif how == "blocked":
        with world.app.store.unit() as unit:
            place_block(unit, Block(source=source.id), "order")
    elif how == "licence over":
        world.clock.go(days=4000)
    else:
        world.clock.go(days=31)
        web.pages[TOKEN_PATH] = Reply("another's", type="text/plain")
    refused = collect(world.app, world.who("steward"), source.id)
    assert isinstance(refused, Refusal)
    allowed = {TOKEN_PATH} if how == "proof too old" else set()
    assert set(web.asked) == allowed
    later, _ = world.enrolled("bert") if how != "licence over" else ("", "")
    if later:
        assert isinstance(backfill(world.app, later, source.id), Refusal)
        assert set(web.asked) == allowed


def test_a_block_stops_it_between_two_requests(world: World, web: Web) -> None:
    """The order holds for the next request, not only for the next walk (invariant 7)."""
    source = _opened(world, web)
    page = web.pages["/album/"]
    assert isinstance(page, Reply)

    def blocked(_asked: object) -> Reply:
        with world.app.store.unit() as unit:
            place_block(unit, Block(source=source.id), "order")
        return page

    web.pages["/album/"] = blocked
    stopped = collect(world.app, world.who("steward"), source.id)
    assert isinstance(stopped, Refusal)
    assert not [path for path in web.asked if path.endswith(".jpg") or "more" in path]


def test_what_was_remembered_of_it_goes_with_it(world: World, web: Web) -> None:
    source = _opened(world, web)
    _collected(world, source)
    with world.app.store.read() as reader:
        pages = reader.sources.visits(source.id)
        assert len(pages) == 2
        assert not any(b"album" in page for page in pages)
    cease_source(world.app, world.who("steward"), source.id)
    with world.app.store.read() as reader:
        assert reader.sources.visits(source.id) == ()
        assert reader.sources.traces(source.id) == ()


def test_whoever_runs_a_site_can_write_to_who_reads_it(world: World, web: Web) -> None:
    _opened(world, web)
    assert "office@archive.example" in web.headers[0]["user-agent"]
    settings = world.app.settings.model_copy(update={"answer_to": ""})
    world.app = replace(world.app, settings=settings)
    with pytest.raises(Setup, match="must be able to reach who reads it"):
        add_source(world.app, world.who("steward", "officer"), _wish(world, web))


def test_nobody_else_asks_a_site_while_its_pages_are_read(
    world: World, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run is held from the first page on, and for as long as the pages take."""
    monkeypatch.setattr(running, "HOLD_AGAIN_SECONDS", 0.0)
    source = _opened(world, web)
    answers = {one: web.pages[one] for one in ("/robots.txt", "/album/", "/album/more.html")}
    tried: list[str] = []
    second = replace(world.reopen(), settings=world.app.settings)

    def slow(path: str, reply: Reply) -> Callable[[object], Reply]:
        def answer(_asked: object) -> Reply:
            world.clock.go(minutes=1)
            with pytest.raises(Busy, match="another process"):
                collect(second, world.who("steward"), source.id)
            tried.append(path)
            return reply

        return answer

    for path, reply in answers.items():
        assert isinstance(reply, Reply)
        web.pages[path] = slow(path, reply)
    try:
        assert _collected(world, source).items == 2
    finally:
        second.close()
    assert tried == list(answers)
    assert web.count("/album/") == 1


@pytest.mark.parametrize("how", ["collected again", "a day later"])
def test_who_enrols_later_is_not_looked_for_where_a_page_says_no(
    world: World, web: Web, how: str
) -> None:
    """A page's tag came after its photos were collected; the photos themselves say nothing."""
    source = _opened(world, web)
    _collected(world, source)
    web.page("/album/", f'<meta name="robots" content="noimageai">{PAGE}')
    if how == "collected again":
        _collected(world, source)
    else:
        world.clock.go(days=1)
    web.asked.clear()
    later, _ = world.enrolled("bert")
    found = backfill(world.app, later, source.id)
    assert isinstance(found, Collected)
    assert found.appearances == 0
    assert web.count("/album/b.jpg") == 0


def test_videos_of_a_site_are_collected_and_nothing_of_them_stays(world: World, web: Web) -> None:
    """Each person and span once, as in any video; streams are refused with their reason."""
    world.enrolled("anna")
    web.page("/album/", '<video src="feast.mp4"></video><video src="now.m3u8"></video>')
    web.pages["/album/feast.mp4"] = Reply(
        video(("anna", 0, 2000), ("x", 0, 4000)), type="video/mp4", headers={"ETag": '"1"'}
    )
    source = _opened(world, web)
    found = _collected(world, source)
    assert (found.items, found.faces, found.appearances) == (1, 2, 1)
    room = world.app.settings.place(world.app.settings.cache) / visiting.ROOM
    assert list(room.iterdir()) == []
    assert web.count("/album/feast.mp4") == 1
    with world.app.store.read() as reader:
        traces = {one.address: one for one in read_traces(world.app, reader, source.id)}
    assert traces[web.at("/album/feast.mp4")].fate is Fate.COLLECTED
    assert traces[web.at("/album/now.m3u8")].rule == "stream"
    assert web.count("/album/now.m3u8") == 0
    later, _ = world.enrolled("x")
    again = backfill(world.app, later, source.id)
    assert isinstance(again, Collected)
    assert again.appearances == 1


def test_one_host_is_asked_in_turns_whoever_asks(
    world: World, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two sources on it, a backfill beside a walk: the host hears of all one after the other."""
    first = _opened(world, web)
    wish = replace(_wish(world, web), name="another", place=web.at("/other/"))
    second = add_source(world.app, world.who("steward", "officer"), wish)
    assert isinstance(second, Source)
    elsewhere = replace(first, place="https://elsewhere.example/")
    turns = []

    def listen(_place: str, visitor: Visitor) -> SiteSource:
        turns.append(visitor.turn(2.0))
        return opener()(web.at("/album/"), visitor)

    monkeypatch.setattr(visiting, "open_site", listen)
    other = replace(world.reopen(), settings=world.app.settings)
    for app, source in ((world.app, first), (other, second), (world.app, elsewhere)):
        visiting.VisitedSite(app, source)
    assert turns == [0.0, 2.0, 0.0]
    other.close()
    world.clock.go(seconds=9)
    visiting.VisitedSite(world.app, second)
    assert turns[-1] == 0.0

"""A3: a source's terms are obeyed, with a trace per item; one notice stops it and purges it."""

import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from licet.backfill import backfill
from licet.collect import collect
from licet.consent.reasons import Reason
from licet.effects.purging import purge_certificate
from licet.effects.tracing import read_traces
from licet.ledger.verify import verify_file
from licet.sourcing import cease_source
from licet.terms.collecting import Collected
from licet.terms.gallery import TemplateKind
from licet.terms.governing import CeaseNotice, NoticeFrom
from licet.terms.permit import Refusal
from licet.terms.source import Fate, Source, SourceState
from tests.fakes.deployment import LICENCE, World
from tests.fakes.vision import START, photo
from tests.scenarios.websites import album, opened
from tests.sources.site.servers import Reply, Web
from tests.sources.xmps import MINING, xmp

PROHIBITED = "http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED"
PAGE = (
    '<img src="free.jpg"><img src="disallowed.jpg"><img src="tdm.jpg"><img src="noai.jpg">'
    '<img src="mining.jpg"><a href="private.html">more</a>'
)
NOTICE = CeaseNotice(hashlib.sha256(b"Stop at once.").hexdigest(), NoticeFrom.RIGHTS_HOLDER)


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    """Give a site that reserves all but one of its photos of Anna, each in another way."""
    mining = (
        START + json.dumps({"faces": [{"who": "anna", "noise": 0.1}], "note": PROHIBITED}).encode()
    )
    shots = {
        name: photo("anna", shot=n) for n, name in enumerate(("free", "disallowed", "tdm"), 10)
    }
    with album(monkeypatch, PAGE, **shots, mining=mining) as site:
        robots = "User-agent: *\nDisallow: /album/disallowed.jpg\n"
        site.pages["/robots.txt"] = Reply(robots, type="text/plain")
        reserved = {"tdm": {"tdm-reservation": "1"}, "noai": {"X-Robots-Tag": "noimageai"}}
        for number, (name, headers) in enumerate(reserved.items(), 20):
            shot = photo("anna", shot=number)
            site.pages[f"/album/{name}.jpg"] = Reply(shot, 200, "image/jpeg", headers)
        site.page("/album/private.html", '<meta name="robots" content="noai"><img src="page.jpg">')
        site.pages["/album/page.jpg"] = Reply(photo("anna", shot=30), type="image/jpeg")
        yield site


def _collected(world: World, source: Source) -> Collected:
    found = collect(world.app, world.who("steward"), source.id)
    assert isinstance(found, Collected), found
    return found


def test_every_reservation_is_obeyed_and_each_item_says_why(world: World, web: Web) -> None:
    world.enrolled("anna")
    source = opened(world, web)
    found = _collected(world, source)
    assert (found.items, found.appearances) == (1, 1)
    with world.app.store.read() as reader:
        traces = read_traces(world.app, reader, source.id)
    told = {
        one.address.removeprefix(web.at("/album/")).removesuffix(".jpg"): (one.fate, one.rule)
        for one in traces
        if one.address.endswith(".jpg")
    }
    assert told == {
        "free": (Fate.COLLECTED, "first_met"),
        "disallowed": (Fate.LEFT_OUT, "robots"),
        "tdm": (Fate.LEFT_OUT, "reservation"),
        "noai": (Fate.LEFT_OUT, "reservation"),
        "mining": (Fate.LEFT_OUT, "reserved"),
        "page": (Fate.LEFT_OUT, "reservation"),
    }
    assert all(one.because for one in traces)
    assert [web.count(f"/album/{name}.jpg") for name in ("disallowed", "page")] == [0, 0]


def test_what_is_written_beside_a_photo_is_obeyed_as_well(world: World) -> None:
    """A sidecar of digiKam or Lightroom reserves its photo, also one that was taken before."""
    world.enrolled("anna")
    place = world.folder(
        free=photo("anna"), mined=photo("anna", shot=1), later=photo("anna", shot=2)
    )
    (place / "mined.jpg.xmp").write_bytes(xmp(MINING))
    source = world.source(place)
    assert _collected(world, source).appearances == 2
    (place / "later.xmp").write_bytes(xmp(MINING))
    _collected(world, source)
    with world.app.store.read() as reader:
        told = {one.address: one.rule for one in read_traces(world.app, reader, source.id)}
        assert reader.items.count(source.id) == 1
    assert told == {"free.jpg": "known", "mined.jpg": "reserved", "later.jpg": "reserved"}


def test_the_licence_is_on_file_and_when_it_is_over_nothing_is_read(world: World, web: Web) -> None:
    source = opened(world, web, valid_to=world.clock() + timedelta(days=20))
    with world.app.store.read() as reader:
        authority = reader.sources.authority_at(source.id, reader.now)
    assert authority is not None
    assert authority.licence == LICENCE
    _collected(world, source)
    world.clock.go(days=21)
    web.asked.clear()
    refused = collect(world.app, world.who("steward"), source.id)
    assert isinstance(refused, Refusal)
    assert refused.reason == Reason.NO_AUTHORITY
    assert web.asked == []


def test_one_notice_stops_it_purges_it_and_is_answered(world: World, web: Web) -> None:
    grant, _ = world.enrolled("anna")
    source = opened(world, web)
    _collected(world, source)
    web.asked.clear()
    ceased = cease_source(world.app, world.who("steward"), source.id, NOTICE)
    assert isinstance(ceased, Source)
    assert ceased.state is SourceState.PURGED
    assert isinstance(collect(world.app, world.who("steward"), source.id), Refusal)
    assert isinstance(backfill(world.app, grant, source.id), Refusal)
    assert web.asked == [], "0 fetches"
    with world.app.store.read() as reader:
        derived = (
            *reader.items.of_source(source.id, None, 9),
            *reader.sources.traces(source.id),
            *reader.sources.visits(source.id),
            *reader.suggestions.all(),
            *reader.templates.all(TemplateKind.APPEARANCE),
        )
    assert derived == (), "0 derived rows"
    verdict = verify_file(purge_certificate(world.app, source.id))
    assert verdict.ok
    assert any(NOTICE.digest in line for line in verdict.proved), "the receipt names the notice"

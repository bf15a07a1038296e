"""An Immich library from opening to ceasing: its key reads, names nobody, and is said nowhere."""

import hashlib
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from licet.backfill import backfill
from licet.collect import collect
from licet.effects.purging import purge_certificate
from licet.effects.reporting.register import sections
from licet.effects.sourcing import token_for
from licet.effects.tracing import read_traces
from licet.ledger.verify import verify_file
from licet.sources.immich import proof
from licet.sourcing import add_source, cease_source
from licet.terms.collecting import Collected
from licet.terms.errors import BadInput, Busy, Conflict, Setup
from licet.terms.gallery import TemplateKind
from licet.terms.governing import CeaseNotice, NoticeFrom, SourceWish
from licet.terms.ids import Territory
from licet.terms.permit import Refusal
from licet.terms.source import Control, Source, SourceKind, SourceState
from licet.worker import run_once
from tests.databases import rows_of
from tests.fakes.deployment import World
from tests.fakes.vision import photo, video
from tests.sources.immich.server import SECRET, Library, asset_id, serve
from tests.sources.xmps import CANARY, MINING, jpeg_segment, xmp

ALBUM = "3d0fb0a2-4f27-4b9e-a5b3-6f2f1d7e9c10"
FILES = "/api/assets/{id}/original"


@pytest.fixture
def library(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    """A library with Anna in three photos, one of which is reserved, and in a video."""
    monkeypatch.setattr(proof, "PAUSE", 0.0)
    token = token_for(world.app.deployment.id, world.organisation)
    with serve(Library(name=token)) as found:
        monkeypatch.setenv("IMMICH_INSTANCE_URL", found.origin)
        monkeypatch.setenv("IMMICH_API_KEY", SECRET)
        found.put("a.jpg", photo("anna", "bert", shot=20), ALBUM)
        found.put("b.jpg", photo("anna", shot=21))
        mined = photo("anna", shot=22)
        found.put("c.jpg", mined[:2] + jpeg_segment(xmp(MINING)) + mined[2:])
        found.put("clip.mp4", video(("anna", 0, 1000)), type="VIDEO")
        found.put("old.jpg", photo("anna", shot=23), visibility="archive")
        yield found
    assert found.wrong == []


def _wish(world: World, place: str, **parts: object) -> SourceWish:
    kind = {"kind": SourceKind.LIBRARY, **parts}
    return replace(world.source_wish(Path(), "library", **kind), place=place)


def _opened(world: World, place: str, **parts: object) -> Source:
    found = add_source(world.app, world.who("steward", "officer"), _wish(world, place, **parts))
    assert isinstance(found, Source), found
    return found


def _collected(world: World, source: Source) -> Collected:
    done = collect(world.app, world.who("steward"), source.id)
    assert isinstance(done, Collected), done
    return done


def _rules(world: World, source: Source) -> dict[str, str]:
    with world.app.store.read() as reader:
        traces = read_traces(world.app, reader, source.id)
    return {one.address.partition("/")[2]: one.rule for one in traces}


def test_it_is_collected_scanned_again_and_ceases(world: World, library: Library) -> None:
    world.enrolled("anna")
    source = _opened(world, library.place)
    assert source.place == library.place
    found = _collected(world, source)
    assert (found.items, found.appearances) == (3, 3)
    assert _rules(world, source) == {
        "a.jpg": "first_met",
        "b.jpg": "first_met",
        "c.jpg": "reserved",
        "clip.mp4": "first_met",
    }
    later, _ = world.enrolled("bert")
    again = backfill(world.app, later, source.id)
    assert isinstance(again, Collected)
    assert again.appearances == 1
    notice = CeaseNotice(hashlib.sha256(b"Stop.").hexdigest(), NoticeFrom.RIGHTS_HOLDER)
    ceased = cease_source(world.app, world.who("steward"), source.id, notice)
    assert isinstance(ceased, Source)
    assert ceased.state is SourceState.PURGED
    verdict = verify_file(purge_certificate(world.app, source.id))
    assert verdict.ok
    assert any(notice.digest in line for line in verdict.proved)
    with world.app.store.read() as reader:
        assert reader.items.count(source.id) == 0
        assert reader.sources.traces(source.id) == ()
    library.asked.clear()
    assert isinstance(collect(world.app, world.who("steward"), source.id), Refusal)
    assert library.asked == [], "0 requests"


@pytest.mark.soak("postgresql")
def test_what_has_not_changed_is_not_read_again(world: World, library: Library) -> None:
    source = _opened(world, library.place)
    _collected(world, source)
    library.asked.clear()
    again = _collected(world, source)
    assert (again.items, again.known) == (0, 3)
    reserved = ("GET", f"/api/assets/{asset_id('c.jpg')}/original")
    files = [one for one in library.asked if one[1].endswith("/original")]
    assert files == [reserved], "what was not kept is looked at anew"


@pytest.mark.soak("postgresql")
def test_what_is_archived_later_is_not_shown_or_scanned(world: World, library: Library) -> None:
    """Who takes a photo out of the timeline is heard at once, also by who reads it alone."""
    source = _opened(world, library.place)
    _collected(world, source)
    library.put("a.jpg", photo("anna", "bert", shot=20), visibility="locked")
    later, _ = world.enrolled("bert")
    again = backfill(world.app, later, source.id)
    assert isinstance(again, Collected)
    assert again.appearances == 0


@pytest.mark.soak("postgresql")
def test_what_is_put_away_later_is_forgotten(world: World, library: Library) -> None:
    """Into the bin or the archive: what was kept because of it goes, until it comes back."""
    world.enrolled("anna")
    source = _opened(world, library.place)
    assert _collected(world, source).appearances == 3
    library.put("a.jpg", photo("anna", "bert", shot=20), ALBUM, isTrashed=True)
    library.put("b.jpg", photo("anna", shot=21), visibility="archive")
    library.put("never.jpg", photo("anna", shot=24), isTrashed=True)
    _collected(world, source)
    with world.app.store.read() as reader:
        assert reader.items.count(source.id) == 1
        assert len(list(reader.templates.all(TemplateKind.APPEARANCE))) == 1
    rules = _rules(world, source)
    assert (rules["a.jpg"], rules["b.jpg"]) == ("trashed", "archived")
    assert not {"never.jpg", "old.jpg"} & set(rules), "of what was never taken nothing is noted"
    library.put("b.jpg", photo("anna", shot=21))
    assert _collected(world, source).appearances == 1


@pytest.mark.soak("postgresql")
def test_an_album_alone_is_collected(world: World, library: Library) -> None:
    source = _opened(world, library.album(ALBUM))
    assert _collected(world, source).items == 1


@pytest.mark.parametrize("name", ["phone", "licet somebody else"])
@pytest.mark.soak("postgresql")
def test_a_key_that_was_found_opens_nothing(world: World, library: Library, name: str) -> None:
    library.name = name
    with pytest.raises(BadInput, match="does not bear the token"):
        add_source(world.app, world.who("steward", "officer"), _wish(world, library.place))
    with world.app.store.read() as reader:
        assert reader.sources.all() == ()


@pytest.mark.soak("postgresql")
def test_one_member_opens_none_and_nothing_is_asked(world: World, library: Library) -> None:
    """Two sign for the place, and so for the address that is named in it."""
    refused = add_source(world.app, world.who("steward"), _wish(world, library.place))
    assert isinstance(refused, Refusal)
    assert refused.reason == "two_signers_needed"
    assert library.asked == []


@pytest.mark.soak("postgresql")
def test_a_key_that_may_write_by_now_is_not_used(world: World, library: Library) -> None:
    source = _opened(world, library.place)
    library.permissions = (*library.permissions, "asset.delete")
    with pytest.raises(BadInput, match="may do more than read"):
        collect(world.app, world.who("steward"), source.id)
    assert FILES not in library.paths()


@pytest.mark.soak("postgresql")
def test_a_key_that_is_taken_back_ends_the_walk(world: World, library: Library) -> None:
    source = _opened(world, library.place)
    library.instead["/api/search/metadata"] = (401, {}, b"")
    with pytest.raises(Conflict, match="does not let this key in"):
        collect(world.app, world.who("steward"), source.id)
    library.instead.clear()
    assert _collected(world, source).items == 3


@pytest.mark.soak("postgresql")
def test_a_walk_that_was_sent_away_goes_on_where_it_was(world: World, library: Library) -> None:
    source = _opened(world, library.place)
    order = sorted(("a.jpg", "b.jpg", "c.jpg", "clip.mp4"), key=asset_id)
    last = f"/api/assets/{asset_id(order[-1])}/original"
    library.instead[last] = (429, {"Retry-After": "600"}, b"")
    with pytest.raises(Busy, match="left alone"):
        collect(world.app, world.who("steward"), source.id)
    library.instead.clear()
    _collected(world, source)
    with world.app.store.read() as reader:
        assert reader.items.count(source.id) == 3


@pytest.mark.soak("postgresql")
def test_without_its_key_nothing_is_asked(
    world: World, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMMICH_INSTANCE_URL", "https://elsewhere.example")
    with pytest.raises(Setup, match="no key for"):
        add_source(world.app, world.who("steward", "officer"), _wish(world, library.place))
    assert library.asked == []


@pytest.mark.soak("postgresql")
def test_a_proof_for_websites_does_not_fit_and_tags_are_not_named(
    world: World, library: Library
) -> None:
    two = world.who("steward", "officer")
    with pytest.raises(BadInput, match="not proved by well_known_token"):
        add_source(world.app, two, _wish(world, library.place, control=Control.WELL_KNOWN_TOKEN))
    with pytest.raises(BadInput, match="not all read"):
        add_source(world.app, two, _wish(world, library.place, leave_out=frozenset({"private"})))
    assert library.asked == []


@pytest.mark.soak("postgresql")
def test_the_public_register_says_that_it_is_a_library_and_not_where(
    world: World, library: Library
) -> None:
    _opened(world, library.album(ALBUM), territory=Territory("DE"))
    with world.app.store.read() as reader:
        told = repr(sections(world.app, reader))
    assert "library" in told
    assert "own storage" in told
    for secret in (ALBUM, "127.0.0.1", str(library.port), SECRET):
        assert secret not in told


@pytest.mark.soak("postgresql")
def test_files_that_a_messenger_named_put_it_on_hold(world: World, library: Library) -> None:
    library.put("IMG-20240504-WA0001.jpg", photo("carl"))
    refused = add_source(world.app, world.who("steward", "officer"), _wish(world, library.place))
    assert isinstance(refused, Refusal)
    assert refused.reason == "platform_items"


def test_neither_the_key_nor_a_name_comes_out_of_it(
    world: World,
    library: Library,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """People that the library knows become no subjects, suggestions or grants here."""
    with caplog.at_level(logging.DEBUG):
        source = _opened(world, library.place)
        done = _collected(world, source)
        grant, _ = world.enrolled("anna")
        again = backfill(world.app, grant, source.id)
        run_once(world.app)
    asked = set(library.paths())
    assert asked == {"/api/api-keys/me", "/api/users/me", "/api/search/metadata", FILES}
    with world.app.store.read() as reader:
        assert len(list(reader.subjects.ids())) == 1, "the one who was enrolled"
        assert list(reader.suggestions.all()) == []
        assert reader.grants.count() == 1
    said = (repr(source), repr(done), repr(again), caplog.text, *capfd.readouterr())
    world.app.close()
    rows = rows_of(world.url)
    kept = [rows] if isinstance(rows, bytes) else list(rows.values())
    kept += [one.read_bytes() for one in world.home.rglob("*") if one.is_file()]
    for needle in (CANARY, *CANARY.split(), SECRET):
        assert not any(needle.encode() in data for data in kept)
        assert not any(needle in text for text in said)

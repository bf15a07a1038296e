"""Of every address it is written down why it was collected, or why not."""

from datetime import timedelta

from licet.collect import collect
from licet.effects.record import record_machine
from licet.effects.sealed import open_address
from licet.effects.tracing import FIRST_MET, KNOWN, read_traces
from licet.sourcing import cease_source
from licet.terms.collecting import Collected
from licet.terms.ledger import EntryKind
from licet.terms.source import Fate, Source
from licet.worker import run_once
from tests.fakes.deployment import World
from tests.fakes.vision import photo


def _collected(world: World) -> Source:
    place = world.folder(a=photo("anna"), b=photo("anna"))
    (place / "broken.jpg").write_bytes(b"\xff\xd8\xff but no photo")
    (place / "notes.txt").write_bytes(b"no photo")
    (place / "FB_IMG_1234567890.jpg").write_bytes(photo("carl"))
    for n in range(200):
        (place / f"ok{n:03d}.jpg").write_bytes(photo("dora", shot=n))
    source = world.source(place)
    assert isinstance(collect(world.app, world.who("steward"), source.id), Collected)
    return source


def test_each_address_has_its_reason(world: World) -> None:
    source = _collected(world)
    with world.app.store.read() as reader:
        found = {one.address: one for one in read_traces(world.app, reader, source.id)}
        rows = reader.sources.traces(source.id)
        assert read_traces(world.app, reader, source.id, Fate.LEFT_OUT) == (
            found["FB_IMG_1234567890.jpg"],
        )
    assert len(found) == 205
    assert (found["a.jpg"].fate, found["a.jpg"].because) == (Fate.COLLECTED, FIRST_MET)
    assert (found["b.jpg"].rule, found["b.jpg"].because) == ("known", KNOWN)
    assert found["FB_IMG_1234567890.jpg"].rule == "marker"
    assert found["notes.txt"].fate is Fate.UNREADABLE
    assert "not a photo" in found["notes.txt"].because
    assert found["broken.jpg"].fate is Fate.UNREADABLE
    assert not any(b"jpg" in row.sealed + row.tag for row in rows), "an address can name somebody"


def test_the_last_decision_is_kept(world: World) -> None:
    source = _collected(world)
    place = world.folder()
    (place / "notes.txt").write_bytes(photo("emil"))
    (place / "a.jpg").write_bytes(b"")
    assert isinstance(collect(world.app, world.who("steward"), source.id), Collected)
    with world.app.store.read() as reader:
        found = {one.address: one for one in read_traces(world.app, reader, source.id)}
    assert len(found) == 205
    assert found["notes.txt"].rule == "first_met"
    assert found["a.jpg"].because == "the file is empty"


def test_they_go_with_the_source_and_with_its_items(world: World) -> None:
    place = world.folder(name="short", a=photo("anna"))
    short = world.source(place, "short", retention_days=5)
    assert isinstance(collect(world.app, world.who("steward"), short.id), Collected)
    source = _collected(world)
    cease_source(world.app, world.who("steward"), source.id)
    world.clock.now += timedelta(days=6)
    run_once(world.app)
    with world.app.store.read() as reader:
        assert reader.sources.traces(source.id) == ()
        assert reader.sources.traces(short.id) == ()


def test_what_was_left_out_goes_with_the_retention_too(world: World) -> None:
    """A source of which nothing was taken has addresses all the same."""
    place = world.folder(name="notes")
    (place / "anna at home.txt").write_bytes(b"no photo")
    source = world.source(place, "notes", retention_days=5)
    assert isinstance(collect(world.app, world.who("steward"), source.id), Collected)
    with world.app.store.read() as reader:
        assert len(reader.sources.traces(source.id)) == 1
    world.clock.now += timedelta(days=6)
    run_once(world.app)
    with world.app.store.read() as reader:
        assert reader.sources.traces(source.id) == ()


def test_the_address_of_a_photo_goes_with_the_photo(world: World) -> None:
    source = world.source(world.folder(anna_at_home=photo("anna"), party=photo("bert")))
    assert isinstance(collect(world.app, world.who("steward"), source.id), Collected)
    with world.app.store.unit() as unit:
        (mine,) = (
            item.id
            for item in unit.items.of_source(source.id, None, 10)
            if "anna" in open_address(world.app, item.id, source.id, item.sealed_address)
        )
        unit.items.forget([mine])
        record_machine(unit, EntryKind.ITEMS_FORGOTTEN, (("source", source.id),))
    with world.app.store.read() as reader:
        (left,) = read_traces(world.app, reader, source.id)
    assert left.address == "party.jpg"


def test_why_something_was_not_taken_has_its_term(world: World) -> None:
    """An address that nobody met for a year is but an address; why a photo is here, stays."""
    source = world.source(world.folder(album=photo("bert"), notes=b"a note"))
    assert isinstance(collect(world.app, world.who("steward"), source.id), Collected)
    for days, left in ((360, 2), (7, 1)):
        world.clock.go(days=days)
        run_once(world.app)
        with world.app.store.read() as reader:
            traces = read_traces(world.app, reader, source.id)
        assert len(traces) == left
    assert traces[0].address == "album.jpg"

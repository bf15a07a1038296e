"""What photo programs leave beside photos is obeyed, and the names in it are not read."""

import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from licet.backfill import backfill
from licet.collect import collect
from licet.effects.purging import purge
from licet.effects.tracing import read_traces
from licet.sourcing import add_source
from licet.terms.collecting import Collected
from licet.terms.errors import BadInput
from licet.terms.gallery import TemplateKind
from licet.terms.ledger import EntryKind
from licet.terms.source import Source
from licet.worker import run_once
from tests.databases import rows_of
from tests.fakes.deployment import World
from tests.fakes.vision import photo, video
from tests.sources.xmps import CANARY, MINING, PLAIN, bag, jpeg_segment, xmp

TAGS = frozenset({"Rejected", "private"})


def _library(world: World) -> Path:
    """An archive of digiKam and Lightroom: Anna in every photo, the name in every sidecar."""
    shots = {name: photo("anna", shot=n) for n, name in enumerate("abcdefg", 20)}
    place = world.folder(**shots)
    (place / "a.jpg.xmp").write_bytes(PLAIN)
    (place / "b.jpg.xmp").write_bytes(xmp(MINING))
    (place / "c.xmp").write_bytes(xmp(bag("digiKam:TagsList", f"People/{CANARY}", "Private")))
    (place / "d.XMP").write_bytes(xmp(attributes='xmpDM:pick="-1"'))
    (place / "e.jpg.xmp").write_bytes(b"<x:xmpmeta>" + CANARY.encode())
    tagged = photo("anna", shot=40)[:2] + jpeg_segment(xmp(bag("dc:subject", "private")))
    (place / "f.jpg").write_bytes(tagged + photo("anna", shot=40)[2:])
    (place / "orphan.xmp").write_bytes(xmp(MINING))
    (place / "clip.mp4").write_bytes(video(("anna", 0, 1000)))
    (place / "clip.xmp").write_bytes(xmp(MINING))
    (place / "digikam4.db").write_bytes(CANARY.encode())
    return place


def _collected(world: World, source: Source) -> Collected:
    done = collect(world.app, world.who("steward"), source.id)
    assert isinstance(done, Collected), done
    return done


def _rules(world: World, source: Source) -> dict[str, str]:
    with world.app.store.read() as reader:
        traces = read_traces(world.app, reader, source.id)
    assert not any(CANARY in one.because for one in traces)
    return {one.address: one.rule for one in traces}


def _kept(world: World, source: Source) -> tuple[int, int, int]:
    with world.app.store.read() as reader:
        return (
            reader.items.count(source.id),
            len(list(reader.templates.all(TemplateKind.APPEARANCE))),
            len(list(reader.suggestions.all())),
        )


def test_what_is_written_beside_a_photo_is_obeyed(world: World) -> None:
    world.enrolled("anna")
    source = world.source(_library(world), leave_out=TAGS)
    assert source.leave_out == {"rejected", "private"}
    assert _collected(world, source).items == 2
    assert _rules(world, source) == {
        "a.jpg": "first_met",
        "b.jpg": "reserved",
        "c.jpg": "tagged",
        "d.jpg": "tagged",
        "e.jpg": "sidecar",
        "f.jpg": "tagged",
        "g.jpg": "first_met",
        "clip.mp4": "reserved",
    }


@pytest.mark.soak("postgresql")
def test_a_source_that_names_no_tags_takes_what_is_tagged(world: World) -> None:
    source = world.source(_library(world))
    _collected(world, source)
    taken = {name for name, rule in _rules(world, source).items() if rule == "first_met"}
    assert taken >= {"a.jpg", "c.jpg", "d.jpg", "g.jpg"}


@pytest.mark.soak("postgresql")
def test_the_library_is_left_as_it_was(world: World) -> None:
    place = _library(world)

    def state() -> dict[str, tuple[bytes, int]]:
        return {one.name: (one.read_bytes(), one.stat().st_mtime_ns) for one in place.iterdir()}

    before = state()
    world.enrolled("anna")
    source = world.source(place, leave_out=TAGS)
    _collected(world, source)
    _collected(world, source)
    assert state() == before


def test_a_name_in_it_comes_into_no_row_no_log_and_no_answer(
    world: World, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Regions and tags name people: nobody becomes a subject, a suggestion or a grant by them."""
    place = _library(world)
    with caplog.at_level(logging.DEBUG):
        source = world.source(place, leave_out=TAGS)
        done = _collected(world, source)
        grant, _ = world.enrolled("anna")
        again = backfill(world.app, grant, source.id)
        run_once(world.app)
    with world.app.store.read() as reader:
        assert len(list(reader.subjects.ids())) == 1, "the one who was enrolled"
        assert list(reader.suggestions.all()) == []
        assert reader.grants.count() == 1
    said = (repr(done), repr(again), caplog.text, *capfd.readouterr())
    world.app.close()
    rows = rows_of(world.url)
    kept = [rows] if isinstance(rows, bytes) else list(rows.values())
    kept += [one.read_bytes() for one in world.home.rglob("*") if one.is_file()]
    for needle in (CANARY, *CANARY.split(), "RegionInfo"):
        forms = needle.encode(), needle.casefold().encode(), needle.encode("utf-16-le")
        assert not any(form in data for data in kept for form in forms)
        assert not any(needle in text for text in said)


@pytest.mark.parametrize(
    "wish",
    [
        lambda place: (place / "a.jpg.xmp").write_bytes(xmp(MINING)),
        lambda place: (place / "a.xmp").write_bytes(xmp(bag("dc:subject", "private"))),
        lambda place: (place / "a.jpg").write_bytes(photo("anna", shot=3) + b"DMI-PROHIBITED"),
    ],
)
@pytest.mark.soak("postgresql")
def test_a_wish_that_comes_later_takes_back_what_was_kept(
    world: World, wish: Callable[[Path], object]
) -> None:
    world.enrolled("anna")
    place = world.folder(a=photo("anna"), b=photo("anna", shot=1))
    source = world.source(place, leave_out=frozenset({"private"}))
    assert _collected(world, source).appearances == 2
    wish(place)
    assert _collected(world, source).items == 0
    assert _kept(world, source) == (1, 1, 0), "the photo beside it stays"
    assert _rules(world, source)["a.jpg"] in {"reserved", "tagged"}
    with world.app.store.read() as reader:
        assert reader.runs.open() == ()


@pytest.mark.soak("postgresql")
def test_what_cannot_be_read_takes_nothing_back(world: World) -> None:
    """A sidecar that broke is no wish: nothing is read again, and nothing is forgotten."""
    world.enrolled("anna")
    place = world.folder(a=photo("anna"))
    source = world.source(place)
    _collected(world, source)
    (place / "a.jpg.xmp").write_bytes(b"broken")
    _collected(world, source)
    assert _kept(world, source) == (1, 1, 0)
    assert _rules(world, source) == {"a.jpg": "sidecar"}
    later, _ = world.enrolled("bert")
    again = backfill(world.app, later, source.id)
    assert isinstance(again, Collected)
    assert again.unreadable_count == 1


@pytest.mark.soak("postgresql")
def test_a_wish_that_is_taken_back_lets_a_photo_in(world: World) -> None:
    world.enrolled("anna")
    place = world.folder(a=photo("anna"))
    (place / "a.jpg.xmp").write_bytes(xmp(MINING))
    source = world.source(place)
    assert _collected(world, source).items == 0
    (place / "a.jpg.xmp").write_bytes(PLAIN)
    assert _collected(world, source).appearances == 1


def test_a_walk_that_ends_in_the_middle_of_forgetting_is_brought_to_its_end(world: World) -> None:
    class Killed(BaseException):
        """A process that ends here."""

    world.enrolled("anna")
    place = world.folder(a=photo("anna"))
    source = world.source(place)
    _collected(world, source)
    (place / "a.jpg.xmp").write_bytes(xmp(MINING))

    def kill(boundary: str) -> None:
        if boundary == "reserving.items":
            raise Killed

    other = world.reopen(kill)
    with pytest.raises(Killed):
        collect(other, world.who("steward"), source.id)
    assert _kept(world, source) == (0, 1, 0)
    run_once(world.app)
    assert _kept(world, source) == (0, 0, 0)


def test_what_a_hold_needs_waits(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    grant, _ = world.enrolled("anna")
    place = world.folder(a=photo("anna"))
    source = world.source(place)
    _collected(world, source)
    (place / "a.jpg.xmp").write_bytes(xmp(MINING))
    with monkeypatch.context() as held:
        held.setattr("licet.effects.purging.held_grants", lambda _reader: {grant})
        _collected(world, source)
        assert _kept(world, source) == (1, 1, 0)
    _collected(world, source)
    assert _kept(world, source) == (0, 0, 0)
    assert purge(world.app, source.id).items == 0


@pytest.mark.soak("postgresql")
def test_what_was_forgotten_stands_in_the_ledger_by_its_cause(world: World) -> None:
    place = world.folder(a=photo("anna"))
    source = world.source(place)
    _collected(world, source)
    (place / "a.jpg.xmp").write_bytes(xmp(MINING))
    _collected(world, source)
    with world.app.store.read() as reader:
        data = [leaf.data for leaf in reader.leaves.iterate(0)]
    gone = [one for one in data if EntryKind.ITEMS_FORGOTTEN.value.encode() in one]
    assert len(gone) == 1
    assert b"reserved" in gone[0]


@pytest.mark.soak("postgresql")
def test_a_source_names_few_tags_and_no_paths(world: World) -> None:
    wish = world.source_wish(world.folder(), leave_out=frozenset({"people/anna"}))
    with pytest.raises(BadInput, match="not a path"):
        add_source(world.app, world.who("steward", "officer"), wish)

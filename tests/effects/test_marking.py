"""A source that turns out to be a platform's is held; one such photo among many is left out."""

from pathlib import Path

import pytest

from licet.collect import collect
from licet.effects import walking
from licet.ledger.leaf import decode
from licet.terms.collecting import Collected
from licet.terms.ledger import Entry, EntryKind
from licet.terms.permit import Refusal
from licet.terms.source import Source, SourceState
from tests.fakes.deployment import World
from tests.fakes.vision import photo


def _refused(world: World, source: Source) -> str:
    found = collect(world.app, world.who("steward"), source.id)
    assert isinstance(found, Refusal), found
    return found.reason


def _held(world: World) -> list[dict[str, object]]:
    with world.app.store.read() as reader:
        entries = [decode(leaf.data) for leaf in reader.leaves.iterate()]
    return [dict(one.facts) for one in entries if one.kind is EntryKind.SOURCE_HELD]


def test_a_folder_of_a_platforms_photos_is_held(world: World) -> None:
    source = world.source(world.folder(a=photo("anna"), b=photo("bea") + b"  Instagram"))
    assert _refused(world, source) == "platform_items"
    with world.app.store.read() as reader:
        now = reader.sources.get(source.id)
    assert now is not None
    assert now.state is SourceState.ON_HOLD
    assert _refused(world, source) == "source_on_hold"
    (said,) = _held(world)
    assert said["marker_platform"] is True


def test_photos_of_badges_hold_it_by_their_names(world: World) -> None:
    """A name that came after the source was opened counts as one that was there before."""
    place = world.folder(a=photo("anna"))
    source = world.source(place)
    Path(place, "badge photo 17.jpg").write_bytes(photo("bea"))
    assert _refused(world, source) == "identity_photos"
    (said,) = _held(world)
    assert said["marker_identity_photos"] is True


class _Killed(BaseException):
    """A process that ends here."""


def _killed_after(world: World, source: Source, commits: int) -> None:
    """Collect until so many batches are kept, as a process that is killed then."""
    left = [None] * commits

    def at(boundary: str) -> None:
        if boundary == "collect.committed":
            left.pop()
            if not left:
                raise _Killed

    app = world.reopen(at)
    try:
        with pytest.raises(_Killed):
            collect(app, world.who("steward"), source.id)
    finally:
        app.close()
    world.clock.go(minutes=3)


def test_a_walk_that_is_stopped_hides_no_marks(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it met counts in the next walk, though that begins after it, and before it reads."""
    monkeypatch.setattr(walking, "BATCH_PHOTOS", 1)
    marked = photo("bea") + b"  Instagram"
    source = world.source(world.folder(a=photo("anna"), b=marked, c=photo("c"), d=photo("d")))
    _killed_after(world, source, commits=2)
    with world.app.store.read() as reader:
        before = reader.items.count(source.id)
    assert before < 3
    Path(source.place, "b.jpg").unlink()
    assert _refused(world, source) == "platform_items"
    with world.app.store.read() as reader:
        assert reader.items.count(source.id) == before


def test_marks_that_somebody_looked_at_are_settled(world: World) -> None:
    """The source is let go on, the photo is gone: what it said is not counted for ever."""
    source = world.source(world.folder(a=photo("anna"), b=photo("bea") + b"  Instagram"))
    assert _refused(world, source) == "platform_items"
    Path(source.place, "b.jpg").unlink()
    with world.app.store.unit() as unit:
        unit.sources.set_state(source.id, SourceState.AUTHORISED)
        unit.record(Entry(EntryKind.COLLECTED, unit.now))
    assert isinstance(collect(world.app, world.who("steward"), source.id), Collected)


def test_folders_named_after_hosts_hold_it_whenever_they_come(world: World) -> None:
    """An album that fills with what a crawl brought is one no more; nothing of it is read."""
    source = world.source(world.folder(a=photo("anna")))
    for host in ("one.example", "two.example", "three.example"):
        place = Path(source.place, host)
        place.mkdir()
        (place / "p.jpg").write_bytes(photo(host))
    assert _refused(world, source) == "many_origins"
    with world.app.store.read() as reader:
        assert reader.items.count(source.id) == 0

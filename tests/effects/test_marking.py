"""A source that turns out to be a platform's is held; one such photo among many is left out."""

from pathlib import Path

from licet.collect import collect
from licet.ledger.leaf import decode
from licet.terms.ledger import EntryKind
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

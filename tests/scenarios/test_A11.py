"""A11: badge and identity photos are no source; a source that looks like one is put on hold."""

import json
from pathlib import Path

import pytest

from licet.collect import collect
from licet.consent.reasons import Reason
from licet.effects.tracing import read_traces
from licet.sourcing import add_source
from licet.terms.collecting import Collected
from licet.terms.ledger import EntryKind
from licet.terms.permit import Refusal
from licet.terms.source import Fate, Origin, Source, SourceState
from tests.fakes.deployment import World
from tests.fakes.vision import photo


@pytest.mark.parametrize(
    ("folder", "file", "reason"),
    [
        ("badge photos", "a", Reason.IDENTITY_PHOTOS),
        ("staff", "passport-anna", Reason.IDENTITY_PHOTOS),
        ("Ausweisfotos", "a", Reason.IDENTITY_PHOTOS),
        ("instagram export", "a", Reason.PLATFORM_ITEMS),
        ("staff", "FB_IMG_1588888888888", Reason.PLATFORM_ITEMS),
    ],
)
def test_it_is_refused_when_it_is_opened(
    world: World, folder: str, file: str, reason: Reason
) -> None:
    place = world.folder(folder, **{file: photo("anna")})
    wish = world.source_wish(place, "staff")
    refused = add_source(world.app, world.who("steward", "officer"), wish)
    assert isinstance(refused, Refusal)
    assert refused.reason == reason
    assert _entries(world, EntryKind.REFUSED)[-1]["facts"]["reason"] == reason.value
    assert _entries(world, EntryKind.SOURCE_AUTHORISED) == []


def test_what_photos_were_made_for_is_part_of_the_authority(world: World) -> None:
    """No purpose is compatible with a badge, so no form says that it was made for one."""
    origin = Origin("the doorman", "on the form", frozenset({"identity_badge"}))
    wish = world.source_wish(world.folder(a=photo("anna")), origin=origin)
    refused = add_source(world.app, world.who("steward", "officer"), wish)
    assert isinstance(refused, Refusal)
    assert refused.reason == Reason.UNKNOWN_ORIGIN_PURPOSE


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        ("FB_IMG_1588888888888", Reason.PLATFORM_ITEMS),
        ("badge-anna", Reason.IDENTITY_PHOTOS),
    ],
)
def test_a_source_that_turns_into_one_is_put_on_hold(
    world: World, file: str, reason: Reason
) -> None:
    """It was clean when it was opened; then somebody puts others' photos there."""
    world.enrolled("anna")
    source = world.source(world.folder("album", a=photo("bert")))
    assert isinstance(collect(world.app, world.who("steward"), source.id), Collected)
    (Path(source.place) / f"{file}.jpg").write_bytes(photo("anna", shot=8))
    refused = collect(world.app, world.who("steward"), source.id)
    assert isinstance(refused, Refusal)
    assert refused.reason == reason
    with world.app.store.read() as reader:
        kept = reader.sources.get(source.id)
        left_out = read_traces(world.app, reader, source.id, Fate.LEFT_OUT)
        assert reader.items.count(source.id) == 1, "the marked photo was not taken"
    assert kept is not None
    assert kept.state is SourceState.ON_HOLD
    assert [one.rule for one in left_out] == ["marker"]
    (held,) = _entries(world, EntryKind.SOURCE_HELD)
    assert ["source", source.id] in held["objects"]
    again = collect(world.app, world.who("steward"), source.id)
    assert isinstance(again, Refusal)
    assert again.reason == Reason.SOURCE_ON_HOLD


def test_one_stray_photo_among_many_is_left_out_and_holds_nothing(world: World) -> None:
    shots = {f"p{n}": photo(f"somebody{n}") for n in range(110)}
    source = world.source(world.folder("album", **shots))
    assert isinstance(source, Source)
    (Path(source.place) / "FB_IMG_1588888888888.jpg").write_bytes(photo("anna"))
    found = collect(world.app, world.who("steward"), source.id)
    assert isinstance(found, Collected)
    assert (found.items, found.unreadable_count) == (110, 1)


def _entries(world: World, kind: EntryKind) -> list[dict[str, dict[str, object]]]:
    with world.app.store.read() as reader:
        entries = [json.loads(leaf.data) for leaf in reader.leaves.iterate(0)]
    return [one for one in entries if one["kind"] == kind.value]

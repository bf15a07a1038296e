"""One photo in three sizes is one item with three addresses, and nobody is lost by it."""

import pytest

from licet.backfill import backfill
from licet.collect import collect
from licet.terms.collecting import Collected
from licet.terms.gallery import TemplateKind
from licet.terms.ids import GrantId, SourceId
from tests.fakes.deployment import World
from tests.fakes.vision import photo


def _collect(world: World, source: SourceId) -> Collected:
    done = collect(world.app, world.who("steward"), source)
    assert isinstance(done, Collected), done
    return done


def _addresses(world: World, source: SourceId) -> list[int]:
    with world.app.store.read() as reader:
        items = reader.items.of_source(source, None, 100)
        return sorted(len(reader.items.addresses(item.id)) for item in items)


def _appearances(world: World, grant: GrantId) -> int:
    with world.app.store.read() as reader:
        kept = reader.templates.of_grant(grant)
    return sum(one.kind is TemplateKind.APPEARANCE for one in kept)


def test_three_sizes_are_one_item_with_three_addresses(world: World) -> None:
    grant, _ = world.enrolled("Anna")
    sizes = {name: photo("Anna", "Berta", shot=n, scene="quay") for n, name in enumerate("abc")}
    source = world.source(world.folder(**sizes)).id
    done = _collect(world, source)
    assert (done.items, done.known, done.appearances) == (1, 2, 1)
    assert _addresses(world, source) == [3]
    assert _appearances(world, grant) == 1


def test_a_copy_that_comes_later_is_known_then_and_ever_after(world: World) -> None:
    world.enrolled("Anna")
    source = world.source(world.folder(a=photo("Anna", scene="quay"))).id
    _collect(world, source)
    world.folder(b=photo("Anna", shot=2, scene="quay"))
    assert _collect(world, source).known == 2
    assert _addresses(world, source) == [2]
    before = world.vision.inspected
    world.folder(c=photo("Anna", shot=2, scene="quay"))
    assert _collect(world, source).known == 3
    assert world.vision.inspected == before
    assert _addresses(world, source) == [3]


@pytest.mark.parametrize(
    "second",
    [
        photo("Carla", "Berta", shot=1, scene="quay"),
        photo("Berta", "Anna", shot=1, scene="quay"),
        photo("Anna", "Berta", "Carla", shot=1, scene="quay"),
        photo("Anna", shot=1, scene="quay"),
        photo("Anna", "Berta", shot=1, scene="roof"),
        photo("Anna", "Berta", shot=1, scene="quay", noise=1.2),
    ],
    ids=["somebody else", "places changed", "one more", "one fewer", "other scene", "too worn"],
)
def test_another_shot_of_the_scene_is_an_item_of_its_own(world: World, second: bytes) -> None:
    folder = world.folder(a=photo("Anna", "Berta", scene="quay"), b=second)
    source = world.source(folder).id
    assert _collect(world, source).items == 2
    grant, _ = world.enrolled("Carla")
    found = backfill(world.app, grant, source)
    assert isinstance(found, Collected)
    assert found.appearances == (1 if b"Carla" in second else 0)


def test_photos_without_a_face_are_never_taken_for_one(world: World) -> None:
    folder = world.folder(a=photo(scene="sea"), b=photo(scene="sea", shot=1))
    assert _collect(world, world.source(folder).id).items == 2


def test_what_is_no_longer_there_to_compare_with_merges_nothing(world: World) -> None:
    place = world.folder(a=photo("Anna", scene="quay"))
    source = world.source(place).id
    _collect(world, source)
    (place / "a.jpg").write_bytes(photo("Zoe", scene="lake"))
    world.folder(b=photo("Anna", shot=2, scene="quay"))
    assert _collect(world, source).items == 2


def test_another_source_is_another_place(world: World) -> None:
    one = world.source(world.folder("one", a=photo("Anna", scene="quay")), "one").id
    two = world.source(world.folder("two", a=photo("Anna", shot=1, scene="quay")), "two").id
    assert (_collect(world, one).items, _collect(world, two).items) == (1, 1)

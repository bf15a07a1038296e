"""Whatever the number of workers and however long each photo takes, a walk finds the same."""

import random
import time
from collections.abc import Iterable, Iterator

import pytest

from licet.app import App
from licet.collect import collect
from licet.effects.sealed import open_address
from licet.effects.tracing import read_traces
from licet.effects.walking import Walk
from licet.granting import withdraw
from licet.ledger.leaf import decode
from licet.sourcing import cease_source
from licet.terms.collecting import Collected
from licet.terms.errors import Stopped
from licet.terms.face import Inspection, Unreadable
from licet.terms.gallery import TemplateKind
from licet.terms.ids import GrantId, SourceId
from licet.terms.ledger import EntryKind
from licet.terms.permit import Refusal
from licet.terms.plan import RunKind
from licet.terms.source import SourceState
from licet.vision.batch import in_order
from tests.fakes.deployment import World
from tests.fakes.vision import FakeVision, photo


class Many(FakeVision):
    """A vision that looks at photos in threads, each for a time of its own."""

    def __init__(self, threads: int, seed: int, longest: float = 0.004) -> None:
        super().__init__()
        self._threads, self._longest = threads, longest
        self._chance = random.Random(seed)

    def inspect_many(
        self, photos: Iterable[bytes], *, thorough: bool = False
    ) -> Iterator[Inspection | Unreadable]:
        def work(one: bytes) -> Inspection | Unreadable:
            time.sleep(self._chance.random() * self._longest)
            if b"!harm" in one:  # What kills a decoder is fake here; that it is quarantined is not.
                return Unreadable("it is quarantined", "", harmful=True)
            return self.inspect(one)

        return in_order(photos, work, self._threads)


def _archive(world: World) -> SourceId:
    """Make a source of 70 files: people, strangers, copies, sizes, and what nobody can read."""
    chance = random.Random(3)
    photos: dict[str, bytes] = {}
    for n in range(70):
        who = chance.sample(("anna", "boris", "x", "y", "z"), chance.randint(0, 3))
        photos[f"p{n:02}"] = photo(*who, shot=n % 50, noise=chance.choice((0.3, 2.4)))
        if n % 13 == 5:
            photos[f"p{n:02}"] = photo("x", scene="!harm", shot=n)
        if n % 11 == 7:
            photos[f"p{n:02}"] = photos["p00"]
        if n % 9 == 8:
            photos[f"p{n:02}"] = photo("x", shot=n)[:25]
        if n % 17 == 2:
            photos[f"p{n:02}"] = photo("anna", "y", scene="quay", shot=n)
    return world.source(world.folder(**photos)).id


def _walked(app: App, world: World, source: SourceId) -> Collected:
    done = collect(app, world.who("steward"), source)
    assert isinstance(done, Collected), done
    return done


def _found(app: App, source: SourceId, grants: list[GrantId]) -> dict[str, object]:
    """Return all that a walk left, without ids and moments."""
    with app.store.read() as reader:
        items = reader.items.of_source(source, None, 1000)
        rows = []
        for item in items:
            address = open_address(app, item.id, source, item.sealed_address)
            boxes = tuple(sorted(face.box.x for face in reader.items.faces(item.id)))
            places = len(reader.items.addresses(item.id))
            rows.append((address, item.sha256, boxes, places, item.first_leaf))
        rows.sort()
        leaves = [row[-1] for row in rows]
        assert leaves == sorted(leaves), "the entries stand in the order of the source"
        traces = {(t.address, t.fate, t.rule) for t in read_traces(app, reader, source)}
        kept = [
            sum(one.kind is TemplateKind.APPEARANCE for one in reader.templates.of_grant(grant))
            for grant in grants
        ]
        waiting = [len(reader.suggestions.of_grant(grant)) for grant in grants]
        entries = [decode(leaf.data) for leaf in reader.leaves.get(0, reader.head.size)]
        assert reader.runs.open(RunKind.COLLECT) == ()
    counted: dict[str, int] = {}
    for one in entries:
        for name, value in one.facts if one.kind is EntryKind.COLLECTED else ():
            if isinstance(value, int):
                counted[name] = counted.get(name, 0) + value
    rows_without_leaves = [row[:-1] for row in rows]
    return {
        "items": rows_without_leaves,
        "traces": traces,
        "kept": kept,
        "suggested": waiting,
        "entries": counted,
    }


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.soak)])
def test_a_walk_finds_the_same_with_any_number_of_workers(world: World, seed: int) -> None:
    """One after the other, or seven at a time: the same rows, counts and order."""
    grants = [world.enrolled(name)[0] for name in ("anna", "boris")]
    found, told = [], []
    for n, workers in enumerate((0, 1, 2, 7)):
        vision = Many(workers, seed) if workers else _OneByOne()
        world.vision = vision
        app = world.reopen()
        source = _archive(world) if n == 0 else _another(world, n)
        before = _found(app, source, grants)
        done = _walked(app, world, source)
        after = _found(app, source, grants)
        found.append({name: _grown(before[name], after[name]) for name in after})
        told.append((done.items, done.known, done.faces, done.appearances, done.unreadable))
        app.close()
    assert found[0]["items"]
    assert found[0]["entries"]["quarantined"] > 0  # type: ignore[index]
    for one, said in zip(found[1:], told[1:], strict=True):
        assert one == found[0]
        assert said == told[0]


class _OneByOne(Many):
    """The walk with no threads at all."""

    def __init__(self) -> None:
        super().__init__(1, 0, 0)

    def inspect_many(
        self, photos: Iterable[bytes], *, thorough: bool = False
    ) -> Iterator[Inspection | Unreadable]:
        for one in photos:
            seen = self.inspect(one)
            yield Unreadable("it is quarantined", "", harmful=True) if b"!harm" in one else seen


def _another(world: World, n: int) -> SourceId:
    """Make one more source of the same files."""
    place = world.folder()
    return world.source(place, name=f"album {n}").id


def _grown(before: object, after: object) -> object:
    """Return what is new of counts that go on over sources."""
    if isinstance(after, dict):
        return {key: value - before.get(key, 0) for key, value in after.items()}  # type: ignore[attr-defined]
    if isinstance(after, list) and after and isinstance(after[0], int):
        return [b - a for a, b in zip(before, after, strict=True)]  # type: ignore[call-overload]
    return after


@pytest.mark.parametrize("workers", [1, 4])
def test_what_is_in_flight_when_somebody_withdraws_is_not_kept(world: World, workers: int) -> None:
    """Read and looked at before, written after: the unit decides again."""
    world.vision = Many(workers, 1)
    anna, _ = world.enrolled("anna")
    source = world.source(world.folder(**{f"p{n:02}": photo("anna", shot=n) for n in range(40)}))
    left = [1]

    def at(name: str) -> None:
        if name == "collect.compared" and left:
            left.pop()
            withdraw(world.app, world.who("steward"), anna)

    app = world.reopen(at)
    done = _walked(app, world, source.id)
    app.close()
    assert not left
    assert (done.items, done.appearances) == (40, 0)


@pytest.mark.parametrize("workers", [1, 4])
def test_what_is_in_flight_when_a_source_ceases_is_not_written(world: World, workers: int) -> None:
    """Nothing is read after, and nothing that was on its way becomes an item."""
    world.vision = vision = Many(workers, 1)
    source = world.source(world.folder(**{f"p{n:03}": photo("x", shot=n) for n in range(200)}))
    left = [1]

    def at(name: str) -> None:
        if name == "collect.compared" and left:
            left.pop()
            cease_source(world.app, world.who("steward", "officer"), source.id)

    app = world.reopen(at)
    assert isinstance(collect(app, world.who("steward"), source.id), Refusal)
    app.close()
    with world.app.store.read() as reader:
        found = reader.sources.get(source.id)
        assert found is not None
        assert found.state in (SourceState.CEASED, SourceState.PURGED)
        assert reader.items.count(source.id) == 0
    assert vision.inspected < 200


@pytest.mark.parametrize("workers", [1, 5])
def test_progress_counts_what_is_done_and_not_what_is_read(world: World, workers: int) -> None:
    """It never goes back, is never ahead of what was looked at, and ends at the end."""
    world.vision = vision = Many(workers, 1)
    source = world.source(world.folder(**{f"p{n:02}": photo("x", shot=n) for n in range(50)}))
    app = world.reopen()
    told: list[tuple[float, int]] = []

    def tell(done: float, total: int) -> None:
        told.append((done, total))
        # The photo in hand was read and is not on its way yet.
        assert done <= vision.inspected + 1

    assert isinstance(collect(app, world.who("steward"), source.id, tell), Collected)
    app.close()
    counts = [done for done, _ in told]
    assert counts == sorted(counts)
    assert told[-1] == (50, 50)


def test_ctrl_c_leaves_what_is_in_flight_for_the_next_call(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.vision = Many(3, 1)
    source = world.source(world.folder(**{f"p{n:02}": photo("x", shot=n) for n in range(60)}))
    app = world.reopen()
    read = Walk.read

    def stopped(walk: Walk, address: object) -> object:
        if walk.done == 30:
            raise KeyboardInterrupt
        return read(walk, address)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(Walk, "read", stopped)
        with pytest.raises(Stopped):
            collect(app, world.who("steward"), source.id)
    _walked(app, world, source.id)
    with app.store.read() as reader:
        assert reader.items.count(source.id) == 60
    app.close()

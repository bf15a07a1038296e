"""Walks: in parts, by a lease, and each face kept once."""

from collections.abc import Callable, Iterator

import pytest

from licet.app import App
from licet.backfill import backfill
from licet.collect import collect
from licet.effects import walking
from licet.effects.running import place_of
from licet.terms.collecting import Collected
from licet.terms.errors import Busy, Setup
from licet.terms.gallery import TemplateKind
from licet.terms.ids import GrantId, SourceId
from licet.terms.plan import RunKind
from tests.fakes.deployment import World
from tests.fakes.vision import photo


class _Killed(BaseException):
    """A process that ends here."""


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Part a walk by what went by alone: a busy machine takes longer than a stretch may."""
    monkeypatch.setattr(walking, "STRETCH_SECONDS", 3600.0)


def _done(world: World, source: SourceId, app: App | None = None) -> Collected:
    done = collect(app or world.app, world.who("steward"), source)
    assert isinstance(done, Collected), done
    return done


def _again(world: World, grant: GrantId, source: SourceId, app: App | None = None) -> Collected:
    done = backfill(app or world.app, grant, source)
    assert isinstance(done, Collected), done
    return done


def _at(boundary: str, act: Callable[[], object]) -> Callable[[str], None]:
    """Return what does something the first time a boundary is passed."""
    left = [act]

    def at(name: str) -> None:
        if name == boundary and left:
            left.pop()()

    return at


def _kill() -> None:
    raise _Killed


def _addresses(world: World, source: SourceId) -> list[int]:
    """Return at how many addresses each item was met."""
    with world.app.store.read() as reader:
        items = reader.items.of_source(source, None, 1000)
        return [len(reader.items.addresses(item.id)) for item in items]


def _appearances(world: World, grant: GrantId) -> int:
    with world.app.store.read() as reader:
        kept = reader.templates.of_grant(grant)
    return sum(one.kind is TemplateKind.APPEARANCE for one in kept)


def test_copies_on_the_way_are_noted(world: World) -> None:
    """One photo at three addresses of one batch is one item with three addresses."""
    one = photo("x")
    source = world.source(world.folder(a=one, b=photo("y"), c=one, d=one))
    done = _done(world, source.id)
    assert (done.items, done.known) == (2, 2)
    assert sorted(_addresses(world, source.id)) == [1, 3]


def test_copies_that_nobody_can_read_are_nowhere(world: World) -> None:
    """A broken photo at a hundred addresses is no item, and the walk ends."""
    broken = photo("x")[:20]
    source = world.source(world.folder(**{f"p{n:03}": broken for n in range(100)}))
    done = _done(world, source.id)
    assert (done.items, done.unreadable_count, done.known) == (0, 1, 99)
    assert _addresses(world, source.id) == []


def test_a_second_walk_that_meets_nothing_new_says_so_once(world: World) -> None:
    """The ledger hears that somebody collected, not of every photo that is known."""
    source = world.source(world.folder(**{f"p{n:03}": photo("x", shot=n) for n in range(130)}))
    _done(world, source.id)
    before = world.app.store.head().size
    assert _done(world, source.id).known == 130
    assert world.app.store.head().size == before + 1


def test_a_new_address_of_a_known_photo_is_recorded(world: World) -> None:
    """What changes a row has its entry."""
    source = world.source(world.folder(a=photo("x")))
    _done(world, source.id)
    world.folder(b=photo("x"))
    before = world.app.store.head().size
    _done(world, source.id)
    assert _addresses(world, source.id) == [2]
    assert world.app.store.head().size == before + 2


def test_a_walk_killed_among_known_photos_goes_on_from_there(world: World, unhurried: None) -> None:
    """The cursor moves with what needs no inspection too."""
    source = world.source(world.folder(**{f"p{n:03}": photo("x", shot=n) for n in range(100)}))
    _done(world, source.id)
    app = world.reopen(_at("collect.passed", _kill))
    with pytest.raises(_Killed):
        _done(world, source.id, app)
    app.close()
    with world.app.store.read() as reader:
        (left,) = reader.runs.open(RunKind.COLLECT)
    assert place_of(world.app, left) == "p063.jpg"
    world.clock.go(minutes=3)
    assert _done(world, source.id).known == 36


def test_files_that_are_no_photos_move_the_cursor_too(world: World, unhurried: None) -> None:
    """A long stretch of anything else holds the lease and is not read twice."""
    source = world.source(world.folder(**{f"p{n:03}": b"a note" for n in range(70)}))
    app = world.reopen(_at("collect.passed", _kill))
    with pytest.raises(_Killed):
        _done(world, source.id, app)
    app.close()
    world.clock.go(minutes=3)
    assert _done(world, source.id).unreadable_count == 6


def test_a_lost_lease_doubles_nothing(world: World) -> None:
    """The one that was held up is told; the other one's items stand."""
    anna, _ = world.enrolled("anna")
    source = world.source(world.folder(a=photo("anna"), b=photo("y")))
    second = world.reopen()

    def taken() -> None:
        world.clock.go(minutes=3)
        _done(world, source.id, second)

    first = world.reopen(_at("collect.compared", taken))
    with pytest.raises(Busy):
        _done(world, source.id, first)
    first.close()
    second.close()
    assert (_addresses(world, source.id), _appearances(world, anna)) == ([1, 1], 1)


def test_a_late_walk_does_not_let_go_of_anothers_lease(world: World) -> None:
    """Whoever lost a run leaves it alone: nobody else may take it from its new holder."""
    source = world.source(world.folder(a=photo("x"), b=photo("y")))
    tried: list[str] = []

    def third() -> None:
        with pytest.raises(Busy):
            _done(world, source.id)
        tried.append("third")

    def taken() -> None:
        world.clock.go(minutes=3)
        with pytest.raises(_Killed):
            _done(world, source.id, second)

    second = world.reopen(_at("collect.compared", _kill))
    first = world.reopen(_at("collect.compared", taken))
    with pytest.raises(Busy):
        _done(world, source.id, first)
    third()
    first.close()
    second.close()
    assert tried == ["third"]


def test_a_slow_walk_nobody_else_took_goes_on(world: World) -> None:
    """A lease that ran out is lost only to somebody who wants it."""
    source = world.source(world.folder(a=photo("x")))
    app = world.reopen(_at("collect.compared", lambda: world.clock.go(minutes=9)))
    assert _done(world, source.id, app).items == 1
    app.close()


def test_a_walk_that_fails_lets_go(world: World) -> None:
    """What broke it is mended: the next call need not wait two minutes."""
    source = world.source(world.folder(a=photo("x")))
    whole = world.vision.inspect_many

    def broken(*_args: object, **_named: object) -> Iterator[object]:
        raise Setup("a model's file is gone", "Bring it back.")

    world.vision.inspect_many = broken  # type: ignore[method-assign, assignment]
    with pytest.raises(Setup):
        _done(world, source.id)
    world.vision.inspect_many = whole  # type: ignore[method-assign]
    assert _done(world, source.id).items == 1


def test_what_collecting_kept_meanwhile_is_not_kept_again(world: World) -> None:
    """A photo that is collected while an earlier one is looked at again comes up in both."""
    source = world.source(world.folder(**{f"p{n:03}": photo("x", shot=n) for n in range(70)}))
    _done(world, source.id)
    anna, _ = world.enrolled("anna")
    other = world.reopen()

    def more() -> None:
        world.folder(z=photo("anna"))
        assert _done(world, source.id, other).appearances == 1

    app = world.reopen(_at("backfill.committed", more))
    done = _again(world, anna, source.id, app)
    app.close()
    other.close()
    assert (done.items, done.appearances) == (71, 0)
    assert _appearances(world, anna) == 1


def test_a_suggestion_is_made_once(world: World) -> None:
    """A face that waits for a look waits once, however often it is met."""
    anna, _ = world.enrolled("anna")
    unsure = {f"p{n:02}": photo("anna", noise=2.0 + n / 10, shot=n) for n in range(12)}
    source = world.source(world.folder(**unsure))
    assert _done(world, source.id).suggestions > 0
    with world.app.store.read() as reader:
        before = len(reader.suggestions.of_grant(anna))
    done = _again(world, anna, source.id)
    assert (done.appearances, done.suggestions) == (0, 0)
    with world.app.store.read() as reader:
        assert len(reader.suggestions.of_grant(anna)) == before


def test_items_that_changed_are_passed_and_the_scan_ends(world: World) -> None:
    """Every photo is another one now: nothing is kept, and the run is over."""
    names = [f"p{n:03}" for n in range(70)]
    place = world.folder(**{name: photo("x", shot=n) for n, name in enumerate(names)})
    source = world.source(place)
    _done(world, source.id)
    anna, _ = world.enrolled("anna")
    world.folder(**{name: photo("anna", shot=n) for n, name in enumerate(names)})
    done = _again(world, anna, source.id)
    assert (done.items, done.unreadable_count) == (0, 70)
    with world.app.store.read() as reader:
        assert reader.runs.open() == ()


def test_a_slice_ends_at_its_moment_and_the_run_goes_on(world: World) -> None:
    """At least one photo is looked at, however late it is."""
    source = world.source(world.folder(a=photo("anna"), b=photo("anna", shot=1)))
    _done(world, source.id)
    anna, _ = world.enrolled("anna")
    first = backfill(world.app, anna, source.id, until=world.clock())
    assert isinstance(first, Collected)
    assert (first.items, first.appearances) == (1, 1)
    second = backfill(world.app, anna, source.id, until=world.clock())
    assert isinstance(second, Collected)
    assert second.run == first.run
    assert _appearances(world, anna) == 2

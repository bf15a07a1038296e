"""A pass: everybody who asks about themselves is looked for at once, and once."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from licet.collect import collect
from licet.effects import comparing, passing
from licet.effects.blocking import place
from licet.effects.finishing import OUTSIDE, finish
from licet.effects.looked import looked
from licet.effects.looking import begin_passes
from licet.effects.plans import Found
from licet.effects.running import place_of
from licet.granting import withdraw
from licet.ledger.leaf import decode
from licet.terms.acting import SUBJECT
from licet.terms.collecting import Collected
from licet.terms.ids import GrantId, RequestId
from licet.terms.ledger import Entry, EntryKind
from licet.terms.looking import LookedAt, SourceRead
from licet.terms.permit import Block, Refusal
from licet.terms.plan import EffectKind, Plan, PlanKind, RunKind
from licet.terms.source import Source
from licet.worker import run_once
from tests.fakes.asking import asks, found_for, stored
from tests.fakes.deployment import World
from tests.fakes.vision import photo


class _Killed(BaseException):
    """A process that ends here."""


@pytest.fixture(autouse=True)
def held(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Stop every answer before its package, so that what was found can be looked at.

    Returns what holds them: empty it, and the answers go out.
    """
    holds = ["held"]

    def wait(_app: object, _plan: Plan) -> Found | None:
        return None if holds else ()

    for effect in (EffectKind.BUILD_PACKAGE, EffectKind.DELIVER_PACKAGE):
        monkeypatch.setitem(OUTSIDE[PlanKind.ANSWER], effect, wait)
    return holds


@pytest.fixture
def read(world: World, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give the addresses that a source was asked for, one for each time."""
    asked: list[str] = []
    real = passing.Walk.read

    def noted(self: passing.Walk, address: str) -> object:
        asked.append(address)
        return real(self, address)  # type: ignore[arg-type]  # an address is a text

    monkeypatch.setattr(passing.Walk, "read", noted)
    return asked


def _collected(world: World, name: str = "photos", **photos: bytes) -> Source:
    source = world.source(world.folder(name, **photos), name=name)
    done = collect(world.app, world.who("steward"), source.id)
    assert isinstance(done, Collected), done
    return source


def _looked(world: World, request: RequestId) -> dict[str, LookedAt]:
    with world.app.store.read() as reader:
        found = looked(world.app, reader, stored(world.app, request))
    return {one.name: one for one in found.sources}


def _scanned(world: World) -> bool:
    """Say whether every open plan is past its scan."""
    with world.app.store.read() as reader:
        effects = [e for p in reader.plans.open() for e in reader.plans.effects(p.id)]
    return all(e.state.value == "done" for e in effects if e.kind is EffectKind.SCAN_SOURCES)


def _entries(world: World, since: int, kind: EntryKind) -> list[Entry]:
    with world.app.store.read() as reader:
        leaves = reader.leaves.get(since, reader.head.size)
    return [e for e in (decode(leaf.data) for leaf in leaves) if e.kind is kind]


def test_one_pass_serves_everybody_who_waits(world: World, read: list[str]) -> None:
    """Five people, two sources, seven items: each item is read once."""
    _collected(world, a=photo("anna", "bob"), b=photo("carl"), c=photo("anna"))
    _collected(world, "attic", d=photo("dora"), e=photo("bob", "eve"), f=photo("x"), g=photo("y"))
    names = ("anna", "bob", "carl", "dora", "stranger")
    people = {n: asks(world, f"{n}@example.org", photo(n, shot=8)) for n in names}
    read.clear()
    run_once(world.app)
    assert len(read) == len(set(read)) == 7
    found = {name: found_for(world.app, request) for name, request in people.items()}
    assert found == {
        "anna": (2, 0),
        "bob": (2, 0),
        "carl": (1, 0),
        "dora": (1, 0),
        "stranger": (0, 0),
    }
    assert {one.read for one in _looked(world, people["anna"]).values()} == {SourceRead.WHOLE}


def test_who_comes_later_waits_for_the_next_pass(world: World, read: list[str]) -> None:
    """Three more people on one day are one more pass, and not three."""
    _collected(world, a=photo("anna"), b=photo("bob"))
    anna = asks(world, "anna@example.org", photo("anna", shot=8))
    run_once(world.app)
    read.clear()
    later = [asks(world, f"p{n}@example.org", photo("bob", shot=n)) for n in range(3)]
    run_once(world.app)
    assert read == []
    assert not _scanned(world)
    world.clock.go(days=1)
    run_once(world.app)
    assert len(read) == 2
    assert _scanned(world)
    assert [found_for(world.app, request) for request in later] == [(1, 0)] * 3
    assert found_for(world.app, anna) == (1, 0), "she still waits, and was found before"


def test_nobody_joins_a_pass_in_its_middle(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is live when half the items are read would be told of the other half alone."""
    monkeypatch.setattr("licet.effects.walking.BATCH_PHOTOS", 1)
    _collected(world, **{f"p{n}": photo("bob", shot=n) for n in range(4)})
    anna = asks(world, "anna@example.org", photo("anna", shot=8))

    def stop(name: str) -> None:
        if name == "pass.committed":
            raise _Killed

    app = world.reopen(stop)
    with suppress(_Killed):
        run_once(app)
    app.close()
    bob = asks(world, "bob@example.org", photo("bob", shot=9))
    world.clock.go(minutes=3)
    run_once(world.app)
    assert found_for(world.app, anna) == found_for(world.app, bob) == (0, 0)
    world.clock.go(days=1)
    run_once(world.app)
    assert found_for(world.app, bob) == (4, 0)


@pytest.mark.parametrize(
    "boundary",
    ["effect.scan_sources.start", "pass.committed", "pass.over", "effect.scan_sources.done"],
)
@pytest.mark.parametrize("times", [1, 2])
def test_a_killed_pass_goes_on_and_keeps_once(world: World, boundary: str, times: int) -> None:
    """Wherever it ends, the next one goes on, and no face is kept twice."""
    _collected(world, **{f"p{n}": photo("anna", shot=n) for n in range(5)})
    request = asks(world, "anna@example.org", photo("anna", shot=8))
    left = [times]

    def stop(name: str) -> None:
        if name == boundary:
            left[0] -= 1
            if left[0] == 0:
                raise _Killed

    app = world.reopen(stop)
    for _ in range(3):
        with suppress(_Killed):
            run_once(app)
        world.clock.go(minutes=3)
    assert left[0] < times
    app.close()
    world.clock.go(minutes=3)
    run_once(world.app)
    assert _scanned(world)
    assert found_for(world.app, request) == (5, 0)


def test_a_pass_stopped_between_batches_reads_no_item_twice(
    world: World, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stands where the last batch was written down."""
    monkeypatch.setattr("licet.effects.walking.BATCH_PHOTOS", 1)
    source = _collected(world, **{f"p{n}": photo("anna", shot=n) for n in range(3)})
    request = asks(world, "anna@example.org", photo("anna", shot=8))
    plan = stored(world.app, request).plan
    assert plan is not None
    finish(world.app, plan)
    assert begin_passes(world.app) == 1

    def stop(name: str) -> None:
        if name == "pass.committed":
            raise _Killed

    app = world.reopen(stop)
    with pytest.raises(_Killed):
        passing.go_on_with(app, source.id)
    app.close()
    world.clock.go(minutes=3)
    with world.app.store.read() as reader:
        (run,) = reader.runs.open(RunKind.SCAN)
    assert '"items": 1' in place_of(world.app, run)
    read.clear()
    assert passing.go_on_with(world.app, source.id)
    assert len(read) == 2
    assert found_for(world.app, request) == (3, 0)


@pytest.mark.parametrize("many", [5, pytest.param(33, marks=pytest.mark.soak)])
def test_each_is_looked_for_as_if_alone(
    world: World, monkeypatch: pytest.MonkeyPatch, many: int
) -> None:
    """Whoever asks with somebody's face does not hide it, nor more than are compared at once."""
    monkeypatch.setattr(comparing, "CLOSEST", 4)
    _collected(world, a=photo("anna", "bob"), b=photo("anna"))
    anna = asks(world, "anna@example.org", photo("anna", shot=8))
    others = [asks(world, f"x{n}@example.org", photo("anna", shot=20 + n)) for n in range(many)]
    run_once(world.app)
    assert found_for(world.app, anna) == (2, 0)
    assert {found_for(world.app, other) for other in others} == {(2, 0)}


def test_a_lookalike_is_not_handed_out(world: World) -> None:
    """Between the two thresholds there is a pointer, and no features of anybody."""
    _collected(world, a=photo("anna", noise=0.3), b=photo("anna", noise=2.6, shot=5))
    request = asks(world, "anna@example.org", photo("anna", shot=8), photo("anna", shot=9))
    run_once(world.app)
    assert found_for(world.app, request) == (1, 1)


def test_the_more_wait_the_stricter_it_is(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rate of strangers holds for everybody together who waits."""
    asked: list[tuple[float, int, int]] = []
    real = world.vision.threshold

    def noted(fpir: float, subjects: int, photos: int = 3) -> object:
        asked.append((fpir, subjects, photos))
        return real(fpir, subjects, photos)

    _collected(world, a=photo("anna"))
    for n in range(4):
        asks(world, f"p{n}@example.org", photo(f"p{n}"), *[photo("p0", shot=2)] * (n == 0))
    monkeypatch.setattr(world.vision, "threshold", noted)
    run_once(world.app)
    passed = {one for one in asked if one[1] == 4}
    rate = world.app.deployment.fpir_collect
    assert {(rate, 4, 1), (rate, 4, 2)} <= passed


def test_a_source_that_cannot_be_read_is_named(world: World) -> None:
    """Each in its way; the rest of the answer does not wait."""
    _collected(world, a=photo("anna"), b=photo("bob"))
    gone = _collected(world, "gone", c=photo("anna", shot=1))
    over = world.clock() + timedelta(days=1)
    lapsed = world.source(world.folder("lapsed", d=photo("anna", shot=2)), "lapsed", valid_to=over)
    collect(world.app, world.who("steward"), lapsed.id)
    changed = world.folder("changed", e=photo("anna", shot=3), f=photo("anna", shot=4))
    source = world.source(changed, name="changed")
    collect(world.app, world.who("steward"), source.id)
    Path(gone.place).rename(Path(gone.place).with_name("elsewhere"))
    world.clock.go(days=2)
    (changed / "e.jpg").write_bytes(photo("bob", shot=9))
    request = asks(world, "anna@example.org", photo("anna", shot=8))
    run_once(world.app)
    assert _scanned(world)
    told = _looked(world, request)
    assert {name: one.read for name, one in told.items()} == {
        "photos": SourceRead.WHOLE,
        "gone": SourceRead.UNREADABLE,
        "lapsed": SourceRead.NOT_ALLOWED,
        "changed": SourceRead.WHOLE,
    }
    assert (told["changed"].items, told["changed"].unreadable) == (1, 1)
    assert (told["gone"].items, told["gone"].unreadable) == (0, 1)
    assert told["photos"].organisation == "The Harbour Archive"
    assert found_for(world.app, request) == (2, 0)


def test_an_authority_that_lapses_on_the_way_ends_the_pass(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was found before stays, and the source is named."""
    monkeypatch.setattr("licet.effects.walking.BATCH_PHOTOS", 1)
    monkeypatch.setattr("licet.effects.walking.ASK_AGAIN_SECONDS", 0.0)
    place_ = world.folder(**{f"p{n}": photo("anna", shot=n) for n in range(4)})
    source = world.source(place_, valid_to=world.clock().replace(hour=12))
    collect(world.app, world.who("steward"), source.id)
    request = asks(world, "anna@example.org", photo("anna", shot=8))
    app = world.reopen(lambda name: world.clock.go(hours=5) if name == "pass.committed" else None)
    run_once(app)
    app.close()
    told = _looked(world, request)["album"]
    assert told.read is SourceRead.NOT_ALLOWED
    assert found_for(world.app, request)[0] == told.items < 4


@pytest.mark.parametrize(
    "block",
    [
        lambda source: Block(source=source, use=False),
        lambda source: Block(source=source),
        lambda _source: Block(),
    ],
    ids=["collecting there", "everything there", "everything"],
)
def test_a_block_does_not_keep_a_person_from_their_answer(
    world: World, block: Callable[[str], Block]
) -> None:
    """Who must stop must answer first (row D3)."""
    source = _collected(world, a=photo("anna"))
    with world.app.store.unit() as unit:
        place(unit, block(source.id), "order")
    request = asks(world, "anna@example.org", photo("anna", shot=8))
    run_once(world.app)
    assert found_for(world.app, request) == (1, 0)


def test_a_withdrawal_wins_over_a_pass(world: World) -> None:
    """The photo is taken back between the comparison and the commit."""
    _collected(world, a=photo("anna"))
    request = asks(world, "anna@example.org", photo("anna", shot=8))
    app = world.reopen()
    grant = stored(world.app, request).grant
    assert grant is not None

    def taken_back(*_args: object) -> tuple[object, object]:
        found = compare(*_args)
        assert not isinstance(withdraw(app, SUBJECT, GrantId(grant)), Refusal)
        return found

    compare = passing._Asked._compare
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passing._Asked, "_compare", taken_back)
        assert run_once(world.app).problems == ()
    app.close()
    with world.app.store.read() as reader:
        assert list(reader.templates.all()) == []
    run_once(world.app)
    assert _scanned(world)


def test_entries_tell_how_much_was_looked_at_and_nothing_of_what_was_found(
    world: World,
) -> None:
    """A photo that finds somebody and one that finds nobody leave the same numbers."""
    _collected(world, a=photo("anna", "bob"))
    told = []
    for name in ("anna", "nobody"):
        before = world.app.store.head().size
        asks(world, f"{name}@example.org", photo(name, shot=8))
        run_once(world.app)
        world.clock.go(days=1)
        kinds = (EntryKind.REQUEST_SCANNED, EntryKind.EFFECT_DONE)
        entries = [entry for kind in kinds for entry in _entries(world, before, kind)]
        assert entries
        hidden = {"root", "permit"}
        told.append([sorted((k, v) for k, v in e.facts if k not in hidden) for e in entries])
    assert told[0] == told[1]


def test_passes_that_nobody_needs_are_forgotten(world: World, held: list[str]) -> None:
    """Answers do not leave a trail of runs behind."""
    _collected(world, a=photo("anna"))
    for n in range(4):
        asks(world, f"p{n}@example.org", photo("anna", shot=n))
        run_once(world.app)
        held.clear()
        run_once(world.app)
        held.append("held")
        world.clock.go(days=2)
    with world.app.store.read() as reader:
        assert len(reader.runs.done(RunKind.SCAN)) <= 2
        assert reader.runs.open(RunKind.SCAN) == ()

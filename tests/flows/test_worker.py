"""The worker: one that is stuck keeps nobody else waiting, and nothing is done twice."""

import shutil
from datetime import timedelta

import pytest

from licet.app import App
from licet.backfill import backfill
from licet.collect import collect
from licet.effects.lapsing import PART
from licet.effects.record import record_machine
from licet.granting import withdraw
from licet.sourcing import cease_source
from licet.terms.acting import SUBJECT
from licet.terms.collecting import Collected
from licet.terms.errors import Setup, Stopped
from licet.terms.grant import GrantState
from licet.terms.ids import KeyId, SuggestionId, new_id
from licet.terms.ledger import EntryKind
from licet.terms.permit import Refusal
from licet.terms.plan import RunKind
from licet.terms.source import Source
from licet.terms.stored import StoredSuggestion
from licet.worker import Done, run, run_once
from tests.fakes.deployment import World
from tests.fakes.vision import photo


class _Killed(BaseException):
    """A process that ends here."""


def _collected(world: World, name: str, days: int = 365, **photos: bytes) -> Source:
    end = world.clock() + timedelta(days=days)
    source = world.source(world.folder(name, **photos), name, valid_to=end)
    done = collect(world.app, world.who("steward"), source.id)
    assert isinstance(done, Collected), done
    return source


def _open_runs(app: App) -> int:
    with app.store.read() as reader:
        return len(reader.runs.open())


def _entries(app: App) -> list[bytes]:
    with app.store.read() as reader:
        return [leaf.data for leaf in reader.leaves.get(0, reader.head.size)]


def test_a_lost_folder_is_told_and_stops_no_other_scan(world: World) -> None:
    """One source is gone: the other one is scanned, and the report names ids alone."""
    lost = _collected(world, "holiday-of-anna", a=photo("anna"))
    _collected(world, "posters", b=photo("anna", shot=1))
    world.enrolled("anna")
    shutil.rmtree(lost.place)
    done = run_once(world.app)
    assert done.backfills == 1
    with world.app.store.read() as reader:
        (left,) = reader.runs.open(RunKind.BACKFILL)
    assert left.source == lost.id
    assert done.problems == (f"run {left.id}: BadInput",)


def test_a_lost_folder_that_comes_back_is_scanned_at_once(world: World) -> None:
    """A failed try leaves no lease behind."""
    lost = _collected(world, "posters", a=photo("anna"))
    world.enrolled("anna")
    shutil.rmtree(lost.place)
    run_once(world.app)
    world.folder("posters", a=photo("anna"))
    assert run_once(world.app) == Done(backfills=1)


def test_a_ceased_source_ends_its_runs(world: World) -> None:
    """It will be refused for ever, so it is asked for no more; nothing is recorded."""
    source = _collected(world, "posters", a=photo("anna"))
    world.enrolled("anna")
    ceased = cease_source(world.app, world.who("steward"), source.id)
    assert not isinstance(ceased, Refusal), ceased
    before = world.app.store.head().size
    assert run_once(world.app).problems == ()
    assert (_open_runs(world.app), world.app.store.head().size) == (0, before)


def test_a_scan_that_may_not_go_on_now_waits_without_a_word(world: World) -> None:
    """A lapsed authority may be renewed: the run stays, and no round records a refusal."""
    source = _collected(world, "posters", 2, a=photo("anna"))
    world.enrolled("anna")
    world.clock.go(days=3)
    run_once(world.app)
    before = world.app.store.head().size
    assert [run_once(world.app).problems for _ in range(3)] == [(), (), ()]
    assert (_open_runs(world.app), world.app.store.head().size) == (1, before)
    with world.app.store.read() as reader:
        grant = reader.runs.open()[0].grant
    assert grant is not None
    assert isinstance(backfill(world.app, grant, source.id), Refusal)
    assert world.app.store.head().size == before + 1, "who asks by name is answered on record"


def test_suggestions_lapse_in_parts(world: World) -> None:
    """Each entry names at most a few hundred."""
    anna, _ = world.enrolled("anna")
    many = 2 * PART + 1
    with world.app.store.unit() as unit:
        leaf = record_machine(unit, EntryKind.COLLECTED)
        for _ in range(many):
            new = SuggestionId(new_id())
            unit.suggestions.add(StoredSuggestion(new, anna, b"sealed", unit.now, leaf))
    world.clock.go(minutes=1)
    assert run_once(world.app).suggestions == many
    written = [data for data in _entries(world.app) if b"suggestion.lapsed" in data]
    assert len(written) == 3
    assert max(map(len, written)) < 65_536


def test_a_plan_that_fails_is_told_by_its_number(world: World) -> None:
    """The error's words stay out of the report: they may say whom it was for."""
    anna, _ = world.granted("anna")
    bea, _ = world.granted("bea")
    for grant in (anna, bea):
        _killed_withdrawal(world, grant)
    with world.app.store.read() as reader:
        stuck, free = (plan.id for plan in reader.plans.open())
    shred = world.app.keyring.shred
    calls: list[int] = []

    def failing(*keys: KeyId) -> int:
        calls.append(1)
        if len(calls) == 1:
            raise Setup("no room for anna", "Make room.")
        return shred(*keys)

    world.app.keyring.shred = failing  # type: ignore[method-assign]
    world.clock.go(minutes=2)
    done = run_once(world.app)
    assert (done.plans, done.waiting) == (1, 1)
    assert len(done.problems) == 1
    assert done.problems[0] in {f"plan {stuck}: Setup", f"plan {free}: Setup"}
    world.clock.go(minutes=2)
    assert run_once(world.app).plans == 1


def _killed_withdrawal(world: World, grant: str) -> None:
    def stop(name: str) -> None:
        if name == "withdraw.committed":
            raise _Killed

    app = world.reopen(stop)
    with pytest.raises(_Killed):
        withdraw(app, SUBJECT, grant)
    app.close()


def test_an_effect_slower_than_its_lease_is_done_once(world: World) -> None:
    """Another worker takes the plan meanwhile and ends it: the first one stops well."""
    anna, _ = world.granted("anna")
    _killed_withdrawal(world, anna)
    world.clock.go(minutes=2)
    other = world.reopen()

    def late(name: str) -> None:
        if name == "effect.shred_keys.start":
            world.clock.go(minutes=2)
            assert run_once(other).plans == 1

    slow = world.reopen(late)
    done = run_once(slow)
    slow.close()
    other.close()
    assert (done.waiting, done.problems) == (0, ())
    effects = [data for data in _entries(world.app) if b'"effect.done"' in data]
    assert len(effects) == 4
    with world.app.store.read() as reader:
        found = reader.grants.get(anna)
    assert found is not None
    assert found.state is GrantState.ENDED


def test_a_lease_is_renewed_by_every_effect(world: World) -> None:
    """A plan of steps of 40 seconds each is not taken by another worker on the way."""
    anna, _ = world.granted("anna")
    _killed_withdrawal(world, anna)
    world.clock.go(minutes=2)
    other = world.reopen()
    taken: list[int] = []

    def late(name: str) -> None:
        if name.startswith("effect.") and name.endswith(".start"):
            world.clock.go(seconds=40)
            taken.append(run_once(other).plans)

    slow = world.reopen(late)
    assert run_once(slow).plans == 1
    slow.close()
    other.close()
    assert taken == [0, 0, 0, 0]


def test_an_orphans_key_goes_with_the_epochs_turn(world: World) -> None:
    """A key a week old without a row is swept once a day, a fresh one is left."""
    world.app.keyring.create(KeyId("grant:nobodys"))
    world.clock.go(days=8)
    world.app.keyring.create(KeyId("grant:on-its-way"))
    done = run_once(world.app)
    assert (done.keys_swept, done.epoch_turned) == (1, True)
    both = {KeyId("grant:nobodys"), KeyId("grant:on-its-way")}
    assert world.app.keyring.absent(both) == {KeyId("grant:nobodys")}


def test_ctrl_c_is_not_a_problem_but_a_wish(world: World) -> None:
    """It ends the round; the scan goes on with the next one."""
    _collected(world, "posters", a=photo("anna"))
    world.enrolled("anna")
    inspect = world.vision.inspect_many

    def interrupted(*_args: object, **_named: object) -> object:
        raise KeyboardInterrupt

    world.vision.inspect_many = interrupted  # type: ignore[method-assign, assignment]
    with pytest.raises(Stopped):
        run_once(world.app)
    world.vision.inspect_many = inspect  # type: ignore[method-assign]
    assert run_once(world.app).backfills == 1


def test_rounds_pause_only_when_no_scan_waits(world: World) -> None:
    """A slice that ended by time is followed at once by the next."""
    _collected(world, "posters", **{f"p{n:03}": photo("x", shot=n) for n in range(130)})
    world.enrolled("anna")
    world.app.close()

    def slow(name: str) -> None:
        if name == "backfill.committed":
            world.clock.go(seconds=6)

    world.app = world.reopen(slow)
    heard: list[Done] = []
    pauses: list[int] = []
    run(
        world.app,
        lambda: len(pauses) == 1,
        lambda _seconds: pauses.append(len(heard)),
        heard.append,
    )
    assert pauses[0] >= 3
    assert sum(done.backfills for done in heard) == 1
    assert _open_runs(world.app) == 0

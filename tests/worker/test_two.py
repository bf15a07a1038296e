"""Two workers on one deployment never do a step twice; one that fails stops no other."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from licet.app import App
from licet.effects.plans import LEASE
from licet.granting import withdraw
from licet.rights.closing import close_deployment
from licet.rights.erase import erase
from licet.rights.intake import receive
from licet.sourcing import cease_source
from licet.terms.acting import SUBJECT
from licet.terms.errors import Integrity
from licet.terms.grant import GrantState, SubjectState
from licet.terms.ids import GrantId, KeyId, SubjectId
from licet.terms.permit import Refusal
from licet.terms.rights import RequestWish, RightKind
from licet.worker import run_once
from tests.fakes.deployment import World
from tests.fakes.vision import photo
from tests.worker.ordering import FRANCE, order_wish, ordered
from tests.worker.test_killed import Workers, _asked, _cut, _hold, workers

__all__ = ["workers"]


def _busy(world: World) -> None:
    """Something of every kind waits: a withdrawal, an erasure, an answer, a purge, an expiry.

    And an order, for one of whom the answer has to come first.
    """
    for one in ("hal", "ida"):
        world.enrolled(one, residence=FRANCE)
    anna, _ = world.enrolled("anna")
    _, bea = world.enrolled("bea")
    world.granted("cleo", days=2)
    world.enrolled("dora")
    source = world.source(world.folder("regatta", a=photo("anna"), b=photo("bea"))).id
    steward = world.who("steward")
    _cut(world, "withdraw.committed", lambda w: withdraw(w.app, SUBJECT, anna))
    _cut(world, "erase.committed", lambda w: erase(w.app, SUBJECT, bea))
    _cut(world, "cease.committed", lambda w: cease_source(w.app, steward, source))
    _asked(world, "dora")
    _asked(world, "hal")
    world.clock.go(days=3)
    ordered(world, order_wish(world))


BEGINS = {"busy": _busy}


@pytest.fixture
def busy(world: World) -> World:
    """Give a deployment in which all of that waits."""
    return world


@dataclass
class Turns:
    """Lets another worker do a whole round at boundaries of the first one's."""

    world: World
    at: Callable[[int, str], bool]
    skip: timedelta
    other: App | None = None
    passed: list[str] = field(default_factory=list)
    busy: bool = False
    rounds: int = 0

    def __call__(self, name: str) -> None:
        if self.busy or not name.startswith(
            ("effect.", "purge.", "closing.", "order.", "unit.committed")
        ):
            return
        self.passed.append(name)
        if self.other is None or not self.at(len(self.passed), name):
            return
        self.busy = True
        self.rounds += 1
        try:
            self.world.clock.now += self.skip
            done = run_once(self.other)
            assert done.problems == (), done
        finally:
            self.busy = False


@pytest.mark.parametrize(
    ("every", "skip"),
    [
        (1, timedelta()),
        (1, 2 * LEASE),
        (2, 2 * LEASE),
        pytest.param(3, 2 * LEASE, marks=pytest.mark.soak),
        pytest.param(5, 2 * LEASE, marks=pytest.mark.soak),
    ],
    ids=["always there", "late at once", "late second", "late third", "late fifth"],
)
def test_two_workers_do_everything_once(busy: World, every: int, skip: timedelta) -> None:
    """While the first is at work, and when it was held up for longer than its lease."""
    world = busy
    world.app.close()
    turns = Turns(world, lambda n, name: n % every == 0 and "unit" not in name, skip)
    first = world.reopen(turns)
    turns.other = world.reopen()
    done = run_once(first)
    assert done.problems == (), done
    assert turns.rounds
    first.close()
    world.clock.go(minutes=3)
    assert run_once(turns.other).problems == ()
    turns.other.close()
    _hold(world, ended=False)
    _told_once(world)


def _told_once(world: World) -> None:
    """Nobody got the same letter twice, whoever of the two sent it."""
    letters = Counter((one.to, one.subject, one.text) for one in world.outbox.letters)
    assert set(letters.values()) == {1}, [k[:2] for k, n in letters.items() if n > 1]


@pytest.mark.slow
def test_two_processes_do_everything_once(busy: World, workers: Workers) -> None:
    """Really at the same time: neither waits for the other."""
    world = busy
    for name in ("eve", "fay", "gus"):
        _, subject = world.granted(name, residence="DE")
        _cut(world, "erase.committed", lambda w, s=subject: erase(w.app, SUBJECT, s))  # type: ignore[misc]
    world.app.close()
    world.clock.go(minutes=3)
    answers = workers.together(world, 2)
    assert [answer["code"] for answer in answers] == [0, 0], answers
    world.clock.go(minutes=3)
    assert workers.work(world, None)["code"] == 0
    _hold(world, ended=False)


def test_a_poisoned_plan_stops_no_other_and_is_seen(world: World) -> None:
    """Also one that fails with a defect of ours; it is named in every round until it is well."""
    anna, _ = world.granted("anna")
    bea, subject = world.granted("bea")
    for one in (anna, bea):
        _cut(world, "withdraw.committed", lambda w, g=one: withdraw(w.app, SUBJECT, g))  # type: ignore[misc]
    shred = world.app.keyring.shred
    poison = KeyId(f"grant:{anna}")

    def failing(*keys: KeyId) -> int:
        if poison in keys:
            raise ZeroDivisionError
        return shred(*keys)

    world.app.keyring.shred = failing  # type: ignore[method-assign]
    world.clock.go(minutes=2)
    for _ in range(3):
        done = run_once(world.app)
        assert len(done.problems) == 1, done
        assert done.problems[0].endswith(": ZeroDivisionError")
        assert done.waiting == 1
    with world.app.store.read() as reader:
        states = {one: reader.grants.get(one).state for one in (anna, bea)}  # type: ignore[union-attr]
    assert states == {anna: GrantState.ENDING, bea: GrantState.ENDED}
    world.app.keyring.shred = shred  # type: ignore[method-assign]
    assert run_once(world.app).plans == 1
    assert subject


def test_one_that_fails_in_a_batch_is_told_and_ends_later(world: World) -> None:
    """A night's batch fails as a whole and is not lost."""
    world.granted("anna", days=2)
    world.granted("bea", days=2)
    check = world.app.keyring.absent

    def failing(keys: object) -> frozenset[KeyId]:
        raise Integrity("a key outlived its shredding", "Look.")

    world.clock.go(days=3)
    world.app.keyring.absent = failing  # type: ignore[method-assign, assignment]
    done = run_once(world.app)
    assert (done.expired, done.waiting) == (2, 1)
    assert done.problems
    world.app.keyring.absent = check  # type: ignore[method-assign]
    assert run_once(world.app).plans == 1


@pytest.mark.parametrize("months", [1, pytest.param(7, marks=pytest.mark.soak), 30])
def test_months_skipped_are_made_up_for_in_one_round(busy: World, months: int) -> None:
    """Leases, terms, probes, letters: whatever fell due meanwhile is done, in order."""
    world = busy
    gone = _subjects(world)
    world.clock.go(days=31 * months)
    done = run_once(world.app)
    assert done.problems == (), done
    world.clock.go(minutes=3)
    assert run_once(world.app).problems == ()
    _hold(world, ended=False)
    with world.app.store.read() as reader:
        assert reader.grants.count_expiring(reader.now) == 0
        assert reader.searches.with_probe_over(reader.now) == ()
        bea = reader.subjects.get(gone["bea"])
    assert bea is not None
    assert bea.state is SubjectState.ERASED


def _subjects(world: World) -> dict[str, SubjectId]:
    from licet.effects.sealed import open_identity

    with world.app.store.read() as reader:
        people = reader.subjects.many(tuple(reader.subjects.ids())).values()
        named = {(open_identity(world.app, one), one.id) for one in people}
    return {identity.name: one for identity, one in named if identity is not None}


def test_a_grant_that_has_to_wait_keeps_no_other_waiting(world: World) -> None:
    """Who asked for their data is answered first; the rest of the night's batch ends."""
    anna, _ = world.granted("anna", days=2)
    bea, _ = world.granted("bea", days=2)
    cleo, _ = world.granted("cleo", days=2)
    wish = RequestWish(RightKind.RECTIFICATION, "anna@example.org", "anna", "That is not me.")
    done = receive(world.app, SUBJECT, wish)
    assert not isinstance(done, Refusal), done
    world.clock.go(days=3)
    assert run_once(world.app).expired == 3
    with world.app.store.read() as reader:
        plans = {one: _plan_of(world, one) for one in (anna, bea, cleo)}
        assert reader.grants.get(bea).state is GrantState.ENDED  # type: ignore[union-attr]
    assert plans[bea] == plans[cleo]
    assert plans[anna] != plans[bea]


def _plan_of(world: World, grant: GrantId) -> str:
    with world.app.store.read() as reader:
        entries = [json.loads(leaf.data) for leaf in reader.leaves.get(0, reader.head.size)]
    (found,) = (
        dict(e["objects"])["plan"]
        for e in entries
        if e["kind"] == "grant.ending" and ["grant", grant] in e["objects"]
    )
    return str(found)


def test_two_who_close_it_end_it_once(world: World) -> None:
    world.enrolled("anna")
    close_deployment(world.app, world.who("steward", "officer"), world.organisation)
    world.app.close()
    turns = Turns(world, lambda n, _name: n % 5 == 0, 2 * LEASE)
    first = world.reopen(turns)
    turns.other = world.reopen()
    assert run_once(first).closed
    first.close()
    turns.other.close()
    _hold(world, ended=True)
    _told_once(world)

"""A worker that dies by SIGKILL at every boundary of every kind of plan, and goes on.

One deployment dies again and again: each new worker is killed at the first boundary at
which none was killed before, until one comes through. Then everything planned is done, and
every step of it once.
"""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from licet.collect import collect
from licet.effects.winding_up import left
from licet.granting import withdraw
from licet.rights.closing import Closing, close_deployment
from licet.rights.erase import erase
from licet.rights.intake import prove, receive
from licet.search import search
from licet.sourcing import cease_source
from licet.terms.acting import SUBJECT
from licet.terms.errors import Ended
from licet.terms.rights import Proved, Received, RequestWish, RightKind
from tests.fakes.deployment import CLEARANCE, World
from tests.fakes.vision import photo
from tests.worker.ordering import FRANCE, order_wish, ordered

ROOT = Path(__file__).absolute().parents[2]
MOST = 200
"""Kills after which something must be wrong."""


class _Killed(BaseException):
    """A process that ends here, so that there is something left to do."""


@dataclass
class Workers:
    """A process that lets workers run in children of its own."""

    process: "subprocess.Popen[str]"

    def work(
        self, world: World, avoid: list[str] | None, among: list[str] | None = None
    ) -> dict[str, Any]:
        """Let a worker run to its end, or to the first boundary that is not to be avoided.

        ``among`` names the boundaries at which it may die; all without.
        """
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        order = {**_order(world), "avoid": avoid, "among": among}
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer

    def together(self, world: World, many: int) -> list[dict[str, Any]]:
        """Let several workers run at the same time, each in a process of its own."""
        others = [_started() for _ in range(many - 1)]
        everybody = [self.process, *others]
        for process in everybody:
            assert process.stdin is not None
            process.stdin.write(json.dumps(_order(world)) + "\n")
            process.stdin.flush()
        answers = []
        for process in everybody:
            assert process.stdout is not None
            answers.append(json.loads(process.stdout.readline()))
        for process in others:
            process.communicate()
        return answers


def _order(world: World) -> dict[str, Any]:
    return {
        "deed": "work",
        "home": str(world.home),
        "url": world.url,
        "now": world.clock.now.isoformat(),
    }


def _started() -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "tests.invariants.boundary_child"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    """Give workers that can be killed."""
    with _started() as process:
        yield Workers(process)
        assert process.stdin is not None
        process.stdin.close()


def _cut(world: World, where: str, act: Callable[[World], object]) -> None:
    """Let an act die right after its commit: what it planned is the worker's to do."""
    world.app.close()

    def stop(name: str) -> None:
        if name == where:
            raise _Killed

    world.app = world.reopen(stop)
    with pytest.raises(_Killed):
        act(world)
    world.app.close()
    world.app = world.reopen()


def _collected(world: World, *people: str) -> str:
    source = world.source(world.folder("regatta", **{one: photo(one) for one in people}))
    collect(world.app, world.who("steward"), source.id)
    return source.id


def _asked(world: World, name: str) -> None:
    """A person asks for their data, and shows by the code that they are who writes."""
    wish = RequestWish(RightKind.ACCESS, f"{name}@example.org", name, "What do you have of me?")
    done = receive(world.app, SUBJECT, wish)
    assert isinstance(done, Received), done
    proved = prove(world.app, done.request, world.outbox.code())
    assert isinstance(proved, Proved), proved


def _withdrawn(world: World) -> None:
    anna, _ = world.enrolled("anna")
    _cut(world, "withdraw.committed", lambda w: withdraw(w.app, SUBJECT, anna))


def _expired(world: World) -> None:
    """Two people's grants end by one plan."""
    for one in ("anna", "bea"):
        world.enrolled(one)
    world.clock.go(days=800)


def _erased(world: World) -> None:
    _, subject = world.enrolled("anna")
    _collected(world, "anna", "bea")
    probe = photo("anna", shot=9)
    case = world.case(probe)
    search(world.app, world.who("investigator"), case, CLEARANCE, probe)
    _cut(world, "erase.committed", lambda w: erase(w.app, SUBJECT, subject))


def _answered(world: World) -> None:
    world.enrolled("anna")
    _collected(world, "anna", "bea")
    _asked(world, "anna")


def _ceased(world: World) -> None:
    world.enrolled("anna")
    source = _collected(world, "anna", "bea")
    steward = world.who("steward")
    _cut(world, "cease.committed", lambda w: cease_source(w.app, steward, source))  # type: ignore[arg-type]


def _closed(world: World) -> None:
    world.enrolled("anna")
    _collected(world, "anna")
    done = close_deployment(world.app, world.who("steward", "officer"), world.organisation)
    assert isinstance(done, Closing), done


def _ordered(world: World) -> None:
    """Two people in France, one of whom asked for her data and one who was searched."""
    for one in ("anna", "bea"):
        world.enrolled(one, residence=FRANCE)
    _collected(world, "anna", "cleo")
    probe = photo("bea", shot=9)
    search(world.app, world.who("investigator"), world.case(probe), CLEARANCE, probe)
    _asked(world, "anna")
    ordered(world, order_wish(world))


SCENES: dict[str, tuple[Callable[[World], None], set[str]]] = {
    "withdraw": (_withdrawn, {"effect.shred_keys.start", "keyring.shred.committed"}),
    "expire": (_expired, {"effect.delete_rows.done", "effect.end_grants.start"}),
    "erase": (
        _erased,
        {"effect.turn_epoch.done", "effect.certify.start", "keyring.turn.committed"},
    ),
    "answer": (_answered, {"effect.build_package.start", "effect.deliver_package.done"}),
    "cease": (_ceased, {"purge.items", "purge.appearances", "purge.key", "purge.finished"}),
    "order": (
        _ordered,
        {"order.keys", "order.planned", "order.met", "order.proved", "effect.turn_epoch.done"},
    ),
    "close": (_closed, {"closing.keys", "closing.ceased", "keyring.end.committed"}),
}
"""What is to be done, and boundaries that a worker must at least have died at."""


@pytest.mark.soak
@pytest.mark.parametrize("scene", SCENES)
def test_a_worker_that_is_killed_everywhere_comes_to_the_end(
    world: World, workers: Workers, scene: str
) -> None:
    _, must = SCENES[scene]
    died = _dies(world, workers, scene, None)
    assert must <= died, sorted(must - died)


@pytest.mark.soak("postgresql")
@pytest.mark.parametrize("scene", SCENES)
def test_a_worker_that_is_killed_where_most_is_at_stake_comes_to_the_end(
    world: World, workers: Workers, scene: str
) -> None:
    """The day's part of the one above: where rows, keys or letters are half done."""
    _, must = SCENES[scene]
    assert _dies(world, workers, scene, sorted(must)) == must


def _dies(world: World, workers: Workers, scene: str, among: list[str] | None) -> set[str]:
    """Let workers die until one comes to the end; return where they died."""
    begin, _ = SCENES[scene]
    begin(world)
    world.app.close()
    died: list[str] = []
    while (answer := workers.work(world, died, among))["code"] == -signal.SIGKILL:
        died += answer["passed"]
        world.clock.go(minutes=3)  # every lease of the one who died is over
        assert len(died) < MOST, died
    assert answer["code"] == 0, died
    world.clock.go(minutes=3)
    if scene != "close":
        assert workers.work(world, None)["code"] == 0
    _hold(world, ended=scene == "close")
    return set(died)


def _hold(world: World, *, ended: bool) -> None:
    """All plans are done, each step has one entry, and the ledger is whole."""
    if ended:
        with pytest.raises(Ended):
            world.reopen()
    world.app = world.reopen(recovering=ended)
    with world.app.store.read() as reader:
        assert reader.plans.open() == ()
        entries = [json.loads(leaf.data) for leaf in reader.leaves.get(0, reader.head.size)]
        what = left(reader)
    assert what.plans == what.runs == what.requests == 0
    assert not ended or what.nothing
    done = Counter(
        (dict(entry["objects"])["plan"], entry["facts"]["n"])
        for entry in entries
        if entry["kind"] == "effect.done"
    )
    assert set(done.values()) <= {1}, done
    world.app.publish()
    assert world.app.tiles.check() == ()
    assert ended or not world.app.keyring.check()

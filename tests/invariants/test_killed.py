"""14. Killed at every named boundary: on restart all holds, and what was begun is finished.

A real process dies by SIGKILL. Where it can die is found by a run that nobody kills. Who
dies where nothing was written since the boundary before leaves just what dying there would:
so on SQLite, where that can be seen, one death stands for all that leave the same. A
boundary that is passed many times kills at one of its passings, chosen by its name
(``LICET_DEEP=1``: at each of each).
"""

import json
import os
import signal
import subprocess
import sys
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.invariants import checks
from tests.invariants.house import ARCHIVE, House
from tests.invariants.known import OVER
from tests.invariants.scenes import ANNA, BELA, Scene

DEEDS = ("grant", "enrol", "withdraw", "erase")
DEEP = os.environ.get("LICET_DEEP") == "1"
ROOT = Path(__file__).absolute().parents[2]
FEWEST = {"grant": 11, "enrol": 6, "withdraw": 18, "erase": 35}
"""Boundaries that the deed passes at least; fewer would mean that some went unnamed."""
IN_EVERY_DEED = ("keyring.create.", "publish.", "tiles.")
"""What a room does alike in every deed: dying in the middle of it is done in the first."""


@dataclass
class Killer:
    """A process that does deeds in children of its own and has them killed."""

    process: "subprocess.Popen[str]"

    def do(self, order: dict[str, Any]) -> dict[str, Any]:
        """Have one deed done; returns the child's exit code and what it passed."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer


@pytest.fixture(scope="module")
def killer() -> Iterator[Killer]:
    """One loaded process for all kills."""
    one_thread = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT), os.environ.get("PYTHONPATH", "")])
    with subprocess.Popen(
        [sys.executable, "-m", "tests.invariants.boundary_child"],
        cwd=ROOT,
        env={**os.environ, **one_thread, "PYTHONPATH": path},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield Killer(process)
        assert process.stdin is not None
        process.stdin.close()


def _begin(scene: Scene, deed: str) -> dict[str, Any]:
    """Let two people be where the deed begins; returns the order, without its boundary."""
    scene.enrolled(BELA)
    order: dict[str, Any] = {"deed": deed, "name": ANNA}
    if deed in ("withdraw", "erase"):
        order["grant"], order["subject"] = scene.enrolled(ANNA)
        scene.source("regatta", ANNA, BELA)
        scene.acts.collect("regatta", ARCHIVE)
        scene.settle()
        assert scene.found(ANNA) == {order["grant"]}
    elif deed == "enrol":
        order["grant"], order["subject"] = scene.granted(ANNA)
    return order


def _send(killer: Killer, scene: Scene, order: dict[str, Any], where: str, times: int) -> Any:
    world = scene.house.at(ARCHIVE)
    return killer.do(
        {
            **order,
            "where": where,
            "times": times,
            "home": str(scene.house.home),
            "url": scene.house.world.url,
            "organisation": world.organisation,
            "steward": world.people["steward"],
            "officer": world.people["officer"],
        }
    )


def _again(where: str, passings: int) -> list[int]:
    if DEEP:
        return list(range(1, passings + 1))
    return [1 + zlib.crc32(where.encode()) % passings]


@pytest.mark.slow
@pytest.mark.soak("postgresql")
@pytest.mark.parametrize("deed", DEEDS)
def test_killed_anywhere(builder: Any, killer: Killer, deed: str) -> None:
    """Begin once; every kill happens in a copy of that beginning."""
    first: House = builder.new()
    try:
        scene = Scene(first, _acts(first))
        order = _begin(scene, deed)
        stage = builder.stage(first)
        for place in _places(builder, killer, scene, order, stage):
            house = builder.copy(stage, first)
            try:
                _kill(killer, scene, house, order, place)
            finally:
                house.close()
    finally:
        first.close()


def _acts(house: House) -> Any:
    from tests.invariants.acts import Acts

    return Acts(house)


def _places(
    builder: Any, killer: Killer, scene: Scene, order: dict[str, Any], stage: Any
) -> list[tuple[str, int]]:
    """Where the deed can be killed, from a run that nobody kills."""
    house = builder.copy(stage, scene.house)
    looked_at = [] if house.cluster else [str(house.home), str(house.root / "store")]
    try:
        dry = _send(killer, Scene(house, scene.acts), {**order, "left": looked_at}, "", 1)
    finally:
        house.close()
    assert dry["code"] == 0
    passings = Counter(dry["passed"])
    assert len(passings) >= FEWEST[order["deed"]], sorted(passings)
    places = [(where, n) for where, count in passings.items() for n in _again(where, count)]
    if DEEP:
        return places
    first = order["deed"] == DEEDS[0]
    return _unlike([p for p in places if first or not p[0].startswith(IN_EVERY_DEED)], dry)


def _unlike(places: list[tuple[str, int]], dry: dict[str, Any]) -> list[tuple[str, int]]:
    """Return those places alone at which a death leaves something that no other one leaves."""
    met: Counter[str] = Counter()
    left: dict[tuple[str, int], str] = {}
    for where, written in zip(dry["passed"], dry.get("left", dry["passed"]), strict=True):
        met[where] += 1
        left[where, met[where]] = written
    # The last of each: an effect's own name says best what is half done.
    return list({left[place]: place for place in places}.values())


def _kill(
    killer: Killer, before: Scene, house: House, order: dict[str, Any], place: tuple[str, int]
) -> None:
    # Nobody else has the deployment open, so nothing is mended before it is looked at.
    scene = Scene(house, before.acts.copied(house))
    answer = _send(killer, scene, order, *place)
    assert answer["code"] == -signal.SIGKILL, (place, answer)
    house.serve()
    known = scene.acts.known
    grant = order.get("grant")
    if grant is not None and order["deed"] in ("withdraw", "erase"):
        known.may(grant, *OVER)
    known.acted.update(scene.picture.grants if order["deed"] == "grant" else ())
    _hold(scene, place)
    before_worker = scene.picture
    scene.worker()
    # Both processes were opened after the kill; now a third one has seen nothing of it.
    _hold(scene, place, fresh=True)
    picture = scene.picture
    checks.finished(picture)
    checks.in_clear(house, known, picture)
    checks.unreadable(house, known)
    _same_way(scene, order, before_worker)


def _hold(scene: Scene, place: tuple[str, int], *, fresh: bool = False) -> None:
    house, known = scene.house, scene.acts.known
    try:
        picture = scene.picture
        for grant, row in picture.grants.items():
            if grant not in known.grants and row["state"] == "active":
                # The killed process confirmed it with the code from the letter.
                known.meet(row, "pending", "active")
        scene.settle()
        checks.ledger(known, picture, 0, scene.acts.addresses)
        checks.kept(picture)
        checks.acted(known, picture)
        checks.erased(house, known, picture)
        checks.keyed(house, picture)
        checks.shredded(house, picture)
        checks.candidates(house, known, picture)
        checks.probes(picture)
        checks.promised(known, picture)
        checks.findable(house, known, picture, fresh=fresh)
        assert not house.app.keyring.check()
    except AssertionError as error:
        raise AssertionError(f"killed at {place}: {error}") from error


def _same_way(scene: Scene, order: dict[str, Any], killed: Any) -> None:
    """What was begun is done, what was not begun did not happen: nothing in between."""
    deed, picture = order["deed"], scene.picture
    grant, subject = order.get("grant"), order.get("subject")
    if deed == "withdraw":
        begun = killed.grants[grant]["state"] != "active"
        assert picture.grants[grant]["state"] == ("ended" if begun else "active")
    elif deed == "erase":
        begun = killed.subjects[subject]["state"] != "known"
        assert picture.subjects[subject]["state"] == ("erased" if begun else "known")
    elif deed == "enrol":
        kept = [row for row in picture["template"] if row["grant"] == grant]
        assert len(kept) <= 1
        assert bool(kept) is bool(picture.grants[grant]["captured"])
    else:
        states = [g["state"] for g in picture["grant"]]
        assert set(states) <= {"pending", "active"}

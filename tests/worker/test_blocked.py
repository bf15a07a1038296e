"""7. What an order stops holds within a second in a process that is in the middle of it."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from licet.rights.ordering import Registered, register
from licet.terms.ids import Territory
from licet.terms.order import OrderScope
from tests.fakes.deployment import World
from tests.fakes.ordering import an_order
from tests.fakes.vision import photo

ROOT = Path(__file__).absolute().parents[2]
PHOTOS = 150
SECOND = 1.0


@dataclass
class Second:
    """Another process of the same deployment, see ``tests.worker.second``."""

    process: "subprocess.Popen[str]"

    def tell(self, **given: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(given) + "\n")
        self.process.stdin.flush()

    def hear(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer


@pytest.fixture
def second(world: World) -> Iterator[Second]:
    """Give a real process that has the deployment open."""
    command = [sys.executable, "-m", "tests.worker.second"]
    process = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    made = Second(process)
    made.tell(home=str(world.home), url=world.url)
    assert made.hear() == {"open": True}
    yield made
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.close()
    process.wait(timeout=30)
    process.stdout.close()


@pytest.mark.soak("postgresql")
def test_an_order_stops_a_process_that_searches_and_collects(world: World, second: Second) -> None:
    """Anna in France is found no more, Bea in Germany is; the French album is read no further."""
    world.enrolled("anna", residence=Territory("FR"))
    world.enrolled("bea", residence=Territory("DE"))
    photos = {f"p{n:03}": photo("x", shot=n) for n in range(PHOTOS)}
    album = world.source(world.folder(**photos), territory=Territory("FR"))
    probes = [photo(name, shot=shot) for name in ("anna", "bea") for shot in (90, 91)]
    case = world.case(*probes)
    member = world.people["investigator"]

    def found(person: str, shot: int) -> dict[str, Any]:
        second.tell(do="search", person=person, shot=shot, case=case, member=member)
        return second.hear()

    assert found("anna", 90) == {"found": 1, "in_scope": 2}
    second.tell(do="collect", source=album.id, member=world.people["steward"])
    assert "first" in second.hear()
    scope = OrderScope(territories=(Territory("FR"),))
    done = register(world.app, world.who("steward"), an_order(scope=scope))
    registered = time.time()
    assert isinstance(done, Registered)
    stopped = second.hear()
    assert stopped["refused"] == "blocked"
    assert stopped["looked"] < PHOTOS
    assert stopped["last"] - registered < SECOND
    assert found("anna", 91) == {"found": 0, "in_scope": 1}
    assert found("bea", 91) == {"found": 1, "in_scope": 1}
    with world.app.store.read() as reader:
        assert reader.items.count(album.id) < PHOTOS

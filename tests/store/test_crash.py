"""A unit that ends anywhere leaves nothing, or all of itself."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from licet.store.store import Store
from tests.databases import DATABASES, PlainLeaves
from tests.store import things

ROOT = Path(__file__).parents[2]
BOUNDARIES = ["unit.locked", "unit.effects", "unit.recorded", "unit.commit", "unit.committed"]

# Real processes, each killed by itself at a boundary: nothing of Python runs after that.
# One parent imports everything once and forks before anything is opened.
CHILDREN = """
import json, os, signal, sys
sys.path[:0] = [{root!r}]
from licet.store.store import Store
from tests.databases import PlainLeaves
from tests.store import things

def work(url, boundary):
    def at(name):
        if name == boundary:
            os.kill(os.getpid(), signal.SIGKILL)

    things.furnished(Store.open(url, PlainLeaves(), at=at), "second")

for url, boundary in json.loads({jobs!r}):
    child = os.fork()
    if not child:
        work(url, boundary)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    print(boundary, os.WTERMSIG(status), flush=True)
"""


class Killed(BaseException):
    """Stands for a process that ends in the middle."""


def _expect(url: str, happened: bool) -> None:
    """See that the second unit happened whole or not at all, and that a third one works."""
    store = Store.open(url, PlainLeaves(), wait_seconds=5)
    size = 2 if happened else 1
    with store.read() as reader:
        assert reader.head.size == size
        assert [leaf.index for leaf in reader.leaves.iterate()] == list(range(size))
        assert len(reader.governance.organisations()) == size
        assert len(list(reader.subjects.ids())) == size
        assert reader.templates.count() == size
    things.furnished(store, "third")
    assert store.head().size == size + 1
    store.close()


@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_raised_at_a_boundary(store_url: str, boundary: str) -> None:
    def at(name: str) -> None:
        if armed and name == boundary:
            raise Killed

    armed = False
    store = Store.open(store_url, PlainLeaves(), at=at)
    things.furnished(store, "first")
    armed = True
    with pytest.raises(Killed):
        things.furnished(store, "second")
    armed = False
    store.close()
    _expect(store_url, boundary == "unit.committed")


@pytest.mark.parametrize("kind", DATABASES)
def test_killed_at_each_boundary(kind: str, new_database: Callable[[str], str]) -> None:
    urls = {boundary: new_database(kind) for boundary in BOUNDARIES}
    for url in urls.values():
        store = Store.open(url, PlainLeaves())
        things.furnished(store, "first")
        store.close()
    jobs = json.dumps([[url, boundary] for boundary, url in urls.items()])
    code = CHILDREN.format(root=str(ROOT), jobs=jobs)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    killed = [f"{boundary} {signal.SIGKILL.value}" for boundary in BOUNDARIES]
    assert done.stdout.splitlines() == killed
    for boundary, url in urls.items():
        _expect(url, boundary == "unit.committed")

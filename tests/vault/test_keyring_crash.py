"""Killed at every named boundary, and at any moment: acknowledged keys open, shredded do not."""

import random
import signal
import time
from pathlib import Path

import pytest

from licet.terms.errors import KeyAbsent
from licet.terms.ids import KeyId
from licet.vault.keyring import BOUNDARIES
from tests.vault.place import A, B, C, Crash, Place

COMMITTED = ("committed", "destroyed")


def _deed(boundary: str) -> str:
    return boundary.split(".")[1]


def _prepare(place: Place, deed: str) -> dict[KeyId, bytes]:
    """Leave A and B in the keyring and, for what happens on opening, something to mend."""
    ring = place.ring()
    ring.create(A, B)
    keys = ring.get_many((A, B))
    place.close()
    if deed in ("reconcile", "epoch"):
        place.replica.unlink()
        place.service().new_epoch()
    return keys


def _check(place: Place, boundary: str, before: dict[KeyId, bytes]) -> None:
    """Hold what is found on reopening against what was there."""
    done = boundary.endswith(COMMITTED)
    ring = place.ring()
    assert ring.check() == ()
    if _deed(boundary) == "end" and done:
        assert ring.ids() == ()
        assert place.service().epochs() == ()
        return
    assert place.service().epochs() == (ring.epoch(),)
    assert ring.get(B) == before[B]
    if _deed(boundary) == "shred":
        assert ring.has(A) is not done
    else:
        assert ring.get(A) == before[A]
    assert ring.has(C) is (done and _deed(boundary) == "create")


@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_crash_and_reopen(place: Place, boundary: str) -> None:
    before = _prepare(place, _deed(boundary))
    with pytest.raises(Crash):
        _act(place, boundary)
    place.close()
    _check(place, boundary, before)


def _act(place: Place, boundary: str) -> None:
    ring = place.ring(place.crashing(boundary))
    match _deed(boundary):
        case "create":
            ring.create(C)
        case "shred":
            ring.shred(A)
        case "turn":
            ring.turn()
        case "end":
            ring.end()


CHILD = """
ring = place.ring(place.killing(sys.argv[2]))
deed = sys.argv[2].split(".")[1]
if deed == "create": ring.create(C)
if deed == "shred": ring.shred(A)
if deed == "turn": ring.turn()
if deed == "end": ring.end()
print("alive")
"""


@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_killed_and_reopened(place: Place, boundary: str) -> None:
    before = _prepare(place, _deed(boundary))
    child = place.child(CHILD, boundary)
    assert child.returncode == -signal.SIGKILL, child.errors
    _check(place, boundary, before)


@pytest.mark.parametrize("boundary", [b for b in BOUNDARIES if "reconcile" in b or "epoch." in b])
def test_killed_while_the_very_first_is_made(place: Place, boundary: str) -> None:
    child = place.child(CHILD, boundary)
    assert child.returncode == -signal.SIGKILL, child.errors
    ring = place.ring()
    ring.create(A)
    assert ring.check() == ()


BUSY_CHILD = """
import random
chance = random.Random(int(sys.argv[2]))
ring = place.ring()
for n in range(100000):
    made = [KeyId(f"grant:{sys.argv[2]}-{n}-{i}") for i in range(chance.randrange(1, 60))]
    ring.create(*made)
    print("made", *made, flush=True)
    gone = chance.sample(made, len(made) // 2)
    print("going", *gone, flush=True)
    ring.shred(*gone)
    print("gone", *gone, flush=True)
    if chance.random() < 0.3:
        ring.turn()
"""


@pytest.mark.parametrize("seed", range(6))
def test_killed_at_any_moment(place: Place, seed: int) -> None:
    child = place.child(BUSY_CHILD, str(seed), wait=False)
    assert child.stdout is not None
    first = child.stdout.readline()
    time.sleep(random.Random(seed).uniform(0.0, 0.25))
    child.kill()
    output, _ = child.communicate(timeout=30)
    sure, perhaps = _told((first + output).decode())
    ring = place.ring()
    assert ring.check() == ()
    held = set(ring.ids())
    assert sure <= held
    assert not (perhaps["gone"] & held)


def _told(output: str) -> tuple[set[str], dict[str, set[str]]]:
    """Return the keys that must be there, and those that must not."""
    sure: set[str] = set()
    gone: set[str] = set()
    for line in output.splitlines():
        word, *ids = line.split()
        if word == "made":
            sure |= set(ids)
        sure -= set(ids) if word in ("going", "gone") else set()
        gone |= set(ids) if word == "gone" else set()
    return sure, {"gone": gone}


def test_both_replicas_gone_is_not_a_new_deployment(place: Place) -> None:
    place.ring().create(A)
    place.close()
    place.main.unlink()
    place.replica.unlink()
    with pytest.raises(KeyAbsent, match="both replicas of the keyring are missing"):
        place.ring()
    _empty(place.epochs)
    assert place.ring().ids() == ()


def _empty(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()

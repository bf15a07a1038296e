"""5, 11. The head lock comes first: units take turns, and nobody decides on old facts."""

import threading
from collections.abc import Callable

import pytest

from licet.app import App
from licet.granting import confirm, withdraw
from licet.terms.acting import SUBJECT
from licet.terms.errors import LicetError
from licet.terms.granting import Asked
from licet.terms.ids import new_id
from licet.terms.ledger import Entry, EntryKind
from licet.terms.permit import Refusal
from tests.fakes.deployment import CLEARANCE
from tests.invariants import checks
from tests.invariants.house import ARCHIVE
from tests.invariants.scenes import ANNA, Scene

SOON = 0.3
LONG = 20.0


class Elsewhere:
    """Another process's act, in a thread of its own; says when it holds the head lock."""

    def __init__(self, scene: Scene, act: Callable[[App], object]) -> None:
        self.locked = threading.Event()
        self.result: object = None
        self._app, self._act = scene.house.opened(self._hear), act
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _hear(self, name: str) -> None:
        if name == "unit.locked":
            self.locked.set()

    def _run(self) -> None:
        try:
            self.result = self._act(self._app)
        except LicetError as error:
            self.result = error

    def end(self) -> object:
        """Wait until it is over; returns what came of it."""
        self._thread.join(LONG)
        self._app.close()
        assert not self._thread.is_alive(), "it waits for ever"
        return self.result


def _note(app: App) -> int:
    with app.store.unit() as unit:
        return unit.record(Entry(EntryKind.BACKED_UP, unit.now, objects=(("plan", new_id()),)))


def test_a_unit_reads_nothing_while_another_holds_the_head(scene: Scene) -> None:
    with scene.house.app.store.unit() as unit:
        first = unit.record(Entry(EntryKind.BACKED_UP, unit.now))
        other = Elsewhere(scene, _note)
        together = other.locked.wait(SOON)
    assert other.end() == first + 1
    assert not together, "two units hold the head at once"
    picture = scene.picture
    checks.ledger(scene.acts.known, picture, 0, set())


@pytest.mark.parametrize("first", ["withdraw", "confirm"])
def test_of_two_acts_on_one_grant_the_later_sees_the_earlier(scene: Scene, first: str) -> None:
    """A person takes a grant back while it is confirmed: both orders end with no grant."""
    asked = scene.acts.ask(ANNA, ARCHIVE, CLEARANCE, None, None)
    assert isinstance(asked, Asked)
    grant, code = asked.grant, scene.house.letters.codes[asked.grant]
    scene.settle()
    acts: dict[str, Callable[[App], object]] = {
        "withdraw": lambda app: withdraw(app, SUBJECT, grant),
        "confirm": lambda app: confirm(app, grant, code),
    }
    (second,) = acts.keys() - {first}
    others: list[Elsewhere] = []
    together: list[bool] = []

    def begin() -> None:
        others.append(Elsewhere(scene, acts[second]))
        together.append(others[0].locked.wait(SOON))

    scene.meanwhile("unit.locked", begin)
    try:
        acts[first](scene.house.app)
    finally:
        later = others[0].end()
    assert together == [False], "two units hold the head at once"
    assert isinstance(later, Refusal) is (first == "withdraw")
    assert scene.picture.grants[grant]["state"] == "ended"

"""1, 12. Everything that is kept has its day: of a grant, a source, a face, a probe, a letter."""

from collections.abc import Iterator

import pytest

from licet.terms.rights import RightKind
from tests.invariants import checks_rights
from tests.invariants.acts import FAINT
from tests.invariants.asking import RightsActs
from tests.invariants.house import ARCHIVE
from tests.invariants.known import OVER
from tests.invariants.machine_rights import YEARS
from tests.invariants.scenes import ANNA, Beginnings, Scene


@pytest.fixture
def scene(beginnings: Beginnings) -> Iterator[Scene]:
    """A house in which Anna is enrolled."""
    begun = beginnings.scene(RightsActs, ANNA)
    yield begun
    begun.house.close()


def later(scene: Scene, days: int) -> None:
    """So many days go by; the worker comes, and nothing is left whose day was then."""
    scene.house.clock.go(days=days)
    for known in scene.acts.known.grants.values():
        known.may |= OVER
    scene.worker()
    checks_rights.over(scene.house, scene.settle())


def test_everything_that_is_kept_has_its_day(scene: Scene) -> None:
    grant, _ = scene.enrolled(ANNA)
    for folder, term in (("regatta", None), ("briefly", 3)):
        scene.source(folder, ANNA, retention_days=term)
        for _ in range(8):
            scene.acts.new_photo(folder, ANNA, noise=FAINT)
        scene.acts.collect(folder, ARCHIVE)
    assert scene.found(ANNA) == {grant}
    asked = scene.acts.write(ANNA, RightKind.COMPLAINT, None)  # type: ignore[attr-defined]
    scene.acts.prove(asked.request, True, None)  # type: ignore[attr-defined]
    scene.acts.answer(asked.request, None)  # type: ignore[attr-defined]
    met, picture = len(scene.picture["item"]), scene.settle()
    there = {row["kind"] for row in picture["template"]}
    assert there == {"reference", "appearance"}
    assert picture["suggestion"], "no photo lay between the two thresholds"
    assert picture["search"][0]["sealed_probe"]
    later(scene, 4)
    assert len(scene.picture["item"]) == met / 2
    later(scene, 28)
    assert scene.picture["suggestion"] == []
    assert scene.picture["search"][0]["sealed_probe"] is None
    later(scene, 60)
    assert [row["kind"] for row in scene.picture["template"]] == ["reference"]
    later(scene, 2 * 365)
    assert [row["state"] for row in scene.picture["grant"]] == ["ended"]
    later(scene, YEARS)
    checks_rights.years_after(scene.picture)

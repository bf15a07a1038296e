"""5, 10. Who a person is, and which faces are theirs, is put right by them, and told to them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from licet.recovery import back_up, restore
from licet.terms.permit import Refusal
from licet.terms.rectifying import Corrected
from licet.terms.rights import RequestState, RightKind
from tests.invariants import checks, checks_rights
from tests.invariants.asking import RightsActs
from tests.invariants.changes import told
from tests.invariants.house import ARCHIVE
from tests.invariants.raw import leaves
from tests.invariants.scenes import ANNA, Beginnings, Scene

MOVED = "anna@moved.example.org"
TWO = ("steward", "officer")


@pytest.fixture
def scene(beginnings: Beginnings) -> Iterator[Scene]:
    """A house in which Anna is enrolled, and who she is is known."""
    begun = beginnings.scene(RightsActs, ANNA)
    looked(begun)
    yield begun
    begun.house.close()


def acts(scene: Scene) -> Any:
    """The acts of a scene, those on rights among them."""
    return scene.acts


def looked(scene: Scene) -> None:
    """Who everybody is, is what it may be."""
    rights, picture = acts(scene).rights, scene.settle()
    rights.settle(picture)
    checks_rights.called(scene.house, rights, picture)
    checks_rights.unlinked(scene.house, rights, picture)


def test_no_member_alone_says_who_somebody_is(scene: Scene) -> None:
    """The person by themselves, or two members with the officer; told either way."""
    _, subject = scene.enrolled(ANNA)
    for who in (("steward",), ("steward", "verifier")):
        done = acts(scene).correct(subject, "Anna Lindgren-Maes", None, who, None)
        assert isinstance(done, Refusal), who
        looked(scene)
    for name, who in (("Anna Lindgren-Maes", TWO), ("Anna Maes-Lindgren", ())):
        before = scene.picture
        assert isinstance(acts(scene).correct(subject, name, None, who, None), Corrected)
        looked(scene)
        told(before, scene.picture, leaves(scene.picture["leaf"][before.size :]))
    checks.in_clear(scene.house, scene.acts.known, scene.picture)


def test_a_contact_is_theirs_when_its_code_came_back(scene: Scene) -> None:
    """Whoever writes from another address is nobody's contact by that; the old one is told."""
    grant, subject = scene.enrolled(ANNA)
    request = acts(scene).write(ANNA, RightKind.RECTIFICATION, None, contact=MOVED).request
    looked(scene)
    assert acts(scene).correct(subject, "", request, TWO, None) is None
    looked(scene)
    acts(scene).prove(request, True, None)
    assert isinstance(acts(scene).correct(subject, "", request, TWO, None), Corrected)
    looked(scene)
    assert scene.found(ANNA) == {grant}, "a correction ended a grant"


def test_no_backup_brings_an_old_contact_back(scene: Scene, tmp_path: Path) -> None:
    """It may be somebody else's by now; until they prove one, nothing is written to nowhere."""
    _, subject = scene.enrolled(ANNA)
    back_up(scene.house.app, tmp_path / "before.licet")
    request = acts(scene).write(ANNA, RightKind.RECTIFICATION, None, contact=MOVED).request
    acts(scene).prove(request, True, None)
    assert isinstance(acts(scene).correct(subject, "", request, TWO, None), Corrected)
    looked(scene)
    scene.house.empty_store()
    restore(scene.settings(), tmp_path / "before.licet", scene.house.clock)
    scene.house.serve()
    acts(scene).rights.restored()
    looked(scene)
    done = acts(scene).correct(subject, "Anna Lindgren-Maes", None, TWO, None)
    assert isinstance(done, Corrected)
    looked(scene)


def test_a_face_that_a_letter_names_is_taken_off_for_good(scene: Scene) -> None:
    """The code that comes back is the person's own act; nobody has to answer."""
    grant, _ = scene.enrolled(ANNA)
    scene.source("regatta", ANNA)
    scene.acts.collect("regatta", ARCHIVE)
    looked(scene)
    (wrong,) = [r["id"] for r in scene.picture["template"] if r["kind"] == "appearance"]
    asked = acts(scene).write(ANNA, RightKind.RECTIFICATION, None, templates=(wrong,))
    acts(scene).prove(asked.request, True, None)
    assert acts(scene).rights.unlinked[grant]
    scene.worker()
    scene.acts.backfill(grant, "regatta")
    looked(scene)
    assert [row["kind"] for row in scene.picture["template"]] == ["reference"]
    state = scene.picture.by_id("request")[asked.request]["state"]
    assert state == RequestState.DELIVERED

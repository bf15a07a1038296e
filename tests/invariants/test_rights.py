"""5, 8, 9, 10, 13. People's rights, one scene for each rule; random histories mix them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from licet.recovery import back_up, restore
from licet.terms.permit import Refusal
from licet.terms.plan import EffectKind
from licet.terms.rights import RequestState, RightKind
from tests.invariants import checks, checks_rights
from tests.invariants.acts import FAINT
from tests.invariants.asking import RightsActs
from tests.invariants.changes import told
from tests.invariants.house import ARCHIVE
from tests.invariants.raw import Picture, Row, leaves
from tests.invariants.scenes import ANNA, BELA, Beginnings, Scene

STRANGER = "xaver-unknown"


@pytest.fixture
def scene(beginnings: Beginnings) -> Iterator[Scene]:
    """A house in which Anna is enrolled and people use their rights."""
    begun = beginnings.scene(RightsActs, ANNA)
    yield begun
    begun.house.close()


def acts(scene: Scene) -> Any:
    """The acts of a scene, those on rights among them."""
    return scene.acts


def asked(scene: Scene, name: str, kind: RightKind, **parts: Any) -> str:
    """A letter came in and its code came back; returns the request."""
    done = acts(scene).write(name, kind, None, **parts)
    acts(scene).prove(done.request, True, None)
    return str(done.request)


def row(scene: Scene, request: str) -> Row:
    """A request as it is stored."""
    return scene.picture.by_id("request")[request]


def worked(scene: Scene, before: Picture) -> Picture:
    """The machine came by; everything that must hold does."""
    scene.worker()
    after = scene.picture
    new = leaves(after["leaf"][before.size :])
    told(before, after, new)
    rights = acts(scene).rights
    rights.settle(after)
    checks.finished(after, scene.house.now)
    checks_rights.answered(after, scene.house.now)
    checks_rights.newcomers(scene.house, after)
    checks_rights.accounted(rights, before, after, new)
    checks_rights.packages(scene.house, before, after)
    return after


def collected(scene: Scene, *people: str) -> None:
    """A source with photos of these people is collected."""
    scene.source("regatta", *people)
    scene.acts.collect("regatta", ARCHIVE)


# --- 10: the clock ---


def test_seven_letters_have_one_clock(scene: Scene) -> None:
    scene.enrolled(ANNA)
    first = acts(scene).write(ANNA, RightKind.COMPLAINT, None)
    due = row(scene, first.request)["due"]
    for _ in range(6):
        scene.house.clock.go(days=2)
        again = acts(scene).write(ANNA, RightKind.COMPLAINT, None)
        assert again.request == first.request
    assert (row(scene, first.request)["letters"], row(scene, first.request)["due"]) == (7, due)


def test_what_was_proved_is_answered_though_nobody_acts(scene: Scene) -> None:
    grant, _ = scene.enrolled(ANNA)
    collected(scene, ANNA)
    request = asked(scene, ANNA, RightKind.ACCESS)
    scene.settle()
    worked(scene, scene.picture)
    assert row(scene, request)["state"] == RequestState.DELIVERED
    assert request in scene.house.letters.packages
    assert scene.found(ANNA) == {grant}


def test_a_photo_that_never_comes_delays_no_answer(scene: Scene) -> None:
    """A week before the last day a person is answered with whatever there is."""
    scene.enrolled(ANNA)
    request = asked(scene, ANNA, RightKind.ACCESS, photo_follows=True)
    scene.settle()
    scene.worker()
    assert row(scene, request)["state"] == RequestState.OPEN
    scene.house.clock.go(days=26)
    worked(scene, scene.picture)
    assert row(scene, request)["state"] == RequestState.DELIVERED


def test_an_objection_that_nobody_answers_is_upheld(scene: Scene) -> None:
    grant, _ = scene.enrolled(ANNA)
    request = asked(scene, ANNA, RightKind.OBJECTION)
    scene.settle()
    assert scene.found(ANNA) == set()
    scene.house.clock.go(days=26)
    worked(scene, scene.picture)
    assert row(scene, request)["state"] == RequestState.DELIVERED
    assert scene.picture.grants[grant]["state"] == "ended"


# --- 1, 7: what is set aside is nobody's to find ---


def test_a_restriction_holds_in_every_process(scene: Scene) -> None:
    grant, _ = scene.enrolled(ANNA)
    assert scene.found(ANNA, app=scene.house.other) == {grant}
    acts(scene).restrict(grant, True, None)
    picture = scene.settle()
    checks.findable(scene.house, scene.acts.known, picture, fresh=True)
    acts(scene).release(grant, False, False, None)
    picture = scene.settle()
    assert picture.grants[grant]["state"] == "active"
    checks.findable(scene.house, scene.acts.known, picture, fresh=True)


def test_no_restore_undoes_a_restriction(scene: Scene, tmp_path: Path) -> None:
    grant, _ = scene.enrolled(ANNA)
    back_up(scene.house.app, tmp_path / "before.licet")
    acts(scene).restrict(grant, True, None)
    scene.house.app.publish()
    scene.house.empty_store()
    restore(scene.settings(), tmp_path / "before.licet", scene.house.clock)
    scene.house.serve()
    assert scene.picture.grants[grant]["state"] == "restricted"
    assert scene.found(ANNA) == set()


# --- a face that is not theirs ---


def test_a_face_that_was_taken_off_is_not_put_on_again(scene: Scene) -> None:
    grant, _ = scene.enrolled(ANNA)
    collected(scene, ANNA)
    scene.settle()
    rights = acts(scene).rights
    checks_rights.unlinked(scene.house, rights, scene.picture)
    (wrong,) = [r["id"] for r in scene.picture["template"] if r["kind"] == "appearance"]
    acts(scene).take_off(wrong, grant, None)
    assert rights.unlinked[grant]
    scene.acts.backfill(grant, "regatta")
    checks_rights.unlinked(scene.house, rights, scene.picture)
    assert [r["kind"] for r in scene.picture["template"]] == ["reference"]


def test_a_face_that_was_confirmed_does_not_lapse(scene: Scene) -> None:
    scene.enrolled(ANNA)
    collected(scene, ANNA)
    (seen,) = [r["id"] for r in scene.picture["template"] if r["kind"] == "appearance"]
    acts(scene).confirm_face(seen, None)
    scene.house.clock.go(days=100)
    scene.worker()
    assert seen in scene.picture.by_id("template")


# --- holds, and what must be handed over first ---


def test_what_is_held_is_kept_and_found_by_nobody(scene: Scene) -> None:
    grant, subject = scene.enrolled(ANNA)
    other, _ = scene.enrolled(BELA)
    acts(scene).hold(subject, (grant,), 40, True, None)
    assert scene.found(ANNA) == {grant}
    acts(scene).hold(subject, (grant,), 40, False, None)
    before = scene.settle()
    assert scene.found(ANNA) == set()
    scene.acts.withdraw(grant)
    scene.settle()
    scene.worker()
    checks_rights.held(scene.house, before, scene.picture)
    checks.findable(scene.house, scene.acts.known, scene.settle())
    scene.house.clock.go(days=41)
    worked(scene, scene.picture)
    assert scene.picture.grants[grant]["state"] == "ended"
    assert scene.picture.grants[other]["state"] == "active"


def test_access_is_given_before_anything_goes(scene: Scene) -> None:
    _, subject = scene.enrolled(ANNA)
    collected(scene, ANNA)
    access = asked(scene, ANNA, RightKind.ACCESS)
    scene.settle()
    before = scene.picture
    scene.acts.erase(subject)
    assert [r["grant"] for r in scene.picture["template"]], "rows went before they were shown"
    worked(scene, before)
    scene.worker()
    assert row(scene, access)["state"] == RequestState.DELIVERED
    assert access in scene.house.letters.packages
    assert scene.picture.subjects[subject]["state"] == "erased"


# --- 13: who searched ---


def test_who_searched_is_sealed_before_anything_goes(scene: Scene) -> None:
    grant, subject = scene.enrolled(ANNA)
    assert scene.found(ANNA) == {grant}
    checks_rights.surfaced(scene.house, acts(scene).rights, scene.picture)
    before = scene.picture
    scene.acts.erase(subject)
    scene.settle()
    new = leaves(scene.picture["leaf"][before.size :])
    checks_rights.accounted(acts(scene).rights, before, scene.picture, new)
    (account,) = scene.picture["account"]
    for alone in (("officer",), ("auditor",), ("officer", "steward")):
        acts(scene).open_account(account["id"], *alone)
    opened = acts(scene).open_account(account["id"], "officer", "auditor")
    assert len(opened.searches) == 1
    scene.house.clock.go(days=185)
    scene.worker()
    assert scene.picture["account"] == []


# --- people who are not enrolled ---


def test_a_newcomer_is_forgotten_with_the_request(scene: Scene) -> None:
    scene.enrolled(ANNA)
    scene.source("regatta", STRANGER)
    scene.acts.collect("regatta", ARCHIVE)
    request = asked(scene, STRANGER, RightKind.ACCESS, photo_follows=True)
    acts(scene).attach(request, STRANGER, None)
    assert row(scene, request)["grant"] is not None
    acts(scene).accept(request, STRANGER, None)
    for _ in range(3):
        scene.settle()
        scene.worker()
    worked(scene, scene.picture)
    assert row(scene, request)["state"] == RequestState.DELIVERED
    assert request in scene.house.letters.packages
    grant = row(scene, request)["grant"]
    assert [r for r in scene.picture["template"] if r["grant"] == grant] == []


# --- 9: a package leaves nothing out ---


def test_a_package_counts_every_store_as_the_rows_do(scene: Scene) -> None:
    grant, _ = scene.enrolled(ANNA)
    scene.source("regatta", ANNA, ANNA)
    for _ in range(6):
        scene.acts.new_photo("regatta", ANNA, noise=FAINT)
    scene.acts.collect("regatta", ARCHIVE)
    scene.settle()
    rights = acts(scene).rights
    checks_rights.unlinked(scene.house, rights, scene.picture)
    wrong = next(r["id"] for r in scene.picture["template"] if r["kind"] == "appearance")
    acts(scene).take_off(wrong, grant, None)
    picture = scene.picture
    for table in checks_rights.COUNTED:
        assert picture[table], f"nothing in {table}: this scene proves nothing of it"
    request = asked(scene, ANNA, RightKind.ACCESS)
    worked(scene, scene.picture)
    assert request in scene.house.letters.packages


# --- the end of all ---


def test_the_end_leaves_nobody_and_no_key(scene: Scene) -> None:
    scene.enrolled(ANNA)
    collected(scene, ANNA)
    asked(scene, BELA, RightKind.ACCESS)
    scene.settle()
    done = acts(scene).close(scene.picture)
    assert not isinstance(done, Refusal), done
    for _ in range(12):
        scene.house.clock.go(days=8)
        if acts(scene).worker().closed:
            break
    checks_rights.ended(scene.house, scene.picture)
    kinds = {effect["kind"] for effect in scene.picture["effect"]}
    assert EffectKind.CHECK_UNFINDABLE in kinds

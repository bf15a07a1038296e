"""4. A live grant implies an act of the person that no member can do alone."""

import pytest

from licet.granting import ask_grant, confirm, confirm_on_paper, resend
from licet.terms.errors import Conflict
from licet.terms.granting import Asked, Enrolled, FailureToEnrol, WrongCode
from licet.terms.ids import GrantId, SubjectId
from licet.terms.permit import Refusal
from tests.fakes.deployment import CLEARANCE
from tests.invariants import checks
from tests.invariants.house import ARCHIVE
from tests.invariants.raw import leaves
from tests.invariants.scenes import ANNA, Scene

WRONG = "AAAAA AAAAA"


def test_nobody_is_enrolled_who_did_not_say_yes(scene: Scene) -> None:
    done = scene.acts.ask(ANNA, ARCHIVE, CLEARANCE, None, None)
    assert isinstance(done, Asked)
    scene.settle()
    refused = scene.acts.enrol(done.grant, ANNA, "good")
    assert isinstance(refused, Refusal), refused
    assert scene.picture["template"] == []


def test_a_guessed_code_is_counted_and_never_taken(scene: Scene) -> None:
    """Five tries, each with its leaf; then even the right one is over."""
    done = scene.acts.ask(ANNA, ARCHIVE, CLEARANCE, None, None)
    assert isinstance(done, Asked)
    before = scene.picture
    for left in (4, 3, 2, 1, 0):
        assert confirm(scene.house.app, done.grant, WRONG) == WrongCode(left)
    with pytest.raises(Conflict):
        confirm(scene.house.app, done.grant, scene.house.letters.codes[done.grant])
    picture = scene.settle()
    assert picture.grants[done.grant]["state"] == "pending"
    new = leaves(picture["leaf"][before.size :])
    assert [leaf.kind for leaf in new] == ["confirmation.failed"] * 5


def test_a_new_code_ends_the_old_one_and_has_its_leaf(scene: Scene) -> None:
    done = scene.acts.ask(ANNA, ARCHIVE, CLEARANCE, None, None)
    assert isinstance(done, Asked)
    old, before = scene.house.letters.codes[done.grant], scene.picture
    scene.house.clock.go(days=1)
    resend(scene.house.app, scene.house.at(ARCHIVE).who("steward"), done.grant)
    new = leaves(scene.picture["leaf"][before.size :])
    assert [leaf.kind for leaf in new] == ["grant.asked", "notice.delivered"]
    assert isinstance(confirm(scene.house.app, done.grant, old), WrongCode)
    scene.settle()
    scene.acts.yes(done.grant, True)
    checks.acted(scene.acts.known, scene.settle())


def test_one_member_alone_confirms_nothing_on_paper(scene: Scene) -> None:
    done = scene.acts.ask(ANNA, ARCHIVE, CLEARANCE, None, None)
    assert isinstance(done, Asked)
    alone = scene.house.at(ARCHIVE).who("steward")
    refused = confirm_on_paper(scene.house.app, alone, done.grant, "ab" * 32)
    assert isinstance(refused, Refusal), refused
    assert scene.picture.grants[done.grant]["state"] == "pending"


def test_a_person_is_enrolled_only_from_photos_that_agree(scene: Scene) -> None:
    grant, _ = scene.granted(ANNA)
    for how in ("others", "blurred", "none"):
        done = scene.acts.enrol(grant, ANNA, how)
        assert isinstance(done, FailureToEnrol), (how, done)
    assert scene.picture["template"] == []
    assert not scene.picture.grants[grant]["captured"]
    assert isinstance(scene.acts.enrol(grant, ANNA, "good"), Enrolled)
    assert scene.picture.grants[grant]["captured"]


def test_a_person_is_not_enrolled_from_photos_of_another(scene: Scene) -> None:
    """The collision check: a face that is enrolled already is not enrolled as somebody else."""
    scene.enrolled(ANNA)
    other, _ = scene.granted("carla-moretti")
    done = scene.acts.enrol(other, ANNA, "good")
    assert isinstance(done, FailureToEnrol), done
    assert {row["grant"] for row in scene.picture["template"]} != {other}


@pytest.mark.parametrize("how", ["begun", "done"])
def test_who_is_leaving_is_not_asked_again(scene: Scene, how: str) -> None:
    """Erased between the question's draft and its unit: facts are read again there."""
    grant, subject = scene.granted(ANNA)

    def leave() -> None:
        if how == "done":
            scene.acts.erase(subject, app=scene.house.other)
        else:
            scene.house.die_elsewhere(
                "erase.committed", lambda app: scene.acts.erase(subject, app=app)
            )

    scene.meanwhile("grant.keys", leave)
    world = scene.house.at(ARCHIVE)
    wish = world.wish(ANNA, subject=SubjectId(subject), identity=None)
    done = ask_grant(scene.house.app, world.who("steward"), wish)
    assert isinstance(done, Refusal), done
    assert set(scene.picture.grants) == {grant}


def test_a_code_is_for_one_grant_alone(scene: Scene) -> None:
    first = scene.acts.ask(ANNA, ARCHIVE, CLEARANCE, None, None)
    assert isinstance(first, Asked)
    second = scene.acts.ask(ANNA, ARCHIVE, CLEARANCE, None, first.subject)
    assert isinstance(second, Asked)
    code = scene.house.letters.codes[first.grant]
    assert isinstance(confirm(scene.house.app, GrantId(second.grant), code), WrongCode)
    assert scene.picture.grants[second.grant]["state"] == "pending"

"""What is covered in a photo that is shown: more than was found once, and never the one shown."""

import pytest

from licet.effects.covering import faces_to_cover
from licet.terms.face import Box, Face
from licet.terms.ids import FaceId, ItemId
from licet.terms.source import ItemFace

OWN, OTHER = Box(100, 100, 80, 100), Box(300, 100, 80, 100)


def covered(*found: Box, strength: float = 0.9) -> set[Box]:
    now = [Face(box, ((0.0, 0.0),) * 5, strength) for box in found]
    stored = [ItemFace(FaceId("1"), ItemId("i"), OWN), ItemFace(FaceId("2"), ItemId("i"), OTHER)]
    faces = faces_to_cover(now, stored, [OWN])
    assert {OWN, OTHER} <= set(faces)
    return set(faces) - {OWN, OTHER}


def test_a_face_that_was_missed_is_covered_now() -> None:
    new = Box(500, 90, 30, 40)
    assert covered(OWN, OTHER, new) == {new}


@pytest.mark.parametrize("again", [Box(110, 105, 80, 100), Box(108, 110, 60, 75)])
def test_the_one_who_is_shown_stays_visible_however_they_are_found_again(again: Box) -> None:
    assert covered(again) == set()


@pytest.mark.parametrize(
    "head",
    [Box(160, 120, 80, 100), Box(120, 140, 40, 50), Box(60, 60, 160, 190)],
    ids=["beside", "small in front", "large around"],
)
def test_a_head_that_touches_theirs_is_covered(head: Box) -> None:
    assert covered(OWN, head) == {head}


def test_a_doubtful_find_is_covered_unless_its_cover_would_reach_theirs() -> None:
    apart, near = Box(500, 90, 30, 40), Box(190, 100, 60, 80)
    assert covered(apart, near, strength=0.4) == {apart}
    assert covered(apart, near, strength=0.6) == {apart, near}

"""A live capture: what passes, what fails, and that a picture that is held up does not turn."""

from dataclasses import replace

import pytest

from licet.effects.capturing import MOST_FRAMES, TURNS, Capture, drawn, pose_of, unclear
from licet.terms.capturing import Hint, Pose
from licet.terms.face import Inspection, SeenFace
from tests.fakes.deployment import World
from tests.fakes.vision import photo

AHEAD, LEFT, RIGHT = Pose.AHEAD, Pose.LEFT, Pose.RIGHT
YAW = {AHEAD: 0.0, LEFT: 25.0, RIGHT: -25.0}
SERIES = (AHEAD, LEFT, AHEAD, RIGHT, AHEAD)


def shot(who: str, pose: Pose = AHEAD, n: int = 0) -> bytes:
    return photo(who, shot=n, yaw=YAW[pose])


def face(world: World, **quality: float) -> SeenFace:
    seen = world.vision.inspect(photo("anna"))
    assert isinstance(seen, Inspection)
    return replace(seen.faces[0], quality=replace(seen.faces[0].quality, **quality))


def test_who_does_what_is_asked_is_through(world: World) -> None:
    capture = Capture(SERIES)
    looks = [capture.take(world.app, shot("anna", pose, n)) for n, pose in enumerate(SERIES)]
    assert [one.hint for one in looks] == [Hint.GOOD] * 5
    assert looks[-1].over
    assert len(capture.ahead) == 3


def test_a_series_is_drawn_anew_and_turns_between_looks_ahead() -> None:
    many = {drawn() for _ in range(200)}
    assert len(many) > 1
    for series in many:
        assert series[::2] == (AHEAD,) * (TURNS + 1)
        assert set(series[1::2]) <= {LEFT, RIGHT}


def test_a_portrait_that_does_not_turn_gets_nowhere(world: World) -> None:
    capture = Capture(SERIES)
    looks = [capture.take(world.app, shot("anna", n=n)) for n in range(MOST_FRAMES)]
    assert capture.failed
    assert not capture.over
    assert looks[-1].done == 1


def test_a_recording_that_turns_as_it_likes_fails(world: World) -> None:
    capture = Capture((AHEAD, LEFT, AHEAD))
    capture.take(world.app, shot("anna"))
    looks = [capture.take(world.app, shot("anna", RIGHT, n)) for n in range(8)]
    assert looks[0].hint is Hint.OTHER_WAY
    assert not looks[0].failed
    assert looks[-1].failed
    assert not capture.take(world.app, shot("anna", LEFT, 9)).over


def test_two_faces_in_one_series_are_two_people(world: World) -> None:
    capture = Capture(SERIES)
    capture.take(world.app, shot("anna"))
    looks = [capture.take(world.app, shot("bob", LEFT, n)) for n in range(5)]
    assert looks[0].hint is Hint.OTHER_FACE
    assert looks[-1].failed
    assert len(capture.ahead) == 1


def test_what_shows_nobody_or_several_says_so(world: World) -> None:
    capture = Capture(SERIES)
    assert capture.take(world.app, photo()).hint is Hint.NO_FACE
    assert capture.take(world.app, b"no photo").hint is Hint.NO_FACE
    assert capture.take(world.app, photo("anna", "bob")).hint is Hint.SEVERAL
    assert capture.take(world.app, shot("anna", LEFT)).hint is Hint.TURN
    assert capture.done == 0


@pytest.mark.parametrize(
    ("quality", "hint"),
    [
        ({"eye_distance": 20.0}, Hint.FAR),
        ({"exposure": 20.0}, Hint.DARK),
        ({"exposure": 240.0}, Hint.BRIGHT),
        ({"sharpness": 10.0}, Hint.BLURRED),
        ({"eye_distance": 30.0, "yaw": 25.0}, None),
        ({}, None),
    ],
)
def test_each_lack_has_its_hint(world: World, quality: dict, hint: Hint | None) -> None:
    assert unclear(face(world, **quality)) is hint


@pytest.mark.parametrize(
    ("yaw", "pose"), [(0.0, AHEAD), (14.0, AHEAD), (15.0, None), (16.0, LEFT), (-30.0, RIGHT)]
)
def test_poses_do_not_touch(world: World, yaw: float, pose: Pose | None) -> None:
    assert pose_of(face(world, yaw=yaw)) is pose

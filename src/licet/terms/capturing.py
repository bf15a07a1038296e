"""A live capture: what a person is asked to do before a camera, and what was seen of it."""

from dataclasses import dataclass
from enum import StrEnum


class Pose(StrEnum):
    """Where a person is asked to look. Left and right are their own."""

    AHEAD = "ahead"
    LEFT = "left"
    RIGHT = "right"


class Hint(StrEnum):
    """What keeps a frame from being used, or that it was."""

    GOOD = "good"
    TURN = "turn"
    NO_FACE = "no_face"
    SEVERAL = "several"
    FAR = "far"
    DARK = "dark"
    BRIGHT = "bright"
    BLURRED = "blurred"
    CUT_OFF = "cut_off"
    OTHER_FACE = "other_face"
    OTHER_WAY = "other_way"


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of one frame: a hint, the pose asked for now, how many of them are done.

    ``over`` says that the last one is done; ``failed`` that a new capture must begin.
    """

    hint: Hint
    asked: Pose
    done: int
    of: int
    over: bool = False
    failed: bool = False

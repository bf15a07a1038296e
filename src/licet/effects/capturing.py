"""A live capture, judged frame by frame: one face, good light, and the turns that are asked for.

The turns are drawn anew for each capture. A picture that is held before the camera does not
turn: however it is tilted, its nose stays where it is between its eyes. That is friction and
no proof (ISO/IEC 30107): somebody with a moving picture of somebody else can pass. Frames are
compared in memory; what is left over of them are the samples of one face, for minutes.
"""

import secrets
from dataclasses import dataclass, field

from licet.app import App
from licet.effects.fixtures import refuse_strange
from licet.terms.capturing import Hint, Looked, Pose
from licet.terms.face import Inspection, SeenFace

TURNS = 3
"""Turns of one capture, each after a look ahead: one series in eight fits a recording."""

AHEAD_WITHIN = 14.0
TURNED_FROM = 16.0
"""Degrees of yaw, as the landmarks tell it; good to some ten degrees (``vision.quality``)."""

FAR_BELOW = 40.0
"""Pixels between the eyes: nearer than enrolment needs, because a hand shakes."""

DARK_BELOW, BRIGHT_ABOVE = 45.0, 220.0
"""Mean luminance of the face, a little inside of what enrolment refuses."""

SHARP_FROM = 30.0

SOON = 3
"""So many frames after a new turn is asked for are not held against anybody who is slow."""

WRONG = 3
"""So many frames in a row that show the other turn end a capture: a recording goes on turning."""

MOST_FRAMES = 240
"""Frames of one capture at most: two minutes of looks."""


def drawn() -> tuple[Pose, ...]:
    """Return the poses of a new capture: a look ahead before each turn, and one at the end."""
    turns = (secrets.choice((Pose.LEFT, Pose.RIGHT)) for _ in range(TURNS))
    return (*(pose for turn in turns for pose in (Pose.AHEAD, turn)), Pose.AHEAD)


@dataclass
class Capture:
    """One capture on its way, in memory: what is asked, and the samples that were good.

    ``ahead`` are those that a reference may be made of.
    """

    asked: tuple[Pose, ...] = field(default_factory=drawn)
    ahead: list[SeenFace] = field(default_factory=list)
    done: int = 0
    frames: int = 0
    failed: bool = False
    _since: int = 0
    _wrong: int = 0

    @property
    def over(self) -> bool:
        """Whether everything that was asked for was seen."""
        return self.done == len(self.asked) and not self.failed

    def take(self, app: App, frame: bytes) -> Looked:
        """Judge one frame (JPEG). Raises ``BadInput`` for one that a sandbox may not take."""
        refuse_strange(app, frame)
        self.frames += 1
        self._since += 1
        if self.over or self.failed:
            return self._looked(Hint.GOOD)
        seen = app.vision.inspect(frame, flips=True)
        faces = seen.faces if isinstance(seen, Inspection) else ()
        hint = self._hint(app, faces)
        if hint is Hint.GOOD:
            self._accept(faces[0])
        self._count(hint)
        return self._looked(hint)

    def _hint(self, app: App, faces: tuple[SeenFace, ...]) -> Hint:
        if not faces:
            return Hint.NO_FACE
        if len(faces) > 1:
            return Hint.SEVERAL
        found = unclear(faces[0])
        if found is not None:
            return found
        if self.ahead and not self._same(app, faces[0]):
            return Hint.OTHER_FACE
        pose, asked = pose_of(faces[0]), self.asked[self.done]
        if pose is asked:
            fit = asked is not Pose.AHEAD or not app.vision.assess(faces[0])
            return Hint.GOOD if fit else Hint.CUT_OFF
        opposite = {Pose.LEFT: Pose.RIGHT, Pose.RIGHT: Pose.LEFT}
        return Hint.OTHER_WAY if pose is not None and pose is opposite.get(asked) else Hint.TURN

    def _same(self, app: App, face: SeenFace) -> bool:
        """Say whether a face is the one that the capture began with."""
        return face.template.compare(self.ahead[0].template) >= app.vision.same_person_threshold()

    def _accept(self, face: SeenFace) -> None:
        if self.asked[self.done] is Pose.AHEAD:
            self.ahead.append(face)
        self.done += 1
        self._since = self._wrong = 0

    def _count(self, hint: Hint) -> None:
        """Let a capture fail that goes on in another way than it is asked to."""
        late = self._since > SOON
        self._wrong = self._wrong + 1 if hint is Hint.OTHER_WAY and late else 0
        # Two faces in one series are two people, or two pictures.
        self.failed = (
            self._wrong >= WRONG
            or (hint is Hint.OTHER_FACE and late)
            or (self.frames >= MOST_FRAMES and not self.over)
        )

    def _looked(self, hint: Hint) -> Looked:
        asked = self.asked[min(self.done, len(self.asked) - 1)]
        return Looked(hint, asked, self.done, len(self.asked), self.over, self.failed)


def unclear(face: SeenFace) -> Hint | None:
    """Return what is wrong with how a face was taken, whichever way it looks; None if nothing."""
    quality = face.quality
    rules: tuple[tuple[bool, Hint], ...] = (
        (quality.eye_distance < FAR_BELOW * _foreshortened(quality.yaw), Hint.FAR),
        (quality.exposure < DARK_BELOW, Hint.DARK),
        (quality.exposure > BRIGHT_ABOVE, Hint.BRIGHT),
        (quality.sharpness < SHARP_FROM, Hint.BLURRED),
    )
    return next((hint for wrong, hint in rules if wrong), None)


def pose_of(face: SeenFace) -> Pose | None:
    """Return where a head looks; None between two poses. Its own left is where yaw is positive."""
    yaw = face.quality.yaw
    if abs(yaw) <= AHEAD_WITHIN:
        return Pose.AHEAD
    if abs(yaw) < TURNED_FROM:
        return None
    return Pose.LEFT if yaw > 0 else Pose.RIGHT


def _foreshortened(yaw: float) -> float:
    """Return by how much a turned head's eyes are nearer to each other than they would be."""
    return 0.7 if abs(yaw) > AHEAD_WITHIN else 1.0

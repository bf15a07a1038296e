"""Looking at a probe photo, so that a person sees what is searched with. Nobody is compared."""

from dataclasses import dataclass

from licet.app import App
from licet.effects.fixtures import refuse_strange
from licet.terms.errors import BadInput
from licet.terms.face import Box, Inspection, Unreadable

PICTURE_SIDE = 1600
"""As large as a screen shows a photo to somebody who chooses a face in it."""


@dataclass(frozen=True, slots=True)
class ProbeFaces:
    """The faces in a probe photo, strongest first, and the photo as JPEG without metadata.

    ``width`` and ``height`` are the upright photo's, in whose pixels the boxes are.
    """

    width: int
    height: int
    faces: tuple[Box, ...]
    picture: bytes


def inspected(app: App, photo: bytes) -> Inspection:
    """Return the faces of a probe photo. Raises ``BadInput`` for none, or no photo."""
    refuse_strange(app, photo)
    seen = app.vision.inspect(photo)
    if isinstance(seen, Unreadable):
        raise BadInput(f"the probe photo cannot be read: {seen.reason}", seen.remedy)
    if not seen.faces:
        raise BadInput("no face was found in the probe photo", "Use a photo that shows a face.")
    return seen


def pictured(app: App, photo: bytes) -> ProbeFaces:
    """Return a probe photo as a browser can show it, and its faces. Raises ``BadInput``."""
    seen = inspected(app, photo)
    picture = app.vision.redact(photo, (), long_side=PICTURE_SIDE)
    return ProbeFaces(seen.width, seen.height, tuple(one.face.box for one in seen.faces), picture)

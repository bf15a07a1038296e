"""The pages of a search: a photo, the face in it, the candidates, or a refusal."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from licet.terms.permit import Refusal


@dataclass(frozen=True, slots=True)
class FaceBox:
    """A face in a photo, in its pixels. ``tone`` is ``known``, ``covered`` or ``plain``."""

    name: str
    x: int
    y: int
    width: int
    height: int
    tone: str = "plain"

    @property
    def view(self) -> str:
        """The square around the face that a crop of the photo shows, as an SVG ``viewBox``."""
        side = round(1.5 * max(self.width, self.height))
        left = self.x + (self.width - side) // 2
        top = self.y + (self.height - side) // 2
        return f"{left} {top} {side} {side}"


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo as a page shows it: where it is, its size in pixels, and its faces."""

    address: str
    width: int
    height: int
    faces: tuple[FaceBox, ...] = ()


@dataclass(frozen=True, slots=True)
class AskSearch:
    """A form: which case, and the photo that its evidence holds.

    ``cases`` are pairs of a case's id and its reference. ``errors`` go beside their fields.
    ``step_up`` says that the session is no longer fresh: one proves first who one is.
    """

    template: ClassVar[str] = "search_ask.html"

    cases: tuple[tuple[str, str], ...]
    left_today: int
    case: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    step_up: bool = False


@dataclass(frozen=True, slots=True)
class ChooseFace:
    """A photo with its faces: which one is searched with. ``case`` is its reference.

    ``step_up`` as in :class:`AskSearch`.
    """

    template: ClassVar[str] = "search_face.html"

    case: str
    photo: Picture
    token: str
    step_up: bool = False


@dataclass(frozen=True, slots=True)
class Appeared:
    """Where and when somebody was seen, and the picture that shows them with others covered.

    ``photo`` is its address, ``face`` where in it they are. ``during`` is when in a video, ""
    for a photo; ``confirmed`` that a person looked at it.
    """

    source: str
    at: datetime
    photo: str
    face: FaceBox
    during: str = ""
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """A candidate beside the probe. ``enrolment`` says that the score is with their enrolment.

    Otherwise it is with a photo in which they were seen.
    """

    rank: int
    score: float
    expected_innocent: float
    enrolment: bool
    seen: tuple[Appeared, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidates:
    """What a search answered: candidates, best first, or nobody. Neither is a decision.

    ``case`` is its reference; ``probe`` is the photo, with the one face that was searched with.
    """

    template: ClassVar[str] = "search_result.html"

    case: str
    probe: Picture
    searched: int
    threshold: float
    expected_innocent: float
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """A page in place of what was refused. ``back`` is where one came from.

    ``step_up`` says that to prove once more who one is changes it.
    """

    template: ClassVar[str] = "refused.html"

    refusal: Refusal
    back: str
    step_up: bool = False

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
    crop: str = ""


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
    """

    template: ClassVar[str] = "search_ask.html"

    cases: tuple[tuple[str, str], ...]
    left_today: int
    case: str = ""
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChooseFace:
    """A photo with several faces: which one is searched with. ``errors`` as in a form."""

    template: ClassVar[str] = "search_face.html"

    case: str
    photo: Picture
    token: str
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Appeared:
    """Where and when somebody was seen."""

    source: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Candidate:
    """A candidate beside the probe. ``findings`` is how many verifiers looked, of two."""

    rank: int
    crop: str
    score: float
    expected_innocent: float
    findings: int = 0
    seen: tuple[Appeared, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidates:
    """What a search answered: candidates, best first, or nobody. Neither is a decision."""

    template: ClassVar[str] = "search_result.html"

    case: str
    probe: str
    searched: int
    threshold: float
    expected_innocent: float
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """A page in place of what was refused. ``back`` is where one came from."""

    template: ClassVar[str] = "refused.html"

    refusal: Refusal
    back: str

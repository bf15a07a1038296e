"""What passes the doors of collecting."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from licet.terms.face import Score
from licet.terms.ids import GrantId, RunId, SuggestionId, TemplateId

ReportProgress = Callable[[float, int], None]
"""Called with photos done and photos in all; of a video that is looked at, with its part."""


class Standing(StrEnum):
    """What becomes of a comparison: kept as an appearance, or kept as a suggestion."""

    APPEARANCE = "appearance"
    SUGGESTION = "suggestion"


@dataclass(frozen=True, slots=True)
class Identified:
    """A face (its place in the photo's list of faces) that may be a data subject's."""

    face: int
    grant: GrantId
    score: Score
    standing: Standing


@dataclass(frozen=True, slots=True)
class Collected:
    """What a run did.

    ``items`` are new, ``known`` were met before (same content), ``faces`` were
    found in the new ones; all but the appearances and suggestions were
    forgotten. ``unreadable`` are (address, reason): the first hundred of
    ``unreadable_count``. ``lapsed`` says that the right to collect ended on the
    way: what was kept before stays, nothing was kept after.
    """

    run: RunId
    items: int
    known: int
    faces: int
    appearances: int
    suggestions: int
    unreadable: tuple[tuple[str, str], ...]
    unreadable_count: int


@dataclass(frozen=True, slots=True)
class Accepted:
    """A suggestion became a confirmed appearance."""

    suggestion: SuggestionId
    template: TemplateId
    leaf: int

"""What everybody may know of a deployment."""

from dataclasses import dataclass

from licet.terms.ids import PurposeId
from licet.terms.source import BystanderCondition


@dataclass(frozen=True, slots=True)
class PublicSource:
    """A source of photos, whose it is, and where one objects to it.

    ``condition`` is why its other faces may be compared at all, None where they never are.
    """

    name: str
    organisation: str
    condition: BystanderCondition | None
    contact: str


@dataclass(frozen=True, slots=True)
class PublicFacts:
    """Who is responsible, what for, and where photos come from.

    No number of people is among them: one that changes would tell when somebody came or left.
    """

    controller: str
    contact: str
    authority: str
    purposes: tuple[PurposeId, ...]
    sources: tuple[PublicSource, ...]

"""What the API answers, where a flow's own type says too much or cannot be written as JSON."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from licet.terms.admission import Myself
from licet.terms.organisation import Role
from licet.terms.search import SearchResult, SearchState
from licet.terms.source import Fate


class Problem(BaseModel):
    """What went wrong (RFC 9457). A refusal has its reason, article and what would change it."""

    type: str
    title: str
    status: int
    instance: str
    detail: str | None = None
    reason: str | None = None
    action: str | None = None
    article: str | None = None
    would_change: str | None = None
    errors: list[dict[str, str]] | None = None
    sign: dict[str, str] | None = Field(default=None, description="What a passkey has to sign.")


class Me(BaseModel):
    """Who calls, and how."""

    member: str
    name: str
    organisation: str
    organisation_name: str
    roles: list[Role]
    attended_by: str
    signed_in_at: datetime | None
    expires: datetime

    @classmethod
    def of(cls, myself: Myself) -> "Me":
        """Write down who calls."""
        return cls(
            member=myself.member,
            name=myself.name,
            organisation=myself.organisation,
            organisation_name=myself.organisation_name,
            roles=sorted(myself.roles),
            attended_by=myself.attended_by,
            signed_in_at=myself.signed_in_at,
            expires=myself.expires,
        )


class Reported(BaseModel):
    """How many files of a source had which fate, by which rule."""

    fate: Fate
    rule: str
    files: int


class Approved(BaseModel):
    """A case that was approved, and when."""

    case: str
    at: datetime


class Begun(BaseModel):
    """An act that waits for another member's signature, and until when."""

    act: str
    expires: datetime


class Carried(BaseModel):
    """An act that was carried out, and what came of it: an id, an entry, or what is told once."""

    act: str
    kind: str
    answer: Any


class CandidateFound(BaseModel):
    """One candidate: a comparison score, never a decision."""

    id: str
    rank: int
    grant: str
    score: int
    expected_innocent: float
    appearances: int


class Searched(BaseModel):
    """The answer to a search. ``none`` is one too: nobody who may be found is this alike."""

    id: str
    state: SearchState
    candidates: list[CandidateFound]
    threshold: int
    fpir: float
    in_scope: int
    expected_innocent: float
    leaf: int
    caveat: str

    @classmethod
    def of(cls, result: SearchResult) -> "Searched":
        """Write down a result; where somebody was seen is asked for candidate by candidate."""
        found = [
            CandidateFound(
                id=one.id,
                rank=one.rank,
                grant=one.grant,
                score=one.score,
                expected_innocent=one.expected_innocent,
                appearances=len(one.appearances),
            )
            for one in result.candidates
        ]
        return cls(
            id=result.id,
            state=result.state,
            candidates=found,
            threshold=result.threshold,
            fpir=result.fpir,
            in_scope=result.in_scope,
            expected_innocent=result.expected_innocent,
            leaf=result.leaf,
            caveat=result.caveat,
        )

    def among(self, candidates: Iterable[str]) -> "Searched":
        """Return the result without the candidates that are not among these."""
        there = frozenset(candidates)
        found = [one for one in self.candidates if one.id in there]
        return self.model_copy(update={"candidates": found})

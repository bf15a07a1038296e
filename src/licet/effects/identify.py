"""Whose face may this be? Two thresholds, three answers (DESIGN: collecting decides twice).

1. At or above the strict threshold, and of one subject only: an appearance.
2. Between the search threshold and the strict one: a suggestion.
3. Below: nothing; the face is forgotten.

A face that reaches the strict threshold for two subjects is nobody's for sure:
both get suggestions. Within one photo, and at one moment of a video, a subject has one
appearance, their best face; a further face (a mirror, a collage) is a suggestion.
"""

from collections.abc import Sequence

from licet.terms.collecting import Identified, Standing
from licet.terms.face import Score
from licet.terms.gallery import Candidate
from licet.terms.ids import GrantId, SubjectId

Spans = Sequence[tuple[int, int] | None]
"""When each face is seen, in milliseconds; None for the faces of a photo."""


def identify(
    candidates: Sequence[tuple[Candidate, ...]], strict: Score, spans: Spans = ()
) -> tuple[Identified, ...]:
    """Return what to keep of the faces of one photo or video.

    ``candidates`` holds, face by face, the references at or above the search
    threshold, best first. Pure; the order of the answer is by face, then grant.
    """
    claims: list[tuple[int, SubjectId, dict[GrantId, Score], bool]] = []
    for face, found in enumerate(candidates):
        sure = {c.subject for c in found if c.score >= strict}
        for subject in _in_order(found, sure):
            scores = _best_by_grant(found, subject)
            claims.append((face, subject, scores, len(sure) == 1))
    best = _best_faces_by_subject(claims, spans or [None] * len(candidates))
    return tuple(
        Identified(face, grant, score, _standing(score, strict, only and face in best[subject]))
        for face, subject, scores, only in claims
        for grant, score in sorted(scores.items())
    )


def _in_order(found: tuple[Candidate, ...], sure: set[SubjectId]) -> list[SubjectId]:
    """Return the subjects a face is kept for: those surely reached, else the best one alone."""
    if not found:
        return []
    return sorted(sure) if sure else [found[0].subject]


def _best_by_grant(found: tuple[Candidate, ...], subject: SubjectId) -> dict[GrantId, Score]:
    scores: dict[GrantId, Score] = {}
    for candidate in found:
        if candidate.subject == subject:
            scores[candidate.grant] = max(
                scores.get(candidate.grant, candidate.score), candidate.score
            )
    return scores


def _best_faces_by_subject(
    claims: Sequence[tuple[int, SubjectId, dict[GrantId, Score], bool]], spans: Spans
) -> dict[SubjectId, list[int]]:
    """Return each subject's best faces, no two at one moment; the earlier of two equal ones."""
    best: dict[SubjectId, list[int]] = {}
    for _, face, subject in sorted((-max(s.values()), f, who) for f, who, s, _ in claims):
        taken = best.setdefault(subject, [])
        if not any(at_one_moment(spans[face], spans[other]) for other in taken):
            taken.append(face)
    return best


def at_one_moment(one: tuple[int, int] | None, other: tuple[int, int] | None) -> bool:
    """Say whether two faces are seen at the same moment, as all faces of a photo are."""
    if one is None or other is None:
        return True
    return one[0] < other[1] and other[0] < one[1]


def _standing(score: Score, strict: Score, alone: bool) -> Standing:
    return Standing.APPEARANCE if alone and score >= strict else Standing.SUGGESTION

"""Which moments of a covered video a person should look at: where something may be missed.

1. Just before a face is covered and just after: was it there already, is it there still?
2. Where a face was found weakly: others like it may be missed.
3. And some moments at even distances, since where nothing was found nothing else leads.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from licet.terms.covering import SURE, Why
from licet.vision.following import Trail

BESIDE = 40
"""Milliseconds before and after a cover: a frame."""
ONE_MOMENT = 400
"""Milliseconds within which one look is enough."""
SAMPLES, SOONEST = 60, 2000
"""How many even samples at most, and how many milliseconds apart at least."""
MOST = 240
"""Stills of one video: more than anybody looks through."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment that is worth a look, and why."""

    at: int
    why: Why


def moments_of(trails: Sequence[Trail], ends: int) -> tuple[tuple[Moment, ...], int]:
    """Return the moments to keep stills of, in order, and how many more there would be."""
    found: list[Moment] = []
    for trail in trails:
        begins, over = trail.first.at - trail.hold - BESIDE, trail.last.at + trail.hold + BESIDE
        if begins > 0:  # 1
            found.append(Moment(begins, Why.BEFORE))
        if over < ends:
            found.append(Moment(over, Why.AFTER))
        if trail.weakest.strength < SURE:  # 2
            found.append(Moment(trail.weakest.at, Why.WEAK))
    doubtful = _apart(found)
    step = max(SOONEST, ends // SAMPLES)
    samples = [Moment(at, Why.SAMPLE) for at in range(0, max(1, ends), step)]  # 3
    room = max(0, MOST - len(samples))
    kept = _even(doubtful, room)
    return tuple(sorted((*kept, *samples), key=lambda one: one.at)), len(doubtful) - len(kept)


def _apart(moments: Sequence[Moment]) -> list[Moment]:
    """Return moments without those that one look tells, too."""
    kept: list[Moment] = []
    for one in sorted(moments, key=lambda one: one.at):
        if not kept or one.at - kept[-1].at >= ONE_MOMENT:
            kept.append(one)
    return kept


def _even(moments: Sequence[Moment], room: int) -> list[Moment]:
    """Return so many of them, from all parts of the video."""
    if len(moments) <= room:
        return list(moments)
    return [moments[at * len(moments) // room] for at in range(room)]

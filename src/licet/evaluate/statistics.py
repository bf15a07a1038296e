"""Rates and their intervals. People, not photos, are what is drawn again."""

import math

import numpy as np
from numpy.typing import NDArray

from licet.evaluate.report import Interval

Scores = NDArray[np.float64]
People = NDArray[np.int64]

DRAWS = 1000
LEVEL = 0.95
WILSON_Z = 1.959964


def threshold_at(non_mated: Scores, fpir: float) -> float:
    """Return the smallest threshold at which at most ``fpir`` of the probes give a candidate.

    It is just above the highest score that must be left out.
    """
    ranked = np.sort(non_mated)[::-1]
    allowed = math.floor(fpir * len(ranked) + 1e-9)
    return float(np.nextafter(ranked[allowed], np.inf)) if allowed < len(ranked) else -np.inf


def fnir_interval(
    mated: Scores,
    mated_people: People,
    non_mated: Scores,
    non_mated_people: People,
    fpir: float,
    seed: int,
) -> Interval:
    """Return FNIR at ``fpir`` with a bootstrap interval over people, threshold drawn anew too."""
    chance = np.random.default_rng(seed)
    order = np.argsort(-non_mated, kind="stable")
    ranked = non_mated[order]
    strangers, mates = _Draw(non_mated_people[order]), _Draw(mated_people)
    drawn = np.empty(DRAWS)
    for at in range(DRAWS):
        weights = strangers.weights(chance)
        allowed = fpir * weights.sum() + 1e-9
        last = int(np.searchsorted(np.cumsum(weights), allowed, side="right"))
        cut = np.nextafter(ranked[last], np.inf) if last < len(ranked) else -np.inf
        weights = mates.weights(chance)
        drawn[at] = float((weights * (mated < cut)).sum() / weights.sum())
    missed = mated < threshold_at(non_mated, fpir)
    return _percentiles(missed, mated_people, drawn)


def mean_interval(events: NDArray[np.bool_], people: People, seed: int) -> Interval:
    """Return a share with its bootstrap interval over people."""
    chance = np.random.default_rng(seed)
    draw = _Draw(people)
    drawn = np.empty(DRAWS)
    for at in range(DRAWS):
        weights = draw.weights(chance)
        drawn[at] = float((weights * events).sum() / weights.sum())
    return _percentiles(events, people, drawn)


def rate_interval(events: NDArray[np.bool_], people: People) -> Interval:
    """Return a rate of rare events with Wilson's interval, as if each person were one trial.

    A person's photos resemble each other, so counting each would promise too much; and
    where no event was seen a bootstrap would say that none can happen.
    """
    trials = len(np.unique(people))
    rate = float(np.mean(events))
    square = WILSON_Z**2
    middle = (rate + square / (2 * trials)) / (1 + square / trials)
    spread = WILSON_Z * math.sqrt(rate * (1 - rate) / trials + square / (4 * trials**2))
    spread /= 1 + square / trials
    return Interval(rate, max(0.0, middle - spread), min(1.0, middle + spread))


class _Draw:
    """Drawing people with replacement; a person's trials come along together."""

    def __init__(self, people: People) -> None:
        known, self._where = np.unique(people, return_inverse=True)
        self._count = len(known)

    def weights(self, chance: np.random.Generator) -> NDArray[np.int64]:
        """Return how often each trial counts in one draw."""
        drawn = chance.integers(0, self._count, self._count)
        return np.bincount(drawn, minlength=self._count)[self._where]


def _percentiles(events: NDArray[np.bool_], people: People, drawn: NDArray[np.float64]) -> Interval:
    """Return a share with the middle 95 % of what was drawn.

    A share of exactly 0 or 1 is drawn as itself every time, so there Wilson's bound stands.
    """
    if not events.any() or events.all():
        return rate_interval(events, people)
    edge = (1 - LEVEL) / 2 * 100
    low, high = np.percentile(drawn, [edge, 100 - edge])
    return Interval(float(np.mean(events)), float(low), float(high))

"""Same person or not, on listed pairs (the LFW protocol)."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from licet.evaluate.folders import Pair
from licet.evaluate.report import Interval, PairsResult
from licet.terms.face import ONE, Score, Template

NO_FACE = -ONE
"""The score of a pair of which one photo has no face: taken for different people."""


def measure_pairs(
    pairs: Sequence[Pair], templates: Mapping[Path, Template], threshold: Score
) -> PairsResult:
    """Return the accuracy over folds, each judged by the best threshold of the others.

    ``threshold`` is the card's 1:1 threshold, at which FMR and FNMR are given.
    """
    scores = np.array([_score(pair, templates) for pair in pairs], np.float64)
    same = np.array([pair.same for pair in pairs])
    folds = np.array([pair.fold for pair in pairs])
    accuracies, cuts = [], []
    for fold in np.unique(folds):
        rest = folds != fold if len(np.unique(folds)) > 1 else folds == fold
        cut = _best(scores[rest], same[rest])
        cuts.append(cut)
        accuracies.append(float(np.mean((scores >= cut) == same, where=folds == fold)))
    mean = float(np.mean(accuracies))
    spread = 1.96 * float(np.std(accuracies)) / math.sqrt(len(accuracies))
    return PairsResult(
        pairs=len(pairs),
        accuracy=Interval(mean, max(0.0, mean - spread), min(1.0, mean + spread)),
        threshold=float(np.mean(cuts)) / ONE,
        fmr=_share(scores[~same] >= threshold),
        fnmr=_share(scores[same] < threshold),
    )


def _score(pair: Pair, templates: Mapping[Path, Template]) -> int:
    """Return a pair's comparison score."""
    first, second = templates.get(pair.first), templates.get(pair.second)
    if first is None or second is None:
        return NO_FACE
    return first.compare(second)


def _best(scores: NDArray[np.float64], same: NDArray[np.bool_]) -> float:
    """Return the threshold that tells most pairs right, halfway between two scores."""
    order = np.argsort(scores, kind="stable")
    below = np.concatenate([[0], np.cumsum(~same[order]) - np.cumsum(same[order])])
    ranked = np.concatenate([[-ONE - 1.0], scores[order], [ONE + 1.0]])
    at = int(np.argmax(below))
    return float((ranked[at] + ranked[at + 1]) / 2)


def _share(events: NDArray[np.bool_]) -> float:
    """Return the share of events, 0 when there are no trials."""
    return float(np.mean(events)) if len(events) else 0.0

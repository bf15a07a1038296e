"""From a model card to thresholds: FPIR(N, T) and what a score is worth (ISO/IEC 19795-1).

Rules, in the order of the code:

1. Every anchor becomes a per-comparison rate p. With N people searched independently
   FPIR = 1 - (1 - p)^N, so p = 1 - (1 - FPIR)^(1/N); a 1:1 anchor has p = FMR.
2. Between anchors the cosine is a monotone cubic of -log10 p (Fritsch and Carlson 1980):
   it never rises where the measurements do not.
3. Outside the anchors nothing was measured, so the threshold errs upwards: towards rarer
   errors it climbs with the *steepest* slope measured, towards commoner ones it falls
   with the *shallowest*.
4. A reference averaged from k photos uses the anchors of the largest number of photos
   that is not above k.
"""

import itertools
import math
from bisect import bisect_right
from dataclasses import dataclass

from licet.terms.errors import BadInput, Setup
from licet.terms.face import Score, cosine_of, score_of
from licet.vision.card import Anchor, ModelCard

SAME_PERSON_FMR = 1e-3
"""1:1 false match rate at which two enrolment photos are taken for the same person."""

_LOWEST_COSINE = -1.0
_HIGHEST_COSINE = 1.0
_HALVINGS = 60


def comparison_rate(fpir: float, subjects: int) -> float:
    """Return the per-comparison rate p at which N independent people give ``fpir``."""
    return -math.expm1(math.log1p(-fpir) / subjects)


@dataclass(frozen=True, slots=True)
class Curve:
    """A cosine for every rarity r = -log10 p; both strictly rising. ``slopes`` at the knots."""

    rarities: tuple[float, ...]
    cosines: tuple[float, ...]
    slopes: tuple[float, ...]

    def cosine(self, rarity: float) -> float:
        """Return the threshold cosine for a rarity, clipped to [-1, 1]."""
        return min(_HIGHEST_COSINE, max(_LOWEST_COSINE, self._cosine(rarity)))

    def rarity(self, cosine: float) -> float:
        """Return the rarity of a cosine: the inverse of :meth:`cosine`, never below 0."""
        low, high = 0.0, 100.0
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            if self._cosine(middle) < cosine:
                low = middle
            else:
                high = middle
        return low

    def _cosine(self, rarity: float) -> float:
        """Return the cosine without clipping."""
        xs, ys = self.rarities, self.cosines
        secants = _secants(xs, ys)
        if rarity <= xs[0]:
            return ys[0] - min(secants) * (xs[0] - rarity)
        if rarity >= xs[-1]:
            return ys[-1] + max(secants) * (rarity - xs[-1])
        at = bisect_right(xs, rarity) - 1
        width = xs[at + 1] - xs[at]
        t = (rarity - xs[at]) / width
        return (
            (1 + 2 * t) * (1 - t) ** 2 * ys[at]
            + t * (1 - t) ** 2 * width * self.slopes[at]
            + t * t * (3 - 2 * t) * ys[at + 1]
            + t * t * (t - 1) * width * self.slopes[at + 1]
        )


class Calibration:
    """Thresholds and expectations of one model, from the anchors of its card."""

    def __init__(self, card: ModelCard) -> None:
        """Build the curves. Raises :class:`Setup` when the card has too few anchors."""
        by_photos: dict[int, list[Anchor]] = {}
        for anchor in card.anchors:
            by_photos.setdefault(anchor.photos, []).append(anchor)
        if 1 not in by_photos:
            raise Setup(
                f"the card of {card.name} has no one-photo anchors",
                "measure it with `licet evaluate --calibrate`",
            )
        self._curves = {photos: curve_of(found) for photos, found in by_photos.items()}

    def threshold(self, fpir: float, subjects: int, photos: int) -> Score:
        """Return the smallest score at which FPIR(N, T) is at most ``fpir``.

        Raises :class:`BadInput` unless 0 < fpir < 1 and subjects >= 1.
        """
        if not 0 < fpir < 1:
            raise BadInput(f"an FPIR of {fpir} means nothing", "give a number between 0 and 1")
        _check_subjects(subjects)
        rarity = -math.log10(comparison_rate(fpir, subjects))
        return score_of(self._curve(photos).cosine(rarity))

    def expected_innocent(self, score: Score, subjects: int, photos: int) -> float:
        """Return how many of N people are expected at or above ``score`` by chance.

        Raises :class:`BadInput` when subjects < 1.
        """
        _check_subjects(subjects)
        return float(subjects * 10 ** -self._curve(photos).rarity(cosine_of(score)))

    def same_person(self) -> Score:
        """Return the 1:1 threshold at FMR 1e-3."""
        return score_of(self._curves[1].cosine(-math.log10(SAME_PERSON_FMR)))

    def _curve(self, photos: int) -> Curve:
        """Return the curve of the largest number of photos not above ``photos``."""
        if photos < 1:
            raise BadInput(f"a reference of {photos} photos", "average at least one photo")
        return self._curves[max(known for known in self._curves if known <= photos)]


def curve_of(anchors: list[Anchor]) -> Curve:
    """Return the curve through anchors of one number of photos. Raises :class:`Setup`."""
    points = sorted(
        (-math.log10(comparison_rate(anchor.rate, anchor.subjects)), anchor.cosine)
        for anchor in anchors
    )
    xs = tuple(x for x, _ in points)
    ys = tuple(y for _, y in points)
    if len(points) < 2 or min(_secants(xs, ys)) <= 0:
        raise Setup("the anchors of a card must rise", "measure them again on more people")
    return Curve(xs, ys, _slopes(xs, ys))


def _check_subjects(subjects: int) -> None:
    """Refuse a search among nobody."""
    if subjects < 1:
        raise BadInput(f"{subjects} people in scope", "a threshold needs at least one")


def _secants(xs: tuple[float, ...], ys: tuple[float, ...]) -> list[float]:
    """Return the slope of each interval; equal rarities count as not rising."""
    return [
        (ys[i + 1] - ys[i]) / (xs[i + 1] - xs[i]) if xs[i + 1] > xs[i] else 0.0
        for i in range(len(xs) - 1)
    ]


def _slopes(xs: tuple[float, ...], ys: tuple[float, ...]) -> tuple[float, ...]:
    """Return Fritsch-Carlson slopes (harmonic means), which keep the curve monotone."""
    secants = _secants(xs, ys)
    inner = [2 * a * b / (a + b) for a, b in itertools.pairwise(secants)]
    return (secants[0], *inner, secants[-1])

"""Compares the faces of a batch with the references in scope, in one pass."""

from dataclasses import replace

from licet.effects.identify import identify
from licet.effects.keeping import Recognised
from licet.effects.shelf import fresh_gallery
from licet.effects.walking import Walk
from licet.terms.face import Box, overlap
from licet.terms.source import ItemFace

SAME_FACE = 0.5
"""Overlap (intersection over union) above which a box found again is the same face."""

NEAR_FACE = 0.2
"""Overlap above which a face of a video that is seen at the same time is the same."""

CLOSEST = 32
"""References looked at per face; more than any person's grants at one organisation."""


def compare(walk: Walk, batch: list[Recognised]) -> list[Recognised]:
    """Return the batch with what was identified; as it was when nobody is in scope.

    Two thresholds, both for the number of people in scope now: the strict one of
    collecting, and the search threshold above which a suggestion is worth a look.
    """
    gallery = fresh_gallery(walk.app)
    permit = walk.permit()
    if permit is None or permit.fpir is None:
        return batch
    subjects = gallery.subjects(permit)
    probes = [face.template for found in batch for face in found.seen]
    if not subjects or not probes:
        return batch
    vision = walk.app.vision
    strict = vision.threshold(permit.fpir, subjects)
    loose = vision.threshold(max(walk.app.deployment.fpir_search, permit.fpir), subjects)
    lists = iter(gallery.candidates(permit, probes, loose, CLOSEST))
    return [
        replace(
            found,
            identified=identify(
                [next(lists) for _ in found.seen], strict, [face.span for face in found.stored]
            ),
        )
        for found in batch
    ]


def same_face(
    stored: tuple[ItemFace, ...], box: Box, span: tuple[int, int] | None = None
) -> ItemFace | None:
    """Return the box kept earlier that a box found again is, or None.

    In a video it is the one seen at the same time (``span``) about there.
    """

    def alike(face: ItemFace) -> tuple[float, float]:
        here = overlap(face.box, box)
        if span is None or face.span is None:
            return here, 0.0
        return together(face.span, span) if here >= NEAR_FACE else 0.0, here

    best = max(stored, key=alike, default=None)
    return best if best is not None and alike(best)[0] >= SAME_FACE else None


def together(a: tuple[int, int], b: tuple[int, int]) -> float:
    """Return intersection over union of two spans, in [0, 1]."""
    shared = min(a[1], b[1]) - max(a[0], b[0])
    return max(0, shared) / max(1, max(a[1], b[1]) - min(a[0], b[0]))

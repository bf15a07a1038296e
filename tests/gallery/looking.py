"""Looks into a gallery's own memory for bytes that should not be there."""

import numpy as np

from licet.gallery.brute import BruteGallery
from licet.gallery.contract import Gallery
from licet.gallery.exact import ExactGallery
from licet.gallery.ids import IdTable


def unused(ids: IdTable) -> np.ndarray:
    """Which slots of a table no id has, slot 0 included."""
    free = np.ones(ids.capacity, dtype=bool)
    taken = ids._table[ids._table >= 0]
    assert len(np.unique(taken)) == len(taken) == len(ids)
    free[taken] = False
    return free


def left_in_exact(gallery: ExactGallery) -> int:
    """How many bytes other than zero lie where no row, grant or subject is."""
    rows, grants = gallery._rows, gallery._grants
    spare = unused(rows.ids)
    arrays = [rows.ids.keys[spare], rows.grant[spare], rows.appearance[spare], rows.seen[spare]]
    for home, segment in enumerate(rows.segments.all):
        here = np.ones(rows.segments.rows, dtype=bool)
        part = spare[home * rows.segments.rows : (home + 1) * rows.segments.rows]
        here[: len(part)] = part
        arrays += [segment.high[here], segment.low[here]]
    spare = unused(grants.ids)
    arrays += [grants.ids.keys[spare]]
    arrays += [
        column[spare]
        for name, column in vars(grants).items()
        if isinstance(column, np.ndarray) and name != "_of_person"
    ]
    spare = unused(grants.people)
    arrays += [grants.people.keys[spare], grants._of_person[spare]]
    return sum(int(np.count_nonzero(array)) for array in arrays)


def templates_in_exact(gallery: ExactGallery) -> int:
    """How many rows hold a template, by their bytes."""
    return sum(
        int(np.count_nonzero(segment.high.any(axis=1) | segment.low.any(axis=1)))
        for segment in gallery._rows.segments.all
    )


def left_in_brute(gallery: BruteGallery) -> int:
    """Nothing is kept beside the living rows."""
    return len({row.grant for row in gallery._rows.values()} - set(gallery._slots))


def left_over(gallery: Gallery) -> int:
    """How many bytes are left of what was dropped."""
    if isinstance(gallery, ExactGallery):
        return left_in_exact(gallery)
    assert isinstance(gallery, BruteGallery)
    return left_in_brute(gallery)

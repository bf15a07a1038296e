"""What every gallery must do with grants and rows given in batches: the same as one by one."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from licet.gallery.contract import Gallery
from licet.terms.errors import BadInput, Conflict
from licet.terms.face import Score
from licet.terms.gallery import Row, RowBatch, Slot, SlotBatch
from licet.terms.ids import GrantId
from licet.terms.when import to_ms
from tests.gallery.making import (
    DIMENSION,
    HOUR,
    MODEL,
    NOW,
    OTHER_MODEL,
    RELIEF,
    TRACING,
    key,
    row,
    searching,
    slot,
    template,
)

ALL = Score(-(1 << 62))
STEP = timedelta(milliseconds=1)
"""Moments of a batch are whole milliseconds."""


def slot_batch(slots: Sequence[Slot]) -> SlotBatch:
    """The same slots in columns; each kind is told by some other grant of its sort."""
    kinds: list[Slot] = []
    kind: list[int] = []
    for one in slots:
        alike = replace(
            one, grant=slots[0].grant, subject=slots[0].subject, not_before=NOW, expires=NOW
        )
        if alike not in kinds:
            kinds.append(alike)
        kind.append(kinds.index(alike))
    return SlotBatch(
        kinds,
        kind,
        [one.grant for one in slots],
        [one.subject for one in slots],
        [to_ms(one.not_before) for one in slots],
        [to_ms(one.expires) for one in slots],
    )


def row_batch(rows: Sequence[Row]) -> RowBatch:
    """The same rows in columns."""
    seen = [None if one.first_seen is None else to_ms(one.first_seen) for one in rows]
    return RowBatch(
        MODEL,
        [one.id for one in rows],
        [one.grant for one in rows],
        [one.template.values for one in rows],
        seen,
    )


def found(gallery: Gallery, **parts: object) -> list[str]:
    """The template ids found for a probe along the first axis."""
    (answer,) = gallery.candidates(searching(**parts), [template(1)], ALL, 100)
    return [candidate.template for candidate in answer]


class BatchContract:
    """The rules of ``put_grant_batch`` and ``put_batch``, one by one."""

    def test_a_batch_of_grants_is_its_grants(self, gallery: Gallery) -> None:
        slots = [
            slot(1, not_before=NOW),
            slot(2, expires=NOW),
            slot(3, not_before=NOW + STEP),
            slot(4, usable=False),
            slot(5, organisation=RELIEF),
            slot(6, purpose=TRACING),
            slot(7, subject=1, expires=NOW + STEP),
            slot(8, organisation=None),
        ]
        gallery.put_grant_batch(slot_batch(slots))
        gallery.put([row(10 + n, n, 50 - n) for n in range(1, 9)])
        assert found(gallery) == [key(11), key(17)]
        assert found(gallery, organisation=RELIEF) == [key(15)]
        assert found(gallery, purposes=frozenset({TRACING})) == [key(16)]
        named = frozenset({GrantId(key(8))})
        assert found(gallery, organisation=None, grants=named) == [key(18)]
        assert found(gallery, at=NOW - STEP) == [key(12), key(17)]
        assert gallery.subjects(searching()) == 1
        assert gallery.stats.grants == 8

    def test_a_batch_updates_grants(self, gallery: Gallery) -> None:
        gallery.put_grants([slot(1), slot(2)])
        gallery.put([row(11, 1, 9), row(12, 2, 8)])
        gallery.put_grant_batch(slot_batch([slot(1, usable=False), slot(3)]))
        assert found(gallery) == [key(12)]
        gallery.put_grant_batch(slot_batch([slot(1)]))
        assert found(gallery) == [key(11), key(12)]
        assert gallery.stats.grants == 3

    def test_a_batch_of_rows_is_its_rows(self, gallery: Gallery) -> None:
        gallery.put_grants([slot(1), slot(2)])
        rows = [row(11, 1, 9), row(12, 2, 8, seen=NOW - HOUR), row(13, 1, -7, seen=NOW)]
        gallery.put_batch(row_batch(rows))
        assert found(gallery) == [key(11), key(12), key(13)]
        assert found(gallery, seen_before=NOW - HOUR) == [key(11), key(12)]
        gallery.put_batch(row_batch([row(11, 1, 1)]))
        assert found(gallery) == [key(12), key(11), key(13)]
        assert gallery.size() == 3

    def test_empty_batches_change_nothing(self, gallery: Gallery) -> None:
        gallery.put_grant_batch(SlotBatch((), (), (), (), (), ()))
        gallery.put_batch(RowBatch(MODEL, (), (), (), ()))
        assert gallery.size() == gallery.stats.grants == 0

    def test_grants_that_do_not_fit(self, gallery: Gallery) -> None:
        good = slot_batch([slot(1), slot(2)])
        for bad in (
            replace(good, grants=good.grants[:1]),
            replace(good, subjects=good.subjects[:1]),
            replace(good, kind=good.kind[:1]),
            replace(good, not_before=good.not_before[:1]),
            replace(good, expires=good.expires[:1]),
            replace(good, kind=[0, 1]),
            replace(good, kind=[0, -1]),
            replace(good, grants=[good.grants[0]] * 2),
            replace(good, grants=[good.grants[0], GrantId("no uuid")]),
            replace(good, subjects=[good.subjects[0], "no uuid"]),
        ):
            with pytest.raises(BadInput):
                gallery.put_grant_batch(bad)
            assert gallery.stats.grants == 0

    def test_rows_that_do_not_fit(self, gallery: Gallery) -> None:
        gallery.put_grants([slot(1)])
        good = row_batch([row(11, 1, 9), row(12, 1, 8)])
        for bad, error in (
            (replace(good, grants=good.grants[:1]), BadInput),
            (replace(good, values=good.values[:1]), BadInput),
            (replace(good, first_seen=good.first_seen[:1]), BadInput),
            (replace(good, ids=[good.ids[0]] * 2), BadInput),
            (replace(good, ids=[good.ids[0], "no uuid"]), BadInput),
            (replace(good, values=[good.values[0], bytes(DIMENSION)]), TypeError),
            (replace(good, model=OTHER_MODEL), TypeError),
            (replace(good, grants=[GrantId(key(1)), GrantId(key(5))]), Conflict),
        ):
            with pytest.raises(error):
                gallery.put_batch(bad)
            assert gallery.size() == 0

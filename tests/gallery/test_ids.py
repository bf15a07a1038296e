"""Ids keep their slots, sort as their texts do, and leave nothing behind."""

from uuid import UUID

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from licet.gallery.ids import NONE, IdTable, grown, to_keys, to_text
from licet.terms.errors import BadInput
from licet.terms.ids import new_id
from tests.exploring import examples

uuids = st.uuids().map(str)
few = st.integers(0, 60).map(lambda number: str(UUID(int=number << 64 | 7)))

ONE = "6f1c2a34-5b6d-4e7f-8a90-b1c2d3e4f506"
"""A canonical id; the same in every worker, or xdist would not know the tests."""


@given(st.lists(uuids, max_size=20))
def test_text_to_numbers_and_back(ids: list[str]) -> None:
    assert [to_text(one) for one in to_keys(ids)] == ids


@given(st.lists(uuids, min_size=2, max_size=20, unique=True))
def test_numbers_sort_as_texts(ids: list[str]) -> None:
    keys = to_keys(ids)
    order = np.lexsort((keys[:, 1], keys[:, 0]))
    assert [ids[at] for at in order] == sorted(ids)


@pytest.mark.parametrize(
    "wrong",
    [
        "not an id",
        "{" + ONE[1:],
        ONE.replace("-", "") + "0000",
        ONE[:-1],
        "AAAAAAAA-AAAA-4AAA-AAAA-AAAAAAAAAAAA",
        "g" + ONE[1:],
        "ä" + ONE[1:],
    ],
)
def test_only_canonical_texts(wrong: str) -> None:
    with pytest.raises(BadInput):
        to_keys([new_id(), wrong])


def test_lengths_are_looked_at_one_by_one() -> None:
    one, other = new_id(), new_id()
    with pytest.raises(BadInput):
        to_keys([one + other[:1], other[1:]])


class Slots(RuleBasedStateMachine):
    """A table beside a dictionary."""

    def __init__(self) -> None:
        super().__init__()
        self.table = IdTable(4)
        self.truth: dict[str, int] = {}

    @rule(ids=st.lists(few | uuids, max_size=30, unique=True))
    def add(self, ids: list[str]) -> None:
        new = [one for one in ids if one not in self.truth]
        slots = self.table.add(to_keys(new)).tolist()
        assert not set(slots) & (set(self.truth.values()) | {0})
        assert len(set(slots)) == len(new)
        self.truth |= dict(zip(new, slots, strict=True))

    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        if not self.truth:
            return
        gone = data.draw(st.lists(st.sampled_from(sorted(self.truth)), unique=True))
        slots = [self.truth.pop(one) for one in gone]
        self.table.remove(np.array(slots, dtype=np.int64))

    @rule(ids=st.lists(few, max_size=10))
    def find(self, ids: list[str]) -> None:
        assert self.table.find(to_keys(ids)).tolist() == [self.truth.get(i, NONE) for i in ids]

    @invariant()
    def holds_these_and_no_more(self) -> None:
        assert len(self.table) == len(self.truth)
        kept = list(self.truth)
        assert self.table.find(to_keys(kept)).tolist() == list(self.truth.values())
        spare = np.ones(self.table.capacity, dtype=bool)
        spare[list(self.truth.values())] = False
        assert not self.table.keys[spare].any()


TestSlots = Slots.TestCase
TestSlots.settings = settings(max_examples=examples(15), stateful_step_count=30, deadline=None)


def test_many_ids_one_after_the_other_and_all_at_once() -> None:
    random = np.random.default_rng(3)
    keys = random.integers(0, 2**63, size=(50_000, 2), dtype=np.uint64)
    table = IdTable(16)
    slots = np.concatenate([table.add(part) for part in np.array_split(keys, 40)])
    assert np.array_equal(table.find(keys), slots)
    table.remove(slots[::2])
    assert np.array_equal(table.find(keys[1::2]), slots[1::2])
    assert (table.find(keys[::2]) == NONE).all()
    again = table.add(keys[::2])
    assert set(again) == set(slots[::2])  # freed slots are used again
    assert table.nbytes < 40 * 50_000


def test_tombstones_do_not_pile_up() -> None:
    table = IdTable(16)
    keys = to_keys([new_id() for _ in range(10)])
    for _ in range(500):
        table.remove(table.add(keys))
        table.remove(table.add(to_keys([new_id() for _ in range(10)])))
    assert len(table) == 0
    assert (table._table == -1).sum() > len(table._table) // 4  # a walk still ends soon


def test_growing_leaves_the_old_bytes_overwritten() -> None:
    old = np.arange(5)
    new = grown(old, 9)
    assert new.tolist() == [0, 1, 2, 3, 4, 0, 0, 0, 0]
    assert not old.any()

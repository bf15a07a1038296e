"""Kept copies in the store: one of each content, read until they end, gone when they may be."""

from dataclasses import replace

import pytest

from licet.store.store import Store
from licet.terms.errors import Conflict
from licet.terms.ids import CopyId
from tests.store import things
from tests.store.things import DAY, NOON, entry


def test_a_copy_comes_back_by_id_content_and_what_was_handed_in(store: Store) -> None:
    house = things.furnished(store)
    copy, source = house.copy, house.source.id
    with store.read() as reader:
        assert reader.copies.get(copy.id) == copy
        assert reader.copies.find(source, copy.sha256) == copy
        assert reader.copies.handed_in(source, copy.handed) == copy
        assert reader.copies.of_source(source, "", 9) == (copy,)
        assert reader.copies.of_source(source, copy.id, 9) == ()
        assert reader.copies.count() == reader.copies.count(source) == 1
        assert reader.copies.there((copy.id, CopyId("none"))) == {copy.id}
        assert reader.copies.any_before(source, NOON + DAY)
        assert not reader.copies.any_before(source, NOON)
        assert reader.copies.ending(9) == ()


@pytest.mark.parametrize("same", ["sha256", "handed"])
def test_a_source_keeps_one_copy_of_a_content(store: Store, same: str) -> None:
    house = things.furnished(store)
    again = things.a_copy(house.source.id, handed=b"o" * 32)
    again = replace(again, **{same: getattr(house.copy, same)})

    def add() -> None:
        with store.unit() as unit:
            unit.record(entry())
            unit.copies.add(again)

    with pytest.raises(Conflict):
        add()


def test_one_that_ends_is_nobodys_to_read_and_then_gone(store: Store) -> None:
    house = things.furnished(store)
    copy, source = house.copy, house.source.id
    with store.unit() as unit:
        assert unit.copies.end((copy.id, copy.id)) == 1
        assert unit.copies.end((copy.id,)) == 0
        unit.record(entry())
    with store.read() as reader:
        assert reader.copies.of_source(source, "", 9) == reader.copies.oldest(source, 9) == ()
        assert reader.copies.count() == 0
        assert reader.copies.ending(9) == (replace(copy, ending=True),)
        assert reader.copies.there((copy.id,)) == {copy.id}
    with store.unit(bookkeeping=True) as unit:
        assert unit.copies.forget((copy.id,)) == 1
    with store.read() as reader:
        assert reader.copies.get(copy.id) is None


def test_the_copies_of_items_are_found_in_every_size(store: Store) -> None:
    house = things.furnished(store)
    source = house.source.id
    own = things.a_copy(source, sha256=house.item.sha256, handed=b"1" * 32)
    small = things.a_copy(source, handed=b"2" * 32)
    other = things.a_copy(source, handed=b"3" * 32)
    with store.unit() as unit:
        unit.items.add_address(house.item.id, b"z" * 32, b"sealed", small.sha256)
        for copy in (own, small, other):
            unit.copies.add(copy)
        unit.record(entry())
    with store.read() as reader:
        assert {one.id for one in reader.copies.of_items([house.item.id])} == {own.id, small.id}
        assert reader.copies.of_items([]) == ()
        assert reader.items.of_contents(source, [own.sha256, other.sha256]) == [house.item.id]
    with store.unit() as unit:
        unit.copies.end((small.id,))
        unit.record(entry())
    with store.read() as reader:
        assert [one.id for one in reader.copies.of_items([house.item.id])] == [own.id]

"""Which blocks a decision about one person reads."""

from licet.store.store import Store
from licet.terms.ids import BlockId, Territory, new_id
from licet.terms.permit import Block
from tests.store import things


def test_a_decision_reads_the_blocks_on_its_person_and_on_nobody_alone(store: Store) -> None:
    with store.unit() as unit:
        anna, bea = things.a_subject(), things.a_subject(contact_tag=b"b" * 32)
        unit.subjects.add(anna)
        unit.subjects.add(bea)
        wide = Block(territory=Territory("FR"))
        hers, other, gone = Block(subject=anna.id), Block(subject=bea.id), Block(subject=anna.id)
        for block in (wide, hers, other):
            unit.blocks.add(BlockId(new_id()), block, "order:a", unit.now)
        lifted = BlockId(new_id())
        unit.blocks.add(lifted, gone, "order:b", unit.now)
        unit.blocks.lift(lifted, unit.now)
        unit.record(things.entry())
    with store.read() as reader:
        assert set(reader.blocks.active()) == {wide, hers, other}
        assert set(reader.blocks.bearing_on(anna.id)) == {wide, hers}
        assert len(reader.blocks.bearing_on(anna.id)) == 2
        assert reader.blocks.bearing_on(None) == (wide,)
        assert reader.blocks.causes() == {"order:a"}
        assert reader.blocks.named("order:b", [anna.id, bea.id]) == {anna.id}

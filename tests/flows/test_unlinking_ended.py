"""What was noted of faces in a photo ends with the photo, and nobody waits while it is read."""

from collections.abc import Callable

import pytest

from licet.collect import collect
from licet.effects.record import record_machine
from licet.effects.sealed import appearances_of
from licet.effects.unlinking import note_face
from licet.granting import withdraw
from licet.ledger.leaf import decode
from licet.rights.erase import erase
from licet.terms.acting import SUBJECT
from licet.terms.gallery import TemplateKind
from licet.terms.ids import GrantId, SubjectId
from licet.terms.ledger import Entry, EntryKind
from licet.terms.order import DataKind, OrderScope, OrderState
from licet.terms.payload import UnlinkedPayload
from licet.terms.permit import By, Refusal
from licet.worker import run_once
from tests.fakes.deployment import World
from tests.fakes.vision import photo
from tests.worker.ordering import order_of, order_wish, ordered, work

Noted = tuple[SubjectId, bytes]


def ended(world: World) -> list[Entry]:
    with world.app.store.read() as reader:
        found = [decode(leaf.data) for leaf in reader.leaves.iterate(0)]
    return [one for one in found if one.kind is EntryKind.UNLINKED_ENDED]


def _note(world: World, anna: GrantId, other: GrantId) -> bytes:
    """Note under somebody else's grant that the face in Anna's photo is not theirs."""
    app = world.app
    with app.store.read() as reader:
        kept = reader.templates.of_grant(anna)
    seen = appearances_of(app, [one for one in kept if one.kind is TemplateKind.APPEARANCE])
    ((_, where),) = seen
    with app.store.unit() as unit:
        said = UnlinkedPayload(where.face, where.item, where.source, 0, By.SUBJECT.value)
        record_machine(unit, EntryKind.TEMPLATE_DROPPED)
        return note_face(app, unit, other, said)


@pytest.fixture
def noted(world: World) -> Noted:
    """Anna is alone in a photo, and it is noted of Bea that she is not in it."""
    grant, anna = world.enrolled("anna", residence="DE")
    other, _ = world.enrolled("bea", residence="DE")
    source = world.source(world.folder(gala=photo("anna", shot=7)))
    collect(world.app, world.who("steward"), source.id)
    return anna, _note(world, grant, other)


def _erased(world: World, anna: SubjectId, at: Callable[[str], None]) -> None:
    slow = world.reopen(at)
    try:
        assert not isinstance(erase(slow, SUBJECT, anna), Refusal)
        run_once(slow)
    finally:
        slow.close()


def test_notes_of_others_end_with_the_photos_of_who_is_erased_and_nobody_waits(
    world: World, noted: Noted
) -> None:
    """Every note is opened for it: outside any unit, where anybody may withdraw meanwhile."""
    anna, tag = noted
    carla, _ = world.enrolled("carla")
    withdrawn: list[object] = []

    def at(point: str) -> None:
        if point == "notes.read":
            withdrawn.append(withdraw(world.app, SUBJECT, carla))

    _erased(world, anna, at)
    assert len(withdrawn) == 1
    assert not isinstance(withdrawn[0], Refusal)
    with world.app.store.read() as reader:
        assert reader.unlinked.find(tag) is None
    (entry,) = ended(world)
    assert (entry.objects, entry.facts[0]) == ((("face_tag", tag.hex()),), ("by", "worker"))


def test_a_note_that_was_taken_back_meanwhile_is_not_said_to_have_ended_again(
    world: World, noted: Noted
) -> None:
    anna, tag = noted

    def at(point: str) -> None:
        if point == "notes.read":
            with world.app.store.unit() as unit:
                unit.unlinked.delete_tags([tag])
                record_machine(unit, EntryKind.UNLINKED_ENDED, (("face_tag", tag.hex()),))

    _erased(world, anna, at)
    assert len(ended(world)) == 1


def test_notes_end_with_the_photos_that_an_order_wants_destroyed(
    world: World, noted: Noted
) -> None:
    anna, tag = noted
    scope = OrderScope(subjects=(anna,))
    order = ordered(world, order_wish(world, DataKind.PHOTOS, scope=scope))
    work(world)
    assert order_of(world, order).state is OrderState.PROVED
    with world.app.store.read() as reader:
        assert reader.unlinked.find(tag) is None

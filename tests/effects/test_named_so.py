"""People whose names are words of the database's own schema: erased like anybody."""

from collections.abc import Iterable

from licet.effects.scanning import scan_for
from licet.rights.erase import erase
from licet.terms.acting import SUBJECT
from licet.terms.grant import SubjectState
from licet.terms.ids import Territory
from licet.terms.ledger import Entry, EntryKind
from licet.worker import run_once
from tests.fakes.deployment import World
from tests.worker.ordering import FRANCE, order_of, order_wish, ordered, work

NAMES = ("organisation", "confirmed_by", "restricted", "territories")
NAME = "organisation"


def _erased(world: World, people: Iterable[str]) -> bool:
    with world.app.store.read() as reader:
        states = {one.state for name in people if (one := reader.subjects.get(name))}
    return states == {SubjectState.ERASED}


def test_who_is_named_like_a_word_of_the_schema_is_erased(world: World) -> None:
    """The word stands in the file whoever is kept there, and in the ledger's entries."""
    world.source(world.folder())
    people = [world.enrolled(name)[1] for name in NAMES]
    for person in people:
        assert isinstance(erase(world.app, SUBJECT, person), str)
    assert run_once(world.app).problems == ()
    assert _erased(world, people)


def test_such_a_name_keeps_no_order_from_its_proof(world: World) -> None:
    """Else whoever calls themselves so keeps everybody beside them from being erased."""
    people = [world.enrolled(name, residence=FRANCE)[1] for name in ("anna", *NAMES[:2])]
    order = ordered(world, order_wish(world))
    work(world)
    assert order_of(world, order).proof_leaf is not None
    assert _erased(world, people)


def test_in_a_row_and_in_any_other_file_such_a_name_is_found(world: World) -> None:
    """A name in clear is what the look is for, whatever the name is."""
    word = NAME.encode()
    world.enrolled("anna", residence=Territory("DE"))
    assert scan_for(world.app, [word]).places == ()
    world.source(world.folder(), f"of Mx {NAME}")
    assert [place for place, _, _ in scan_for(world.app, [word]).places] == ["source.name"]
    for text in (f"told Mx {NAME} so", f'"{NAME}": "x", "name": "Mx {NAME}"', word.hex()):
        (world.home / "note.json").write_text(text)
        found = {place.rpartition("/")[2] for place, _, _ in scan_for(world.app, [word]).places}
        assert found == {"source.name", "note.json"}, text
    (world.home / "note.json").write_text(f'{{"{NAME}":1}}')
    assert [place for place, _, _ in scan_for(world.app, [word]).places] == ["source.name"]
    with world.app.store.unit() as unit:
        unit.record(Entry(EntryKind.COLLECTED, unit.now, facts=(("note", f"Mx-{NAME}"),)))
    assert [place for place, _, _ in scan_for(world.app, [word]).places] == [
        "source.name",
        "leaf.data",
    ]

"""Photos stay with their source; one that showed nobody else is forgotten here (GDPR 17, 19)."""

from collections.abc import Callable
from pathlib import Path

from licet.collect import collect
from licet.effects.certifying import certificate
from licet.ledger.leaf import decode as read_leaf
from licet.ledger.receipt import decode
from licet.ledger.statement import ErasureStatement
from licet.recovery import back_up
from licet.rights.erase import erase
from licet.terms.acting import SUBJECT
from licet.terms.collecting import Collected
from licet.terms.ids import PlanId, SourceId, SubjectId
from licet.terms.ledger import EntryKind
from licet.terms.permit import Refusal
from licet.terms.source import ItemPolicy, Source
from licet.worker import run_once
from tests.fakes.deployment import World
from tests.fakes.recipient import add_recipient
from tests.fakes.vision import photo

GoBack = Callable[[Path], None]


def _collected(world: World, source: Source) -> None:
    done = collect(world.app, world.who("steward"), source.id)
    assert isinstance(done, Collected), done


def _items(world: World, source: SourceId) -> int:
    with world.app.store.read() as reader:
        return reader.items.count(source)


def _erased(world: World, subject: SubjectId) -> PlanId:
    plan = erase(world.app, SUBJECT, subject)
    assert not isinstance(plan, Refusal), plan
    return plan


def test_a_photo_of_this_person_alone_is_forgotten(world: World) -> None:
    """Its hash, its address and its box; a photo that others are in keeps all boxes."""
    _, subject = world.enrolled("anna")
    place = world.folder(a=photo("anna"), b=photo("anna", "bea"), c=photo("bea"))
    source = world.source(place)
    _collected(world, source)
    plan = _erased(world, subject)
    assert _items(world, source.id) == 2
    with world.app.store.read() as reader:
        faces = [len(reader.items.faces(i.id)) for i in reader.items.of_source(source.id, None, 9)]
    assert sorted(faces) == [1, 2]
    said = decode(certificate(world.app, plan)).statement
    assert isinstance(said, ErasureStatement)
    assert {one.store: one.before for one in said.counts}["items"] == 1


def test_collecting_again_keeps_nothing_of_an_erased_person(world: World) -> None:
    """The photo is still at its source: its box comes back, and nothing that says whose."""
    _, subject = world.enrolled("anna")
    source = world.source(world.folder(a=photo("anna")))
    _collected(world, source)
    _erased(world, subject)
    _collected(world, source)
    assert _items(world, source.id) == 1
    with world.app.store.read() as reader:
        assert reader.templates.count() == 0
        assert reader.suggestions.count() == 0


def test_a_source_that_wants_to_be_asked_is_asked(world: World) -> None:
    """Its organisation reads which photos, not who; others' sources are left in peace."""
    club = add_recipient(world, contact="club@example.net")
    _, subject = club.enrolled("anna")
    asked = club.source(
        world.folder("ours", a=photo("anna"), b=photo("anna", "bea"), c=photo("bea")),
        "ours",
        item_policy=ItemPolicy.ASK_SOURCE,
    )
    left = club.source(world.folder("theirs", d=photo("anna", shot=2)), "theirs")
    for source in (asked, left):
        _collected(club, source)
    _erased(world, subject)
    run_once(world.app)
    (letter,) = (one for one in world.outbox.letters if one.to == "club@example.net")
    assert letter.subject == "Please remove photos"
    assert "a.jpg" in letter.text
    assert "b.jpg" in letter.text
    assert "c.jpg" not in letter.text
    assert "d.jpg" not in letter.text
    assert "anna" not in letter.text.lower()


def test_a_source_without_an_address_is_asked_where_answers_go(world: World) -> None:
    """The controller's own photos: somebody who can remove them reads it."""
    _, subject = world.enrolled("anna")
    source = world.source(world.folder(a=photo("anna")), item_policy=ItemPolicy.ASK_SOURCE)
    _collected(world, source)
    _erased(world, subject)
    run_once(world.app)
    assert "Please remove photos" in [letter.subject for letter in world.outbox.letters]


def test_a_restore_forgets_the_photo_again(world: World, tmp_path: Path, go_back: GoBack) -> None:
    """The backup holds its row, sealed under the source's key, which lives on."""
    _, subject = world.enrolled("anna")
    source = world.source(world.folder(a=photo("anna"), b=photo("bea")))
    _collected(world, source)
    file = back_up(world.app, tmp_path / "monday.licet").file
    _erased(world, subject)
    go_back(file)
    assert _items(world, source.id) == 1


def test_many_photos_are_forgotten_in_entries_that_fit(world: World) -> None:
    """An entry holds 64 KB: a person in a thousand photos is several entries."""
    from licet.effects import forgetting

    _, subject = world.enrolled("anna")
    shots = {f"p{n}": photo("anna", shot=n) for n in range(5)}
    source = world.source(world.folder(**shots))
    _collected(world, source)
    longest, forgetting.LONGEST = forgetting.LONGEST, 2
    try:
        _erased(world, subject)
    finally:
        forgetting.LONGEST = longest
    with world.app.store.read() as reader:
        entries = [read_leaf(leaf.data) for leaf in reader.leaves.iterate()]
    named = [len(e.objects) for e in entries if e.kind is EntryKind.ITEMS_FORGOTTEN]
    assert named == [2, 2, 1]
    assert _items(world, source.id) == 0

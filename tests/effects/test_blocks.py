"""Blocks hold from their commit on, are lifted by number, and outlive a restore (GDPR 18, 58)."""

from collections.abc import Callable
from pathlib import Path

import pytest

from licet.collect import collect
from licet.effects.blocking import lift, lift_again, place
from licet.recovery import back_up
from licet.search import Choice, search
from licet.terms.collecting import Collected
from licet.terms.errors import BadInput, Conflict, NotFound
from licet.terms.gallery import TemplateKind
from licet.terms.ids import BlockId, SourceId, SubjectId, Territory, new_id
from licet.terms.ledger import Entry, EntryKind
from licet.terms.permit import Block, Refusal
from licet.terms.search import SearchResult, SearchState
from tests.fakes.deployment import CLEARANCE, World
from tests.fakes.vision import photo

GoBack = Callable[[Path], None]


def _place(world: World, block: Block) -> BlockId:
    with world.app.store.unit() as unit:
        placed = place(unit, block, "order")
    world.app.publish()
    return placed


def _lift(world: World, block: BlockId) -> None:
    with world.app.store.unit() as unit:
        lift(unit, block)
    world.app.publish()


def _active(world: World) -> tuple[Block, ...]:
    with world.app.store.read() as reader:
        return reader.blocks.active()


def _found(world: World, name: str, reference: str) -> SearchState | str:
    probe = photo(name, shot=9)
    case = world.case(probe, reference=reference)
    done = search(world.app, world.who("investigator"), case, CLEARANCE, probe)
    return done.state if isinstance(done, SearchResult) else done.reason


def test_a_blocked_person_is_found_by_nobody_until_it_is_lifted(world: World) -> None:
    """The block reaches the gallery that is open already, and leaves everybody else alone."""
    _, subject = world.enrolled("anna")
    world.enrolled("bea")
    assert _found(world, "anna", "1") is SearchState.CANDIDATES
    block = _place(world, Block(subject=subject))
    assert _found(world, "anna", "2") is SearchState.NONE
    assert _found(world, "bea", "3") is SearchState.CANDIDATES
    _lift(world, block)
    assert _found(world, "anna", "4") is SearchState.CANDIDATES


def test_a_block_on_everything_stops_every_search(world: World) -> None:
    """An authority's order need not name anybody."""
    world.enrolled("anna")
    block = _place(world, Block())
    assert _found(world, "anna", "1") not in {SearchState.CANDIDATES, SearchState.NONE}
    _lift(world, block)
    assert _found(world, "anna", "2") is SearchState.CANDIDATES


def test_a_blocked_source_is_not_collected(world: World) -> None:
    """A block on one source leaves the other one alone."""
    one = world.source(world.folder("one", a=photo("anna")), "one")
    two = world.source(world.folder("two", b=photo("bea")), "two")
    _place(world, Block(source=one.id, use=False))
    steward = world.who("steward")
    assert isinstance(collect(world.app, steward, one.id), Refusal)
    assert isinstance(collect(world.app, steward, two.id), Collected)


def test_the_entry_names_a_persons_grants_and_not_the_person(world: World) -> None:
    """The ledger is public: a person's own number stays out of it."""
    grant, subject = world.granted("anna")
    _place(world, Block(subject=subject))
    with world.app.store.read() as reader:
        data = reader.leaves.get(reader.head.size - 1, reader.head.size)[0].data
    assert b"block.placed" in data
    assert grant.encode() in data
    assert subject.encode() not in data


def test_a_block_is_lifted_once(world: World) -> None:
    """Who lifts what nobody placed, or lifts twice, is told; nothing is recorded."""
    block = _place(world, Block(territory=Territory("DE")))
    _lift(world, block)
    size = world.app.store.head().size
    with pytest.raises(Conflict):
        _lift(world, block)
    with pytest.raises(NotFound):
        _lift(world, BlockId(new_id()))
    assert world.app.store.head().size == size


def test_blocks_placed_after_the_backup_hold_after_it(
    world: World, tmp_path: Path, go_back: GoBack
) -> None:
    """By territory, by source, by person and for use alone: each comes back as it was."""
    _, subject = world.granted("anna")
    source = world.source(world.folder(a=photo("anna")))
    file = back_up(world.app, tmp_path / "monday.licet").file
    blocks = {
        Block(territory=Territory("DE")),
        Block(source=source.id, use=False),
        Block(subject=subject),
        Block(collecting=False),
    }
    for block in blocks:
        _place(world, block)
    go_back(file)
    assert set(_active(world)) == blocks
    assert isinstance(collect(world.app, world.who("steward"), source.id), Refusal)


def test_blocks_lifted_after_the_backup_stay_lifted(
    world: World, tmp_path: Path, go_back: GoBack
) -> None:
    """One was in the backup, one was placed and lifted since; a third one holds on."""
    before = _place(world, Block(territory=Territory("DE")))
    file = back_up(world.app, tmp_path / "monday.licet").file
    since = _place(world, Block(territory=Territory("FR")))
    _place(world, Block(territory=Territory("IT")))
    _lift(world, before)
    _lift(world, since)
    go_back(file)
    assert _active(world) == (Block(territory=Territory("IT")),)


def test_a_block_on_what_the_backup_does_not_hold_is_left_out(
    world: World, tmp_path: Path, go_back: GoBack
) -> None:
    """Anna and the album came after the backup: the restore goes well without them.

    Nor may a block on one person turn into one on everybody.
    """
    world.enrolled("bea")
    file = back_up(world.app, tmp_path / "monday.licet").file
    _, subject = world.granted("anna")
    source = world.source(world.folder(a=photo("anna")))
    of_anna = _place(world, Block(subject=subject))
    _place(world, Block(source=source.id))
    _lift(world, of_anna)
    go_back(file)
    assert _active(world) == ()
    assert _found(world, "bea", "1") is SearchState.CANDIDATES


def test_lifting_again_lifts_the_block_that_is_named(world: World) -> None:
    """Whatever else an entry names is left as it is."""
    block = _place(world, Block(territory=Territory("DE")))
    objects = (("source", SourceId(new_id())), ("block", str(block)), ("block", str(block)))
    with world.app.store.unit() as unit:
        entry = Entry(EntryKind.BLOCK_LIFTED, unit.now, objects=objects)
        unit.record(entry)
        lift_again(unit, entry)
    assert _active(world) == ()


def test_a_block_names_whom_the_store_knows(world: World) -> None:
    """A block on nobody is refused and leaves no entry."""
    size = world.app.store.head().size
    with pytest.raises(Conflict):
        _place(world, Block(subject=SubjectId(new_id())))
    assert world.app.store.head().size == size


def test_the_cause_is_a_word_and_tells_of_nobody(world: World) -> None:
    """A cause that could name somebody keeps the block from being placed; nothing is left."""
    size = world.app.store.head().size
    with pytest.raises(BadInput, match="cause"), world.app.store.unit() as unit:
        place(unit, Block(), "complaint of Anna Lind, born 1980")
    assert (_active(world), world.app.store.head().size) == ((), size)


def test_what_was_seen_at_a_blocked_source_is_found_by_nobody(world: World) -> None:
    """Anna lives in Germany and stays findable; what a French album showed of her does not."""
    world.enrolled("anna", residence=Territory("DE"))
    probe = photo("anna", "bystander", shot=7)
    album = world.source(world.folder(quay=probe), territory=Territory("FR"))
    assert isinstance(collect(world.app, world.who("steward"), album.id), Collected)

    def best(reference: str) -> TemplateKind:
        case = world.case(probe, reference=reference)
        choice = Choice(face=1)
        done = search(world.app, world.who("investigator"), case, CLEARANCE, probe, choice)
        assert isinstance(done, SearchResult), done
        return done.candidates[0].kind

    assert best("1") is TemplateKind.APPEARANCE
    block = _place(world, Block(territory=Territory("FR")))
    assert best("2") is TemplateKind.REFERENCE
    _lift(world, block)
    assert best("3") is TemplateKind.APPEARANCE

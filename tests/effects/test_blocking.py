"""Blocks are placed by one member at once, and lifted by two on the release document."""

import pytest

from licet.consent.reasons import Reason
from licet.ledger.leaf import decode
from licet.rights import ordering
from licet.rights.blocking import lift, list_blocks, place
from licet.rights.closing import close_deployment
from licet.rights.ordering import Registered
from licet.terms.errors import BadInput, Conflict, NotFound
from licet.terms.ids import BlockId, SourceId, SubjectId, Territory, new_id
from licet.terms.ledger import Entry, EntryKind
from licet.terms.permit import Block, Refusal
from tests.fakes.deployment import World
from tests.fakes.ordering import PAPER, an_order

RELEASE = "ef" * 32


def _placed(world: World, block: Block, name: str = "steward") -> BlockId:
    done = place(world.app, world.who(name), block)
    assert isinstance(done, str), done
    return BlockId(done)


def _last(world: World) -> Entry:
    with world.app.store.read() as reader:
        return decode(reader.leaves.get(reader.head.size - 1, reader.head.size)[0].data)


def _reason(answer: object) -> str:
    assert isinstance(answer, Refusal), answer
    return answer.reason


def test_one_member_stops_and_two_lift_on_a_paper(world: World) -> None:
    """The entries say who did it, and on which document it was lifted."""
    block = _placed(world, Block(territory=Territory("FR")))
    said = _last(world)
    assert said.kind is EntryKind.BLOCK_PLACED
    assert said.actor is not None
    assert dict(said.facts)["cause"] == "by_hand"
    for names, release, reason in (
        (("officer",), RELEASE, Reason.TWO_SIGNERS_NEEDED),
        (("officer", "steward"), "the letter", Reason.RELEASE_NOT_NAMED),
        (("officer", "steward"), "", Reason.RELEASE_NOT_NAMED),
        (("investigator", "officer"), RELEASE, Reason.WRONG_ROLE),
    ):
        assert _reason(lift(world.app, world.who(*names), block, release)) == reason
    assert isinstance(lift(world.app, world.who("officer", "steward"), block, RELEASE), int)
    said = _last(world)
    assert said.actor is not None
    assert dict(said.facts)["release"] == RELEASE
    with pytest.raises(Conflict):
        lift(world.app, world.who("officer", "steward"), block, RELEASE)
    with pytest.raises(NotFound):
        lift(world.app, world.who("officer", "steward"), BlockId(new_id()), RELEASE)


def test_who_may_not_place_a_block_places_none(world: World) -> None:
    refused = place(world.app, world.who("investigator"), Block())
    assert _reason(refused) == Reason.WRONG_ROLE
    for block, error in (
        (Block(collecting=False, use=False), BadInput),
        (Block(territory=Territory("XX")), BadInput),
        (Block(source=SourceId(new_id())), NotFound),
        (Block(subject=SubjectId(new_id())), NotFound),
    ):
        with pytest.raises(error):
            place(world.app, world.who("steward"), block)
    assert list_blocks(world.app, world.who("officer")) == ()


def test_the_order_itself_releases_nothing(world: World) -> None:
    """The paper by which somebody was blocked is not the paper that frees them."""
    done = ordering.register(world.app, world.who("steward"), an_order())
    assert isinstance(done, Registered)
    (block,) = done.blocks
    two = world.who("officer", "steward")
    with pytest.raises(BadInput, match="not its release"):
        lift(world.app, two, block, PAPER)
    assert isinstance(lift(world.app, two, block, RELEASE), int)


def test_a_deployment_that_is_being_ended_is_not_unblocked(world: World) -> None:
    two = world.who("officer", "steward")
    close_deployment(world.app, two, world.organisation)
    lines = list_blocks(world.app, two)
    assert not isinstance(lines, Refusal)
    with pytest.raises(Conflict, match="ended"):
        lift(world.app, two, lines[0].id, RELEASE)


def test_the_list_says_what_holds_and_what_was_lifted(world: World) -> None:
    first = _placed(world, Block(territory=Territory("FR"), use=False))
    world.clock.go(hours=1)
    second = _placed(world, Block(), "officer")
    lift(world.app, world.who("officer", "steward"), first, RELEASE)
    lines = list_blocks(world.app, world.who("officer"))
    assert not isinstance(lines, Refusal)
    assert [(one.id, one.territory, one.use, one.lifted_at) for one in lines] == [
        (second, None, True, None),
        (first, Territory("FR"), False, world.clock()),
    ]
    assert _reason(list_blocks(world.app, world.who("investigator"))) == Reason.WRONG_ROLE

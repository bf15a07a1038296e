"""D7: what an authority stopped is not started again by going on as before.

Companies kept on. Here a block is lifted by two members, one of them the data protection
officer, on the release document, and by nothing else: not by an appeal, a new version, a
closed order, a restart or a restore.
"""

from licet.consent.reasons import Reason
from licet.rights import blocking
from licet.rights.ordering import Confirmed, Registered, confirm, register
from licet.search import search
from licet.terms.ids import BlockId, Territory
from licet.terms.order import OrderScope, OrderState
from licet.terms.permit import Block, Refusal
from licet.terms.search import SearchResult
from tests.fakes.deployment import CLEARANCE, World
from tests.fakes.ordering import an_order
from tests.fakes.vision import photo

FRANCE = Territory("FR")
RELEASE = "ef" * 32


def _findable(world: World, reference: str) -> bool:
    probe = photo("anna", shot=9)
    case = world.case(probe, reference=reference)
    done = search(world.app, world.who("investigator"), case, CLEARANCE, probe)
    assert isinstance(done, SearchResult), done
    return bool(done.candidates)


def _holds(world: World) -> bool:
    with world.app.store.read() as reader:
        return Block(territory=FRANCE) in reader.blocks.active()


def test_only_the_release_and_two_signatures_lift_a_block(world: World) -> None:
    """Every other way leaves her where nobody finds her."""
    world.enrolled("anna", residence=FRANCE)
    steward, two = world.who("steward"), world.who("officer", "steward")
    done = register(world.app, steward, an_order())
    assert isinstance(done, Registered)
    block = BlockId(done.blocks[0])

    smaller = an_order(version=2, scope=OrderScope(territories=(Territory("IT"),)))
    appealed = an_order(version=3, state=OrderState.APPEALED)
    for wish in (smaller, appealed):
        later = register(world.app, steward, wish)
        assert isinstance(later, Registered)
        assert isinstance(confirm(world.app, two, later.order), Confirmed)
    assert _holds(world)
    world.app.close()
    world.app = world.reopen()
    assert not _findable(world, "restarted")

    for who, release, reason in (
        (steward, RELEASE, Reason.TWO_SIGNERS_NEEDED),
        (world.who("steward", "approver"), RELEASE, Reason.OFFICER_NEEDED),
        (world.who("investigator", "officer"), RELEASE, Reason.WRONG_ROLE),
        (two, "they said we may", Reason.RELEASE_NOT_NAMED),
    ):
        refused = blocking.lift(world.app, who, block, release)
        assert isinstance(refused, Refusal)
        assert refused.reason == reason
    assert _holds(world)
    assert not _findable(world, "refused")

    assert isinstance(blocking.lift(world.app, two, block, RELEASE), int)
    assert _findable(world, "released")

"""What members sign about authorities' orders and blocks, as their flows hold it (``signing``)."""

from typing import TYPE_CHECKING

from licet.cli.signing import About
from licet.terms.errors import NotFound
from licet.terms.ids import BlockId, OrderId
from licet.terms.order import OrderWish
from licet.terms.permit import Action, Block

if TYPE_CHECKING:
    from licet.app import App


def registering(wish: OrderWish, text: str) -> About:
    """Return what is signed to register an order: all of it, and its text."""
    from licet.effects.ordering.writing import registering as digest

    return About(Action.REGISTER_ORDER, digest=digest(wish, text))


def confirming(app: "App", order: OrderId) -> About:
    """Return what is signed to confirm an order. Raises ``NotFound``."""
    from licet.effects.ordering.writing import confirming as digest
    from licet.effects.ordering.writing import stands_for

    with app.store.read() as reader:
        found = reader.orders.get(order)
        if found is None:
            raise NotFound("there is no such order", "See `licet order list`.")
        about = stands_for(reader, found)
        signed = digest(found, reader.orders.clauses(order))
    return About(Action.CONFIRM_ORDER, object=about.id, digest=signed)


def sending(order: OrderId, pack: str) -> About:
    """Return what is signed to record that a pack was sent: the order and the file."""
    return About(Action.SEND_ORDER, object=order, digest=pack)


def closing(order: OrderId) -> About:
    """Return what is signed to close an order."""
    return About(Action.CLOSE_ORDER, object=order)


def placing(block: Block) -> About:
    """Return what is signed to place a block."""
    from licet.rights.blocking import placing_digest

    return About(Action.PLACE_BLOCK, digest=placing_digest(block))


def lifting(block: BlockId, release: str) -> About:
    """Return what is signed to lift a block: which one, and on which document."""
    return About(Action.LIFT_BLOCK, object=block, digest=release)

"""What members sign about authorities' orders and blocks, as their flows hold it (``signing``)."""

from licet.effects.signing import About
from licet.effects.signing import confirming_order as confirming
from licet.effects.signing import lifting_block as lifting
from licet.terms.ids import OrderId
from licet.terms.order import OrderWish
from licet.terms.permit import Action, Block


def registering(wish: OrderWish, text: str) -> About:
    """Return what is signed to register an order: all of it, and its text."""
    from licet.effects.ordering.writing import registering as digest

    return About(Action.REGISTER_ORDER, digest=digest(wish, text))


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


__all__ = ["closing", "confirming", "lifting", "placing", "registering", "sending"]

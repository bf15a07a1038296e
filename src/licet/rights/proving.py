"""The pack of an order: written for the authority, and checked before it counts as sent.

Who may read the register of orders may write the pack. Nobody can record that something else
went to the authority: a file is looked at first as the authority's own verifier looks at it.
"""

from hashlib import sha256
from io import BytesIO

from licet.app import App
from licet.effects.listing import About, Reach, listed
from licet.effects.outside import let_others_see
from licet.effects.proving.packing import Pack, write_pack
from licet.ledger import pack as packs
from licet.ledger.verify_pack import verify_pack
from licet.store.unit import Reader
from licet.terms.acting import Who
from licet.terms.errors import BadInput, Corrupt, NotFound
from licet.terms.ids import OrderId
from licet.terms.permit import Refusal, Register
from licet.vault.locked import Opened

_WRONG = "Write it with `licet order pack`, and send that file."


def packing(order: OrderId) -> About:
    """Return what is asked when an order's pack is written."""
    return About(Register.ORDERS, asked=(("pack", order),))


def pack_of(app: App, who: Who, order_id: OrderId) -> Pack | Refusal:
    """Return the pack of an order that was proved.

    1. Decide as for any look at the register of orders, and record the look.
    2. Let witnesses and the timestamp authority see the ledger, as far as they are there.
    3. Write the pack from rows, entries and the mirrored ledger.

    Raises ``NotFound``, ``Conflict`` before the order was proved.
    """

    def read(reader: Reader, _reach: Reach) -> tuple[OrderId, ...]:
        if reader.orders.get(order_id) is None:
            raise NotFound("there is no such order", "See `licet order list`.")
        return (order_id,)

    looked = listed(app, who, packing(order_id), read)  # 1
    if isinstance(looked, Refusal):
        return looked
    let_others_see(app)  # 2
    return write_pack(app, order_id)  # 3


def require_pack(app: App, order_id: OrderId, data: bytes) -> str:
    """Return the SHA-256 (hex) of a file that is a pack of this order, and holds.

    Raises ``BadInput`` for any other file: what was sent must prove what was done.
    """
    try:
        file = Opened(BytesIO(data))
    except Corrupt as error:
        raise BadInput("the file is no pack", _WRONG) from error
    verdict = verify_pack(file.names, file.open, app.ledger_key.vkey)
    if not verdict.ok:
        raise BadInput(f"the pack does not hold: {verdict.problems[0]}", _WRONG)
    if _order_of(file) != order_id:
        raise BadInput("the pack is about another order", _WRONG)
    return sha256(data).hexdigest()


def _order_of(file: Opened) -> str:
    with file.open(packs.LISTING) as stream:
        return packs.take_listing(stream.read()).listing.order

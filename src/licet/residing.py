"""Residing: where each store lies, and to which other territories data goes (GDPR 30, 44-49).

Two members of the controller state it. A store is not stated to lie outside the Union before
the transfer that covers it is in the register; when that ends, nothing real is done until the
store is moved.
"""

from dataclasses import dataclass
from datetime import datetime

from licet.app import App
from licet.consent.evidence import is_digest
from licet.consent.places import adequate, covered, in_the_area, stands
from licet.effects.acting import digest_of, digest_of_wish
from licet.effects.deciding import decided
from licet.effects.listing import About, Reach, listed
from licet.effects.record import record
from licet.store.unit import Reader
from licet.terms.acting import Who
from licet.terms.duties import Place, Residence, Safeguard, StoreName, Transfer, TransferWish
from licet.terms.errors import BadInput, NotFound
from licet.terms.ids import Territory, TransferId, new_id
from licet.terms.ledger import EntryKind
from licet.terms.permit import Action, Refusal, Register

RESIDENCES = About(Register.TRANSFERS, asked=(("of", "stores"),))
TRANSFERS = About(Register.TRANSFERS, asked=(("of", "transfers"),))


@dataclass(frozen=True, slots=True)
class StoreLine:
    """A store: where it lies (None where nobody said), who runs it, whether data may lie there."""

    store: StoreName
    territory: Territory | None
    provider: str
    stated_at: datetime | None
    covered: bool


@dataclass(frozen=True, slots=True)
class TransferLine:
    """A transfer of the register, and whether it may be relied on now."""

    id: TransferId
    recipient: str
    territory: Territory
    safeguard: Safeguard
    digest: str
    at: datetime
    ended_at: datetime | None
    stands: bool


def state_place(app: App, who: Who, wish: Place) -> int | Refusal:
    """State where a store lies; returns the leaf index.

    1. In one unit of work: decide (two members; a territory where data may lie).
    2. Replace what was stated, record.
    3. Mirror the ledger.
    """
    with app.store.unit() as unit:  # 1
        signed = digest_of_wish(wish)
        permit = decided(app, unit, who, Action.TRANSFER, signed, territory=wish.territory)
        if isinstance(permit, Refusal):
            return permit
        stated = Residence(wish.store, wish.territory, wish.provider, unit.now)
        unit.papers.put_residence(stated)  # 2
        said = (("store", wish.store.value), ("territory", wish.territory))
        leaf = record(app, unit, EntryKind.RESIDENCE_STATED, permit, (), said)
    app.publish()  # 3
    return leaf


def add_transfer(app: App, who: Who, wish: TransferWish) -> TransferId | Refusal:
    """Record a transfer to another territory, with its safeguard and its paper.

    1. Refuse a safeguard that does not exist there.
    2. In one unit of work: decide (two members), keep it, record.
    3. Mirror the ledger.

    Raises ``BadInput``.
    """
    transfer = TransferId(new_id())
    with app.store.unit() as unit:  # 2
        _require_safeguard(wish, unit.now)  # 1
        permit = decided(app, unit, who, Action.TRANSFER, digest_of_wish(wish))
        if isinstance(permit, Refusal):
            return permit
        unit.papers.add_transfer(
            Transfer(
                transfer,
                wish.recipient,
                wish.territory,
                wish.safeguard,
                wish.digest,
                unit.now,
                None,
            )
        )
        said = (
            ("territory", wish.territory),
            ("safeguard", wish.safeguard.value),
            ("digest", wish.digest),
        )
        objects = (("transfer", transfer),)
        record(app, unit, EntryKind.TRANSFER_RECORDED, permit, objects, said)
    app.publish()  # 3
    return transfer


def end_transfer(app: App, who: Who, transfer: TransferId) -> int | Refusal:
    """End a transfer; returns the leaf index.

    1. In one unit of work: decide (two members), end it, record.
    2. Mirror the ledger.

    Raises ``NotFound``, ``Conflict`` when it was ended before.
    """
    with app.store.unit() as unit:  # 1
        permit = decided(app, unit, who, Action.TRANSFER, digest_of("end", transfer))
        if isinstance(permit, Refusal):
            return permit
        if transfer not in {one.id for one in unit.papers.transfers()}:
            raise NotFound("there is no such transfer", "See `licet transfer list`.")
        unit.papers.end_transfer(transfer, unit.now)
        objects = (("transfer", transfer),)
        leaf = record(app, unit, EntryKind.TRANSFER_ENDED, permit, objects)
    app.publish()  # 2
    return leaf


def list_places(app: App, who: Who) -> tuple[StoreLine, ...] | Refusal:
    """List every store: where it lies, and whether data may lie there."""

    def read(reader: Reader, _reach: Reach) -> tuple[StoreLine, ...]:
        stated = {one.store: one for one in reader.papers.residences()}
        transfers = reader.papers.transfers()
        return tuple(_line(store, stated.get(store), transfers, reader.now) for store in StoreName)

    return listed(app, who, RESIDENCES, read)


def list_transfers(app: App, who: Who) -> tuple[TransferLine, ...] | Refusal:
    """List every transfer, ended ones too, the newest first."""

    def read(reader: Reader, _reach: Reach) -> tuple[TransferLine, ...]:
        return tuple(
            TransferLine(
                one.id,
                one.recipient,
                one.territory,
                one.safeguard,
                one.digest,
                one.at,
                one.ended_at,
                stands(one, reader.now),
            )
            for one in reader.papers.transfers()
        )

    return listed(app, who, TRANSFERS, read)


def _line(
    store: StoreName,
    stated: Residence | None,
    transfers: tuple[Transfer, ...],
    now: datetime,
) -> StoreLine:
    if stated is None:
        return StoreLine(store, None, "", None, covered=False)
    may = covered(stated.territory, transfers, now)
    return StoreLine(store, stated.territory, stated.provider, stated.stated_at, may)


def _require_safeguard(wish: TransferWish, now: datetime) -> None:
    if in_the_area(wish.territory):
        raise BadInput(
            f"{wish.territory} is in the European Economic Area",
            "Nothing needs a safeguard there; state where the store lies.",
        )
    if not is_digest(wish.digest):
        raise BadInput("a transfer rests on a paper", "Name it by its SHA-256.")
    if wish.safeguard is Safeguard.ADEQUACY and not adequate(wish.territory, now.date()):
        raise BadInput(
            f"no decision of the Commission holds for {wish.territory} (GDPR 45)",
            "Take standard clauses or binding rules, with their paper.",
        )

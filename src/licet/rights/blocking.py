"""Blocks: placed at once by one member, lifted by two on the release document (GDPR 58(2)(f)).

A block that an order placed is lifted as any other: by the authority's release, not by an
appeal, nor by a new version of the order.
"""

from dataclasses import dataclass
from datetime import datetime

from licet.app import App
from licet.effects.acting import digest_of
from licet.effects.blocking import lift_by, place_by
from licet.effects.deciding import Parts, decided
from licet.effects.listing import About, Reach, listed
from licet.effects.winding_up import CAUSE as CLOSING
from licet.ledger.order_entries import cause_of
from licet.store.unit import Reader, Unit
from licet.terms.acting import Who
from licet.terms.errors import BadInput, Conflict, NotFound
from licet.terms.ids import BlockId, SourceId, SubjectId, Territory
from licet.terms.payload import to_bytes
from licet.terms.permit import Action, Block, PlacedBlock, Refusal, Register
from licet.terms.territories import TERRITORIES

BY_HAND = "by_hand"
"""The cause of a block that no order and no closing placed."""

BLOCKS = About(Register.BLOCKS)


@dataclass(frozen=True, slots=True)
class BlockLine:
    """A block on the list: what it covers (all None: everything), what it stops, why."""

    id: BlockId
    territory: Territory | None
    subject: SubjectId | None
    source: SourceId | None
    collecting: bool
    use: bool
    cause: str
    placed_at: datetime
    lifted_at: datetime | None


def place(app: App, who: Who, block: Block) -> BlockId | Refusal:
    """Stop collecting or use at once: in every process from the commit on.

    1. In one unit of work: decide, place it, record.
    2. Mirror the ledger.

    Raises ``NotFound`` for a source or person not known, ``BadInput`` for a territory that
    there is not, or a block that stops nothing.
    """
    _require_something(block)
    with app.store.unit() as unit:  # 1
        _require_there(unit, block)
        permit = decided(app, unit, who, Action.PLACE_BLOCK, placing_digest(block))
        if isinstance(permit, Refusal):
            return permit
        placed = place_by(app, unit, block, BY_HAND, permit)
    app.at("block.committed")
    app.publish()  # 2
    return placed


def lift(app: App, who: Who, block_id: BlockId, release: str) -> int | Refusal:
    """End a block on its release document; returns the leaf index.

    ``release`` is the SHA-256 (hex) of that document.

    1. In one unit of work: decide, lift it, record.
    2. Mirror the ledger.

    Raises ``NotFound``, ``Conflict`` when it was lifted before or the deployment is being
    ended, ``BadInput`` for a release that is the order itself.
    """
    with app.store.unit() as unit:  # 1
        placed = unit.blocks.get(block_id)
        if placed is None:
            raise NotFound("there is no such block", "See `licet block list`.")
        if placed.lifted_at is not None:
            raise Conflict("the block was lifted already", "See `licet block list`.")
        if placed.cause == CLOSING:
            raise Conflict("the whole deployment is being ended", "It is not opened again.")
        _require_release(unit, placed, release)
        named = Parts(block=block_id, evidence=release)
        permit = decided(app, unit, who, Action.LIFT_BLOCK, release, **named)
        if isinstance(permit, Refusal):
            return permit
        leaf = lift_by(app, unit, block_id, release, permit)
    app.publish()  # 2
    return leaf


def list_blocks(app: App, who: Who) -> tuple[BlockLine, ...] | Refusal:
    """List every block, the newest first, lifted ones too."""

    def read(reader: Reader, _reach: Reach) -> tuple[BlockLine, ...]:
        lines = (_line(*one) for one in reader.blocks.listed())
        # Those of one moment by what they cover: their ids are in no order.
        alike = sorted(lines, key=lambda one: (one.cause, *_covered(one)))
        return tuple(sorted(alike, key=lambda one: one.placed_at, reverse=True))

    return listed(app, who, BLOCKS, read)


def placing_digest(block: Block) -> str:
    """Return the digest that a member signs to place one block."""
    return digest_of("place", to_bytes(block))


def _line(block_id: BlockId, what: Block, placed: PlacedBlock) -> BlockLine:
    return BlockLine(
        id=block_id,
        territory=what.territory,
        subject=what.subject,
        source=what.source,
        collecting=what.collecting,
        use=what.use,
        cause=placed.cause,
        placed_at=placed.at,
        lifted_at=placed.lifted_at,
    )


def _covered(line: BlockLine) -> tuple[str, str, str]:
    return line.territory or "", line.source or "", line.subject or ""


def _require_something(block: Block) -> None:
    if not (block.collecting or block.use):
        raise BadInput("the block stops nothing", "Stop collecting, use, or both.")
    if block.territory is not None and block.territory not in TERRITORIES:
        raise BadInput(
            f"there is no territory {block.territory}", "Use ISO 3166-1: two capital letters."
        )


def _require_release(unit: Unit, placed: PlacedBlock, release: str) -> None:
    """Raise ``BadInput`` when the paper that released it is the paper that ordered it."""
    if any(
        placed.cause == cause_of(order.id) and order.document == release
        for order in unit.orders.all()
    ):
        raise BadInput(
            "this is the order by which it was placed, not its release",
            "Hand in the authority's release.",
        )


def _require_there(unit: Unit, block: Block) -> None:
    if block.source is not None and unit.sources.get(block.source) is None:
        raise NotFound(f"there is no source {block.source}", "See `licet source list`.")
    if block.subject is not None and unit.subjects.get(block.subject) is None:
        raise NotFound(f"there is no person {block.subject}", "See `licet grant list`.")

"""Blocks: from the commit on, nothing under them is collected or used (GDPR 58(2)(f), 18).

The entry says all that is needed to place the block again after a restore. A
person is named by their grants, never by an id of their own.
"""

from licet.app import App
from licet.consent.territory import source_inside
from licet.effects.record import Facts, Objects, record
from licet.store.unit import Unit
from licet.terms.errors import Conflict, NotFound
from licet.terms.ids import BlockId, GrantId, SourceId, Territory, new_id
from licet.terms.ledger import Entry, EntryKind
from licet.terms.permit import Block, Permit
from licet.terms.source import Source

EVERYWHERE = "everywhere"


def place(unit: Unit, block: Block, cause: str) -> BlockId:
    """Place a block and record it. Every process reads it before its next permit."""
    block_id, objects, facts = put(unit, block, cause)
    unit.record(Entry(EntryKind.BLOCK_PLACED, unit.now, objects=objects, facts=facts))
    return block_id


def place_by(app: App, unit: Unit, block: Block, cause: str, permit: Permit) -> BlockId:
    """Place a block and record it, with who placed it."""
    block_id, objects, facts = put(unit, block, cause)
    record(app, unit, EntryKind.BLOCK_PLACED, permit, objects, facts)
    return block_id


def put(unit: Unit, block: Block, cause: str) -> tuple[BlockId, Objects, Facts]:
    """Write a block's row; return its id, and what its entry names and says."""
    block_id = BlockId(new_id())
    objects = [("block", str(block_id))]
    if block.source is not None:
        objects.append(("source", block.source))
    if block.subject is not None:
        objects.extend(("grant", g.id) for g in unit.grants.of_subject(block.subject))
    unit.blocks.add(block_id, block, cause, unit.now)
    facts = (
        ("cause", cause),
        ("territory", block.territory or EVERYWHERE),
        ("person", block.subject is not None),
        ("collecting", block.collecting),
        ("use", block.use),
    )
    return block_id, tuple(objects), facts


def lift(unit: Unit, block: BlockId) -> int:
    """Lift a block and record it. Who may is for the flow to decide. Raises ``NotFound``."""
    unit.blocks.lift(block, unit.now)
    return unit.record(Entry(EntryKind.BLOCK_LIFTED, unit.now, objects=(("block", block),)))


def block_new_source(unit: Unit, source: Source) -> int:
    """Block a source that is opened where a territory is blocked; returns how many blocks.

    Sources that were there are blocked by name with the territory, because a grant that names
    one is known by its source alone; one that comes later must not be a way round that.
    """
    placed = 0
    for block, cause in unit.blocks.on_territories():
        if block.territory is not None and source_inside(block.territory, source):
            named = Block(None, None, source.id, block.collecting, block.use)
            place(unit, named, cause)
            placed += 1
    return placed


def lift_by(app: App, unit: Unit, block: BlockId, release: str, permit: Permit) -> int:
    """Lift a block and record it, with who lifted it and on which document (SHA-256, hex)."""
    unit.blocks.lift(block, unit.now)
    said = (("release", release),)
    return record(app, unit, EntryKind.BLOCK_LIFTED, permit, (("block", block),), said)


def place_again(unit: Unit, entry: Entry) -> None:
    """Place a block that a later entry tells of; it is not in this store yet."""
    facts, objects = dict(entry.facts), dict(entry.objects)
    grants = [GrantId(value) for name, value in entry.objects if name == "grant"]
    subjects = {grant.subject for grant in unit.grants.many(grants).values()}
    if facts["person"] and not subjects:
        return  # Nobody of theirs is in this store, so there is nothing to keep still.
    territory = facts["territory"]
    source = objects.get("source")
    block = Block(
        territory=None if territory == EVERYWHERE else Territory(str(territory)),
        subject=min(subjects) if facts["person"] else None,
        source=None if source is None else SourceId(source),
        collecting=bool(facts["collecting"]),
        use=bool(facts["use"]),
    )
    if block.source is not None and unit.sources.get(block.source) is None:
        return
    unit.blocks.add(BlockId(objects["block"]), block, str(facts["cause"]), entry.at)


def lift_again(unit: Unit, entry: Entry) -> None:
    """Lift a block that a later entry says was lifted, if it is in this store."""
    for name, value in entry.objects:
        if name != "block":
            continue
        try:
            unit.blocks.lift(BlockId(value), entry.at)
        except (NotFound, Conflict):
            continue

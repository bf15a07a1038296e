"""An order in a small ledger, and the pack about it, to be tampered with."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

from licet.ledger import checkpoint as checkpoints
from licet.ledger import pack, tree
from licet.ledger.many import siblings
from licet.ledger.nodes import node_lines
from licet.ledger.order import OrderStatement, proved_facts
from licet.ledger.order_entries import Read, belonging, drawn, people_facts, take_apart
from licet.ledger.verify import Verdict
from licet.ledger.verify_pack import verify_pack
from licet.terms.ledger import Checkpoint, Entry, EntryKind, Leaf
from licet.terms.when import to_ms
from tests.ledger.making import NOW, ORIGIN, Ledger, ledger_key

ORDER = "6f1c2e1a-0f0b-4c1d-9a5e-aaaaaaaaaaaa"
OTHER = "6f1c2e1a-0f0b-4c1d-9a5e-bbbbbbbbbbbb"
PLAN = "6f1c2e1a-0f0b-4c1d-9a5e-cccccccccccc"
REQUEST = "6f1c2e1a-0f0b-4c1d-9a5e-dddddddddddd"
BLOCK = "6f1c2e1a-0f0b-4c1d-9a5e-eeeeeeeeeeee"
TEXT = b"""\
authority = "CNIL"
reference = "SAN-2022-019"
version = 2
notified = 2026-01-31

[scope]
everything = true

[[clauses]]
kind = "answer_access"
months = 2

[[clauses]]
kind = "erase"
months = 2
data = ["people"]

[[clauses]]
kind = "prove"
months = 2
"""
DAY = timedelta(days=1)


def _entry(kind: EntryKind, day: int, *objects: tuple[str, str], **facts: str | int) -> Entry:
    return Entry(kind, NOW + day * DAY, objects=objects, facts=tuple(facts.items()))


def registered(order: str = ORDER) -> Entry:
    """Return the entry that registers an order to answer, then to erase within sixty days."""
    due = to_ms(NOW + 60 * DAY)
    return _entry(
        EntryKind.ORDER_REGISTERED,
        0,
        ("order", order),
        text=sha256(TEXT).hexdigest(),
        document="ab" * 32,
        version=2,
        regime="gdpr",
        clause_1="answer_access",
        due_1=due,
        clause_2="erase:people",
        due_2=due,
        clause_3="prove",
        due_3=due,
    )


def history() -> list[Entry]:
    """Return what happened to one order, with another's and strangers' entries between."""
    order, plan = ("order", ORDER), ("plan", PLAN)
    step = EntryKind.EFFECT_DONE
    return [
        _entry(EntryKind.COLLECTED, 0, ("source", "s-1"), items=3),
        registered(),
        _entry(EntryKind.BLOCK_PLACED, 0, ("block", BLOCK), cause=f"order:{ORDER}", territory="FR"),
        _entry(
            EntryKind.ORDER_FOUND, 0, order, ("request", REQUEST), people=3, templates=9, waiting=1
        ),
        registered(OTHER),
        _entry(EntryKind.ORDER_CONFIRMED, 1, order, by="member"),
        _entry(EntryKind.REQUEST_DELIVERED, 2, ("request", "another"), ("plan", "another")),
        _entry(EntryKind.REQUEST_DELIVERED, 3, ("request", REQUEST), ("plan", "p-answer")),
        _entry(EntryKind.CLAUSE_MET, 3, order, n=1),
        _entry(
            EntryKind.SUBJECT_ERASING,
            4,
            order,
            ("order", OTHER),
            plan,
            ("grant", "g-1"),
            **dict(people_facts([(ORDER, 3), (OTHER, 1)])),
        ),
        _entry(step, 4, plan, effect="delete_rows", n=4, templates=9, templates_left=0),
        _entry(step, 4, plan, effect="shred_keys", n=5, keys=6, epoch=2),
        _entry(step, 4, plan, effect="check_unfindable", n=6, probes=3, found=0),
        _entry(EntryKind.COLLECTED, 4, ("source", "s-1"), items=3),
        _entry(step, 5, plan, effect="check_keys", n=9, looked_for=6, absent=6, epochs=1),
        _entry(step, 5, plan, effect="check_bytes", n=10, database="sqlite"),
        _entry(step, 5, plan, effect="scan_bytes", n=11, files=9, at=to_ms(NOW + 5 * DAY)),
        _entry(EntryKind.CLAUSE_MET, 5, order, n=2),
    ]


Change = Callable[[OrderStatement], OrderStatement]


@dataclass
class Told:
    """An order that was proved, in a ledger of its own, and the parts of its pack."""

    entries: list[Entry] = field(default_factory=history)
    change: Change = lambda statement: statement
    seed: int = 1
    hidden: frozenset[int] = frozenset()
    """Entries that the operator hides from the first moment on."""
    ledger: Ledger = field(init=False)
    statement: OrderStatement = field(init=False)
    read: tuple[Read, ...] = field(init=False)
    counted: tuple[Leaf, ...] = field(init=False)
    proof: Leaf = field(init=False)
    chain: tuple[Checkpoint, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.ledger = Ledger()
        first = None
        for entry in self.entries:
            self.ledger.record(entry)
            if entry.kind is EntryKind.ORDER_FOUND:
                first = self.signed()
        every = belonging(ORDER, tuple(take_apart(self.ledger.leaves)))
        self.read = tuple(one for one in every if one.leaf.index not in self.hidden)
        self.counted = tuple(one.leaf for one in self.read)
        honest = OrderStatement(
            order=ORDER,
            authority="CNIL",
            reference="SAN-2022-019",
            left=(("people", 0), ("templates", 0)),
            held=(),
            record=drawn(ORDER, self.read),
        )
        self.statement = self.change(honest)
        facts = (*proved_facts(self.statement), ("by", "worker"))
        proved = Entry(
            EntryKind.ORDER_PROVED,
            NOW + 6 * DAY,
            objects=(("order", self.statement.order),),
            facts=facts,
        )
        self.proof = self.ledger.record(proved)
        self.ledger.record(_entry(EntryKind.COLLECTED, 6, ("source", "s-1"), items=3))
        self.chain = (first or self.signed(), self.signed())

    def signed(self) -> Checkpoint:
        """Sign the ledger as it is now."""
        return checkpoints.sign(
            ORIGIN, self.ledger.head.size, self.ledger.root, ledger_key(self.seed)
        )

    def files(self, **changed: object) -> dict[str, bytes]:
        """Return the pack's files, signed; ``leaves``, ``chain`` or ``statement`` may be others."""
        leaves = changed.get("leaves", (*self.counted, self.proof))
        chain = changed.get("chain", self.chain)
        statement = changed.get("statement", self.statement)
        assert isinstance(leaves, tuple)
        assert isinstance(chain, tuple)
        assert isinstance(statement, OrderStatement)
        hashes = tree.nodes_of([leaf.hash for leaf in self.ledger.leaves])
        nodes = siblings([leaf.index for leaf in leaves], chain[-1].size, hashes)
        proofs = [tree.consistency(old.size, new.size, hashes) for old, new in pairwise(chain)]
        files = {
            pack.STATEMENT: pack.write_statement(statement),
            pack.TEXT: TEXT,
            pack.LETTER: b"%PDF",
            pack.SCHEMA: b"{}",
            pack.ENTRIES: b"".join(pack.entry_lines(leaves)),
            pack.NODES: b"".join(node_lines(nodes)),
            pack.CONSISTENCY: b"".join(pack.proof_lines(proofs)),
            **{pack.checkpoint_name(one.size): one.note.encode() for one in chain},
        }
        return listed(files, self.seed)


def listed(files: Mapping[str, bytes], seed: int = 1, order: str = ORDER) -> dict[str, bytes]:
    """Sign the list of files, anew if there was one: as a dishonest operator would."""
    there = {name: data for name, data in files.items() if name != pack.LISTING}
    listing = pack.PackListing(
        ORIGIN,
        order,
        NOW + 6 * DAY,
        tuple(pack.Listed(n, len(d), sha256(d).hexdigest()) for n, d in there.items()),
    )
    return {**there, pack.LISTING: pack.write_listing(listing, ledger_key(seed))}


def verdict_on(
    files: Mapping[str, bytes], witnesses: tuple[str, ...] = (), mirror: Path | None = None
) -> Verdict:
    """Check a pack's files as a stranger who knows the ledger's key."""

    @contextmanager
    def opened(name: str) -> Iterator[BinaryIO]:
        yield BytesIO(files[name])

    return verify_pack(files, opened, ledger_key().vkey, witnesses, (), mirror)

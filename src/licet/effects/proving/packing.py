"""Writes the pack that proves an order was carried out: a ZIP for the authority (GDPR 5(2), 31).

It is derived from the order's rows and entries and from what was mirrored, so it can be
written again whenever it is asked for and says the same; with nothing newer in the ledger it
is the same file. Nobody's personal data are in it: people are numbers.
"""

import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib import resources
from io import BytesIO
from itertools import pairwise

from licet.app import App
from licet.effects.letters import sender_of
from licet.effects.proving.letter import letter
from licet.effects.proving.stating import Proved, statement_again
from licet.effects.sealed import open_order
from licet.ledger import checkpoint as checkpoints
from licet.ledger import pack
from licet.ledger.many import siblings
from licet.ledger.nodes import node_lines
from licet.ledger.order import OrderStatement
from licet.ledger.witness import merged
from licet.terms.errors import Conflict, Integrity, NotFound
from licet.terms.ids import OrderId
from licet.terms.ledger import Checkpoint
from licet.terms.order import Order

_DATED = (1980, 1, 1, 0, 0, 0)
"""The date of every file in the ZIP: the first that the format knows, so that none differs."""


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack: its bytes, their SHA-256 (hex), what it states, how many checkpoints others saw."""

    data: bytes
    sha256: str
    statement: OrderStatement
    witnessed: int


def write_pack(app: App, order_id: OrderId) -> Pack:
    """Return the pack of an order that was proved.

    1. Mirror the ledger: what is proved is proved against signed checkpoints.
    2. State again what was done, by rows and entries.
    3. Choose the checkpoints: of the order's first day, and what others saw of it since.
    4. Gather the proofs, write the letter, sign the list of all files.

    Raises ``NotFound``, ``Conflict`` before it was proved, or when its text is not here.
    """
    app.publish()  # 1
    with app.store.read() as reader:  # 2
        order = reader.orders.get(order_id)
        if order is None:
            raise NotFound("there is no such order", "See `licet order list`.")
        proved = statement_again(reader, order)
        payload = open_order(app, order)
    if payload is None:
        raise Conflict(
            "the order came back by a restore, and its text did not",
            "Register the same file again: `licet order register FILE`.",
        )
    chain = _chain(app, order, proved)  # 3
    files = _files(app, order, proved, chain, payload.text)  # 4
    as_of = [one for one in proved.after if one.leaf.index < chain[-1].size][-1].entry.at
    listing = pack.PackListing(
        app.deployment.origin,
        order.id,
        as_of,
        tuple(pack.Listed(n, len(d), sha256(d).hexdigest()) for n, d in files.items()),
    )
    files[pack.LISTING] = pack.write_listing(listing, app.ledger_key)
    data = _zipped(files)
    seen = sum(
        checkpoint.size > proved.after[0].leaf.index for checkpoint in chain if _seen(checkpoint)
    )
    return Pack(data, sha256(data).hexdigest(), proved.statement, seen)


def _chain(app: App, order: Order, proved: Proved) -> tuple[Checkpoint, ...]:
    """Return the checkpoints that go into the pack, smallest first, with all that saw them.

    Of the order's first day: the one that was kept then, and the first that others saw after
    it. Of its proof: the first that others saw after it, and the last that covers it.
    """
    registered, done = proved.statement.record.first + 1, proved.after[0].leaf.index + 1
    chosen: dict[int, Checkpoint] = {}
    if order.checkpoint:
        first, _ = checkpoints.parse(order.checkpoint)
        chosen[first.size] = first
    kept = [app.kept.first_from(registered), app.kept.first_from(done), app.kept.last()]
    kept += [app.kept.at(size) for size in app.kept.stamped()[-1:]]
    for one in kept:
        if one is not None and one.size >= registered:
            chosen[one.size] = one
    if max(chosen, default=0) < done:
        latest = app.tiles.latest()
        if latest is None or latest.size < done:
            raise Integrity("the order's proof is not mirrored", "Run `licet doctor`.")
        chosen[latest.size] = latest
    return tuple(_with_kept(app, chosen[size]) for size in sorted(chosen))


def _with_kept(app: App, checkpoint: Checkpoint) -> Checkpoint:
    """Return the checkpoint with every cosignature that is kept of it."""
    kept = app.kept.at(checkpoint.size)
    return checkpoint if kept is None else merged(kept, checkpoint)


def _seen(checkpoint: Checkpoint) -> bool:
    return len(checkpoints.parse(checkpoint.note)[1].signatures) > 1


def _files(
    app: App, order: Order, proved: Proved, chain: Sequence[Checkpoint], text: str
) -> dict[str, bytes]:
    last = chain[-1]
    every = (one.leaf for one in (*proved.counted, *proved.after))
    leaves = [leaf for leaf in every if leaf.index < last.size]
    nodes = siblings([leaf.index for leaf in leaves], last.size, app.tiles.node())
    proofs = [app.tiles.consistency(old.size, new.size) for old, new in pairwise(chain)]
    stamps = ((one.size, app.kept.stamp(one.size)) for one in chain)
    return {
        pack.STATEMENT: pack.write_statement(proved.statement),
        pack.TEXT: text.encode(),
        pack.LETTER: letter(
            order,
            proved.statement,
            proved.after[0].entry.at,
            sender_of(app),
            app.ledger_key.vkey,
        ),
        pack.SCHEMA: schema(),
        pack.ENTRIES: b"".join(pack.entry_lines(leaves)),
        pack.NODES: b"".join(node_lines(nodes)),
        pack.CONSISTENCY: b"".join(pack.proof_lines(proofs)),
        **{pack.checkpoint_name(one.size): one.note.encode() for one in chain},
        **{pack.stamp_name(size): token for size, token in stamps if token is not None},
    }


def schema() -> bytes:
    """Return the JSON Schema of ``statement.json`` (draft 2020-12)."""
    return resources.files("licet.effects.proving").joinpath("pack.schema.json").read_bytes()


def _zipped(files: dict[str, bytes]) -> bytes:
    """Return the files as a ZIP, the same bytes for the same files."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
        for name in _ordered(files):
            info = zipfile.ZipInfo(name, _DATED)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            info.create_system = 3
            file.writestr(info, files[name])
    return made.getvalue()


def _ordered(names: Iterable[str]) -> list[str]:
    """Return the names with what a person reads first in front."""
    first = (pack.LETTER, pack.TEXT, pack.STATEMENT, pack.LISTING)
    return sorted(names, key=lambda name: (first.index(name) if name in first else 9, name))

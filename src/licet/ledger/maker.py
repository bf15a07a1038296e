"""How the store turns entries into leaves: the ledger's side of ``terms.ledger.LeafMaker``."""

from licet.ledger import leaf, tree
from licet.terms.ledger import Entry


class Leaves:
    """Implements :class:`licet.terms.ledger.LeafMaker`."""

    def encode(self, entry: Entry) -> bytes:
        """Return the leaf's bytes. Raises BadInput when a part could identify somebody."""
        return leaf.encode(entry)

    def leaf_hash(self, data: bytes) -> bytes:
        """Return the RFC 6962 leaf hash (32 bytes)."""
        return tree.leaf_hash(data)

    def grow(self, frontier: tuple[bytes, ...], size: int, leaf_hash: bytes) -> tuple[bytes, ...]:
        """Return the frontier of ``size + 1`` leaves. Raises Corrupt."""
        return tree.grow(frontier, size, leaf_hash)

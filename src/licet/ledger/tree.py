"""The Merkle tree of RFC 6962 section 2.1, and its proofs as RFC 9162 section 2.1 checks them.

A *node* is the root of a full, aligned subtree: ``node(level, index)`` covers leaves
``[index << level, (index + 1) << level)``. Every proof is built from nodes alone, so
the same code serves a list in memory and tiles on disk.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256

from licet.terms.errors import BadInput, Corrupt
from licet.terms.ledger import ConsistencyProof, InclusionProof

Node = Callable[[int, int], bytes]
"""``(level, index)`` to the 32-byte root of that full subtree."""

EMPTY_ROOT = sha256(b"").digest()
"""The root of a tree without leaves (RFC 6962 2.1)."""


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf's bytes (32 bytes)."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash over two subtrees (32 bytes)."""
    return sha256(b"\x01" + left + right).digest()


def grow(frontier: tuple[bytes, ...], size: int, leaf_hash: bytes) -> tuple[bytes, ...]:
    """Return the frontier of ``size + 1`` leaves. Raises Corrupt when it is not of ``size``."""
    _require_frontier(frontier, size)
    kept, grown = list(frontier), leaf_hash
    while size & 1:
        grown = node_hash(kept.pop(), grown)
        size >>= 1
    return (*kept, grown)


def root(frontier: tuple[bytes, ...], size: int) -> bytes:
    """Return the root over a frontier (32 bytes). Raises Corrupt when it is not of ``size``."""
    _require_frontier(frontier, size)
    if not frontier:
        return EMPTY_ROOT
    *larger, found = frontier
    for subtree in reversed(larger):
        found = node_hash(subtree, found)
    return found


def frontier_of(size: int, node: Node) -> tuple[bytes, ...]:
    """Return the roots of the full subtrees of ``size`` leaves, largest first."""
    return tuple(_pieces(0, size, node))


def nodes_of(hashes: Sequence[bytes]) -> Node:
    """Return the nodes over leaf hashes held in memory."""
    levels = [list(hashes)]
    while len(levels[-1]) > 1:
        below = levels[-1]
        pairs = zip(below[::2], below[1::2], strict=False)
        levels.append([node_hash(left, right) for left, right in pairs])
    return lambda level, index: levels[level][index]


def inclusion(index: int, size: int, node: Node) -> InclusionProof:
    """Prove that leaf ``index`` is in the tree of ``size`` (RFC 6962 2.1.1). Raises BadInput."""
    if not 0 <= index < size:
        raise BadInput(f"leaf {index} is not in a ledger of {size} entries")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_subtree(middle, end, node))
            end = middle
        else:
            path.append(_subtree(start, middle, node))
            start = middle
    return InclusionProof(index, size, tuple(reversed(path)))


def consistency(old: int, new: int, node: Node) -> ConsistencyProof:
    """Prove that the tree of ``old`` is a prefix of that of ``new`` (RFC 6962 2.1.2)."""
    if not 0 <= old <= new:
        raise BadInput(f"a ledger of {old} entries is no prefix of one of {new}")
    if old in (0, new):
        return ConsistencyProof(old, new, ())
    path: list[bytes] = []
    start, end, whole = 0, new, True
    while end != old:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(_subtree(middle, end, node))
            end = middle
        else:
            path.append(_subtree(start, middle, node))
            start, whole = middle, False
    if not whole:
        path.append(_subtree(start, end, node))
    return ConsistencyProof(old, new, tuple(reversed(path)))


def verify_inclusion(leaf_hash: bytes, proof: InclusionProof, root: bytes) -> bool:
    """Say whether ``proof`` leads from the leaf to ``root`` (RFC 9162 2.1.3.2)."""
    if not 0 <= proof.index < proof.size:
        return False
    at, last, found = proof.index, proof.size - 1, leaf_hash
    for sibling in proof.path:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node_hash(sibling, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and found == root


def verify_consistency(proof: ConsistencyProof, old_root: bytes, new_root: bytes) -> bool:
    """Say whether ``proof`` leads from ``old_root`` to ``new_root`` (RFC 9162 2.1.4.2).

    An empty tree is a prefix of every tree: then ``old_root`` must be the empty root.
    """
    if not 0 <= proof.old <= proof.new:
        return False
    if proof.old == proof.new:
        return not proof.path and old_root == new_root
    if proof.old == 0:
        return not proof.path and old_root == EMPTY_ROOT
    path = list(proof.path)
    if proof.old & (proof.old - 1) == 0:
        path.insert(0, old_root)
    if not path:
        return False
    return _climb(proof, path) == (old_root, new_root)


def _climb(proof: ConsistencyProof, path: list[bytes]) -> tuple[bytes, bytes] | None:
    at, last = proof.old - 1, proof.new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return None
        if at & 1 or at == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        at, last = at >> 1, last >> 1
    return (old, new) if last == 0 else None


def _subtree(start: int, end: int, node: Node) -> bytes:
    """Return the root over leaves ``[start, end)``, whose start is aligned to its size."""
    *larger, found = _pieces(start, end, node)
    for piece in reversed(larger):
        found = node_hash(piece, found)
    return found


def _pieces(start: int, end: int, node: Node) -> list[bytes]:
    """Return the full subtrees that make up ``[start, end)``, largest first."""
    size, pieces = end - start, []
    for level in range(size.bit_length() - 1, -1, -1):
        if size >> level & 1:
            pieces.append(node(level, start >> level))
            start += 1 << level
    return pieces


def _split(size: int) -> int:
    """Return the largest power of two below ``size`` (RFC 6962 2.1)."""
    return 1 << (size - 1).bit_length() - 1


def _require_frontier(frontier: tuple[bytes, ...], size: int) -> None:
    if len(frontier) != size.bit_count():
        raise Corrupt(
            f"the ledger's head names {len(frontier)} subtrees, {size} entries have "
            f"{size.bit_count()}",
            "Run `licet doctor`",
        )

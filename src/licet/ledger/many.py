"""Proving many leaves of one tree at once: their siblings are each written once (RFC 6962 2.1).

A proof is the roots of the largest full subtrees that hold none of the leaves. With them and
the leaves the whole root is computed once, whatever the number of leaves: every leaf that is
left out, moved or changed leads to another root.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence

from licet.ledger.tree import EMPTY_ROOT, Node, node_hash
from licet.terms.errors import BadInput

Place = tuple[int, int]
"""The level and index of a full subtree."""


def siblings(indices: Sequence[int], size: int, node: Node) -> dict[Place, bytes]:
    """Return what proves the leaves of these indices in the tree of ``size``. Raises BadInput."""
    wanted = sorted(set(indices))
    if wanted and not 0 <= wanted[0] <= wanted[-1] < size:
        raise BadInput(f"a leaf is not in a ledger of {size} entries")
    return {place: node(*place) for place in _without(wanted, size)}


def root_over(leaves: Mapping[int, bytes], nodes: Mapping[Place, bytes], size: int) -> bytes | None:
    """Return the root of ``size`` leaves over these leaf hashes and siblings.

    None when a subtree is missing, or one is there that is not needed.
    """
    wanted = sorted(leaves)
    if wanted and not 0 <= wanted[0] <= wanted[-1] < size:
        return None
    if set(_without(wanted, size)) != nodes.keys():
        return None
    found = [_root(level, index, wanted, leaves, nodes) for level, index in _pieces(size)]
    if not found:
        return EMPTY_ROOT
    *larger, root = found
    for piece in reversed(larger):
        root = node_hash(piece, root)
    return root


def _root(
    level: int,
    index: int,
    wanted: Sequence[int],
    leaves: Mapping[int, bytes],
    nodes: Mapping[Place, bytes],
) -> bytes:
    if not _holds(wanted, level, index):
        return nodes[level, index]
    if level == 0:
        return leaves[index]
    below = (_root(level - 1, child, wanted, leaves, nodes) for child in (2 * index, 2 * index + 1))
    return node_hash(*below)


def _without(wanted: Sequence[int], size: int) -> Iterator[Place]:
    """Yield the largest full subtrees that hold none of the leaves, from the left."""
    waiting = list(reversed(list(_pieces(size))))
    while waiting:
        level, index = waiting.pop()
        if not _holds(wanted, level, index):
            yield level, index
        elif level:
            waiting += [(level - 1, 2 * index + 1), (level - 1, 2 * index)]


def _holds(wanted: Sequence[int], level: int, index: int) -> bool:
    at = bisect_left(wanted, index << level)
    return at < len(wanted) and wanted[at] < (index + 1) << level


def _pieces(size: int) -> Iterator[Place]:
    """Yield the full subtrees of a tree, largest first."""
    start = 0
    for level in range(size.bit_length() - 1, -1, -1):
        if size >> level & 1:
            yield level, start >> level
            start += 1 << level

"""Nodes of the tree that lead from entries to a signed root, as files hold them.

Proofs of many entries share most of their nodes, so a file holds each node once, whatever it is
about: a person's package, an order's pack, a report.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NewType

from licet.ledger import tree
from licet.ledger.canonical import Json, dumps, loads
from licet.ledger.many import Place
from licet.ledger.reading import as_bytes, as_number, as_object, to_base64
from licet.terms.ledger import Leaf

Nodes = NewType("Nodes", dict[Place, bytes])
"""Roots of full subtrees by (level, index), as :data:`licet.ledger.tree.Node` gives them."""


def write_nodes(nodes: Mapping[Place, bytes]) -> list[Json]:
    """Return nodes as JSON, in the order of their places."""
    return [
        {"hash": to_base64(found), "index": index, "level": level}
        for (level, index), found in sorted(nodes.items())
    ]


def node_lines(nodes: Mapping[Place, bytes]) -> Iterator[bytes]:
    """Give the lines of a file of nodes, one node a line."""
    return (dumps(one) + b"\n" for one in write_nodes(nodes))


def read_nodes(values: Iterable[Json]) -> Nodes:
    """Read nodes from JSON. Raises ``Corrupt``."""
    found = Nodes({})
    for value in values:
        parts = as_object(value, "a node", {"hash", "index", "level"})
        level, index = (as_number(parts[name], f"a node's {name}") for name in ("level", "index"))
        found[level, index] = as_bytes(parts["hash"], "a node's hash", 32)
    return found


def read_lines(lines: Iterable[bytes]) -> Nodes:
    """Read a file of nodes, one node a line. Raises ``Corrupt``."""
    return read_nodes(loads(line.rstrip(b"\n")) for line in lines)


def proves(leaf: Leaf, nodes: Nodes, size: int, root: bytes) -> bool:
    """Say whether the nodes lead from the entry to the root of ``size`` entries."""
    if not 0 <= leaf.index < size:
        return False

    def node(level: int, index: int) -> bytes:
        return nodes[level, index]

    try:
        proof = tree.inclusion(leaf.index, size, node)
    except KeyError:
        return False
    return tree.verify_inclusion(leaf.hash, proof, root)

"""Names and layout of tiles (c2sp.org/tlog-tiles, docs/formats/tiles.md)."""

from collections.abc import Callable, Sequence

from licet.ledger import tree
from licet.terms.errors import Corrupt
from licet.terms.ledger import Leaf

WIDTH = 256
HASH = 32
ENTRIES = "entries"

Write = Callable[[str, bytes], None]
"""Takes a tile's name, as from :func:`name`, and its bytes."""


def name(level: int | str, index: int, width: int = WIDTH) -> str:
    """Return a tile's path below the prefix: ``tile/0/x001/067`` or ``tile/0/000.p/12``."""
    digits = f"{index:03d}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    path = "/".join(["x" + group for group in groups[:-1]] + groups[-1:])
    return f"tile/{level}/{path}" + ("" if width == WIDTH else f".p/{width}")


def width_of(level: int, index: int, size: int) -> int:
    """Return how many hashes tile ``index`` of ``level`` has in a tree of ``size``; 0 for none."""
    count = size >> 8 * level
    return max(0, min(WIDTH, count - index * WIDTH))


def bundle(entries: Sequence[bytes]) -> bytes:
    """Return an entry bundle: each entry after its length in two bytes, big-endian."""
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def unbundle(data: bytes, what: str) -> list[bytes]:
    """Return the entries of a bundle. Raises Corrupt when they do not fill it exactly."""
    entries, at = [], 0
    while at < len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        if end > len(data) or at + 2 > len(data):
            raise Corrupt(f"{what} ends in the middle of an entry")
        entries.append(data[at + 2 : end])
        at = end
    return entries


class TileWriter:
    """Takes leaves one by one and hands out full tiles as they fill, partial ones at the end.

    ``levels[l]`` holds the hashes of the unfinished tile of level ``l``;
    ``entries`` those leaves' bytes.
    """

    def __init__(self, write: Write) -> None:
        """Begin with no leaves."""
        self._write = write
        self.size = 0
        self.frontier: tuple[bytes, ...] = ()
        self.levels: list[list[bytes]] = [[]]
        self.entries: list[bytes] = []

    def add(self, leaf: Leaf) -> None:
        """Take the next leaf. Raises Corrupt when it is not the next or its hash is not its own."""
        if leaf.index != self.size:
            raise Corrupt(f"leaf {self.size} is missing from the store; it gave {leaf.index}")
        if tree.leaf_hash(leaf.data) != leaf.hash:
            raise Corrupt(f"the stored bytes of leaf {leaf.index} do not have the stored hash")
        self.frontier = tree.grow(self.frontier, self.size, leaf.hash)
        self.entries.append(leaf.data)
        self.size += 1
        self._push(0, leaf.hash)

    def root(self) -> bytes:
        """Return the root over all leaves so far."""
        return tree.root(self.frontier, self.size)

    def finish(self) -> None:
        """Hand out the partial tiles."""
        tile = self.size // WIDTH
        if self.entries:
            self._write(name(ENTRIES, tile, len(self.entries)), bundle(self.entries))
        for level, hashes in enumerate(self.levels):
            if hashes:
                index = (self.size >> 8 * level) // WIDTH
                self._write(name(level, index, len(hashes)), b"".join(hashes))

    def _push(self, level: int, found: bytes) -> None:
        if level == len(self.levels):
            self.levels.append([])
        hashes = self.levels[level]
        hashes.append(found)
        if len(hashes) < WIDTH:
            return
        index = (self.size >> 8 * level) // WIDTH - 1
        if level == 0:
            self._write(name(ENTRIES, index), bundle(self.entries))
            self.entries = []
        self._write(name(level, index), b"".join(hashes))
        self.levels[level] = []
        self._push(level + 1, tree.nodes_of(hashes)(8, 0))

"""The published ledger: tiles and a signed checkpoint in a folder outside the store.

Rules, in the order of the code:

1. One publisher at a time (a file lock), and the checkpoint is put in place last.
2. No size below the last published, or below ``floor``, is ever signed.
3. A tree that does not continue the published one is never signed.
4. Tiles are derived: when they do not lead to the published root they are written
   again from the store, which must still lead to that root.
5. Tiles, then their folders, are synced before the checkpoint is signed.
6. Which file holds a tile follows from the published size alone, so what a killed
   publisher left behind is never read.
"""

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from licet.ledger import checkpoint as checkpoints
from licet.ledger import tree
from licet.ledger.files import locked, replace, sync_folder, told
from licet.ledger.note import VerifierKey
from licet.ledger.tile_paths import ENTRIES, HASH, WIDTH, TileWriter, name, unbundle, width_of
from licet.ledger.witness import merged
from licet.terms.errors import BadInput, Conflict, Corrupt, NotFound
from licet.terms.ledger import Checkpoint, ConsistencyProof, Head, InclusionProof, Leaf

LeafReader = Callable[[int, int], Sequence[Leaf]]
"""``(start, end)`` to the stored leaves of that range."""

BOUNDARIES = tuple(f"tiles.publish.{s}" for s in ("begun", "written", "signed", "published"))
"""Every moment that is named to ``at``."""

_BATCH = 4096
_FOREIGN = "The store and the published ledger part ways: run `licet restore` from the tiles"


def _nowhere(_boundary: str) -> None:
    """Do nothing at a boundary."""


class Tiles:
    """A folder in the layout of C2SP tlog-tiles, to be served as static files."""

    def __init__(
        self, folder: Path, key: VerifierKey | None = None, at: Callable[[str], None] = _nowhere
    ) -> None:
        """Use ``folder``; with ``key`` the checkpoint's signature is checked at each reading."""
        self._folder = folder
        self._key = key
        self._at = at
        self.reports: tuple[str, ...] = ()
        """What the last publishing had to mend, in plain sentences."""

    # -- publishing

    def publish(
        self,
        start_reader: LeafReader,
        head: Head,
        sign: Callable[[int, bytes], Checkpoint],
        floor: int = 0,
    ) -> Checkpoint:
        """Bring the folder up to ``head`` and return its checkpoint; again is well.

        ``sign(size, root)`` signs. Raises Conflict (rules 2 and 3), Corrupt (a
        leaf or the checkpoint file is damaged), Setup (space, rights).
        """
        with told("publish the ledger in", self._folder), locked(self._folder):
            latest = self.latest()
            if head.size < max(floor, latest.size if latest else 0):
                raise Conflict(
                    f"the store's ledger has {head.size} entries, fewer than were published",
                    _FOREIGN,
                )
            root = tree.root(head.frontier, head.size)
            if latest and latest.size == head.size:
                _require_same(latest.root, root)
                return latest
            self._at("tiles.publish.begun")
            return self._extend(start_reader, latest, head.size, root, sign)

    def _extend(
        self,
        read: LeafReader,
        latest: Checkpoint | None,
        size: int,
        root: bytes,
        sign: Callable[[int, bytes], Checkpoint],
    ) -> Checkpoint:
        written = _Written(self._folder)
        writer = self._resumed(latest, read, written)
        _feed(writer, read, size)
        _require_same(writer.root(), root)
        writer.finish()
        written.sync()
        self._at("tiles.publish.written")
        signed = sign(size, root)
        if (signed.size, signed.root) != (size, root):
            raise BadInput("the signer signed something else")
        self._at("tiles.publish.signed")
        replace(self._folder / "checkpoint", signed.note.encode())
        sync_folder(self._folder)
        self._at("tiles.publish.published")
        written.prune()
        return signed

    def _resumed(
        self, latest: Checkpoint | None, read: LeafReader, written: "_Written"
    ) -> TileWriter:
        """Return a writer that has all published leaves behind it (rule 4)."""
        self.reports = ()
        writer = TileWriter(written.write)
        if latest is None:
            return writer
        try:
            self._take_up(writer, latest)
        except (Corrupt, NotFound) as error:
            self.reports = (f"the tiles were written again from the store: {error.what}",)
            writer = TileWriter(written.write)
            _feed(writer, read, latest.size)
            _require_same(latest.root, writer.root())
        return writer

    def _take_up(self, writer: TileWriter, latest: Checkpoint) -> None:
        size = latest.size
        writer.frontier = tree.frontier_of(size, self._node(size))
        if tree.root(writer.frontier, size) != latest.root:
            raise Corrupt("the tiles do not lead to the published root")
        writer.size, last = size, size // WIDTH
        if size % WIDTH:
            writer.entries = self._entries(last, size)
        writer.levels = []
        for level in range(max(1, -(-size.bit_length() // 8))):
            count = size >> 8 * level
            hashes = self._tile(level, count // WIDTH, size) if count % WIDTH else []
            writer.levels.append(hashes)
        if [tree.leaf_hash(entry) for entry in writer.entries] != writer.levels[0]:
            raise Corrupt("the last entry bundle does not have the hashes of its tile")

    def cosign(self, cosigned: Checkpoint) -> bool:
        """Put a cosigned checkpoint in place of the same one without; False if it is not the last.

        Raises Corrupt when the last one of that size has another root.
        """
        with told("publish the ledger in", self._folder), locked(self._folder):
            latest = self.latest()
            if latest is None or latest.size != cosigned.size:
                return False
            both = merged(cosigned, latest)
            replace(self._folder / "checkpoint", both.note.encode())
            sync_folder(self._folder)
        return True

    # -- reading

    def latest(self) -> Checkpoint | None:
        """Return the published checkpoint, None before the first. Raises Corrupt."""
        return checkpoints.read_file(self._folder / "checkpoint", self._key, _CHECKPOINT)

    def file(self, tile: str) -> bytes | None:
        """Return a published tile by its name below the prefix, None for one that is not there.

        It is handed out as it lies: :meth:`check` holds it against the entries.
        """
        path = (self._folder / tile).resolve()
        inside = path.is_relative_to((self._folder / "tile").resolve())
        return path.read_bytes() if inside and path.is_file() else None

    def leaves(self, start: int = 0, end: int | None = None) -> Iterator[Leaf]:
        """Yield published leaves ``[start, end)``, all by default. Raises Corrupt, NotFound.

        Each bundle is held against its tile of hashes; :meth:`check` holds those
        against the checkpoint.
        """
        size = self._size()
        end = size if end is None else end
        if not 0 <= start <= end <= size:
            raise BadInput(f"entries {start} to {end} are not within the {size} published")
        for tile in range(start // WIDTH, -(-end // WIDTH)):
            entries, hashes = self._entries(tile, size), self._tile(0, tile, size)
            if [tree.leaf_hash(entry) for entry in entries] != hashes:
                what = f"the entries of {self._folder / name(ENTRIES, tile)}"
                raise Corrupt(f"{what} do not have the hashes of their tile", _REWRITE)
            for offset, entry in enumerate(entries):
                if start <= tile * WIDTH + offset < end:
                    yield Leaf(tile * WIDTH + offset, entry, hashes[offset])

    def prove(
        self, index: int, seen: Checkpoint | None = None
    ) -> tuple[InclusionProof, Checkpoint]:
        """Prove leaf ``index`` against the published checkpoint. Raises NotFound before that.

        ``seen`` is an earlier one that others saw: it proves more, so it is taken where it
        covers the leaf and what is published continues it.
        """
        latest = self.latest()
        covers = seen is not None and latest is not None and index < seen.size <= latest.size
        if seen and latest and covers and self.root_at(seen.size) == seen.root:
            return tree.inclusion(index, seen.size, self._node(latest.size)), seen
        if latest is None or not 0 <= index < latest.size:
            raise NotFound(
                f"entry {index} is not in a published checkpoint yet", "Try again after the next"
            )
        return tree.inclusion(index, latest.size, self._node(latest.size)), latest

    def nodes_for(
        self, indices: Iterable[int], checkpoint: Checkpoint
    ) -> dict[tuple[int, int], bytes]:
        """Return the nodes, by (level, index), that prove all these leaves in ``checkpoint``.

        Raises NotFound for a leaf that it does not cover.
        """
        found: dict[tuple[int, int], bytes] = {}
        read = self._node(checkpoint.size)

        def node(level: int, index: int) -> bytes:
            if (level, index) not in found:
                found[level, index] = read(level, index)
            return found[level, index]

        for index in indices:
            if not 0 <= index < checkpoint.size:
                raise NotFound(f"entry {index} is not in that checkpoint", "Publish, then again")
            tree.inclusion(index, checkpoint.size, node)
        return found

    def node(self) -> tree.Node:
        """Return the nodes of the published tree: those of every earlier size are among them."""
        return self._node(self._size())

    def consistency(self, old: int, new: int | None = None) -> ConsistencyProof:
        """Prove that the ledger of ``old`` entries became that of ``new`` (all by default)."""
        size = self._size()
        new = size if new is None else new
        if new > size:
            raise BadInput(f"only {size} entries are published")
        return tree.consistency(old, new, self._node(size))

    def root_at(self, size: int) -> bytes:
        """Return the root that the published ledger had at ``size`` entries. Raises BadInput."""
        published = self._size()
        if not 0 <= size <= published:
            raise BadInput(f"only {published} entries are published")
        return tree.root(tree.frontier_of(size, self._node(published)), size)

    def check(self) -> tuple[str, ...]:
        """Compute every tile and the root again from the entries; return what is wrong."""
        try:
            latest = self.latest()
            return self._compare(latest) if latest else ()
        except (Corrupt, NotFound) as error:
            return (str(error),)

    def _compare(self, latest: Checkpoint) -> tuple[str, ...]:
        findings: list[str] = []

        def compare(tile: str, data: bytes) -> None:
            path = self._folder / tile
            if not path.is_file():
                findings.append(f"{path} is missing. {_REWRITE}")
            elif path.read_bytes() != data:
                findings.append(f"{path} is not what the entries make it. {_REWRITE}")

        writer = TileWriter(compare)
        for tile in range(-(-latest.size // WIDTH)):
            for data in self._entries(tile, latest.size):
                writer.add(Leaf(writer.size, data, tree.leaf_hash(data)))
        writer.finish()
        if writer.root() != latest.root:
            findings.append("the published entries do not lead to the checkpoint's root")
        return tuple(findings)

    def _size(self) -> int:
        latest = self.latest()
        return latest.size if latest else 0

    def _node(self, size: int) -> tree.Node:
        """Return the nodes of the published tree; the tiles read last are kept."""

        @lru_cache(maxsize=256)
        def hashes(row: int, tile: int) -> list[bytes]:
            return self._tile(row, tile, size)

        def node(level: int, index: int) -> bytes:
            row, height = divmod(level, 8)
            first = index << height
            tile, offset = divmod(first, WIDTH)
            part = hashes(row, tile)[offset : offset + (1 << height)]
            return tree.nodes_of(part)(height, 0)

        return node

    def _tile(self, level: int, index: int, size: int) -> list[bytes]:
        width = width_of(level, index, size)
        path = self._folder / name(level, index, width)
        data = _bytes_of(path)
        if len(data) != width * HASH:
            raise Corrupt(f"{path} does not have {width} hashes", _REWRITE)
        return [data[at : at + HASH] for at in range(0, len(data), HASH)]

    def _entries(self, index: int, size: int) -> list[bytes]:
        width = width_of(0, index, size)
        path = self._folder / name(ENTRIES, index, width)
        entries = unbundle(_bytes_of(path), str(path))
        if len(entries) != width:
            raise Corrupt(f"{path} does not have {width} entries", _REWRITE)
        return entries


_CHECKPOINT = "Bring the folder back from its mirror; a published checkpoint is never made anew"
_REWRITE = "Bring it back from the mirror of the tiles, or publish again from the store"


class _Written:
    """The tiles written by one publishing: makes their names durable, prunes what they replace."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._paths: list[Path] = []

    def write(self, tile: str, data: bytes) -> None:
        path = self._folder / tile
        replace(path, data)
        self._paths.append(path)

    def sync(self) -> None:
        """Sync every folder that a name was put into, up to the prefix's own parent."""
        folders = {self._folder, self._folder.parent}
        for path in self._paths:
            folders.update(above for above in path.parents if above.is_relative_to(self._folder))
        for folder in sorted(folders):
            sync_folder(folder)

    def prune(self) -> None:
        """Remove the partial tiles whose full tile is now published, as the layout allows."""
        for path in self._paths:
            partial = path.with_name(path.name + ".p")
            if path.parent.suffix != ".p" and partial.is_dir():
                shutil.rmtree(partial)


def _feed(writer: TileWriter, read: LeafReader, size: int) -> None:
    while writer.size < size:
        end = min(size, writer.size + _BATCH)
        leaves = read(writer.size, end)
        if len(leaves) != end - writer.size:
            raise Corrupt(f"the store lacks leaves between {writer.size} and {end}", _FOREIGN)
        for leaf in leaves:
            writer.add(leaf)


def _require_same(published: bytes, stored: bytes) -> None:
    if published != stored:
        raise Conflict("the store's ledger does not continue the published one", _FOREIGN)


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise NotFound(f"{path} is missing", _REWRITE) from error

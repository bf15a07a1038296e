"""Items that were met before, read from their source once more.

licet keeps no photos: whoever enrols later, or asks about themselves, is looked for by
reading each item again, at its place, if it is still the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from licet.effects.comparing import same_face
from licet.effects.keeping import Recognised
from licet.effects.sealed import open_address
from licet.effects.walking import Photo, Step, Walk, drop
from licet.sources.contract import Address
from licet.terms.errors import NotFound
from licet.terms.face import Inspection
from licet.terms.ids import ItemId
from licet.terms.source import Item

PAGE = 256


@dataclass(frozen=True)
class Again:
    """A source's items on their way through another look, from after one of them on."""

    walk: Walk
    after: ItemId | None
    skip_empty: bool = False
    """Whether an item in which no face was found is passed over without being read."""

    def photos(self) -> Iterator[Step]:
        """Read the items again; one that changed or is gone at its source is passed over."""
        app, source = self.walk.app, self.walk.source
        for item, empty in self._items():
            if empty:
                self.walk.done += 1
                self.walk.at = item.id
                yield None
                continue
            if not self.walk.may_go_on():
                return
            address = Address(open_address(app, item.id, source.id, item.sealed_address))
            read, self.walk.at = self.walk.read(address), item.id
            if read is None:
                yield None
                continue
            data, sha256 = read
            if sha256 != item.sha256:
                drop(data)
                self.walk.tally.could_not_read(address, "it changed since it was collected")
                yield None
                continue
            yield Photo(Address(item.id), sha256), data

    def _items(self) -> Iterator[tuple[Item, bool]]:
        """Give the items that are left, and whether there is nothing to look at in them."""
        after = self.after
        while True:
            with self.walk.app.store.read() as reader:
                if after is not None and reader.items.get(after) is None:
                    after = None  # It was forgotten, and so was what came before it.
                page = reader.items.of_source(self.walk.source.id, after, PAGE)
                faces = reader.person.faces([one.id for one in page]) if self.skip_empty else {}
            if not page:
                return
            for item in page:
                yield item, self.skip_empty and not faces.get(item.id)
            after = page[-1].id

    def recognise(self, photo: Photo, seen: Inspection) -> Recognised:
        """Pair the faces found again with the boxes kept; a face without a box is left out."""
        item_id = ItemId(photo.address)
        with self.walk.app.store.read() as reader:
            item, stored = reader.items.get(item_id), reader.items.faces(item_id)
        if item is None:
            raise NotFound("an item vanished while it was scanned", "Run the scan again.")
        pairs = [
            (kept, face)
            for face, span in zip_longest(seen.faces, seen.spans)
            if (kept := same_face(stored, face.face.box, span)) is not None
        ]
        return Recognised(item, tuple(k for k, _ in pairs), tuple(f for _, f in pairs), ())

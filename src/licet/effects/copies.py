"""One photo in several sizes is one item with several addresses.

Whoever is in a photo must never be lost by taking it for another, so a near mark only
proposes (``licet.vision.likeness``); it is one photo if, and only if:

1. both were inspected, and faces were found in both;
2. they have the same shape and as many faces, each where the other has one;
3. each pair of faces compares so well that what is found in one is found in the other.

Two shots of one scene with somebody else in it fail 3, however alike they look; so does a
copy so small that its faces are worse, and it becomes an item of its own. A photo that was
met before is read once more for that; its faces' features are made, compared and forgotten.
"""

import hashlib
from dataclasses import dataclass

from licet.effects.keeping import Recognised
from licet.effects.sealed import open_address
from licet.effects.walking import Photo, Walk
from licet.sources.contract import Address, read_whole
from licet.terms.face import Box, Inspection, SeenFace, overlap, score_of
from licet.terms.ids import ItemId
from licet.vision.likeness import Marks

SAME_SHAPE = 0.02
"""How far two ratios of width to height may be apart: rounding of small sizes."""
SAME_PLACE = 0.5
SAME_FEATURES = score_of(0.7)
"""Copies at half the size compare above 0.9; different people hardly ever above 0.45."""


@dataclass(frozen=True, slots=True)
class Met:
    """A photo that was inspected: where, what was seen in it, and the item it would be."""

    photo: Photo
    seen: Inspection
    found: Recognised


def new_among(walk: Walk, batch: list[Met]) -> list[Met]:
    """Return those of a batch that are new; of a copy the address alone is noted."""
    marks = _marks(walk)
    fresh: dict[str, Inspection] = {}
    new: list[Met] = []
    for met in batch:
        item = met.found.item.id
        original = _original(walk, marks, met.seen, fresh)
        if original is not None:
            walk.copies[met.photo.sha256] = original
            walk.elsewhere.append(met.photo)
            walk.tally.known += 1
            continue
        new.append(met)
        if met.seen.likeness:
            fresh[item] = met.seen
            marks.add(item, met.seen.likeness)
    return new


def one_photo(a: Inspection, b: Inspection) -> bool:
    """Say whether two inspections are of one photo in two sizes, by its faces."""
    if not a.faces or len(a.faces) != len(b.faces):  # 1, 2
        return False
    if abs(a.width * b.height - b.width * a.height) > SAME_SHAPE * a.width * b.height:
        return False
    share = a.width / b.width
    left = list(b.faces)
    for face in a.faces:
        other = max(left, key=lambda one: overlap(face.face.box, _scaled(one, share)))
        if overlap(face.face.box, _scaled(other, share)) < SAME_PLACE:
            return False
        if face.template.compare(other.template) < SAME_FEATURES:  # 3
            return False
        left.remove(other)
    return True


def _marks(walk: Walk) -> Marks:
    """Return the marks of the source's photos, read once in a walk."""
    if walk.marks is None:
        with walk.app.store.read() as reader:
            walk.marks = Marks(reader.items.likenesses(walk.source.id))
    return walk.marks


def _original(
    walk: Walk, marks: Marks, seen: Inspection, fresh: dict[str, Inspection]
) -> ItemId | None:
    """Return the item of which a photo is a copy, or None."""
    if not seen.likeness or not seen.faces:
        return None
    for name in marks.near(seen.likeness):
        other = fresh.get(name) or _again(walk, ItemId(name))
        if other is not None and one_photo(seen, other):
            return ItemId(name)
    return None


def _again(walk: Walk, item_id: ItemId) -> Inspection | None:
    """Inspect an item once more; None when it is not there as it was, or may not be read."""
    app = walk.app
    with app.store.read() as reader:
        item = reader.items.get(item_id)
    if item is None or not walk.may_go_on():
        return None
    place = Address(open_address(app, item.id, walk.source.id, item.sealed_address))
    data = read_whole(walk.place, place)
    if not isinstance(data, bytes) or hashlib.sha256(data).hexdigest() != item.sha256:
        return None
    found = app.vision.inspect(data)
    return found if isinstance(found, Inspection) else None


def _scaled(face: SeenFace, share: float) -> Box:
    box = face.face.box
    return Box(*(round(side * share) for side in (box.x, box.y, box.w, box.h)))

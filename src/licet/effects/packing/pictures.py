"""Pictures of a person for the person: read again from their source, everybody else covered.

1. A photo is read only under a permit for its source that is a second old at most: the
   source is authorised and its authority is in force (invariant 2).
2. It must still be the photo that was collected.
3. Every face found at collecting, and every face found now, is covered unless it is one of
   the person's appearances. Covering wins where two overlap (GDPR 15(4)).

What cannot be shown is said, in one word: it is never left out silently.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from licet.app import App
from licet.consent.decide import decide
from licet.effects.covering import faces_to_cover
from licet.effects.facts import read_facts
from licet.effects.packing.faces import UNREAD, Boxes
from licet.effects.packing.parts import ItemPart, Package
from licet.effects.sourcing import open_source
from licet.sources.contract import Address, ItemSource
from licet.terms.acting import WORKER
from licet.terms.errors import BadInput, Conflict, Setup
from licet.terms.face import Box, Unreadable
from licet.terms.ids import ItemId, OrganisationId, SourceId
from licet.terms.permit import Action, Ask, Refusal
from licet.terms.source import ItemFace

ASKED_AGAIN = timedelta(seconds=1)
"""So long a permit to read a source is used: ceasing it holds within a second."""

LONG_SIDE = 1280
"""Pixels: what a thorough look for faces sees of a photo, and enough to know oneself by."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of one item, or in one word why there is none."""

    item: str
    data: bytes
    says: str


def pictures_of(app: App, package: Package, boxes: Boxes) -> Iterator[Picture]:
    """Give the pictures of all items in which the person appears, one at a time."""
    seen: dict[str, list[Box]] = {}
    for appearance in package.appearances:
        if appearance.item is not None and appearance.region is not None:
            at = appearance.region
            seen.setdefault(appearance.item, []).append(Box(at.x, at.y, at.w, at.h))
    places = _Places(app)
    for item in package.items:
        if item.picture_says == UNREAD:
            yield _picture(app, places, item, seen.get(item.id, []), boxes.get(ItemId(item.id), []))


def _picture(
    app: App, places: "_Places", item: ItemPart, visible: list[Box], stored: list[ItemFace]
) -> Picture:
    photo = _photo(places, item)
    if isinstance(photo, str):
        return Picture(item.id, b"", photo)
    faces = faces_to_cover(app, photo, stored, visible)
    if isinstance(faces, Unreadable):
        return Picture(item.id, b"", "unreadable")
    outline = [(box, "") for box in visible]
    return Picture(item.id, app.vision.redact(photo, faces, visible, outline, LONG_SIDE), "")


def _photo(places: "_Places", item: ItemPart) -> bytes | str:
    """Return the photo as it was collected, or why it is not to be had."""
    place = places.open(SourceId(item.source))
    if isinstance(place, str):
        return place
    changed = False
    for address in item.addresses:
        photo = place.read(Address(address))
        if isinstance(photo, Unreadable):
            continue
        if hashlib.sha256(photo).hexdigest() == item.sha256:
            return photo
        changed = True
    if not item.addresses:
        return "source_gone"
    return "changed" if changed else "gone"


@dataclass
class _Places:
    """Sources that may be read; each is asked about again after a second."""

    app: App
    _opened: dict[SourceId, tuple[datetime, ItemSource | str]] = field(default_factory=dict)

    def open(self, source_id: SourceId) -> ItemSource | str:
        """Return a source that may be read at this moment, or why it may not."""
        now = self.app.clock()
        kept = self._opened.get(source_id)
        if kept is None or now - kept[0] >= ASKED_AGAIN:
            kept = self._opened[source_id] = (now, self._asked(source_id))
        return kept[1]

    def _asked(self, source_id: SourceId) -> ItemSource | str:
        app = self.app
        with app.store.read() as reader:
            source = reader.sources.get(source_id)
            if source is None:
                return "source_gone"
            ask = Ask(
                Action.SCAN,
                WORKER.by,
                app.model,
                organisation=OrganisationId(source.organisation),
                source=source.id,
                fpir=app.deployment.fpir_collect,
            )
            permit = decide(ask, read_facts(app, reader, ask, WORKER, reader.now), reader.now)
        if isinstance(permit, Refusal):
            return permit.reason
        try:
            return open_source(source)
        except (BadInput, Conflict, Setup):
            return "source_unreachable"

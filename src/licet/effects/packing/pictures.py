"""Pictures of a person for the person: read again from their source, everybody else covered.

1. A photo is read only under a permit for its source that is a second old at most: the
   source is authorised and its authority is in force (invariant 2).
2. It must still be the photo that was collected.
3. Every face found at collecting, and every face found now, is covered unless it is one of
   the person's appearances. Covering wins where two overlap (GDPR 15(4)).
4. Of a video it is one frame in which the person is found again.

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
from licet.effects.films import open_film
from licet.effects.packing.faces import UNREAD, Boxes
from licet.effects.packing.parts import Appearance, ItemPart, Package
from licet.effects.sourcing import open_source
from licet.effects.stills import Still, is_video, still_of
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
    seen: dict[str, list[Appearance]] = {}
    for appearance in package.appearances:
        if appearance.item is not None and appearance.region is not None:
            seen.setdefault(appearance.item, []).append(appearance)
    places = _Places(app)
    for item in package.items:
        if item.picture_says != UNREAD:
            continue
        stored, own = boxes.get(ItemId(item.id), []), seen.get(item.id, [])
        if is_video(stored):
            yield _frame(app, places, item, own, stored)
        else:
            yield _picture(app, places, item, [_box(one) for one in own], stored)


def _box(one: Appearance) -> Box:
    at = one.region
    return Box(at.x, at.y, at.w, at.h) if at is not None else Box(0, 0, 0, 0)


def _frame(
    app: App, places: "_Places", item: ItemPart, seen: list[Appearance], stored: list[ItemFace]
) -> Picture:
    """Give the first frame of a video that an appearance is of."""
    place = places.open(SourceId(item.source))
    if isinstance(place, str):
        return Picture(item.id, b"", place)
    films = (open_film(place, Address(one), item.sha256) for one in item.addresses)
    film = next((one for one in films if one is not None), None)
    if film is None:
        return Picture(item.id, b"", "gone" if item.addresses else "source_gone")
    with film:
        stills = (
            still_of(app, film, one.moment, _box(one), stored)
            for one in sorted(seen, key=_begins)
            if one.moment is not None
        )
        still = next((one for one in stills if isinstance(one, Still)), None)
    if still is None:
        return Picture(item.id, b"", "unreadable")
    outline = [(still.visible, "")]
    data = app.vision.redact(still.photo, still.faces, (still.visible,), outline, LONG_SIDE)
    return Picture(item.id, data, "")


def _begins(one: Appearance) -> int:
    return one.span[0] if one.span is not None else 0


def _picture(
    app: App, places: "_Places", item: ItemPart, visible: list[Box], stored: list[ItemFace]
) -> Picture:
    photo = _photo(places, item)
    if isinstance(photo, str):
        return Picture(item.id, b"", photo)
    found = app.vision.faces(photo)
    if isinstance(found, Unreadable):
        return Picture(item.id, b"", "unreadable")
    faces = faces_to_cover(found, stored, visible)
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
            return open_source(app, source)
        except (BadInput, Conflict, Setup):
            return "source_unreachable"

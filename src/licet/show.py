"""Showing: item -> picture with everybody else covered.

The photo is read from its source again; every face found at collecting, and every
face found now, is covered for good unless it is one that the permit names. Of a video
one frame is shown in which the person is seen.
"""

import hashlib
from dataclasses import dataclass

from licet.app import App
from licet.consent.decide import decide
from licet.consent.purposes import table
from licet.effects.acting import digest_of
from licet.effects.covering import faces_to_cover
from licet.effects.facts import read_facts
from licet.effects.films import AskingAgain, KeepOn, RefusedError, open_film
from licet.effects.record import record, record_refusal, refuse
from licet.effects.sealed import open_address, open_appearance
from licet.effects.sourcing import open_source
from licet.effects.stills import is_video, still_of
from licet.sources.contract import Address
from licet.store.unit import Reader, Unit
from licet.terms.acting import Who
from licet.terms.errors import Conflict, NotFound
from licet.terms.face import Box, Unreadable
from licet.terms.gallery import TemplateKind
from licet.terms.ids import CaseId, FaceId, GrantId, ItemId
from licet.terms.ledger import EntryKind
from licet.terms.payload import AppearancePayload
from licet.terms.permit import Action, Ask, Permit, Refusal
from licet.terms.source import Item, ItemFace, Source


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture as JPEG, the boxes left visible, and how many faces were covered."""

    picture: bytes
    visible: tuple[Box, ...]
    covered: int
    leaf: int


@dataclass(frozen=True, slots=True)
class Form:
    """How a picture is drawn: at most so many pixels on its long side, the boxes in it or not."""

    long_side: int | None = None
    outlined: bool = True


WHOLE = Form()


@dataclass(frozen=True, slots=True)
class _Picture:
    """What is shown, uncovered still: a photo, or one frame of a video.

    ``found`` are the faces found in it now. Of a frame ``visible`` says where the person of
    the appearance ``face`` is in it; of a photo the appearances themselves do.
    """

    photo: bytes
    found: tuple[Box, ...]
    face: FaceId | None = None
    visible: Box | None = None


def show(
    app: App,
    who: Who,
    item_id: ItemId,
    grant_id: GrantId,
    case_id: CaseId | None = None,
    at: int | None = None,
    form: Form = WHOLE,
) -> Shown | Refusal:
    """Show one photo in which a data subject appears, with everybody else covered.

    ``at`` chooses a moment of a video, in milliseconds; without it the first span is shown.
    ``form`` says how it is drawn; boxes are told in the photo's own pixels all the same.

    1. Read the facts and decide; a refusal is recorded and returned.
    2. Read the photo from its source; it must still be the one that was collected. A video
       takes its time: decide again meanwhile.
    3. Find the faces again, so that one that was missed then is covered now.
    4. In one unit of work: decide again, record.
    5. Cover every face but the data subject's.

    Raises ``NotFound`` when the item is not there or shows somebody else,
    ``Conflict`` when the photo changed or is gone at its source.
    """
    item, source, ask = _asked(app, who, item_id, grant_id, case_id)
    signed = digest_of(item_id, case_id or "")
    with app.store.read() as reader:  # 1
        now = reader.now
        decided = decide(ask, read_facts(app, reader, ask, who, now, signed), now)
        stored = reader.items.faces(item_id)
        seen = () if isinstance(decided, Refusal) else _seen(app, reader, decided, item)
    if isinstance(decided, Refusal):
        return refuse(app, ask, decided)
    if is_video(stored):
        film = _Film(item, source, stored)
        try:
            keep_on = AskingAgain(app, ask, who, signed).keep_on
            picture = _frame(app, film, _chosen(seen, stored, at), keep_on)  # 2, 3
        except RefusedError as stopped:
            return refuse(app, ask, stopped.refusal)
    else:
        picture = _found(app, _photo(app, item, source), stored, seen)
    with app.store.unit() as unit:  # 4
        permit = decide(ask, read_facts(app, unit, ask, who, unit.now, signed), unit.now)
        if isinstance(permit, Refusal):
            return record_refusal(app, unit, ask, permit)
        visible = _visible(picture, _seen(app, unit, permit, item))
        leaf = unit.head.size
        objects = (("grant", grant_id), ("item", item_id))
        record(app, unit, EntryKind.SHOWN, permit, objects, (("visible", len(visible)),))
    app.publish()
    if not visible:
        raise NotFound("this photo does not show this person", "See `licet search`.")
    outline = [(box, "") for box in visible if form.outlined]
    drawn = (visible, outline, form.long_side)
    covered = app.vision.redact(picture.photo, picture.found, *drawn)  # 5
    return Shown(covered, visible, len(picture.found) - len(visible), leaf)


def _asked(
    app: App, who: Who, item_id: ItemId, grant_id: GrantId, case_id: CaseId | None
) -> tuple[Item, Source, Ask]:
    with app.store.read() as reader:
        item, grant = reader.items.get(item_id), reader.grants.get(grant_id)
        source = reader.sources.get(item.source) if item else None
        case = reader.governance.case(case_id) if case_id else None
    if item is None or source is None or grant is None:
        raise NotFound("no such photo or grant", "See `licet search`.")
    purpose = table().get(case.purpose) if case else None
    if purpose is not None and purpose.two_sided:
        raise NotFound("a place is never told under this purpose", "There is nothing to see.")
    organisation = case.organisation if case else grant.organisation or source.organisation
    ask = Ask(
        Action.SHOW,
        who.by,
        app.model,
        organisation=organisation,
        member=who.member,
        case=case_id,
        purpose=case.purpose if case else grant.purpose,
        grant=grant_id,
        subject=grant.subject,
        source=source.id,
    )
    return item, source, ask


def _photo(app: App, item: Item, source: Source) -> bytes:
    address = open_address(app, item.id, source.id, item.sealed_address)
    photo = open_source(app, source).read(Address(address))
    if isinstance(photo, Unreadable):
        raise Conflict(f"the photo cannot be read: {photo.reason}", photo.remedy)
    if hashlib.sha256(photo).hexdigest() != item.sha256:
        raise Conflict("the photo changed since it was collected", "Collect the source again.")
    return photo


def _found(
    app: App, photo: bytes, stored: tuple[ItemFace, ...], seen: tuple[AppearancePayload, ...]
) -> _Picture:
    """Return a photo with the faces found at collecting and those found now."""
    found = app.vision.faces(photo)
    if isinstance(found, Unreadable):
        raise Conflict(f"the photo cannot be read: {found.reason}", found.remedy)
    return _Picture(photo, faces_to_cover(found, stored, [one.box for one in seen]))


@dataclass(frozen=True, slots=True)
class _Film:
    """A video that was collected, and its faces."""

    item: Item
    source: Source
    stored: tuple[ItemFace, ...]


def _seen(
    app: App, reader: Reader | Unit, permit: Permit, item: Item
) -> tuple[AppearancePayload, ...]:
    """Return the appearances of the permit's data subject in this item, if it may be seen."""
    floor = permit.scope.seen_before if permit.scope else None
    if permit.grant is None or (floor is not None and item.first_seen > floor):
        return ()
    appearances = (
        open_appearance(app, template)
        for template in reader.templates.of_grant(permit.grant)
        if template.kind is TemplateKind.APPEARANCE
    )
    return tuple(seen for seen in appearances if seen.item == item.id)


def _visible(picture: _Picture, seen: tuple[AppearancePayload, ...]) -> tuple[Box, ...]:
    """Return where the person is; nowhere when the appearance is gone by now."""
    if picture.face is None:
        return tuple(one.box for one in seen)
    return tuple(one.box for one in seen if (one.face, one.box) == (picture.face, picture.visible))


def _chosen(
    seen: tuple[AppearancePayload, ...], stored: tuple[ItemFace, ...], at: int | None
) -> AppearancePayload | None:
    """Return the appearance during whose span a moment lies, or the first one."""
    spans = {face.id: face.span for face in stored if face.span is not None}
    there = sorted((one for one in seen if one.face in spans), key=lambda one: spans[one.face])
    for one in there:
        begins, ends = spans[one.face]
        if at is None or begins <= at < ends:
            return one
    return None


def _frame(app: App, film: _Film, one: AppearancePayload | None, keep_on: KeepOn) -> _Picture:
    """Return the frame of an appearance. Raises ``NotFound``, ``Conflict``."""
    if one is None or one.at < 0:
        raise NotFound("this video does not show this person then", "See `licet search`.")
    item, source = film.item, film.source
    address = Address(open_address(app, item.id, source.id, item.sealed_address))
    opened = open_film(open_source(app, source), address, item.sha256, keep_on)
    if opened is None:
        raise Conflict("the video changed or is gone at its source", "Collect the source again.")
    with opened:
        still = still_of(app, opened, one.at, one.box, film.stored)
    if isinstance(still, Unreadable):
        raise Conflict(still.reason, still.remedy)
    return _Picture(still.photo, still.faces, one.face, still.visible)

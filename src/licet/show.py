"""Showing: item -> picture with everybody else covered.

The photo is read from its source again; every face found at collecting, and every
face found now, is covered for good unless it is one that the permit names.
"""

import hashlib
from dataclasses import dataclass

from licet.app import App
from licet.consent.decide import decide
from licet.effects.acting import digest_of
from licet.effects.comparing import same_face
from licet.effects.facts import read_facts
from licet.effects.record import record, record_refusal, refuse
from licet.effects.sealed import open_address, open_appearance
from licet.effects.sourcing import open_source
from licet.sources.contract import Address
from licet.store.unit import Unit
from licet.terms.acting import Who
from licet.terms.errors import Conflict, NotFound
from licet.terms.face import Box, Inspection, Unreadable
from licet.terms.gallery import TemplateKind
from licet.terms.ids import CaseId, GrantId, ItemId
from licet.terms.ledger import EntryKind
from licet.terms.permit import Action, Ask, Permit, Refusal
from licet.terms.source import Item, Source


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture as JPEG, the boxes left visible, and how many faces were covered."""

    picture: bytes
    visible: tuple[Box, ...]
    covered: int
    leaf: int


def show(
    app: App, who: Who, item_id: ItemId, grant_id: GrantId, case_id: CaseId | None = None
) -> Shown | Refusal:
    """Show one photo in which a data subject appears, with everybody else covered.

    1. Read the facts and decide; a refusal is recorded and returned.
    2. Read the photo from its source; it must still be the one that was collected.
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
    if isinstance(decided, Refusal):
        return refuse(app, ask, decided)
    photo = _photo(app, item, source)  # 2
    found = app.vision.inspect(photo, thorough=True)  # 3
    again = [face.face.box for face in found.faces] if isinstance(found, Inspection) else []
    with app.store.unit() as unit:  # 4
        permit = decide(ask, read_facts(app, unit, ask, who, unit.now, signed), unit.now)
        if isinstance(permit, Refusal):
            return record_refusal(app, unit, ask, permit)
        stored = unit.items.faces(item_id)
        visible = _visible(app, unit, permit, item)
        leaf = unit.head.size
        objects = (("grant", grant_id), ("item", item_id))
        record(app, unit, EntryKind.SHOWN, permit, objects, (("visible", len(visible)),))
    app.publish()
    if not visible:
        raise NotFound("this photo does not show this person", "See `licet search`.")
    missed = [box for box in again if same_face(stored, box) is None]
    faces = [*(face.box for face in stored), *missed]
    outline = [(box, "") for box in visible]
    picture = app.vision.redact(photo, faces, visible, outline)  # 5
    return Shown(picture, visible, len(faces) - len(visible), leaf)


def _asked(
    app: App, who: Who, item_id: ItemId, grant_id: GrantId, case_id: CaseId | None
) -> tuple[Item, Source, Ask]:
    with app.store.read() as reader:
        item, grant = reader.items.get(item_id), reader.grants.get(grant_id)
        source = reader.sources.get(item.source) if item else None
        case = reader.governance.case(case_id) if case_id else None
    if item is None or source is None or grant is None:
        raise NotFound("no such photo or grant", "See `licet search`.")
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
    photo = open_source(source).read(Address(address))
    if isinstance(photo, Unreadable):
        raise Conflict(f"the photo cannot be read: {photo.reason}", photo.remedy)
    if hashlib.sha256(photo).hexdigest() != item.sha256:
        raise Conflict("the photo changed since it was collected", "Collect the source again.")
    return photo


def _visible(app: App, unit: Unit, permit: Permit, item: Item) -> tuple[Box, ...]:
    """Return the boxes of the permit's data subject in this item, as far as it may be seen."""
    floor = permit.scope.seen_before if permit.scope else None
    if permit.grant is None or (floor is not None and item.first_seen > floor):
        return ()
    appearances = (
        open_appearance(app, template)
        for template in unit.templates.of_grant(permit.grant)
        if template.kind is TemplateKind.APPEARANCE
    )
    return tuple(seen.box for seen in appearances if seen.item == item.id)

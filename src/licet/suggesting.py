"""Suggestions: faces between two thresholds that wait for a person's look.

Accepting one reads the photo from its source again and keeps a confirmed
appearance; rejecting one, or waiting 30 days, forgets it.
"""

import hashlib
from dataclasses import replace
from datetime import datetime
from itertools import zip_longest

from licet.app import App
from licet.consent.decide import decide
from licet.effects.comparing import same_face
from licet.effects.deciding import ask_on
from licet.effects.facts import read_facts
from licet.effects.films import AskingAgain, KeepOn, RefusedError, open_film
from licet.effects.first_day import on_first_day
from licet.effects.keeping import Unlinked, appears_elsewhere
from licet.effects.record import record, record_machine, record_refusal, refuse
from licet.effects.sealed import open_address, open_suggestion, seal_appearance
from licet.effects.sourcing import open_source
from licet.sources.contract import Address, ItemSource
from licet.store.unit import Unit
from licet.terms.acting import Who
from licet.terms.collecting import Accepted
from licet.terms.errors import Conflict, NotFound
from licet.terms.face import Inspection, SeenFace, Unreadable
from licet.terms.gallery import TemplateKind
from licet.terms.ids import GrantId, SuggestionId, TemplateId, new_id
from licet.terms.ledger import EntryKind
from licet.terms.payload import AppearancePayload, SuggestionPayload
from licet.terms.permit import Action, Ask, Refusal
from licet.terms.source import Item, ItemFace, Source
from licet.terms.stored import StoredSuggestion, StoredTemplate


def accept(app: App, who: Who, suggestion_id: SuggestionId) -> Accepted | Refusal:
    """Keep a suggested face as a confirmed appearance.

    1. Read the suggestion and decide; a refusal is recorded and returned.
    2. Read the photo from its source again and find the face; in a video, deciding again
       while it is read.
    3. In one unit of work: decide again, keep the appearance, drop the suggestion, record.
    4. Mirror the ledger.

    Raises ``NotFound``, also for a member on the item's first day; ``Conflict`` when the
    photo changed or the face is gone.
    """
    kept, pointer, ask = _asked(app, who, suggestion_id)  # 1
    with app.store.read() as reader:
        now = reader.now
        decided = decide(ask, read_facts(app, reader, ask, who, now, suggestion_id), now)
        item, source = reader.items.get(pointer.item), reader.sources.get(pointer.source)
        face = reader.items.face(pointer.face)
    if isinstance(decided, Refusal):
        return refuse(app, ask, decided)
    if item is None or source is None or face is None:
        raise NotFound("the suggested photo is gone", "Nothing to accept.")
    _refuse_first_day(app, who, item, now)
    try:
        keep_on = AskingAgain(app, ask, who, suggestion_id).keep_on
        seen = _face_again(app, item, source, face, keep_on)  # 2
    except RefusedError as stopped:
        return refuse(app, ask, stopped.refusal)
    with app.store.unit() as unit:  # 3
        permit = decide(ask, read_facts(app, unit, ask, who, unit.now, suggestion_id), unit.now)
        if isinstance(permit, Refusal):
            return record_refusal(app, unit, ask, permit)
        if not unit.suggestions.delete(suggestion_id):
            raise NotFound("somebody answered this suggestion meanwhile", "Nothing to accept.")
        _refuse_wrong(app, unit, kept.grant, face)
        leaf = unit.head.size
        template = TemplateId(new_id())
        payload = AppearancePayload(
            seen.template.values,
            face.id,
            item.id,
            source.id,
            item.first_seen,
            pointer.score,
            face.box if seen.at is None else seen.face.box,
            -1 if seen.at is None else seen.at,
            permit.by.value,
        )
        sealed = seal_appearance(app, template, kept.grant, payload)
        kind, model = TemplateKind.APPEARANCE, seen.template.model
        unit.templates.add(StoredTemplate(template, kept.grant, kind, model, sealed, None, leaf))
        objects = (("grant", kept.grant), ("suggestion", suggestion_id), ("template", template))
        record(app, unit, EntryKind.SUGGESTION_ACCEPTED, permit, objects)
    app.publish()  # 4
    return Accepted(suggestion_id, template, leaf)


def reject(app: App, suggestion_id: SuggestionId) -> int:
    """Forget a suggestion; returns the leaf index. Raises ``NotFound``.

    Nobody needs a permit to forget.
    """
    with app.store.unit() as unit:
        if unit.suggestions.get(suggestion_id) is None:
            raise NotFound("no such suggestion", "See `licet suggestion list`.")
        unit.suggestions.delete(suggestion_id)
        objects = (("suggestion", suggestion_id),)
        leaf = record_machine(unit, EntryKind.SUGGESTION_REJECTED, objects)
    app.publish()
    return leaf


def _refuse_wrong(app: App, unit: Unit, grant: GrantId, face: ItemFace) -> None:
    """Keep off a person a face that is noted as not theirs, or a second one in one photo."""
    if Unlinked(app, unit).has(grant, face.id):
        raise Conflict("this face was taken off this person", "Reject the suggestion.")
    if appears_elsewhere(app, unit, grant, face):
        raise Conflict(
            "this person appears in this photo already, with another face",
            "Take that one off first, if it is not theirs; or reject the suggestion.",
        )


def _refuse_first_day(app: App, who: Who, item: Item, now: datetime) -> None:
    """Say of what a member may not see yet what is said of what is not there."""
    if on_first_day(app, who.by, item.first_seen, now):
        raise NotFound("no such suggestion", "See `licet suggestion list`.")


def _asked(
    app: App, who: Who, suggestion_id: SuggestionId
) -> tuple[StoredSuggestion, SuggestionPayload, Ask]:
    with app.store.read() as reader:
        kept = reader.suggestions.get(suggestion_id)
        grant = reader.grants.get(kept.grant) if kept else None
    if kept is None or grant is None:
        raise NotFound("no such suggestion", "See `licet suggestion list`.")
    pointer = open_suggestion(app, kept)
    ask = replace(
        ask_on(app, Action.ACCEPT, who, grant),
        source=pointer.source,
        fpir=app.deployment.fpir_collect,
    )
    return kept, pointer, ask


def _face_again(app: App, item: Item, source: Source, face: ItemFace, keep_on: KeepOn) -> SeenFace:
    address = Address(open_address(app, item.id, source.id, item.sealed_address))
    place = open_source(app, source)
    if face.span:
        seen = _video(app, place, address, item, keep_on)
    else:
        seen = _photo(app, place, address, item)
    if seen is None:
        raise Conflict("the photo changed or is gone at its source", "Reject the suggestion.")
    with app.store.read() as reader:
        stored = reader.items.faces(item.id)
    faces = zip_longest(seen.faces, seen.spans) if isinstance(seen, Inspection) else ()
    for found, span in faces:
        # Among all of the item's: a part of a face that was taken apart is not the whole one.
        again = same_face(stored, found.face.box, span)
        if again is not None and again.id == face.id:
            return found
    raise Conflict("the face was not found again", "Reject the suggestion.")


def _photo(
    app: App, place: ItemSource, address: Address, item: Item
) -> Inspection | Unreadable | None:
    photo = place.read(address)
    if isinstance(photo, Unreadable) or hashlib.sha256(photo).hexdigest() != item.sha256:
        return None
    return app.vision.inspect(photo)


def _video(
    app: App, place: ItemSource, address: Address, item: Item, keep_on: KeepOn
) -> Inspection | Unreadable | None:
    film = open_film(place, address, item.sha256, keep_on)
    if film is None:
        return None
    with film:
        clip = app.vision.watch(film, tell=lambda _watched: keep_on())
    return clip if isinstance(clip, Unreadable) else clip.inspection()

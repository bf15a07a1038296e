"""What is kept of a person's face, and in which photos: references, appearances, suggestions."""

from dataclasses import dataclass
from typing import TypeVar

from licet.effects.packing.asker import Asker, features, region
from licet.effects.packing.parts import (
    Appearance,
    ItemPart,
    QuestionPart,
    Reference,
    SourcePart,
    Suggestion,
    Unlinked,
)
from licet.effects.questions import open_question_with
from licet.effects.sealed import source_key
from licet.terms.asked import FoundPayload, SeekPayload, ShownPayload, StoredQuestion
from licet.terms.gallery import TemplateKind
from licet.terms.ids import FaceId, GrantId, ItemId, SourceId
from licet.terms.payload import (
    AppearancePayload,
    ReferencePayload,
    SuggestionPayload,
    from_bytes,
)
from licet.terms.source import Item, ItemFace, Source, SourceState
from licet.terms.stored import StoredSuggestion, StoredTemplate
from licet.vault.seal import open_sealed

UNREAD = "unread"
"""What stands in place of a picture until pictures are read."""

Boxes = dict[ItemId, list[ItemFace]]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Faces:
    """Everything about a person's face, and the items and sources it was met in.

    ``boxes`` are all faces of these items, other people's too: they never leave this house.
    """

    references: tuple[Reference, ...]
    appearances: tuple[Appearance, ...]
    suggestions: tuple[Suggestion, ...]
    unlinked: tuple[Unlinked, ...]
    questions: tuple[QuestionPart, ...]
    items: tuple[ItemPart, ...]
    sources: tuple[SourcePart, ...]
    boxes: Boxes


def faces_of(asker: Asker) -> Faces:
    """Read everything about a person's face: of every grant, of any age.

    1. Templates, suggestions and unlinked faces of each grant, opened where a key is there.
    2. The items they are in, with their faces' boxes, and the sources of these.
    """
    reader = asker.reader
    grants = [grant.id for grant in asker.grants]  # 1
    templates = [one for grant in grants for one in reader.templates.of_grant(grant)]
    waiting = [one for grant in grants for one in reader.suggestions.of_grant(grant)]
    unlinked = [(grant, tag) for grant in grants for tag in sorted(reader.unlinked.of_grant(grant))]
    references = [one for one in templates if one.kind is TemplateKind.REFERENCE]
    seen = [
        (one, _opened(asker, AppearancePayload, "template", one.grant, one.id, one.sealed))
        for one in templates
        if one.kind is TemplateKind.APPEARANCE
    ]
    maybe = [
        (one, _opened(asker, SuggestionPayload, "suggestion", one.grant, one.id, one.sealed))
        for one in waiting
    ]
    certain = {payload.item for _, payload in seen if payload}  # 2
    every = certain | {payload.item for _, payload in maybe if payload}
    boxes = reader.person.faces(every)
    items = _items(asker, every, certain, boxes)
    by_id = {face.id: face for found in boxes.values() for face in found}
    return Faces(
        references=tuple(_reference(asker, one) for one in references),
        appearances=tuple(_appearance(asker, one, payload, by_id) for one, payload in seen),
        suggestions=tuple(_suggestion(asker, one, payload, by_id) for one, payload in maybe),
        unlinked=tuple(Unlinked(grant, tag.hex()) for grant, tag in unlinked),
        questions=tuple(
            _question(asker, grant, one)
            for grant in grants
            for one in reader.questions.of_grant(grant)
        ),
        items=items,
        sources=_sources(asker, items),
        boxes=boxes,
    )


def _opened(
    asker: Asker, kind: type[T], row: str, grant: GrantId, row_id: str, sealed: bytes
) -> T | None:
    """Open a sealed row under its grant's key; None once that is destroyed."""
    key = asker.key_of(grant)
    return None if key is None else from_bytes(kind, open_sealed(key, sealed, f"{row}:{row_id}"))


def _question(asker: Asker, grant: GrantId, one: StoredQuestion) -> QuestionPart:
    key = asker.key_of(grant)
    opened = open_question_with(key, one) if key else None
    match opened:
        case ShownPayload():
            said = "yes" if opened.yes else "no"
            bounds = (opened.not_before, opened.until, opened.territories)
            return QuestionPart(grant, opened.kind, said, (), *bounds, opened.at)
        case SeekPayload():
            words = (opened.told_as, opened.relation, opened.channel)
            return QuestionPart(grant, opened.kind, "yes", words, "", "", (), opened.at)
        case FoundPayload():
            channel = (opened.channel,) if opened.channel else ()
            said = opened.said or "open"
            return QuestionPart(grant, opened.kind, said, channel, "", "", (), opened.asked_at)
    return QuestionPart(grant, "", "", (), "", "", (), one.until)


def _reference(asker: Asker, one: StoredTemplate) -> Reference:
    payload = _opened(asker, ReferencePayload, "template", one.grant, one.id, one.sealed)
    return Reference(
        id=one.id,
        grant=one.grant,
        model=one.model,
        entry=one.leaf,
        photos=payload.photos if payload else None,
        features=features(one.model, payload.values) if payload else None,
    )


def _appearance(
    asker: Asker,
    one: StoredTemplate,
    payload: AppearancePayload | None,
    faces: dict[FaceId, ItemFace],
) -> Appearance:
    face = faces.get(payload.face) if payload else None
    return Appearance(
        id=one.id,
        grant=one.grant,
        model=one.model,
        entry=one.leaf,
        confirmed=one.lapses_at is None,
        lapses_at=one.lapses_at,
        item=payload.item if payload else None,
        region=region(payload.box) if payload else None,
        span=face.span if face else None,
        moment=payload.at if payload and payload.at >= 0 else None,
        meaning=asker.meaning(payload.score) if payload else None,
        features=features(one.model, payload.values) if payload else None,
    )


def _suggestion(
    asker: Asker,
    one: StoredSuggestion,
    payload: SuggestionPayload | None,
    faces: dict[FaceId, ItemFace],
) -> Suggestion:
    face = faces.get(payload.face) if payload else None
    return Suggestion(
        id=one.id,
        grant=one.grant,
        entry=one.leaf,
        expires=one.expires,
        item=payload.item if payload else None,
        region=region(face.box) if face else None,
        meaning=asker.meaning(payload.score) if payload else None,
    )


def _items(
    asker: Asker, every: set[ItemId], certain: set[ItemId], boxes: Boxes
) -> tuple[ItemPart, ...]:
    """Return the items, oldest first; addresses of those alone in which the person is said to be.

    Another person's name may stand in an address (GDPR 15(4)), and a suggestion may well be
    of that other person.
    """
    found = asker.reader.person.items(every)
    further = asker.reader.person.addresses(certain)
    names = {source_key(item.source) for item in found.values()}
    keys = asker.app.keyring.get_many(names)
    parts = [
        ItemPart(
            id=item.id,
            source=item.source,
            sha256=item.sha256,
            addresses=_addresses(keys.get(source_key(item.source)), item, further.get(item.id, []))
            if item.id in certain
            else (),
            width=item.width,
            height=item.height,
            faces=len(boxes.get(item.id, [])),
            first_seen=item.first_seen,
            entry=item.first_leaf,
            picture=None,
            picture_says=UNREAD if item.id in certain else "suggestion",
        )
        for item in found.values()
    ]
    return tuple(sorted(parts, key=lambda part: (part.first_seen, part.id)))


def _addresses(key: bytes | None, item: Item, further: list[bytes]) -> tuple[str, ...]:
    """Return where an item was met; nothing once its source's key is destroyed."""
    if key is None:
        return ()
    sealed = [item.sealed_address, *further]
    found = [open_sealed(key, one, f"address:{item.id}").decode() for one in sealed]
    return tuple(dict.fromkeys(found))


def _sources(asker: Asker, items: tuple[ItemPart, ...]) -> tuple[SourcePart, ...]:
    """Return the sources of the items and those that a grant names, by name."""
    wanted = {item.source for item in items}
    wanted |= {grant.source for grant in asker.grants if grant.source}
    found = [asker.reader.sources.get(SourceId(one)) for one in sorted(wanted)]
    parts = [_source(asker, one) for one in found if one is not None]
    return tuple(sorted(parts, key=lambda part: (part.name, part.id)))


def _source(asker: Asker, source: Source) -> SourcePart:
    authority = asker.reader.sources.authority_at(source.id, asker.now)
    condition = source.bystander_condition
    return SourcePart(
        id=source.id,
        name=source.name,
        kind=source.kind.value,
        organisation=asker.name_of(source.organisation),
        taken_by=source.origin.taken_by,
        people_told=source.origin.people_told,
        purposes=tuple(sorted(source.origin.purposes)),
        bystander_condition=condition.value if condition else None,
        bystander_evidence=source.bystander_evidence,
        territory=source.territory,
        state=source.state.value,
        authorised=source.state is SourceState.AUTHORISED and authority is not None,
        control=authority.control.value if authority else None,
        licence=authority.licence if authority else None,
        valid_to=authority.valid_to if authority else None,
        retention_days=source.retention_days,
    )

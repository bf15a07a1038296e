"""Writes what collecting found: items, boxes, and what may be kept of their faces."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from licet.app import App
from licet.consent.live import live
from licet.effects.identify import at_one_moment
from licet.effects.record import Facts
from licet.effects.sealed import appearances_of, face_tag, grant_key, suggestions_of
from licet.effects.unlinking import beside
from licet.ledger.tree import EMPTY_ROOT, grow, leaf_hash, root
from licet.store.unit import Reader, Unit
from licet.terms.collecting import Identified, Standing
from licet.terms.face import SeenFace
from licet.terms.gallery import TemplateKind
from licet.terms.grant import Grant
from licet.terms.ids import FaceId, GrantId, ItemId, SuggestionId, TemplateId, new_id
from licet.terms.payload import AppearancePayload, SuggestionPayload, to_bytes
from licet.terms.source import Item, ItemFace
from licet.terms.stored import StoredSuggestion, StoredTemplate
from licet.vault.seal import seal

UNCONFIRMED_DAYS = timedelta(days=90)
"""An appearance nobody confirmed lapses: about one stranger in a thousand is kept wrongly."""

SUGGESTION_DAYS = timedelta(days=30)
"""How long a suggestion may wait for a person's look."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """One item with its faces as stored and as seen, and what was identified among them."""

    item: Item
    stored: tuple[ItemFace, ...]
    seen: tuple[SeenFace, ...]
    identified: tuple[Identified, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """What one unit kept, and the root of the commitments to it (32 bytes)."""

    appearances: int
    suggestions: int
    root: bytes

    def facts(self, found: Sequence[Recognised]) -> Facts:
        """Return what the batch's one entry says: counts and the root, nobody's id."""
        return (
            ("items", len(found)),
            ("faces", sum(len(f.stored) for f in found)),
            ("appearances", self.appearances),
            ("suggestions", self.suggestions),
            ("root", self.root.hex()),
        )


def live_grants(reader: Reader | Unit, grants: Iterable[GrantId]) -> dict[GrantId, Grant]:
    """Return those of ``grants`` that are live at this moment; in a unit, under the head lock."""
    found = reader.grants.many(set(grants))
    subjects = reader.subjects.many({grant.subject for grant in found.values()})
    blocks = reader.blocks.active()
    return {
        grant.id: grant
        for grant in found.values()
        if live(grant, subjects[grant.subject], blocks, reader.now)
    }


@dataclass
class KeptFaces:
    """Which faces are kept for grants already, and where their people appear: kept once.

    Were a face kept again, looking often enough would put off for ever that an appearance
    nobody confirmed lapses. And in one photo a person appears once, under all their grants
    at one organisation together.
    """

    grants: frozenset[GrantId]
    _faces: dict[GrantId, set[FaceId]] = field(default_factory=dict)
    _where: dict[GrantId, dict[ItemId, set[FaceId]]] = field(default_factory=dict)
    _beside: dict[GrantId, tuple[GrantId, ...]] = field(default_factory=dict)
    _size: int = 0

    def has(self, grant: GrantId, face: FaceId) -> bool:
        """Say whether a face is kept for a grant, as an appearance or a suggestion."""
        return face in self._faces.get(grant, ())

    def elsewhere(self, reader: Reader | Unit, grant: GrantId, face: ItemFace) -> bool:
        """Say whether a grant's person appears at the same moment with another face."""
        others = {
            other
            for one in self._beside.get(grant, (grant,))
            for other in self._where.get(one, {}).get(face.item, ())
        }
        return any(_at_once(reader, face, other) for other in others - {face.id})

    def follow(self, app: App, reader: Reader | Unit) -> None:
        """Read what was kept since the last time; nothing of a grant whose key is gone."""
        since, self._size = self._size, reader.head.size
        if not self._beside:
            found = reader.grants.many(self.grants)
            self._beside = {
                one.id: tuple(other.id for other in beside(reader, one)) for one in found.values()
            }
        theirs = {one for several in self._beside.values() for one in several}
        if since:
            new = [one for one in reader.templates.since(since) if one.grant in theirs]
        else:
            new = [one for grant in theirs for one in reader.templates.of_grant(grant)]
        appearances = [one for one in new if one.kind is TemplateKind.APPEARANCE]
        for template, seen in appearances_of(app, appearances):
            where = self._where.setdefault(template.grant, {})
            where.setdefault(seen.item, set()).add(seen.face)
            # What another model made is not found any more; this one may keep the face too.
            if template.model == app.model:
                self._faces.setdefault(template.grant, set()).add(seen.face)
        waiting = [
            one
            for grant in self.grants
            for one in reader.suggestions.of_grant(grant)
            if one.leaf >= since
        ]
        for suggestion, pointer in suggestions_of(app, waiting):
            self._faces.setdefault(suggestion.grant, set()).add(pointer.face)


def appears_elsewhere(app: App, reader: Reader | Unit, grant: GrantId, face: ItemFace) -> bool:
    """Say whether a grant's person appears already where a face is, with another face."""
    kept = KeptFaces(frozenset({grant}))
    kept.follow(app, reader)
    return kept.elsewhere(reader, grant, face)


def _at_once(reader: Reader | Unit, face: ItemFace, other: FaceId) -> bool:
    """Say whether another face of an item is seen at the same moment."""
    there = reader.items.face(other)
    return there is not None and at_one_moment(there.span, face.span)


@dataclass
class Unlinked:
    """Which faces are not whose: read once for each grant, within one unit of work.

    What was said under one grant holds under all of the person's at the same organisation,
    under one that they gave later as well.
    """

    app: App
    reader: Reader | Unit
    _tags: dict[GrantId, dict[GrantId, frozenset[bytes]]] = field(default_factory=dict)

    def has(self, grant: GrantId, face: FaceId) -> bool:
        """Say whether a face was taken off this grant's person."""
        if grant not in self._tags:
            self._tags[grant] = self._read(grant)
        every = self._tags[grant].items()
        return any(face_tag(self.app, one, face) in tags for one, tags in every)

    def _read(self, grant: GrantId) -> dict[GrantId, frozenset[bytes]]:
        found = self.reader.grants.get(grant)
        theirs = () if found is None else beside(self.reader, found)
        noted = {one.id: self.reader.unlinked.of_grant(one.id) for one in theirs}
        return {one: tags for one, tags in noted.items() if tags}


def keep(
    app: App,
    unit: Unit,
    recognised: Iterable[Recognised],
    leaf: int,
    before: KeptFaces | None = None,
) -> Kept:
    """Keep appearances and suggestions of grants that are live now; forget the rest.

    Faces that ``before`` has are kept already and are left as they are; where a person
    appears already, a further face is a suggestion. A face that was taken off a person is
    not put on them again (GDPR 16).

    A withdrawal that committed since the comparison wins here (GDPR 7(3)). A
    suggestion keeps a sealed pointer and the score, no template and no crop.
    """
    recognised = list(recognised)
    grants = live_grants(unit, {i.grant for r in recognised for i in r.identified})
    unlinked = Unlinked(app, unit)
    commitments: list[bytes] = []
    counts = {Standing.APPEARANCE: 0, Standing.SUGGESTION: 0}
    for found in recognised:
        commitments.append(leaf_hash(f"{found.item.id}|{len(found.stored)}".encode()))
        for identified in found.identified:
            face = found.stored[identified.face]
            if identified.grant not in grants:
                continue
            if unlinked.has(identified.grant, face.id):
                continue
            standing = _standing(unit, identified, face, before)
            if standing is None:
                continue
            put = _appearance if standing is Standing.APPEARANCE else _suggestion
            kept_id = put(app, unit, found, identified, leaf)
            counts[standing] += 1
            commitments.append(leaf_hash(kept_id.encode()))
    return Kept(counts[Standing.APPEARANCE], counts[Standing.SUGGESTION], root_over(commitments))


def _standing(
    unit: Unit, found: Identified, face: ItemFace, before: KeptFaces | None
) -> Standing | None:
    """Say as what a face is kept; None for one that is kept already."""
    if before is None:
        return found.standing
    if before.has(found.grant, face.id):
        return None
    once = before.elsewhere(unit, found.grant, face)
    return Standing.SUGGESTION if once else found.standing


def root_over(commitments: list[bytes]) -> bytes:
    """Return the RFC 6962 root over leaf hashes."""
    frontier: tuple[bytes, ...] = ()
    for size, commitment in enumerate(commitments):
        frontier = grow(frontier, size, commitment)
    return root(frontier, len(commitments)) if commitments else EMPTY_ROOT


def _appearance(
    app: App, unit: Unit, found: Recognised, identified: Identified, leaf: int
) -> TemplateId:
    face = found.stored[identified.face]
    seen = found.seen[identified.face]
    payload = AppearancePayload(
        values=seen.template.values,
        face=face.id,
        item=found.item.id,
        source=found.item.source,
        first_seen=found.item.first_seen,
        score=identified.score,
        box=face.box if seen.at is None else seen.face.box,
        at=-1 if seen.at is None else seen.at,
    )
    template = TemplateId(new_id())
    key = app.keyring.get(grant_key(identified.grant))
    unit.templates.add(
        StoredTemplate(
            id=template,
            grant=identified.grant,
            kind=TemplateKind.APPEARANCE,
            model=seen.template.model,
            sealed=seal(key, to_bytes(payload), f"template:{template}"),
            lapses_at=unit.now + UNCONFIRMED_DAYS,
            leaf=leaf,
        )
    )
    return template


def _suggestion(
    app: App, unit: Unit, found: Recognised, identified: Identified, leaf: int
) -> SuggestionId:
    payload = SuggestionPayload(
        face=found.stored[identified.face].id,
        item=found.item.id,
        source=found.item.source,
        score=identified.score,
    )
    suggestion = SuggestionId(new_id())
    key = app.keyring.get(grant_key(identified.grant))
    unit.suggestions.add(
        StoredSuggestion(
            id=suggestion,
            grant=identified.grant,
            sealed=seal(key, to_bytes(payload), f"suggestion:{suggestion}"),
            expires=unit.now + SUGGESTION_DAYS,
            leaf=leaf,
        )
    )
    return suggestion

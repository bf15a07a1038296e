"""Who agreed to be shown, photo by photo: reckoned anew from live grants, never kept.

1. A face counts as agreed for if somebody looked at the appearance and confirmed it, the
   grant behind it is live and of this purpose, and its person said yes to being shown.
2. Every other face is not cleared: of people who were not asked, who said no or nothing, who
   withdrew, of whom nobody looked at the face, and of everybody who is not known.
3. Of several people the narrowest counts: the latest day to wait for, the earliest end, the
   places that all of them named.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import date

from licet.app import App
from licet.consent.ceilings import ORGANISATION_FLOOR
from licet.consent.registers import CLEARING
from licet.consent.territory import showing_blocked
from licet.effects.keeping import live_grants
from licet.effects.questions import shown_of
from licet.effects.sealed import appearances_of, open_address, source_key
from licet.store.unit import Reader, Unit
from licet.terms.asked import ShownPayload, StoredSidecar
from licet.terms.clearance import Clearance, ClearanceList, ClearancePhoto, SidecarPayload
from licet.terms.errors import KeyAbsent
from licet.terms.gallery import TemplateKind
from licet.terms.grant import Grant
from licet.terms.ids import FaceId, GrantId, ItemId, OrganisationId
from licet.terms.payload import from_bytes
from licet.terms.source import Item, Source
from licet.vault.seal import open_sealed

PAGE = 500

_COLUMNS: tuple[str, ...] = (
    *("item", "address", "state", "faces", "cleared", "asked", "unlooked"),
    *("not_before", "until", "territories", "fewer_since", "says"),
)


@dataclass
class Known:
    """Whose faces of a source are known: by item and face, with what their people said."""

    grants: dict[GrantId, Grant]
    said: dict[GrantId, ShownPayload | None]
    faces: dict[ItemId, dict[FaceId, GrantId]] = field(default_factory=dict)
    unlooked: dict[ItemId, set[FaceId]] = field(default_factory=dict)


def clearing_purpose(grant: Grant) -> bool:
    """Say whether a grant is for asking its person whether they may be shown."""
    return grant.purpose.partition("@")[0] == CLEARING


def known_of(
    app: App, reader: Reader | Unit, organisation: OrganisationId, source: Source
) -> Known:
    """Return whose faces of a source are known under live grants of one organisation."""
    wanted = [
        grant.id
        for grant in reader.grants.kept()
        if grant.organisation == organisation
        and clearing_purpose(grant)
        and grant.source in {None, source.id}
    ]
    if showing_blocked(source, reader.blocks.active()):
        wanted = []
    grants = live_grants(reader, wanted)
    known = Known(grants, {one: shown_of(app, reader, one) for one in grants})
    templates = (
        template
        for one in grants
        for template in reader.templates.of_grant(one)
        if template.kind is TemplateKind.APPEARANCE
    )
    for template, seen in appearances_of(app, templates):
        if seen.source != source.id:
            continue
        if template.lapses_at is None:
            known.faces.setdefault(seen.item, {})[seen.face] = template.grant
        else:
            known.unlooked.setdefault(seen.item, set()).add(seen.face)
    return known


def items_shown(app: App, reader: Reader | Unit, source: Source) -> Iterator[Item]:
    """Give the items of a source that an organisation may see: those of its first day not."""
    floor = None if app.deployment.sandbox else reader.now - ORGANISATION_FLOOR
    after: ItemId | None = None
    while True:
        page = reader.items.of_source(source.id, after, PAGE)
        yield from (one for one in page if floor is None or one.first_seen <= floor)
        if len(page) < PAGE:
            return
        after = page[-1].id


def clear_items(
    app: App, reader: Reader | Unit, source: Source, known: Known, items: Iterable[Item]
) -> Iterator[ClearancePhoto]:
    """Give what follows for each item, without its address."""
    many = list(items)
    for start in range(0, len(many), PAGE):
        part = many[start : start + PAGE]
        boxes = reader.person.faces([one.id for one in part])
        for item in part:
            faces = {face.id for face in boxes.get(item.id, ())}
            yield _cleared(reader.now.date(), item.id, faces, known)


def with_address(
    app: App, reader: Reader | Unit, source: Source, photo: ClearancePhoto
) -> ClearancePhoto:
    """Return the line of a photo with where it lies, and what was written beside it."""
    item = reader.items.get(photo.item)
    try:
        address = open_address(app, item.id, source.id, item.sealed_address) if item else ""
        beside = reader.sidecars.get(photo.item)
        written = open_sidecar(app, beside) if beside else None
    except KeyAbsent:
        return photo
    fewer = date.fromisoformat(written.fewer_since) if written and written.fewer_since else None
    if written and not fewer and photo.cleared < written.cleared:
        fewer = reader.now.date()
    return replace(photo, address=address, fewer_since=fewer, beside=beside is not None)


def open_sidecar(app: App, beside: StoredSidecar) -> SidecarPayload:
    """Return what was written beside a photo. Raises ``KeyAbsent`` when the source is purged."""
    key = app.keyring.get(source_key(beside.source))
    return from_bytes(SidecarPayload, open_sealed(key, beside.sealed, f"sidecar:{beside.item}"))


def _cleared(today: date, item: ItemId, faces: set[FaceId], known: Known) -> ClearancePhoto:
    theirs = {face: g for face, g in known.faces.get(item, {}).items() if face in faces}
    yes = [(known.grants[g], said) for g in theirs.values() if (said := known.said[g]) and said.yes]
    agreed = [(grant, said) for grant, said in yes if _until(grant, said) >= today]
    begins = [date.fromisoformat(said.not_before) for _, said in agreed if said.not_before]
    places = [set(said.territories) for _, said in agreed if said.territories]
    where = None if not places else tuple(sorted(set.intersection(*places)))
    not_before = max((day for day in begins if day > today), default=None)
    state = Clearance.MAY
    if not faces:
        state = Clearance.NOBODY
    elif len(agreed) < len(faces) or where == ():
        state = Clearance.NOT
    elif not_before:
        state = Clearance.EMBARGO
    return ClearancePhoto(
        item=item,
        address="",
        state=state,
        faces=len(faces),
        cleared=len(agreed),
        asked=len(theirs) - len(agreed),
        unlooked=len(known.unlooked.get(item, set()) & faces),
        not_before=not_before,
        until=min((_until(grant, said) for grant, said in agreed), default=None),
        territories=where,
    )


def _until(grant: Grant, said: ShownPayload) -> date:
    """Return the last day on which somebody may be shown."""
    ends = grant.expires.date()
    return min(ends, date.fromisoformat(said.until)) if said.until else ends


def exported(found: ClearanceList, kind: str) -> bytes:
    """Return a list as a file, ``csv`` or ``json``, with its caveat first."""
    if kind == "json":
        photos = [{**asdict(one), "says": one.says} for one in found.photos]
        told = {"caveat": found.caveat, "source": found.source, "photos": photos}
        return json.dumps(told, indent=2, default=str).encode() + b"\n"
    file = io.StringIO()
    file.write(f"# {found.caveat}\n")
    sheet = csv.writer(file, lineterminator="\n")
    sheet.writerow(_COLUMNS)
    for one in found.photos:
        sheet.writerow(_cell(getattr(one, column)) for column in _COLUMNS)
    return file.getvalue().encode()


def _cell(value: object) -> str:
    """Return a cell that no program takes for a formula: a file's name is anybody's."""
    if isinstance(value, tuple):
        value = " ".join(value)
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text

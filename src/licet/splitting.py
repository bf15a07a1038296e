"""Splitting: an appearance in a video that shows two people is taken apart at a moment.

A face is followed through a video, and sometimes the track goes over from one person to
another. Whoever sees that says when. The video is read again, what was seen before and after
is told apart, and each part is held against the person's references as any face is. A part
that is not them is forgotten (GDPR 5(1)(d), 16); the face as it was is never theirs again.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

from licet.app import App
from licet.consent.decide import decide
from licet.effects.acting import digest_of
from licet.effects.comparing import same_face
from licet.effects.deciding import ask_on
from licet.effects.facts import read_facts
from licet.effects.films import AskingAgain, KeepOn, RefusedError, open_film
from licet.effects.finishing import finish
from licet.effects.first_day import on_first_day
from licet.effects.keeping import UNCONFIRMED_DAYS, appears_elsewhere, live_grants, root_over
from licet.effects.letters import sender_of
from licet.effects.receipts import grant_statement, receipt_for, statement_fact
from licet.effects.record import record_refusal, refuse
from licet.effects.sealed import (
    appearances_of,
    open_address,
    open_appearance,
    open_identity,
    seal_appearance,
)
from licet.effects.shelf import fresh_gallery
from licet.effects.sourcing import open_source
from licet.effects.telling import plan_letter, to_known
from licet.effects.unlinking import beside, unlink_beside, unlink_within
from licet.ledger.consent import GrantStatement
from licet.ledger.receipt import ReceiptKind
from licet.ledger.tree import leaf_hash
from licet.sources.contract import Address
from licet.store.unit import Reader, Unit
from licet.terms.acting import Who
from licet.terms.clip import Track, clock_time
from licet.terms.errors import BadInput, Conflict, NotFound
from licet.terms.face import Score, Unreadable
from licet.terms.gallery import TemplateKind
from licet.terms.grant import Grant
from licet.terms.ids import FaceId, GrantId, PlanId, TemplateId, new_id
from licet.terms.letters import RectifiedLetter
from licet.terms.payload import AppearancePayload, UnlinkedPayload
from licet.terms.permit import Action, Ask, By, Permit, Refusal
from licet.terms.rectifying import Split, SplitPart
from licet.terms.source import Item, ItemFace, Source
from licet.terms.stored import StoredTemplate

TAKEN_APART = (
    "An appearance of you in a video was taken apart, because it showed somebody else as well. "
    "What is not you is not kept, and the face as it was is not kept under this grant again."
)
CLOSEST = 32
"""References looked at for each part: more than a grant has."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Which appearance is taken apart, and where its video is."""

    template: StoredTemplate
    grant: Grant
    seen: AppearancePayload
    item: Item
    face: ItemFace
    source: Source


@dataclass(frozen=True, slots=True)
class _Part:
    """One part as it was seen anew; ``score`` is None for one that is not the person."""

    track: Track
    score: Score | None


def split(app: App, who: Who, template_id: TemplateId, at: int) -> Split | Refusal:
    """Take an appearance in a video apart at a moment, in milliseconds.

    1. Read the appearance and decide; a refusal is recorded and returned.
    2. Read the video from its source again, deciding again meanwhile; tell apart what was
       seen before and after the moment.
    3. Decide again; compare each part with the references of the person.
    4. In one unit of work: decide again; take the face off, keep the parts that are the
       person, plan a letter to them if somebody else acts, record.
    5. Mirror the ledger, write the person's receipt, send what can be sent now.

    Raises ``NotFound``, also for a member on the item's first day; ``Conflict`` for a photo,
    and when the video changed or the face is not found in it; ``BadInput`` for a moment at
    which the face is not seen.
    """
    signed = digest_of("split", template_id, str(at))
    with app.store.read() as reader:  # 1
        wanted, ask = _wanted(app, reader, who, template_id)
        decided = decide(ask, read_facts(app, reader, ask, who, reader.now, signed), reader.now)
    if isinstance(decided, Refusal):
        return refuse(app, ask, decided)
    _refuse_what_is_whole(wanted, at)
    try:
        keep_on = AskingAgain(app, ask, who, signed).keep_on
        tracks = _taken_apart(app, wanted, at, keep_on)  # 2
    except RefusedError as stopped:
        return refuse(app, ask, stopped.refusal)
    with app.store.read() as reader:  # 3
        permit = decide(ask, read_facts(app, reader, ask, who, reader.now, signed), reader.now)
    if isinstance(permit, Refusal):
        return refuse(app, ask, permit)
    parts = _compared(app, permit, wanted.grant.id, tracks)
    with app.store.unit() as unit:  # 4
        permit = decide(ask, read_facts(app, unit, ask, who, unit.now, signed), unit.now)
        if isinstance(permit, Refusal):
            return record_refusal(app, unit, ask, permit)
        wanted, _ = _wanted(app, unit, who, template_id)
        told = _letter(app, unit, who, wanted.grant)
        standing = grant_statement(app, unit, wanted.grant, wanted.grant.state, unit.now)
        statement = replace(standing, says=TAKEN_APART)
        leaf, kept = _put_apart(app, unit, wanted, parts, (permit, statement))
    app.at("split.committed")
    app.publish()  # 5
    receipt = receipt_for(app, ReceiptKind.RECTIFICATION, leaf, statement, wanted.grant.subject)
    if told is not None:
        finish(app, told)
        app.publish()
    return Split(wanted.grant.id, leaf, receipt, kept)


def _wanted(
    app: App, reader: Reader | Unit, who: Who, template_id: TemplateId
) -> tuple[_Wanted, Ask]:
    """Return the appearance with all that it hangs on. Raises ``NotFound``."""
    template = reader.templates.get(template_id)
    grant = reader.grants.get(template.grant) if template else None
    if template is None or grant is None or template.kind is not TemplateKind.APPEARANCE:
        raise NotFound("no such appearance", "See `licet appearance list`.")
    seen = open_appearance(app, template)
    item, source = reader.items.get(seen.item), reader.sources.get(seen.source)
    face = reader.items.face(seen.face)
    if item is None or source is None or face is None:
        raise NotFound("the item is gone", "There is nothing to take apart.")
    if on_first_day(app, who.by, item.first_seen, reader.now):
        raise NotFound("no such appearance", "See `licet appearance list`.")
    ask = replace(
        ask_on(app, Action.ACCEPT, who, grant),
        source=source.id,
        fpir=app.deployment.fpir_collect,
    )
    return _Wanted(template, grant, seen, item, face, source), ask


def _refuse_what_is_whole(wanted: _Wanted, at: int) -> None:
    """Say where there is nothing to take apart. Raises ``Conflict``, ``BadInput``."""
    span = wanted.face.span
    if span is None:
        raise Conflict(
            "in a photo a face is one face in one place: there is nothing to split",
            "If it is somebody else, take it off: `licet appearance unlink`.",
        )
    if not span[0] < at < span[1]:
        seen = f"from {clock_time(span[0])} to {clock_time(span[1])}"
        raise BadInput(f"the face is seen {seen}", "Choose a moment within that.")


def _taken_apart(app: App, wanted: _Wanted, at: int, keep_on: KeepOn) -> tuple[Track, ...]:
    """Read the video again, and return the face before and after a moment."""
    item, source = wanted.item, wanted.source
    address = Address(open_address(app, item.id, source.id, item.sealed_address))
    film = open_film(open_source(app, source), address, item.sha256, keep_on)
    if film is None:
        raise Conflict(
            "the video changed or is gone at its source",
            "If the face is somebody else's too, take it off: `licet appearance unlink`.",
        )
    with closing(film):
        clip = app.vision.watch(film, tell=lambda _watched: keep_on(), cut=at)
    with app.store.read() as reader:
        stored = reader.items.faces(item.id)
    tracks = () if isinstance(clip, Unreadable) else clip.tracks
    for track in tracks:
        again = same_face(stored, track.seen.face.box, track.span)
        if again is not None and again.id == wanted.face.id and track.parts:
            return track.parts
    raise Conflict(
        "the face was not found again on both sides of this moment",
        "If it is somebody else's too, take it off: `licet appearance unlink`.",
    )


def _compared(
    app: App, permit: Permit, grant: GrantId, tracks: Sequence[Track]
) -> tuple[_Part, ...]:
    """Hold each part against the person's references, at the strict threshold of collecting."""
    gallery = fresh_gallery(app)
    subjects = gallery.subjects(permit)
    if not subjects or permit.fpir is None:
        return tuple(_Part(track, None) for track in tracks)
    strict = app.vision.threshold(permit.fpir, subjects)
    probes = [track.seen.template for track in tracks]
    lists = gallery.candidates(permit, probes, strict, CLOSEST)
    scores = [[one.score for one in found if one.grant == grant] for found in lists]
    return tuple(_Part(t, max(s, default=None)) for t, s in zip(tracks, scores, strict=True))


def _put_apart(
    app: App,
    unit: Unit,
    wanted: _Wanted,
    parts: Sequence[_Part],
    acted: tuple[Permit, GrantStatement],
) -> tuple[int, tuple[SplitPart, ...]]:
    """Take the face off and keep its parts, under each of the person's grants that had it here.

    Returns the entry's index and what became of each part under the grant that was asked for.
    """
    (permit, statement), seen = acted, wanted.seen
    had = [(wanted.template, wanted.grant.id), *_beside(app, unit, wanted)]
    new = [(_face(wanted, part), part) for part in parts]
    theirs = [(face, part) for face, part in new if part.score is not None]
    root = root_over([leaf_hash(face.id.encode()) for face, _ in theirs]).hex()
    said = (("split", True), ("parts", len(theirs)), ("root", root))
    facts = (*statement_fact(statement), *said)
    leaf = unlink_within(app, unit, wanted.grant.id, (wanted.template,), permit, facts)
    off = UnlinkedPayload(seen.face, seen.item, seen.source, seen.score, permit.by.value)
    unlink_beside(app, unit, wanted.grant, (off,), permit)
    unit.items.add_parts([face for face, _ in theirs])
    kept: dict[FaceId, TemplateId] = {}
    for before, grant in had:
        for face, part in theirs:
            if not appears_elsewhere(app, unit, grant, face):
                template = _keep(app, unit, (before, grant), wanted, (face, part))
                kept.setdefault(face.id, template)
    return leaf, tuple(SplitPart(*part.track.span, kept.get(face.id)) for face, part in new)


def _face(wanted: _Wanted, part: _Part) -> ItemFace:
    """Return a part as a face of its own: where it was seen best, and when."""
    return ItemFace(FaceId(new_id()), wanted.item.id, part.track.seen.face.box, part.track.span)


def _beside(app: App, unit: Unit, wanted: _Wanted) -> Iterator[tuple[StoredTemplate, GrantId]]:
    """Give the same face as it is kept under the person's other live grants at the organisation."""
    others = {one.id for one in beside(unit, wanted.grant)} - {wanted.grant.id}
    for grant in sorted(live_grants(unit, others)):
        rows = unit.templates.of_grant(grant)
        appearances = (one for one in rows if one.kind is TemplateKind.APPEARANCE)
        for row, seen in appearances_of(app, appearances):
            if seen.face == wanted.face.id:
                yield row, grant


def _keep(
    app: App,
    unit: Unit,
    before: tuple[StoredTemplate, GrantId],
    wanted: _Wanted,
    found: tuple[ItemFace, _Part],
) -> TemplateId:
    """Keep a part as an appearance that waits for a look, no longer than the whole one did.

    Taking apart again and again must not put off that it lapses.
    """
    (row, grant), (face, part) = before, found
    seen = part.track.seen
    template = TemplateId(new_id())
    payload = replace(
        wanted.seen,
        values=seen.template.values,
        face=face.id,
        score=wanted.seen.score if part.score is None else part.score,
        box=seen.face.box,
        at=part.track.at,
        said="",
    )
    sealed = seal_appearance(app, template, grant, payload)
    lapses = row.lapses_at or unit.now + UNCONFIRMED_DAYS
    kind, model, leaf = TemplateKind.APPEARANCE, seen.template.model, unit.head.size - 1
    unit.templates.add(StoredTemplate(template, grant, kind, model, sealed, lapses, leaf))
    return template


def _letter(app: App, unit: Unit, who: Who, grant: Grant) -> PlanId | None:
    """Plan a letter to the person, if somebody else takes their appearance apart."""
    to = to_known(open_identity(app, unit.subjects.get(grant.subject)))
    if who.by is By.SUBJECT or to is None:
        return None
    letter = RectifiedLetter(sender_of(app), grant.id, 1, unit.now.date())
    return plan_letter(app, unit, letter, to, grant.subject)

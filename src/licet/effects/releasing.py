"""What a search releases and what is kept of it, all under the case's key."""

from dataclasses import dataclass, replace

from licet.app import App
from licet.consent.ceilings import PROBE_TERM
from licet.consent.purposes import table
from licet.consent.territory import showing_blocked
from licet.effects.canaries import alarm_of_list
from licet.effects.flagging import flag_search
from licet.effects.keeping import live_grants
from licet.effects.record import on_behalf, record
from licet.effects.sealed import (
    candidate_tag,
    case_key,
    grant_key,
    open_address,
    open_appearance,
    probe_tag,
    search_key,
    subject_key,
)
from licet.store.unit import Unit
from licet.terms.errors import KeyAbsent
from licet.terms.face import Score, Template
from licet.terms.gallery import Candidate, TemplateKind
from licet.terms.ids import CandidateId, CaseId, GrantId, SearchId, new_id
from licet.terms.ledger import EntryKind
from licet.terms.payload import CandidatePayload, to_bytes
from licet.terms.permit import Block, Permit
from licet.terms.search import (
    Found,
    Search,
    SearchCandidate,
    SearchResult,
    SearchState,
    Seen,
)
from licet.terms.stored import StoredTemplate
from licet.vault.seal import seal

MILLION = 1_000_000

CAVEAT = (
    "Candidates are not identifications. Each may be an innocent person who looks alike; "
    "two verifiers must look before anything follows from this list."
)


@dataclass(frozen=True, slots=True)
class Probe:
    """What was searched with: template, SHA-256 (hex) of the photo, which face of it (from 1)."""

    template: Template
    sha256: str
    face: int = 1


@dataclass(frozen=True, slots=True)
class Answer:
    """What the gallery said: rows best first, the threshold, the people in scope."""

    rows: tuple[Candidate, ...]
    threshold: Score
    in_scope: int


def still_live(unit: Unit, answer: Answer) -> Answer:
    """Leave out what ended since the gallery was asked: a withdrawal wins over a search."""
    grants = live_grants(unit, {row.grant for row in answer.rows})
    rows = tuple(
        row
        for row in answer.rows
        if row.grant in grants and unit.templates.get(row.template) is not None
    )
    return replace(answer, rows=rows)


def from_open_sources(app: App, unit: Unit, answer: Answer) -> Answer:
    """Leave out what was seen at a source whose use is blocked, wherever the person lives.

    An order ties by where a photo was taken, too; the grant it is kept under may be free.
    """
    blocks = unit.blocks.active()
    if not any(block.use for block in blocks):
        return answer
    rows = tuple(row for row in answer.rows if not _seen_where_blocked(app, unit, row, blocks))
    return replace(answer, rows=rows)


def _seen_where_blocked(app: App, unit: Unit, row: Candidate, blocks: tuple[Block, ...]) -> bool:
    template = unit.templates.get(row.template)
    if template is None or template.kind is not TemplateKind.APPEARANCE:
        return False
    source = unit.sources.get(open_appearance(app, template).source)
    return source is None or showing_blocked(source, blocks)


def keep_search(app: App, unit: Unit, permit: Permit, answer: Answer, probe: Probe) -> SearchResult:
    """Keep a search and return what the member sees, within the unit that releases it.

    Without candidates the search is closed at once and keeps no probe.
    """
    case = _case(permit)
    search_id = SearchId(new_id())
    state = SearchState.CANDIDATES if answer.rows else SearchState.NONE
    fpir = permit.fpir or app.deployment.fpir_search
    sealed = _seal_probe(app, search_id, probe) if answer.rows else None
    leaf = unit.head.size
    tag = probe_tag(app, case, probe.sha256, probe.face)
    matter = unit.governance.case(case)
    behalf = matter.on_behalf_of if matter else None
    unit.searches.add(
        Search(
            id=search_id,
            case=case,
            member=permit.member,
            at=unit.now,
            probe_tag=tag,
            threshold=answer.threshold,
            fpir_millionths=round(fpir * MILLION),
            in_scope=answer.in_scope,
            state=state,
            sealed_probe=sealed,
            leaf=leaf,
            probe_until=unit.now + PROBE_TERM if sealed else None,
        )
    )
    found = tuple(
        _keep_candidate(app, unit, permit, search_id, answer, row_rank)
        for row_rank in _by_subject(answer.rows)
    )
    record(
        app,
        unit,
        EntryKind.SEARCHED,
        permit,
        (("case", case), ("search", search_id)),
        (
            ("candidates", len(found)),
            ("in_scope", answer.in_scope),
            ("threshold", answer.threshold),
            ("fpir_millionths", round(fpir * MILLION)),
            ("purpose", str(permit.purpose)),
            ("probe", tag.hex()),
            *on_behalf(behalf),
        ),
    )
    alarm_of_list(unit, (row.subject for row in answer.rows), leaf)
    flag_search(app, unit, case, tag, permit.member)
    return SearchResult(
        id=search_id,
        state=state,
        candidates=found,
        threshold=answer.threshold,
        fpir=fpir,
        in_scope=answer.in_scope,
        expected_innocent=expected_innocent(app, answer.threshold, answer.in_scope),
        leaf=leaf,
        caveat=CAVEAT,
    )


def _seal_probe(app: App, search: SearchId, probe: Probe) -> bytes:
    """Seal a probe under a key of its own: it may be a photo of somebody who is erased later.

    Were it the case's key, which lives on, whoever holds an older backup could open it.
    """
    app.keyring.create(search_key(search))
    key = app.keyring.get(search_key(search))
    return seal(key, probe.template.values, f"search:{search}")


def _case(permit: Permit) -> CaseId:
    if permit.case is None:
        raise TypeError("a search permit names a case")
    return permit.case


def expected_innocent(app: App, score: Score, in_scope: int) -> float:
    """Return how many innocent people to expect at or above a score among those searched."""
    return app.vision.expected_innocent(score, in_scope) if in_scope else 0.0


def _by_subject(rows: tuple[Candidate, ...]) -> list[tuple[int, Candidate]]:
    """Return each subject's best row with its rank; rows come best first."""
    best: dict[str, Candidate] = {}
    for row in rows:
        best.setdefault(row.subject, row)
    return list(enumerate(best.values(), start=1))


def _keep_candidate(
    app: App,
    unit: Unit,
    permit: Permit,
    search: SearchId,
    answer: Answer,
    ranked: tuple[int, Candidate],
) -> Found:
    rank, row = ranked
    candidate = CandidateId(new_id())
    payload = CandidatePayload(row.template, row.grant, row.subject, row.kind, row.score, rank)
    key = app.keyring.get(case_key(_case(permit)))
    unit.searches.add_candidate(
        SearchCandidate(
            id=candidate,
            search=search,
            subject_tag=candidate_tag(app, subject_key(row.subject)),
            grant_tag=candidate_tag(app, grant_key(row.grant)),
            sealed=seal(key, to_bytes(payload), f"candidate:{candidate}"),
        )
    )
    return Found(
        id=candidate,
        rank=rank,
        grant=row.grant,
        kind=row.kind,
        score=row.score,
        expected_innocent=expected_innocent(app, row.score, answer.in_scope),
        appearances=seen_under(app, unit, permit, row.grant),
    )


def seen_under(app: App, unit: Unit, permit: Permit, grant: GrantId) -> tuple[Seen, ...]:
    """Return where the subject was seen, as far as this permit may show it.

    A two-sided purpose never discloses places; an organisation sees an item 24 h
    after its hash entered the ledger (the scope's ``seen_before``).
    """
    purpose = table().get(permit.purpose) if permit.purpose else None
    if purpose is None or purpose.two_sided or permit.scope is None:
        return ()
    floor = permit.scope.seen_before
    blocks = unit.blocks.active()
    seen = [
        _seen(app, unit, template, blocks)
        for template in unit.templates.of_grant(grant)
        if template.kind is TemplateKind.APPEARANCE
    ]
    shown = (s for s in seen if s is not None and (floor is None or s.first_seen <= floor))
    return tuple(sorted(shown, key=lambda s: (s.first_seen, s.item, s.span or (0, 0))))


def _seen(app: App, unit: Unit, template: StoredTemplate, blocks: tuple[Block, ...]) -> Seen | None:
    """Return one appearance in words, or None when its source is purged or blocked."""
    payload = open_appearance(app, template)
    item, source = unit.items.get(payload.item), unit.sources.get(payload.source)
    if item is None or source is None or showing_blocked(source, blocks):
        return None
    try:
        address = open_address(app, item.id, source.id, item.sealed_address)
    except KeyAbsent:
        return None
    face = unit.items.face(payload.face)
    return Seen(
        item=item.id,
        source=source.id,
        source_name=source.name,
        address=address,
        box=payload.box,
        first_seen=payload.first_seen,
        score=payload.score,
        confirmed=template.lapses_at is None,
        span=face.span if face else None,
    )

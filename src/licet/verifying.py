"""What waits for a verifier, and what they are shown of it.

Two verifiers are blind to each other: nothing here says whether another spoke, or what. Who
searched verifies nothing of it (GDPR 22(3)).
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from licet.app import App
from licet.consent.decide import decide
from licet.effects.closing import OPEN_SEARCHES
from licet.effects.digesting import digest_of
from licet.effects.facts import read_facts
from licet.effects.keeping import live_grants
from licet.effects.listing import About, Reach, listed, record_listed
from licet.effects.probing import ProbeFaces, pictured
from licet.effects.record import record_refusal, refuse
from licet.effects.releasing import expected_innocent, seen_under
from licet.effects.sealed import case_key, probe_tag
from licet.store.unit import Reader, Unit
from licet.terms.acting import Who
from licet.terms.errors import BadInput, NotFound
from licet.terms.face import Score
from licet.terms.gallery import TemplateKind
from licet.terms.ids import CandidateId, CaseId, GrantId, MemberId, SearchId
from licet.terms.organisation import Case, CaseState, Role
from licet.terms.payload import CandidatePayload, from_bytes
from licet.terms.permit import Action, Ask, Permit, Refusal, Register
from licet.terms.search import Search, SearchCandidate, Seen
from licet.vault.seal import open_sealed

VERIFIERS = 2
MOST_FACES = 100
"""So many faces of a photo are tried to say which one was searched with."""

WAITING = About(Register.CASES, asked=(("waiting", True),))


@dataclass(frozen=True, slots=True)
class WaitingSearch:
    """A search of which candidates wait for this verifier, in their order."""

    search: SearchId
    case: CaseId
    reference: str
    at: datetime
    candidates: tuple[CandidateId, ...]


@dataclass(frozen=True, slots=True)
class Looked:
    """One candidate as a verifier sees it, with what the score means.

    ``probe`` is the SHA-256 (hex) of the photo that was searched with and ``face`` which face
    of it, strongest first: the photo is among the case's evidence, and is not kept here.
    """

    candidate: CandidateId
    search: SearchId
    case: CaseId
    grant: GrantId
    rank: int
    kind: TemplateKind
    score: Score
    threshold: Score
    in_scope: int
    expected_innocent: float
    probe: str
    face: int
    appearances: tuple[Seen, ...]


def list_waiting(app: App, who: Who) -> tuple[WaitingSearch, ...] | Refusal:
    """List the searches of one's own organisation that wait for this very member.

    It is read by verifiers, while the agreement is in force; to others nothing waits. Of
    candidates those are left out who may not be found at this moment, of whom this member
    spoke, or of whom two verifiers did.
    """

    def read(reader: Reader, reach: Reach) -> tuple[WaitingSearch, ...]:
        member = reader.governance.member(who.member) if who.member else None
        if reach.organisation is None or member is None or Role.VERIFIER not in member.roles:
            return ()
        if reader.governance.agreement_at(reach.organisation, reader.now) is None:
            return ()
        return tuple(
            WaitingSearch(search.id, case.id, case.reference, search.at, waiting)
            for case in reader.governance.cases(reach.organisation)
            if case.state is CaseState.OPEN
            for search in reader.searches.of_case(case.id)
            if search.state in OPEN_SEARCHES and search.member != member.id
            if (waiting := _waiting(app, reader, search, member.id))
        )

    return listed(app, who, WAITING, read)


def look(app: App, who: Who, candidate_id: CandidateId) -> Looked | Refusal:
    """Show one candidate to a verifier, as far as a permit to review it says.

    1. In one unit of work: read the facts and decide, as when the verifier speaks.
    2. Read what the score is, and where the person was seen.
    3. Record the look; mirror the ledger.

    Raises ``NotFound`` for what is not there, or waits for nobody.
    """
    with app.store.unit() as unit:  # 1
        one = _found(app, unit, candidate_id)
        permit = _decided(app, unit, who, one)
        if isinstance(permit, Refusal):
            return record_refusal(app, unit, _ask(app, who, one), permit)
        probe, face = _probe(app, one)  # 2
        search, payload = one.search, one.payload
        shown = Looked(
            candidate=candidate_id,
            search=search.id,
            case=one.case.id,
            grant=payload.grant,
            rank=payload.rank,
            kind=payload.kind,
            score=payload.score,
            threshold=search.threshold,
            in_scope=search.in_scope,
            expected_innocent=expected_innocent(app, payload.score, search.in_scope),
            probe=probe,
            face=face,
            appearances=seen_under(app, unit, permit, payload.grant),
        )
        about = About(Register.SEARCHES, one.case.id, objects=(("search", search.id),))
        record_listed(app, unit, permit, about, 1)  # 3
    app.publish()
    return shown


def look_at_probe(
    app: App, who: Who, candidate_id: CandidateId, photo: bytes
) -> ProbeFaces | Refusal:
    """Show a verifier the faces of the photo that was searched with, which they bring.

    1. Read the facts and decide, as when the verifier speaks; a refusal is recorded.
    2. It is the very photo, by its hash.
    3. Find its faces. Nothing is compared, kept or recorded.

    Raises ``NotFound``, ``BadInput`` for another photo, or one that cannot be read.
    """
    with app.store.read() as reader:  # 1
        one = _found(app, reader, candidate_id)
        permit = _decided(app, reader, who, one)
        sha256, _ = _probe(app, one)
    if isinstance(permit, Refusal):
        return refuse(app, _ask(app, who, one), permit)
    if hashlib.sha256(photo).hexdigest() != sha256:  # 2
        raise BadInput("this is not the photo that was searched with", "Take it from the case.")
    return pictured(app, photo)  # 3


@dataclass(frozen=True, slots=True)
class _One:
    """A candidate that waits, opened."""

    id: CandidateId
    search: Search
    case: Case
    payload: CandidatePayload


def _found(app: App, reader: Reader | Unit, candidate_id: CandidateId) -> _One:
    candidate = reader.searches.candidate(candidate_id)
    search = reader.searches.get(candidate.search) if candidate else None
    case = reader.governance.case(search.case) if search else None
    # Of one whose grant ended nothing is left to look at.
    waits = search is not None and search.state in OPEN_SEARCHES
    if candidate is None or search is None or case is None or not (waits and candidate.sealed):
        raise NotFound("no such candidate waits", "See `licet search show`.")
    return _One(candidate_id, search, case, _opened(app, case.id, candidate))


def _ask(app: App, who: Who, one: _One) -> Ask:
    return Ask(
        Action.REVIEW,
        who.by,
        app.model,
        organisation=one.case.organisation,
        member=who.member,
        case=one.case.id,
        purpose=one.case.purpose,
        grant=one.payload.grant,
        subject=one.payload.subject,
    )


def _decided(app: App, reader: Reader | Unit, who: Who, one: _One) -> Permit | Refusal:
    ask, now = _ask(app, who, one), reader.now
    facts = read_facts(app, reader, ask, who, now, digest_of("look", one.id))
    return decide(ask, replace(facts, searched_by=one.search.member), now)


def _waiting(app: App, reader: Reader, search: Search, member: MemberId) -> tuple[CandidateId, ...]:
    opened = [
        (_opened(app, search.case, one), one) for one in reader.searches.candidates(search.id)
    ]
    live = live_grants(reader, {payload.grant for payload, _ in opened})
    opened.sort(key=lambda one: one[0].rank)
    return tuple(
        candidate.id
        for payload, candidate in opened
        if payload.grant in live and _waits_for(reader, candidate, member)
    )


def _waits_for(reader: Reader, candidate: SearchCandidate, member: MemberId) -> bool:
    said = reader.searches.verifications(candidate.id)
    return len(said) < VERIFIERS and all(one.member != member for one in said)


def _opened(app: App, case: CaseId, candidate: SearchCandidate) -> CandidatePayload:
    key = app.keyring.get(case_key(case))
    opened = open_sealed(key, candidate.sealed, f"candidate:{candidate.id}")
    return from_bytes(CandidatePayload, opened)


def _probe(app: App, one: _One) -> tuple[str, int]:
    """Return which photo of the evidence was searched with, and which face of it."""
    for face in range(1, MOST_FACES + 1):
        for sha256 in sorted(one.case.evidence):
            if probe_tag(app, one.case.id, sha256, face) == one.search.probe_tag:
                return sha256, face
    raise NotFound("the probe is not among the case's evidence", "Search again.")

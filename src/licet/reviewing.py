"""Reviewing: two verifiers, blind to each other, before a candidate becomes a lead.

Nothing turns a candidate into a decision by itself (GDPR 22). Who searched does
not verify; who verified cannot see or change what another said.
"""

from dataclasses import replace

from licet.app import App
from licet.consent.ceilings import LEAD_TERM
from licet.consent.decide import decide
from licet.effects.acting import digest_of
from licet.effects.closing import OPEN_SEARCHES, close_within
from licet.effects.facts import read_facts
from licet.effects.record import record, record_refusal
from licet.effects.sealed import case_key
from licet.store.unit import Unit
from licet.terms.acting import Who
from licet.terms.errors import Conflict, NotFound
from licet.terms.ids import CandidateId, SearchId
from licet.terms.ledger import EntryKind
from licet.terms.payload import CandidatePayload, FindingPayload, from_bytes, to_bytes
from licet.terms.permit import Action, Ask, Refusal
from licet.terms.search import (
    Finding,
    Reviewed,
    Search,
    SearchCandidate,
    SearchState,
    Verification,
)
from licet.vault.seal import open_sealed, seal

VERIFIERS = 2


def review(app: App, who: Who, candidate_id: CandidateId, finding: Finding) -> Reviewed | Refusal:
    """Say whether a candidate is the person of the probe.

    1. In one unit of work: read the facts and decide.
    2. Keep the finding, sealed under the case's key.
    3. When two have spoken of every candidate, the search is a lead or is closed. A
       closed one keeps no probe, a lead keeps it until a new date.
    4. Record; mirror the ledger.

    Raises ``NotFound``, ``Conflict`` when the search is over or this member spoke before.
    """
    with app.store.unit() as unit:  # 1
        candidate, search = _candidate(unit, candidate_id)
        ask = _ask(app, unit, who, candidate, search)
        signed = digest_of(candidate_id, finding.value)
        facts = replace(
            read_facts(app, unit, ask, who, unit.now, signed), searched_by=search.member
        )
        permit = decide(ask, facts, unit.now)
        if isinstance(permit, Refusal):
            return record_refusal(app, unit, ask, permit)
        said = _keep(app, unit, candidate, search, who, finding)  # 2
        state = _state(app, unit, search)  # 3
        unit.searches.set_state(search.id, state)
        if state is SearchState.CLOSED:
            unit.searches.drop_probe(search.id)
        elif state is SearchState.LEAD and search.sealed_probe is not None:
            unit.searches.keep_probe_until(search.id, unit.now + LEAD_TERM)
        leaf = unit.head.size  # 4
        objects = (("case", search.case), ("search", search.id))
        facts_written = (("findings", said), ("state", state.value))
        record(app, unit, EntryKind.REVIEWED, permit, objects, facts_written)
    app.publish()
    lead = state is SearchState.LEAD
    return Reviewed(candidate_id, state, said, lead, leaf)


def close(app: App, search_id: SearchId) -> int:
    """Close a search without a lead and destroy its probe; returns the leaf index.

    Raises ``NotFound``, ``Conflict`` when it is closed or a lead. Nobody needs a
    permit to forget.
    """
    with app.store.unit() as unit:
        search = unit.searches.get(search_id)
        if search is None:
            raise NotFound("no such search", "See `licet search list`.")
        if search.state not in OPEN_SEARCHES | {SearchState.NONE}:
            raise Conflict(f"the search is {search.state.value}", "Nothing to close.")
        leaf = close_within(unit, search)
    app.publish()
    return leaf


def _candidate(unit: Unit, candidate_id: CandidateId) -> tuple[SearchCandidate, Search]:
    candidate = unit.searches.candidate(candidate_id)
    search = unit.searches.get(candidate.search) if candidate else None
    if candidate is None or search is None:
        raise NotFound("no such candidate", "See `licet search show`.")
    if search.state not in OPEN_SEARCHES:
        raise Conflict(f"the search is {search.state.value}", "Search again within the case.")
    return candidate, search


def _ask(app: App, unit: Unit, who: Who, candidate: SearchCandidate, search: Search) -> Ask:
    case = unit.governance.case(search.case)
    if case is None:
        raise NotFound("no such case", "See `licet case list`.")
    key = app.keyring.get(case_key(search.case))
    opened = open_sealed(key, candidate.sealed, f"candidate:{candidate.id}")
    payload = from_bytes(CandidatePayload, opened)
    return Ask(
        Action.REVIEW,
        who.by,
        app.model,
        organisation=case.organisation,
        member=who.member,
        case=case.id,
        purpose=case.purpose,
        grant=payload.grant,
        subject=payload.subject,
    )


def _keep(
    app: App,
    unit: Unit,
    candidate: SearchCandidate,
    search: Search,
    who: Who,
    finding: Finding,
) -> int:
    if who.member is None:
        raise TypeError("a review is a member's")
    if len(unit.searches.verifications(candidate.id)) >= VERIFIERS:
        raise Conflict("two verifiers spoke of this candidate", "Their findings stand.")
    key = app.keyring.get(case_key(search.case))
    where = f"verification:{candidate.id}:{who.member}"
    sealed = seal(key, to_bytes(FindingPayload(finding)), where)
    unit.searches.add_verification(Verification(candidate.id, who.member, sealed, unit.now))
    return len(unit.searches.verifications(candidate.id))


def _state(app: App, unit: Unit, search: Search) -> SearchState:
    """Return where the search stands: a lead needs two who say the same of one candidate."""
    key = app.keyring.get(case_key(search.case))
    waiting = False
    for candidate in unit.searches.candidates(search.id):
        findings = [_finding(key, said) for said in unit.searches.verifications(candidate.id)]
        if findings.count(Finding.SAME) >= VERIFIERS:
            return SearchState.LEAD
        waiting = waiting or len(findings) < VERIFIERS
    return SearchState.VERIFYING if waiting else SearchState.CLOSED


def _finding(key: bytes, said: Verification) -> Finding:
    where = f"verification:{said.candidate}:{said.member}"
    return from_bytes(FindingPayload, open_sealed(key, said.sealed, where)).finding

"""Searches that ask first: a two-sided purpose, where nobody learns of whom a search found.

1. The person for whom one searches asked for it by their own act, and said what may be told.
2. To members every such search looks the same: no candidate, the same threshold and people,
   the same entry. Whom it found is sealed at one length, whoever that is, or nobody.
3. The worker asks whom it found, at most :data:`MOST`, on their own page; the entry that it
   did says nothing of how many. The letter says that there is a question, and not which.
4. Nobody is asked twice for the same person: not again after a no, for a while after
   "not now" or silence, and by few at a time.
5. Only a yes makes a candidate, in the unit that says it. Then two verifiers look.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from licet.app import App
from licet.consent.purposes import table
from licet.effects.keeping import live_grants
from licet.effects.letters import compose, sender_of
from licet.effects.questions import (
    about_seeker,
    open_question,
    put_question,
    question_tag,
    said,
    seek_of,
)
from licet.effects.record import record, record_machine
from licet.effects.releasing import CAVEAT, MILLION, Answer, Probe
from licet.effects.sealed import (
    candidate_tag,
    case_key,
    grant_key,
    open_identity,
    probe_tag,
    subject_key,
)
from licet.store.unit import Reader, Unit
from licet.terms.asked import (
    FoundPayload,
    OwnQuestionLetter,
    Said,
    SeekPayload,
    StoredQuestion,
    StoredTracing,
    TracingPayload,
)
from licet.terms.errors import BadInput, Busy, KeyAbsent, Setup
from licet.terms.face import Score
from licet.terms.gallery import TemplateKind
from licet.terms.grant import Grant
from licet.terms.granting import Message
from licet.terms.ids import (
    CandidateId,
    CaseId,
    GrantId,
    SearchId,
    SubjectId,
    TemplateId,
    new_id,
)
from licet.terms.ledger import EntryKind
from licet.terms.organisation import Case, CaseState
from licet.terms.payload import CandidatePayload, from_bytes, to_bytes
from licet.terms.permit import Permit
from licet.terms.search import (
    Search,
    SearchCandidate,
    SearchResult,
    SearchState,
)
from licet.vault.seal import open_sealed, seal

MOST = 3
"""People whom one search asks: those it found first."""

AT_ONCE = 3
"""Questions of this kind that are open for one person: nobody is besieged."""

TERM = timedelta(days=30)
"""How long somebody has to answer."""

REST = timedelta(days=180)
"""How long nobody is asked again for the same person, after silence or "not now"."""

UNSENT = (Busy, Setup, BadInput)
"""What keeps a letter from going out."""

LENGTH = 1024
"""Bytes of what is sealed of whom a search found, whoever that is."""

CAVEAT_FIRST = (
    "Whoever was found, if anybody was, is asked first, and may say nothing. You hear of it "
    "only when both agreed. This answer is the same for everybody, here or not. "
) + CAVEAT


def asks_first(permit: Permit) -> bool:
    """Say whether a search is made under a two-sided purpose."""
    purpose = table().get(permit.purpose) if permit.purpose else None
    return purpose is not None and purpose.two_sided


def sought_by_seeker(app: App, reader: Reader | Unit, permit: Permit) -> bool:
    """Say whether the person for whom one searches asked for it; True where nobody must."""
    if not asks_first(permit):
        return True
    return permit.grant is not None and seek_of(app, reader, permit.grant) is not None


def keep_tracing(
    app: App, unit: Unit, permit: Permit, answer: Answer, probe: Probe
) -> SearchResult:
    """Keep a search that asks first; what is returned and recorded says nothing of anybody."""
    if permit.case is None or permit.grant is None:
        raise TypeError("such a search is made in a case, for somebody")
    search = SearchId(new_id())
    fpir = permit.fpir or app.deployment.fpir_search
    tag = probe_tag(app, permit.case, probe.sha256, probe.face)
    threshold: Score = app.vision.threshold(fpir, 1)
    leaf = unit.head.size
    unit.searches.add(
        Search(
            id=search,
            case=permit.case,
            member=permit.member,
            at=unit.now,
            probe_tag=tag,
            threshold=threshold,
            fpir_millionths=round(fpir * MILLION),
            in_scope=0,
            state=SearchState.NONE,
            sealed_probe=None,
            leaf=leaf,
        )
    )
    sealed = _sealed(app, permit.case, search, _tracing(permit.grant, answer))
    unit.questions.wait(StoredTracing(search, permit.case, sealed))
    facts = (
        ("candidates", 0),
        ("in_scope", 0),
        ("threshold", threshold),
        ("fpir_millionths", round(fpir * MILLION)),
        ("purpose", str(permit.purpose)),
        ("probe", tag.hex()),
    )
    objects = (("case", permit.case), ("search", search))
    record(app, unit, EntryKind.SEARCHED, permit, objects, facts)
    none, shown = SearchState.NONE, (threshold, fpir, 0, 0.0, leaf)
    return SearchResult(search, none, (), *shown, CAVEAT_FIRST)


def ask_who_was_found(app: App) -> int:
    """Ask whom searches found, and forget questions whose time is over; returns how many searches.

    1. Forget what is over.
    2. For each search that asks first, in one unit of work: put the questions, forget whom it
       found, record that it asked: the same entry whether it asked anybody.
    3. Write to those who are asked. Where that fails the question stands on their page: an
       entry of it would tell that there is somebody.
    """
    with app.store.read() as reader:
        over = reader.questions.any_over(reader.now)
        waiting = reader.questions.waiting()
    if over:
        with app.store.unit(bookkeeping=True) as unit:
            unit.questions.forget_over(unit.now)  # 1
    for one in waiting:
        letters = []
        with app.store.unit() as unit:  # 2
            for grant, asked, about, letter in tuple(_to_ask(app, unit, one)):
                put_question(app, unit, grant, about, asked, unit.now + REST)
                letters.append(letter)
            unit.questions.asked(one.search)
            record_machine(unit, EntryKind.SEARCH_ASKED, (("search", one.search),))
        for letter in letters:  # 3
            with suppress(*UNSENT):
                app.outbox.send(letter)
    if waiting:
        app.publish()
    return len(waiting)


def still_sought(
    app: App, reader: Reader | Unit, found: FoundPayload
) -> tuple[Case, Grant, SeekPayload] | None:
    """Return the case, who looks and what they let be told; None when nobody looks any more."""
    case = reader.governance.case(found.case)
    seeker = live_grants(reader, {found.seeker}).get(found.seeker)
    seek = seek_of(app, reader, found.seeker) if seeker else None
    if case is None or case.state is not CaseState.OPEN or seeker is None or seek is None:
        return None
    return case, seeker, seek


def make_candidate(app: App, unit: Unit, permit: Permit, found: FoundPayload) -> None:
    """Put somebody who said yes on the list of the search that found them; record it.

    The members learn from here on that there is somebody, and two verifiers look.
    """
    search = unit.searches.get(found.search)
    grant = permit.grant
    if search is None or grant is None:
        raise TypeError("a candidate is of a search, under a grant")
    candidate = CandidateId(new_id())
    rank = len(unit.searches.candidates(search.id)) + 1
    payload = CandidatePayload(
        found.template, grant, found.subject, found.template_kind, Score(found.score), rank
    )
    key = app.keyring.get(case_key(found.case))
    unit.searches.add_candidate(
        SearchCandidate(
            id=candidate,
            search=search.id,
            subject_tag=candidate_tag(app, subject_key(found.subject)),
            grant_tag=candidate_tag(app, grant_key(grant)),
            sealed=seal(key, to_bytes(payload), f"candidate:{candidate}"),
        )
    )
    if search.state is SearchState.NONE:
        unit.searches.reveal(search.id, found.threshold, found.in_scope)
    objects = (("case", found.case), ("search", search.id))
    record(app, unit, EntryKind.FOUND_AGREED, permit, objects)


def _tracing(seeker: GrantId, answer: Answer) -> TracingPayload:
    best: dict[str, tuple[str, str, str, str, int]] = {}
    for row in answer.rows:
        line = (row.template, row.kind.value, row.grant, row.subject, row.score)
        best.setdefault(row.subject, line)
    return TracingPayload(seeker, answer.in_scope, answer.threshold, tuple(best.values())[:MOST])


def _sealed(app: App, case: CaseId, search: SearchId, said_: TracingPayload) -> bytes:
    padded = replace(said_, pad=" " * max(0, LENGTH - len(to_bytes(said_))))
    return seal(app.keyring.get(case_key(case)), to_bytes(padded), f"tracing:{search}")


def _to_ask(
    app: App, reader: Reader | Unit, waiting: StoredTracing
) -> Iterator[tuple[GrantId, FoundPayload, str, Message]]:
    """Give whom a search is still to ask: the grant, what is asked, its tag's word, the letter."""
    key = app.keyring.get(case_key(waiting.case))
    opened = open_sealed(key, waiting.sealed, f"tracing:{waiting.search}")
    tracing = from_bytes(TracingPayload, opened)
    live = live_grants(reader, {GrantId(one[2]) for one in tracing.found})
    seeker = reader.grants.get(tracing.seeker)
    for template, kind, grant, subject, score in tracing.found:
        person = reader.subjects.get(SubjectId(subject))
        identity = open_identity(app, person)
        if GrantId(grant) not in live or seeker is None or identity is None:
            continue
        asked = FoundPayload(
            search=waiting.search,
            case=waiting.case,
            seeker=tracing.seeker,
            subject=SubjectId(subject),
            template=TemplateId(template),
            template_kind=TemplateKind(kind),
            score=score,
            in_scope=tracing.in_scope,
            threshold=tracing.threshold,
            asked_at=reader.now,
        )
        about = about_seeker(seeker.subject)
        if still_sought(app, reader, asked) is None:
            continue
        if not _may_ask(app, reader, GrantId(grant), about):
            continue
        letter = OwnQuestionLetter(sender_of(app))
        yield GrantId(grant), asked, about, compose(letter, identity.contact, identity.language)


def _may_ask(app: App, reader: Reader | Unit, grant: GrantId, about: str) -> bool:
    """Say whether somebody may be asked this now: not again too soon, and not by too many."""
    asked = reader.questions.of_grant(grant)
    tag = question_tag(app, grant, about)
    if any(one.tag == tag for one in asked):
        return False
    return sum(_waits(app, reader, one) for one in asked) < AT_ONCE


def _waits(app: App, reader: Reader | Unit, one: StoredQuestion) -> bool:
    try:
        found = open_question(app, one)
    except KeyAbsent:
        return False
    return isinstance(found, FoundPayload) and is_open(found, reader.now)


def is_open(found: FoundPayload, now: datetime) -> bool:
    """Say whether somebody can still answer: they said nothing yet, and it is not too long ago."""
    return said(found) is Said.OPEN and now < found.asked_at + TERM


def rests_until(answer: Said, grant: Grant, now: datetime) -> datetime:
    """Return until when what somebody said is kept, so that they are not asked again before."""
    if answer is Said.LATER:
        return min(now + REST, grant.expires)
    return grant.expires

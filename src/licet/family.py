"""Family tracing: two who look for each other; nobody learns of one before both agreed.

Somebody lets an organisation look for their family, and says what may be told of them. Whoever
a search finds is asked on their own page. Yes, no, not now and silence look alike to everybody
but who says yes: only then are there two who agreed, and two verifiers look before anybody is
brought together. No place is ever told.
"""

from dataclasses import replace

from licet.app import App
from licet.consent.decide import decide
from licet.consent.purposes import table
from licet.effects.acting import digest_of
from licet.effects.asking_first import TERM, is_open, make_candidate, rests_until, still_sought
from licet.effects.deciding import ask_on
from licet.effects.facts import read_facts
from licet.effects.listing import About, Reach, asking, listed, record_listed
from licet.effects.questions import (
    SEEK,
    open_question,
    put_question,
    question_tag,
    said,
    seal_question,
    seek_of,
    shown_of,
)
from licet.effects.record import record, record_refusal
from licet.effects.sealed import case_key
from licet.store.unit import Reader, Unit
from licet.terms.acting import Who
from licet.terms.asked import (
    FoundPayload,
    Introduction,
    OwnQuestion,
    Said,
    SeekPayload,
    SeekWish,
    StoredQuestion,
)
from licet.terms.errors import BadInput, Conflict, NotFound
from licet.terms.grant import Grant
from licet.terms.ids import CaseId, GrantId, QuestionId, SubjectId
from licet.terms.ledger import EntryKind
from licet.terms.organisation import Case
from licet.terms.payload import CandidatePayload, FindingPayload, from_bytes
from licet.terms.permit import Action, Ask, Permit, Refusal, Register
from licet.terms.search import Finding, Search, SearchCandidate, SearchState
from licet.terms.when import to_ms
from licet.vault.seal import open_sealed

LONGEST = 120
"""Letters of what a person lets be told of them, and of how they are reached."""

VERIFIERS = 2


def about_questions(subject: SubjectId) -> About:
    """Return what is read of a person's own questions: of their grants."""
    return About(Register.GRANTS, subject=subject)


def seek(app: App, who: Who, grant_id: GrantId, wish: SeekWish) -> int | Refusal:
    """Let an organisation look for one's family, as the person: and say what may be told.

    1. In one unit of work: read the facts and decide.
    2. Keep what may be told and how one is reached, in place of what was said before; record.
    3. Mirror the ledger.

    Returns the number of the entry. Raises ``NotFound``, ``BadInput``.
    """
    words = (wish.told_as.strip(), wish.relation.strip(), wish.channel.strip())
    if not all(words) or any(len(word) > LONGEST for word in words):
        raise BadInput(
            f"something is missing, or is longer than {LONGEST} letters",
            "Say as whom, how you are related, and how to reach you.",
        )
    with app.store.unit() as unit:  # 1
        decided = _said_by(app, unit, who, grant_id)
        if isinstance(decided, Refusal):
            return decided
        grant, permit = decided
        payload = SeekPayload(*words, unit.now)
        put_question(app, unit, grant_id, SEEK, payload, grant.expires)  # 2
        leaf = record(app, unit, EntryKind.QUESTION_ANSWERED, permit, (("grant", grant_id),))
    app.publish()  # 3
    return leaf


def stop_seeking(app: App, who: Who, grant_id: GrantId) -> int | Refusal:
    """Let nobody look any more; questions that were asked for one vanish. Raises ``NotFound``."""
    with app.store.unit() as unit:
        decided = _said_by(app, unit, who, grant_id)
        if isinstance(decided, Refusal):
            return decided
        found = unit.questions.tagged(grant_id, question_tag(app, grant_id, SEEK))
        unit.questions.delete([found.id] if found else [])
        objects = (("grant", grant_id),)
        leaf = record(app, unit, EntryKind.QUESTION_ANSWERED, decided[1], objects)
    app.publish()
    return leaf


def list_questions(app: App, who: Who, subject: SubjectId) -> tuple[OwnQuestion, ...] | Refusal:
    """List, to the person alone, what they are asked under their grants, and what they said."""

    def read(reader: Reader, _reach: Reach) -> tuple[tuple[OwnQuestion, ...], ...]:
        grants = [one for one in reader.grants.of_subject(subject) if one.kept]
        # One row, as of every look at one's own page: how many are asked would tell of one.
        return (tuple(one for grant in grants for one in _questions(app, reader, grant)),)

    found = listed(app, who, about_questions(subject), read)
    return found if isinstance(found, Refusal) else found[0]


def answer(
    app: App, who: Who, question_id: QuestionId, said_: Said, channel: str = ""
) -> Refusal | None:
    """Say, as the person, whether one wants to be found by somebody who looks.

    1. In one unit of work: read the facts and decide, on the grant and as for a look at one's
       own page.
    2. Keep what was said. A yes makes a candidate of the search, for two verifiers.
    3. Record a look at one's own page: what was said, or that anything was, tells nobody.
    4. Mirror the ledger.

    Raises ``NotFound`` for a question that is not asked any more, ``Conflict`` once one said
    yes, ``BadInput`` for a yes without a way to be reached.
    """
    channel = channel.strip()
    if said_ is Said.OPEN or (said_ is Said.YES and not 0 < len(channel) <= LONGEST):
        raise BadInput("say how you want to be reached", "An address, a number, or a person.")
    with app.store.unit() as unit:  # 1
        stored = unit.questions.get(question_id)
        grant = unit.grants.get(stored.grant) if stored else None
        if stored is None or grant is None:
            raise NotFound("this is not asked any more", "There is nothing to answer.")
        about = about_questions(grant.subject)
        look = asking(app, unit, who, about)
        facts = read_facts(app, unit, look, who, unit.now, about.digest)
        permit = decide(look, facts, unit.now)
        if isinstance(permit, Refusal):
            return record_refusal(app, unit, look, permit)
        decided = _said_by(app, unit, who, grant.id)
        if isinstance(decided, Refusal):
            return decided
        found = _asked(app, unit, stored)
        at = to_ms(unit.now)
        kept = replace(found, said=said_.value, said_at=at, channel=channel)  # 2
        until = rests_until(said_, grant, unit.now)
        unit.questions.answer(stored.id, seal_question(app, grant.id, stored.id, kept), until)
        if said_ is Said.YES:
            make_candidate(app, unit, decided[1], kept)
        record_listed(app, unit, permit, about, 1)  # 3
    app.publish()  # 4
    return None


def meet(app: App, who: Who, case_id: CaseId) -> tuple[Introduction, ...] | Refusal:
    """Tell a verifier how to bring two people together who both agreed.

    1. In one unit of work: for each search of the case that is a lead, decide as when it was
       verified; both people's grants are live.
    2. Read how each wants to be reached; record that it was read.
    3. Mirror the ledger.

    Raises ``NotFound``. Nobody is told of a search that is no lead.
    """
    told: list[Introduction] = []
    with app.store.unit() as unit:  # 1
        case = unit.governance.case(case_id)
        if case is None:
            raise NotFound("no such case", "See `licet case list`.")
        for search, found in _leads(app, unit, case_id):
            ask = _review(app, who, case, found)
            signed = digest_of("meet", case_id)
            facts = read_facts(app, unit, ask, who, unit.now, signed)
            permit = decide(ask, replace(facts, searched_by=search.member), unit.now)
            if isinstance(permit, Refusal):
                return record_refusal(app, unit, ask, permit)
            one = _introduction(app, unit, search, found)  # 2
            if one is not None:
                told.append(one)
                objects = (("search", search.id),)
                record_listed(app, unit, permit, About(Register.CASES, case_id, None, objects), 1)
    app.publish()  # 3
    return tuple(told)


def _said_by(app: App, unit: Unit, who: Who, grant_id: GrantId) -> tuple[Grant, Permit] | Refusal:
    """Return the grant of a two-sided purpose, and the permit to say something under it."""
    grant = unit.grants.get(grant_id)
    if grant is None:
        raise NotFound("there is no such grant", "It may have ended.")
    ask = ask_on(app, Action.SAY, who, grant)
    permit = decide(ask, read_facts(app, unit, ask, who, unit.now), unit.now)
    if isinstance(permit, Refusal):
        return record_refusal(app, unit, ask, permit)
    purpose = table().get(grant.purpose)
    if purpose is None or not purpose.two_sided:
        raise BadInput("nobody asks this under that grant", "Choose one for family tracing.")
    return grant, permit


def _asked(app: App, unit: Unit, stored: StoredQuestion) -> FoundPayload:
    found = open_question(app, stored)
    if not isinstance(found, FoundPayload) or still_sought(app, unit, found) is None:
        raise NotFound("this is not asked any more", "There is nothing to answer.")
    if said(found) is Said.YES:
        raise Conflict("you said yes", "To take it back, take back your permission.")
    if said(found) is Said.OPEN and not is_open(found, unit.now):
        raise NotFound("this is not asked any more", "There is nothing to answer.")
    return found


def _questions(app: App, reader: Reader, grant: Grant) -> list[OwnQuestion]:
    """Return what is asked under one grant: of an archive and of who looks always the first."""
    purpose = table().get(grant.purpose)
    named = reader.governance.organisation(grant.organisation) if grant.organisation else None
    if purpose is None or named is None:
        return []
    made = OwnQuestion(None, grant.id, "", named.name, grant.expires.date())
    if purpose.name == "archive_rights_clearance":
        shown = shown_of(app, reader, grant.id)
        word = Said.OPEN if shown is None else Said.YES if shown.yes else Said.NO
        return [replace(made, asked="shown", said=word, shown=shown)]
    if not purpose.two_sided:
        return []
    mine = seek_of(app, reader, grant.id)
    own = replace(made, asked="seek")
    if mine is not None:
        own = replace(own, said=Said.YES, told_as=mine.told_as, relation=mine.relation)
        own = replace(own, channel=mine.channel)
    return [own, *_found(app, reader, grant, made)]


def _found(app: App, reader: Reader, grant: Grant, made: OwnQuestion) -> list[OwnQuestion]:
    lines = []
    for stored in reader.questions.of_grant(grant.id):
        found = open_question(app, stored)
        if not isinstance(found, FoundPayload):
            continue
        sought = still_sought(app, reader, found)
        if sought is None or (said(found) is Said.OPEN and not is_open(found, reader.now)):
            continue
        who = sought[2]
        until = (found.asked_at + TERM).date()
        line = replace(made, id=stored.id, asked="found", said=said(found), until=until)
        line = replace(line, told_as=who.told_as, relation=who.relation, channel=found.channel)
        lines.append(line)
    return lines


def _leads(app: App, unit: Unit, case: CaseId) -> list[tuple[Search, CandidatePayload]]:
    """Return the leads of a case: each with the candidate of whom two verifiers said the same."""
    key = app.keyring.get(case_key(case))
    leads = []
    for search in unit.searches.of_case(case):
        if search.state is not SearchState.LEAD:
            continue
        for one in unit.searches.candidates(search.id):
            if _confirmed(unit, key, one):
                opened = open_sealed(key, one.sealed, f"candidate:{one.id}")
                leads.append((search, from_bytes(CandidatePayload, opened)))
    return leads


def _confirmed(unit: Unit, key: bytes, one: SearchCandidate) -> bool:
    said_ = [
        from_bytes(
            FindingPayload, open_sealed(key, v.sealed, f"verification:{one.id}:{v.member}")
        ).finding
        for v in unit.searches.verifications(one.id)
    ]
    return said_.count(Finding.SAME) >= VERIFIERS


def _review(app: App, who: Who, case: Case, found: CandidatePayload) -> Ask:
    return Ask(
        Action.REVIEW,
        who.by,
        app.model,
        organisation=case.organisation,
        member=who.member,
        case=case.id,
        purpose=case.purpose,
        grant=found.grant,
        subject=found.subject,
    )


def _introduction(
    app: App, unit: Unit, search: Search, candidate: CandidatePayload
) -> Introduction | None:
    """Return how two people are brought together; None where one of them is not there any more."""
    for stored in unit.questions.of_grant(candidate.grant):
        found = open_question(app, stored)
        if not isinstance(found, FoundPayload) or found.search != search.id:
            continue
        sought = still_sought(app, unit, found)
        if sought is not None and said(found) is Said.YES:
            seeker = sought[2]
            words = (seeker.told_as, seeker.relation, seeker.channel)
            return Introduction(search.id, *words, found.channel)
    return None

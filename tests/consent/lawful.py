"""The rules a second time, as one condition for each act, written from the design alone.

It shares no code with ``licet.consent`` but the list of purposes, asks nothing in any
order and gives no reasons, so that the two can only agree by saying the same.
"""

from dataclasses import replace
from datetime import timedelta

from licet.consent.purposes import table
from licet.terms.basis import Condition, LegalBasis, Purpose, Relationship, Searchers
from licet.terms.grant import Grant, GrantState, Subject, SubjectState
from licet.terms.organisation import MemberState, OrganisationKind, Role
from licet.terms.permit import Action as A
from licet.terms.permit import Ask, Block, By, Facts
from licet.terms.rights import RequestState, RightKind
from licet.terms.source import SourceKind, SourceState
from tests.consent.lawful_links import by_link, narrow
from tests.consent.lawful_orders import DUTIES, WORKERS, ordered, papered, prepared
from tests.consent.lawful_orders import ROLES as _DUTY_ROLES
from tests.consent.lawful_places import (
    kept_for,
    looked_at,
    may_look,
    may_release,
    place,
    readable,
    source,
)
from tests.consent.lawful_rights import right
from tests.consent.lawful_who import OFFICE, agreed, open_case, sha256, signed, two
from tests.consent.world import NOW

_STEWARD = {Role.STEWARD}
_ROLES = {
    A.GOVERN: {Role.STEWARD, Role.DATA_PROTECTION_OFFICER},
    A.OPEN_CASE: {Role.STEWARD, Role.INVESTIGATOR},
    A.APPROVE: {Role.APPROVER},
    A.ACCEPT: {Role.STEWARD, Role.VERIFIER},
    A.SEARCH: {Role.INVESTIGATOR},
    A.REVIEW: {Role.VERIFIER},
    A.SHOW: {Role.INVESTIGATOR, Role.VERIFIER},
    **dict.fromkeys(
        (A.RECEIVE, A.ANSWER, A.RESTRICT, A.RELEASE, A.CORRECT, A.HOLD, A.CLOSE_DEPLOYMENT),
        OFFICE,
    ),
    A.RECTIFY: {Role.VERIFIER, *OFFICE},
    A.CONFIRM_APPEARANCE: {Role.VERIFIER},
    A.AUDIT_SOURCE: {Role.VERIFIER, Role.DATA_PROTECTION_OFFICER},
    A.RELEASE_SOURCE: {Role.DATA_PROTECTION_OFFICER},
    A.AUDIT: {Role.DATA_PROTECTION_OFFICER, Role.AUDITOR},
    A.LIST: set(Role),
    A.CLOSE_CASE: {Role.INVESTIGATOR, *OFFICE},
    **_DUTY_ROLES,
}
_SUBJECTS = {
    A.GRANT,
    A.CONFIRM,
    A.ENROL,
    A.ACCEPT,
    A.SEARCH,
    A.SHOW,
    A.WITHDRAW,
    A.ERASE,
    A.RECEIVE,
    A.ANSWER,
    A.RESTRICT,
    A.RELEASE,
    A.RECTIFY,
    A.CORRECT,
    A.CONFIRM_APPEARANCE,
    A.SAY,
    A.LIST,
}
_WORKERS = {A.COLLECT, A.BACKFILL, A.WITHDRAW, A.ERASE}
_WORKERS |= {A.RECEIVE, A.ANSWER, A.SCAN, A.RESTRICT, A.RECTIFY} | WORKERS
_ALONE = {A.SCAN, A.CARRY_OUT, A.SAY}
"""What no member does."""

_UNAGREED = {A.WITHDRAW, A.ERASE, A.CEASE, A.RECEIVE, A.ANSWER, A.RESTRICT, A.RELEASE}
_UNAGREED |= {A.RECTIFY, A.CORRECT, A.HOLD, A.AUDIT, A.LIST, A.CLOSE_CASE, A.CLOSE_DEPLOYMENT}
_UNAGREED |= DUTIES
_OWN_RIGHT = {A.RESTRICT, A.RELEASE, A.RECTIFY, A.CORRECT, A.HOLD, A.AUDIT, A.LIST, A.CLOSE_CASE}
_OWN_RIGHT |= {A.CLOSE_DEPLOYMENT, A.RECEIVE, A.ANSWER}
_COMPARING = {A.COLLECT, A.BACKFILL, A.ACCEPT}
_REAL = _COMPARING | {A.WELCOME, A.UPLOAD, A.GRANT, A.CONFIRM, A.ENROL, A.SEARCH, A.OPEN_CASE}
_FREE = {
    Relationship.NONE,
    Relationship.GUEST,
    Relationship.CLUB_MEMBER,
    Relationship.FAMILY,
    Relationship.PICTURED,
}
_AGES = {"FR": 15, "BE": 13, "DE": 16}


def lawful(ask: Ask, facts: Facts) -> bool:
    """Say whether the act is lawful at ``NOW``."""
    asking = ask.action in {A.GRANT, A.CONFIRM, A.ENROL} and _alone(facts)
    if ask.action in _REAL and not asking and not _ready(facts):
        return False
    if ask.by is By.SUBJECT:
        return ask.action in _SUBJECTS and _by_subject(ask, facts)
    if ask.by is By.WORKER:
        return ask.action in _WORKERS and _act(ask, facts)
    return ask.action not in _ALONE and _by_member(ask, facts) and _act(ask, facts)


def _alone(facts: Facts) -> bool:
    """Say whether the grant serves a person's own request alone."""
    grant = facts.grant
    purpose = table().get(grant.purpose) if grant and grant.organisation is None else None
    return purpose is not None and purpose.without_organisation


def _asked_for(ask: Ask, facts: Facts) -> bool:
    """Say whether a grant of the person alone has a request behind it; others need none."""
    request, subject = facts.request, facts.subject
    if not _alone(facts):
        return True
    if request is None or subject is None or request.subject != subject.id:
        return False
    over = request.state in {RequestState.DELIVERED, RequestState.REFUSED}
    if request.kind is not RightKind.ACCESS or over:
        return False
    if ask.action is A.GRANT:
        return True
    seen = None not in {request.channel_proved_at, request.identity_accepted_at}
    more = ask.action is A.ENROL and facts.grant is not None and facts.grant.captured
    return request.grant == ask.grant and seen and not more


def _ready(facts: Facts) -> bool:
    ready = facts.readiness
    assessed = bool(ready.dpia_digest.strip()) and ready.purposes_assessed
    papers = assessed and bool(ready.ai_act_classification.strip())
    here = ready.established_in_eu or bool(ready.eu_representative.strip())
    whole = papers and here and ready.officer_is_independent and prepared(ready)
    return ready.sandbox or whole


def _by_member(ask: Ask, facts: Facts) -> bool:
    organisation, member = facts.organisation, facts.member
    return (
        organisation is not None
        and organisation.id == ask.organisation
        and (ask.action in _UNAGREED or agreed(ask, facts))
        and member is not None
        and member.id == ask.member
        and member.organisation == ask.organisation
        and member.state is MemberState.ACTIVE
        and bool(member.roles & _ROLES.get(ask.action, _STEWARD))
        and ask.member in {one.id for one in signed(ask, facts)}
    )


def _by_subject(ask: Ask, facts: Facts) -> bool:
    myself = facts.subject is not None and facts.subject.id == ask.subject
    anybody = ask.action in {A.RECEIVE, A.ANSWER}
    return (myself or anybody) and _act(ask, facts)


def _act(ask: Ask, facts: Facts) -> bool:  # noqa: C901, PLR0912 - one branch for each action
    action = ask.action
    if action is A.GOVERN:
        kind = facts.organisation.kind if facts.organisation else None
        return kind is OrganisationKind.CONTROLLER and two(ask, facts)
    if action is A.OPEN_CASE:
        purpose = facts.purpose
        named = purpose is not None and purpose.id == ask.purpose
        return named and purpose is not None and purpose.searchers is Searchers.ORGANISATION
    if action is A.APPROVE:
        return open_case(ask, facts)
    if action is A.CEASE:
        return place(ask, facts)
    if action is A.WELCOME:
        return source(ask, facts, {SourceState.AUTHORISED}) and narrow(ask, facts)
    if action is A.AUDIT_SOURCE:
        return may_look(ask, facts)
    if action is A.RELEASE_SOURCE:
        return two(ask, facts) and may_release(ask, facts)
    if action is A.AUTHORISE:
        states = {SourceState.DECLARED, SourceState.LAPSED, SourceState.AUTHORISED}
        return two(ask, facts) and source(ask, facts, states) and kept_for(facts)
    if action is A.UPLOAD:
        taken = facts.source is not None and facts.source.kind is SourceKind.UPLOAD
        return taken and kept_for(facts) and _comparing(replace(ask, fpir=1e-3), facts)
    if action in _COMPARING:
        return _comparing(ask, facts)
    if action is A.SCAN:
        rate = ask.fpir is not None and 0 < ask.fpir <= 0.001
        known = facts.organisation is not None and facts.organisation.id == ask.organisation
        there = source(ask, facts, {SourceState.AUTHORISED})
        return known and agreed(ask, facts) and there and rate
    if action in _OWN_RIGHT:
        return right(ask, facts)
    if action in DUTIES:
        return ordered(ask, facts)
    if action is A.GRANT:
        return _granting(ask, facts)
    if action is A.ERASE:
        return _erasing(ask, facts)
    if action is A.SEARCH:
        return _searching(ask, facts)
    if not _mine(ask, facts):
        return False
    if action is A.WITHDRAW:
        return facts.grant is not None and facts.grant.state is not GrantState.ENDED
    if action in {A.CONFIRM_APPEARANCE, A.SAY}:
        return _live(facts)
    if action is A.CONFIRM:
        return _confirming(ask, facts)
    if action is A.ENROL:
        many = facts.counts.subjects_enrolled >= 100 and not facts.witnessed
        many = many and not _alone(facts)
        rate = ask.fpir is None or 0 < ask.fpir <= 0.01
        witnessed = ask.by is By.SUBJECT or two(ask, facts)
        asked = _asked_for(ask, facts)
        return _live(facts) and _of_age(facts) and witnessed and not many and rate and asked
    if action is A.REVIEW:
        searched = facts.searched_by is not None and facts.searched_by != ask.member
        return searched and _looking(ask, facts)
    found = ask.by is By.SUBJECT or facts.found_in_case
    return found and readable(ask, facts) and _looking(ask, facts)


def _mine(ask: Ask, facts: Facts) -> bool:
    grant, subject = facts.grant, facts.subject
    return (
        grant is not None
        and subject is not None
        and grant.id == ask.grant
        and grant.subject == subject.id
        and ask.subject in ({subject.id} if ask.by is By.SUBJECT else {None, subject.id})
        and (ask.by is not By.MEMBER or grant.organisation == ask.organisation)
    )


def _stopped(facts: Facts, grant: Grant, subject: Subject) -> bool:
    def stops(block: Block) -> bool:
        if not (block.use or block.collecting):
            return False
        places = {subject.residence} | grant.territories
        inside = block.territory in places or subject.residence is None
        return (
            (block.territory, block.subject, block.source) == (None, None, None)
            or (block.subject is not None and block.subject == subject.id)
            or (block.territory is not None and inside)
            or (block.source is not None and block.source == grant.source and block.use)
        )

    return not _alone(facts) and any(stops(block) for block in facts.blocks)


def _all_stopped(facts: Facts) -> bool:
    return any(
        block.use and (block.territory, block.subject, block.source) == (None, None, None)
        for block in facts.blocks
    )


def _live(facts: Facts) -> bool:
    grant, subject = facts.grant, facts.subject
    return (
        grant is not None
        and subject is not None
        and subject.state is SubjectState.KNOWN
        and grant.subject == subject.id
        and grant.state is GrantState.ACTIVE
        and None not in {grant.notice_delivered_at, grant.confirmed_at}
        and grant.not_before <= NOW < grant.expires
        and not _stopped(facts, grant, subject)
    )


def _adult_from(subject: Subject) -> int:
    return _AGES.get(subject.residence or "", 18)


def _of_age(facts: Facts) -> bool:
    grant, subject, age = facts.grant, facts.subject, facts.subject_age
    if grant is None or subject is None:
        return False
    if age is None or grant.basis is LegalBasis.VITAL_INTERESTS or _alone(facts):
        return True
    minor = age < _adult_from(subject)
    return {grant.guardian, subject.dependant} == {minor}


def _granting(ask: Ask, facts: Facts) -> bool:
    grant, purpose, subject = facts.grant, facts.purpose, facts.subject
    if grant is None or purpose is None or subject is None:
        return False
    vital = grant.basis is LegalBasis.VITAL_INTERESTS
    alone = purpose.without_organisation
    counts = facts.counts
    crowded = counts.dependants_on_contact >= 5 if subject.dependant else counts.adults_on_contact
    whole = timedelta(days=min(purpose.retention_days, 3 if vital else 730))
    childhood = timedelta(days=730)
    if grant.guardian and facts.subject_age is not None:
        childhood = timedelta(days=366 * max(0, _adult_from(subject) - facts.subject_age))
    asked = ask.by is By.SUBJECT and ask.organisation is None
    offered = ask.by is By.MEMBER or by_link(ask, facts)
    asked = asked if alone else offered and ask.organisation is not None
    return (
        asked
        and ask.purpose == purpose.id == grant.purpose
        and ask.grant in {None, grant.id}
        and ask.subject in ({None, subject.id} if ask.by is By.MEMBER else {subject.id})
        and grant.subject == subject.id
        and subject.state is SubjectState.KNOWN
        and (grant.organisation, grant.source) == (ask.organisation, ask.source)
        and grant.state is GrantState.PENDING
        and grant.confirmed_at is None
        and not grant.captured
        and _basis(grant, purpose)
        and (grant.organisation is None or grant.relationship in _FREE)
        and (vital or _alone(facts) or facts.subject_age is not None)
        and _of_age(facts)
        and (not grant.guardian or ask.by is not By.MEMBER or two(ask, facts))
        and (purpose.territories is None or subject.residence in purpose.territories)
        and grant.not_before < grant.expires
        and grant.not_before + whole >= grant.expires > NOW
        and NOW + min(whole, childhood) >= grant.expires
        and bool(grant.notice.strip())
        and (vital or _alone(facts) or not crowded)
        and (not vital or (_vital(ask, facts) and _own_document(ask, facts)))
        and (facts.witnessed or _alone(facts) or counts.subjects_enrolled < 100)
        and _asked_for(ask, facts)
        and (grant.source is None or place(ask, facts))
        and not _stopped(facts, grant, subject)
    )


def _basis(grant: Grant, purpose: Purpose) -> bool:
    pair = (grant.basis, grant.condition)
    return pair == (purpose.basis, purpose.condition) and pair in {
        (LegalBasis.CONSENT, Condition.EXPLICIT_CONSENT),
        (LegalBasis.VITAL_INTERESTS, Condition.VITAL_INTERESTS),
    }


def _vital(ask: Ask, facts: Facts) -> bool:
    named = facts.subject is not None and bool(facts.subject.sealed_identity)
    return named and facts.counts.live_vital_grants < 10 and two(ask, facts)


def _confirming(ask: Ask, facts: Facts) -> bool:
    grant, subject = facts.grant, facts.subject
    if grant is None or subject is None or grant.notice_delivered_at is None:
        return False
    vital = grant.basis is LegalBasis.VITAL_INTERESTS
    if ask.by is By.SUBJECT:
        acted = not vital
    elif vital:
        few = facts.counts.live_vital_grants < 10
        acted = few and ask.evidence == grant.instrument and _vouched(ask, facts)
    else:
        papers = facts.counts.paper_confirmations_today
        acted = papers < 50 and _vouched(ask, facts)
    return (
        acted
        and subject.state is SubjectState.KNOWN
        and grant.state is GrantState.PENDING
        and grant.notice_delivered_at <= NOW < grant.expires
        and _of_age(facts)
        and _asked_for(ask, facts)
        and not _stopped(facts, grant, subject)
    )


def _vouched(ask: Ask, facts: Facts) -> bool:
    return _own_document(ask, facts) and two(ask, facts)


def _own_document(ask: Ask, facts: Facts) -> bool:
    """Say whether a document is named by its digest and is no other grant's."""
    return sha256(ask.evidence) and facts.counts.evidence_uses == 0


def _erasing(ask: Ask, facts: Facts) -> bool:
    subject, grant, organisation = facts.subject, facts.grant, facts.organisation
    if subject is None or subject.state is SubjectState.ERASED:
        return False
    if grant is not None and grant.subject != subject.id:
        return False
    if ask.subject not in ({subject.id} if ask.by is By.SUBJECT else {None, subject.id}):
        return False
    if ask.by is not By.MEMBER:
        return True
    controller = organisation is not None and organisation.kind is OrganisationKind.CONTROLLER
    return controller or _mine(ask, facts)


def _comparing(ask: Ask, facts: Facts) -> bool:
    where = facts.source
    known = facts.organisation is not None and facts.organisation.id == ask.organisation
    rate = ask.fpir is not None and 0 < ask.fpir <= 0.001
    if where is None or not (known and rate and agreed(ask, facts)):
        return False
    if not source(ask, facts, {SourceState.AUTHORISED}):
        return False
    for block in facts.blocks:
        everywhere = (block.territory, block.subject, block.source) == (None, None, None)
        here = block.territory is not None and where.territory in {None, block.territory}
        if block.collecting and (everywhere or here or block.source == where.id):
            return False
    if ask.action is A.UPLOAD:
        return True
    if ask.action is A.COLLECT:
        return looked_at(facts)
    return _for_grant(ask, facts, where.origin.purposes)


def _for_grant(ask: Ask, facts: Facts, made_for: frozenset[str]) -> bool:
    grant, subject = facts.grant, facts.subject
    purpose = table().get(grant.purpose) if grant else None
    if grant is None or subject is None or purpose is None:
        return False
    return (
        grant.id == ask.grant
        and ask.subject in ({subject.id} if ask.by is By.SUBJECT else {None, subject.id})
        and grant.organisation in {ask.organisation, *((None,) if ask.by is By.SUBJECT else ())}
        and grant.source in {None, ask.source}
        and _live(facts)
        and (purpose.without_organisation or bool(purpose.source_purposes & made_for))
    )


def _governed(ask: Ask, facts: Facts) -> bool:
    case, purpose = facts.case, facts.purpose
    if case is None or purpose is None or not open_case(ask, facts):
        return False
    searcher = ask.member if ask.action is A.SEARCH else facts.searched_by or ask.member
    yes = {
        one.member
        for one in facts.approvals
        if one.case == case.id and one.at <= NOW and (one.signature or facts.readiness.sandbox)
    }
    return (
        case.purpose == purpose.id
        and ask.purpose in {None, purpose.id}
        and purpose.searchers is Searchers.ORGANISATION
        and len(yes - {searcher}) >= purpose.approvals
    )


def _searching(ask: Ask, facts: Facts) -> bool:
    purpose, grant, counts = facts.purpose, facts.grant, facts.counts
    rate = ask.fpir is not None and 0 < ask.fpir <= 0.01
    if purpose is None or purpose.id != ask.purpose or not rate or _all_stopped(facts):
        return False
    if ask.by is By.SUBJECT or purpose.two_sided:
        own = _mine(ask, facts) and _live(facts) and grant is not None
        if not own or grant is None or grant.organisation is None or grant.purpose != purpose.id:
            return False
    if ask.by is By.SUBJECT:
        return True
    return (
        _governed(ask, facts)
        and papered(ask, facts)
        and facts.case is not None
        and bool(ask.evidence.strip())
        and ask.evidence in facts.case.evidence
        and counts.searches_today < 50
        and counts.probe_uses_in_case < 3
        and counts.subjects_in_case < min(5, facts.case.cap)
    )


def _looking(ask: Ask, facts: Facts) -> bool:
    grant = facts.grant
    if grant is None or not _live(facts) or _all_stopped(facts):
        return False
    if ask.by is By.SUBJECT:
        return ask.purpose in {None, grant.purpose}
    same = facts.case is not None and facts.case.purpose == grant.purpose
    return same and _governed(ask, facts)

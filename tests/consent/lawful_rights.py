"""People's rights and what stands beside them, a second time, written from the design."""

from licet.terms.grant import GrantState, Restriction, SubjectState
from licet.terms.organisation import Member, OrganisationKind, Role
from licet.terms.permit import Action as A
from licet.terms.permit import Ask, By, Facts, Register
from tests.consent.lawful_who import OFFICE, agreed, open_case, sha256, signed, two
from tests.consent.world import NOW

_DUTIES = {
    Register.ORDERS,
    Register.BLOCKS,
    Register.CORRESPONDENCE,
    Register.BREACHES,
    Register.TRANSFERS,
}
_WATCH = {Role.AUDITOR, *OFFICE}
_LISTS = {
    Register.ORGANISATIONS: set(Role),
    Register.MEMBERS: set(Role),
    Register.SOURCES: set(Role),
    Register.CASES: set(Role),
    Register.SEARCHES: set(Role),
    Register.GRANTS: OFFICE,
    Register.APPEARANCES: {Role.VERIFIER, Role.DATA_PROTECTION_OFFICER},
    Register.SUGGESTIONS: {Role.VERIFIER, *OFFICE},
    Register.CLEARANCE: {Role.INVESTIGATOR, *OFFICE},
    Register.REQUESTS: OFFICE,
    Register.HOLDS: {Role.AUDITOR, *OFFICE},
    Register.ERASURES: {Role.AUDITOR, *OFFICE},
    Register.ACCOUNTS: {Role.AUDITOR, Role.DATA_PROTECTION_OFFICER},
    **dict.fromkeys((*_DUTIES, Register.PAPERS), _WATCH),
}


def right(ask: Ask, facts: Facts) -> bool:
    """Say whether a person's right, or what stands beside it, may be carried out."""
    member = ask.by is By.MEMBER
    house = not member or _controls(facts)
    if ask.action in {A.RECEIVE, A.ANSWER}:
        return house
    if ask.action is A.LIST:
        return _listing(ask, facts)
    if ask.action is A.CLOSE_CASE:
        return open_case(ask, facts)
    if ask.action is A.CORRECT:
        free = facts.subject is not None and facts.subject.state is SubjectState.KNOWN
        return (
            free
            and house
            and _whose(ask, facts)
            and (not member or (two(ask, facts) and bool(_office(ask, facts))))
        )
    if ask.action in {A.RESTRICT, A.RECTIFY}:
        kept = facts.grant is not None and facts.grant.state is not GrantState.ENDED
        return kept and _whose(ask, facts) and _reached(ask, facts)
    if ask.action is A.RELEASE:
        return _whose(ask, facts) and _reached(ask, facts) and _releasing(ask, facts)
    both = house and two(ask, facts)
    if ask.action is A.AUDIT:
        pairs = [(a.id, b.id) for a in _office(ask, facts) for b in _auditors(ask, facts)]
        return both and any(one != other for one, other in pairs)
    papered = ask.action is A.CLOSE_DEPLOYMENT
    papered = papered or (_whose(ask, facts) and sha256(ask.evidence))
    return both and papered and bool(_office(ask, facts))


def _releasing(ask: Ask, facts: Facts) -> bool:
    grant, subject = facts.grant, facts.subject
    if grant is None or subject is None or subject.state is not SubjectState.KNOWN:
        return False
    if grant.state is not GrantState.RESTRICTED or facts.held or facts.objecting:
        return False
    officers = {Restriction.ENROLMENT_HELD, Restriction.UNKNOWN} & facts.restricted_for
    if ask.by is By.SUBJECT:
        return not officers
    told = facts.told_at is not None and facts.told_at <= NOW
    return told and two(ask, facts) and (not officers or bool(_office(ask, facts)))


def _listing(ask: Ask, facts: Facts) -> bool:
    register, member, case = ask.register, facts.member, facts.case
    if register is None:
        return False
    if register is Register.SEARCHES or ask.case is not None:
        if case is None or case.id != ask.case:
            return False
        watchers = {Role.AUDITOR, *OFFICE}
        sees = member is not None and bool(member.roles & watchers) and _controls(facts)
        if case.organisation != ask.organisation and not sees:
            return False
    if ask.by is By.SUBJECT:
        return register in {Register.GRANTS, Register.APPEARANCES} and _whose(ask, facts)
    house = {Register.REQUESTS, Register.HOLDS, Register.ERASURES, Register.ACCOUNTS} | _DUTIES
    under = {Register.SEARCHES, Register.APPEARANCES, Register.SUGGESTIONS, Register.CLEARANCE}
    if register is Register.CLEARANCE and not _clearing(ask, facts):
        return False
    return (
        member is not None
        and bool(member.roles & _LISTS[register])
        and (register not in house or _controls(facts))
        and (register not in under or agreed(ask, facts))
    )


def _clearing(ask: Ask, facts: Facts) -> bool:
    case, purpose = facts.case, facts.purpose
    if case is None or purpose is None or not open_case(ask, facts):
        return False
    yes = {
        one.member
        for one in facts.approvals
        if one.case == case.id and one.at <= NOW and (one.signature or facts.readiness.sandbox)
    }
    others = yes - {facts.searched_by or ask.member}
    same = case.purpose == purpose.id and ask.purpose in {None, purpose.id}
    named = purpose.id.startswith("archive_rights_clearance@")
    return same and named and len(others) >= purpose.approvals


def _controls(facts: Facts) -> bool:
    kind = facts.organisation.kind if facts.organisation else None
    return kind is OrganisationKind.CONTROLLER


def _whose(ask: Ask, facts: Facts) -> bool:
    """Say whether it is about the person who is asked about, and acts for nobody else."""
    grant, subject = facts.grant, facts.subject
    if subject is None or (grant is not None and grant.subject != subject.id):
        return False
    return ask.subject in ({subject.id} if ask.by is By.SUBJECT else {None, subject.id})


def _reached(ask: Ask, facts: Facts) -> bool:
    grant = facts.grant
    if grant is None or grant.id != ask.grant:
        return False
    if ask.by is not By.MEMBER or grant.organisation == ask.organisation:
        return True
    return grant.organisation is not None and _controls(facts)


def _office(ask: Ask, facts: Facts) -> list[Member]:
    return [m for m in signed(ask, facts) if Role.DATA_PROTECTION_OFFICER in m.roles]


def _auditors(ask: Ask, facts: Facts) -> list[Member]:
    return [m for m in signed(ask, facts) if Role.AUDITOR in m.roles]

"""People's rights, and what stands beside them (GDPR 5(2), 12, 15-21; DESIGN 4, 6).

1. Requests are received and answered by members of the controller, by the person, or by
   the worker. Neither an agreement nor readiness nor a block stands in their way.
2. A member of the controller reaches every organisation's grants; others only their own
   organisation's. A grant without organisation is the person's alone: whoever could
   restrict it could keep an answer empty.
3. Only what is restricted is released (GDPR 18(3)), by the person or by two members, who
   told the person before. While a legal hold or an open objection stands nobody releases.
   What was restricted because a face is near another's, or nobody knows why, takes the
   data protection officer as one of the two, and is never the person's to release: trying
   out whose face is here must not be a way to ask.
4. A legal hold rests on a paper, named by its SHA-256; two members place it, one of them
   the data protection officer (GDPR 17(3)(e)).
5. Who searched a person who was erased is read by the data protection officer and an
   auditor together.
6. A deployment is ended by two members of the controller, one of them the officer.
7. A register is read by members whose work it is, and a person's own rows by the person
   (``consent.registers``); a list of one case is for those who see that case. Who may be
   shown is read in an open, approved case of that one purpose, and nowhere else.
8. Who a person is, is corrected by the person, or by two members of the controller, one
   of them the officer: who moves a contact moves every answer with it.
"""

from datetime import datetime

from licet.consent import registers
from licet.consent.evidence import is_digest
from licet.consent.reasons import Reason
from licet.consent.rules.cases import approved, case_open, purpose_of_case
from licet.consent.rules.governance import controllers
from licet.consent.rules.governed import agreement_in_force
from licet.consent.rules.kept import subject_known
from licet.consent.signed import may_sign
from licet.terms.grant import GrantState, Restriction
from licet.terms.organisation import Member, OrganisationKind, Role
from licet.terms.permit import Ask, By, Facts, Register

_OFFICERS = frozenset({Restriction.ENROLMENT_HELD, Restriction.UNKNOWN})
"""Restrictions that the data protection officer looks at before they are lifted."""


def of_controller(ask: Ask, facts: Facts, now: datetime) -> Reason | None:
    """1. A member who answers is the controller's."""
    return controllers(ask, facts, now) if ask.by is By.MEMBER else None


def grant_reached(ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """2. The grant asked about is known, and within the reach of who asks."""
    grant = facts.grant
    if grant is None or grant.id != ask.grant:
        return Reason.NO_GRANT
    if ask.by is not By.MEMBER or grant.organisation == ask.organisation:
        return None
    organisation = facts.organisation
    controller = organisation is not None and organisation.kind is OrganisationKind.CONTROLLER
    return None if controller and grant.organisation is not None else Reason.NO_GRANT


def grant_restricted(_ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """3. There is something to release."""
    if facts.grant is None:
        return Reason.NO_GRANT
    restricted = facts.grant.state is GrantState.RESTRICTED
    return None if restricted else Reason.GRANT_NOT_RESTRICTED


def nothing_holds(_ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """3. No legal hold and no open objection stands in the way."""
    if facts.held:
        return Reason.GRANT_HELD
    return Reason.OBJECTION_OPEN if facts.objecting else None


def officer_looked(ask: Ask, facts: Facts, now: datetime) -> Reason | None:
    """3. What only the officer may release is released by the officer and another."""
    if not facts.restricted_for & _OFFICERS:
        return None
    if ask.by is not By.MEMBER:
        return Reason.OFFICER_NEEDED
    return officer_signed(ask, facts, now)


def officer_corrects(ask: Ask, facts: Facts, now: datetime) -> Reason | None:
    """8. Members correct with the data protection officer."""
    return officer_signed(ask, facts, now) if ask.by is By.MEMBER else None


def person_told(ask: Ask, facts: Facts, now: datetime) -> Reason | None:
    """3. Members told the person before."""
    if ask.by is not By.MEMBER:
        return None
    told = facts.told_at is not None and facts.told_at <= now
    return None if told else Reason.PERSON_NOT_TOLD


def paper_named(ask: Ask, _facts: Facts, _now: datetime) -> Reason | None:
    """4. The paper that a hold rests on is named by its SHA-256."""
    return None if is_digest(ask.evidence) else Reason.EVIDENCE_NOT_A_DIGEST


def officer_signed(ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """4. The data protection officer is one of those who signed."""
    signed = _signed_as(ask, facts, Role.DATA_PROTECTION_OFFICER)
    return None if signed else Reason.OFFICER_NEEDED


def auditor_signed(ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """5. An auditor who is not the officer is one of those who signed."""
    officers = {m.id for m in _signed_as(ask, facts, Role.DATA_PROTECTION_OFFICER)}
    auditors = {m.id for m in _signed_as(ask, facts, Role.AUDITOR)}
    # Two people, whichever roles each of them holds.
    together = any(one != other for one in officers for other in auditors)
    return None if together else Reason.AUDITOR_NEEDED


def register_read(ask: Ask, facts: Facts, now: datetime) -> Reason | None:
    """7. The register is one that this member reads, or the person's own."""
    register = ask.register
    if register is None:
        return Reason.WRONG_ROLE
    if ask.by is not By.MEMBER:
        own = register in registers.OWN
        return subject_known(ask, facts, now) if own else Reason.NOT_FOR_THIS_DOER
    roles = frozenset[Role]() if facts.member is None else facts.member.roles
    if not roles & registers.READERS[register]:
        return Reason.WRONG_ROLE
    if register in registers.CONTROLLERS:
        return controllers(ask, facts, now)
    return agreement_in_force(ask, facts, now) if register in registers.UNDER_AGREEMENT else None


def case_reached(ask: Ask, facts: Facts, now: datetime) -> Reason | None:
    """7. A list of one case is for those who see that case; who may be shown, in it alone."""
    if ask.register is Register.CLEARANCE:
        return _clearing(ask, facts, now)
    if ask.case is None and ask.register is not Register.SEARCHES:
        return None
    case = facts.case
    if case is None or case.id != ask.case:
        return Reason.NO_CASE
    seen = case.organisation == ask.organisation
    return None if seen or registers.reads_all(facts.organisation, facts.member) else Reason.NO_CASE


def _clearing(ask: Ask, facts: Facts, now: datetime) -> Reason | None:
    """7. Say what is wrong with the case in which one asks who may be shown."""
    for rule in (case_open, purpose_of_case, approved):
        found = rule(ask, facts, now)
        if found is not None:
            return found
    purpose = facts.purpose
    clearing = purpose is not None and purpose.name == registers.CLEARING
    return None if clearing else Reason.PURPOSE_NOT_THE_CASES


def _signed_as(ask: Ask, facts: Facts, role: Role) -> tuple[Member, ...]:
    return tuple(
        member
        for member in facts.signers
        if role in member.roles and may_sign(member, ask.organisation, facts.readiness.sandbox)
    )

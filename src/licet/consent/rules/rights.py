"""People's rights, and what stands beside them (GDPR 5(2), 12, 15-21; DESIGN 4, 6).

1. Requests are received and answered by members of the controller, by the person, or by
   the worker. Neither an agreement nor readiness nor a block stands in their way.
2. A member of the controller reaches every grant; others only their organisation's.
3. Only what is restricted is released (GDPR 18(3)), by the person or by two members.
4. A legal hold rests on a paper, named by its SHA-256; two members place it, one of them
   the data protection officer (GDPR 17(3)(e)).
5. Who searched a person who was erased is read by the data protection officer and an
   auditor together.
6. A deployment is ended by two members of the controller, one of them the officer.
7. Nobody else reads what is not theirs, so lists are read by members alone.
"""

from datetime import datetime

from licet.consent.evidence import is_digest
from licet.consent.reasons import Reason
from licet.consent.rules.governance import controllers
from licet.terms.grant import GrantState
from licet.terms.organisation import Member, MemberState, OrganisationKind, Role
from licet.terms.permit import Ask, By, Facts


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
    return None if controller else Reason.NO_GRANT


def grant_restricted(_ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """3. There is something to release."""
    if facts.grant is None:
        return Reason.NO_GRANT
    restricted = facts.grant.state is GrantState.RESTRICTED
    return None if restricted else Reason.GRANT_NOT_RESTRICTED


def paper_named(ask: Ask, _facts: Facts, _now: datetime) -> Reason | None:
    """4. The paper that a hold rests on is named by its SHA-256."""
    return None if is_digest(ask.evidence) else Reason.EVIDENCE_NOT_A_DIGEST


def officer_signed(ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """4, 6. The data protection officer is one of those who signed."""
    signed = _signed_as(ask, facts, Role.DATA_PROTECTION_OFFICER)
    return None if signed else Reason.OFFICER_NEEDED


def auditor_signed(ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """5. An auditor who is not the officer is one of those who signed."""
    officers = {m.id for m in _signed_as(ask, facts, Role.DATA_PROTECTION_OFFICER)}
    auditors = {m.id for m in _signed_as(ask, facts, Role.AUDITOR)}
    # Two people, whichever roles each of them holds.
    together = any(one != other for one in officers for other in auditors)
    return None if together else Reason.AUDITOR_NEEDED


def _signed_as(ask: Ask, facts: Facts, role: Role) -> tuple[Member, ...]:
    return tuple(
        member
        for member in facts.signers
        if role in member.roles
        and member.organisation == ask.organisation
        and member.state is MemberState.ACTIVE
    )

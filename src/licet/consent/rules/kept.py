"""What a grant that exists allows (GDPR 7, 9, 13, 17, 18).

1. The data subject is known, is the one asked about, and is the grant's own.
2. The grant is known; a member meets only grants of the member's organisation.
3. Confirming: the grant is pending, its notice was delivered and its end lies ahead.
4. Members confirm only consent on paper: its SHA-256, behind no other grant, two
   signers, fifty a day; or vital interests, on the instrument that the grant names and
   no other one does, with two signers and within the ceiling. A person who can confirm
   is not one whose vital interests somebody else may invoke.
5. Everything else needs a live grant; withdrawing needs one that is kept.
6. Erasing needs a person who is not erased; a steward who asks on the person's
   behalf is the controller's, or holds a grant of that person.
"""

from datetime import datetime

from licet.consent import ceilings
from licet.consent.evidence import unfit
from licet.consent.live import standing, subject_free
from licet.consent.reasons import Reason
from licet.consent.rules.governed import two_signers
from licet.consent.territory import grant_blocked
from licet.terms.basis import LegalBasis
from licet.terms.grant import GrantState, SubjectState
from licet.terms.organisation import OrganisationKind
from licet.terms.permit import Ask, By, Facts


def subject_known(ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """1. The data subject is known, and acts for nobody else."""
    subject = facts.subject
    if subject is None or (facts.grant is not None and facts.grant.subject != subject.id):
        return Reason.NO_SUBJECT
    if ask.subject is None and ask.by is not By.SUBJECT:
        return None
    return None if ask.subject == subject.id else Reason.NO_SUBJECT


def subject_unhindered(_ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """1. The data subject is neither blocked nor being erased."""
    return Reason.NO_SUBJECT if facts.subject is None else subject_free(facts.subject)


def grant_known(ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """2. The grant asked about is known, and is this organisation's if a member asks."""
    grant = facts.grant
    if grant is None or grant.id != ask.grant:
        return Reason.NO_GRANT
    foreign = ask.by is By.MEMBER and grant.organisation != ask.organisation
    return Reason.NO_GRANT if foreign else None


def confirmable(_ask: Ask, facts: Facts, now: datetime) -> Reason | None:
    """3. The grant is pending, told about, and not over."""
    grant = facts.grant
    if grant is None:
        return Reason.NO_GRANT
    if grant.state is not GrantState.PENDING:
        return Reason.GRANT_NOT_PENDING
    if grant.notice_delivered_at is None or grant.notice_delivered_at > now:
        return Reason.NOTICE_NOT_DELIVERED
    return Reason.GRANT_EXPIRED if now >= grant.expires else None


def act_of_the_person(ask: Ask, facts: Facts, now: datetime) -> Reason | None:
    """4. The person confirms, or two members vouch for what the person cannot send."""
    vital = facts.grant is not None and facts.grant.basis is LegalBasis.VITAL_INTERESTS
    if ask.by is By.SUBJECT:
        return Reason.PERSON_CANNOT_CONFIRM if vital else None
    found = _instrument(ask, facts) if vital else _paper(ask, facts)
    return found or unfit(ask, facts) or two_signers(ask, facts, now)


def grant_unblocked(_ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """5. No block covers a grant that is still to become live."""
    if facts.grant is None or facts.subject is None:
        return Reason.NO_GRANT
    blocked = grant_blocked(facts.grant, facts.subject, facts.blocks)
    return Reason.BLOCKED if blocked else None


def grant_live(_ask: Ask, facts: Facts, now: datetime) -> Reason | None:
    """5. The grant may be used now."""
    if facts.grant is None or facts.subject is None:
        return Reason.NO_GRANT
    return standing(facts.grant, facts.subject, facts.blocks, now)


def grant_kept(_ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """5. There is something left to withdraw."""
    if facts.grant is None:
        return Reason.NO_GRANT
    return None if facts.grant.kept else Reason.GRANT_ENDED


def not_erased(_ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """6. The person's data is not gone already."""
    if facts.subject is None:
        return Reason.NO_SUBJECT
    erased = facts.subject.state is SubjectState.ERASED
    return Reason.SUBJECT_ERASED if erased else None


def on_behalf(ask: Ask, facts: Facts, now: datetime) -> Reason | None:
    """6. A steward erases for the controller, or for a person whose grant they hold."""
    if ask.by is not By.MEMBER:
        return None
    organisation = facts.organisation
    if organisation is not None and organisation.kind is OrganisationKind.CONTROLLER:
        return None
    return grant_known(ask, facts, now)


def _paper(ask: Ask, facts: Facts) -> Reason | None:
    if not ask.evidence.strip():
        return Reason.NO_PAPER
    full = facts.counts.paper_confirmations_today >= ceilings.PAPER_A_DAY
    return Reason.TOO_MUCH_PAPER if full else None


def _instrument(ask: Ask, facts: Facts) -> Reason | None:
    if facts.grant is None or ask.evidence != facts.grant.instrument:
        return Reason.OTHER_INSTRUMENT
    full = facts.counts.live_vital_grants >= ceilings.VITAL_GRANTS
    return Reason.TOO_MANY_VITAL_GRANTS if full else None

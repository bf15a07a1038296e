"""What a new grant must be (GDPR 4(11), 6, 7, 8, 9, 13).

1. Its purpose is on the list; a purpose without an organisation is asked for by the
   person, every other one by a member, or by the person where a member opened a link for it.
2. It is a draft: pending, unconfirmed, of this subject, organisation and purpose.
3. Its basis and condition are the purpose's, and one of the two pairs.
4. Consent is not asked for in an uneven relationship, nor used as vital interests.
5. The age was asked. Below the age of consent a guardian gives the grant on the
   guardian's contact, with a second signer and no longer than the minority lasts;
   from that age on nobody else decides. Who asks about themselves is asked for no age
   (GDPR 5(1)(c), 12(6)).
6. The person's residence is in the purpose's territories, if it has any.
7. Its window is open some time ahead and within the purpose's retention (and the days of the
   link that it is asked for by), counted from
   its start or from now, whichever is earlier: a notice that is sent again is for the
   same window.
8. A notice goes with it.
9. One contact stands for one adult and up to five dependants; who asks about themselves
   may share it, or have somebody with a mandate write from it.
10. Vital interests: one instrument for one named person, by its SHA-256 and behind no
    other grant, two signers, at most ten at once, reviewed in 72 hours; age and contact
    are then not the person's to give.
11. A source that it names belongs to the organisation.
"""

from datetime import datetime, timedelta

from licet.consent import ceilings
from licet.consent.age import consent_age
from licet.consent.alone import alone
from licet.consent.basis import UNEVEN, paired
from licet.consent.evidence import unfit
from licet.consent.reasons import Reason
from licet.consent.rules.governed import two_signers
from licet.terms.basis import LegalBasis
from licet.terms.grant import Grant, GrantState
from licet.terms.permit import Action, Ask, By, Facts

_DAYS_A_YEAR = 366


def purpose_known(ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """1. The purpose asked for is on the list."""
    if facts.purpose is None or facts.purpose.id != ask.purpose:
        return Reason.UNKNOWN_PURPOSE
    return None


def purpose_asked_by(ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """1. The purpose is asked for by the one whom it belongs to."""
    alone = facts.purpose is not None and facts.purpose.without_organisation
    if alone and (ask.by is not By.SUBJECT or ask.organisation is not None):
        return Reason.PURPOSE_WITHOUT_ORGANISATION
    invited = ask.by is By.MEMBER or facts.link is not None
    if not alone and (not invited or ask.organisation is None):
        return Reason.PURPOSE_NEEDS_ORGANISATION
    return None


def draft(ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """2. The grant is a draft of what is asked for."""
    grant = facts.grant
    if grant is None or (ask.grant is not None and grant.id != ask.grant):
        return Reason.NO_GRANT
    if grant.organisation != ask.organisation or grant.source != ask.source:
        return Reason.NOT_A_DRAFT
    if grant.state is not GrantState.PENDING or grant.confirmed_at is not None or grant.captured:
        return Reason.NOT_A_DRAFT
    return None


def basis_is_the_purposes(_ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """3. Basis and condition equal the purpose's."""
    grant, purpose = facts.grant, facts.purpose
    if grant is None or purpose is None or grant.purpose != purpose.id:
        return Reason.UNKNOWN_PURPOSE
    same = (grant.basis, grant.condition) == (purpose.basis, purpose.condition)
    return None if same and paired(grant.basis, grant.condition) else Reason.WRONG_BASIS


def relationship_free(_ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """4. The person can say no. Rights of the person alone need no freedom to ask."""
    if facts.grant is None:
        return Reason.NO_GRANT
    asked_by_somebody = facts.grant.organisation is not None
    uneven = facts.grant.relationship in UNEVEN
    return Reason.UNEVEN_RELATIONSHIP if asked_by_somebody and uneven else None


def age_of_consent(ask: Ask, facts: Facts, now: datetime) -> Reason | None:
    """5. Who is below the age of consent has a guardian; who is not, has none."""
    grant, subject = facts.grant, facts.subject
    if grant is None or subject is None:
        return Reason.NO_GRANT
    if _vital(grant) or alone(grant):
        return None
    if facts.subject_age is None:
        # Asked once for all, before the grant exists; held again wherever it is read again.
        return Reason.AGE_NOT_ASKED if ask.action is Action.GRANT else None
    if facts.subject_age < consent_age(subject.residence, now.date()):
        guarded = grant.guardian and subject.dependant
        return None if guarded else Reason.MINOR_WITHOUT_GUARDIAN
    if grant.guardian:
        return Reason.GUARDIAN_FOR_ADULT
    return Reason.ADULT_AS_DEPENDANT if subject.dependant else None


def guardian_signed(ask: Ask, facts: Facts, now: datetime) -> Reason | None:
    """5. A guardian's grant that a member asks for has an approval of its own."""
    guarded = facts.grant is not None and facts.grant.guardian
    return two_signers(ask, facts, now) if guarded and ask.by is By.MEMBER else None


def territory_open(_ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """6. The purpose is open where the person lives; unknown is not open."""
    if facts.purpose is None or facts.purpose.territories is None:
        return None
    home = None if facts.subject is None else facts.subject.residence
    return None if home in facts.purpose.territories else Reason.OUTSIDE_TERRITORIES


def window(ask: Ask, facts: Facts, now: datetime) -> Reason | None:
    """7. The window is ahead, within the retention, and within a child's minority."""
    grant, purpose, subject = facts.grant, facts.purpose, facts.subject
    if grant is None or purpose is None or subject is None:
        return Reason.NO_GRANT
    if not grant.not_before < grant.expires or grant.expires <= now:
        return Reason.BAD_WINDOW
    longest = min(timedelta(days=purpose.retention_days), ceilings.GRANT_TERM)
    if _vital(grant):
        longest = min(longest, ceilings.VITAL_TERM)
    if facts.link is not None and ask.by is By.SUBJECT:
        longest = min(longest, timedelta(days=facts.link.days))
    if grant.expires - min(grant.not_before, now) > longest:
        return Reason.BEYOND_RETENTION
    if not grant.guardian or facts.subject_age is None:
        return None
    # The age is today's, so what is left of the childhood counts from today.
    years = max(consent_age(subject.residence, now.date()) - facts.subject_age, 0)
    left = timedelta(days=min(years * _DAYS_A_YEAR, ceilings.GRANT_TERM.days))
    return Reason.BEYOND_RETENTION if grant.expires - now > left else None


def notice_named(_ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """8. The notice that is shown is named by its digest."""
    named = facts.grant is not None and facts.grant.notice.strip()
    return None if named else Reason.NO_NOTICE


def contact_free(_ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """9. The contact has room for one more. Counts leave this person out."""
    if facts.subject is None or facts.grant is None:
        return None
    if _vital(facts.grant) or alone(facts.grant):
        return None
    counts = facts.counts
    if facts.subject.dependant:
        full = counts.dependants_on_contact >= ceilings.DEPENDANTS_ON_CONTACT
        return Reason.TOO_MANY_DEPENDANTS if full else None
    taken = counts.adults_on_contact >= ceilings.ADULTS_ON_CONTACT
    return Reason.CONTACT_TAKEN if taken else None


def vital(ask: Ask, facts: Facts, now: datetime) -> Reason | None:
    """10. One instrument, one named person, few at once, and two signers."""
    if facts.grant is None or not _vital(facts.grant):
        return None
    if facts.subject is None or not facts.subject.sealed_identity:
        return Reason.PERSON_NOT_NAMED
    if not ask.evidence.strip():
        return Reason.NO_INSTRUMENT
    if facts.counts.live_vital_grants >= ceilings.VITAL_GRANTS:
        return Reason.TOO_MANY_VITAL_GRANTS
    return unfit(ask, facts) or two_signers(ask, facts, now)


def source_of_organisation(ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """11. A source that the grant names is the organisation's own."""
    if facts.grant is None or facts.grant.source is None:
        return None
    source = facts.source
    if source is None or source.id != facts.grant.source:
        return Reason.NO_SOURCE
    return None if source.organisation == ask.organisation else Reason.NO_SOURCE


def _vital(grant: Grant) -> bool:
    return grant.basis is LegalBasis.VITAL_INTERESTS

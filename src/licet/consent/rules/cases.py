"""Cases: searching, reviewing and showing (GDPR 5(1)(b)-(d), 22, 25(2)).

1. The case is known, the organisation's own, and open.
2. Its purpose is on the list, is the one asked for, and is one that organisations
   search under; a grant used under it was given for that purpose.
3. A two-sided purpose needs the live grant of the person for whom one searches.
4. It carries its purpose's approvals, signed by members other than who searches.
   Only in a sandbox may the signatures be absent.
5. The probe is evidence of the case.
6. Ceilings: searches a member a day, uses of a probe, people in a case.
7. The FPIR is stated and at most the ceiling for searching.
8. Who searched does not verify.
9. A member is shown pictures of somebody whom a search in that case found.

The data subject needs no case: they search with their own live grant, in their own
appearances alone. There is no urgent flag: nothing here reads one.
"""

from datetime import datetime

from licet.consent import ceilings
from licet.consent.reasons import Reason
from licet.consent.rules.kept import grant_known, grant_live, subject_known
from licet.terms.basis import Searchers
from licet.terms.organisation import CaseState
from licet.terms.permit import Action, Ask, By, Facts


def case_open(ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """1. A member acts within an open case of the organisation."""
    if ask.by is not By.MEMBER:
        return None
    case = facts.case
    if case is None or case.id != ask.case or case.organisation != ask.organisation:
        return Reason.NO_CASE
    return None if case.state is CaseState.OPEN else Reason.CASE_CLOSED


def purpose_of_case(ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """2. The purpose is on the list, the case's, and one that organisations search under."""
    if ask.by is not By.MEMBER:
        return None
    purpose, case = facts.purpose, facts.case
    if purpose is None or (ask.purpose is not None and purpose.id != ask.purpose):
        return Reason.UNKNOWN_PURPOSE
    if case is None or case.purpose != purpose.id:
        return Reason.PURPOSE_NOT_THE_CASES
    subject_only = purpose.searchers is not Searchers.ORGANISATION
    return Reason.SUBJECT_ONLY_PURPOSE if subject_only else None


def purpose_of_grant(ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """2. A grant that is used was given for the purpose it is used for."""
    if facts.grant is None:
        return Reason.NO_GRANT
    if ask.by is not By.MEMBER:
        same = ask.purpose is None or ask.purpose == facts.grant.purpose
    else:
        same = facts.case is not None and facts.case.purpose == facts.grant.purpose
    return None if same else Reason.PURPOSE_NOT_THE_GRANTS


def own_grant(ask: Ask, facts: Facts, now: datetime) -> Reason | None:
    """3. The person, or the person for whom one searches, has a live grant for this."""
    two_sided = facts.purpose is not None and facts.purpose.two_sided
    if ask.by is By.MEMBER and not two_sided:
        return None
    for rule in (grant_known, subject_known, purpose_of_grant, grant_live):
        found = rule(ask, facts, now)
        if found is not None:
            return found
    nobodys = facts.grant is not None and facts.grant.organisation is None
    return Reason.PURPOSE_WITHOUT_ORGANISATION if nobodys else None


def approved(ask: Ask, facts: Facts, now: datetime) -> Reason | None:
    """4. The case carries its approvals."""
    if ask.by is not By.MEMBER:
        return None
    if facts.purpose is None or facts.case is None:
        return Reason.CASE_NOT_APPROVED
    searcher = None if ask.action is Action.SEARCH else facts.searched_by
    members = {
        approval.member
        for approval in facts.approvals
        if approval.case == facts.case.id
        and approval.at <= now
        and (approval.signature or facts.readiness.sandbox)
    }
    enough = len(members - {searcher or ask.member}) >= facts.purpose.approvals
    return None if enough else Reason.CASE_NOT_APPROVED


def probe_is_evidence(ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """5. The probe is evidence of the case."""
    if ask.by is not By.MEMBER:
        return None
    filed = facts.case is not None and ask.evidence.strip() and ask.evidence in facts.case.evidence
    return None if filed else Reason.EVIDENCE_NOT_OF_CASE


def within_ceilings(ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """6. Searches a day, uses of the probe and people in the case. Counts leave this out."""
    if ask.by is not By.MEMBER:
        return None
    counts = facts.counts
    if counts.searches_today >= ceilings.SEARCHES_A_DAY:
        return Reason.TOO_MANY_SEARCHES
    if counts.probe_uses_in_case >= ceilings.PROBE_USES_A_CASE:
        return Reason.PROBE_USED_UP
    cap = 0 if facts.case is None else min(facts.case.cap, ceilings.SUBJECTS_A_CASE)
    return Reason.TOO_MANY_SUBJECTS if counts.subjects_in_case >= cap else None


def fpir_for_searching(ask: Ask, _facts: Facts, _now: datetime) -> Reason | None:
    """7. The FPIR is stated and not above what a search may promise."""
    if ask.fpir is None:
        return None if ask.action is not Action.SEARCH else Reason.FPIR_NOT_STATED
    return None if 0 < ask.fpir <= ceilings.FPIR_SEARCH else Reason.FPIR_ABOVE_CEILING


def not_the_searcher(ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """8. Who searched does not verify."""
    if facts.searched_by is None:
        return Reason.NO_SEARCH
    return Reason.SEARCHER_MAY_NOT_VERIFY if facts.searched_by == ask.member else None


def found_in_case(ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """9. A search in the case found this person."""
    return Reason.NOT_A_CANDIDATE if ask.by is By.MEMBER and not facts.found_in_case else None

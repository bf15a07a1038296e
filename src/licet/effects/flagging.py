"""What an honest case seldom looks like, told to who watches over the deployment.

A flag refuses nothing. It says, early enough and to somebody who did not do it, that one case
number may stand for people who have nothing to do with each other, or that a case was opened
to go on searching (GDPR 24(1), 39(1)(b)): there is time to ask before a ceiling stops it.
"""

from datetime import timedelta

from licet.app import App
from licet.consent.ceilings import PEOPLE_FLAGGED, SEARCHES_A_DAY
from licet.effects.alerting import alert
from licet.store.unit import Reader, Unit
from licet.terms.governing import CaseWish
from licet.terms.ids import CaseId, MemberId
from licet.terms.letters import AlertKind

DAY = timedelta(days=1)


def flag_search(app: App, unit: Unit, case: CaseId, tag: bytes, member: MemberId | None) -> None:
    """Tell, once each, of a case's third person and of a member's last search of a day.

    Within the unit that keeps the search, after its entry; ``tag`` is its probe's.
    """
    anew = unit.searches.probe_uses(case, tag) == 1
    if anew and unit.searches.subjects_in_case(case) == PEOPLE_FLAGGED:
        alert(app, unit, AlertKind.CASE_OF_MANY, case)
    if member and unit.searches.count_by_member(member, unit.now - DAY) == SEARCHES_A_DAY:
        alert(app, unit, AlertKind.SEARCHES_MANY, case)


def rests_on_others(reader: Reader | Unit, wish: CaseWish) -> bool:
    """Say whether evidence of a new case is another case's already.

    A probe is used so many times in a case; the same photo in a second case begins anew.
    """
    cases = reader.governance.cases(wish.organisation)
    return any(wish.evidence & one.evidence for one in cases)


def flag_case(app: App, unit: Unit, case: CaseId) -> None:
    """Tell of a case that rests on the evidence of another, within the unit that opens it."""
    alert(app, unit, AlertKind.EVIDENCE_AGAIN, case)

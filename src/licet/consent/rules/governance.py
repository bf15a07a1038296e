"""Governing: who may let others act here (GDPR 24, 28(3), 29, 32(4)).

1. Organisations and members are added by two members of the controller.
2. A case is opened for a purpose on the list that organisations search under.
3. A case is approved while it is open, by a member of its organisation.
4. A source is ceased by a steward of its organisation, agreement or no agreement:
   nothing stands in the way of stopping.
"""

from datetime import datetime

from licet.consent.reasons import Reason
from licet.terms.basis import Searchers
from licet.terms.organisation import OrganisationKind
from licet.terms.permit import Ask, Facts


def controllers(_ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """1. The acting member's organisation is the controller."""
    organisation = facts.organisation
    if organisation is None or organisation.kind is not OrganisationKind.CONTROLLER:
        return Reason.NOT_THE_CONTROLLER
    return None


def searched_by_organisations(_ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """2. The purpose of a case is one that organisations search under."""
    if facts.purpose is None:
        return Reason.UNKNOWN_PURPOSE
    open_to = facts.purpose.searchers is Searchers.ORGANISATION
    return None if open_to else Reason.SUBJECT_ONLY_PURPOSE

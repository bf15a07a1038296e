"""For whom else somebody asks: who pays for a search done by another is known by name."""

from licet.terms.ids import OrganisationId
from licet.terms.permit import Ask, Facts


def behind(ask: Ask, facts: Facts) -> OrganisationId | None:
    """Return the other organisation that a case is, or would be, opened for; None for nobody."""
    return ask.on_behalf_of or (facts.case.on_behalf_of if facts.case else None)

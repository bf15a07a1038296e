"""Who asks, a second time: agreements, signatures and open cases, written from the design."""

from licet.terms.ids import OrganisationId
from licet.terms.organisation import Agreement, CaseState, Member, MemberState, Role
from licet.terms.permit import Action, Ask, Facts
from tests.consent.world import NOW

OFFICE = {Role.STEWARD, Role.DATA_PROTECTION_OFFICER}


def agreed(ask: Ask, facts: Facts) -> bool:
    """Say whether the organisation's agreement is in force, and one's on whose behalf it asks."""
    other = ask.on_behalf_of or (facts.case.on_behalf_of if facts.case else None)
    through = ask.action in {Action.OPEN_CASE, Action.SEARCH} and other is not None
    own = _in_force(facts.agreement, ask.organisation)
    return own and (not through or _in_force(facts.behind, other))


def _in_force(agreement: Agreement | None, organisation: OrganisationId | None) -> bool:
    return (
        agreement is not None
        and agreement.organisation == organisation
        and bool(agreement.digest.strip())
        and agreement.valid_from <= NOW
        and agreement.valid_to > NOW
    )


def signed(ask: Ask, facts: Facts) -> list[Member]:
    """Return those whose signatures count."""
    return [
        one
        for one in facts.signers
        if one.organisation == ask.organisation
        and one.state is MemberState.ACTIVE
        and (len(one.public_key) == 32 or facts.readiness.sandbox)
    ]


def two(ask: Ask, facts: Facts) -> bool:
    """Say whether two signed, the acting one among them."""
    those = signed(ask, facts)
    people = {one.id for one in those}
    keys = {one.public_key for one in {one.id: one for one in those}.values()}
    enough = len(people) >= 2 and (facts.readiness.sandbox or len(keys) >= 2)
    return enough and ask.member in people


def sha256(text: str) -> bool:
    """Say whether a text names a document by its digest."""
    return len(text) == 64 and set(text) <= set("0123456789abcdef")


def open_case(ask: Ask, facts: Facts) -> bool:
    """Say whether it is an open case of this organisation."""
    case = facts.case
    return (
        case is not None
        and case.id == ask.case
        and case.organisation == ask.organisation
        and case.state is CaseState.OPEN
    )

"""Links, a second time: how narrow they are and who comes by them, written from the design."""

from datetime import timedelta

from licet.terms.basis import LegalBasis, Searchers
from licet.terms.permit import Ask, Facts
from licet.terms.source import SourceState
from tests.consent.lawful_who import agreed
from tests.consent.world import NOW


def narrow(ask: Ask, facts: Facts) -> bool:
    """Say whether a link is for one source, a purpose of the person's own, days and people."""
    link, purpose, where = facts.link, facts.purpose, facts.source
    if link is None or purpose is None or where is None:
        return False
    return (
        purpose.searchers is Searchers.SUBJECT_ONLY
        and purpose.basis is LegalBasis.CONSENT
        and not purpose.without_organisation
        and link.organisation == ask.organisation
        and link.source == where.id
        and link.purpose == purpose.id
        and bool(purpose.source_purposes & where.origin.purposes)
        and link.expires <= link.opened_at + timedelta(days=30)
        and link.days in range(1, 31)
        and link.most in range(1, 501 if link.presence else 51)
    )


def by_link(ask: Ask, facts: Facts) -> bool:
    """Say whether somebody may ask for a grant of their own by a link."""
    link, grant, where = facts.link, facts.grant, facts.source
    if link is None or grant is None or where is None:
        return False
    known = facts.organisation is not None and facts.organisation.id == ask.organisation
    today = link.today if link.on == NOW.date().isoformat() else 0
    return (
        known
        and agreed(ask, facts)
        and link.organisation == ask.organisation
        and link.source == ask.source
        and link.purpose == ask.purpose
        and where.state is SourceState.AUTHORISED
        and link.closed_at is None
        and link.expires > NOW
        and link.joined < link.most
        and today < 200
        and grant.expires <= min(grant.not_before, NOW) + timedelta(days=link.days)
        and (facts.seen or not (link.presence or grant.guardian))
    )

"""What a link may be by which people ask for a grant themselves (GDPR 5(1)(c), 7, 25(2)).

1. A link is for one source and for a purpose under which only the person searches, by
   consent, that the source's origin is compatible with. It closes by itself, and what is given
   by it ends, within a month; it is for some hundreds of people at most, and for few of them
   where nobody looks who comes.
2. Somebody asks by a link of this very organisation, source and purpose, under its agreement,
   while it is open and its source is authorised.
3. No more people than it is for, nor more in a day than people can come to a desk.
4. Where the link asks for presence, and always for a child, a member saw the person.
"""

from datetime import datetime

from licet.consent import ceilings
from licet.consent.purposes import fits
from licet.consent.reasons import Reason
from licet.consent.rules.governed import organisation_always
from licet.terms.album import AlbumLink
from licet.terms.basis import LegalBasis, Searchers
from licet.terms.permit import Ask, By, Facts
from licet.terms.source import SourceState


def link_in_bounds(ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """1. The link is narrow: one source, one purpose of the person's own, days and people."""
    link, purpose, source = facts.link, facts.purpose, facts.source
    if link is None or purpose is None or source is None:
        return Reason.LINK_TOO_WIDE
    own = purpose.searchers is Searchers.SUBJECT_ONLY and not purpose.without_organisation
    theirs = (link.organisation, link.source, link.purpose) == (
        ask.organisation,
        source.id,
        purpose.id,
    )
    compatible = fits(purpose, source.origin.purposes)
    if not (own and theirs and compatible and purpose.basis is LegalBasis.CONSENT):
        return Reason.LINK_TOO_WIDE
    longest = ceilings.LINK_TERM
    brief = link.expires - link.opened_at <= longest and 1 <= link.days <= longest.days
    most = ceilings.LINK_PEOPLE if link.presence else ceilings.LINK_UNSEEN
    return None if brief and 1 <= link.most <= most else Reason.LINK_TOO_WIDE


def by_link(ask: Ask, facts: Facts, now: datetime) -> Reason | None:
    """2. Somebody asks for a grant of their own by a link that is open to them."""
    link, grant = facts.link, facts.grant
    if ask.by is not By.SUBJECT or link is None or ask.organisation is None:
        return None
    found = organisation_always(ask, facts, now) or _open(ask, facts, link, now)
    if found is not None:
        return found
    if grant is None:
        return Reason.NO_GRANT
    unseen = (link.presence or grant.guardian) and not facts.seen
    return Reason.NOT_SEEN if unseen else None


def _open(ask: Ask, facts: Facts, link: AlbumLink, now: datetime) -> Reason | None:
    asked = (ask.organisation, ask.source, ask.purpose)
    if (link.organisation, link.source, link.purpose) != asked:
        return Reason.LINK_OVER
    source = facts.source
    if source is None or source.state is not SourceState.AUTHORISED:
        return Reason.LINK_OVER
    if link.closed_at is not None or now >= link.expires:
        return Reason.LINK_OVER
    today = link.joined_on(now.date()) >= ceilings.LINK_A_DAY
    return Reason.LINK_FULL if today or link.joined >= link.most else None

"""What of a grant may be used now (GDPR 4(11), 7, 18).

``standing`` names the first thing that is in the way, in this order:

1. the person is known: not blocked, erasing or erased;
2. the grant is active: not pending, restricted, ending or ended;
3. the notice was delivered;
4. an act stands behind it: the person's own for consent, two members' otherwise;
5. no block covers it;
6. its window is open: ``not_before <= now < expires``.

A grant is *live* when nothing is in the way. The gallery's slot holds 1 to 5 as
one word, and the window beside it, so that time alone can end what may be found.
"""

from collections.abc import Iterable
from datetime import datetime

from licet.consent.reasons import Reason
from licet.consent.territory import grant_blocked, ties
from licet.terms.gallery import Slot
from licet.terms.grant import Grant, GrantState, Subject, SubjectState
from licet.terms.permit import Block

_SUBJECT = {
    SubjectState.KNOWN: None,
    SubjectState.BLOCKED: Reason.SUBJECT_BLOCKED,
    SubjectState.ERASING: Reason.SUBJECT_ERASING,
    SubjectState.ERASED: Reason.SUBJECT_ERASED,
}

_GRANT = {
    GrantState.PENDING: Reason.GRANT_PENDING,
    GrantState.ACTIVE: None,
    GrantState.RESTRICTED: Reason.GRANT_RESTRICTED,
    GrantState.ENDING: Reason.GRANT_ENDING,
    GrantState.ENDED: Reason.GRANT_ENDED,
}


def live(grant: Grant, subject: Subject, blocks: Iterable[Block], now: datetime) -> bool:
    """Say whether the grant may be used now."""
    return standing(grant, subject, blocks, now) is None


def slot(grant: Grant, subject: Subject, blocks: Iterable[Block]) -> Slot:
    """Return what the gallery must know of the grant."""
    return Slot(
        grant=grant.id,
        subject=grant.subject,
        organisation=grant.organisation,
        purpose=grant.purpose,
        source=grant.source,
        territories=ties(grant, subject),
        usable=in_the_way(grant, subject, blocks) is None,
        not_before=grant.not_before,
        expires=grant.expires,
    )


def standing(
    grant: Grant, subject: Subject, blocks: Iterable[Block], now: datetime
) -> Reason | None:
    """Return what keeps the grant from being used now, or None when it is live."""
    found = in_the_way(grant, subject, blocks)
    if found is not None:
        return found
    if now < grant.not_before:
        return Reason.GRANT_NOT_YET
    return Reason.GRANT_EXPIRED if now >= grant.expires else None


def in_the_way(grant: Grant, subject: Subject, blocks: Iterable[Block]) -> Reason | None:
    """Return what keeps the grant from being used at any time, or None."""
    if grant.subject != subject.id:
        return Reason.NO_GRANT
    found = subject_free(subject) or _GRANT[grant.state]
    if found is not None:
        return found
    if grant.notice_delivered_at is None:
        return Reason.NOTICE_NOT_DELIVERED
    if grant.confirmed_at is None:
        return Reason.GRANT_NOT_CONFIRMED
    return Reason.BLOCKED if grant_blocked(grant, subject, blocks) else None


def subject_free(subject: Subject) -> Reason | None:
    """Return what keeps the person's data from being used, or None."""
    return _SUBJECT[subject.state]

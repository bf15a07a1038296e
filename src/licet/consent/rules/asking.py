"""Who asks about themselves with a photo (GDPR 5(1)(c), 12(6), 15).

1. Behind the grant stands an open request of that very person.
2. Only a request for access needs a photo; for everything else a name and a contact do.
3. The grant becomes live, and its photo a reference, once the contact was proved theirs
   and a human accepted that the photo is: having somebody's photo proves nothing. Another
   photo is another grant, and looked at anew.
4. What was accepted is all: nothing is added to it later.
"""

from datetime import datetime

from licet.consent.alone import alone
from licet.consent.reasons import Reason
from licet.terms.permit import Action, Ask, Facts
from licet.terms.rights import RightKind


def request_behind(ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """1. There is an open request for access of this person."""
    if not alone(facts.grant):
        return None
    request = facts.request
    if request is None or facts.subject is None or request.subject != facts.subject.id:
        return Reason.NO_REQUEST
    if not request.is_open or (ask.action is not Action.GRANT and request.grant != ask.grant):
        return Reason.NO_REQUEST
    return None if request.kind is RightKind.ACCESS else Reason.PHOTO_NOT_NEEDED


def photo_accepted(ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """3. The contact was proved, a human accepted the photo, and it is the only one."""
    if facts.grant is None or not alone(facts.grant):
        return None
    request = facts.request
    if request is None or request.channel_proved_at is None:
        return Reason.CHANNEL_NOT_PROVED
    if request.identity_accepted_at is None:
        return Reason.PHOTO_NOT_ACCEPTED
    again = ask.action is Action.ENROL and facts.grant.captured
    return Reason.PHOTO_IN_USE if again else None

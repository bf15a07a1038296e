"""The refusals: one table from reason to article, sentence and what would change it.

The sentences are for people and hold no personal data. Objects that do not exist and objects of
somebody else give the same reason, so that a refusal tells nobody who is known.
"""

from licet.consent import grounds_orders, grounds_people, grounds_places
from licet.consent.ground import Ground
from licet.consent.reasons import Reason
from licet.terms.permit import Action, Refusal

GROUNDS: dict[Reason, Ground] = {
    **grounds_people.GROUNDS,
    **grounds_places.GROUNDS,
    **grounds_orders.GROUNDS,
}
"""Every reason's ground, in the order of the reasons."""


def refuse(action: Action, reason: Reason) -> Refusal:
    """Return the refusal of ``action`` for ``reason`` with its article and remedy."""
    ground = GROUNDS[reason]
    return Refusal(action, reason.value, ground.article, ground.says, ground.would_change)

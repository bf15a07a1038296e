"""Which access requests an authority's order lets wait no longer."""

from datetime import datetime, timedelta
from typing import Final

from licet.effects.carrying.demands import Demand, demands
from licet.effects.reaching import ANSWERED_FIRST, reached
from licet.store.unit import Reader, Unit
from licet.terms.rights import Request

HURRIED: Final = timedelta(days=7)
"""So long before an order's own deadline requests are answered with whatever there is."""


def is_hastened(reader: Reader | Unit, request: Request) -> bool:
    """Say whether an order lets a request wait no longer: its own deadline is a week away.

    Two members confirmed it: by a paper that one of them made up alone, with a day that is
    over, everybody who waits would be answered with less than there is.
    """
    if request.kind not in ANSWERED_FIRST:
        return False
    person = reader.subjects.get(request.subject)
    if person is None:
        return False
    confirmed = (one for one in demands(reader) if one.confirmed)
    near = [one for one in confirmed if _is_near(one, reader.now)]
    return any(reached(reader, one.order.scope, person) for one in near)


def _is_near(demand: Demand, now: datetime) -> bool:
    return demand.due is not None and now >= demand.due - HURRIED

"""Which grants' rows a legal hold keeps at this moment (GDPR 17(3)(e))."""

from collections.abc import Iterable

from licet.store.unit import Reader, Unit
from licet.terms.errors import Busy
from licet.terms.ids import GrantId


def held_grants(reader: Reader | Unit) -> frozenset[GrantId]:
    """Return the grants whose rows a legal hold keeps now."""
    holds = reader.holds.in_force(reader.now)
    return frozenset(grant for hold in holds for grant in hold.grants)


def require_unheld(unit: Unit, grants: Iterable[GrantId]) -> None:
    """Raise ``Busy`` when a hold was placed since the plan last looked: it waits then."""
    if not held_grants(unit).isdisjoint(grants):
        raise Busy("a legal hold was placed meanwhile", "What it does not name goes on.")

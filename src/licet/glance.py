"""A glance: how far the ledger is, who saw it, and how much a member may still search today.

Nothing here tells of anybody: sizes of what is public, and a member's own count.
"""

from dataclasses import dataclass
from datetime import timedelta

from licet.app import App
from licet.consent.ceilings import SEARCHES_A_DAY
from licet.consent.registers import CONTROLLERS, READERS, reads_all
from licet.effects.witnessing import what_was_seen
from licet.store.unit import Reader
from licet.terms.ids import MemberId, SourceId
from licet.terms.organisation import MemberState, OrganisationKind
from licet.terms.permit import Register
from licet.terms.plan import RunKind

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Reads:
    """What is a member's to read: registers, and whether they answer for the deployment."""

    registers: frozenset[Register] = frozenset()
    oversees: bool = False


@dataclass(frozen=True, slots=True)
class Glance:
    """How things stand for one member.

    ``searches`` of ``searches_most`` were made by them in the last 24 hours. ``root`` is the
    hash (hex) over ``entries``, as it was signed last, empty before; ``witnesses`` is how many
    of those named saw it.
    """

    searches: int
    searches_most: int
    entries: int
    root: str
    witnesses: int

    @property
    def left_today(self) -> int:
        """How many searches are left."""
        return max(self.searches_most - self.searches, 0)


def glance(app: App, member: MemberId) -> Glance:
    """Return how things stand for a member who is known. It changes nothing."""
    latest = app.tiles.latest()
    seen = sum(one.size is not None and not one.alarm for one in what_was_seen(app))
    with app.store.read() as reader:
        return Glance(
            searches=reader.searches.count_by_member(member, reader.now - DAY),
            searches_most=SEARCHES_A_DAY,
            entries=reader.head.size,
            root=latest.root.hex() if latest else "",
            witnesses=seen,
        )


def being_read(app: App) -> frozenset[SourceId]:
    """Return the sources that somebody's walk is in at this moment."""
    with app.store.read() as reader:
        walks = reader.runs.open(RunKind.COLLECT)
        now = reader.now
    return frozenset(one.source for one in walks if one.lease_until and one.lease_until > now)


def reads(app: App, member: MemberId) -> Reads:
    """Return what is a member's to read, so that no door offers what a flow would refuse.

    It opens nothing: each flow decides for itself.
    """
    with app.store.read() as reader:
        return _reads(reader, member)


def _reads(reader: Reader, member_id: MemberId) -> Reads:
    member = reader.governance.member(member_id)
    organisation = reader.governance.organisation(member.organisation) if member else None
    if member is None or organisation is None or member.state is not MemberState.ACTIVE:
        return Reads()
    controller = organisation.kind is OrganisationKind.CONTROLLER
    registers = frozenset(
        register
        for register, roles in READERS.items()
        if roles & member.roles and (controller or register not in CONTROLLERS)
    )
    return Reads(registers, reads_all(organisation, member))

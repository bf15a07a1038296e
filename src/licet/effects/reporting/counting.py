"""What a report says of use: counted from the ledger's entries, never from rows."""

from bisect import bisect_left

from licet.app import App
from licet.ledger.report import OrganisationUses, ReportStatement
from licet.ledger.usage import Period, Tally, month, year
from licet.store.unit import Reader, Unit
from licet.terms.errors import BadInput, NotFound
from licet.terms.ids import OrganisationId
from licet.terms.ledger import Leaf
from licet.terms.reporting import ReportKind, ReportWish, Section


def period_of(reader: Reader | Unit, wish: ReportWish) -> Period | None:
    """Return the period that is told of, None where none is.

    Raises ``BadInput`` for a period that is none, or did not begin, ``NotFound`` for an
    organisation that is not there.
    """
    if wish.kind not in (ReportKind.USAGE, ReportKind.ANNUAL):
        return None
    found = month(wish.period) if wish.kind is ReportKind.USAGE else year(wish.period)
    if found.start > reader.now:
        raise BadInput(f"{found.text} has not begun", "Name a period that has.")
    if wish.kind is ReportKind.USAGE:
        known = wish.organisation and reader.governance.organisation(wish.organisation)
        if not known:
            raise NotFound("there is no such organisation", "See `licet org list`.")
    return found


def tally_of(wish: ReportWish, period: Period | None) -> Tally | None:
    """Return what counts for this report, None where nothing is counted."""
    return None if period is None else Tally(period, wish.organisation)


def count(reader: Reader | Unit, tally: Tally | None, start: int) -> int:
    """Count the entries from number ``start`` on; returns how many there are in all.

    Entries are in the order of their moments, so what lies before the period is skipped:
    a month of a ledger of many years is read alone.
    """
    size = reader.head.size
    if tally is None:
        return size
    wanted = range(start, size)
    first = bisect_left(wanted, True, key=lambda index: tally.begins(_leaf(reader, index)))
    for leaf in reader.leaves.iterate(start + first):
        tally.take(leaf)
    return size


def _leaf(reader: Reader | Unit, index: int) -> Leaf:
    return reader.leaves.get(index, index + 1)[0]


def stated(
    app: App,
    unit: Unit,
    wish: ReportWish,
    tally: Tally | None,
    sections: tuple[Section, ...],
) -> ReportStatement:
    """Return what the report says, within the unit whose entry commits to it."""
    uses: tuple[OrganisationUses, ...] = ()
    annual = wish.kind is ReportKind.ANNUAL
    if tally is not None and wish.organisation is not None:
        uses = (_named(unit, tally, wish.organisation),)
    elif tally is not None:
        uses = tuple(_named(unit, tally, OrganisationId(one)) for one, _ in tally.everybody())
    return ReportStatement(
        kind=wish.kind,
        controller=app.deployment.controller,
        period=wish.period or unit.now.date().isoformat(),
        through=unit.head.size,
        sandbox=app.deployment.sandbox,
        organisations=uses,
        kinds=tally.kinds() if tally is not None and annual else (),
        told=tally.told() if tally is not None and annual else (),
        sections=sections,
    )


def _named(unit: Unit, tally: Tally, organisation: OrganisationId) -> OrganisationUses:
    known = unit.governance.organisation(organisation)
    name = known.name if known else organisation
    return OrganisationUses(organisation, name, tally.uses(organisation))

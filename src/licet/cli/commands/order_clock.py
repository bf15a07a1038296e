"""``licet order clock``: what is overdue, and what it costs; registered by ``order.py``."""

from pathlib import Path
from typing import Annotated

import typer

from licet.cli import files, names, signing
from licet.cli.call import Call
from licet.cli.output import Answer, Grid, count
from licet.terms.clock import Clock, OrderClock
from licet.terms.errors import BadInput
from licet.terms.money import Money, read_money
from licet.terms.permit import Refusal

HEADINGS = (
    "authority",
    "reference",
    "state",
    "next due",
    "left",
    "days over",
    "by the day",
    "owed",
    "order",
)


def clock(
    call: Call,
    *,
    by: Annotated[str, typer.Option(metavar="DAY", help="Reckon for this day.")] = "",
    turnover: Annotated[
        list[str] | None,
        typer.Option(metavar="AMOUNT", help="Last year's, for the highest fine: 900000000 EUR."),
    ] = None,
    chart: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw it too, as an SVG file.")
    ] = None,
) -> Answer | Refusal:
    """Say what is overdue and what it costs: today, or by a day if nothing more is done.

    Each day that began counts in full. What is only proposed binds nobody; an appeal stops
    no sum by itself. Amounts of two currencies are never added up.
    """
    from licet.rights.reckoning import on_day, reckon

    day = names.day(by, "the day").date() if by else None
    turnovers = _turnovers(turnover or [])
    with call.app() as licet:
        who = signing.who(call, licet, signing.listing(on_day(day)))
        found = reckon(licet, who, day, turnovers)
    if isinstance(found, Refusal):
        return found
    drawn = () if chart is None else (_drawn(found, chart),)
    rows = tuple(_row(one) for one in found.orders)
    red = frozenset(n for n, one in enumerate(found.orders) if one.late)
    grid = Grid(HEADINGS, rows, "There is no order.", red)
    return Answer(found, (grid, *_totals(found), *_highest(found), *drawn))


def _turnovers(words: list[str]) -> tuple[Money, ...]:
    found = tuple(read_money(word) for word in words)
    if len({one.currency for one in found}) < len(found):
        raise BadInput("a currency is given twice", "Give one turnover a currency.")
    return found


def _drawn(found: Clock, place: Path) -> str:
    from licet.effects.charting import chart

    files.write_new(place, chart(found).encode())
    return f"Drawn: {place}"


def _row(one: OrderClock) -> tuple[str, ...]:
    left = min((clause.left for clause in one.clauses if clause.done is None), default=None)
    return (
        one.authority,
        f"{one.reference} v{one.version}",
        one.state.value if one.counts else f"{one.state.value}, counts nothing",
        one.due.isoformat() if one.due else "",
        _left(left) if one.counts else "",
        str(one.days) if one.counts else "",
        "" if one.accrued is None else f"{one.accrued}{' (all of it)' if one.at_cap else ''}",
        _amounts(one.owed),
        one.order,
    )


def _left(days: int | None) -> str:
    if days is None:
        return "met"
    return f"late by {count(-days, 'day')}" if days < 0 else str(days)


def _totals(found: Clock) -> tuple[str, ...]:
    each = tuple(
        f"  {one.authority}: {_amounts(one.amounts)} for {count(one.orders, 'order')}"
        for one in found.authorities
    )
    when = "today" if found.on == found.today else f"by {found.on.isoformat()}"
    return (f"Owed {when}: {_amounts(found.total) or 'nothing'}", *each)


def _highest(found: Clock) -> tuple[str, ...]:
    """Say what not following an order may cost at most, once for each regime."""
    most = {one.regime: one.most for one in found.orders if one.counts and one.most is not None}
    return tuple(
        f"At most, for not following an order ({regime}): {amount}"
        for regime, amount in sorted(most.items())
    )


def _amounts(amounts: tuple[Money, ...]) -> str:
    return " and ".join(str(one) for one in amounts)

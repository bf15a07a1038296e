"""What orders cost over time, as a picture that a page draws: where its lines and points lie."""

from dataclasses import dataclass
from datetime import date

from licet.effects.charting import apart
from licet.terms.clock import Clock, Exposure
from licet.terms.money import Money

WIDTH, HEIGHT = 320, 190
LEFT, RIGHT, TOP, BOTTOM = 54, 8, 12, 30
MOST_ROWS = 12
"""Days that the table beside a picture names: the last ones, where it came to what it is."""


@dataclass(frozen=True, slots=True)
class Rung:
    """A line across at an amount."""

    y: float
    amount: Money


@dataclass(frozen=True, slots=True)
class Chart:
    """One currency's course: ``points`` as SVG wants them, from the first day to the last.

    ``now`` is where today stands, None where it is no day of the picture. ``rows`` say the
    same in words, for who cannot see it.
    """

    lines: tuple[Rung, ...]
    points: str
    first: date
    last: date
    now: float | None
    rows: tuple[tuple[date, Money], ...]

    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    floor: int = HEIGHT - BOTTOM


def charts(clock: Clock) -> tuple[Chart, ...]:
    """Return a picture for each currency in which something was ever owed."""
    owed = [one for at in clock.course for one in at.amounts if one.minor]
    return tuple(_chart(clock, currency) for currency in sorted({one.currency for one in owed}))


def _chart(clock: Clock, currency: str) -> Chart:
    course = [(at.on, _in(at, currency)) for at in clock.course]
    first, last = course[0][0], course[-1][0]
    high = max(amount for _, amount in course)
    step = apart(high)
    top = max(-(-high // step), 1) * step
    days = max((last - first).days, 1)

    def x(day: date) -> float:
        return round(LEFT + (day - first).days / days * (WIDTH - LEFT - RIGHT), 1)

    def y(amount: int) -> float:
        return round(HEIGHT - BOTTOM - amount / top * (HEIGHT - TOP - BOTTOM), 1)

    return Chart(
        lines=tuple(Rung(y(one), Money(one, currency)) for one in range(0, top + 1, step)),
        points=" ".join(f"{x(day)},{y(amount)}" for day, amount in course),
        first=first,
        last=last,
        now=x(clock.today) if first <= clock.today <= last else None,
        rows=tuple((day, Money(amount, currency)) for day, amount in course[-MOST_ROWS:]),
    )


def _in(at: Exposure, currency: str) -> int:
    return sum(one.minor for one in at.amounts if one.currency == currency)

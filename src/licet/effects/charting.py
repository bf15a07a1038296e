"""Draws what orders cost over time as an SVG file: one picture a currency, below each other.

A few lines and words need no library. The file holds no script and loads nothing, so that it
may be mailed, printed and shown under the strictest policy of a page; it says what it shows
in words, for who cannot see it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from xml.sax.saxutils import escape

from licet.consent.regimes import add_months
from licet.terms.clock import Clock
from licet.terms.money import Money

WIDTH, HEIGHT = 760, 320
LEFT, RIGHT, TOP, BOTTOM = 150, 50, 46, 46
LINES = 5
"""About so many lines across: one at every round amount."""

MONTHS = 8
"""At most so many days are named below."""

_STYLE = (
    "text{font:13px sans-serif;fill:#222}.t{font-weight:bold;font-size:15px}"
    ".g{stroke:#ccc}.a{stroke:#555}.c{fill:none;stroke:#b00020;stroke-width:2.5}"
    ".n{stroke:#1a56a0;stroke-dasharray:5 4}.e{text-anchor:end}.m{text-anchor:middle}"
    "@media(prefers-color-scheme:dark){text{fill:#eee}.g{stroke:#444}.a{stroke:#aaa}"
    ".c{stroke:#ff6b7d}.n{stroke:#7db4ff}}"
)


@dataclass(frozen=True, slots=True)
class _Panel:
    """One currency's points, and where they lie in the picture."""

    currency: str
    points: tuple[tuple[date, int], ...]
    down: int

    @property
    def first(self) -> date:
        return self.points[0][0]

    @property
    def last(self) -> date:
        return self.points[-1][0]

    @property
    def step(self) -> int:
        """The amount between two lines: 1, 2 or 5 with zeros."""
        return apart(self.high)

    @property
    def high(self) -> int:
        return max(amount for _, amount in self.points)

    @property
    def top(self) -> int:
        return max(-(-self.high // self.step), 1) * self.step

    def x(self, day: date) -> float:
        share = (day - self.first).days / max((self.last - self.first).days, 1)
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def y(self, amount: int) -> float:
        return self.down + HEIGHT - BOTTOM - amount / self.top * (HEIGHT - TOP - BOTTOM)


def apart(high: int) -> int:
    """Return how far apart lines across stand, in minor units, for about ``LINES`` of them."""
    high = max(high, 1)
    size: int = 10 ** max(len(str(high // LINES)) - 1, 0)
    return next(size * n for n in (1, 2, 5, 10) if size * n * LINES >= high)


def chart(clock: Clock) -> str:
    """Return the SVG of how what is owed came to what it is on the day asked for."""
    panels = _panels(clock)
    height = max(len(panels), 1) * HEIGHT
    says = "; ".join(str(one) for one in clock.total) or "nothing"
    about = f"Owed on {clock.on.isoformat()}: {says}."
    body = [part for panel in panels for part in _drawn(panel, clock)]
    if not panels:
        body = [_text(LEFT, TOP, "t", about)]
    size = f'viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
    said = 'role="graphics-document" aria-labelledby="says"'
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} {said}>',
        f'<title id="says">{escape(about)}</title>',
        f"<style>{_STYLE}</style>",
    )
    return "\n".join((*head, *body, "</svg>", ""))


def _panels(clock: Clock) -> tuple[_Panel, ...]:
    currencies = sorted({one.currency for at in clock.course for one in at.amounts})
    found = []
    for n, currency in enumerate(currencies):
        points = tuple(
            (at.on, sum(one.minor for one in at.amounts if one.currency == currency))
            for at in clock.course
        )
        found.append(_Panel(currency, points, n * HEIGHT))
    return tuple(found)


def _drawn(panel: _Panel, clock: Clock) -> Iterator[str]:
    """Give one picture: lines across, days below, the course, today, and what it comes to."""
    floor, edge = panel.y(0), WIDTH - RIGHT
    for amount in range(0, panel.top + 1, panel.step):
        height = panel.y(amount)
        kind = "a" if amount == 0 else "g"
        yield _line((LEFT, height), (edge, height), kind)
        yield _text(LEFT - 8, height + 4, "e", str(Money(amount, panel.currency)))
    for day in _named_days(panel):
        yield _line((panel.x(day), floor), (panel.x(day), floor + 5), "a")
        yield _text(panel.x(day), floor + 22, "m", day.isoformat())
    if panel.first <= clock.today <= panel.last:
        here = panel.x(clock.today)
        yield _line((here, panel.down + TOP), (here, floor), "n")
    course = " ".join(f"{panel.x(day):.1f},{panel.y(amount):.1f}" for day, amount in panel.points)
    yield f'<polyline class="c" points="{course}"/>'
    total = Money(panel.points[-1][1], panel.currency)
    yield _text(LEFT, panel.down + TOP - 20, "t", f"{total} on {panel.last.isoformat()}")


def _named_days(panel: _Panel) -> list[date]:
    """Return the first days of months, of every so manieth one, and at least both ends."""
    months = (panel.last.year - panel.first.year) * 12 + panel.last.month - panel.first.month
    apart = -(-max(months, 1) // MONTHS)
    first = add_months(panel.first.replace(day=1), 1)
    days = [add_months(first, n) for n in range(0, months, apart)]
    room = timedelta(days=max((panel.last - panel.first).days // MONTHS, 1))
    inner = [day for day in days if day - panel.first >= room and panel.last - day >= room]
    return [panel.first, *inner, panel.last]


def _line(start: tuple[float, float], end: tuple[float, float], kind: str) -> str:
    (x1, y1), (x2, y2) = start, end
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _text(x: float, y: float, kind: str, words: str) -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}">{escape(words)}</text>'

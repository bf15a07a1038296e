"""Draws how the time for an order grows with how many people there are: both axes doubled."""

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise

from bench.measure import Result

SHOWN = (
    ("from confirmed to proved", "#1b4b72"),
    ("to erase", "#2f7d6b"),
    ("to look for it", "#b2622e"),
    ("to answer", "#7a5195"),
    ("to verify the pack", "#6b7280"),
)
"""What is drawn, and in which colour."""

WIDE, HIGH, LEFT, TOP, BELOW = 640, 360, 64, 24, 48
LEAST, MOST = 0.01, 1000.0
"""Seconds at the foot and at the head of the picture."""

LIMIT = 600.0


def draw(found: Mapping[int, Sequence[Result]]) -> str:
    """Return the picture: seconds against people, a line for each part of the work."""
    sizes = sorted(found)
    parts = [_axes(sizes)]
    for row, (name, colour) in enumerate(SHOWN):
        points = [
            (_x(size, sizes), _y(_value(found[size], name)))
            for size in sizes
            if _value(found[size], name) > 0
        ]
        dots = "".join(f'<circle cx="{x:.0f}" cy="{y:.0f}" r="3"/>' for x, y in points)
        lines = "".join(
            f'<path d="M{a:.0f} {b:.0f}L{c:.0f} {d:.0f}"/>' for (a, b), (c, d) in pairwise(points)
        )
        label = f'<text x="{WIDE - 176}" y="{TOP + 14 + 17 * row}" stroke="none">{name}</text>'
        parts.append(f'<g fill="{colour}" stroke="{colour}">{dots}{lines}{label}</g>')
    whole = "\n".join(parts)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {HIGH}" role="img" '
        'font-family="sans-serif" font-size="12">'
    )
    title = (
        "<title>Seconds to carry out an order, by how many people are kept</title>\n"
        "<desc>A line for each part of the work, from confirming the order to verifying its pack, "
        "over ten thousand, a hundred thousand and a million people; all stay below ten minutes."
        "</desc>"
    )
    return f"{head}\n{title}\n{whole}\n</svg>\n"


def _axes(sizes: Sequence[int]) -> str:
    """Return the grid: decades of seconds, the sizes that were measured, and the target."""
    right, foot = WIDE - 184, HIGH - BELOW
    lines = []
    for power in range(round(math.log10(LEAST)), round(math.log10(MOST)) + 1):
        y = _y(10.0**power)
        lines.append(f'<path d="M{LEFT} {y:.0f}H{right}" stroke="#d7dde3"/>')
        said = f"{10.0**power:g} s"
        lines.append(f'<text x="{LEFT - 8}" y="{y + 4:.0f}" text-anchor="end">{said}</text>')
    for size in sizes:
        x = _x(size, sizes)
        lines.append(f'<text x="{x:.0f}" y="{foot + 18}" text-anchor="middle">{size:,}</text>')
    middle = (LEFT + right) / 2
    said = "people; a tenth of them in the order's scope"
    lines.append(f'<text x="{middle:.0f}" y="{foot + 38}" text-anchor="middle">{said}</text>')
    target = _y(LIMIT)
    lines.append(
        f'<path d="M{LEFT} {target:.0f}H{right}" stroke="#a33" stroke-dasharray="4 3"/>'
        f'<text x="{LEFT + 4}" y="{target - 4:.0f}" fill="#a33">10 min</text>'
    )
    return f'<g fill="#374151">{"".join(lines)}</g>'


def _value(lines: Sequence[Result], name: str) -> float:
    return next((line["value"] for line in lines if line["name"].endswith(f": {name}")), 0.0)


def _x(size: int, sizes: Sequence[int]) -> float:
    low, high = math.log10(sizes[0]), math.log10(sizes[-1])
    share = (math.log10(size) - low) / (high - low) if high > low else 0.5
    return LEFT + 24 + share * (WIDE - 184 - LEFT - 48)


def _y(seconds: float) -> float:
    low, high = math.log10(LEAST), math.log10(MOST)
    share = (math.log10(min(max(seconds, LEAST), MOST)) - low) / (high - low)
    return HIGH - BELOW - share * (HIGH - BELOW - TOP)

"""How far properties are explored: a little every day, far with ``LICET_HYPOTHESIS=deep``."""

from hypothesis import settings

DAILY = 50
"""Examples of a property that names no number of its own."""

DEEP = 2000


def examples(daily: int) -> int:
    """Return how many examples a property gets that needs ``daily`` of them every day."""
    return daily * max(1, settings().max_examples // DAILY)

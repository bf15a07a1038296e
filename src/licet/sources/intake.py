"""Whether new items arrive like a feed (AI Act 5(1)(h), and the 24 h floor).

A feed shows people while they are still there. Its items are *fresh*: made less than
two hours before they are seen. Items of an album are fresh at most in one go. So:

1. take the fresh items, and the five-minute spans in which they were made;
2. six such spans one after the other, half an hour without a gap, are a feed.

A frame a minute is found after half an hour; an album that is copied in at once never
is, nor one that is handed over in the evening. Copying for more than half an hour with
a tool that sets new times looks the same as a feed: the data protection officer looks
at it, and nothing is lost by waiting.

Spans of a source are kept between runs, as many as a day has, the newest noted last: no
clock that jumps makes any of them go, and who collects every ten minutes meets the feed
as who collects once an hour does.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from licet.terms.when import to_ms

FRESH = timedelta(hours=2)
SPAN = timedelta(minutes=5)
SPANS_OF_A_FEED = 6
SPANS_KEPT = timedelta(days=1) // SPAN


@dataclass(frozen=True, slots=True)
class Arrival:
    """When an item was made (or last written) and when it was first seen, both in UTC."""

    made: datetime
    seen: datetime


def spans_of(arrivals: Iterable[Arrival]) -> frozenset[int]:
    """Return the numbers of the spans in which the fresh ones were made, since 1970."""
    width = SPAN // timedelta(milliseconds=1)
    return frozenset(
        to_ms(item.made) // width for item in arrivals if item.seen - item.made <= FRESH
    )


def joined(earlier: Sequence[int], spans: Iterable[int]) -> tuple[int, ...]:
    """Return the spans noted earlier with new ones after them, at most a day's."""
    return (*earlier, *sorted(set(spans) - set(earlier)))[-SPANS_KEPT:]


def still_fresh(spans: Iterable[int], now: datetime) -> tuple[int, ...]:
    """Return the spans in which an item made then would be fresh now."""
    since = to_ms(now - FRESH) // (SPAN // timedelta(milliseconds=1))
    return tuple(span for span in spans if span >= since)


def are_of_feed(spans: Iterable[int]) -> bool:
    """Say whether six of the spans follow each other. Their order does not matter."""
    there = frozenset(spans)
    return any(
        all(first + step in there for step in range(SPANS_OF_A_FEED))
        for first in there
        if first - 1 not in there
    )

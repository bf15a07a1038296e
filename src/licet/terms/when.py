"""Time as licet keeps it: UTC, milliseconds, never naive."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]
"""A source of the present moment, in UTC."""

_NAIVE = "a moment needs a time zone; use UTC"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def utc_now() -> datetime:
    """Return the present moment in UTC, cut to whole milliseconds."""
    return from_ms(to_ms(datetime.now(UTC)))


def to_ms(moment: datetime) -> int:
    """Return milliseconds since 1970 UTC. Raises ``ValueError`` on a naive moment."""
    if moment.tzinfo is None:
        raise ValueError(_NAIVE)
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def from_ms(milliseconds: int) -> datetime:
    """Return the UTC moment that many milliseconds after 1970."""
    return _EPOCH + timedelta(milliseconds=milliseconds)


def to_text(moment: datetime) -> str:
    """Return RFC 3339 text in UTC with milliseconds, ``2026-01-31T09:00:00.000Z``."""
    if moment.tzinfo is None:
        raise ValueError(_NAIVE)
    here = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return here.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def from_text(text: str) -> datetime:
    """Read RFC 3339 text as :func:`to_text` writes it. Raises ``ValueError``."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)

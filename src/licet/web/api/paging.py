"""Lists in parts: a cursor names the last row that was given, and nothing about it."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel

from licet.terms.errors import BadInput

MOST = 200

T = TypeVar("T")

Limit = Annotated[int, Query(ge=1, le=MOST, description="How many rows at most.")]
Cursor = Annotated[
    str, Query(max_length=200, description="`next` of the part before; empty: from the start.")
]


class Part(BaseModel, Generic[T]):
    """Part of a list. ``next`` is the cursor of what follows, None at the end."""

    items: list[T]
    next: str | None


def part(rows: Sequence[T], name: Callable[[T], str], limit: int, cursor: str) -> Part[T]:
    """Return the rows after a cursor. Raises ``BadInput`` for one that names no row any more."""
    begin = 0
    if cursor:
        wanted = _read(cursor)
        begin = next((n + 1 for n, row in enumerate(rows) if name(row) == wanted), -1)
        if begin < 0:
            raise BadInput("this cursor names no row any more", "Begin the list again.")
    chosen = list(rows[begin : begin + limit])
    more = begin + limit < len(rows)
    return Part(items=chosen, next=_written(name(chosen[-1])) if more else None)


def _written(name: str) -> str:
    return urlsafe_b64encode(name.encode()).rstrip(b"=").decode()


def _read(cursor: str) -> str:
    try:
        return urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except ValueError as error:
        raise BadInput("this is no cursor", "Begin the list again.") from error

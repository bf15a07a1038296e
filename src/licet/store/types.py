"""How values of ``licet.terms`` lie in columns.

Moments are whole milliseconds since 1970 UTC, words their own text, sets and pairs JSON
text in one fixed spelling, so that equal values are equal bytes on both databases.
"""

import json
from collections.abc import Callable
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar

from sqlalchemy import BigInteger, ColumnElement, LargeBinary, Text, type_coerce
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from licet.terms.errors import BadInput
from licet.terms.when import from_ms, to_ms

HASH_BYTES = 32
"""Bytes of a SHA-256 hash."""

TEXT = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
"""Text compared by its bytes: SQLite's own order, so that both databases order alike."""

WordT = TypeVar("WordT", bound=StrEnum)


def spell(value: object) -> str:
    """Return the one JSON spelling of a value: no spaces, no escapes beyond need."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


class Line(TypeDecorator[str]):
    """Text of any length without the NUL character, which PostgreSQL cannot hold.

    Raises ``BadInput`` for NUL, so that both databases accept the same text.
    """

    impl = TEXT
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is not None and "\x00" in value:
            raise BadInput("this text holds the character NUL", "remove it")
        return value


class Moment(TypeDecorator[datetime]):
    """A moment as whole milliseconds since 1970 UTC."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else to_ms(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        return None if value is None else from_ms(value)


class Day(TypeDecorator[date]):
    """A day as ``YYYY-MM-DD``."""

    impl = TEXT
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> str | None:
        return None if value is None else value.isoformat()

    def process_result_value(self, value: Any | None, dialect: Dialect) -> date | None:
        return None if value is None else date.fromisoformat(value)


class Word(TypeDecorator[WordT], Generic[WordT]):
    """One word of a closed list; the list is also a CHECK of the table."""

    impl = TEXT
    cache_ok = True

    def __init__(self, words: type[WordT]) -> None:
        super().__init__()
        self.words = words
        self._by_value = {word.value: word for word in words}

    def process_bind_param(self, value: WordT | None, dialect: Dialect) -> str | None:
        return None if value is None else self.words(value).value

    def process_result_value(self, value: Any | None, dialect: Dialect) -> WordT | None:
        return None if value is None else self._by_value[value]


class Words(TypeDecorator[frozenset[str]]):
    """A set of words as sorted JSON text. ``make`` gives each its type when read."""

    impl = TEXT
    cache_ok = True

    def __init__(self, make: Callable[[str], str] = str) -> None:
        super().__init__()
        self.make = make

    def process_bind_param(self, value: frozenset[str] | None, dialect: Dialect) -> str | None:
        return None if value is None else spell(sorted(str(word) for word in value))

    def process_result_value(self, value: Any | None, dialect: Dialect) -> frozenset[str] | None:
        return None if value is None else frozenset(self.make(word) for word in json.loads(value))


class Sequenced(TypeDecorator[tuple[str, ...]]):
    """Texts in their order, as JSON text."""

    impl = TEXT
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str | None:
        return None if value is None else spell(list(value))

    def process_result_value(self, value: Any | None, dialect: Dialect) -> tuple[str, ...] | None:
        return None if value is None else tuple(json.loads(value))


class OrNobody(TypeDecorator[str]):
    """The id of a data subject, or nobody's: empty outside, NULL inside, so no reference."""

    impl = TEXT
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return value or None

    def process_result_value(self, value: Any | None, dialect: Dialect) -> str | None:
        return value or ""


Found = tuple[tuple[str, str | int | bool], ...]
"""What an effect found, see :class:`licet.terms.plan.Effect`."""


class Pairs(TypeDecorator[Found]):
    """Named short facts in their order, as JSON text."""

    impl = TEXT
    cache_ok = True

    def process_bind_param(self, value: Found | None, dialect: Dialect) -> str | None:
        return None if value is None else spell([list(pair) for pair in value])

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Found | None:
        return None if value is None else tuple((name, fact) for name, fact in json.loads(value))


class Hashes(TypeDecorator[tuple[bytes, ...]]):
    """SHA-256 hashes one after the other."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: tuple[bytes, ...] | None, dialect: Dialect) -> bytes | None:
        return None if value is None else b"".join(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> tuple[bytes, ...] | None:
        if value is None:
            return None
        return tuple(value[i : i + HASH_BYTES] for i in range(0, len(value), HASH_BYTES))


def raw(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    """Return the plain type under one of ours: what really lies in the column."""
    return kind.impl_instance if isinstance(kind, TypeDecorator) else kind


def as_kept(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return a column whose values are read as they lie there, without being made ours."""
    return type_coerce(column, raw(column.type))

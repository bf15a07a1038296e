"""Reading typed parts out of decoded JSON: each reader raises Corrupt on anything else."""

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from licet.ledger.canonical import Json
from licet.terms.errors import Corrupt
from licet.terms.when import from_text, to_text

Object = Mapping[str, Json]


def as_object(value: Json, what: str, needed: set[str], optional: set[str] | None = None) -> Object:
    """Return ``value`` as an object with exactly the ``needed`` names, maybe ``optional`` ones."""
    if not isinstance(value, Mapping):
        raise Corrupt(f"{what} is not an object")
    missing = needed - value.keys()
    unknown = value.keys() - needed - (optional or set())
    if missing:
        raise Corrupt(f"{what} lacks {', '.join(sorted(missing))}")
    if unknown:
        raise Corrupt(f"{what} has unknown parts: {', '.join(sorted(unknown))}")
    return value


def as_text(value: Json, what: str) -> str:
    """Return ``value`` as text."""
    if not isinstance(value, str):
        raise Corrupt(f"{what} is not text")
    return value


def as_number(value: Json, what: str) -> int:
    """Return ``value`` as a whole number, 0 or more."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise Corrupt(f"{what} is not a whole number")
    return value


def as_truth(value: Json, what: str) -> bool:
    """Return ``value`` as true or false."""
    if not isinstance(value, bool):
        raise Corrupt(f"{what} is not true or false")
    return value


def as_list(value: Json, what: str) -> list[Json]:
    """Return ``value`` as a list."""
    if not isinstance(value, list):
        raise Corrupt(f"{what} is not a list")
    return value


def as_moment(value: Json, what: str) -> datetime:
    """Return ``value`` as a moment in the one spelling of :func:`licet.terms.when.to_text`."""
    text = as_text(value, what)
    try:
        moment = from_text(text)
    except ValueError as error:
        raise Corrupt(f"{what} is not a moment: {text}") from error
    if to_text(moment) != text:
        raise Corrupt(f"{what} is not a moment in licet's spelling: {text}")
    return moment


_Choice = TypeVar("_Choice", bound=StrEnum)


def one_of(choices: type[_Choice], value: Json) -> _Choice:
    """Return ``value`` as one of the words of an enumeration."""
    text = as_text(value, "a word of the statement")
    if text not in [choice.value for choice in choices]:
        raise Corrupt(f"the statement holds a word this licet does not know: {text}")
    return choices(text)


def as_bytes(value: Json, what: str, length: int | None = None) -> bytes:
    """Return base64 text (RFC 4648 section 4, padded, no spare bits) as bytes."""
    data = from_base64(as_text(value, what))
    if data is None or (length is not None and len(data) != length):
        raise Corrupt(f"{what} is not {'' if length is None else f'{length} bytes of '}base64")
    return data


def from_base64(text: str) -> bytes | None:
    """Return the bytes that ``text`` spells, None unless it is their one spelling."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if to_base64(data) == text else None


def to_base64(data: bytes) -> str:
    """Return ``data`` as base64 text."""
    return base64.b64encode(data).decode("ascii")

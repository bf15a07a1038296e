"""The JSON that is hashed and signed: the subset of RFC 8785 without floats.

One value has one spelling: keys sorted, no blanks, no escapes but the required
ones, whole numbers below 2**53 (RFC 8785 3.2.2.3, RFC 7493 2.2). Keys are ASCII,
so that sorting by UTF-16 code unit and by code point agree.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from licet.terms.errors import BadInput, Corrupt

LARGEST = 2**53 - 1
"""The largest whole number that every JSON reader holds exactly (RFC 7493 2.2)."""

Json: TypeAlias = "str | int | bool | Sequence[Json] | Mapping[str, Json] | None"

_KEY = re.compile(r"@?[a-z][a-z0-9_]*")


def dumps(value: Json) -> bytes:
    """Return the one spelling of ``value``. Raises BadInput: floats, big numbers, odd keys."""
    _examine(value)
    return _spell(value)


def loads(data: bytes) -> Json:
    """Return the value spelled by ``data``. Raises Corrupt unless ``data`` is its one spelling."""
    value = loads_any_layout(data)
    if _spell(value) != data:
        raise Corrupt("the JSON is not in its canonical form (RFC 8785)")
    return value


def loads_any_layout(data: bytes) -> Json:
    """Return the value of JSON in any layout, as strict in all else. Raises Corrupt."""
    try:
        value: Json = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_pairs,
            parse_float=_no_float,
            parse_constant=_no_float,
        )
        _examine(value)
    except (UnicodeDecodeError, RecursionError) as error:
        raise Corrupt("this is not JSON text") from error
    except json.JSONDecodeError as error:
        raise Corrupt(f"this is not JSON text: {error.msg} at character {error.pos}") from error
    except (BadInput, ValueError) as error:
        raise Corrupt(str(error)) from error
    return value


def _spell(value: Json) -> bytes:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8")


def _examine(value: Json) -> None:
    """Raise BadInput when ``value`` lies outside the subset."""
    if isinstance(value, str):
        if not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value):
            raise BadInput("half of a surrogate pair cannot be written")
    elif value is None or isinstance(value, bool):
        return
    elif isinstance(value, int):
        if abs(value) > LARGEST:
            raise BadInput(f"the number {value} does not fit into JSON exactly")
    elif isinstance(value, Mapping):
        for key, part in value.items():
            if not isinstance(key, str) or not _KEY.fullmatch(key):
                raise BadInput(f"{key!r} cannot be a name here")
            _examine(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            _examine(part)
    else:
        raise BadInput(f"{type(value).__name__} cannot be written here")


def _pairs(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BadInput("a name stands twice in one object")
    return found


def _no_float(text: str) -> Json:
    raise BadInput(f"{text} is not a whole number")

"""Bodies of calls: JSON, read strictly into the very wishes that the flows take.

What a wish does not name is not taken, a number is no text, a moment has a zone: what
somebody meant is never guessed. The same reading writes the schema into the document.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import cache
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import ConfigDict, TypeAdapter, ValidationError

JSON = "application/json"
LONGEST = 20_000
"""Characters of one text: a letter, or an order as TOML."""

SCHEMAS: dict[str, Any] = {}
"""What the bodies' schemas refer to, by name, for the document."""

_AT = "#/components/schemas/Asked"


def body(kind: Any) -> Callable[[Request], Any]:
    """Return the dependency that reads a body as this dataclass (422 for what is none)."""

    async def read(request: Request) -> Any:
        said = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if said != JSON:
            raise _wrong("header", "content-type", "json_wanted")
        request.state.asked = await request.body()
        return read_body(kind, request.state.asked)

    return read


def read_body(kind: Any, data: bytes) -> Any:
    """Return a body's parts. Raises ``RequestValidationError``, which says where and what."""
    if b"\x00" in data or b"\\u0000" in data:
        raise _wrong("body", "", "string_nul")
    try:
        (found,) = _adapter(kind).validate_json(b"[" + data + b"]")
    except ValidationError as error:
        told = [{**one, "loc": ("body", *one["loc"][1:])} for one in error.errors()]
        raise RequestValidationError(told) from error
    if any(one.tzinfo is None for one in _moments(found)):
        raise _wrong("body", "", "timezone_missing")
    return found


def told(kind: Any) -> dict[str, Any]:
    """Return what a route's ``openapi_extra`` says of its body."""
    whole = _adapter(kind).json_schema(ref_template=_AT + "{model}")
    for name, one in whole.pop("$defs", {}).items():
        SCHEMAS[f"Asked{name}"] = _bounded(one)
    (first,) = whole["prefixItems"]
    return {"requestBody": {"required": True, "content": {JSON: {"schema": _bounded(first)}}}}


def _bounded(schema: Any) -> Any:
    """Say of each text how long it may be."""
    if isinstance(schema, list):
        return [_bounded(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: _bounded(one) for name, one in schema.items()}
    plain = found.get("type") == "string" and not {"enum", "const", "format"} & set(found)
    return {**found, "maxLength": LONGEST} if plain else found


@cache
def _adapter(kind: Any) -> TypeAdapter[tuple[Any]]:
    habits = ConfigDict(
        strict=True, extra="forbid", str_max_length=LONGEST, val_json_bytes="base64"
    )
    # A tuple of one, because a plain dataclass takes these habits from what is around it.
    wrapped: Any = tuple.__class_getitem__((kind,))
    return TypeAdapter(wrapped, config=habits)


def _moments(found: object) -> Iterator[datetime]:
    """Yield every moment of what was read."""
    if isinstance(found, datetime):
        yield found
    elif is_dataclass(found):
        for one in fields(found):
            yield from _moments(getattr(found, one.name))
    elif isinstance(found, Iterable) and not isinstance(found, str | bytes | dict):
        for one in found:
            yield from _moments(one)


def _wrong(place: str, name: str, kind: str) -> RequestValidationError:
    return RequestValidationError([{"loc": (place, name) if name else (place,), "type": kind}])

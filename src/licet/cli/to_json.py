"""Typed answers to JSON, in one place.

Dataclasses become objects with the same names; moments RFC 3339 text in UTC; days
``2026-01-31``; bytes base64;
sets sorted lists; enumerations their words. What has no form here is a ``TypeError``.
"""

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from pathlib import Path

from licet.terms.when import to_text

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


def to_json(value: object) -> Json:
    """Return the JSON form of an answer. Raises ``TypeError`` for what has none."""
    if isinstance(value, Enum):
        return to_json(value.value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, datetime):
        return to_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return b64encode(value).decode()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, frozenset | set):
        return sorted((to_json(one) for one in value), key=str)
    if isinstance(value, list | tuple):
        return [to_json(one) for one in value]
    if isinstance(value, Mapping):
        return {str(name): to_json(part) for name, part in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: to_json(getattr(value, one.name)) for one in fields(value)}
    raise TypeError(f"{type(value).__name__} has no JSON form")


def document(value: object) -> str:
    """Return the one document of a command: ASCII, two spaces in, keys in their own order."""
    return json.dumps(to_json(value), indent=2) + "\n"

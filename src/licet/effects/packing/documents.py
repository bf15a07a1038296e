"""The files of a package that programs and people read: package.json and index.html."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from licet.effects.packing.asker import RAREST
from licet.effects.packing.parts import Package
from licet.effects.packing.saying import Saying
from licet.terms.rights import RightKind
from licet.terms.when import to_text

if TYPE_CHECKING:
    from jinja2 import Template

SECTIONS = (
    "person",
    "grants",
    "face",
    "photos_of",
    "suggestions",
    "searches",
    "recipients",
    "sources",
    "looked",
    "models",
    "requests",
    "manifest",
)


def json_parts(package: Package) -> Iterator[bytes]:
    """Give ``package.json`` in parts: one line for each thing, so that it is never held whole."""
    opening = "{\n"
    for part in fields(package):
        value = getattr(package, part.name)
        if isinstance(value, tuple):
            yield f"{opening}{json.dumps(part.name)}: [".encode()
            for at, one in enumerate(value):
                yield b",\n" if at else b"\n"
                yield _line(one)
            yield b"]"
        else:
            yield f"{opening}{json.dumps(part.name)}: ".encode()
            yield _line(value)
        opening = ",\n"
    yield b"\n}\n"


def schema() -> bytes:
    """Return the JSON Schema of ``package.json`` (draft 2020-12)."""
    place = resources.files("licet.effects.packing").joinpath("package.schema.json")
    return place.read_bytes()


def page_parts(package: Package, w: Saying, volumes: int) -> Iterator[bytes]:
    """Give ``index.html`` in parts: no script, nothing from elsewhere."""
    headings = [(name, w("page", name)) for name in SECTIONS]
    shown = {
        "w": w,
        "p": package,
        "title": title(package, w),
        "volumes": volumes,
        "headings": [("photos" if name == "photos_of" else name, said) for name, said in headings],
        "items": {item.id: item for item in package.items},
        "sources": {source.id: source for source in package.sources},
        "dimension": _dimension(package),
        "rarest": RAREST,
    }
    for part in _template().generate(shown):
        yield part.encode()


def title(package: Package, w: Saying) -> str:
    """Return what the package is called."""
    portable = package.about.right == RightKind.PORTABILITY.value
    return w("letter", "title_portability" if portable else "title")


def _dimension(package: Package) -> int:
    found = [len(one.features.values) for one in package.references if one.features]
    return found[0] if found else 0


def _line(value: object) -> bytes:
    return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":")).encode()


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return to_text(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {part.name: _plain(getattr(value, part.name)) for part in fields(value)}
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if isinstance(value, Mapping):
        return {name: _plain(part) for name, part in value.items()}
    return value


def _source(name: str) -> bytes:
    return resources.files("licet.effects.packing").joinpath(name).read_bytes()


@cache
def _template() -> "Template":
    from jinja2 import Environment, StrictUndefined

    made = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return made.from_string(_source("page.html").decode())

"""The files of a package that people and programs read: JSON, page, letter."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from licet.effects.packing.parts import Package
from licet.effects.packing.saying import Saying
from licet.terms.letters import Sender
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
        "purposes": {grant.purpose: grant.title for grant in package.grants},
        "dimension": _dimension(package),
    }
    for part in _template().generate(shown):
        yield part.encode()


def letter(package: Package, w: Saying, sender: Sender, volumes: int) -> bytes:
    """Return ``letter.pdf``: the answer in short, tagged so that it can be read aloud (PDF/UA)."""
    import typst

    data = {
        "title": title(package, w),
        "controller": sender.controller,
        "answer_to": [one for one in (sender.answer_to, sender.representative) if one],
        "language": w.language,
        "date": w.day(package.about.as_of),
        "opening": _opening(package, w),
        "parts": [
            _rows(package, w),
            _part(w("letter", "purposes"), lines=sorted({g.title for g in package.grants})),
            _part(
                w("letter", "recipients"),
                () if package.recipients else (w("letter", "nobody"),),
                [one.name for one in package.recipients],
            ),
            _part(
                w("letter", "sources"),
                () if package.sources else (w("letter", "none"),),
                [f"{one.name}: {one.taken_by}" for one in package.sources],
            ),
            _part(w("letter", "until"), (w("letter", "until_says"),)),
            _part(w("letter", "deciding"), (w("letter", "deciding_says"),)),
            _part(
                w("letter", "rights"),
                (w("letter", "rights_says"), w("letter", "complain"), sender.authority),
            ),
            _part(w("letter", "files"), _files(w, volumes)),
        ],
    }
    compiler = typst.Compiler(_source("letter.typ"), ignore_system_fonts=True)
    made = compiler.compile(
        format="pdf",
        pdf_standards=["ua-1"],
        sys_inputs={"data": json.dumps(data)},
        timestamp=package.about.as_of,
    )
    if not isinstance(made, bytes):
        raise TypeError("one letter is one file")
    return made


def title(package: Package, w: Saying) -> str:
    """Return what the package is called."""
    portable = package.about.right == RightKind.PORTABILITY.value
    return w("letter", "title_portability" if portable else "title")


def _opening(package: Package, w: Saying) -> list[str]:
    about, name = package.about, package.person.name
    return [
        w("letter", "greeting", name=name) if name else w("letter", "greeting_unnamed"),
        w(
            "letter",
            "asked",
            received=w.day(about.received_at),
            controller=about.controller,
            request=about.request,
        ),
        w("letter", "as_of", as_of=w.day(about.as_of)),
    ]


def _rows(package: Package, w: Saying) -> dict[str, object]:
    rows = [[w("store", one.store), w.number(one.count)] for one in package.manifest]
    header = [w("letter", "place"), w("letter", "count")]
    return {
        **_part(w("page", "manifest"), (w("letter", "counts"),)),
        "header": header,
        "rows": rows,
    }


def _part(
    heading: str, paragraphs: Iterable[str] = (), lines: Iterable[str] = ()
) -> dict[str, object]:
    words = [one for one in paragraphs if one]
    return {"heading": heading, "paragraphs": words, "lines": [*lines], "header": [], "rows": []}


def _files(w: Saying, volumes: int) -> list[str]:
    several = [w("letter", "volumes", volumes=volumes)] if volumes > 1 else []
    return [w("letter", "files_says"), *several, w("letter", "verify")]


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

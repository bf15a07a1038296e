"""``letter.pdf``: the answer in short, tagged so that it can be read aloud (PDF/UA-1)."""

import json
from collections.abc import Iterable
from importlib import resources
from typing import Any

from licet.effects.packing.documents import title
from licet.effects.packing.parts import Package
from licet.effects.packing.saying import Saying
from licet.terms.letters import Sender
from licet.terms.lines import one_line

UNSHOWN = "\u25a1"
"""Stands for a sign that no font here has; a file with a hole in it would be no PDF/UA."""

COMMON = 0x250
"""Below are the signs of Latin script, which the font of the letter has."""


def letter(package: Package, w: Saying, sender: Sender, volumes: int) -> bytes:
    """Return the letter. What its fonts cannot show stands as a box, and the letter says so."""
    parts = _parts(package, w, sender, volumes)
    made = _compiled(parts, package)
    if made is not None:
        return made
    unshown = _unshown(
        {sign for sign in json.dumps(parts, ensure_ascii=False) if ord(sign) >= COMMON}
    )
    shown = _replaced(parts, unshown)
    shown["opening"] = [*shown["opening"], w("letter", "unshown", sign=UNSHOWN)]
    made = _compiled(shown, package)
    if made is None:
        raise TypeError("every sign was shown alone, and all together cannot be")
    return made


def _compiled(parts: dict[str, Any], package: Package | None = None) -> bytes | None:
    """Return the file, or None when a sign in it cannot be shown."""
    import typst

    compiler = typst.Compiler(_source(), ignore_system_fonts=False)
    try:
        made = compiler.compile(
            format="pdf",
            pdf_standards=["ua-1"],
            sys_inputs={"data": json.dumps(parts)},
            timestamp=package.about.as_of.replace(microsecond=0) if package else None,
        )
    except typst.TypstError as error:
        if "could not be displayed" in error.message:
            return None
        raise
    if not isinstance(made, bytes):
        raise TypeError("one letter is one file")
    return made


def _unshown(signs: set[str]) -> set[str]:
    """Return which of the signs cannot be shown, by halves."""
    if not signs or _compiled(_bare("".join(sorted(signs)))) is not None:
        return set()
    if len(signs) == 1:
        return signs
    ordered = sorted(signs)
    half = len(ordered) // 2
    return _unshown(set(ordered[:half])) | _unshown(set(ordered[half:]))


def _replaced(value: Any, unshown: set[str]) -> Any:
    if isinstance(value, str):
        return "".join(UNSHOWN if sign in unshown else sign for sign in value)
    if isinstance(value, list):
        return [_replaced(one, unshown) for one in value]
    return {name: _replaced(one, unshown) for name, one in value.items()}


def _bare(text: str) -> dict[str, Any]:
    return {
        "title": "-",
        "controller": "-",
        "answer_to": [],
        "language": "en",
        "date": "-",
        "opening": [text],
        "parts": [],
    }


def _parts(package: Package, w: Saying, sender: Sender, volumes: int) -> dict[str, Any]:
    """Return what the letter says, every text on one line: what others wrote adds none."""
    return {
        "title": title(package, w),
        "controller": one_line(sender.controller),
        "answer_to": [one for one in (sender.answer_to, sender.representative) if one],
        "language": w.language,
        "date": w.day(package.about.as_of),
        "opening": _opening(package, w),
        "parts": [
            _part(
                w("letter", "purposes"),
                lines=sorted({w.purpose(grant.purpose) for grant in package.grants}),
            ),
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
            _rows(package, w),
        ],
    }


def _opening(package: Package, w: Saying) -> list[str]:
    about, name = package.about, package.person.name
    return [
        w("letter", "greeting", name=one_line(name)) if name else w("letter", "greeting_unnamed"),
        w(
            "letter",
            "asked",
            received=w.day(about.received_at),
            controller=one_line(about.controller),
            request=about.request,
        ),
        w("letter", "as_of", as_of=w.day(about.as_of)),
    ]


def _rows(package: Package, w: Saying) -> dict[str, Any]:
    rows = [[w("store", one.store), w.number(one.count)] for one in package.manifest]
    header = [w("letter", "place"), w("letter", "count")]
    return {
        **_part(w("page", "manifest"), (w("letter", "counts"),)),
        "header": header,
        "rows": rows,
    }


def _part(
    heading: str, paragraphs: Iterable[str] = (), lines: Iterable[str] = ()
) -> dict[str, Any]:
    words = [one_line(one) for one in paragraphs if one]
    told = [one_line(one) for one in lines]
    return {"heading": heading, "paragraphs": words, "lines": told, "header": [], "rows": []}


def _files(w: Saying, volumes: int) -> list[str]:
    several = [w("letter", "volumes", volumes=volumes)] if volumes > 1 else []
    return [w("letter", "files_says"), *several, w("letter", "verify")]


def _source() -> bytes:
    return resources.files("licet.effects.packing").joinpath("letter.typ").read_bytes()

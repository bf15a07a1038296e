"""Letters on paper: tagged PDF that can be read aloud (PDF/UA-1), the same bytes again.

What a letter says is a dictionary of its parts, for ``paper.typ``: title, controller,
answer_to, language, date, opening, and parts with heading, paragraphs, lines and a table.
"""

import json
from collections.abc import Iterable
from datetime import datetime
from importlib import resources
from typing import Any

from licet.terms.lines import one_line

UNSHOWN = "\u25a1"
"""Stands for a sign that no font here has; a file with a hole in it would be no PDF/UA."""

COMMON = 0x250
"""Below are the signs of Latin script, which the font of the letter has."""


def part_of(
    heading: str,
    paragraphs: Iterable[str] = (),
    lines: Iterable[str] = (),
    header: Iterable[str] = (),
    rows: Iterable[Iterable[str]] = (),
    *,
    wordy: bool = False,
) -> dict[str, Any]:
    """Return one part of a letter, every text on one line: what others wrote adds none.

    ``wordy`` says that the table holds sentences: then its columns are equally wide.
    """
    return {
        "heading": heading,
        "paragraphs": [one_line(one) for one in paragraphs if one],
        "lines": [one_line(one) for one in lines],
        "header": [one_line(one) for one in header],
        "rows": [[one_line(cell) for cell in row] for row in rows],
        "wordy": wordy,
    }


def paper(parts: dict[str, Any], at: datetime, unshown: str) -> bytes:
    """Return the PDF. What its fonts cannot show stands as a box, and ``unshown`` says so."""
    made = _compiled(parts, at)
    if made is not None:
        return made
    signs = {sign for sign in json.dumps(parts, ensure_ascii=False) if ord(sign) >= COMMON}
    shown = _replaced(parts, _unshown(signs))
    shown["opening"] = [*shown["opening"], unshown]
    made = _compiled(shown, at)
    if made is None:
        raise TypeError("every sign was shown alone, and all together cannot be")
    return made


def _compiled(parts: dict[str, Any], at: datetime | None = None) -> bytes | None:
    """Return the file, or None when a sign in it cannot be shown."""
    import typst

    source = resources.files("licet.effects").joinpath("paper.typ").read_bytes()
    compiler = typst.Compiler(source, ignore_system_fonts=False)
    try:
        made = compiler.compile(
            format="pdf",
            pdf_standards=["ua-1"],
            sys_inputs={"data": json.dumps(parts)},
            timestamp=at.replace(microsecond=0) if at else None,
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
    if isinstance(value, dict):
        return {name: _replaced(one, unshown) for name, one in value.items()}
    return value


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

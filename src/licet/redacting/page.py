"""The page on which a person checks what was covered: the doubtful pictures first.

It shows covered pictures only, loads nothing from elsewhere and works without a server.
A face that was missed is marked by dragging over it; the marks are saved as a file for
``--missed``.
"""

import shlex
from collections.abc import Iterable, Sequence
from html import escape
from importlib import resources
from pathlib import Path
from string import Template
from urllib.parse import quote

from licet.redacting.out import put
from licet.redacting.record import Done, Left
from licet.terms.covering import SURE
from licet.terms.errors import BadInput
from licet.terms.face import Box

MARKS = "missed.tsv"
"""What the page calls the file of marks. A line: x, y, width, height in thousandths, photo."""


def write_page(
    page: Path, folder: Path, out: Path, done: Sequence[Done], left: Sequence[Left]
) -> Path:
    """Write the page, photos to look at first in front, and return its path."""
    template = resources.files("licet.redacting").joinpath("page.html").read_text(encoding="utf-8")
    doubtful = [one for one in done if not one.covers or one.unsure]
    command = ["licet", "redact", str(folder), "--out", str(out), "--missed", MARKS]
    text = Template(template).substitute(
        photos=len(done),
        faces=sum(one.covers for one in done),
        doubtful=len(doubtful),
        command=escape(shlex.join(command)),
        left=_left(left),
        pictures="\n".join(_picture(one) for one in in_order(done)),
    )
    put(page, text.encode())
    return page


def in_order(done: Iterable[Done]) -> list[Done]:
    """Return photos in the order of looking: nothing covered, doubtful faces, the others."""
    return sorted(done, key=lambda one: (one.covers > 0, not one.unsure, one.weakest, one.photo))


def read_marks(text: str) -> dict[str, tuple[Box, ...]]:
    """Return the marks of a saved file by photo. Raises ``BadInput`` with the line's number."""
    found: dict[str, list[Box]] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        *numbers, photo = line.split("\t")
        if len(numbers) != 4 or not photo or not all(one.isdecimal() for one in numbers):
            raise _no_mark(number)
        x, y, w, h = map(int, numbers)
        if not (w and h and x + w <= 1000 and y + h <= 1000):
            raise _no_mark(number)
        found.setdefault(photo, []).append(Box(x, y, w, h))
    return {photo: tuple(boxes) for photo, boxes in found.items()}


def _no_mark(number: int) -> BadInput:
    return BadInput(f"line {number} is no mark", "Save the marks on the check page again.")


def _picture(one: Done) -> str:
    photo = escape(one.photo, quote=True)
    frames = "".join(_frame(box, one, strength) for box, strength in one.faces)
    marks = "".join(_mark(box) for box in one.also)
    kind = "none" if not one.covers else "unsure" if one.unsure else "sure"
    place = quote(f"../photos/{one.picture}")
    return (
        f'<figure class="{kind}" data-photo="{photo}">'
        f'<div class="look" style="aspect-ratio:{one.width}/{one.height}">'
        f'<img src="looks/{one.number:06}.jpg" alt="{photo}, covered" loading="lazy" '
        f'draggable="false">{frames}{marks}</div>'
        f'<figcaption><b>{_said(one)}</b> <a href="{place}">{photo}</a></figcaption></figure>'
    )


def _said(one: Done) -> str:
    if not one.covers:
        return "no face found"
    faces = f"{one.covers} covered"
    return f"{faces}, one doubtful ({one.weakest:.2f})" if one.unsure else faces


def _frame(box: Box, one: Done, strength: float) -> str:
    kind = "weak" if strength < SURE else "strong"
    parts = (box.x / one.width, box.y / one.height, box.w / one.width, box.h / one.height)
    return f'<i class="{kind}" style="{_style(parts)}"></i>'


def _mark(box: Box) -> str:
    parts = (box.x / 1000, box.y / 1000, box.w / 1000, box.h / 1000)
    return f'<i class="marked" style="{_style(parts)}"></i>'


def _style(parts: tuple[float, float, float, float]) -> str:
    left, top, wide, high = (f"{100 * part:.2f}%" for part in parts)
    return f"left:{left};top:{top};width:{wide};height:{high}"


def _left(left: Sequence[Left]) -> str:
    if not left:
        return ""
    rows = "\n".join(
        f"<li>{escape(one.photo)}: {escape(one.reason)}</li>"
        for one in sorted(left, key=lambda one: one.photo)
    )
    said = "1 file has no picture" if len(left) == 1 else f"{len(left)} files have no picture"
    return f"<details open><summary>{said}</summary><ul>{rows}</ul></details>"

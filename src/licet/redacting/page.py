"""The page on which a person checks what was covered: the doubtful pictures and videos first.

It shows covered pictures and stills only, loads nothing from elsewhere and works without a server.
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

from licet.redacting.out import PHOTOS, look_name, put
from licet.redacting.record import Done, Left
from licet.redacting.strip import frame_of, strip_of, style_of
from licet.terms.covering import Mark
from licet.terms.errors import BadInput
from licet.terms.face import Box

MARKS = "missed.tsv"
"""What the page calls the file of marks.

A line: x, y, width, height in thousandths, for a video from when to when in milliseconds,
and the name, with tabs between.
"""


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
        pictures="\n".join(_part(one) for one in in_order(done)),
    )
    put(page, text.encode())
    return page


def in_order(done: Iterable[Done]) -> list[Done]:
    """Return files in the order of looking: nothing covered, doubtful faces, the others."""
    return sorted(done, key=lambda one: (one.covers > 0, not one.unsure, one.weakest, one.photo))


def read_marks(text: str) -> dict[str, tuple[Mark, ...]]:
    """Return the marks of a saved file by name. Raises ``BadInput`` with the line's number."""
    found: dict[str, list[Mark]] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        *numbers, photo = line.split("\t")
        if len(numbers) not in {4, 6} or not photo or not all(map(str.isdecimal, numbers)):
            raise _no_mark(number)
        x, y, w, h, *times = map(int, numbers)
        span = (times[0], times[1]) if times else None
        if not (w and h and x + w <= 1000 and y + h <= 1000):
            raise _no_mark(number)
        if span is not None and span[0] > span[1]:
            raise _no_mark(number)
        found.setdefault(photo, []).append(Mark(Box(x, y, w, h), span))
    return {photo: tuple(marks) for photo, marks in found.items()}


def _no_mark(number: int) -> BadInput:
    return BadInput(f"line {number} is no mark", "Save the marks on the check page again.")


def _part(one: Done) -> str:
    kind = "none" if not one.covers else "unsure" if one.unsure else "sure"
    return _picture(one, kind) if one.strip is None else strip_of(one, one.strip, kind)


def _picture(one: Done, kind: str) -> str:
    photo = escape(one.photo, quote=True)
    size = one.width, one.height
    frames = "".join(frame_of(box, size, strength) for box, strength in one.faces)
    marks = "".join(_mark(mark.box) for mark in one.also)
    place = quote(f"../{PHOTOS}/{one.picture}")
    return (
        f'<figure class="{kind}" data-photo="{photo}">'
        f'<div class="look" style="aspect-ratio:{one.width}/{one.height}">'
        f'<img src="looks/{look_name(one.number)}" alt="{photo}, covered" loading="lazy" '
        f'draggable="false">{frames}{marks}</div>'
        f'<figcaption><b>{_said(one)}</b> <a href="{place}">{photo}</a></figcaption></figure>'
    )


def _said(one: Done) -> str:
    if not one.covers:
        return "no face found"
    faces = f"{one.covers} covered"
    return f"{faces}, one doubtful ({one.weakest:.2f})" if one.unsure else faces


def _mark(box: Box) -> str:
    parts = (box.x / 1000, box.y / 1000, box.w / 1000, box.h / 1000)
    return f'<i class="marked" style="{style_of(parts)}"></i>'


def _left(left: Sequence[Left]) -> str:
    if not left:
        return ""
    rows = "\n".join(
        f"<li>{escape(one.photo)}: {escape(one.reason)}</li>"
        for one in sorted(left, key=lambda one: one.photo)
    )
    said = "1 file is left out" if len(left) == 1 else f"{len(left)} files are left out"
    return f"<details open><summary>{said}</summary><ul>{rows}</ul></details>"

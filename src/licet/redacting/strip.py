"""A covered video on the check page: stills of the moments at which something may be missed."""

from collections.abc import Iterable
from html import escape
from urllib.parse import quote

from licet.redacting.out import VIDEOS, look_name
from licet.redacting.record import Done, Strip
from licet.terms.clip import clock_time
from licet.terms.covering import SURE, Why
from licet.terms.face import Box

_SAID = {
    Why.BEFORE: "just before a face is covered",
    Why.AFTER: "just after a face was covered",
    Why.WEAK: "a doubtful face",
    Why.SAMPLE: "a moment",
}
_FIRST = tuple(Why)


def strip_of(one: Done, strip: Strip, kind: str) -> str:
    """Return a video's part of the page, the most doubtful moments first."""
    place = quote(f"../{VIDEOS}/{one.picture}")
    stills = sorted(strip.stills, key=lambda still: (_FIRST.index(still[1]), still[0]))
    photo = escape(one.photo, quote=True)
    lacking = "".join(f"<li>{escape(said)}</li>" for said in strip.lacking)
    return (
        f'<section class="film {kind}" data-photo="{photo}" data-ends="{strip.duration}">'
        f'<h2><b>{_said(one, strip)}</b> <a href="{place}">{photo}</a></h2>'
        f"{f'<ul>{lacking}</ul>' if lacking else ''}"
        f'<div class="strip">{"".join(_still(one, place, *still) for still in stills)}</div>'
        "</section>"
    )


def _still(one: Done, place: str, at: int, why: Why, found: Iterable[tuple[Box, float]]) -> str:
    kind = "sure" if why is Why.SAMPLE else "unsure"
    size = one.width, one.height
    frames = "".join(frame_of(box, size, strength) for box, strength in found)
    return (
        f'<figure class="{kind}"><div class="look" data-at="{at}" '
        f'style="aspect-ratio:{one.width}/{one.height}">'
        f'<img src="looks/{look_name(one.number, at)}" alt="{clock_time(at)}, covered" '
        f'loading="lazy" draggable="false">{frames}</div>'
        f'<figcaption><a href="{place}#t={at / 1000:.1f}">{clock_time(at)}</a> '
        f"{_SAID[why]}</figcaption></figure>"
    )


def _said(one: Done, strip: Strip) -> str:
    said = f"{one.covers} covered" if one.covers else "no face found"
    if one.unsure:
        said += f", some doubtful ({strip.weakest:.2f})"
    if strip.unseen:
        said += f"; {strip.unseen} more moments have no still: watch it"
    return f"{said}, {clock_time(strip.duration)}, {'with' if strip.sound else 'without'} sound"


def frame_of(box: Box, size: tuple[int, int], strength: float) -> str:
    """Return the frame drawn around a covered region, dashed where it is doubtful."""
    kind = "weak" if strength < SURE else "strong"
    width, height = size
    parts = (box.x / width, box.y / height, box.w / width, box.h / height)
    return f'<i class="{kind}" style="{style_of(parts)}"></i>'


def style_of(parts: tuple[float, float, float, float]) -> str:
    """Return where a frame is, from shares of the picture's sides."""
    left, top, wide, high = (f"{100 * part:.2f}%" for part in parts)
    return f"left:{left};top:{top};width:{wide};height:{high}"

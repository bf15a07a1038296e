"""Group photos made from portraits, the same bytes each time (for demo and tests).

Each person is cut out to the same head size and printed with a white border; the prints
hang in rows on a lit wall, a little askew. It is a montage and looks like one: nobody is
shown to have met.
"""

import io
import itertools
import random
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from licet.terms.face import Box

WALLS = (
    ((52, 68, 90), (168, 184, 200)),
    ((74, 60, 82), (190, 174, 192)),
    ((48, 78, 72), (168, 192, 182)),
    ((96, 76, 60), (212, 192, 170)),
)
PAPER = (250, 249, 246)
ASPECT = 1.5
PRINT_ASPECT = 0.86
CROP_HEIGHT = 2.5
"""Height of what is cut out around a face, in face heights."""
ABOVE = 0.62
"""How much of the cut-out is above the face, in face heights."""
MOST_ROWS = 3


@dataclass(frozen=True, slots=True)
class Portrait:
    """A photo of one person with the box of their face in it."""

    content: bytes
    face: Box


def compose(portraits: Sequence[Portrait], *, width: int = 1600, seed: int = 0) -> bytes:
    """Return a group photo as JPEG, ``width`` pixels wide and two thirds as high.

    ``seed`` varies order, wall, light and mirroring: another photo of the same people.
    """
    chance = random.Random(seed)  # noqa: S311 - variety, not secrecy
    people = list(portraits)
    chance.shuffle(people)
    height = round(width / ASPECT)
    canvas = _wall(width, height, chance)
    rows = _rows(people)
    across = max(len(row) for row in rows)
    room = min(height / (len(rows) + 0.25), width / (across + 0.2) / PRINT_ASPECT)
    print_height = round(room * 0.9)
    for at, row in enumerate(rows):
        middle = height / 2 + (at - (len(rows) - 1) / 2) * print_height * 1.1
        _hang_row(canvas, row, middle, print_height, chance)
    canvas = ImageEnhance.Brightness(canvas).enhance(chance.uniform(0.94, 1.05))
    out = io.BytesIO()
    canvas.save(out, "JPEG", quality=92, subsampling="4:2:0")
    return out.getvalue()


def _rows(people: list[Portrait]) -> list[list[Portrait]]:
    """Return people in one to three rows, the upper ones no longer than the lower."""
    count = 1 if len(people) <= 3 else 2 if len(people) <= 8 else MOST_ROWS
    edges = [len(people) * row // count for row in range(count + 1)]
    return [people[start:end] for start, end in itertools.pairwise(edges)]


def _wall(width: int, height: int, chance: random.Random) -> Image.Image:
    """Return a wall lit in the middle, darker at the edges."""
    dark, light = chance.choice(WALLS)
    glow = ImageOps.invert(Image.radial_gradient("L")).resize((width, height))
    lit = Image.new("RGB", (width, height), light)
    return Image.composite(lit, Image.new("RGB", (width, height), dark), glow)


def _hang_row(
    canvas: Image.Image,
    row: list[Portrait],
    middle: float,
    print_height: int,
    chance: random.Random,
) -> None:
    """Hang one row of prints, evenly spaced, onto the canvas in place."""
    step = print_height * PRINT_ASPECT * 1.1
    for at, portrait in enumerate(row):
        sheet = _print(portrait, print_height, mirror=chance.random() < 0.5)
        sheet = sheet.rotate(
            chance.uniform(-2.5, 2.5), Image.Resampling.BICUBIC, expand=True, fillcolor=(*PAPER, 0)
        )
        x = round(canvas.width / 2 + (at - (len(row) - 1) / 2) * step - sheet.width / 2)
        y = round(middle + chance.uniform(-0.015, 0.015) * print_height - sheet.height / 2)
        _shadow(canvas, sheet, (x, y), print_height)
        canvas.paste(sheet, (x, y), sheet)


def _shadow(
    canvas: Image.Image, sheet: Image.Image, corner: tuple[int, int], print_height: int
) -> None:
    """Darken the wall below and right of a print."""
    blur = max(2, print_height // 45)
    reach = 3 * blur
    dark = ImageOps.expand(sheet.getchannel("A"), reach, 0).filter(ImageFilter.GaussianBlur(blur))
    dark = dark.point([value // 2 for value in range(256)])
    place = (corner[0] - reach + blur, corner[1] - reach + round(1.5 * blur))
    canvas.paste((16, 16, 20), place, dark)


def _print(portrait: Portrait, height: int, *, mirror: bool) -> Image.Image:
    """Return a bordered print with soft outer corners, RGBA."""
    face = portrait.face
    with Image.open(io.BytesIO(portrait.content)) as opened:
        image = ImageOps.exif_transpose(opened).convert("RGB")
    high = min(CROP_HEIGHT * face.h, image.height, image.width / PRINT_ASPECT)
    wide = high * PRINT_ASPECT
    left = min(max(0.0, face.x + face.w / 2 - wide / 2), image.width - wide)
    top = min(max(0.0, face.y - ABOVE * face.h), image.height - high)
    border = max(2, height // 28)
    inner = (round(height * PRINT_ASPECT) - 2 * border, height - 2 * border)
    picture = image.resize(inner, Image.Resampling.LANCZOS, (left, top, left + wide, top + high))
    if mirror:
        picture = ImageOps.mirror(picture)
    sheet = ImageOps.expand(picture, border, PAPER).convert("RGBA")
    mask = Image.new("L", sheet.size, 0)
    edge = (0, 0, sheet.width - 1, sheet.height - 1)
    ImageDraw.Draw(mask).rounded_rectangle(edge, radius=border // 2, fill=255)
    sheet.putalpha(mask)
    # A clear edge, so that turning the print leaves no steps along it.
    return ImageOps.expand(sheet, 2, (*PAPER, 0))

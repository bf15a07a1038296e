"""Group photos made from portraits, the same bytes each time (for demo and tests).

Each person is cut out softly, brought to the same head size, and set in one or two rows
before a studio backdrop. It is a montage and looks like one: nobody is shown to have met.
"""

import io
import random
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from licet.terms.face import Box

BACKDROPS = (
    ((38, 52, 71), (122, 142, 163)),
    ((58, 46, 66), (158, 138, 160)),
    ((35, 62, 58), (128, 160, 150)),
    ((70, 52, 40), (182, 156, 130)),
)
ASPECT = 1.5
CROP_FACES = (2.6, 3.3)
"""Width and height of what is cut out around a face, in face heights."""
ABOVE = 0.85
"""How much of the cut-out is above the face, in face heights."""
MOST_IN_A_ROW = 4


@dataclass(frozen=True, slots=True)
class Portrait:
    """A photo of one person with the box of their face in it."""

    content: bytes
    face: Box


def compose(portraits: Sequence[Portrait], *, width: int = 1600, seed: int = 0) -> bytes:
    """Return a group photo as JPEG, ``width`` pixels wide and two thirds as high.

    ``seed`` varies order, backdrop, light and mirroring: another photo of the same people.
    """
    chance = random.Random(seed)  # noqa: S311 - variety, not secrecy
    people = list(portraits)
    chance.shuffle(people)
    height = round(width / ASPECT)
    canvas = _backdrop(width, height, chance)
    for row, back_to_front in _rows(people):
        _place_row(canvas, row, back_to_front, chance)
    canvas = ImageEnhance.Brightness(canvas).enhance(chance.uniform(0.94, 1.06))
    out = io.BytesIO()
    canvas.save(out, "JPEG", quality=92, subsampling="4:2:0")
    return out.getvalue()


def _rows(people: list[Portrait]) -> list[tuple[list[Portrait], float]]:
    """Return rows from back to front, each with where its heads stand (share of the height)."""
    if len(people) <= MOST_IN_A_ROW:
        return [(people, 0.42)]
    half = len(people) // 2
    return [(people[:half], 0.27), (people[half:], 0.62)]


def _backdrop(width: int, height: int, chance: random.Random) -> Image.Image:
    """Return a studio backdrop: lit in the middle, darker at the edges."""
    dark, light = chance.choice(BACKDROPS)
    glow = ImageOps.invert(Image.radial_gradient("L")).resize((width, height))
    return Image.composite(
        Image.new("RGB", (width, height), light), Image.new("RGB", (width, height), dark), glow
    )


def _place_row(
    canvas: Image.Image, row: list[Portrait], stand: float, chance: random.Random
) -> None:
    """Set one row of people, evenly spaced, onto the canvas in place."""
    step = canvas.width / (len(row) + 0.3)
    face_height = min(step / 1.75, canvas.height * 0.27)
    for at, portrait in enumerate(row):
        figure, mask = _cut_out(portrait, face_height, mirror=chance.random() < 0.5)
        x = step * (at + 0.65) + chance.uniform(-0.03, 0.03) * step
        y = canvas.height * stand + chance.uniform(-0.12, 0.12) * face_height
        corner = (round(x - figure.width / 2), round(y - (ABOVE + 0.5) * face_height))
        canvas.paste(figure, corner, mask)


def _cut_out(
    portrait: Portrait, face_height: float, *, mirror: bool
) -> tuple[Image.Image, Image.Image]:
    """Return a person at the wanted face height, with a soft mask around head and shoulders."""
    face = portrait.face
    with Image.open(io.BytesIO(portrait.content)) as opened:
        image = ImageOps.exif_transpose(opened).convert("RGB")
    wide, high = (round(share * face.h) for share in CROP_FACES)
    left = face.x + face.w // 2 - wide // 2
    top = face.y - round(ABOVE * face.h)
    area = (left, top, left + wide, top + high)
    scale = face_height / face.h
    size = (max(8, round(wide * scale)), max(8, round(high * scale)))
    inside = Image.new("L", image.size, 255).crop(area).resize(size)
    figure = image.crop(area).resize(size, Image.Resampling.LANCZOS)
    mask = ImageChops.multiply(_soft(size, face_height), _shrunk(inside, face_height))
    if mirror:
        figure, mask = ImageOps.mirror(figure), ImageOps.mirror(mask)
    return figure, mask


def _soft(size: tuple[int, int], face_height: float) -> Image.Image:
    """Return a mask of a head and shoulders with blurred edges."""
    width, height = size
    mask = Image.new("L", size, 0)
    draw = ImageDraw.Draw(mask)
    middle, chin = width / 2, (ABOVE + 0.95) * face_height
    head = 0.74 * face_height
    draw.ellipse((middle - head, 0.22 * face_height, middle + head, chin + 0.3 * face_height), 255)
    shoulders = (0.1 * width, chin, 0.9 * width, height * 1.2)
    draw.rounded_rectangle(shoulders, radius=0.35 * width, fill=255)
    draw.rectangle((0, height - 0.1 * face_height, width, height), fill=0)
    return mask.filter(ImageFilter.GaussianBlur(0.11 * face_height))


def _shrunk(inside: Image.Image, face_height: float) -> Image.Image:
    """Return where the portrait has pixels, with edges softened inwards."""
    reach = max(1, round(0.12 * face_height))
    framed = ImageOps.expand(inside, reach, 0).filter(ImageFilter.GaussianBlur(reach))
    back = framed.crop((reach, reach, reach + inside.width, reach + inside.height))
    return back.point([max(0, 2 * value - 255) for value in range(256)])

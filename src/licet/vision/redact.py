"""Covering faces for good, and small upright copies.

A covered face keeps nothing: the region (the box with a margin for hair, ears and chin)
is laid over with a mosaic of greys that is the same for every face. A mosaic made of the
face itself, however coarse, would still tell people apart (docs/decisions/cover.md). What
was there is not in the file: the photo is encoded anew, upright, without metadata.
"""

from collections.abc import Sequence
from math import ceil, floor

import numpy as np
import simplejpeg
from PIL import Image, ImageDraw, ImageFont

from licet.terms.covering import MARGIN
from licet.terms.face import Box
from licet.vision.decode import Decode, decode

TILE = Image.frombytes(
    "L",
    (5, 5),
    bytes.fromhex("727c70787e 7a74807076 707e76727c 80707a7e74 76787c7080"),
).convert("RGB")
"""What a cover looks like: chosen once, made of nothing that is in a photo."""
JPEG_QUALITY = 88
OUTLINE = (22, 163, 74)


def redact(
    photo: bytes,
    boxes: Sequence[Box],
    keep: Sequence[Box] = (),
    outline: Sequence[tuple[Box, str]] = (),
    long_side: int | None = None,
    by: Decode = decode,
) -> bytes:
    """Return the photo as upright JPEG, every box except ``keep`` covered.

    A kept face is never uncovered where a covered one overlaps it: covering wins.
    ``long_side`` makes the picture smaller, never larger; boxes are the photo's all the
    same. Raises :class:`licet.vision.decode.UnreadableError`.
    """
    opened = by(photo, long_side)
    image: Image.Image = Image.fromarray(opened.pixels)
    if long_side is not None:
        image.thumbnail((long_side, long_side))
    share = image.width / opened.width, image.height / opened.height
    kept = set(keep)
    for box in boxes:
        if box not in kept:
            cover(image, _scaled(box, share))
    width = max(2, max(image.size) // 300)
    for box, words in outline:
        _outline(image, _scaled(box, share), words, width)
    return to_jpeg(image)


def _scaled(box: Box, share: tuple[float, float]) -> Box:
    """Return a box of the photo in the picture: no pixel of it is left out by rounding."""
    left, top = floor(box.x * share[0]), floor(box.y * share[1])
    right, bottom = ceil((box.x + box.w) * share[0]), ceil((box.y + box.h) * share[1])
    return Box(left, top, right - left, bottom - top)


def to_jpeg(image: Image.Image) -> bytes:
    """Encode RGB pixels; nothing but pixels goes in."""
    pixels = np.ascontiguousarray(image)
    content: bytes = simplejpeg.encode_jpeg(pixels, JPEG_QUALITY, "RGB", "420")
    return content


def cover(image: Image.Image, box: Box) -> None:
    """Cover one region in place: nothing of what is under it is looked at."""
    wide, high = round(box.w * MARGIN), round(box.h * MARGIN)
    left, top = max(0, box.x - wide), max(0, box.y - high)
    right = min(image.width, box.x + box.w + wide)
    bottom = min(image.height, box.y + box.h + high)
    if right <= left or bottom <= top:
        return
    size = (right - left, bottom - top)
    mask = Image.new("L", size, 0)
    ImageDraw.Draw(mask).ellipse((0, 0, size[0] - 1, size[1] - 1), fill=255)
    # The box itself is covered whole; the ellipse only rounds off the margin.
    inner = (box.x - left, box.y - top, box.x - left + box.w, box.y - top + box.h)
    ImageDraw.Draw(mask).rounded_rectangle(inner, radius=min(box.w, box.h) // 4, fill=255)
    image.paste(TILE.resize(size, Image.Resampling.NEAREST), (left, top), mask)


def placed(box: Box, image: Image.Image) -> Box:
    """Return a box given in thousandths of a picture's sides in its pixels."""
    left, top = box.x * image.width // 1000, box.y * image.height // 1000
    right = -(-(box.x + box.w) * image.width // 1000)
    bottom = -(-(box.y + box.h) * image.height // 1000)
    return Box(left, top, right - left, bottom - top)


def _outline(image: Image.Image, box: Box, words: str, width: int) -> None:
    """Draw a box with its label above it, or inside at the photo's upper edge."""
    draw = ImageDraw.Draw(image)
    corners = (box.x, box.y, box.x + box.w, box.y + box.h)
    draw.rounded_rectangle(corners, radius=width * 2, outline=OUTLINE, width=width)
    if not words:
        return
    font = ImageFont.load_default(size=max(12, width * 6))
    left, top, right, bottom = draw.textbbox((0, 0), words, font=font)
    pad = width * 2
    high = int(bottom - top) + 2 * pad
    wide = int(right - left) + 2 * pad
    x = max(0, min(box.x, image.width - wide))
    y = box.y - high if box.y >= high else box.y
    draw.rounded_rectangle((x, y, x + wide, y + high), radius=pad, fill=OUTLINE)
    draw.text((x + pad - left, y + pad - top), words, font=font, fill="white")

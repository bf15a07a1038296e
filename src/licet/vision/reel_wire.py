"""What the process that decodes a video says to the one that asks: fixed fields alone.

Everything goes over one socket. The asker gives an order and serves the file's bytes, piece
by piece, as they are asked for; what comes back are frames as plain planes of samples. Who
takes over the decoder can show other pictures, and nothing else: no answer is unpacked into
an object, and no path or address is ever spoken of.
"""

import struct
from collections.abc import Iterator
from enum import IntEnum
from fractions import Fraction

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from licet.vision.wire import Limits

FILM_LIMITS = Limits(cpu=60, wall=180)
"""What one step may cost: from one word of the process to the next."""

ORDER = struct.Struct("<BQ")
"""What is wanted, and its number: the file's length, or the moment of a still."""
WORD = struct.Struct("<BI")
"""What is said, and how many bytes follow beside its fixed fields."""
PIECE = struct.Struct("<QI")
"""Where a piece of the file begins, and how long it is."""
GIVEN = struct.Struct("<i")
"""How many bytes of the file follow; ``NOT_READ`` when it could not be read."""
NOT_READ = -1
STATE = struct.Struct("<qqqQIIB")
"""Total (-1: unknown), end so far, beginning as a fraction (of 0: unknown), upright size and
orientation (of 0: unknown)."""
FRAME = struct.Struct("<qBBBBBBBII")
"""Moment; whether the scene changed; whether two moments are woven; format; matrix, range,
transfer and primaries of its colours; width and height."""

MOST_PIECE = 4 << 20
MOST_TEXT = 1 << 16

FORMATS = (
    "rgb24",
    "yuv420p",
    "yuvj420p",
    "yuv422p",
    "yuvj422p",
    "yuv444p",
    "yuvj444p",
    "yuv420p10le",
)
"""How samples are handed over; what comes otherwise is made the first one."""
WIDE = {"rgb24": 3, "yuv420p10le": 2}
"""Bytes of one sample of a plane, where it is not one."""


class Order(IntEnum):
    """What the asker says."""

    OPEN = 1
    LOOKS = 2
    EVERY = 3
    STILL = 4
    CLOSE = 5


class Word(IntEnum):
    """What the process says."""

    READ = 1
    BEAT = 2
    OPENED = 3
    FRAME = 4
    END = 5
    UNREADABLE = 6
    TOO_MUCH = 7


def fraction_of(number: int, parts: int) -> Fraction | None:
    """Return a fraction of the wire, None where there is none."""
    return Fraction(number, parts) if parts else None


def handed_over(picture: VideoFrame) -> VideoFrame:
    """Return a picture in a format that can be handed over."""
    plain = picture.format.name in FORMATS and all(one.line_size > 0 for one in picture.planes)
    return picture if plain else picture.reformat(format=FORMATS[0])


def samples(picture: VideoFrame) -> Iterator[NDArray[np.uint8]]:
    """Yield each plane as rows of bytes without padding; writing to it changes the picture."""
    wide = WIDE.get(picture.format.name, 1)
    for plane in picture.planes:
        rows = np.frombuffer(memoryview(plane), np.uint8)[: plane.height * plane.line_size]
        yield rows.reshape(plane.height, plane.line_size)[:, : plane.width * wide]

"""What the process that decodes says to the one that asks: fixed fields, nothing to interpret.

One file in memory is shared by the two: the photo's bytes at its beginning, its pixels
behind them. A question and an answer go over a socket. Whoever takes over the decoder
through a bent file can answer wrong pixels, a wrong size or a wrong sentence, and nothing
else: no answer is unpacked into an object.
"""

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

from licet.vision.decode import MAX_BYTES, MAX_PIXELS

PIXELS_FROM = MAX_BYTES + 4096 - MAX_BYTES % 4096
SHARED = PIXELS_FROM + 3 * MAX_PIXELS
"""Length of the shared file. It takes memory only where it was written."""

QUESTION = struct.Struct("<II")
"""Length of the photo, and the long side wanted (0: full size)."""
ANSWER = struct.Struct("<BIIIIH")
"""How it went; upright width and height of the photo; rows and columns of the pixels; length
of the text that follows."""
MOST_TEXT = 600
READY = b"R"


class Went(IntEnum):
    """How decoding one photo went."""

    WELL = 0
    UNREADABLE = 1
    TOO_MUCH = 2
    """It needed more memory than it may have."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one photo may cost: seconds of the processor, seconds in all, bytes of memory.

    The largest photo that is read (128 megapixels) takes about ten seconds of the processor
    and 2 GB. Seconds in all are many more, for a machine that does much else.
    """

    cpu: int = 30
    wall: float = 180
    memory: int = 3 << 30


class Ends(Protocol):
    """A socket, as far as it is used here."""

    def recv(self, size: int, /) -> bytes:
        """Return the next bytes, none when the other end is closed."""
        ...


def receive(ends: Ends, size: int) -> bytes | None:
    """Return so many bytes, or None when the other end closed first."""
    parts = bytearray()
    while len(parts) < size:
        part = ends.recv(size - len(parts))
        if not part:
            return None
        parts += part
    return bytes(parts)

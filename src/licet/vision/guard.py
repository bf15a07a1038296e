"""What a video may cost and what its decoder may raise: limits before anything is decoded."""

import struct
from typing import Protocol

import av

from licet.terms.clip import VideoFile

MOST_PIXELS = 36_000_000
"""8K, either way up."""
MOST_HOURS = 24
READ_OVER = 4
READ_MORE = 64 * 1024 * 1024

HOSTILE = (
    av.error.FFmpegError, OSError, ValueError, LookupError, TypeError, AttributeError,
    ArithmeticError, RuntimeError, MemoryError, AssertionError, struct.error,
)  # fmt: skip
"""What the decoder raises on bytes that somebody bent, all meaning "unreadable"."""


class Beat(Protocol):
    """Called again and again while a video is read: what it raises ends the reading."""

    def __call__(self) -> None:
        """Go on, or raise."""
        ...


class TooMuchError(Exception):
    """A file that is read over and over."""


class Reader:
    """The file, read for as long as that leads anywhere.

    Reading goes over the file's bytes four times at most, however its tables point to and
    fro, and 64 MB more.
    """

    def __init__(self, file: VideoFile) -> None:
        self._file = file
        self._left = READ_OVER * file.seek(0, 2) + READ_MORE
        file.seek(0)
        self.seek, self.tell = file.seek, file.tell

    def read(self, size: int) -> bytes:
        """Return the next bytes. Raises :class:`TooMuchError`."""
        content = self._file.read(size)
        self._left -= len(content)
        if self._left < 0:
            raise TooMuchError
        return content


def in_bounds(width: int, height: int) -> bool:
    """Tell whether a picture has pixels, and no more than are decoded."""
    return width > 0 and height > 0 and width * height <= MOST_PIXELS

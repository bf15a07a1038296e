"""A file elsewhere that is read in ranges, where it lies."""

import io
from collections.abc import Callable
from typing import Any, BinaryIO, cast

BUFFER = 1024 * 1024
"""Read at once, so that small reads do not each become a request."""


class _Ranges(io.RawIOBase):
    def __init__(
        self, size: int, fetch: Callable[[int, int], bytes], end: Callable[[], object]
    ) -> None:
        self._size = size
        self._fetch = fetch
        self._end = end
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0, /) -> int:
        place = offset + (0, self._at, self._size)[whence]
        if place < 0:
            raise ValueError("a place before the beginning")
        self._at = place
        return place

    def tell(self) -> int:
        return self._at

    def readinto(self, into: Any, /) -> int:
        end = min(self._size, self._at + len(into))
        if end <= self._at:
            return 0
        found = self._fetch(self._at, end)
        into[: len(found)] = found
        self._at += len(found)
        return len(found)

    def close(self) -> None:
        if not self.closed:
            self._end()
        super().close()


def ranged(
    size: int, fetch: Callable[[int, int], bytes], end: Callable[[], object] = lambda: None
) -> BinaryIO:
    """Return an open file of ``size`` bytes; ``fetch`` gives those from one place to another.

    What ``fetch`` raises, reading raises: an ``OSError`` is what readers know. ``end`` is
    called when it is closed.
    """
    return cast(BinaryIO, io.BufferedReader(_Ranges(size, fetch, end), BUFFER))

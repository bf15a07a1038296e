"""A ZIP file that is sent while it is made: one photo is in memory at a time."""

import io
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any


class _Line(io.RawIOBase):
    """What is written, until it is taken away; nobody goes back in it."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        part = bytes(data)
        self._parts.append(part)
        return len(part)

    def taken(self) -> bytes:
        found, self._parts = b"".join(self._parts), []
        return found


def zipped(files: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    """Yield the parts of a ZIP of files (name, bytes), as they come. Photos are not packed."""
    line = _Line()
    with zipfile.ZipFile(line, "w", zipfile.ZIP_STORED) as made:
        for name, data in files:
            made.writestr(name, data)
            yield line.taken()
    yield line.taken()

"""One video file as a source of its own, with the papers of that video alone.

Its folder is opened as any folder is, so that no link leads out; the other files in it are
never read.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from licet.sources.address import to_address
from licet.sources.contract import NO_PHOTO, Address
from licet.sources.folder import FolderSource
from licet.terms.errors import BadInput
from licet.terms.face import Unreadable


class VideoSource:
    """A source that holds one video. Raises ``BadInput`` when there is no such video."""

    def __init__(self, path: Path) -> None:
        self._folder = FolderSource(path.parent)
        self._address = to_address((path.name.encode("utf-8", "surrogateescape"),))
        film = self._folder.open_video(self._address)
        if film is None:
            raise BadInput("this is no video that can be read", "Name an MP4, MOV or MKV file.")
        film.close()

    def walk(self, after: str = "") -> Iterator[Address]:
        """Yield the one address, unless it was read already."""
        if after != self._address:
            yield self._address

    def read(self, address: Address) -> bytes | Unreadable:
        """Say that it is no photo. Raises ``BadInput`` for another address."""
        self._own(address)
        return NO_PHOTO

    def open_video(self, address: Address) -> BinaryIO | None:
        """Return the open video, None when it is gone. Raises ``BadInput`` for another address."""
        return self._folder.open_video(self._own(address))

    def sidecars(self, address: Address) -> tuple[bytes | None, ...]:
        """Return the XMP beside the video. Raises ``BadInput`` for another address."""
        return self._folder.sidecars(self._own(address))

    def count(self) -> int:
        """Return how many addresses there are: one."""
        return 1

    def changed_at(self, address: Address) -> datetime | None:
        """Return when the video was last written, None when it is gone.

        Raises ``BadInput`` for another address.
        """
        return self._folder.changed_at(self._own(address))

    def _own(self, address: Address) -> Address:
        if address != self._address:
            raise BadInput("this source never gave that address", "Collect it again.")
        return address

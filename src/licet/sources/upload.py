"""Photos and videos that were handed in, as a source of items.

They lie with the operator itself, sealed; where, and under which keys, is no business of
this room. The order of a walk is that of their ids. It needs no state, so a walk resumes
after any address, also after one that is gone.

An address is the id, a slash, and the name under which the file was handed in: a person who
reads why it was collected knows it by that.
"""

from collections.abc import Iterator
from typing import BinaryIO, Protocol

from licet.sources.contract import MOST_BYTES, NO_PHOTO, Address
from licet.sources.sniff import photo_format, video_format
from licet.terms.errors import BadInput
from licet.terms.face import Unreadable

_HEAD = 64
_GONE = Unreadable("the copy is not kept any more", "Nothing; it is skipped.")
_DAMAGED = Unreadable(
    "the copy is damaged", "Bring the folder of copies back, or hand it in again."
)

LONGEST_NAME = 200


class Copies(Protocol):
    """What keeps the copies: lists them by id, and opens one."""

    def listed(self, after: str) -> Iterator[tuple[str, str]]:
        """Yield the id and the name of every copy after an id, in the order of the ids."""
        ...

    def open(self, copy: str) -> BinaryIO | None:
        """Return a copy's bytes as an open file, None when it is gone; reads may ``OSError``."""
        ...

    def count(self) -> int:
        """Return how many copies there are."""
        ...


class UploadSource:
    """The photos and videos that were handed in to one source."""

    def __init__(self, copies: Copies) -> None:
        self._copies = copies

    def walk(self, after: str = "") -> Iterator[Address]:
        """Yield addresses in order."""
        for copy, name in self._copies.listed(after.partition("/")[0]):
            yield Address(f"{copy}/{name}")

    def read(self, address: Address) -> bytes | Unreadable:
        """Return the photo's bytes, or why not. Raises ``BadInput`` for no address of ours."""
        file = self._open(address)
        if file is None:
            return _GONE
        with file:
            try:
                head = file.read(_HEAD)
                if photo_format(head) is None:
                    return NO_PHOTO
                return head + file.read(MOST_BYTES)
            except OSError:
                return _DAMAGED

    def open_video(self, address: Address) -> BinaryIO | None:
        """Return the open video behind an address, None when it is gone or none."""
        file = self._open(address)
        if file is None:
            return None
        try:
            is_video = video_format(file.read(_HEAD)) is not None
            file.seek(0)
        except OSError:
            is_video = False
        if is_video:
            return file
        file.close()
        return None

    def count(self) -> int:
        """Return how many addresses a walk would yield now."""
        return self._copies.count()

    def _open(self, address: Address) -> BinaryIO | None:
        copy, slash, _ = address.partition("/")
        if not slash or not copy:
            raise BadInput("this source never gave that address", "Use one that it listed.")
        return self._copies.open(copy)


def plain_name(name: str) -> str:
    """Return the last part of a file's name as one line of printable text, never empty."""
    last = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    shown = "".join(letter if letter.isprintable() else "_" for letter in last)
    return shown[-LONGEST_NAME:].strip() or "unnamed"

"""What every source of items does.

A source lists addresses in a stable order and gives the bytes behind one. Whether it
may be listed or read at all is decided elsewhere: a flow holds a permit first.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO, NewType, Protocol, runtime_checkable

from licet.terms.face import Unreadable

Address = NewType("Address", str)
"""Where an item is within its source, as text that UTF-8 can hold. Opaque to flows."""

MOST_BYTES = 100 * 1024 * 1024
"""No photo is larger; a larger file is not read at all."""

NO_PHOTO = Unreadable("the file is not a photo in a known format", "Remove it, or convert it.")
"""What reading says of every other file, before it reads on."""

UNCHANGED = Unreadable("it is as it was when it was collected", "Nothing.")
"""What reading in a walk says of what was collected before and has not changed."""


class ItemSource(Protocol):
    """A place that items come from."""

    def walk(self, after: str = "") -> Iterator[Address]:
        """Yield the address of every item after ``after``, in an order that never changes.

        An address that is gone by now may still be resumed after. What cannot be
        listed is yielded too, so that reading it says why.
        """
        ...

    def read(self, address: Address) -> bytes | Unreadable:
        """Return the item's bytes, or why it cannot be read and what to do about it.

        Raises ``BadInput`` for an address that this source can never have given.
        """
        ...

    def count(self) -> int:
        """Return how many addresses a walk from the start would yield now, for progress."""
        ...


@runtime_checkable
class HoldsVideos(Protocol):
    """A place of which videos can be read where they lie."""

    def open_video(self, address: Address) -> BinaryIO | None:
        """Return the open video behind an address, None when it is none or cannot be read."""
        ...


@runtime_checkable
class HoldsSidecars(Protocol):
    """A place where files beside an item say something about it."""

    def sidecars(self, address: Address) -> tuple[bytes | None, ...]:
        """Return the XMP beside an item; None for one that is there and cannot be read."""
        ...


@runtime_checkable
class TellsChange(Protocol):
    """A place that knows when its items were last written."""

    def changed_at(self, address: Address) -> datetime | None:
        """Return when the item was last written, in UTC, or None when it cannot be told."""
        ...


@runtime_checkable
class Remembers(Protocol):
    """A place that, walked again, reads only what changed."""

    def read_again(self, address: Address) -> bytes | Unreadable:
        """Return the item's bytes as :meth:`ItemSource.read` does, changed or not."""
        ...


def read_whole(place: ItemSource, address: Address) -> bytes | Unreadable:
    """Return the item's bytes, also from a place that has nothing new to give."""
    return place.read_again(address) if isinstance(place, Remembers) else place.read(address)

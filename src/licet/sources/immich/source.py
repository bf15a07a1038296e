"""A library of an Immich server as a source of items, which is only read.

1. The listing is read once in a walk, before the first photo; who reads one photo alone asks
   anew whether it may still be read.
2. The original file is read, with a bound; a video is read in parts where it lies.
3. What was collected, and has the same checksum and the same time of its file, is not read
   again in a walk.
4. Each decision is handed on, to be written down.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO

from licet.sources.contract import MOST_BYTES, NO_PHOTO, UNCHANGED, Address
from licet.sources.immich.door import Door, NotAllowed, NotThere, NotWhole
from licet.sources.immich.listing import (
    Asset,
    Listing,
    id_of,
    owner_of,
    read_listing,
    read_one,
)
from licet.sources.sniff import FIRST_BYTES, photo_format, video_format
from licet.terms.errors import LicetError
from licet.terms.face import Unreadable
from licet.terms.ranged import ranged
from licet.terms.source import Fate, Trace

_NOTHING = Listing({}, ())
_GONE = Unreadable("it is not in the library any more", "Nothing; it is skipped.")
_STOPPED = Unreadable(
    "it may not be collected any more", "See `licet source show` for what it lacks."
)
_TAKEN = (
    "the library's owner gave the key; the photo is theirs, and nothing there speaks against it"
)


@dataclass(frozen=True)
class Reader:
    """Who reads a library. ``known`` is the state in which a photo was kept, empty for none.

    ``walked`` says that all of it is walked, and what is known is not read again.
    """

    known: Callable[[Address], tuple[str, str]] = lambda _address: ("", "")
    walked: bool = False


@dataclass
class LibrarySource:
    """The photos and videos of a library. Close the door after use."""

    door: Door
    reader: Reader = field(default_factory=Reader)
    _listing: Listing | None = None
    _traces: list[Trace] = field(default_factory=list)
    _written: dict[Address, datetime] = field(default_factory=dict)
    _owner: str = ""

    def walk(self, after: str = "") -> Iterator[Address]:
        """Yield addresses in order. Raises as ``Door.ask`` does."""
        yield from (one for one in self._listed().assets if one > after)

    def count(self) -> int:
        """Return how many addresses a walk would yield; reads the listing first, once."""
        return len(self._listed().assets)

    def read(self, address: Address) -> bytes | Unreadable:
        """Return the bytes of a photo, or why not; in a walk ``UNCHANGED`` for one kept before."""
        if self.reader.walked:
            asset = self._asset(address)
            known = self.reader.known(address)
            if isinstance(asset, Asset) and any(known) and known == asset.state:
                return UNCHANGED
        return self.read_again(address)

    def read_again(self, address: Address) -> bytes | Unreadable:
        """Return the bytes of a photo, changed or not. At most 100 MB are read."""
        asset = self._asset(address)
        if isinstance(asset, Unreadable):
            return asset
        if asset.is_video:
            return NO_PHOTO
        found = self._read(asset)
        if isinstance(found, bytes):
            self._take(asset)
        return found

    def open_video(self, address: Address) -> BinaryIO | None:
        """Return the open video behind an address, read in parts of the file that it is now."""
        asset = self._asset(address)
        if isinstance(asset, Unreadable):
            return None
        path = _path(asset)
        try:
            first = self.door.part(path, 0, FIRST_BYTES)
        except (NotAllowed, NotThere, NotWhole):
            return None
        if video_format(first.data) is None:
            return None

        def fetch(start: int, end: int) -> bytes:
            try:
                part = self.door.part(path, start, end)
            except (LicetError, NotAllowed, NotThere, NotWhole) as problem:
                raise OSError("the video cannot be read on") from problem
            if (part.tag, part.total) != (first.tag, first.total):
                raise OSError("the video was changed while it was read")
            return part.data

        self._take(asset)
        return ranged(first.total, fetch)

    def changed_at(self, address: Address) -> datetime | None:
        """Return when the file was last written, as the library says, or None."""
        if self._listing is not None and address in self._listing.assets:
            return self._listing.assets[address].written_at
        return self._written.get(address)

    def traces(self) -> tuple[Trace, ...]:
        """Return the decisions made since this was last asked, and let go of them."""
        made, self._traces = tuple(self._traces), []
        return made

    def close(self) -> None:
        """Close the connection."""
        self.door.close()

    def _listed(self) -> Listing:
        if self._listing is None:
            try:
                self._listing = read_listing(self.door, self._whose(), self._was_kept)
            except NotAllowed:
                return _NOTHING
            self._traces += self._listing.left_out
        return self._listing

    def _whose(self) -> str:
        """Return whose key it is, which is asked once."""
        self._owner = self._owner or owner_of(self.door)
        return self._owner

    def _was_kept(self, address: Address) -> bool:
        return self.reader.walked and any(self.reader.known(address))

    def _asset(self, address: Address) -> Asset | Unreadable:
        """Return what may be read at an address, or why nothing may."""
        wanted = id_of(address)
        if self._listing is not None:
            return self._listing.assets.get(address, _GONE)
        try:
            found = read_one(self.door, self._whose(), wanted)
        except NotAllowed:
            return _STOPPED
        if isinstance(found, Trace):
            return Unreadable(found.because, "Nothing: the library's owner put it there.")
        return found or _GONE

    def _read(self, asset: Asset) -> bytes | Unreadable:
        try:
            data = self.door.whole(_path(asset), MOST_BYTES, _is_photo)
        except NotAllowed:
            return _STOPPED
        except NotThere:
            return _GONE
        except NotWhole as why:
            return Unreadable(f"the library does not give it: {why}", "Collect again later.")
        return NO_PHOTO if data is None else data

    def _take(self, asset: Asset) -> None:
        if asset.written_at is not None:
            self._written = {asset.address: asset.written_at}
        self._traces.append(Trace(asset.address, Fate.COLLECTED, "authority", _TAKEN, asset.state))


def _is_photo(head: bytes) -> bool:
    return photo_format(head) is not None


def _path(asset: Asset) -> str:
    return f"/assets/{asset.id}/original"

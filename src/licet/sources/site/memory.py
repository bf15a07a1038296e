"""What is remembered of a site between two walks, so that only what changed is read again."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Validators:
    """What the site said about the state of an address (RFC 9110, 8.8)."""

    etag: str = ""
    modified: str = ""

    def fields(self) -> list[tuple[bytes, bytes]]:
        """Return the fields that ask for it only if it changed."""
        asked = [(b"If-None-Match", self.etag), (b"If-Modified-Since", self.modified)]
        return [(name, value.encode("latin-1")) for name, value in asked if value]

    def __bool__(self) -> bool:
        return bool(self.etag or self.modified)


NOTHING = Validators()
"""Nothing is known of an address: it is read whatever its state."""


@dataclass(frozen=True, slots=True)
class Page:
    """What a page names.

    ``links`` are further pages. Each of ``photos`` is one photo, as the addresses of its
    copies, the largest first; those of ``outside`` lie outside the place. ``reserved`` is
    why none of them may be taken, "" for no reason. All addresses in their one spelling.
    ``dated`` says that it names a date: unchanged, it says something else later.
    """

    links: tuple[str, ...] = ()
    photos: tuple[tuple[str, ...], ...] = ()
    outside: tuple[str, ...] = ()
    reserved: str = ""
    dated: bool = False


@dataclass(frozen=True, slots=True)
class Visit:
    """A page as it was when it was last read, and when that was (UTC)."""

    page: Page
    validators: Validators
    at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """What was decided on a photo last: the page that named it, and what reserved it."""

    page: str = ""
    reserved: str = ""


class Memory(Protocol):
    """What a site source remembers. Addresses may name people: whoever keeps them seals them.

    Pages are kept as they are read. A photo's validators are for the flow to keep, in the
    unit of work that keeps its item: kept earlier, a crash in between would lose the photo.
    """

    def visits(self) -> Iterator[tuple[str, Visit]]:
        """Yield every page that is remembered, with its address."""
        ...

    def visit(self, address: str) -> Visit | None:
        """Return what is remembered of a page, or None."""
        ...

    def keep(self, address: str, visit: Visit) -> None:
        """Remember a page."""
        ...

    def forget(self, address: str) -> None:
        """Forget a page that is gone."""
        ...

    def photo(self, address: str) -> Validators:
        """Return what a photo was kept with, empty for one that was not."""
        ...

    def told(self, address: str) -> Told:
        """Return what was decided on a photo last, empty where nothing is known of it."""
        ...


@dataclass
class ShortMemory:
    """Remembers for as long as the process lives."""

    pages: dict[str, Visit] = field(default_factory=dict)
    photos: dict[str, Validators] = field(default_factory=dict)

    def visits(self) -> Iterator[tuple[str, Visit]]:
        """Yield every page that is remembered, with its address."""
        yield from list(self.pages.items())

    def visit(self, address: str) -> Visit | None:
        """Return what is remembered of a page, or None."""
        return self.pages.get(address)

    def keep(self, address: str, visit: Visit) -> None:
        """Remember a page."""
        self.pages[address] = visit

    def forget(self, address: str) -> None:
        """Forget a page that is gone."""
        self.pages.pop(address, None)

    def photo(self, address: str) -> Validators:
        """Return what a photo was kept with, empty for one that was not."""
        return self.photos.get(address, NOTHING)

    def told(self, address: str) -> Told:
        """Return the first page that names a photo."""
        named = (
            page
            for page, visit in sorted(self.pages.items())
            if any(address in copies for copies in visit.page.photos)
        )
        return Told(next(named, ""))

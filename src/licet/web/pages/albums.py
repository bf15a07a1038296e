"""The console's pages of links: the list with its form, and the sheet that is printed."""

from dataclasses import dataclass
from typing import ClassVar

from licet.consent.ceilings import LINK_PEOPLE, LINK_TERM, LINK_UNSEEN
from licet.terms.album import LinkLine
from licet.terms.basis import Told

LANGUAGES = ("en", "de", "fr")
"""The languages of a sheet, in the order in which they stand on it."""


@dataclass(frozen=True, slots=True)
class Albums:
    """The links of an organisation. ``sources`` are those that one may be opened for."""

    template: ClassVar[str] = "albums.html"

    lines: tuple[LinkLine, ...]
    origin: str
    sources: tuple[tuple[str, str], ...] = ()
    may_open: bool = False
    done: str = ""
    longest: int = LINK_TERM.days
    most: int = LINK_PEOPLE
    unseen: int = LINK_UNSEEN


@dataclass(frozen=True, slots=True)
class AlbumSheet:
    """A link to be printed: its QR code, its address, and the notice in each language."""

    template: ClassVar[str] = "album_sheet.html"

    line: LinkLine
    address: str
    notices: tuple[Told, ...]

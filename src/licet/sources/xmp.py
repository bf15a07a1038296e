"""What somebody wrote about a photo in XMP: in a file beside it, or in the photo itself.

digiKam and darktable write ``photo.jpg.xmp``, Lightroom and Bridge ``photo.xmp``; both write
into the photo as well, where they can (ISO 16684-1).

1. What reserves a photo is obeyed in a sidecar as in the photo (``reserved_photo``).
2. A source may name tags: a photo that bears one of them is left out. The word ``rejected``
   stands for the flag as well: a rating of -1, digiKam's pick label, Lightroom's pick.
3. Names are never read out. Regions of faces and lists of who is pictured are passed over
   while reading; tags, which name people too, are compared here and let go of.
4. Sidecars come from outside: a document with a DOCTYPE is refused, so that no entity is
   ever expanded, and so is one that is larger or deeper than any that is meant. What is
   there and cannot be read may reserve the photo, so it does.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from xml.parsers import expat

from licet.sources.reserved_photo import packets_of, reserved_by_photo
from licet.terms.errors import BadInput

MOST_XMP = 16 * 1024 * 1024
"""Bytes of a sidecar. Those with many masks have some hundred thousand."""

REJECTED = "rejected"

MOST_TAGS, LONGEST_TAG = 20, 64
"""How many tags a source may name, and how long one is."""

MOST_DEEP = 200
"""Elements within each other. Those that programs write go ten deep."""

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_TDM = "http://www.w3.org/ns/tdmrep/ reservation"
_FLAGS = {
    "http://ns.adobe.com/xap/1.0/ Rating": ("-1", "-1.0"),
    "http://www.digikam.org/ns/1.0/ PickLabel": ("1",),
    "http://ns.adobe.com/xmp/1.0/DynamicMedia/ pick": ("-1",),
    "http://ns.adobe.com/xmp/1.0/DynamicMedia/ good": ("false",),
}
"""Properties that reject a photo, each with the values by which they do."""

_TAGS = frozenset(
    {
        "http://purl.org/dc/elements/1.1/ subject",
        "http://ns.adobe.com/lightroom/1.0/ hierarchicalSubject",
        "http://www.digikam.org/ns/1.0/ TagsList",
        "http://ns.microsoft.com/photo/1.0 LastKeywordXMP",
        "http://ns.microsoft.com/photo/1.0/ LastKeywordXMP",
        "http://ns.iview-multimedia.com/mediapro/1.0/ CatalogSets",
        "http://ns.adobe.com/xap/1.0/ Label",
    }
)
"""Properties that hold tags, one or a path of them. A colour label is a word of its owner's."""

_PEOPLE = (
    "http://www.metadataworkinggroup.com/schemas/regions/ ",
    "http://ns.microsoft.com/photo/1.2/",
    "http://iptc.org/std/Iptc4xmpExt/2008-02-29/ PersonInImage",
    "http://iptc.org/std/Iptc4xmpExt/2008-02-29/ ImageRegion",
    "http://ns.apple.com/faceinfo/1.0/ ",
)
"""How the properties begin that say who is pictured: all below them is passed over."""


@dataclass(frozen=True, slots=True)
class Left:
    """Why a photo is left out: the rule's word, and a sentence that quotes nothing of it."""

    rule: str
    because: str


UNREAD = Left("sidecar", "left out: the file beside it cannot be read, and may reserve it")
_UNREAD_WITHIN = Left("tagged", "left out: what is written in it of its tags cannot be read")
_TAGGED = Left("tagged", "left out: it bears a tag that the source leaves out")
_REJECTED = Left("tagged", "left out: it is marked as rejected")


def folded(tag: str) -> str:
    """Return a tag as tags are compared: without case, in one way of writing letters."""
    return unicodedata.normalize("NFKC", tag).casefold().strip()


def tags_of_wish(tags: Iterable[str]) -> frozenset[str]:
    """Return the tags that a source is to leave out, folded. Raises ``BadInput``."""
    found = frozenset(map(folded, tags))
    if len(found) > MOST_TAGS or any(not 0 < len(tag) <= LONGEST_TAG for tag in found):
        raise BadInput(
            f"a source names at most {MOST_TAGS} tags of {LONGEST_TAG} letters",
            "Give the photos one tag of their own, and name that.",
        )
    if any(set(tag) & set("/|") for tag in found):
        raise BadInput("a tag is one name, not a path", "Name the tag without those above it.")
    return found


def left_out_beside(
    sidecars: Iterable[bytes | None], leave_out: frozenset[str] = frozenset()
) -> Left | None:
    """Return why the files beside a photo leave it out, None where they do not.

    None among the sidecars is one that is there and cannot be read.
    """
    for data in sidecars:
        read = None if data is None else _Reader(leave_out).read(data)
        if data is None or read is None:
            return UNREAD
        found = reserved_by_photo(data) or reserved_by_photo(read.text)
        if found is not None:
            return Left("reserved", f"left out: the file beside it reserves it ({found.says})")
        if read.left is not None:
            return read.left
    return None


def left_out_within(photo: bytes, leave_out: frozenset[str]) -> Left | None:
    """Return why the tags in a photo's own bytes leave it out, None where they do not."""
    for packet in packets_of(photo) if leave_out else ():
        read = _Reader(leave_out).read(packet)
        if read is None:
            return _UNREAD_WITHIN
        if read.left is not None:
            return read.left
    return None


class _Refused(Exception):
    """The document is of a kind that is not read further."""


@dataclass(frozen=True, slots=True)
class _Read:
    left: Left | None
    text: bytes


class _Reader:
    """Reads one document. ``left`` is why its photo is left out, ``text`` its words in one piece.

    The words stand in a packet of their own, so that they are looked through as a photo's are.
    """

    def __init__(self, leave_out: frozenset[str]) -> None:
        self._leave_out = leave_out
        self._left: Left | None = None
        self._words: list[str] = []
        self._path: list[str] = []
        self._text: list[str] = []
        self._people = 0

    def read(self, data: bytes) -> _Read | None:
        """Return what a document says, None for one that cannot be understood."""
        if len(data) > MOST_XMP:
            return None
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._data
        try:
            parser.Parse(data, True)
        except (expat.ExpatError, LookupError, ValueError, _Refused):
            # The middle two are an encoding that nobody knows, or that expat cannot read.
            return None
        # Written as text, what looks like the end of a packet ended it.
        said = "\n".join(self._words).replace("<", " ")
        return _Read(self._left, f"<rdf:RDF>{said}</rdf:RDF>".encode("utf-8", "replace"))

    def _doctype(self, *_declared: object) -> None:
        raise _Refused

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._say()
        self._path.append(name)
        if len(self._path) > MOST_DEEP:
            raise _Refused
        if self._people or name.startswith(_PEOPLE):
            self._people += 1
            return
        for key, value in attributes.items():
            if not key.startswith(_PEOPLE):
                self._take(self._property() if key.startswith(_RDF) else key, value)

    def _end(self, _name: str) -> None:
        self._say()
        self._path.pop()
        self._people -= bool(self._people)

    def _data(self, text: str) -> None:
        if not self._people:
            self._text.append(text)

    def _say(self) -> None:
        """Take the text since the last tag: it is the innermost property's."""
        text = "".join(self._text)
        self._text.clear()
        if text.strip():
            self._take(self._property(), text)

    def _property(self) -> str:
        return next((one for one in reversed(self._path) if not one.startswith(_RDF)), "")

    def _take(self, name: str, value: str) -> None:
        self._words.append(f'tdm:reservation="{value}"' if name == _TDM else value)
        plain = folded(value)
        if REJECTED in self._leave_out and plain in _FLAGS.get(name, ()):
            self._left = self._left or _REJECTED
        if name in _TAGS and not self._leave_out.isdisjoint(_levels(plain)):
            self._left = self._left or _TAGGED


def _levels(path: str) -> Iterator[str]:
    """Yield each tag of a path: ``people/club`` bears both."""
    yield from (part.strip() for part in path.replace("|", "/").split("/"))

"""Reservations that a photo itself states (Directive (EU) 2019/790, 4(3); row A3).

Without decoding a pixel or checking a signature, in the photo's bytes:

1. IPTC and PLUS: the XMP property *Data Mining* with any value that prohibits.
2. The TDM Reservation Protocol's property in XMP.
3. C2PA and CAWG: a *training and data mining* assertion with a use that is not allowed or
   constrained. An unsigned one is obeyed as well: a wish needs no certificate.
4. The words ``noai`` and ``noimageai`` in Exif, XMP, IPTC, comments and text.

What prohibits training alone counts too: whoever does not want a model to learn from a
photo wants its faces found still less. What is written but cannot be understood reserves;
what is packed in a way that no camera or editor uses (a compressed C2PA manifest, XMP in a
deflated HEIF item) is not seen.
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise


class Reserved(StrEnum):
    """By what a photo is reserved."""

    PLUS = "plus_data_mining"
    TDM = "tdm_reservation"
    C2PA = "training_mining_assertion"
    NO_AI = "noai"


@dataclass(frozen=True, slots=True)
class PhotoReservation:
    """What reserves a photo: the kind, and the words that it uses."""

    by: Reserved
    says: str


MOST_TEXT = 1_000_000
"""Bytes that one packed text of a PNG may grow to."""
NEAR = 96
"""Bytes within which an assertion's content follows its label."""

_DMI = b"DMI-PROHIBITED"
_PLUS = re.compile(_DMI + rb"[A-Z-]*")
_WIDE = b"\0".join(bytes([letter]) for letter in _DMI)
"""The same in text of two bytes a letter, whichever of the two comes first."""
_TDM = re.compile(rb"(?<![/\w])tdm:reservation\s*(?:=\s*[\"']|>)\s*([^\"'<]{0,40})")
_LABEL = re.compile(
    rb"jumd.{17}((?:c2pa|cawg)\.training-mining)(?:\.v\d+)?(?:__\d+)?\x00", re.DOTALL
)
"""The description box of an assertion: type (16 bytes), what it holds (1), label."""
_FORBIDS = re.compile(rb"notAllowed|constrained")
_NO_AI = re.compile(rb"(?<![a-z0-9])(?:noai|noimageai)(?![a-z0-9])")
_PACKET = re.compile(rb"<(?:x:xmpmeta|rdf:RDF)\b"), re.compile(rb"</(?:x:xmpmeta|rdf:RDF)>")
_DOCUMENT = re.compile(rb"<x:x[am]pmeta\b"), re.compile(rb"</x:x[am]pmeta>")
_BARE = re.compile(rb"<rdf:RDF\b"), re.compile(rb"</rdf:RDF>")
_EXIF, _EXIF_BYTES = b"Exif\0\0", 65_536


def reserved_by_photo(photo: bytes) -> PhotoReservation | None:
    """Return what in a photo's bytes reserves it, None for nothing.

    A plain word is looked for before a pattern, and the longer it is the faster it is found:
    this goes over every byte of every photo.
    """
    told = list(_told(photo))
    everywhere = (photo, *told)
    for part in everywhere:  # 1
        found = _PLUS.search(_plain(part))
        if found:
            return PhotoReservation(Reserved.PLUS, found[0].decode())
    for part in everywhere:  # 2
        for found in _TDM.finditer(part) if b"tdm:reservation" in part else ():
            if found[1].strip() != b"0":
                return PhotoReservation(Reserved.TDM, "tdm:reservation")
    for part in (photo, _manifests(photo)):  # 3
        for found in _LABEL.finditer(part) if b".training-mining" in part else ():
            if _forbids(part, found.end()):
                return PhotoReservation(Reserved.C2PA, found[1].decode())
    for part in told:  # 4
        word = _NO_AI.search(part.lower()) or _NO_AI.search(part.replace(b"\0", b"").lower())
        if word:
            return PhotoReservation(Reserved.NO_AI, word[0].decode())
    return None


def packets_of(photo: bytes) -> Iterator[bytes]:
    """Yield the packets of XMP in a photo's bytes, each a document of its own."""
    by_parts = photo.startswith((b"\xff\xd8", b"\x89PNG"))
    for part in _told(photo) if by_parts else (photo,):
        yield from list(_between(part, *_DOCUMENT)) or _between(part, *_BARE)


def _between(part: bytes, begin: re.Pattern[bytes], end: re.Pattern[bytes]) -> Iterator[bytes]:
    """Yield what lies from each begin to the next end. Nothing is looked through twice.

    One pattern for both would look through all of a file for each begin that has no end.
    """
    first = begin.search(part)
    while first is not None:
        last = end.search(part, first.end())
        if last is None:
            return
        yield part[first.start() : last.end()]
        first = begin.search(part, last.end())


def _plain(part: bytes) -> bytes:
    """Return a part in which the property may be found, nothing where it is in neither form."""
    if _DMI in part:
        return part
    return part.replace(b"\0", b"") if _WIDE in part else b""


def _forbids(part: bytes, at: int) -> bool:
    """Read the assertion whose label ends at ``at``: a JUMBF box of CBOR or JSON follows.

    Both write their text as it is, so the uses can be looked for. An assertion that
    allows says so for every use.
    """
    head = part[at : at + NEAR]
    kinds = [place for kind in (b"cbor", b"json") if (place := head.find(kind)) >= 4]
    if not kinds:
        return True
    start = min(kinds)
    size = int.from_bytes(head[start - 4 : start], "big")
    content = part[at + start + 4 : at + start - 4 + max(size, 8)]
    return _FORBIDS.search(content) is not None or b"allowed" not in content


def _told(photo: bytes) -> Iterator[bytes]:
    """Yield the parts of a photo that hold words and not pixels."""
    if photo.startswith(b"\xff\xd8"):
        segments = [(kind, data) for kind, data in _segments(photo) if kind != 0xEB]
        yield from (data for _, data in segments)
        more = b"http://ns.adobe.com/xmp/extension/\0"
        # Their places count from the whole, and so does a word that two of them share.
        yield b"".join(data[len(more) + 40 :] for _, data in segments if data.startswith(more))
    elif photo.startswith(b"\x89PNG"):
        yield from _texts(photo)
    else:
        yield from _between(photo, *_PACKET)
        at = photo.find(_EXIF)
        while at >= 0:
            yield photo[at : at + _EXIF_BYTES]
            at = photo.find(_EXIF, at + _EXIF_BYTES)
        if photo.startswith(b"RIFF"):
            yield from (data for kind, data in _riff(photo) if kind == b"EXIF")


def _segments(photo: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield a JPEG's application segments and comments up to its pixels (ITU-T T.81, B)."""
    at = 2
    while at + 4 <= len(photo) and photo[at] == 0xFF:
        kind = photo[at + 1]
        if kind == 0xFF:
            at += 1
            continue
        size = int.from_bytes(photo[at + 2 : at + 4], "big")
        if kind == 0xDA or size < 2:
            return
        if 0xE0 <= kind <= 0xEF or kind == 0xFE:
            yield kind, photo[at + 4 : at + 2 + size]
        at += 2 + size


def _manifests(photo: bytes) -> bytes:
    """Return the JUMBF boxes of a JPEG in one piece (ISO/IEC 19566-5, D); elsewhere they are."""
    if not photo.startswith(b"\xff\xd8"):
        return b""
    parts = [data for kind, data in _segments(photo) if kind == 0xEB and data.startswith(b"JP")]
    # Each part repeats the header of its box: eight bytes.
    return b"".join(data[8 if data[4:8] == b"\0\0\0\1" else 16 :] for data in parts)


def _texts(photo: bytes) -> Iterator[bytes]:
    """Yield a PNG's texts and its Exif, unpacked (PNG, third edition, 11.3)."""
    at = 8
    while at + 8 <= len(photo):
        size, kind = int.from_bytes(photo[at : at + 4], "big"), photo[at + 4 : at + 8]
        data = photo[at + 8 : at + 8 + size]
        if kind in {b"tEXt", b"iTXt", b"eXIf"}:
            yield data
        if kind in {b"zTXt", b"iTXt"}:
            yield _unpacked(data)
        at += 12 + size


def _unpacked(data: bytes) -> bytes:
    """Return what a packed text says, from the first place at which a stream begins."""
    for start, (first, second) in enumerate(pairwise(data[:512])):
        if first == 0x78 and (first * 256 + second) % 31 == 0:
            try:
                return zlib.decompressobj().decompress(data[start:], MOST_TEXT)
            except zlib.error:
                continue
    return b""


def _riff(photo: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the chunks of a WebP."""
    at = 12
    while at + 8 <= len(photo):
        size = int.from_bytes(photo[at + 4 : at + 8], "little")
        yield photo[at : at + 4], photo[at + 8 : at + 8 + size]
        at += 8 + size + size % 2

"""The picture inside a camera's raw file: the JPEG that the camera made of it.

Raw files built on TIFF (DNG, CR2, NEF, ARW, PEF, SRW) begin with a picture the size of a
stamp, which would be read for the photo and its faces missed. So the largest JPEG in them
is read instead: the camera's own preview, mostly of full size. Sensor data are not developed
(docs/decisions/raw.md).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

MOST_DIRECTORIES = 32
MOST_ENTRIES = 1000
MOST_NUMBERS = 64
"""More than any camera writes; a file that says otherwise is bent."""

_WIDTHS = {1: 1, 3: 2, 4: 4, 13: 4}
"""Bytes of the types that matter: byte, short, long, directory (TIFF 6.0, 2)."""

_COMPRESSION, _PHOTOMETRIC, _STRIPS, _ORIENTATION, _STRIP_BYTES = 259, 262, 273, 274, 279
_INNER, _JPEG_AT, _JPEG_BYTES, _DNG = 330, 513, 514, 50706
_SENSOR = frozenset({32803, 34892})
"""Photometric interpretations of sensor data: a colour filter array, linear raw (DNG 1.7)."""

Entries = dict[int, tuple[int, ...]]
Order = Literal["little", "big"]


@dataclass(frozen=True, slots=True)
class Raw:
    """A raw file: its largest JPEG (None without one) and how the camera was held."""

    jpeg: bytes | None
    orientation: int


def read_raw(content: bytes) -> Raw | None:
    """Return what is in a raw file built on TIFF, None when the content is no such file."""
    if content[:4] not in {b"II*\0", b"MM\0*"}:
        return None
    directories = list(_directories(content))
    marked = content[8:10] == b"CR" or any(_DNG in one for one in directories)
    if not marked and not any(_SENSOR & {*one.get(_PHOTOMETRIC, ())} for one in directories):
        return None
    found = [jpeg for one in directories for jpeg in _jpegs(content, one)]
    largest = max(found, key=lambda jpeg: (_area(jpeg), len(jpeg)), default=None)
    held = directories[0].get(_ORIENTATION, (1,))[0] if directories else 1
    return Raw(largest, held if 1 <= held <= 8 else 1)


def _directories(content: bytes) -> Iterator[Entries]:
    """Yield every directory once, those within others too, the first one first."""
    order: Order = "little" if content[:2] == b"II" else "big"
    waiting = [int.from_bytes(content[4:8], order)]
    met: set[int] = set()
    while waiting and len(met) < MOST_DIRECTORIES:
        at = waiting.pop(0)
        if at in met or not 8 <= at <= len(content) - 2:
            continue
        met.add(at)
        count = int.from_bytes(content[at : at + 2], order)
        if count > MOST_ENTRIES:
            continue
        entries = dict(_entry(content, at + 2 + 12 * n, order) for n in range(count))
        yield entries
        end = at + 2 + 12 * count
        waiting += [int.from_bytes(content[end : end + 4], order), *entries.get(_INNER, ())]


def _entry(content: bytes, at: int, order: Order) -> tuple[int, tuple[int, ...]]:
    """Return a tag and its whole numbers; none for other types and for lists without end."""

    def number(start: int, width: int) -> int:
        return int.from_bytes(content[start : start + width], order)

    tag, kind, count = number(at, 2), number(at + 2, 2), number(at + 4, 4)
    width = _WIDTHS.get(kind, 0)
    if not width or count > MOST_NUMBERS:
        return tag, ()
    start = at + 8 if width * count <= 4 else number(at + 8, 4)
    return tag, tuple(number(start + width * n, width) for n in range(count))


def _jpegs(content: bytes, entries: Entries) -> Iterator[bytes]:
    """Yield the JPEGs that a directory points to and that are pictures, not sensor data."""
    places = [(entries.get(_JPEG_AT, ()), entries.get(_JPEG_BYTES, ()))]
    if entries.get(_COMPRESSION, (0,))[:1] in {(6,), (7,)}:
        places.append((entries.get(_STRIPS, ()), entries.get(_STRIP_BYTES, ())))
    for starts, sizes in places:
        if len(starts) == len(sizes) == 1:
            part = content[starts[0] : starts[0] + sizes[0]]
            if part.startswith(b"\xff\xd8") and _area(part):
                yield part


def _area(jpeg: bytes) -> int:
    """Return width times height of a JPEG that can be shown; 0 for lossless sensor data."""
    at = 2
    while at + 9 <= len(jpeg) and jpeg[at] == 0xFF:
        kind = jpeg[at + 1]
        if kind in {0xC0, 0xC1, 0xC2}:
            high, wide = jpeg[at + 5 : at + 7], jpeg[at + 7 : at + 9]
            return int.from_bytes(high, "big") * int.from_bytes(wide, "big")
        if kind in {0xC3, 0xDA}:
            return 0
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big") if kind != 0xFF else 1
    return 0

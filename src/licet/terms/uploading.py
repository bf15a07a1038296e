"""What passes the doors of handing in photos and videos."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import BinaryIO

from licet.terms.ids import CopyId

MOST_VIDEO_BYTES = 4 * 1024 * 1024 * 1024
"""No video that is handed in is larger: sealing it takes a minute, and a signature holds five."""


class KeptNot(StrEnum):
    """By which rule something that was handed in is not kept."""

    UNREADABLE = "unreadable"
    TOO_LARGE = "too_large"
    MARKER = "marker"
    RESERVED = "reserved"
    SANDBOX = "sandbox"


@dataclass(frozen=True, slots=True)
class Handed:
    """A photo or video that is handed in: how it is called, its bytes, when it was made.

    ``content`` is bytes, or an open file that can be gone over again; it stays open. ``made``
    is when it was made or last written as far as the one who hands it in can tell, in UTC;
    None: now.
    """

    name: str
    content: bytes | BinaryIO
    made: datetime | None = None


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What was handed in is kept: as which copy, of how many bytes; ``known`` if it was before."""

    copy: CopyId
    size: int
    known: bool


@dataclass(frozen=True, slots=True)
class NotKept:
    """What was handed in is not kept, and nothing of it is: by which rule, why, what to do."""

    rule: KeptNot
    reason: str
    remedy: str

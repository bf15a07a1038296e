"""Videos of a site: read once into a file without a name, and never kept.

1. A stream is no item: playlists, cameras that push picture after picture, and films that
   do not say how long they are go on for as long as somebody reads, and show what is
   happening now (AI Act, article 5(1)(h), and what licet is not built for).
2. A video is read into a file that no folder lists: whoever closes it, or is killed, leaves
   nothing behind.
"""

import re
import tempfile
from pathlib import Path
from typing import BinaryIO, cast

from licet.sources.site.trace import Rule, Stop

MOST_VIDEO_BYTES = 8 * 1024**3
SLOWEST = 64 * 1024
"""Bytes a second below which a video is not waited for: a run has an end."""

LIVE = Stop(Rule.STREAM, "it is a stream or a list of its parts, not a video that is over")

_NAME = re.compile(r"\.(?:mp4|m4v|mov|mkv|webm)$", re.IGNORECASE)
_LIVE_NAME = re.compile(r"\.(?:m3u8?|mpd|ism|isml|sdp|ram)(?:/manifest)?$", re.IGNORECASE)
_LIVE_TYPES = frozenset(
    {
        "application/dash+xml",
        "application/vnd.apple.mpegurl",
        "application/x-mpegurl",
        "application/vnd.ms-sstr+xml",
        "audio/mpegurl",
        "audio/x-mpegurl",
        "multipart/x-mixed-replace",
    }
)


def looks_like_video(address: str) -> bool:
    """Say whether an address ends as videos do. Reading tells for sure."""
    return _NAME.search(address.partition("?")[0]) is not None


def looks_live(address: str) -> bool:
    """Say whether an address ends as lists of a stream's parts do."""
    return _LIVE_NAME.search(address.partition("?")[0]) is not None


def is_live(media_type: str, head: bytes) -> bool:
    """Say whether an answer is a stream or a list of its parts, whatever its name says."""
    return media_type in _LIVE_TYPES or head.lstrip(b"\xef\xbb\xbf \r\n").startswith(b"#EXTM3U")


def nameless(room: Path) -> BinaryIO:
    """Return a file below ``room`` that has no name and goes when it is closed."""
    room.mkdir(mode=0o700, parents=True, exist_ok=True)
    return cast(BinaryIO, tempfile.TemporaryFile(dir=room))

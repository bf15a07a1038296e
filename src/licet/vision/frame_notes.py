"""A frame of Motion JPEG without what was written in it.

Every frame is a JPEG of its own, so each can hold who, where and when, and a small second
picture. Kept is what decoding takes and no more (ITU-T T.81, annex B): tables, the frame's
header, its scans. What follows the end of the picture is left out as well.
"""

from licet.vision.decode import UnreadableError

_START, _END = 0xD8, 0xD9
_SCAN = 0xDA
_HEADERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_KEPT = frozenset({*_HEADERS, 0xC4, 0xCC, 0xDB, 0xDC, 0xDD, _SCAN})
"""Headers of frames, the tables of Huffman and arithmetic codes and of steps, lines, restarts."""
_ADOBE = 0xEE
_ADOBE_LENGTH = 14
"""Of all notes the one that says in which colours the picture is coded; no more of it."""
_WITHIN = frozenset({0x00, *range(0xD0, 0xD8)})
"""What follows 0xFF within a scan without ending it."""

_HALVES = "its frames are stored as two half pictures"
_CUT = "a frame of the video is cut short"


def bare_jpeg(frame: bytes, height: int) -> bytes:
    """Return one frame with nothing in it but its picture, of ``height`` lines.

    Raises ``UnreadableError`` for one that is no whole JPEG, or only half of the lines.
    """
    if frame[:2] != bytes((0xFF, _START)):
        raise UnreadableError("a frame of the video is no JPEG", "convert it to H.264")
    out, at = bytearray(frame[:2]), 2
    while True:
        marker, at = _marker(frame, at)
        if marker == _END:
            return bytes(out + bytes((0xFF, _END)))
        end = at + int.from_bytes(frame[at : at + 2])
        if end < at + 2 or end > len(frame):
            raise UnreadableError(_CUT, "fetch the original again")
        segment = frame[at:end]
        if marker in _HEADERS and int.from_bytes(segment[3:5]) * 4 < height * 3:
            # As a decoder tells it: the rest of the lines is a second picture behind the end.
            raise UnreadableError(_HALVES, "convert it to H.264")
        if marker == _SCAN:
            end = _end_of_scan(frame, end)
            segment = frame[at:end]
        elif marker == _ADOBE and segment[2:7] == b"Adobe":
            segment = _ADOBE_LENGTH.to_bytes(2) + segment[2:_ADOBE_LENGTH]
        if marker in _KEPT or (marker == _ADOBE and len(segment) == _ADOBE_LENGTH):
            out += bytes((0xFF, marker)) + segment
        at = end


def _marker(frame: bytes, at: int) -> tuple[int, int]:
    """Return the next marker, and where its segment begins; what lies between is left out."""
    while True:
        at = frame.find(b"\xff", at) + 1
        if not at or at >= len(frame):
            raise UnreadableError(_CUT, "fetch the original again")
        if frame[at] not in (0x00, 0xFF):
            return frame[at], at + 1


def _end_of_scan(frame: bytes, at: int) -> int:
    """Return where the coded picture ends: at the next marker that is not part of it."""
    while True:
        at = frame.find(b"\xff", at)
        if at < 0 or at + 1 >= len(frame):
            raise UnreadableError(_CUT, "fetch the original again")
        if frame[at + 1] not in _WITHIN:
            return at
        at += 2
